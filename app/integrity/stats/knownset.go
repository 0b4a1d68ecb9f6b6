package stats

import "math"

// KnownSet holds the published tests of whether a person did better, or was quicker, on a set C of items that are
// known to have leaked than on the secure rest S. Every statistic is N(0,1) without preknowledge and large with it,
// except Joint, whose null is a mixture of χ².
type KnownSet struct {
	LR, Score, Wald float64 // by right and wrong: signed likelihood ratio, score and Wald test
	Times           float64 // by times: (τ̂_C−τ̂_S)/√(1/Σ_Cα²+1/Σ_Sα²)
	Joint           float64 // max(LR,0)² + max(Times,0)²
}

// ByScores fills the tests of right and wrong with maximum-likelihood θ in [−4, 4] over all items, over C (known)
// and over S (Sinharay 2017; Sinharay & Jensen 2019); false when nothing was answered in one of the sets.
func (k *KnownSet) ByScores(m TwoPL, scores []int8, known []bool) bool {
	c := m.replies(scores, func(i int) bool { return known[i] })
	s := m.replies(scores, func(i int) bool { return !known[i] })
	if len(c) == 0 || len(s) == 0 {
		return false
	}
	both := append(append(make([]reply, 0, len(c)+len(s)), c...), s...)
	t0, tc, ts := likeliest(both, 0), likeliest(c, 0), likeliest(s, 0)
	sign := float64(0)
	if tc > ts {
		sign = 1
	} else if tc < ts {
		sign = -1
	}
	infoC, infoS := information(c, t0), information(s, t0)
	if infoC <= 0 || infoS <= 0 {
		return false
	}
	ratio := 2 * (logLikelihood(c, tc) + logLikelihood(s, ts) - logLikelihood(both, t0))
	gc, gs := gradient(c, t0), gradient(s, t0)
	k.LR = sign * math.Sqrt(max(ratio, 0))
	k.Score = sign * math.Sqrt(gc*gc/infoC+gs*gs/infoS)
	k.Wald = (tc - ts) / math.Sqrt(1/infoC+1/infoS)
	k.join()
	return true
}

// ByTimes fills the test of times, given in seconds (Sinharay 2020); false when one of the sets has none.
func (k *KnownSet) ByTimes(m Lognormal, seconds []float64, known []bool) bool {
	tc, wc := m.speed(seconds, func(i int) bool { return known[i] })
	ts, ws := m.speed(seconds, func(i int) bool { return !known[i] })
	if wc <= 0 || ws <= 0 {
		return false
	}
	k.Times = (tc - ts) / math.Sqrt(1/wc+1/ws)
	k.join()
	return true
}

func (k *KnownSet) join() {
	lr, times := max(k.LR, 0), max(k.Times, 0)
	k.Joint = lr*lr + times*times
}

// UpperP is the one-sided p-value of a statistic that is N(0,1) without preknowledge.
func UpperP(z float64) float64 { return normalAbove(z) }

// JointP is the p-value of Joint, ¼χ²₂ + ½χ²₁ + ¼χ²₀ (Sinharay & Johnson 2020).
func (k KnownSet) JointP() float64 {
	return .25*chiSquareAbove(k.Joint, 2) + .5*chiSquareAbove(k.Joint, 1) + .25*chiSquareAbove(k.Joint, 0)
}
