package stats

import "math"

// chances hold each person's probability of every option at their maximum-likelihood ability, item after item, so
// that ω of all pairs is a matter of adding.
type chances struct {
	rows   [][]int8
	first  []int // where each item begins
	people [][]float32
}

func newChances(m *NRM, a *Answers, abilities []float64, workers int) *chances {
	x := &chances{rows: a.Chosen, first: make([]int, a.Items()), people: make([][]float32, a.People())}
	options := 0
	for i, k := range a.Options {
		x.first[i] = options
		options += k
	}
	parallel(workers, a.People(), func(j int) {
		x.people[j] = make([]float32, options)
		p := make([]float64, maxChoices)
		for i, k := range a.Options {
			m.probabilities(i, abilities[j], p)
			for o := range k {
				x.people[j][x.first[i]+o] = float32(p[o])
			}
		}
	})
	return x
}

// omega is Wollack's ω of a source and a copier, as Matches.Omega has it.
func (x *chances) omega(source, copier int) float64 {
	own, theirs, p := x.rows[copier], x.rows[source], x.people[copier]
	same, sum, squares := 0, 0.0, 0.0
	for i, k := range theirs {
		if k < 0 || own[i] < 0 {
			continue
		}
		v := float64(p[x.first[i]+int(k)])
		sum += v
		squares += v * v
		if own[i] == k {
			same++
		}
	}
	if sum-squares < 1e-12 {
		return 0
	}
	return (float64(same) - sum) / math.Sqrt(sum-squares)
}
