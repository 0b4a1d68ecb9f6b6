package studio

import (
	"fmt"
	"slices"

	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/questions"
	"bainian/app/web/page"
)

// itemStatsPage is one item and how it did.
type itemStatsPage struct {
	page.Base
	*scope
	Row      itemRow
	Item     *item // nil when no version of it can be read any more
	Document string
	Blank    string // share of the papers
	Spread   string
	Choices  []choiceRow
	Traces   tracePlot
	Times    *timePlot
	Thirds   [3]string // facility in each
	Sizes    [3]int
	Variants []groupRow
	Versions []groupRow
	Enough   int
}

// choiceRow is a line of the table of choices.
type choiceRow struct {
	Letter string
	HTML   markdown.HTML
	Right  bool
	Credit int // thousandths of the points
	N      int
	Share  string
	Thirds [3]string // share of each third that ticked it
	Rest   string    // what those who ticked it earned on the rest
}

type groupRow struct {
	Name string
	N    int
	Mean string
}

func (w *Wing) itemStats(c *page.Ctx) error {
	s, err := w.scopeOf(c)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(s.Items, func(r exams.ItemRow) bool { return r.Bank == c.Params("bank") && r.Item == c.Params("item") })
	if at < 0 {
		return fault.New(fault.NotFound, "page.not_found")
	}
	one := s.Items[at]
	row := rowOf(c, s, one)
	v := &itemStatsPage{Base: page.Base{Title: row.Name, Here: "/studio/items"}, scope: s, Row: row, Document: address(bankPath(one.Bank)), Enough: exams.Enough,
		Spread: share(one.Spread), Sizes: one.Thirds}
	if one.N > 0 {
		v.Blank = locale.Percent((one.Blank*1000 + one.N/2) / one.N)
	}
	if one.Now.Kind != "" {
		i := w.itemOf(one.Now, c.Lang)
		v.Item = &i
		v.Choices = choicesOf(w, c.Lang, one)
	}
	for n, f := range one.ThirdFacility {
		v.Thirds[n] = share(f)
	}
	if !row.Few {
		v.Traces = tracesOf(one)
	}
	if one.Times != nil {
		v.Times = timesOf(c, one.Times)
	}
	if len(one.Variants) > 1 {
		for _, g := range one.Variants {
			name := c.T("studio.own_wording")
			if g.Variant != "" {
				name = c.T("studio.wording", "name", g.Variant)
			}
			v.Variants = append(v.Variants, groupRow{name, g.N, share(g.Facility)})
		}
	}
	if len(one.Versions) > 1 {
		for _, g := range one.Versions {
			v.Versions = append(v.Versions, groupRow{c.T("studio.since_version", "version", g.Version), g.N, share(g.Facility)})
		}
	}
	return c.Page(w.pages, "item_stats", v)
}

// choicesOf is the table of choices, of an item that has any to tick.
func choicesOf(w *Wing, lang locale.Lang, one exams.ItemRow) (rows []choiceRow) {
	if !ticks(one.Now.Kind) {
		return nil
	}
	text, _ := one.Now.Localized(lang)
	for n, words := range text.Choices {
		row := choiceRow{Letter: letter(n), HTML: w.md.Inline(words, nil), Rest: "—"}
		if one.Now.Kind != questions.Scale && n < len(one.Now.Right) {
			row.Right = one.Now.Right[n]
		}
		if n < len(one.Now.Credit) && !row.Right {
			row.Credit = one.Now.Credit[n]
		}
		var s exams.ChoiceStats
		if n < len(one.Choices) {
			s = one.Choices[n]
		}
		row.N, row.Rest, row.Share = s.N, share(s.Rest), part(s.N, one.N)
		for t := range s.Thirds {
			row.Thirds[t] = part(s.Thirds[t], one.Thirds[t])
		}
		rows = append(rows, row)
	}
	return rows
}

// part is a share of a count, "—" of nothing.
func part(n, of int) string {
	if of == 0 {
		return "—"
	}
	return fmt.Sprintf("%d%%", (n*100+of/2)/of)
}
