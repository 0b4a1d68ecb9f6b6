package stats

import (
	"math"
	"slices"
)

// scoreTest compares right and wrong in the leaked items with what the secure ones let expect.
type scoreTest struct {
	scores [][]int8
	known  []bool
	posts  [][nodes]float64 // by the secure items
	able   []bool           // whether any secure item was answered
	lines  []line           // of the leaked items
}

func newScoreTest(scores [][]int8, known []bool) *scoreTest {
	t := &scoreTest{scores: scores, known: known, able: make([]bool, len(scores)), lines: make([]line, len(known))}
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

// test fits the leaked items to the honest and returns the statistic of everybody, nil where it is absent.
func (t *scoreTest) test(honest []int) []*float64 {
	type curve struct{ p [nodes]float64 }
	chances := make([]curve, len(t.lines))
	parallel(crew, len(t.lines), func(i int) {
		if t.known[i] {
			t.fit(i, honest)
			for q, l := range t.lines[i].logs()[1] {
				chances[i].p[q] = math.Exp(l)
			}
		}
	})
	out := make([]*float64, len(t.scores))
	parallel(crew, len(t.scores), func(p int) {
		if !t.able[p] {
			return
		}
		// The sum's mean and variance at each ability; over the posterior, the variance of the means adds.
		var mean, variance [nodes]float64
		got, n := 0.0, 0
		for i, x := range t.scores[p] {
			if !t.known[i] || x == Missing {
				continue
			}
			c, average := &chances[i].p, 0.0
			for q := range nodes {
				average += t.posts[p][q] * c[q]
			}
			w := math.Log((knowing + (1-knowing)*average) / ((1 - knowing) * average))
			for q := range nodes {
				mean[q] += w * c[q]
				variance[q] += w * w * c[q] * (1 - c[q])
			}
			got += w * float64(x)
			n++
		}
		expected, second := 0.0, 0.0
		for q, share := range t.posts[p] {
			expected += share * mean[q]
			second += share * (variance[q] + mean[q]*mean[q])
		}
		if v := second - expected*expected; n > 0 && v > flat {
			out[p] = number((got - expected) / math.Sqrt(v))
		}
	})
	return out
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
