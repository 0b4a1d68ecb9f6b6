package stats

import (
	"math"
	"slices"
)

// TwoPL is the two-parameter logistic model of right and wrong answers: a person of ability θ answers item i
// rightly with probability P = 1/(1+e^{−A(θ−B)}) (Birnbaum 1968). A is the slope (no unit), B the difficulty on
// the scale of θ, which is N(0,1) among the people calibrated. C, if not nil, is a chance level below which P does
// not fall: P = C + (1−C)/(1+e^{−A(θ−B)}).
type TwoPL struct {
	A, B, C []float64
}

// reply is one answered item of one person with the item's parameters beside it.
type reply struct {
	a, b, c float64
	right   bool
}

// p is the chance of a right answer at θ and its derivative.
func (r *reply) p(theta float64) (p, slope float64) {
	l := logistic(r.a * (theta - r.b))
	l = min(max(l, 1e-12), 1-1e-12)
	return r.c + (1-r.c)*l, (1 - r.c) * r.a * l * (1 - l)
}

// x is the score: 1 right, 0 wrong.
func (r *reply) x() float64 {
	if r.right {
		return 1
	}
	return 0
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// replies collects what a person answered of the items that in admits (all if nil). scores holds 1 right, 0 wrong,
// Missing neither.
func (m TwoPL) replies(scores []int8, in func(item int) bool) []reply {
	out := make([]reply, 0, len(scores))
	for i, x := range scores {
		if x == Missing || in != nil && !in(i) {
			continue
		}
		r := reply{a: m.A[i], b: m.B[i], right: x == 1}
		if m.C != nil {
			r.c = m.C[i]
		}
		out = append(out, r)
	}
	return out
}

// Ability is the maximum-likelihood θ in [−4, 4] of one person's scores (1 right, 0 wrong, Missing); false when
// nothing was answered.
func (m TwoPL) Ability(scores []int8) (theta float64, ok bool) {
	rs := m.replies(scores, nil)
	return likeliest(rs, 0), len(rs) > 0
}

// AbilityMAP is the mode of the posterior of θ in [−4, 4] under the prior N(0,1): like Ability, drawn to the
// middle the more, the fewer answers there are; 0 when there are none.
func (m TwoPL) AbilityMAP(scores []int8) float64 { return likeliest(m.replies(scores, nil), 1) }

// likeliest maximises Σ ln P(answer) − precision·θ²/2 over [−4, 4]: by bisection of the derivative, which without a
// chance level falls all the way; with one there can be two peaks, and a grid says between which points the higher is.
func likeliest(rs []reply, precision float64) float64 {
	low, high := -maxAbility, maxAbility
	if slices.ContainsFunc(rs, func(r reply) bool { return r.c > 0 }) {
		const steps = 32
		best, at := math.Inf(-1), 0.0
		for k := range steps + 1 {
			theta := -maxAbility + 2*maxAbility*float64(k)/steps
			if l := logLikelihood(rs, theta) - precision*theta*theta/2; l > best {
				best, at = l, theta
			}
		}
		low, high = max(at-2*maxAbility/steps, -maxAbility), min(at+2*maxAbility/steps, maxAbility)
	}
	for range 30 {
		middle := (low + high) / 2
		if gradient(rs, middle)-precision*middle > 0 {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}

func logLikelihood(rs []reply, theta float64) (sum float64) {
	for i := range rs {
		p, _ := rs[i].p(theta)
		if rs[i].right {
			sum += math.Log(p)
		} else {
			sum += math.Log1p(-p)
		}
	}
	return sum
}

// gradient is the derivative of the log likelihood, Σ (x−P)P′/(PQ).
func gradient(rs []reply, theta float64) (sum float64) {
	for i := range rs {
		p, slope := rs[i].p(theta)
		sum += (rs[i].x() - p) * slope / (p * (1 - p))
	}
	return sum
}

// information is Fisher's, Σ P′²/(PQ).
func information(rs []reply, theta float64) (sum float64) {
	for i := range rs {
		p, slope := rs[i].p(theta)
		sum += slope * slope / (p * (1 - p))
	}
	return sum
}
