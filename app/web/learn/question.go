package learn

import (
	"encoding/json"
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
	Rights   []optionView // of a match, in the order displayed
	Pieces   []pieceView  // of a cloze: its text, cut at the gaps
	Words    int          // of an essay so far
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

// pieceView is a stretch of a cloze's text and the gap after it, if one follows.
type pieceView struct {
	HTML markdown.HTML
	Gap  *gapView
}

type gapView struct {
	N       int    // 1-based
	Said    string // what was typed
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
	case questions.Single, questions.TrueFalse, questions.Multiple, questions.Scale:
		v.Options = optionsOf(q.Choices, q.Response.Choices)
	case questions.Order:
		v.Rows = rowsIn(q.Choices, q.Response.Order)
	case questions.Match:
		for i, left := range q.Choices {
			pair := pairView{Row: i, HTML: left}
			for n, right := range q.Rights {
				pair.Options = append(pair.Options, pairOption{n, letter(n) + " " + plain(right), i < len(q.Response.Pairs) && q.Response.Pairs[i] == n})
			}
			v.Pairs = append(v.Pairs, pair)
		}
		v.Rights = optionsOf(q.Rights, q.Response.Pairs)
	case questions.Cloze:
		v.Pieces = piecesOf(q)
	case questions.Essay:
		v.Words = questions.CountWords(q.Response.Text)
	}
	return v
}

func optionsOf(rows []markdown.HTML, chosen []int) []optionView {
	views := make([]optionView, len(rows))
	for i, row := range rows {
		views[i] = optionView{i, letter(i), row, slices.Contains(chosen, i)}
	}
	return views
}

// Files reports whether the question is answered with files.
func (v questionView) Files() bool {
	return v.Kind == questions.Upload || v.Kind == questions.Recording
}

// FileList is what the control of the files starts from, as JSON.
func (v questionView) FileList() (string, error) {
	if len(v.Response.Files) == 0 {
		return "[]", nil
	}
	list, err := json.Marshal(v.Response.Files)
	return string(list), err
}

// MaxEssay is how many characters of an essay can be stored at most.
func (questionView) MaxEssay() int { return questions.MaxEssay }

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
	return len(r.Choices) > 0 || len(r.Order) > 0 || r.Text != "" || len(r.Files) > 0 ||
		slices.ContainsFunc(r.Pairs, func(p int) bool { return p >= 0 }) || slices.ContainsFunc(r.Gaps, func(s string) bool { return s != "" })
}

func letter(i int) string { return string(rune('A' + i)) }

var tag = regexp.MustCompile(`<[^>]*>`)

// plain is sanitised markup without its tags.
func plain(h markdown.HTML) string { return html.UnescapeString(tag.ReplaceAllString(string(h), "")) }
