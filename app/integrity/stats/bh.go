package stats

import (
	"math"
	"slices"
)

// BenjaminiHochberg are the adjusted p-values, in the order of p: the smallest false discovery rate at which each is
// among the discoveries (Benjamini and Hochberg 1995). It orders a queue and decides nothing. What is not a number is
// as good as 1.
func BenjaminiHochberg(p []float64) []float64 {
	order := make([]int, len(p))
	at := func(i int) float64 {
		if math.IsNaN(p[i]) || p[i] > 1 {
			return 1
		}
		return max(0, p[i])
	}
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch x, y := at(a), at(b); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	q, least := make([]float64, len(p)), 1.0
	for rank := len(order); rank > 0; rank-- {
		i := order[rank-1]
		least = min(least, at(i)*(float64(len(p))/float64(rank)))
		q[i] = least
	}
	return q
}
