package exams

import (
	"cmp"
	"math"
	"slices"
)

// ItemStats is how an item did over many attempts.
type ItemStats struct {
	Bank, Item     string
	N              int      // attempts it was in
	Blank          int      // of them left blank
	Facility       *float64 // mean share of the points; nil for what is not scored
	Spread         *float64 // standard deviation of the share, over n−1; nil below two attempts
	Discrimination *float64 // correlation with the share of all other points; nil where either never varies
	Chosen         []int    // how often each choice was ticked, by canonical index; as long as the last one ever ticked
}

// Statistics are the items' statistics, by bank and item. The correlation is corrected: an item does not
// count into the rest that it is compared with.
func Statistics(all []Marks) []ItemStats {
	type sample struct {
		stats        ItemStats
		shares, rest []float64
	}
	samples := map[[2]string]*sample{}
	for _, m := range all {
		for _, q := range m.Questions {
			key := [2]string{q.Bank, q.Item}
			s := samples[key]
			if s == nil {
				s = &sample{stats: ItemStats{Bank: q.Bank, Item: q.Item}}
				samples[key] = s
			}
			s.stats.N++
			if q.Blank {
				s.stats.Blank++
			}
			for _, c := range q.Chosen {
				for len(s.stats.Chosen) <= c {
					s.stats.Chosen = append(s.stats.Chosen, 0)
				}
				s.stats.Chosen[c]++
			}
			if q.Max > 0 && m.Max > q.Max {
				s.shares = append(s.shares, float64(q.Score)/float64(q.Max))
				s.rest = append(s.rest, float64(m.Score-q.Score)/float64(m.Max-q.Max))
			}
		}
	}
	var out []ItemStats
	for _, s := range samples {
		if len(s.shares) > 0 {
			facility := mean(s.shares)
			s.stats.Facility = &facility
		}
		s.stats.Spread, s.stats.Discrimination = deviation(s.shares), correlation(s.shares, s.rest)
		out = append(out, s.stats)
	}
	slices.SortFunc(out, func(a, b ItemStats) int {
		return cmp.Or(cmp.Compare(a.Bank, b.Bank), cmp.Compare(a.Item, b.Item))
	})
	return out
}

func mean(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
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
	d := math.Sqrt(covariance(xs, xs))
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

func constant(xs []float64) bool {
	return !slices.ContainsFunc(xs, func(x float64) bool { return x != xs[0] })
}
