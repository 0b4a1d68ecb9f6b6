package review

import (
	"bainian/app/integrity"
	"bainian/app/people"
	"bainian/app/web/page"
)

type sealedView struct {
	page.Base
	Head  integrity.SealedHead
	By    string // who has asked to open it
	Asks  bool   // the reader may ask
	Opens bool   // the reader may open
	Form  caseForm
	Err   error
}

// showSealed is the head of a file that is shut: that there was a case, and the way to have it opened again.
func (w *Wing) showSealed(c *page.Ctx, number int, form caseForm, refused error) error {
	h, err := w.desk.Sealed(c.Context(), c.Person, number)
	if err != nil {
		return err
	}
	v := &sealedView{Base: page.Base{Title: c.T("review.case", "number", number), Here: "/cases"}, Head: h, Asks: c.Person.Has(people.HR), Form: form, Err: refused}
	if h.Asked != nil {
		names, err := w.names(c, h.Asked.By)
		if err != nil {
			return err
		}
		v.By, v.Opens = names[h.Asked.By], c.Person.Has(people.Reviewer) && h.Asked.By != c.Person.ID
	}
	return c.Page(w.pages, "sealed", v)
}

func (w *Wing) askUnsealing(c *page.Ctx) error {
	reason := c.Form("reason")
	return w.onCase(c, caseForm{Cause: reason}, "review.unsealing_asked", func(number int) error {
		return w.desk.AskUnsealing(c.Context(), c.Person, number, reason)
	})
}

func (w *Wing) unseal(c *page.Ctx) error {
	return w.onCase(c, caseForm{}, "review.unsealed", func(number int) error { return w.desk.Unseal(c.Context(), c.Person, number) })
}
