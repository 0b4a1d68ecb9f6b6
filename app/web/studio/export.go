package studio

import (
	"math"
	"time"

	"bainian/app/exams"
	"bainian/app/questions"
	"bainian/app/sheet"
	"bainian/app/web/page"
)

// results answers with everybody's results of a sitting as a spreadsheet.
func (w *Wing) results(ending string) func(*page.Ctx) error {
	return func(c *page.Ctx) error {
		r, err := w.room.Results(c.Context(), c.Person, c.Params("id"), c.Lang)
		if err != nil {
			return err
		}
		return c.Spreadsheet(fileName(c, "results", r.Sitting.Exam)+ending, resultTable(c, r))
	}
}

// itemTable answers with the items' statistics as a spreadsheet; choiceTable with those of their choices, which a workbook
// has on a second leaf.
func (w *Wing) itemTable(ending string) func(*page.Ctx) error {
	return func(c *page.Ctx) error {
		s, err := w.scopeOf(c)
		if err != nil {
			return err
		}
		return c.Spreadsheet(fileName(c, "items", s.Exam)+ending, itemTable(c, s), choiceTable(c, s))
	}
}

func (w *Wing) choiceTable(c *page.Ctx) error {
	s, err := w.scopeOf(c)
	if err != nil {
		return err
	}
	return c.Spreadsheet(fileName(c, "choices", s.Exam)+".csv", choiceTable(c, s))
}

// fileName is of what a file system takes everywhere: slugs are, titles are not.
func fileName(c *page.Ctx, what, exam string) string {
	return what + "-" + exam + "-" + c.Now().Format(time.DateOnly)
}

func resultTable(c *page.Ctx, r exams.ResultSheet) sheet.Table {
	t := sheet.Table{Name: c.T("studio.x_results")}
	for _, key := range []string{"number", "name", "state", "score", "points", "share", "passed"} {
		t.Heads = append(t.Heads, c.T("studio.x_"+key))
	}
	for _, title := range r.Sections {
		t.Heads = append(t.Heads, c.T("studio.x_section_score", "title", title), c.T("studio.x_section_points", "title", title))
	}
	for _, key := range []string{"answered", "questions", "started", "ended", "minutes", "revision", "aside", "attempt"} {
		t.Heads = append(t.Heads, c.T("studio.x_"+key))
	}
	t.Rows = func(yield func([]any) bool) {
		for _, one := range r.Rows {
			if !yield(resultCells(c, r, one)) {
				return
			}
		}
	}
	return t
}

func resultCells(c *page.Ctx, r exams.ResultSheet, one exams.ResultRow) []any {
	cells := []any{one.Number, one.Name, c.T("studio.state_" + string(one.State))}
	if one.Revision > 0 && one.Pending == 0 { // what waits to be marked is neither passed nor failed
		cells = append(cells, pointsOf(one.Score), pointsOf(one.MaxScore), shareOf(one.Score, one.MaxScore), yes(c, one.Passed))
	} else {
		cells = append(cells, nil, nil, nil, nil)
	}
	for n := range r.Sections {
		if n < len(one.Sections) && one.Pending == 0 {
			cells = append(cells, pointsOf(one.Sections[n].Score), pointsOf(one.Sections[n].Max))
		} else {
			cells = append(cells, nil, nil)
		}
	}
	cells = append(cells, one.Answered, one.Total, one.StartedAt.In(c.Zone()))
	if one.Over() {
		cells = append(cells, one.EndedAt.In(c.Zone()), rounded(one.Minutes, 10))
	} else {
		cells = append(cells, nil, nil)
	}
	return append(cells, one.Revision, yes(c, one.SetAside), one.ID)
}

func itemTable(c *page.Ctx, s *scope) sheet.Table {
	t := sheet.Table{Name: c.T("studio.x_items")}
	for _, key := range []string{"bank", "item", "title", "kind", "papers", "blank", "facility", "spread", "discrimination", "efficiency", "facility_lower", "facility_middle", "facility_upper",
		"time_lower", "time_median", "time_upper", "look"} {
		t.Heads = append(t.Heads, c.T("studio.x_"+key))
	}
	t.Rows = func(yield func([]any) bool) {
		for _, one := range s.Items {
			if !yield(itemCells(c, s, one)) {
				return
			}
		}
	}
	return t
}

func itemCells(c *page.Ctx, s *scope, one exams.ItemRow) []any {
	row := rowOf(c, s, one)
	cells := []any{one.Bank, one.Item, row.Name, kindOf(c, one.Now), one.N, one.Blank, ratio(one.Facility), ratio(one.Spread), ratio(one.Discrimination), ratio(one.Efficiency)}
	for _, f := range one.ThirdFacility {
		cells = append(cells, ratio(f))
	}
	if t := one.Times; t != nil {
		cells = append(cells, rounded(t.Lower, 10), rounded(t.Median, 10), rounded(t.Upper, 10))
	} else {
		cells = append(cells, nil, nil, nil)
	}
	look := ""
	if row.Few {
		look = c.T("studio.few_data")
	}
	for n, reason := range row.Concerns {
		if n > 0 {
			look += " "
		}
		look += reason.Text
	}
	return append(cells, look)
}

func choiceTable(c *page.Ctx, s *scope) sheet.Table {
	t := sheet.Table{Name: c.T("studio.x_choices")}
	for _, key := range []string{"bank", "item", "choice", "text", "key", "ticked", "papers", "ticked_lower", "ticked_middle", "ticked_upper", "rest"} {
		t.Heads = append(t.Heads, c.T("studio.x_"+key))
	}
	t.Rows = func(yield func([]any) bool) {
		for _, one := range s.Items {
			for _, cells := range choiceCells(c, one) {
				if !yield(cells) {
					return
				}
			}
		}
	}
	return t
}

func choiceCells(c *page.Ctx, one exams.ItemRow) (rows [][]any) {
	if !ticks(one.Now.Kind) {
		return nil
	}
	text, _ := one.Now.Localized(c.Lang)
	for n, words := range text.Choices {
		var s exams.ChoiceStats
		if n < len(one.Choices) {
			s = one.Choices[n]
		}
		right := one.Now.Kind != questions.Scale && n < len(one.Now.Right) && one.Now.Right[n]
		rows = append(rows, []any{one.Bank, one.Item, letter(n), words, yes(c, right), s.N, one.N, s.Thirds[exams.Lower], s.Thirds[exams.Middle], s.Thirds[exams.Upper], ratio(s.Rest)})
	}
	return rows
}

// ticks reports whether items of that kind have choices to tick.
func ticks(kind questions.Kind) bool {
	switch kind {
	case questions.Single, questions.TrueFalse, questions.Multiple, questions.Scale:
		return true
	}
	return false
}

func kindOf(c *page.Ctx, i questions.Item) string {
	if i.Kind == "" {
		return ""
	}
	return c.T("studio.kind_" + string(i.Kind))
}

func yes(c *page.Ctx, is bool) string {
	if is {
		return c.T("studio.x_yes")
	}
	return c.T("studio.x_no")
}

func pointsOf(thousandths int) float64 { return float64(thousandths) / 1000 }

// shareOf is a percentage to a tenth.
func shareOf(score, most int) any {
	if most == 0 {
		return nil
	}
	return rounded(float64(score)*100/float64(most), 10)
}

// ratio is a statistic to four digits, nil where there is none.
func ratio(x *float64) any {
	if x == nil {
		return nil
	}
	return rounded(*x, 10_000)
}

// rounded is a number to a tenth, a hundredth, …
func rounded(x, parts float64) float64 { return math.Round(x*parts) / parts }
