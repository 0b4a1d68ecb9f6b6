package review

import (
	"strconv"

	"bainian/app/gate"
	"bainian/app/integrity"
	"bainian/app/people"
	"bainian/app/web/page"
)

type casesView struct {
	page.Base
	Closed  bool
	Cases   []integrity.CaseHead
	Exams   map[string]string // titles by slug
	Near    int               // of the cases shown, those the reader stands too near to
	Reviews bool
	Empty   page.Empty
	Pager   page.Pager
}

// pageSize is how many cases the desk shows at once.
const pageSize = 50

func (w *Wing) cases(c *page.Ctx) error {
	v := &casesView{Base: page.Base{Title: c.T("review.cases")}, Closed: c.Query("state") == "closed", Reviews: c.Person.Has(people.Reviewer)}
	after, err := c.QueryInt("after", 0)
	if err != nil {
		return err
	}
	filter, first := integrity.Waiting, "/cases"
	if v.Closed {
		filter, first = integrity.Done, "/cases?state=closed"
	}
	if v.Cases, err = w.desk.Cases(c.Context(), c.Person, filter, after); err != nil {
		return err
	}
	if v.Exams, err = w.examTitles(c, v.Cases); err != nil {
		return err
	}
	for _, h := range v.Cases {
		if v.Reviews && !h.MayWork {
			v.Near++
		}
	}
	if after != 0 {
		v.Pager.First = first
	}
	if len(v.Cases) == pageSize {
		v.Pager.Next = "/cases?after=" + strconv.Itoa(v.Cases[pageSize-1].Number)
		if v.Closed {
			v.Pager.Next += "&state=closed"
		}
	}
	v.Empty = page.Empty{Title: c.T("review.cases.none"), Text: c.T("review.cases.none_text")}
	if v.Closed {
		v.Empty = page.Empty{Title: c.T("review.cases.none_closed"), Text: c.T("review.cases.none_closed_text"), Link: "/cases", Action: c.T("review.cases.to_waiting")}
	}
	return c.Page(w.pages, "cases", v)
}

// examTitles are the titles of the exams that cases are about, by slug.
func (w *Wing) examTitles(c *page.Ctx, heads []integrity.CaseHead) (map[string]string, error) {
	asked := make([]gate.Reason, len(heads))
	for i, h := range heads {
		asked[i].Args = []any{"exam", h.Exam}
	}
	titled, err := w.keeper.Titled(c.Context(), asked, c.Lang)
	if err != nil {
		return nil, err
	}
	titles := map[string]string{}
	for i, h := range heads {
		titles[h.Exam], _ = titled[i].Args[1].(string)
	}
	return titles, nil
}
