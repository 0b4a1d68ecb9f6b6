package exams

import (
	"maps"
	"slices"

	"bainian/app/questions"
)

// Diff is what a regrade changes, to be read before it is confirmed; kept as a JSON document.
type Diff struct {
	Attempts int      `json:"attempts"`          // looked at
	Changes  []Change `json:"changes"`           // by attempt
	Rubrics  []string `json:"rubrics,omitempty"` // items whose rubric differs in the new version, which changes nothing
}

// Change is one attempt whose score or pass changes.
type Change struct {
	Attempt      string `json:"attempt"`
	Before       int    `json:"before"` // thousandths of a point
	After        int    `json:"after"`
	PassedBefore bool   `json:"passed_before"`
	PassedAfter  bool   `json:"passed_after"`
}

// DiffOf compares the marks of attempts, by id, before and after; both have the same attempts.
func DiffOf(before, after map[string]Marks) Diff {
	d := Diff{Attempts: len(before)}
	for _, id := range slices.Sorted(maps.Keys(before)) {
		b, a := before[id], after[id]
		if b.Score != a.Score || b.Passed != a.Passed {
			d.Changes = append(d.Changes, Change{id, b.Score, a.Score, b.Passed, a.Passed})
		}
	}
	return d
}

// Relay brings a layout of an item's old version to its new version, so that what a person saw can be graded
// by the new key: choices are matched by their text, since their places may have changed. It reports false
// when the new version is another question: another kind, or other choices than those that were shown.
func Relay(old, new questions.Item, l questions.Layout) (questions.Layout, bool) {
	was, is := old.Text[old.Lang], new.Text[new.Lang]
	if len(old.Right) != len(new.Right) || len(old.Gaps) != len(new.Gaps) || len(l.Gaps) != len(old.Gaps) || old.Lang != new.Lang || family(old.Kind) != family(new.Kind) {
		return questions.Layout{}, false
	}
	order, ok := carry(l.Order, was.Choices, is.Choices)
	rights, ok2 := carry(l.Rights, was.Rights, is.Rights)
	relaid := questions.Layout{Order: order, Rights: rights}
	ok3 := true
	for n, options := range l.Gaps {
		gap, ok := carry(options, was.Gaps[n], is.Gaps[n])
		relaid.Gaps, ok3 = append(relaid.Gaps, gap), ok3 && ok
	}
	// A distractor that became a pair was not shown as one.
	return relaid, ok && ok2 && ok3 && new.Check(relaid, questions.Response{}) == nil
}

// family puts together the kinds that one can become the other by a corrected key.
func family(k questions.Kind) questions.Kind {
	switch k {
	case questions.Multiple, questions.TrueFalse:
		return questions.Single
	case questions.Short:
		return questions.Numeric
	}
	return k
}

func carry(order []int, was, is []string) ([]int, bool) {
	if len(order) == 0 {
		return nil, true
	}
	out := make([]int, len(order))
	for n, canonical := range order {
		if out[n] = slices.Index(is, was[canonical]); out[n] < 0 {
			return nil, false
		}
	}
	return out, true
}
