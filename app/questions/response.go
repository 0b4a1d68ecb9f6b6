package questions

import (
	"slices"
	"unicode/utf8"

	"bainian/app/fault"
)

// Layout is how one item was laid out for one person. Order[displayed] is the canonical index of a choice,
// of a row to order, or of a left row of a match; Rights[displayed] is that of a right option. Kinds
// without rows have neither.
type Layout struct {
	Order  []int `json:"order,omitempty"`
	Rights []int `json:"rights,omitempty"`
}

// Response is what a person said, in displayed positions. The zero value is no answer.
type Response struct {
	Choices []int  `json:"choices,omitempty"` // ticked choices, in any order
	Order   []int  `json:"order,omitempty"`   // every displayed row once, in the order chosen
	Pairs   []int  `json:"pairs,omitempty"`   // per displayed left row the displayed right option, -1 for none
	Text    string `json:"text,omitempty"`
}

// MaxAnswer is the longest text that answers a numeric or short item, in runes.
const MaxAnswer = 500

// Written is the layout in the order of the source file.
func (i Item) Written() Layout {
	l := Layout{Order: i.Rows()}
	if i.Kind == Match {
		l.Rights = make([]int, len(i.Right))
		for n := range l.Rights {
			l.Rights[n] = n
		}
	}
	return l
}

// Blank reports whether the response says nothing.
func (i Item) Blank(r Response) bool {
	paired := slices.ContainsFunc(r.Pairs, func(p int) bool { return p >= 0 })
	return len(r.Choices) == 0 && len(r.Order) == 0 && !paired && fold(r.Text, true) == ""
}

// Check reports whether the response has the shape that the item asks for, as laid out: positions in range,
// none twice, nothing of another kind of item. An option of a match may be paired twice, for a person who
// changes pairs one by one passes through that. The error is fault.Invalid, or fault.TooLarge for a text.
func (i Item) Check(l Layout, r Response) error {
	if !i.fits(l) {
		return fault.New(fault.Internal, "questions.layout_broken", "item", i.ID)
	}
	bad := fault.New(fault.Invalid, "questions.response_shape", "item", i.ID)
	rows := len(l.Order)
	choices, order, pairs, text := false, false, false, false
	switch i.Kind {
	case Single, TrueFalse, Scale:
		choices = len(r.Choices) <= 1
	case Multiple:
		choices = true
	case Order:
		order = len(r.Order) == 0 || len(r.Order) == rows
	case Match:
		pairs = len(r.Pairs) == 0 || len(r.Pairs) == rows
	case Numeric, Short:
		text = true
		if utf8.RuneCountInString(r.Text) > MaxAnswer {
			return fault.New(fault.TooLarge, "questions.response_long", "item", i.ID, "max", MaxAnswer)
		}
	}
	switch {
	case len(r.Choices) > 0 && !(choices && distinct(r.Choices, rows)),
		len(r.Order) > 0 && !(order && distinct(r.Order, rows)),
		len(r.Pairs) > 0 && !pairs,
		r.Text != "" && !(text && utf8.ValidString(r.Text)):
		return bad
	}
	for _, p := range r.Pairs {
		if p < -1 || p >= len(l.Rights) {
			return bad
		}
	}
	return nil
}

// fits reports whether the layout arranges exactly the item's rows.
func (i Item) fits(l Layout) bool {
	if !slices.Equal(slices.Sorted(slices.Values(l.Order)), i.Rows()) {
		return false
	}
	rights := 0
	if i.Kind == Match {
		rights = len(i.Right)
	}
	return len(l.Rights) == rights && distinct(l.Rights, rights)
}

// distinct reports whether all positions are in [0, n) and none comes twice.
func distinct(positions []int, n int) bool {
	seen := make([]bool, n)
	for _, p := range positions {
		if p < 0 || p >= n || seen[p] {
			return false
		}
		seen[p] = true
	}
	return true
}
