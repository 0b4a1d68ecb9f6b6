package studio

import (
	"math"

	"bainian/app/exams"
	"bainian/app/questions"
)

// A concern is why an item deserves a look: a message with its numbers. It accuses no item; a trainer reads it
// and decides.
type concern struct {
	Key     string
	Args    []any
	Serious bool // the key or the wording may be wrong, rather than the item too easy
}

const (
	enough   = 10   // attempts before the numbers mean anything
	weak     = 0.15 // a discrimination below this tells candidates hardly apart
	tooEasy  = 0.95
	tooHard  = 0.25
	manySkip = 5 // one in so many leaves it blank
)

// concernsOf are the reasons to look at an item, the most serious first; none before there are enough attempts.
// A correlation of few attempts is loose by about 1/√n: only what is low beyond that is named, or chance would
// fill the list.
func concernsOf(r exams.ItemRow) []concern {
	if r.N < enough {
		return nil
	}
	var out []concern
	add := func(key string, args ...any) {
		out = append(out, concern{"studio.concern_" + key, args, key != "easy"})
	}
	if d := r.Discrimination; d != nil {
		switch least := *d + 1/math.Sqrt(float64(r.N)); {
		case least < 0:
			add("reversed")
		case least < weak:
			add("weak")
		}
	}
	if rival, times, key := rivalOf(r); rival != "" {
		add("rival", "choice", rival, "times", times, "key", key)
	}
	switch f := r.Facility; {
	case f == nil:
	case *f >= tooEasy:
		add("easy", "percent", thousandths(*f)/10)
	case *f <= tooHard:
		add("hard", "percent", thousandths(*f)/10)
	}
	if r.Blank*manySkip >= r.N {
		add("blank", "blank", r.Blank, "of", r.N)
	}
	return out
}

// rivalOf is the wrong choice of a single-choice item that more people ticked than its key.
func rivalOf(r exams.ItemRow) (rival string, times, key int) {
	if r.Now.Kind != questions.Single || len(r.Chosen) > len(r.Now.Right) {
		return "", 0, 0
	}
	best := -1
	for n, count := range r.Chosen {
		if r.Now.Right[n] {
			key = count
		} else if best < 0 || count > r.Chosen[best] {
			best = n
		}
	}
	if best < 0 || r.Chosen[best] <= key {
		return "", 0, 0
	}
	return letter(best), r.Chosen[best], key
}

// letter names a choice by its place in the source.
func letter(n int) string { return string(rune('A' + n)) }

func thousandths(share float64) int { return int(share*1000 + 0.5) }
