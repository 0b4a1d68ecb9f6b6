package review

import (
	"math"
	"strconv"

	"bainian/app/gate"
	"bainian/app/integrity"
	"bainian/app/people"
	"bainian/app/web/dossier"
	"bainian/app/web/page"
)

type casesView struct {
	page.Base
	Filter  integrity.Filter
	Cases   []caseLine
	Exams   map[string]string // titles by slug
	Near    int               // of the cases shown, those the reader stands too near to
	Turns   int               // those that wait for the reader
	Reviews bool
	Burden  integrity.Burden
	Pairs   string // innocent pairs a year at most, with one decimal
	Empty   page.Empty
	Pager   page.Pager
}

type caseLine struct {
	integrity.CaseHead
	Late bool
	Link bool // there is a file for the reader
}

// pageSize is how many cases the desk shows at once.
const pageSize = 50

func (w *Wing) cases(c *page.Ctx) error {
	v := &casesView{Base: page.Base{Title: c.T("review.cases")}, Filter: integrity.Waiting, Reviews: c.Person.Has(people.Reviewer)}
	after, err := c.QueryInt("after", 0)
	if err != nil {
		return err
	}
	switch state := integrity.Filter(c.Query("state")); state {
	case integrity.Appeals, integrity.Done:
		v.Filter = state
	}
	heads, err := w.desk.Cases(c.Context(), c.Person, v.Filter, after)
	if err != nil {
		return err
	}
	if v.Exams, err = w.examTitles(c, heads); err != nil {
		return err
	}
	for _, h := range heads {
		v.Cases = append(v.Cases, caseLine{h, dossier.Late(h.Due, c.Now()), v.Reviews || h.Sealed()})
		if v.Reviews && !h.MayWork {
			v.Near++
		}
		if h.Turn {
			v.Turns++
		}
	}
	if v.Burden, err = w.desk.Burden(c.Context(), c.Person); err != nil {
		return err
	}
	v.Pairs = strconv.FormatFloat(math.Ceil(v.Burden.Pairs()*10)/10, 'f', 1, 64)
	first := "/cases?state=" + string(v.Filter)
	if after != 0 {
		v.Pager.First = first
	}
	if len(v.Cases) == pageSize {
		v.Pager.Next = first + "&after=" + strconv.Itoa(v.Cases[pageSize-1].Number)
	}
	switch v.Filter {
	case integrity.Waiting:
		v.Empty = page.Empty{Title: c.T("review.cases.none"), Text: c.T("review.cases.none_text")}
	case integrity.Appeals:
		v.Empty = page.Empty{Title: c.T("review.cases.none_appeals"), Text: c.T("review.cases.none_appeals_text"), Link: "/cases", Action: c.T("review.cases.to_waiting")}
	case integrity.Done:
		v.Empty = page.Empty{Title: c.T("review.cases.none_closed"), Text: c.T("review.cases.none_closed_text"), Link: "/cases", Action: c.T("review.cases.to_waiting")}
	}
	return c.Page(w.pages, "cases", v)
}

// examTitles are the titles of the exams that cases are about, by slug.
func (w *Wing) examTitles(c *page.Ctx, heads []integrity.CaseHead) (map[string]string, error) {
	var asked []gate.Reason
	var slugs []string
	for _, h := range heads {
		if h.Exam != "" { // of a sealed case nothing is said
			asked, slugs = append(asked, gate.Reason{Args: []any{"exam", h.Exam}}), append(slugs, h.Exam)
		}
	}
	titled, err := w.keeper.Titled(c.Context(), asked, c.Lang)
	if err != nil {
		return nil, err
	}
	titles := map[string]string{}
	for i, slug := range slugs {
		titles[slug], _ = titled[i].Args[1].(string)
	}
	return titles, nil
}
