package studio

import (
	"cmp"
	"fmt"
	"slices"

	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/web/page"
)

// itemExamsPage is the exams whose items can be looked at.
type itemExamsPage struct {
	page.Base
	Rows []itemExam
}

type itemExam struct {
	*exams.Blueprint
	Name   string
	Graded int // attempts
}

func (w *Wing) itemExams(c *page.Ctx) error {
	v := &itemExamsPage{Base: page.Base{Title: c.T("studio.items")}}
	all, err := w.room.Exams(c.Context())
	if err != nil {
		return err
	}
	sittings, err := w.room.Sittings(c.Context(), c.Person)
	if err != nil {
		return err
	}
	for _, b := range all {
		row := itemExam{Blueprint: b, Name: titleIn(b, c.Lang)}
		for _, s := range sittings {
			if s.Exam == b.Slug {
				row.Graded += s.Counts.Ended
			}
		}
		v.Rows = append(v.Rows, row)
	}
	return c.Page(w.pages, "item_exams", v)
}

// itemsPage is how the items of an exam did.
type itemsPage struct {
	page.Base
	Exam, Name string
	Rows       []itemRow
	Watch      []itemRow // those with concerns
	Attempts   int       // that the busiest item was in
	Enough     int
	Plot       itemPlot
	Empty      page.Empty
}

type itemRow struct {
	exams.ItemRow
	Name           string
	At             string   // page of the bank
	Share          int      // facility in thousandths
	Discriminates  string   // to two places, "" when there is none
	WhyNot         string   // message why there is none
	Concerns       []string // in words
	Serious        bool     // one of them is
	Ticked         []ticked
	Gone, Unscored bool
}

// rank puts the worst first: what tells candidates apart the wrong way, and what is only easy at the end.
func (r itemRow) rank() float64 {
	switch {
	case !r.Serious:
		return 2
	case r.Discrimination == nil:
		return 1
	}
	return *r.Discrimination
}

// ticked is how often a choice was ticked.
type ticked struct {
	Letter, Text string
	N, Of        int
	Right        bool
}

func (w *Wing) items(c *page.Ctx) error {
	b, err := w.blueprint(c)
	if err != nil {
		return err
	}
	stats, err := w.room.ItemStats(c.Context(), c.Person, b.Slug)
	if err != nil {
		return err
	}
	v := &itemsPage{Base: page.Base{Title: c.T("studio.items_of", "title", titleIn(b, c.Lang))}, Exam: b.Slug, Name: titleIn(b, c.Lang), Enough: enough}
	v.Empty = page.Empty{Title: c.T("studio.no_items"), Text: c.T("studio.no_items_text"), Link: "/studio/sittings/new?exam=" + b.Slug, Action: c.T("studio.open_sitting")}
	for _, s := range stats {
		row := rowOf(c, s)
		v.Attempts = max(v.Attempts, s.N)
		if len(row.Concerns) > 0 {
			v.Watch = append(v.Watch, row)
		}
		v.Rows = append(v.Rows, row)
	}
	slices.SortStableFunc(v.Watch, func(a, b itemRow) int { return cmp.Compare(a.rank(), b.rank()) })
	v.Plot = plotOf(v.Rows)
	return c.Page(w.pages, "items", v)
}

// blueprint is the exam of the path, as published.
func (w *Wing) blueprint(c *page.Ctx) (*exams.Blueprint, error) {
	all, err := w.room.Exams(c.Context())
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(b *exams.Blueprint) bool { return b.Slug == c.Params("exam") })
	if i < 0 {
		return nil, fault.New(fault.NotFound, "exams.exam_unknown", "exam", c.Params("exam"))
	}
	return all[i], nil
}

func rowOf(c *page.Ctx, s exams.ItemRow) itemRow {
	row := itemRow{ItemRow: s, Name: s.Item, At: address(bankPath(s.Bank)), Gone: s.Now.ID == "", Unscored: s.Facility == nil}
	for _, one := range concernsOf(s) {
		row.Concerns, row.Serious = append(row.Concerns, c.T(one.Key, one.Args...)), row.Serious || one.Serious
	}
	if !row.Gone {
		text, _ := s.Now.Localized(c.Lang)
		row.Name = text.Title
		for n, choice := range text.Choices {
			if n < len(s.Now.Right) && len(s.Chosen) > 0 {
				t := ticked{Letter: letter(n), Text: choice, Of: s.N, Right: s.Now.Right[n]}
				if n < len(s.Chosen) {
					t.N = s.Chosen[n]
				}
				row.Ticked = append(row.Ticked, t)
			}
		}
	}
	if s.Facility != nil {
		row.Share = thousandths(*s.Facility)
	}
	switch {
	case s.Discrimination != nil:
		row.Discriminates = fmt.Sprintf("%.2f", *s.Discrimination)
	case row.Unscored:
		row.WhyNot = "studio.no_discrimination_unscored"
	case s.N < 2:
		row.WhyNot = "studio.no_discrimination_one"
	default:
		row.WhyNot = "studio.no_discrimination_same"
	}
	return row
}
