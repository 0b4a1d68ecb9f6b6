package exams

import (
	"cmp"
	"math"
	"slices"

	"bainian/app/questions"
)

// Reason is why an item deserves a look. It accuses no item; a person reads it and decides.
type Reason string

// The reasons, the most urgent first: that the key may be wrong, that the wording may be, that it tells little.
const (
	Reversed Reason = "reversed" // those who do well on the rest miss it more often
	Strong   Reason = "strong"   // the upper third ticks a wrong choice more often than the key
	Rival    Reason = "rival"    // all tick a wrong choice more often than the key
	Weak     Reason = "weak"     // strong and weak do about equally well
	Hard     Reason = "hard"     // hardly anybody knows it, or no more than guess it
	Skipped  Reason = "blank"    // many leave it blank
	Slow     Reason = "slow"     // it takes far longer than expected
	Quick    Reason = "quick"    // it is answered faster than it can be read
	Easy     Reason = "easy"     // nearly everybody knows it
	Idle     Reason = "idle"     // nobody ticks some wrong choice
)

// reasons are all of them in the order of urgency.
func reasons() []Reason {
	return []Reason{Reversed, Strong, Rival, Weak, Hard, Skipped, Slow, Quick, Easy, Idle}
}

// Serious reports whether the key, the wording or the teaching may be wrong, rather than the item tell little.
func (r Reason) Serious() bool { return r != Easy && r != Idle }

// Thresholds. Those without a source are ours.
const (
	// WeakBelow is where an item tells people hardly apart: item-rest correlations from 0.15 on are usually taken to
	// do well (S. Varma, Preliminary item statistics using point-biserial correlation and p-values, 2006).
	WeakBelow = 0.15
	// Moodle's facility index calls an item extremely easy from 95 % on; R. L. Ebel and D. A. Frisbie (Essentials of
	// Educational Measurement, 1991) keep items that are this easy for what everybody must know, which is why it is
	// the last of the reasons but one.
	tooEasy = 0.95
	tooHard = 0.25 // what guessing earns with four choices; an item's own share of guessing counts too
	// A wrong choice that fewer than one in twenty tick does not work (T. M. Haladyna and S. M. Downing, How many
	// options is enough for a multiple-choice test item?, 1993). That nobody ticks it is said from so many papers on
	// that one which one in twenty tick would have been ticked with 95 % certainty: 0.95^59 < 0.05.
	idleFrom   = 59
	strongFrom = 5 // papers of the upper third
	manySkip   = 5 // one in so many leaves it blank
	slowBy     = 3 // times the expected time, in the median
	quickBy    = 4 // times less than it
)

// Concern is a reason with its numbers.
type Concern struct {
	Reason
	Choice  int // place in the source, of Strong, Rival and Idle
	Times   int // how often it was ticked (Strong: by the upper third); of Skipped how many left it blank
	Key     int // how often the key was
	Of      int // papers
	Percent int // of the points, of Hard and Easy
	Seconds int // the median, of Slow and Quick
	Usual   int // what was expected
}

// Concerns are the reasons to look at an item, the most urgent first; none below Enough papers. Usual is how long items
// take that say nothing of their time, in seconds, 0 when nobody knows. A correlation of few papers is loose by
// about 1/√n: only what is low beyond that is named, or chance would fill the list.
func Concerns(item questions.Item, s ItemStats, usual float64) []Concern {
	if s.N < Enough {
		return nil
	}
	var out []Concern
	if d := s.Discrimination; d != nil {
		switch least := *d + 1/math.Sqrt(float64(s.Scored)); {
		case least < 0:
			out = append(out, Concern{Reason: Reversed})
		case least < WeakBelow:
			out = append(out, Concern{Reason: Weak})
		}
	}
	out = append(out, choicesOf(item, s)...)
	if f := s.Facility; f != nil {
		switch {
		case *f >= tooEasy:
			out = append(out, Concern{Reason: Easy, Percent: percent(*f)})
		case *f <= max(tooHard, guessed(item)):
			out = append(out, Concern{Reason: Hard, Percent: percent(*f)})
		}
	}
	if s.Blank*manySkip >= s.N {
		out = append(out, Concern{Reason: Skipped, Times: s.Blank, Of: s.N})
	}
	if item.Seconds > 0 {
		usual = float64(item.Seconds)
	}
	if t := s.Times; t != nil && t.N >= Enough && usual > 0 {
		switch {
		case t.Median > slowBy*usual:
			out = append(out, Concern{Reason: Slow, Seconds: int(t.Median + .5), Usual: int(usual + .5)})
		case t.Median*quickBy < usual:
			out = append(out, Concern{Reason: Quick, Seconds: int(t.Median + .5), Usual: int(usual + .5)})
		}
	}
	slices.SortStableFunc(out, func(a, b Concern) int {
		return cmp.Compare(slices.Index(reasons(), a.Reason), slices.Index(reasons(), b.Reason))
	})
	return out
}

