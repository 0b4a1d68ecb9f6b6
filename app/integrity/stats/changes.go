package stats

import "math"

// ChangeIndex is the erasure detection index of one person (EDI: Wollack, Cohen & Eckerly 2015): how much better the
// answers they changed came out in the end than their ability lets expect, (Σ(x−P) − ½)/√ΣPQ over the changed
// items, with θ from the unchanged ones and ½ for continuity. scores are final, 1 right, 0 wrong, Missing. It is near
// N(0,1) or below when changes are second thoughts. Going back over a paper is normal: it is context, nothing more.
// False when nothing was changed or nothing left.
func ChangeIndex(m TwoPL, scores []int8, changed []bool) (edi float64, ok bool) {
	kept := m.replies(scores, func(i int) bool { return !changed[i] })
	moved := m.replies(scores, func(i int) bool { return changed[i] })
	if len(kept) == 0 || len(moved) == 0 {
		return 0, false
	}
	theta := likeliest(kept, 0)
	sum, variance := -.5, 0.0
	for i := range moved {
		p, _ := moved[i].p(theta)
		sum += moved[i].x() - p
		variance += p * (1 - p)
	}
	return sum / math.Sqrt(variance), true
}
