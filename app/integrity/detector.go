package integrity

import (
	"bainian/app/exams"
	"bainian/app/integrity/stats"
	"bainian/app/questions"
)

// family is the chance, per exam, that the test finds even one pair although everyone answered alone.
const family = .01

// detector is the version of the program's tests: it grows with every change that can change what they say.
const detector = "2026-11"

// Declaration is what is fixed and committed to the ledger before anyone starts: which one test raises
// findings and by what rule its threshold follows from the number of papers.
type Declaration struct {
	Test      string   `json:"test"`
	Family    float64  `json:"family_wise_error"`
	Align     []string `json:"alignments"`
	Threshold string   `json:"threshold"`
	Excluded  []string `json:"excluded"`
	Detector  string   `json:"detector,omitempty"`      // version of the program's tests
	Beside    []string `json:"corroborating,omitempty"` // the tests that are shown beside a finding and raise none
}

func declared() Declaration {
	return Declaration{
		Test:      "letter-shuffle v1",
		Family:    family,
		Align:     []string{string(byNumber), string(byItem)},
		Threshold: "family_wise_error / (pairs × alignments)",
		Excluded:  []string{"unshuffled or not single choice", "unanswered", "rapid (NT10) and by habit: one letter or one step in more than 60 %", "papers answered by position"},
		Detector:  detector,
		Beside:    []string{"omega", "GBT", "M4", "LLRmax", "l_z*", "response times", "canaries", "essays by winnowing"},
	}
}

// alignment is how the places of two papers are laid beside each other.
type alignment string

const (
	byNumber alignment = "number" // question 1 beside question 1: shared letter lists
	byItem   alignment = "item"   // the same item beside itself: shared screens
)

// match is a pair that the declared test finds.
type match struct {
	a, b        int
	alignment   alignment
	matches, of int
	needed      int
	p           float64
}

// compared is what one run of the test over a sitting says.
type compared struct {
	papers, pairs, positional int
	threshold                 float64
	found                     []match
}

// compare runs the declared test over the papers of a sitting. A pair found in both alignments is reported
// once, by the stronger.
func compare(papers []exams.SatPaper) compared {
	slots := lettersOf(papers)
	var kept []int
	out := compared{papers: len(papers)}
	for i := range papers {
		if stats.Positional(slots[byNumber][i]) {
			out.positional++
			continue
		}
		kept = append(kept, i)
	}
	out.pairs = len(kept) * (len(kept) - 1) / 2
	out.threshold = stats.FamilyThreshold(family, out.pairs*len(slots))
	best := map[[2]int]match{}
	for _, align := range []alignment{byNumber, byItem} {
		subset := make([]stats.Paper, len(kept))
		for i, k := range kept {
			subset[i] = slots[align][k]
		}
		pairs := stats.LetterPairs(subset, out.threshold)
		for _, p := range pairs {
			m := match{a: kept[p.A], b: kept[p.B], alignment: align, matches: p.Matches, of: p.N, needed: p.Needed, p: p.P}
			if old, ok := best[[2]int{m.a, m.b}]; !ok || m.p < old.p {
				best[[2]int{m.a, m.b}] = m
			}
		}
	}
	for a := range papers {
		for b := a + 1; b < len(papers); b++ {
			if m, ok := best[[2]int{a, b}]; ok {
				out.found = append(out.found, m)
			}
		}
	}
	return out
}

// lettersOf turns papers into the slots of both alignments. A slot counts only where the item is a shuffled
// single choice and was answered. Answers too quick to have been read count unless they were given by habit:
// who works off a list of letters is quick.
func lettersOf(papers []exams.SatPaper) map[alignment][]stats.Paper {
	rapid := rapidThresholds(papers)
	place := map[string]int{} // of an item in the alignment by item
	longest := 0
	for _, p := range papers {
		longest = max(longest, len(p.Items))
		for n := range p.Items {
			if _, ok := place[itemKey(p, n)]; !ok {
				place[itemKey(p, n)] = len(place)
			}
		}
	}
	out := map[alignment][]stats.Paper{byNumber: make([]stats.Paper, len(papers)), byItem: make([]stats.Paper, len(papers))}
	for i, p := range papers {
		numbered, itemised := blank(longest), blank(len(place))
		var quick []stats.Slot
		for n := range p.Items {
			if s, ok := slotOf(p, n); ok && p.Seconds[n] < rapid[itemKey(p, n)] {
				quick = append(quick, s)
			}
		}
		habit := stats.Habit(quick)
		for n := range p.Items {
			s, ok := slotOf(p, n)
			if !ok || habit && p.Seconds[n] < rapid[itemKey(p, n)] {
				continue
			}
			numbered[n], itemised[place[itemKey(p, n)]] = s, s
		}
		out[byNumber][i], out[byItem][i] = numbered, itemised
	}
	return out
}

func blank(n int) stats.Paper {
	p := make(stats.Paper, n)
	for i := range p {
		p[i].Letter = -1
	}
	return p
}

// itemKey names the item of question n (from 0) across papers.
func itemKey(p exams.SatPaper, n int) string {
	q := p.Form.Questions[n]
	return q.Bank + "/" + q.Item
}

func slotOf(p exams.SatPaper, n int) (stats.Slot, bool) {
	item, chosen := p.Items[n], p.Responses[n].Choices
	if item.Kind != questions.Single || !item.Shuffled() || len(chosen) != 1 {
		return stats.Slot{}, false
	}
	return stats.Slot{Letter: int8(chosen[0]), Options: int8(len(p.Form.Questions[n].Layout.Order))}, true
}

func rapidThresholds(papers []exams.SatPaper) map[string]float64 {
	seconds := map[string][]float64{}
	for _, p := range papers {
		for n, s := range p.Seconds {
			if s > 0 {
				seconds[itemKey(p, n)] = append(seconds[itemKey(p, n)], s)
			}
		}
	}
	out := map[string]float64{}
	for key, s := range seconds {
		out[key] = stats.RapidThreshold(s)
	}
	return out
}
