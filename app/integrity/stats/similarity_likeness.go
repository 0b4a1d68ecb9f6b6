package stats

import (
	"math"
	"slices"
)

// shares are the shares α of answers taken over that the likelihood ratio is maximised over.
var shares = [...]float64{.3, .5, .7, .9}

// LLR is the logarithm of the likelihood ratio of "the copier took each answer over from the source with probability
// α" against "they answered independently", for the answers of x: Σ log(1−α+α/p) over the matches and log(1−α) over
// the mismatches, p being the probability of the match by chance. It is the largest over α ∈ {.3, .5, .7, .9}.
// By Markov's inequality an honest copier reaches t with probability 4·e^−t at most.
func (x *Matches) LLR() float64 {
	best := math.Inf(-1)
	for _, share := range shares {
		sum := 0.0
		for i, p := range x.P {
			if x.Same[i] {
				sum += math.Log(1 - share + share/p)
			} else {
				sum += math.Log1p(-share)
			}
		}
		best = math.Max(best, sum)
	}
	return best
}

// likeness is what all pairs of one exam share: for each item and option its probability at each ability, and how
// much a match on it says for each share.
type likeness struct {
	key     []int8
	options []int
	p       [][][nodes]float64              // P(option | ability)
	match   [][][len(shares)][nodes]float64 // log(1−α+α/p)
	miss    [len(shares)]float64            // log(1−α)
	prior   [nodes]float64
	logs    [nodes + 1]float64 // log 0, log 1, …
}

func newLikeness(m *NRM, a *Answers) *likeness {
	x := &likeness{key: a.Key, options: a.Options, p: make([][][nodes]float64, a.Items()), match: make([][][len(shares)][nodes]float64, a.Items()), prior: normalWeights()}
	for n := range x.logs {
		x.logs[n] = math.Log(float64(n))
	}
	for s, share := range shares {
		x.miss[s] = math.Log1p(-share)
	}
	p := make([]float64, maxChoices)
	for i, k := range a.Options {
		x.p[i], x.match[i] = make([][nodes]float64, k), make([][len(shares)][nodes]float64, k)
		for q := range nodes {
			m.probabilities(i, ability(q), p)
			for o := range k {
				x.p[i][o][q] = p[o]
				for s, share := range shares {
					x.match[i][o][s][q] = math.Log(1 - share + share/p[o])
				}
			}
		}
	}
	return x
}

// person is one row of answers with where they put its owner: the logarithm of the posterior over the abilities
// lo … hi−1, outside of which it is below e^−16 of its height.
type person struct {
	row    []int8
	lo, hi int
	post   [nodes]float64
}

// draw is one of the abilities that the person's answers leave possible.
func (p *person) draw(c *chance) int {
	u := c.float()
	for q := p.lo; q < p.hi-1; q++ {
		if u -= math.Exp(p.post[q]); u < 0 {
			return q
		}
	}
	return p.hi - 1
}

// p0 is the probability of an option at an ability.
func (x *likeness) p0(item int, option int8, at int) float64 { return x.p[item][option][at] }

// place finds the posterior of a person from their row, in a standard normal group.
func (x *likeness) place(who *person) {
	const often = 16 // answers whose probabilities are multiplied before the logarithm is taken
	logs, product := [nodes]float64{}, x.prior
	fold := func() {
		for q := range product {
			logs[q] += math.Log(product[q])
			product[q] = 1
		}
	}
	answered := 0
	for i, k := range who.row {
		if k < 0 {
			continue
		}
		for q, p := range &x.p[i][k] {
			product[q] *= p
		}
		if answered++; answered%often == 0 {
			fold()
		}
	}
	fold()
	top, sum := slices.Max(logs[:]), 0.0
	for _, l := range logs {
		sum += math.Exp(l - top)
	}
	for q, l := range logs {
		who.post[q] = l - top - math.Log(sum)
	}
	for who.lo = 0; who.post[who.lo] < -16; who.lo++ {
	}
	for who.hi = nodes; who.post[who.hi-1] < -16; who.hi-- {
	}
}

// llr is LLRmax of two people: for each direction and share the likelihood ratio, averaged over the abilities that
// the copier's answers leave possible, and of these the largest logarithm. To average instead of taking the best
// guess lets somebody who took over many right answers be less able than they look. A value below need may be given
// back as any other below it, which saves most of the work.
func (x *likeness) llr(one, other *person, need float64) float64 {
	return max(x.directed(one, other, need), x.directed(other, one, need))
}

func (x *likeness) directed(source, copier *person, need float64) float64 {
	var sum [len(shares)][nodes]float64
	lo, hi := copier.lo, copier.hi
	misses := 0.0
	for i, k := range copier.row {
		if k < 0 || source.row[i] < 0 {
			continue
		}
		if source.row[i] != k {
			misses++
			continue
		}
		w := &x.match[i][k]
		for s := range sum {
			from := w[s][lo:hi]
			to := sum[s][lo:hi][:len(from)]
			for q, v := range from {
				to[q] += v
			}
		}
	}
	best, width := math.Inf(-1), x.logs[hi-lo]
	for s := range sum {
		here := sum[s][lo:hi]
		top := math.Inf(-1)
		for q, v := range copier.post[lo:hi] {
			here[q] += v
			top = max(top, here[q])
		}
		base := top + misses*x.miss[s]
		if most := base + width; most <= best || most < need {
			best = max(best, min(most, base)) // the average lies between the two
			continue
		}
		total := 0.0
		for _, v := range here {
			if v > top-30 {
				total += math.Exp(v - top)
			}
		}
		best = max(best, base+math.Log(total))
	}
	return best
}
