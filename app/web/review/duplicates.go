package review

import (
	"fmt"
	"net/url"

	"bainian/app/fault"
	"bainian/app/leads"
	"bainian/app/web/page"
)

type duplicatesView struct {
	page.Base
	By     leads.Sameness
	Groups []leads.Group
	Order  leads.Order // as it was refused
	Empty  page.Empty
	Pager  page.Pager
	Err    error
}

// duplicates are the leads that are likely to be one customer.
func (w *Wing) duplicates(c *page.Ctx) error {
	return w.showDuplicates(c, leads.Sameness(c.Query("by", string(leads.SamePhone))), c.Query("after"), leads.Order{}, nil)
}

func (w *Wing) showDuplicates(c *page.Ctx, by leads.Sameness, after string, order leads.Order, refused error) error {
	groups, next, err := w.pool.Duplicates(c.Context(), c.Person, by, after)
	if err != nil {
		return err
	}
	v := &duplicatesView{Base: page.Base{Title: c.T("intake.duplicates"), Here: w.leadsHome(c)}, By: by, Groups: groups, Order: order, Err: refused,
		Empty: page.Empty{Title: c.T("intake.no_duplicates"), Text: c.T("intake.no_duplicates_text")}}
	here := "/leads/duplicates?by=" + url.QueryEscape(string(by))
	if order.Request == "" {
		v.Order.Request = fmt.Sprint(c.Now().UnixMilli())
	}
	if after != "" {
		v.Pager.First = here
	}
	if next != "" {
		v.Pager.Next = here + "&after=" + url.QueryEscape(next)
	}
	return c.Page(w.pages, "leads_duplicates", v)
}

// mergeLeads merges the chosen leads of a group into the one to be kept, each for itself.
func (w *Wing) mergeLeads(c *page.Ctx) error {
	o := leads.Order{Action: leads.BulkMerge, Keep: c.Form("keep"), Leads: c.FormAll("lead"), Reason: c.FormText("reason"), Request: c.Form("request")}
	id, err := w.pool.Carry(c.Context(), c.Person, o)
	if err == nil {
		return c.Back("/leads/bulk/"+id, "")
	}
	if c.Refused(err) {
		return w.showDuplicates(c, leads.Sameness(c.Form("by")), "", o, err)
	}
	return err
}

type erasureView struct {
	page.Base
	Lead          leads.Lead
	Asked, Reason string
	Err           error
}

// erasure shows what is forgotten of a lead on request, and what stays.
func (w *Wing) erasure(c *page.Ctx) error { return w.showErasure(c, nil) }

func (w *Wing) showErasure(c *page.Ctx, refused error) error {
	shown, err := w.pool.Lead(c.Context(), c.Person, c.Params("id"))
	if err != nil {
		return err
	}
	return c.Page(w.pages, "lead_erasure", &erasureView{Base: page.Base{Title: c.T("intake.erase"), Here: w.leadsHome(c)}, Lead: shown.Lead,
		Asked: c.Form("asked"), Reason: c.FormText("reason"), Err: refused})
}

// eraseLead forgets the person behind a lead.
func (w *Wing) eraseLead(c *page.Ctx) error {
	asked, reason := c.Form("asked"), c.Form("reason")
	var err error = fault.New(fault.Invalid, "intake.asked_missing").In("asked")
	if asked != "" {
		if reason != "" {
			reason = asked + " · " + reason // the verb says what is missing
		}
		err = w.pool.Erase(c.Context(), c.Person, c.Params("id"), reason)
	}
	if err == nil {
		return c.Back("/leads/manage", "intake.erased")
	}
	if c.Refused(err) {
		return w.showErasure(c, err)
	}
	return err
}
