package studio

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

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
		row := itemExam{Blueprint: b, Name: b.TitleIn(c.Lang)}
		for _, s := range sittings {
			if s.Exam == b.Slug {
				row.Graded += s.Counts.Ended
			}
		}
		v.Rows = append(v.Rows, row)
	}
	return c.Page(w.pages, "item_exams", v)
}

// scope is what is looked at: an exam over all its sittings, or one sitting.
type scope struct {
	exams.Analysis
	Name  string // of the exam
	At    string // path of its page of items, below which the others are
	Up    string // path of the page above that
	Above string // and its name
	Few   bool   // too few papers to say anything
}

// scopeOf is that of the path: /studio/items/:exam or /studio/sittings/:id/items.
func (w *Wing) scopeOf(c *page.Ctx) (*scope, error) {
	s := &scope{}
	if id := c.Params("id"); id != "" {
		a, err := w.room.SittingAnalysis(c.Context(), c.Person, id)
		if err != nil {
			return nil, err
		}
		s.Analysis, s.Name, s.Above = a, a.Sitting.TitleIn(c.Lang), a.Sitting.TitleIn(c.Lang)
		s.Up = "/studio/sittings/" + id
		s.At = s.Up + "/items"
	} else {
		b, err := w.blueprint(c)
		if err != nil {
			return nil, err
		}
		if s.Analysis, err = w.room.Analysis(c.Context(), c.Person, b.Slug); err != nil {
			return nil, err
		}
		s.Name, s.Up, s.Above, s.At = b.TitleIn(c.Lang), "/studio/items", c.T("studio.items"), "/studio/items/"+b.Slug
	}
	s.Few = s.Stats.N < exams.Enough
	return s, nil
}

// blueprint is the exam of the path, as published.
func (w *Wing) blueprint(c *page.Ctx) (*exams.Blueprint, error) {
	b, err := w.published(c, c.Params("exam"))
	if err == nil && b == nil {
		err = fault.New(fault.NotFound, "exams.exam_unknown", "exam", c.Params("exam"))
	}
	return b, err
}

// published is an exam as published, nil when it is not.
func (w *Wing) published(c *page.Ctx, slug string) (*exams.Blueprint, error) {
	all, err := w.room.Exams(c.Context())
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(b *exams.Blueprint) bool { return b.Slug == slug })
	if i < 0 {
		return nil, nil
	}
	return all[i], nil
}

// itemsPage is how an exam and its items did.
type itemsPage struct {
	page.Base
	*scope
	Overview *overview // nil without papers
	Rows     []itemRow
	Sort     string
	Sorts    []sorting
	Watch    []itemRow // those with a serious concern, the most urgent first
	Mild     []itemRow // those that only tell little
	Enough   int
	Most     int
	Plot     itemPlot
	Empty    page.Empty
}

// sorting is a way to sort the table.
type sorting struct {
	Key, Link string
	On        bool
}

type itemRow struct {
	exams.ItemRow
	Name                  string
	At                    string // its own page
	Share                 int    // facility in thousandths
	Discriminates, Median string // "" when there is none
	Efficient             string
	WhyNot                string // message why it does not discriminate
	Concerns              []said
	Serious, Few          bool // one of the concerns is; there are too few papers to have any
	Unscored              bool
}

