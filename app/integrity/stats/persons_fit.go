package stats

import "math"

// fitSums are the sums over a person's answers that the log-likelihood statistics of person fit are made of,
// with w = ln(P/Q): how surprising the pattern of right and wrong is for somebody of this ability.
type fitSums struct {
	w, variance float64 // Σ(x−P)w and ΣPQw²
	correction  float64 // c = ΣP′w / ΣP′r with r = P′/(PQ)
	corrected   float64 // ΣPQ(w−cr)²
	n           int
}

func sumFit(rs []reply, theta float64) (s fitSums) {
	slopeW, slopeR := 0.0, 0.0
	for i := range rs {
		p, slope := rs[i].p(theta)
		q := 1 - p
		w := math.Log(p / q)
		s.w += (rs[i].x() - p) * w
		s.variance += p * q * w * w
		slopeW += slope * w
		slopeR += slope * slope / (p * q)
	}
	if s.n = len(rs); slopeR > 0 {
		s.correction = slopeW / slopeR
	}
	for i := range rs {
		p, slope := rs[i].p(theta)
		q := 1 - p
		w := math.Log(p/q) - s.correction*slope/(p*q)
		s.corrected += p * q * w * w
	}
	return s
}

// flat is the share of the variance below which nothing of it is left and no statistic can be standardised.
const flat = 1e-9

// Lz is the standardised log-likelihood l_z = Σ(x−P)w / √ΣPQw² (Drasgow, Levine & Williams 1985) at θ; low values
// are misfit. False when the answers cannot tell (none, or every P = ½).
func (m TwoPL) Lz(scores []int8, theta float64) (lz float64, ok bool) {
	s := sumFit(m.replies(scores, nil), theta)
	if s.variance < flat {
		return 0, false
	}
	return s.w / math.Sqrt(s.variance), true
}

// LzStar is l_z with the correction for an estimated θ, l_z* = (W + c·r₀)/√ΣPQ(w−cr)² (Snijders 2001): unlike l_z,
// it is near N(0,1) in people who answer by the model. prior is 0 when θ is the maximum-likelihood estimate
// (r₀ = 0), 1 when it is the mode under the prior N(0,1) (r₀ = −θ). False when the answers cannot tell.
func (m TwoPL) LzStar(scores []int8, theta, prior float64) (lz float64, ok bool) {
	return lzStar(m.replies(scores, nil), theta, prior)
}

func lzStar(rs []reply, theta, prior float64) (lz float64, ok bool) {
	s := sumFit(rs, theta)
	if s.corrected < flat*max(s.variance, 1) {
		return 0, false
	}
	return (s.w - s.correction*prior*theta) / math.Sqrt(s.corrected), true
}

// LzTimes is l_z of scores and times together (L_ST of Gorney, Sinharay & Liu 2024): the log-likelihood of right
// and wrong and of how long each took, (Σ[(x−P)w − z²/2 + ½]) / √Σ(PQw² + ½), z the standardised residuals of
// log time. Answers without a time count by their score alone. Low values are misfit.
func (m TwoPL) LzTimes(scores []int8, theta float64, residuals []Residual) (lz float64, ok bool) {
	s := sumFit(m.replies(scores, nil), theta)
	w, variance := s.w, s.variance
	for _, r := range residuals {
		if r.OK {
			w += .5 - r.Z*r.Z/2
			variance += .5
		}
	}
	if variance < flat {
		return 0, false
	}
	return w / math.Sqrt(variance), true
}
