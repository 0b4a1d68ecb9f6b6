package exams

import (
	"math"
	"slices"
)

func mean(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

// average is the mean, nil of nothing.
func average(xs []float64) *float64 {
	if len(xs) == 0 {
		return nil
	}
	m := mean(xs)
	return &m
}

// covariance is the sample covariance, over n−1; it needs two values.
func covariance(xs, ys []float64) float64 {
	mx, my, sum := mean(xs), mean(ys), 0.0
	for n := range xs {
		sum += (xs[n] - mx) * (ys[n] - my)
	}
	return sum / float64(len(xs)-1)
}

func deviation(xs []float64) *float64 {
	if len(xs) < 2 {
		return nil
	}
	d := 0.0 // also of equal values whose mean is not rounded to them
	if !constant(xs) {
		d = math.Sqrt(covariance(xs, xs))
	}
	return &d
}

// correlation is nil where one of the two never varies: equal values differ from their mean by rounding only.
func correlation(xs, ys []float64) *float64 {
	if len(xs) < 2 || constant(xs) || constant(ys) {
		return nil
	}
	r := covariance(xs, ys) / math.Sqrt(covariance(xs, xs)*covariance(ys, ys))
	r = max(-1, min(1, r))
	return &r
}

// efficiency is the covariance as a share of that of the two lists when both are sorted, which no pairing of
// the same values exceeds. Nil where one never varies.
func efficiency(xs, ys []float64) *float64 {
	if len(xs) < 2 || constant(xs) || constant(ys) {
		return nil
	}
	most := covariance(slices.Sorted(slices.Values(xs)), slices.Sorted(slices.Values(ys)))
	e := min(1, covariance(xs, ys)/most)
	return &e
}

// skewness is the adjusted Fisher–Pearson coefficient, n/((n−1)(n−2))·Σz³, as spreadsheets have it; nil below three
// values and where they never vary.
func skewness(xs []float64) *float64 {
	if len(xs) < 3 || constant(xs) {
		return nil
	}
	n, m, d, sum := float64(len(xs)), mean(xs), math.Sqrt(covariance(xs, xs)), 0.0
	for _, x := range xs {
		z := (x - m) / d
		sum += z * z * z
	}
	g := n / ((n - 1) * (n - 2)) * sum
	return &g
}

// quantile of sorted values, by linear interpolation between their ranks.
func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	low := int(at)
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (at-float64(low))*(sorted[high]-sorted[low])
}

func constant(xs []float64) bool {
	return !slices.ContainsFunc(xs, func(x float64) bool { return x != xs[0] })
}