func (w *Wing) items(c *page.Ctx) error {
	s, err := w.scopeOf(c)
	if err != nil {
		return err
	}
	title := "studio.items_of"
	if s.Sitting.ID != "" {
		title = "studio.items_at"
	}
	v := &itemsPage{Base: page.Base{Title: c.T(title, "title", s.Name), Here: "/studio/items"}, scope: s, Enough: exams.Enough, Most: exams.PapersAtMost}
	v.Empty = page.Empty{Title: c.T("studio.no_items"), Text: c.T("studio.no_items_text"), Link: "/studio/sittings/new?exam=" + s.Exam, Action: c.T("studio.open_sitting")}
	if s.Sitting.ID != "" {
		v.Empty.Link = ""
	}
	if s.Stats.N+s.Stats.Waiting > 0 {
		if v.Overview, err = w.overviewOf(c, s); err != nil {
			return err
		}
	}
	slices.SortFunc(s.Items, exams.MoreUrgent)
	for _, one := range s.Items {
		row := rowOf(c, s, one)
		switch {
		case row.Serious:
			v.Watch = append(v.Watch, row)
		case len(row.Concerns) > 0:
			v.Mild = append(v.Mild, row)
		}
		v.Rows = append(v.Rows, row)
	}
	v.Plot = plotOf(v.Rows)
	v.Sort = c.Query("sort")
	for _, o := range orders() {
		link := s.At
		if o.key != "urgency" {
			link += "?sort=" + o.key
		}
		v.Sorts = append(v.Sorts, sorting{Key: o.key, Link: link + "#table", On: v.Sort == o.key || v.Sort == "" && o.key == "urgency"})
		if v.Sort == o.key && o.less != nil {
			slices.SortStableFunc(v.Rows, o.less)
		}
	}
	return c.Page(w.pages, "items", v)
}

type order struct {
	key  string
	less func(a, b itemRow) int
}

// orders are the ways to sort items; whatever has no number comes last. They come in the order of urgency.
func orders() []order {
	number := func(of func(itemRow) *float64, sign int) func(a, b itemRow) int {
		return func(a, b itemRow) int {
			x, y := of(a), of(b)
			switch {
			case x == nil && y == nil:
				return 0
			case x == nil:
				return 1
			case y == nil:
				return -1
			}
			return sign * cmp.Compare(*x, *y)
		}
	}
	return []order{
		{"urgency", nil},
		{"item", func(a, b itemRow) int {
			return cmp.Or(strings.Compare(a.Bank, b.Bank), strings.Compare(a.ItemStats.Item, b.ItemStats.Item))
		}},
		{"facility", number(func(r itemRow) *float64 { return r.Facility }, 1)},
		{"discrimination", number(func(r itemRow) *float64 { return r.Discrimination }, 1)},
		{"efficiency", number(func(r itemRow) *float64 { return r.Efficiency }, 1)},
		{"time", number(func(r itemRow) *float64 {
			if r.Times == nil {
				return nil
			}
			return &r.Times.Median
		}, -1)},
		{"blank", func(a, b itemRow) int { return b.Blank*a.N - a.Blank*b.N }},
		{"papers", func(a, b itemRow) int { return b.N - a.N }},
	}
}

func rowOf(c *page.Ctx, s *scope, one exams.ItemRow) itemRow {
	row := itemRow{ItemRow: one, Name: one.Item, At: s.At + "/" + url.PathEscape(one.Bank) + "/" + url.PathEscape(one.Item), Few: one.N < exams.Enough,
		Unscored: one.Facility == nil, Concerns: wordsOf(c, one.Concerns)}
	row.Serious = slices.ContainsFunc(row.Concerns, func(w said) bool { return w.Serious })
	if text, _ := one.Now.Localized(c.Lang); text.Title != "" {
		row.Name = text.Title
	}
	if one.Facility != nil {
		row.Share = thousandths(*one.Facility)
	}
	if one.Efficiency != nil {
		row.Efficient = fmt.Sprintf("%.0f%%", *one.Efficiency*100)
	}
	if one.Times != nil {
		row.Median = took(c, one.Times.Median)
	}
	switch {
	case one.Discrimination != nil:
		row.Discriminates = fmt.Sprintf("%.2f", *one.Discrimination)
	case row.Unscored:
		row.WhyNot = "studio.no_discrimination_unscored"
	case one.N < 2:
		row.WhyNot = "studio.no_discrimination_one"
	default:
		row.WhyNot = "studio.no_discrimination_same"
	}
	return row
}

// took writes seconds: "45 s", "2:05" from two minutes on.
func took(c *page.Ctx, seconds float64) string {
	s := int(seconds + .5)
	if s < 120 {
		return c.T("studio.seconds", "n", s)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
