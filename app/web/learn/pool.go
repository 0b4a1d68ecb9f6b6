package learn

import (
	"net/url"

	"bainian/app/fault"
	"bainian/app/leads"
	"bainian/app/web/page"
)

type poolView struct {
	page.Base
	Tabs                           []tab
	Shown                          leads.PoolPage
	Pools, Territories, Industries []page.Option
	Filtered                       bool
	Left                           int // masked leads that can still be opened today
	Pager                          page.Pager
	Err                            error
}

// browse is a page of a pool, with too little in it to call anybody.
func (w *Wing) browse(c *page.Ctx) error { return w.showPool(c, nil) }

// showPool shows a pool, with what stood in the way of what somebody wanted of it.
func (w *Wing) showPool(c *page.Ctx, refusal error) error {
	look := leads.Look{Pool: c.Query("pool"), Territory: c.Query("territory"), Industry: c.Query("industry"), After: c.Query("after")}
	shown, err := w.diary.Browse(c.Context(), c.Person, look)
	if err != nil {
		return err
	}
	v := &poolView{Base: page.Base{Title: c.T("day.pool"), Here: "/leads", Script: "js/once.js"}, Tabs: tabs(c, "/pool"), Shown: shown, Err: refusal,
		Filtered: look.Territory != "" || look.Industry != "", Left: max(0, shown.Views-shown.Viewed),
		Territories: values(c, shown.Territories, look.Territory), Industries: values(c, shown.Industries, look.Industry)}
	if len(shown.Pools) > 1 {
		for _, t := range shown.Pools {
			v.Pools = append(v.Pools, page.Option{Value: t.Slug, Label: titled(c, t.Title, t.Slug), Chosen: t.Slug == shown.Pool.Slug})
		}
	}
	v.Pager = pager(c, "/pool", shown.Next, "pool", "territory", "industry")
	return c.Page(w.pages, "pool", v)
}

// values are the choices of a filter, everything first.
func values(c *page.Ctx, all []string, chosen string) []page.Option {
	options := []page.Option{{Label: c.T("day.all")}}
	for _, value := range all {
		options = append(options, page.Option{Value: value, Label: value, Chosen: value == chosen})
	}
	return options
}

// pager leads through a list at a path; what narrows it, by these names in its query, stays.
func pager(c *page.Ctx, path, next string, narrowing ...string) (p page.Pager) {
	query := url.Values{}
	for _, name := range narrowing {
		if value := c.Query(name); value != "" {
			query.Set(name, value)
		}
	}
	if c.Query("after") != "" {
		p.First = path + "?" + query.Encode()
	}
	if next != "" {
		query.Set("after", next)
		p.Next = path + "?" + query.Encode()
	}
	return p
}

// openLead opens a masked lead, which counts.
func (w *Wing) openLead(c *page.Ctx) error {
	id := c.Params("id")
	switch err := w.diary.Open(c.Context(), c.Person, id); {
	case err == nil:
		return c.Back("/leads/"+id, "")
	case fault.Is(err, fault.Conflict):
		c.Refused(err)
		return w.showPool(c, err)
	default:
		return err
	}
}

// claim takes a lead that the person has seen in a pool. When somebody was faster, the pool shows what is left.
func (w *Wing) claim(c *page.Ctx) error {
	h, err := w.pool.Claim(c.Context(), c.Person, c.Params("id"), c.Form("request"))
	switch {
	case err == nil:
		return c.Back("/leads/"+h.Lead.ID, "learn.drawn", "company", h.Lead.Company)
	case fault.Is(err, fault.Conflict):
		c.Refused(err)
		return w.showPool(c, err)
	}
	return w.refuseLeads(c, err)
}
