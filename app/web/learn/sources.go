package learn

import (
	"bainian/app/courses"
	"bainian/app/web/page"
)

type sourcesView struct {
	page.Base
	Sources []courses.SourceView
}

// sources shows everything that lessons cite; a lesson's notes lead to their places here.
func (w *Wing) sources(c *page.Ctx) error {
	all, err := w.library.Sources(c.Context(), c.Lang)
	if err != nil {
		return err
	}
	return c.Page(w.pages, "sources", &sourcesView{Base: page.Base{Title: c.T("learn.sources"), Here: "/courses"}, Sources: all})
}
