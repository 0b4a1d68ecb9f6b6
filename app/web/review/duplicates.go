package review

import (
	"net/url"

	"bainian/app/leads"
	"bainian/app/web/page"
)

type duplicatesView struct {
	page.Base
	By     leads.Sameness
	Groups []leads.Group
	Empty  page.Empty
	Pager  page.Pager
}

// duplicates are the leads that are likely to be one customer.
func (w *Wing) duplicates(c *page.Ctx) error {
	by := leads.Sameness(c.Query("by", string(leads.SamePhone)))
	groups, next, err := w.pool.Duplicates(c.Context(), c.Person, by, c.Query("after"))
	if err != nil {
		return err
	}
	v := &duplicatesView{Base: page.Base{Title: c.T("intake.duplicates"), Here: w.leadsHome(c)}, By: by, Groups: groups,
		Empty: page.Empty{Title: c.T("intake.no_duplicates"), Text: c.T("intake.no_duplicates_text")}}
	here := "/leads/duplicates?by=" + url.QueryEscape(string(by))
	if c.Query("after") != "" {
		v.Pager.First = here
	}
	if next != "" {
		v.Pager.Next = here + "&after=" + url.QueryEscape(next)
	}
	return c.Page(w.pages, "leads_duplicates", v)
}
