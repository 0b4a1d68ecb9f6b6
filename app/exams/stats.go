package exams

import (
	"cmp"
	"slices"
)

// Enough is how many papers an item, or an exam, must have been in before anything is called good or bad: a
// correlation of ten pairs is still loose by a third either way. Below it the numbers are shown and nothing
// is said of them.
const Enough = 10

// ItemKey names an item among all banks.
type ItemKey struct{ Bank, Item string }

// Observed is a paper as the statistics see it: one that has ended and was not set aside.
type Observed struct {
	Marks    Marks
	Sections []string       // titles, one per section of the marks; nil tells none apart
	Details  []ObservedItem // one per question of the marks; nil knows the marks alone
}

// ObservedItem is what the marks do not say of a question.
type ObservedItem struct {
	Section int
	Variant string  // the wording, "" is the item's own
	Version int     // of its bank: the first one in which the item read as it was dealt
	Chosen  []int   // ticked choices by their places in the item as it is shown now; −1 is one that it has no longer
	Seconds float64 // until it was first answered; 0 when it never was
}

// Tally takes papers one by one and keeps of each question some fifty bytes, no text and nobody's name.
type Tally struct {
	papers []tallied
	keys   []ItemKey // by the number of an item in this tally
	number map[ItemKey]int32
	titles []string // of the sections, in the order of the first paper that has them
	places map[string]int
}

type tallied struct {
	score, max int // of what is scored and marked
	waiting    bool
	passed     bool
	questions  []tallyMark
}

type tallyMark struct {
	item       int32
	section    int32
	score, max int32
	version    int32
	seconds    float32
	chosen     uint64 // a bit per choice
	lost       bool   // a choice was ticked that the item has no longer
	blank      bool
	waiting    bool // for a person's mark; until then its score says nothing
	variant    string
}

// Add takes one more paper.
func (t *Tally) Add(p Observed) {
	if t.number == nil {
		t.number, t.places = map[ItemKey]int32{}, map[string]int{}
	}
	paper := tallied{passed: p.Marks.Passed, questions: make([]tallyMark, len(p.Marks.Questions))}
	for n, q := range p.Marks.Questions {
		m := tallyMark{item: t.numberOf(ItemKey{q.Bank, q.Item}), score: int32(q.Score), max: int32(q.Max), blank: q.Blank, waiting: q.Pending}
		chosen := q.Chosen
		if p.Details != nil {
			d := p.Details[n]
			chosen, m.variant, m.version, m.seconds = d.Chosen, d.Variant, int32(d.Version), float32(d.Seconds)
			if d.Section < len(p.Sections) {
				m.section = int32(t.placeOf(p.Sections[d.Section]))
			}
		}
		for _, c := range chosen {
			if c >= 0 && c < 64 {
				m.chosen |= 1 << c
			} else {
				m.lost = true
			}
		}
		if m.waiting {
			paper.waiting = true
		} else {
			paper.score, paper.max = paper.score+q.Score, paper.max+q.Max
		}
		paper.questions[n] = m
	}
	t.papers = append(t.papers, paper)
}

func (t *Tally) numberOf(k ItemKey) int32 {
	n, known := t.number[k]
	if !known {
		n = int32(len(t.keys))
		t.number[k], t.keys = n, append(t.keys, k)
	}
	return n
}

func (t *Tally) placeOf(title string) int {
	n, known := t.places[title]
	if !known {
		n = len(t.titles)
		t.places[title], t.titles = n, append(t.titles, title)
	}
	return n
}

// Statistics are the items' statistics of these marks alone, by bank and item.
func Statistics(all []Marks) []ItemStats {
	var t Tally
	for _, m := range all {
		t.Add(Observed{Marks: m})
	}
	return t.Items()
}

// Facilities are the facilities of the items that were in at least that many papers, for draws that want forms of
// like difficulty.
func Facilities(stats []ItemStats, least int) map[ItemKey]float64 {
	known := map[ItemKey]float64{}
	for _, s := range stats {
		if s.Facility != nil && s.Scored >= least {
			known[ItemKey{s.Bank, s.Item}] = *s.Facility
		}
	}
	return known
}

// Third is a part of the papers by their share of the points.
type Third int

const (
	Lower Third = iota
	Middle
	Upper
)

// thirds puts every paper into its third. Papers of equal shares are in one third, that of the middle of their
// ranks, so that no order of equal papers decides.
func (t *Tally) thirds() []Third {
	shares := make([]float64, 0, len(t.papers))
	for _, p := range t.papers {
		shares = append(shares, p.share())
	}
	sorted := slices.Clone(shares)
	slices.Sort(sorted)
	out := make([]Third, len(shares))
	for n, s := range shares {
		below, _ := slices.BinarySearch(sorted, s)
		upTo, _ := slices.BinarySearchFunc(sorted, s, func(x, s float64) int {
			if x <= s {
				return -1
			}
			return 1
		})
		switch middle := 3 * (below + upTo); { // of the ranks, in sixths of a rank
		case middle < 2*len(sorted):
			out[n] = Lower
		case middle > 4*len(sorted):
			out[n] = Upper
		default:
			out[n] = Middle
		}
	}
	return out
}

func (p tallied) share() float64 {
	if p.max == 0 {
		return 0
	}
	return float64(p.score) / float64(p.max)
}

func byItem(a, b ItemStats) int {
	return cmp.Or(cmp.Compare(a.Bank, b.Bank), cmp.Compare(a.Item, b.Item))
}
