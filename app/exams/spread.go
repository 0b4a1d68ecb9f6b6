package exams

import "bainian/app/store"

// Spread is how the scores of a sitting's papers lie, with the place of one of them.
type Spread struct {
	Tenths             [10]int // papers by their share of the points, full marks in the last
	Below, Same, Above int     // how many of the others scored less, as much and more
}

// spreadFrom is how many papers it takes until a distribution tells of a group and not of single people.
const spreadFrom = 5

// Tenths counts shares of the points, in thousandths.
func Tenths(shares []int) (counts [10]int) {
	for _, s := range shares {
		counts[min(9, s/100)]++
	}
	return counts
}

// spreadOf places a share among all shares of its sitting, its own included; nil where they are too few.
func spreadOf(shares []int, own int) *Spread {
	if len(shares) < spreadFrom {
		return nil
	}
	s := &Spread{Tenths: Tenths(shares), Same: -1} // the paper itself is no other
	for _, share := range shares {
		switch {
		case share < own:
			s.Below++
		case share > own:
			s.Above++
		default:
			s.Same++
		}
	}
	return s
}

// sharesAtIn are the shares of the points of a sitting's graded papers, in thousandths; those set aside
// and those that wait to be marked do not count.
func sharesAtIn(rx *store.Rx, sittingID string) ([]int, error) {
	return store.All(rx, func(row store.Row) (share int, err error) {
		err = row.Scan(&share)
		return share, err
	}, `SELECT score * 1000 / max_score FROM attempt WHERE sitting_id = ? AND state <> 'live' AND max_score > 0 AND pending = 0 AND NOT aside`, sittingID)
}
