package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/integrate/quad"
)

// scoreTest compares right and wrong in the leaked items with what the secure ones let expect.
type scoreTest struct {
	scores [][]int8
	known  []bool
	posts  [][nodes]float64 // by the secure items
	able   []bool           // whether any secure item was answered
	lines  []line           // of the leaked items
	// chances of a right answer to the leaked items at the nodes
	chances [][nodes]float64
	times   residualGrid
}

func newScoreTest(scores [][]int8, known []bool) *scoreTest {
	t := &scoreTest{scores: scores, known: known, able: make([]bool, len(scores)), lines: make([]line, len(known)), chances: make([][nodes]float64, len(known)), times: newResidualGrid()}
	secure, options := make([][]int8, len(scores)), make([]int, len(known))
	for p, row := range scores {
		secure[p] = slices.Clone(row)
		for i := range row {
			if known[i] {
				secure[p][i] = Missing
			}
			t.able[p] = t.able[p] || secure[p][i] != Missing
		}
	}
	m, c := fitScores(spread(secure, mostPeople), len(known)), make(curves, len(known))
	for i := range c {
		t.lines[i], options[i] = m.line(i), 2
		c[i] = t.lines[i].logs()
	}
	t.posts, _ = c.expect(secure, options, crew)
	return t
}

// refit fits the leaked items to the honest.
func (t *scoreTest) refit(honest []int) {
	parallel(crew, len(t.lines), func(i int) {
		if t.known[i] {
			t.fit(i, honest)
			for q, l := range t.lines[i].logs()[1] {
				t.chances[i][q] = math.Exp(l)
			}
		}
	})
}

// statistic is how much likelier a person's answers to the leaked items are to somebody who knew each with the chance
// knowing than to somebody of their ability who knew none, the sum of ln(1−k+k·r/P) over the right ones and ln(1−k)
// over the wrong, as a value that is N(0,1) when they knew none; nil where nothing was answered in one of the sets.
// r is how much likelier the item's time is when it is known, by its residual: by those who hurry with what they know, by
// knownQuicker standard deviations; 1 where residuals is nil or NaN. The moments are those at each ability over the
// person's posterior, so that what the secure items leave open is counted.
func (t *scoreTest) statistic(p int, residuals []float64) *float64 {
	if !t.able[p] {
		return nil
	}
	var sum [nodes]moments
	got, n := 0.0, 0
	wrong := math.Log1p(-knowing)
	for i, x := range t.scores[p] {
		if !t.known[i] || x == Missing {
			continue
		}
		c, average := &t.chances[i], 0.0
		for q := range nodes {
			average += t.posts[p][q] * c[q]
		}
		right := math.Log(1 - knowing + knowing/average)
		raw := [3]float64{right, right * right, right * right * right}
		if residuals != nil && !(x == 1 && math.IsNaN(residuals[i])) {
			if x == 1 {
				right = math.Log(1 - knowing + knowing/average*quicker(residuals[i]))
			}
			raw = t.times.raw(average)
		}
		for q := range nodes {
			sum[q].add(c[q], raw, wrong)
		}
		if n++; x == 1 {
			got += right
		} else {
			got += wrong
		}
	}
	over := mixed(&t.posts[p], &sum)
	if n == 0 || over.variance < flat {
		return nil
	}
	return number(over.normal(got))
}

// knownQuicker is by how many standard deviations of log time somebody is taken to be quicker with an item they knew, and
// quickest the residual below which a time says no more.
const (
	knownQuicker = .7
	quickest     = -2.5
)

// quicker is how much likelier a residual is in an item that was known, N(−knownQuicker, 1) against N(0, 1).
func quicker(z float64) float64 {
	return math.Exp(-knownQuicker*max(z, quickest) - knownQuicker*knownQuicker/2)
}

// residualGrid stands for a residual of N(0, 1): what quicker says at some points and the points' shares.
type residualGrid struct{ ratio, share [9]float64 }

func newResidualGrid() (g residualGrid) {
	quad.Hermite{}.FixedLocations(g.ratio[:], g.share[:], math.Inf(-1), math.Inf(1))
	for k, x := range g.ratio {
		g.ratio[k] = quicker(x * math.Sqrt2)
		g.share[k] /= math.Sqrt(math.Pi)
	}
	return g
}

// raw are the mean, mean square and mean cube of what a right answer of chance p adds over the times it may take.
func (g *residualGrid) raw(p float64) (m [3]float64) {
	for k, r := range g.ratio {
		l := math.Log(1 - knowing + knowing/p*r)
		m[0] += g.share[k] * l
		m[1] += g.share[k] * l * l
		m[2] += g.share[k] * l * l * l
	}
	return m
}

// fit is the curve of leaked item i on the scale of the secure ones (one-item EM; Wainer & Mislevy 1990).
func (t *scoreTest) fit(i int, honest []int) {
	for range 30 {
		old, seen := t.lines[i], [2][nodes]float64{}
		logs := old.logs()
		var chance [2][nodes]float64
		for x := range chance {
			for q := range nodes {
				chance[x][q] = math.Exp(logs[x][q])
			}
		}
		for _, p := range honest {
			if x := t.scores[p][i]; x != Missing && t.able[p] {
				var post [nodes]float64
				sum := 0.0
				for q := range nodes {
					post[q] = t.posts[p][q] * chance[x][q]
					sum += post[q]
				}
				for q := range nodes {
					seen[x][q] += post[q] / sum
				}
			}
		}
		t.lines[i] = old.fitted(&seen[0], &seen[1])
		if math.Abs(t.lines[i].slope-old.slope)+math.Abs(t.lines[i].intercept-old.intercept) < 1e-3 {
			return
		}
	}
}
