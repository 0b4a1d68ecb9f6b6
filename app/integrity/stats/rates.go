package stats

import "math"

// Wilson is the score interval of a proportion, hits of n, at a two-sided normal quantile z (1.96 for 95 %): it keeps
// inside 0 and 1 and says something even of no hits at all (Wilson 1927). 0 and 1 when n is 0.
func Wilson(hits, n int, z float64) (low, high float64) {
	if n == 0 {
		return 0, 1
	}
	p, m := float64(hits)/float64(n), float64(n)
	middle := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return max(0, middle-half), min(1, middle+half)
}
