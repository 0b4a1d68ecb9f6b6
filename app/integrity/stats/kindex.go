package stats

import (
	"maps"
	"math"
	"slices"
)

// CopyIndices are the probabilities, by the indices that need no response model, that an honest copier shares so many
// wrong answers with a source. They are weak for small groups and corroborate only; nothing is flagged by them.
type CopyIndices struct{ K, K1, K2, S1, S2 float64 }

// Copying takes the K and S indices of a copier and a source (rows of a). w is the number of wrong answers of somebody
// and m how many of them are the source's own; the other people but the source form groups by w, and an item that was
// left out is neither right nor wrong.
//
//   - K (Holland 1996): P(Bin(w_s, p̂) ≥ m), p̂ being the mean of m/w_s in the copier's group.
//   - K1, K2 (Sotaridona & Meijer 2002): the same with p̂ from the line or parabola through the groups' means of m/w_s
//     on Q = w/n (least squares, each group counting once).
//   - S1 (Sotaridona & Meijer 2003): Σ_{v=m}^{w_s} e^−μ μ^v/v!, log μ being linear in w (a Poisson regression of the
//     groups' means of m).
//   - S2 (the same): m and the means count also the matching right answers, by ⌈Σδ⌉ with δ = ((1+g)/(1−g)·e)^(d·p),
//     d = −(1+g)/g and g = 1/options, p being the share of the group that has the item right; the sum goes to n.
func (a *Answers) Copying(source, copier int) CopyIndices {
	n, groups := a.Items(), map[int][]int{}
	wrong := make([]int, a.People())
	for p, row := range a.Chosen {
		for i, k := range row {
			if k >= 0 && k != a.Key[i] {
				wrong[p]++
			}
		}
		if p != source {
			groups[wrong[p]] = append(groups[wrong[p]], p)
		}
	}
	ws, wc := wrong[source], wrong[copier]
	var w, q, share, mean, weighted []float64
	own, ownRight := a.shared(source, copier, groups[wc])
	for _, r := range slices.Sorted(maps.Keys(groups)) {
		m, right := 0.0, 0.0
		for _, p := range groups[r] {
			same, also := a.shared(source, p, groups[r])
			m += float64(same) / float64(len(groups[r]))
			right += math.Ceil(also-1e-9) / float64(len(groups[r]))
		}
		w, q = append(w, float64(r)), append(q, float64(r)/float64(n))
		share, mean, weighted = append(share, m/math.Max(float64(ws), 1)), append(mean, m), append(weighted, m+right)
	}
	at, _ := slices.BinarySearch(w, float64(wc))
	stars := own + int(math.Ceil(ownRight-1e-9))
	return CopyIndices{
		K:  binomialTail(ws, own, share[at]),
		K1: binomialTail(ws, own, polynomial(q, share, 1, q[at])),
		K2: binomialTail(ws, own, polynomial(q, share, 2, q[at])),
		S1: poissonTail(own, ws, poissonMean(w, mean, w[at])),
		S2: poissonTail(stars, n, poissonMean(w, weighted, w[at])),
	}
}

// shared is how many wrong answers of the source a person gave too, and the Σδ of S2 over the right answers that both
// gave.
func (a *Answers) shared(source, person int, group []int) (wrong int, right float64) {
	for i, k := range a.Chosen[source] {
		if k < 0 || k != a.Chosen[person][i] {
			continue
		}
		if k != a.Key[i] {
			wrong++
			continue
		}
		if a.Options[i] < 2 {
			continue // whoever answers is right
		}
		p := 0.0
		for _, other := range group {
			if a.Chosen[other][i] == k {
				p += 1 / float64(len(group))
			}
		}
		g := 1 / float64(a.Options[i])
		right += math.Pow((1+g)/(1-g)*math.E, -(1+g)/g*p)
	}
	return wrong, right
}

// binomialTail is P(Bin(n, p) ≥ m), with p brought into [0, 1].
func binomialTail(n, m int, p float64) float64 {
	p = math.Min(math.Max(p, 0), 1)
	switch {
	case m <= 0 || p == 1:
		return 1
	case p == 0 || m > n:
		return tiny
	}
	return math.Max(upperTail(binomial(n, p))[m], tiny)
}

// poissonTail is Σ_{v=from}^{to} e^−μ μ^v/v!.
func poissonTail(from, to int, mu float64) float64 {
	sum := 0.0
	for v := from; v <= to; v++ {
		l, _ := math.Lgamma(float64(v + 1))
		sum += math.Exp(float64(v)*math.Log(mu) - mu - l)
	}
	return math.Min(math.Max(sum, tiny), 1)
}

// polynomial is the value at x of the least-squares polynomial through the points, of the degree that they allow.
func polynomial(xs, ys []float64, degree int, x float64) float64 {
	k := min(degree, len(xs)-1) + 1
	m, b := make([]float64, k*k), make([]float64, k)
	for n := range xs { // powers of x−X, so that the first coefficient is the value
		for i := range k {
			b[i] += ys[n] * math.Pow(xs[n]-x, float64(i))
			for j := range k {
				m[i*k+j] += math.Pow(xs[n]-x, float64(i+j))
			}
		}
	}
	if !solve(m, b, k) {
		return polynomial(xs, ys, k-2, x)
	}
	return b[0]
}

// poissonMean is e^(β₀+β₁x) of the Poisson regression of the means ys on xs, by Newton's method.
func poissonMean(xs, ys []float64, x float64) float64 {
	sum := 0.0
	for _, y := range ys {
		sum += y / float64(len(ys))
	}
	if sum == 0 {
		return tiny
	}
	b0, b1 := math.Log(sum), 0.0 // of xs−x, so that β₀ is the answer
	if len(xs) < 2 {
		return sum
	}
	for range 100 {
		var g0, g1, h00, h01, h11 float64
		for n := range xs {
			d := xs[n] - x
			mu := math.Exp(math.Min(b0+b1*d, 30))
			g0, g1 = g0+ys[n]-mu, g1+(ys[n]-mu)*d
			h00, h01, h11 = h00+mu, h01+mu*d, h11+mu*d*d
		}
		det := h00*h11 - h01*h01
		if det <= 1e-12*h00*h11 {
			break
		}
		s0, s1 := (h11*g0-h01*g1)/det, (h00*g1-h01*g0)/det
		damp := math.Min(1, 2/math.Max(math.Abs(s0), math.Abs(s1)))
		b0, b1 = b0+damp*s0, b1+damp*s1
		if math.Abs(s0)+math.Abs(s1) < 1e-12 {
			break
		}
	}
	return math.Max(math.Exp(math.Min(b0, 30)), tiny)
}
