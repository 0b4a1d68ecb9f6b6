package stats

import (
	"fmt"
	"math"
	"slices"
)

// The robust fit of times: residuals count up to huber standard deviations (Huber 1964), so that a person who left
// the room or guessed does not move an item; huberVariance is E[min(Z², huber²)], by which the spread is corrected
// (Huber's proposal 2). An item's spread leans on that of all items as if by sharedSpread people, and is at least
// leastSpread log seconds.
const (
	huber         = 2.0
	huberVariance = .92054
	sharedSpread  = 4.0
	leastSpread   = .05
	mostSpread    = 5.0
	firstAlpha    = 2.0 // where the fit starts
)

// CalibrateTimes fits the lognormal model to times in seconds, person × item; a time that is zero, negative or not a
// number is absent. Persons and items take turns, by Huber's estimates in place of means, until they settle. Items
// without any time get Alpha 0, and say nothing. Fewer than ten people with a time are ErrTooFew.
func CalibrateTimes(seconds [][]float64) (Lognormal, error) {
	items := 0
	if len(seconds) > 0 {
		items = len(seconds[0])
	}
	var logs [][]float64
	for p, row := range seconds {
		if len(row) != items {
			return Lognormal{}, fmt.Errorf("person %d has times of %d items, the first has %d", p+1, len(row), items)
		}
		if l, any := logTimes(row); any {
			logs = append(logs, l)
		}
	}
	if len(logs) < fewestPeople {
		return Lognormal{}, fmt.Errorf("%w: %d with times, at least %d are needed", ErrTooFew, len(logs), fewestPeople)
	}
	return fitTimes(spread(logs, mostPeople), items), nil
}

// logTimes are the logarithms of times, NaN where absent, and whether there is any.
func logTimes(seconds []float64) (logs []float64, any bool) {
	logs = make([]float64, len(seconds))
	for i, t := range seconds {
		y, ok := logTime(t)
		if !ok {
			y = math.NaN()
		}
		logs[i], any = y, any || ok
	}
	return logs, any
}

// fitTimes is the fit of CalibrateTimes to log times.
func fitTimes(logs [][]float64, items int) Lognormal {
	m := Lognormal{Alpha: make([]float64, items), Beta: make([]float64, items)}
	column := make([][]float64, items)
	for _, row := range logs {
		for i, y := range row {
			if !math.IsNaN(y) {
				column[i] = append(column[i], y)
			}
		}
	}
	for i, c := range column {
		if len(c) > 0 {
			m.Alpha[i], m.Beta[i] = firstAlpha, median(c)
		}
	}
	tau, weight := make([]float64, len(logs)), make([]float64, len(logs))
	for p, row := range logs {
		tau[p], weight[p] = m.robustSpeed(row)
	}
	for range 60 {
		middle := median(slices.Clone(tau))
		for p := range tau {
			tau[p] -= middle
		}
		change := m.fitItems(logs, tau, weight, 1)
		for p, row := range logs {
			tau[p], weight[p] = m.robustSpeed(row)
		}
		if change < 1e-4 {
			break
		}
	}
	return m
}

// fitItems moves the items one step towards what people of these speeds took, and returns the largest step in log
// seconds. A speed of precision weight is itself uncertain by 1/weight: share says how much of
// that is to be added to the spread of the residuals, 1 when the speeds came from these very times, −1 when they
// came from others.
func (m *Lognormal) fitItems(logs [][]float64, tau, weight []float64, share float64) (change float64) {
	variance, people := make([]float64, len(m.Beta)), make([]float64, len(m.Beta))
	var all []float64
	for i := range m.Beta {
		if m.Alpha[i] <= 0 {
			continue
		}
		sum, squares, doubt, n := 0.0, 0.0, 0.0, 0.0
		for p, row := range logs {
			if y := row[i]; !math.IsNaN(y) && weight[p] > 0 {
				z := min(max(m.Alpha[i]*(y-m.Beta[i]+tau[p]), -huber), huber)
				sum += z
				squares += z * z
				doubt += 1 / weight[p]
				n++
			}
		}
		if n == 0 {
			continue
		}
		step := sum / n / m.Alpha[i]
		m.Beta[i] += step
		change = max(change, math.Abs(step))
		people[i] = n
		spread := max(squares-sum*sum/n, 0) / max(n-1, 1) / huberVariance / (m.Alpha[i] * m.Alpha[i])
		variance[i] = max(spread+share*doubt/n, spread/3)
		all = append(all, variance[i])
	}
	if len(all) == 0 {
		return 0
	}
	shared := median(all)
	for i, n := range people {
		if n > 0 {
			v := (sharedSpread*shared + n*variance[i]) / (sharedSpread + n)
			was := m.Alpha[i]
			m.Alpha[i] = 1 / min(max(math.Sqrt(v), leastSpread), mostSpread)
			change = max(change, math.Abs(1/m.Alpha[i]-1/was))
		}
	}
	return change
}

// robustSpeed is the speed of somebody with these log times (NaN absent) by Huber's estimate, and its precision Σα²; 0
// and 0 when there are none.
func (m Lognormal) robustSpeed(logs []float64) (tau, weight float64) {
	var each []float64
	for i, y := range logs {
		if !math.IsNaN(y) && m.Alpha[i] > 0 {
			each = append(each, m.Beta[i]-y)
			weight += m.Alpha[i] * m.Alpha[i]
		}
	}
	if weight == 0 {
		return 0, 0
	}
	tau = median(each)
	for range 20 {
		sum := 0.0
		for i, y := range logs {
			if !math.IsNaN(y) && m.Alpha[i] > 0 {
				sum += m.Alpha[i] * min(max(m.Alpha[i]*(m.Beta[i]-y-tau), -huber), huber)
			}
		}
		tau += sum / weight
		if math.Abs(sum/weight) < 1e-6 {
			break
		}
	}
	return tau, weight
}

// median reorders v and returns its median; 0 of nothing.
func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	slices.Sort(v)
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}
