package studio

import (
	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/web/page"
)

// historyPage is every version of a document.
type historyPage struct {
	page.Base
	Doc, At, Name string
	Versions      []version
	Older, Newer  page.Field // of the comparison
	Texts         []locale.Lang
	Back          page.Field // the version to go back to
	Note          page.Field
	Err           error
}

type version struct {
	documents.Head
	By      string
	Current bool
}

func (w *Wing) history(c *page.Ctx) error { return w.showHistory(c, "", "", nil) }

func (w *Wing) showHistory(c *page.Ctx, back, note string, refusal error) error {
	p := c.Params("*")
	d, err := w.mine(c, p)
	if err != nil {
		return err
	}
	heads, err := w.shelf.History(c.Context(), p)
	if err != nil {
		return err
	}
	v := &historyPage{Base: page.Base{Title: c.T("studio.history_of", "title", titleOf(d, c.Lang))}, Doc: p, At: address(p), Name: titleOf(d, c.Lang), Texts: d.Langs(), Err: refusal}
	who := w.names(c)
	v.Older = page.Field{Label: c.T("studio.older"), Name: "a", Type: "select"}
	v.Newer = page.Field{Label: c.T("studio.newer"), Name: "b", Type: "select"}
	v.Back = page.Field{Label: c.T("studio.back_to"), Name: "version", Type: "select"}
	v.Note = page.Field{Label: c.T("studio.note"), Name: "note", Value: note, Hint: c.T("studio.rollback_hint"), Required: true}
	for i, h := range heads {
		by, err := who.of(h.PublishedBy)
		if err != nil {
			return err
		}
		v.Versions = append(v.Versions, version{h, by, i == 0})
		n, label := number(h.Version), c.T("studio.version", "version", h.Version)
		v.Older.Options = append(v.Older.Options, page.Option{Value: n, Label: label, Chosen: i == 1})
		v.Newer.Options = append(v.Newer.Options, page.Option{Value: n, Label: label, Chosen: i == 0})
		if i > 0 && !h.Retired {
			v.Back.Options = append(v.Back.Options, page.Option{Value: n, Label: label, Chosen: n == back})
		}
	}
	if refusal != nil && fault.HasKey(refusal, "documents.note_missing") {
		v.Note.Error, v.Err = c.Words(refusal), nil
	}
	return c.Page(w.pages, "history", v)
}

// mine is the current version of a document that the person may write, or why they may not.
func (w *Wing) mine(c *page.Ctx, p string) (documents.Doc, error) {
	d, err := w.shelf.Doc(c.Context(), p)
	if err == nil && !documents.MayEdit(c.Person, d.Kind) {
		err = fault.New(fault.Forbidden, "documents.not_yours", "path", p)
	}
	return d, err
}

func (w *Wing) rollBack(c *page.Ctx) error {
	p := c.Params("*")
	n, err := c.FormInt("version")
	if err != nil {
		return err
	}
	head, err := w.shelf.RollBack(c.Context(), c.Person, p, n, c.Form("note"))
	if err != nil {
		if !c.Refused(err) {
			return err
		}
		return w.showHistory(c, number(n), c.Form("note"), err)
	}
	return c.Back(address(p), "studio.rolled_back", "old", n, "version", head.Version)
}

// comparisonPage is two versions of a document, line by line.
type comparisonPage struct {
	page.Base
	Doc, At, Name string
	Older, Newer  int
	Shown         locale.Lang
	Diff          []fold
}

func (w *Wing) compare(c *page.Ctx) error {
	p := c.Params("*")
	d, err := w.mine(c, p)
	if err != nil {
		return err
	}
	newer, err := c.QueryInt("b", d.Version)
	if err != nil {
		return err
	}
	older, err := c.QueryInt("a", newer-1)
	if err != nil {
		return err
	}
	lang := locale.Lang(c.Query("lang"))
	if !lang.Valid() {
		lang = d.Lang
	}
	lines, err := w.shelf.Diff(c.Context(), p, older, newer, lang)
	if err != nil {
		return err
	}
	title := titleOf(d, c.Lang)
	return c.Page(w.pages, "comparison", &comparisonPage{Base: page.Base{Title: c.T("studio.comparison_of", "title", title)}, Doc: p, At: address(p), Name: title,
		Older: older, Newer: newer, Shown: lang, Diff: folded(lines)})
}

// conflictPage is a file that changed although the web had published since: both texts, and a choice.
type conflictPage struct {
	page.Base
	Doc, At, Name string
	Web, File     documents.Head
	By            string // who published the web's version
	Texts         []bothTexts
	Note          page.Field
	Err           error
}

// bothTexts are one language of either side; Diff goes from the web to the file.
type bothTexts struct {
	Lang      locale.Lang
	Web, File string
	Same      bool
	Diff      []fold
}

func (w *Wing) conflict(c *page.Ctx) error { return w.showConflict(c, nil) }

func (w *Wing) showConflict(c *page.Ctx, refusal error) error {
	p := c.Params("*")
	web, err := w.mine(c, p)
	if err != nil {
		return err
	}
	file, err := w.shelf.Conflict(c.Context(), p)
	if err != nil {
		return err
	}
	title := titleOf(web, c.Lang)
	v := &conflictPage{Base: page.Base{Title: c.T("studio.conflict_of", "title", title)}, Doc: p, At: address(p), Name: title, Web: web.Head, File: file.Head, Err: refusal}
	if v.By, err = w.names(c).of(web.PublishedBy); err != nil {
		return err
	}
	v.Note = page.Field{Label: c.T("studio.note"), Name: "note", Value: c.Form("note"), Hint: c.T("studio.resolve_hint"), Required: true}
	if refusal != nil && fault.HasKey(refusal, "documents.note_missing") {
		v.Note.Error, v.Err = c.Words(refusal), nil
	}
	for _, l := range locale.Langs() {
		a, b := web.Sources[l], file.Sources[l]
		if a == "" && b == "" {
			continue
		}
		v.Texts = append(v.Texts, bothTexts{l, a, b, a == b, folded(documents.Compare(a, b))})
	}
	return c.Page(w.pages, "conflict", v)
}

func (w *Wing) resolve(c *page.Ctx) error {
	p, keep := c.Params("*"), documents.Kept(c.Form("keep"))
	if err := w.shelf.Resolve(c.Context(), c.Person, p, keep, c.Form("note")); err != nil {
		if !c.Refused(err) {
			return err
		}
		return w.showConflict(c, err)
	}
	return c.Back(address(p), "studio.resolved_"+string(keep))
}