func percent(share float64) int { return int(share*100 + .5) }

// guessed is the share of its points that guessing earns.
func guessed(item questions.Item) float64 {
	if item.Points == 0 {
		return 0
	}
	return float64(item.GuessScore()) / float64(item.Points)
}

// choicesOf finds what is odd about the wrong choices. Which wrong choice stands for "no better" is a matter of one
// key: of several right ones the least ticked is compared.
func choicesOf(item questions.Item, s ItemStats) (out []Concern) {
	switch item.Kind {
	case questions.Single, questions.TrueFalse, questions.Multiple:
	default:
		return nil
	}
	key, rival, strong := -1, -1, -1
	by := func(n int, t Third) int {
		if n >= len(s.Choices) {
			return 0
		}
		return s.Choices[n].Thirds[t]
	}
	for n, right := range item.Right {
		switch {
		case right && (key < 0 || s.Chosen(n) < s.Chosen(key)):
			key = n
		case right:
		default:
			if rival < 0 || s.Chosen(n) > s.Chosen(rival) {
				rival = n
			}
			if strong < 0 || by(n, Upper) > by(strong, Upper) {
				strong = n
			}
		}
	}
	if key < 0 || rival < 0 {
		return nil
	}
	if s.Thirds[Upper] >= strongFrom && by(strong, Upper) > by(key, Upper) {
		out = append(out, Concern{Reason: Strong, Choice: strong, Times: by(strong, Upper), Key: by(key, Upper), Of: s.Thirds[Upper]})
	} else if s.Chosen(rival) > s.Chosen(key) {
		out = append(out, Concern{Reason: Rival, Choice: rival, Times: s.Chosen(rival), Key: s.Chosen(key), Of: s.N})
	}
	if len(s.Choices) == 0 || s.Facility == nil || *s.Facility >= tooEasy || s.N-s.Blank-s.Lost < idleFrom {
		return out // where nearly all know it, no wrong choice has takers
	}
	for n, right := range item.Right {
		if !right && s.Chosen(n) == 0 {
			out = append(out, Concern{Reason: Idle, Choice: n, Of: s.N})
		}
	}
	return out
}

// MoreUrgent orders items by their concerns: by the first reason, then by how many there are, then the one that tells
// people apart less. What has no concern comes last.
func MoreUrgent(a, b ItemRow) int {
	first := func(r ItemRow) int {
		if len(r.Concerns) == 0 {
			return len(reasons())
		}
		return slices.Index(reasons(), r.Concerns[0].Reason)
	}
	tells := func(r ItemRow) float64 {
		if r.Discrimination == nil {
			return 1
		}
		return *r.Discrimination
	}
	return cmp.Or(cmp.Compare(first(a), first(b)), cmp.Compare(len(b.Concerns), len(a.Concerns)), cmp.Compare(tells(a), tells(b)), byItem(a.ItemStats, b.ItemStats))
}

// usualSeconds is the median of the items' medians: how long an item of this exam takes.
func usualSeconds(stats []ItemStats) float64 {
	var medians []float64
	for _, s := range stats {
		if s.Times != nil && s.Times.N >= Enough {
			medians = append(medians, s.Times.Median)
		}
	}
	if len(medians) == 0 {
		return 0
	}
	slices.Sort(medians)
	return quantile(medians, .5)
}
