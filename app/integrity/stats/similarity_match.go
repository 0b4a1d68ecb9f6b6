package stats

import "math"

// tiny is the smallest p-value that is ever stated: below it a double runs out, and nothing is impossible.
const tiny = 1e-300

// Matches is how alike two people's answers to one exam are, item by item over the items that both answered: which
// of them match, and the probability of a match and of a match on the key had they answered independently.
type Matches struct {
	Same, Right     []bool
	P, PRight       []float64
	Count, N, Wrong int // matching answers, items compared, matching wrong answers
}

// Directional compares a copier with a source: an item matches by chance with the probability that somebody of the
// copier's ability chooses what the source chose (Wollack 1997).
func (m *NRM) Directional(source, copier []int8, key []int8, theta float64) Matches {
	var out Matches
	p := make([]float64, maxChoices)
	for i, s := range source {
		if s < 0 || copier[i] < 0 {
			continue
		}
		m.probabilities(i, theta, p)
		right := 0.0
		if s == key[i] {
			right = p[s]
		}
		out.put(s == copier[i], s == key[i], p[s], right)
	}
	return out
}

// Unconditional compares two people without a direction: an item matches by chance with Σ_k P_k(θ₁)·P_k(θ₂).
func (m *NRM) Unconditional(one, other []int8, key []int8, thetaOne, thetaOther float64) Matches {
	var out Matches
	p, q := make([]float64, maxChoices), make([]float64, maxChoices)
	for i, s := range one {
		if s < 0 || other[i] < 0 {
			continue
		}
		m.probabilities(i, thetaOne, p)
		m.probabilities(i, thetaOther, q)
		sum := 0.0
		for k := range m.Slope[i] {
			sum += p[k] * q[k]
		}
		out.put(s == other[i], s == key[i], sum, p[key[i]]*q[key[i]])
	}
	return out
}

func (x *Matches) put(same, onKey bool, p, right float64) {
	x.Same, x.Right = append(x.Same, same), append(x.Right, same && onKey)
	x.P, x.PRight = append(x.P, p), append(x.PRight, right)
	x.N++
	if same {
		x.Count++
		if !onKey {
			x.Wrong++
		}
	}
}

// Omega is Wollack's (1997) ω: (M − Σp) / √Σp(1−p), standard normal between honest people; 0 where nothing can vary.
func (x *Matches) Omega() float64 {
	return x.weighted(func(float64) float64 { return 1 })
}

// WeightedOmega is ω with the unlikely matches weighing more (Trout & Gorney 2025).
func (x *Matches) WeightedOmega() float64 {
	return x.weighted(func(p float64) float64 { return -math.Log(p) })
}

func (x *Matches) weighted(weight func(p float64) float64) float64 {
	sum, variance := 0.0, 0.0
	for i, p := range x.P {
		w := weight(p)
		sum -= w * p
		if x.Same[i] {
			sum += w
		}
		variance += w * w * p * (1 - p)
	}
	if variance < 1e-12 {
		return 0
	}
	return sum / math.Sqrt(variance)
}

// UpperNormal is the probability that a standard normal number is at least z, never below 1e-300.
func UpperNormal(z float64) float64 { return math.Max(math.Erfc(z/math.Sqrt2)/2, tiny) }

// GBT is the generalised binomial test of van der Linden & Sotaridona (2006): the exact (Poisson-binomial)
// probability of at least so many matches.
func (x *Matches) GBT() float64 {
	f := make([]float64, len(x.P)+1)
	f[0] = 1
	for n, p := range x.P {
		for j := n + 1; j > 0; j-- {
			f[j] = f[j]*(1-p) + f[j-1]*p
		}
		f[0] *= 1 - p
	}
	return math.Max(upperTail(f)[x.Count], tiny)
}

// M4 is Maynes' (2014) similarity test: matches on the key and matches on a wrong option are counted apart, each item
// being one of three things, and p is the probability of all outcomes (j, k) whose upper tail P(J ≥ j, K ≥ k) is no
// greater than that of the outcome seen.
func (x *Matches) M4() float64 {
	n := len(x.P)
	f := make([]float64, (n+1)*(n+1)) // f[j*(n+1)+k]: j matches on the key, k on a wrong option
	f[0] = 1
	for i := range n {
		right, wrong, none := x.PRight[i], x.P[i]-x.PRight[i], 1-x.P[i]
		for j := i + 1; j >= 0; j-- {
			for k := i + 1 - j; k >= 0; k-- {
				v := f[j*(n+1)+k] * none
				if j > 0 {
					v += f[(j-1)*(n+1)+k] * right
				}
				if k > 0 {
					v += f[j*(n+1)+k-1] * wrong
				}
				f[j*(n+1)+k] = v
			}
		}
	}
	tail := append([]float64(nil), f...)
	for j := n; j >= 0; j-- {
		for k := n; k >= 0; k-- {
			at := j*(n+1) + k
			if j < n {
				tail[at] += tail[at+n+1]
			}
			if k < n {
				tail[at] += tail[at+1]
			}
			if j < n && k < n {
				tail[at] -= tail[at+n+2]
			}
		}
	}
	seen := tail[(x.Count-x.Wrong)*(n+1)+x.Wrong] * (1 + 1e-9)
	p := 0.0
	for at, t := range tail {
		if t <= seen {
			p += f[at]
		}
	}
	return math.Min(math.Max(p, tiny), 1)
}
