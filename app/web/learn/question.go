package learn

import (
	"html"
	"regexp"
	"slices"

	"bainian/app/exams"
	"bainian/app/markdown"
	"bainian/app/questions"
	"bainian/app/store"
)

// questionView is a question laid out as controls that hold what was answered so far.
type questionView struct {
	exams.Question
	Options  []optionView // of a choice, in the order displayed
	Rows     []rowView    // to order, in the order said so far
	Pairs    []pairView
	Answered bool
	SavedMs  int64 // 0 before the first save
}

type optionView struct {
	Index  int
	Letter string // "A", "B", …
	HTML   markdown.HTML
	Chosen bool
}

type rowView struct {
	Index int // as displayed, which is what a response counts by
	HTML  markdown.HTML
}

type pairView struct {
	Row     int
	HTML    markdown.HTML
	Options []pairOption
}

type pairOption struct {
	Index  int
	Text   string // an <option> holds no markup
	Chosen bool
}

func viewOf(q exams.Question) questionView {
	v := questionView{Question: q, Answered: says(q.Response)}
	if !q.SavedAt.IsZero() {
		v.SavedMs = store.Ms(q.SavedAt)
	}
	switch q.Kind {
	case questions.Single, questions.TrueFalse, questions.Multiple:
		for i, choice := range q.Choices {
			v.Options = append(v.Options, optionView{i, letter(i), choice, slices.Contains(q.Response.Choices, i)})
		}
	case questions.Order:
		v.Rows = rowsIn(q.Choices, q.Response.Order)
	case questions.Match:
		for i, left := range q.Choices {
			pair := pairView{Row: i, HTML: left}
			for n, right := range q.Rights {
				pair.Options = append(pair.Options, pairOption{n, plain(right), i < len(q.Response.Pairs) && q.Response.Pairs[i] == n})
			}
			v.Pairs = append(v.Pairs, pair)
		}
	}
	return v
}

// rowsIn are the rows in that order, or as displayed when none was said.
func rowsIn(rows []markdown.HTML, order []int) []rowView {
	views := make([]rowView, len(rows))
	for i := range rows {
		views[i].Index = i
		if len(order) == len(rows) {
			views[i].Index = order[i]
		}
		views[i].HTML = rows[views[i].Index]
	}
	return views
}

// says reports whether a response says anything.
func says(r questions.Response) bool {
	return len(r.Choices) > 0 || len(r.Order) > 0 || r.Text != "" || slices.ContainsFunc(r.Pairs, func(p int) bool { return p >= 0 })
}

func letter(i int) string { return string(rune('A' + i)) }

var tag = regexp.MustCompile(`<[^>]*>`)

// plain is sanitised markup without its tags.
func plain(h markdown.HTML) string { return html.UnescapeString(tag.ReplaceAllString(string(h), "")) }
