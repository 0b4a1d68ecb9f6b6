package review

import (
	"bainian/app/fault"
	"bainian/app/gate/crm"
	"bainian/app/web/page"
)

type crmView struct {
	page.Base
	Health  crm.Health
	Repairs []crm.Repair
	Pager   page.Pager
}

// crmPage is how it stands between the gate and the CRM that is kept in line with it.
func (w *Wing) crmPage(c *page.Ctx) error {
	if w.crm == nil {
		return fault.New(fault.NotFound, "push.no_crm")
	}
	health, repairs, next, err := w.crm.Repairs(c.Context(), c.Person, c.Query("after"))
	if err != nil {
		return err
	}
	v := &crmView{Base: page.Base{Title: w.crm.Name(), Here: "/people"}, Health: health, Repairs: repairs}
	if c.Query("after") != "" {
		v.Pager.First = "/crm"
	}
	if next != "" {
		v.Pager.Next = "/crm?after=" + next
	}
	return c.Page(w.pages, "crm", v)
}
