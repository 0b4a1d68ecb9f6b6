package stats

import (
	"errors"
	"fmt"
	"math"
)

// ErrTooFew is that a model cannot be fitted to so few people.
var ErrTooFew = errors.New("too few people to calibrate on")

// fewestPeople are needed to fit a model of the items to them: with fewer, the priors would speak, not the people.
const fewestPeople = 10

// mostPeople are used to calibrate, evenly spread over those there are: more would not change a result that is shown.
const mostPeople = 5000

// crew is how many workers share what is done person by person or item by item; the outcome does not depend on it.
const crew = 2

// The ridge on the two-parameter model, logit P = aθ + d: a ~ N(.8, ¼), d ~ N(0, 4). It keeps the calibration of
// sixty people, and items that all or none answered rightly, within reason; hundreds of people outweigh it.
const (
	scoreSlope          = .8
	scoreSlopeRidge     = 4.0
	scoreInterceptRidge = .25
	leastSlope          = .05
	mostSlope           = 4.0
)

// Calibrate2PL fits the two-parameter logistic model to scores (1 right, 0 wrong, Missing) by marginal maximum
// likelihood with ability N(0,1) among these people (EM; Bock & Aitkin 1981) and a ridge. An item that nobody
// answered keeps the ridge's curve. Fewer than ten people are ErrTooFew; rows of different lengths are an error.
func Calibrate2PL(scores [][]int8) (TwoPL, error) {
	items, err := shape(scores)
	if err != nil {
		return TwoPL{}, err
	}
	if len(scores) < fewestPeople {
		return TwoPL{}, fmt.Errorf("%w: %d, at least %d are needed", ErrTooFew, len(scores), fewestPeople)
	}
	return fitScores(spread(scores, mostPeople), items), nil
}

// shape is the number of items of a table of scores, whose people and items are counted from 1 in its errors.
func shape(scores [][]int8) (items int, err error) {
	for p, row := range scores {
		if p == 0 {
			items = len(row)
		}
		if len(row) != items {
			return 0, fmt.Errorf("person %d has scores of %d items, the first has %d", p+1, len(row), items)
		}
		for i, x := range row {
			if x != 0 && x != 1 && x != Missing {
				return 0, fmt.Errorf("person %d has the score %d in item %d", p+1, x, i+1)
			}
		}
	}
	return items, nil
}

// spread is at most n of the rows, evenly spread.
func spread[T any](rows []T, n int) []T {
	if len(rows) <= n {
		return rows
	}
	out := make([]T, n)
	for i := range out {
		out[i] = rows[i*len(rows)/n]
	}
	return out
}

// line is the curve of one item, logit P = slope·θ + intercept.
type line struct{ slope, intercept float64 }

// logs are ln Q and ln P of an item at the nodes.
func (l line) logs() [][nodes]float64 {
	out := make([][nodes]float64, 2)
	for q := range nodes {
		t := l.slope*ability(q) + l.intercept
		out[1][q] = -math.Log1p(math.Exp(-t))
		out[0][q] = out[1][q] - t
	}
	return out
}

// fitted is the curve that best explains wrong and right answers counted at the nodes, by Newton's method from l.
func (l line) fitted(wrong, right *[nodes]float64) line {
	for range 25 {
		ga, gd := scoreSlopeRidge*(scoreSlope-l.slope), -scoreInterceptRidge*l.intercept
		haa, hdd, had := scoreSlopeRidge, scoreInterceptRidge, 0.0
		for q := range nodes {
			theta, n := ability(q), wrong[q]+right[q]
			p := logistic(l.slope*theta + l.intercept)
			e, v := right[q]-n*p, n*p*(1-p)
			ga += e * theta
			gd += e
			haa += v * theta * theta
			had += v * theta
			hdd += v
		}
		det := haa*hdd - had*had
		da, dd := (hdd*ga-had*gd)/det, (haa*gd-had*ga)/det
		if shorten := max(math.Abs(da), math.Abs(dd)); shorten > 1 {
			da, dd = da/shorten, dd/shorten
		}
		l.slope += da
		l.intercept += dd
		if math.Abs(da)+math.Abs(dd) < 1e-6 {
			break
		}
	}
	l.slope = min(max(l.slope, leastSlope), mostSlope)
	return l
}

// fitScores is the EM of Calibrate2PL.
func fitScores(scores [][]int8, items int) TwoPL {
	lines, options := make([]line, items), make([]int, items)
	c := make(curves, items)
	for i := range lines {
		lines[i], options[i] = line{slope: scoreSlope}, 2
		c[i] = lines[i].logs()
	}
	for range 100 {
		_, seen := c.expect(scores, options, crew)
		change := 0.0
		for i, old := range lines {
			lines[i] = old.fitted(&seen[i][0], &seen[i][1])
			change = max(change, math.Abs(lines[i].slope-old.slope), math.Abs(lines[i].intercept-old.intercept))
			c[i] = lines[i].logs()
		}
		if change < 1e-3 {
			break
		}
	}
	return model(lines)
}

func model(lines []line) TwoPL {
	m := TwoPL{A: make([]float64, len(lines)), B: make([]float64, len(lines))}
	for i, l := range lines {
		m.A[i], m.B[i] = l.slope, -l.intercept/l.slope
	}
	return m
}

// line is the curve of item i.
func (m TwoPL) line(i int) line { return line{slope: m.A[i], intercept: -m.A[i] * m.B[i]} }
