package integrity

import (
	"cmp"
	"math"
	"slices"

	"bainian/app/exams"
	"bainian/app/integrity/stats"
)

// mostMapped is how many papers a map shows: more are no picture any more, and the most alike are kept.
const mostMapped = 200

// Map is how alike the papers of a sitting are, each with each, by the declared test.
type Map struct {
	Attempts []string `json:"attempts"`        // in the order of the picture
	Seats    []string `json:"seats,omitempty"` // where each sat, "" for who had no place; nil where nobody wrote a plan
	Cells    []byte   `json:"cells"`           // (0,1), (0,2), …, (1,2), …: tenths of −log10 p, at most 255
}

// P is the probability of papers a and b (a ≠ b, places in Attempts) being so alike if both were answered alone, never
// below 10^-25.5, which a map does not tell apart.
func (m Map) P(a, b int) float64 {
	if a > b {
		a, b = b, a
	}
	n := len(m.Attempts)
	return math.Pow(10, -float64(m.Cells[a*n-a*(a+1)/2+b-a-1])/10)
}

// mapOf lays the papers out by seat, or by start where there is no plan: neighbours are beside each other. Of too many
// papers it takes the ones that are most like another. A pair has the smaller p of both alignments, doubled, since it had two chances.
func mapOf(papers []exams.SatPaper, seats map[string]string) Map {
	slots := lettersOf(papers)
	best := map[[2]int]float64{}
	closest := make([]float64, len(papers))
	for i := range closest {
		closest[i] = 1
	}
	for _, align := range []alignment{byNumber, byItem} {
		// Half of all pairs would be too many to keep of a large sitting.
		for _, pair := range stats.LetterPairs(slots[align], mapped(len(papers))) {
			k := [2]int{pair.A, pair.B}
			p := math.Min(1, 2*pair.P)
			if old, ok := best[k]; !ok || p < old {
				best[k] = p
				closest[pair.A], closest[pair.B] = math.Min(closest[pair.A], p), math.Min(closest[pair.B], p)
			}
		}
	}
	shown := make([]int, len(papers))
	for i := range shown {
		shown[i] = i
	}
	if len(shown) > mostMapped {
		slices.SortStableFunc(shown, func(a, b int) int { return cmp.Compare(closest[a], closest[b]) })
		shown = shown[:mostMapped]
		slices.Sort(shown)
	}
	slices.SortStableFunc(shown, func(a, b int) int { return exams.CompareSeats(seats[papers[a].PersonID], seats[papers[b].PersonID]) })
	m := Map{Attempts: make([]string, len(shown)), Cells: make([]byte, 0, len(shown)*(len(shown)-1)/2)}
	for a, i := range shown {
		m.Attempts[a] = papers[i].ID
		if len(seats) > 0 {
			m.Seats = append(m.Seats, seats[papers[i].PersonID])
		}
		for _, j := range shown[a+1:] {
			p, ok := best[[2]int{min(i, j), max(i, j)}]
			if !ok {
				p = 1
			}
			m.Cells = append(m.Cells, byte(math.Min(255, math.Round(-10*math.Log10(p)))))
		}
	}
	return m
}

// mapped is the p-value from which on a pair stands out on a map of so many papers, before it is doubled.
func mapped(papers int) float64 {
	if papers <= mostMapped {
		return .5
	}
	return .001
}
