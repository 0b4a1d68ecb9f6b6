package stats

import "math"

// timeTest compares the speed in the leaked items with the speed in the secure ones. Right and wrong answers to one
// item take honest people different times, so that they are two cells of the lognormal model: cell 2i of item i
// answered wrongly, 2i+1 of it answered rightly. Wrong answers to leaked items are no sign of having known them, and
// have no cell.
type timeTest struct {
	scores      [][]int8
	seconds     [][]float64
	known       []bool
	model       Lognormal // by cell
	tau, weight []float64 // by the secure cells
}

func newTimeTest(scores [][]int8, seconds [][]float64, known []bool) *timeTest {
	t := &timeTest{scores: scores, seconds: seconds, known: known}
	var able []int
	for p := range seconds {
		for _, y := range t.row(p, t.secure) {
			if !math.IsNaN(y) {
				able = append(able, p)
				break
			}
		}
	}
	if len(able) < fewestPeople {
		t.seconds = nil
		return t
	}
	able = spread(able, mostPeople)
	t.model = fitTimes(t.rows(able, t.secure), 2*len(known))
	t.tau, t.weight = make([]float64, len(seconds)), make([]float64, len(seconds))
	parallel(crew, len(seconds), func(p int) { t.tau[p], t.weight[p] = t.model.robustSpeed(t.row(p, t.secure)) })
	rest := make([][]float64, 2*len(known))
	for _, p := range able {
		for c, y := range t.row(p, t.leaked) {
			if !math.IsNaN(y) {
				rest[c] = append(rest[c], y+t.tau[p])
			}
		}
	}
	for c := range rest {
		if len(rest[c]) > 0 {
			t.model.Alpha[c], t.model.Beta[c] = firstAlpha, median(rest[c])
		}
	}
	return t
}

func (t *timeTest) leaked(cell int) bool { return t.known[cell/2] && cell%2 == 1 }
func (t *timeTest) secure(cell int) bool { return !t.known[cell/2] }

// row are the log times of a person in the cells that in admits, NaN elsewhere.
func (t *timeTest) row(p int, in func(cell int) bool) []float64 {
	out := make([]float64, 2*len(t.known))
	for c := range out {
		out[c] = math.NaN()
	}
	for i, seconds := range t.seconds[p] {
		if x := t.scores[p][i]; x != Missing && in(2*i+int(x)) {
			if y, ok := logTime(seconds); ok {
				out[2*i+int(x)] = y
			}
		}
	}
	return out
}

func (t *timeTest) rows(people []int, in func(cell int) bool) [][]float64 {
	out := make([][]float64, len(people))
	for k, p := range people {
		out[k] = t.row(p, in)
	}
	return out
}

// refit fits the leaked items to the honest.
func (t *timeTest) refit(honest []int) {
	if t.seconds == nil {
		return
	}
	tau, weight := make([]float64, len(honest)), make([]float64, len(honest))
	for k, p := range honest {
		tau[k], weight[k] = t.tau[p], t.weight[p]
	}
	logs := t.rows(honest, t.leaked)
	for range 20 {
		if t.model.fitItems(logs, tau, weight, -1) < 1e-4 {
			break
		}
	}
}

// statistic is the difference of a person's speed in the leaked items and in the secure ones over its standard error;
// nil where one is absent.
func (t *timeTest) statistic(p int) *float64 {
	if t.seconds == nil || t.weight[p] <= 0 {
		return nil
	}
	speed, weight := t.model.robustSpeed(t.row(p, t.leaked))
	if weight <= 0 {
		return nil
	}
	return number((speed - t.tau[p]) / math.Sqrt(1/weight+1/t.weight[p]))
}

// residuals are, by item, how much longer a person took over the leaked ones they answered rightly than their speed
// in the secure ones lets expect, in standard deviations; NaN for other items, nil when they have no speed.
func (t *timeTest) residuals(p int) []float64 {
	if t.seconds == nil || t.weight[p] <= 0 {
		return nil
	}
	out, row := make([]float64, len(t.known)), t.row(p, t.leaked)
	for i := range out {
		c := 2*i + 1
		out[i] = math.NaN()
		if a := t.model.Alpha[c]; a > 0 && !math.IsNaN(row[c]) {
			out[i] = (row[c] - t.model.Beta[c] + t.tau[p]) / math.Sqrt(1/(a*a)+1/t.weight[p])
		}
	}
	return out
}
