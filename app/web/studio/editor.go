package studio

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"time"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/web/page"
)

// Starters are what a new document begins with, by kind, in the default language; my-name stands for its slug.
//
//go:embed starters/*.md
var starters embed.FS

// editorPage is one document in one language, with its preview.
type editorPage struct {
	page.Base
	Doc, At string // the document's path, and its page
	Kind    documents.Kind
	Name    string
	Live    documents.Head // what readers see now; the zero Head when it is not published
	By      string         // who published that
	Draft   bool           // the person has an unpublished text
	SavedAt time.Time      // of that
	Edit    locale.Lang
	Tabs    []tab
	File    string
	Text    string
	From    locale.Lang // the language that Text was begun from, when there is no translation yet
	Version int         // that the text was begun on
	Note    page.Field
	Err     error
	Stale   *stale
	Preview preview
	Phrases string // JSON: the editor's own words
}

type tab struct {
	Lang    locale.Lang
	Missing bool
}

// stale is the version that came out while the person was writing, and where their texts differ from it.
type stale struct {
	documents.Head
	By    string
	Texts []differs
}

type differs struct {
	Lang locale.Lang
	Diff []fold // from what is published to the person's text
}

// edited is a document as its author has it, and what is published of it.
type edited struct {
	documents.Doc
	live documents.Doc // Version 0 when it is not published
}

// editedOf finds the document of the path, with the person's draft; one that does not exist yet is begun from
// its kind's starter.
func (w *Wing) editedOf(c *page.Ctx) (edited, error) {
	p := c.Params("*")
	live, err := w.shelf.Doc(c.Context(), p)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return edited{}, err
	}
	d, err := w.shelf.Draft(c.Context(), c.Person, p)
	if fault.Is(err, fault.NotFound) {
		kind, _ := documents.KindOf(p)
		text, err := starters.ReadFile(fmt.Sprintf("starters/%s.md", kind))
		if err != nil {
			return edited{}, fault.New(fault.NotFound, "documents.not_found", "path", p)
		}
		d = documents.Doc{Head: documents.Head{Path: p, Kind: kind, Lang: locale.Hant}, Sources: map[locale.Lang]string{locale.Hant: strings.ReplaceAll(string(text), "my-name", slugOf(p))}}
	} else if fault.HasKey(err, "documents.path_unknown") {
		return edited{}, fault.New(fault.NotFound, "documents.not_found", "path", p)
	} else if err != nil {
		return edited{}, err
	}
	return edited{d, live}, nil
}

// slugOf is the name by which a bank or an exam is known: its file's.
func slugOf(p string) string {
	slug, _, _ := strings.Cut(path.Base(p), ".")
	return slug
}

// langOf is the language asked for, or the document's own.
func (d edited) langOf(asked string) locale.Lang {
	if l := locale.Lang(asked); l.Valid() {
		return l
	}
	return d.Lang
}

// edit is the editor. The policy has one of its own, where its effect is seen before it is published.
func (w *Wing) edit(c *page.Ctx) error {
	if kind, _ := documents.KindOf(c.Params("*")); kind == documents.Policy && documents.MayEdit(c.Person, kind) {
		return c.Back("/policy/draft", "")
	}
	d, err := w.editedOf(c)
	if err != nil {
		return err
	}
	lang := d.langOf(c.Query("lang"))
	text, has := d.Sources[lang]
	v := &editorPage{Text: text, Version: d.Version}
	if !has {
		v.Text, v.From = d.Text(lang)
	}
	return w.showEditor(c, d, lang, v)
}

// showEditor fills in what does not depend on how the page came about.
func (w *Wing) showEditor(c *page.Ctx, d edited, lang locale.Lang, v *editorPage) (err error) {
	v.Doc, v.At, v.Kind, v.Name = d.Path, address(d.Path), d.Kind, titleOf(d.Doc, c.Lang)
	v.Title, v.Script = v.Name, "js/studio.js"
	v.Live, v.Edit, v.File = d.live.Head, lang, d.File(lang)
	if v.Draft = d.Draft; d.Draft {
		v.SavedAt = d.PublishedAt
	}
	if d.Kind.OneFile() {
		v.Tabs = []tab{{Lang: d.Lang}}
	} else {
		for _, l := range locale.Langs() {
			_, has := d.Sources[l]
			v.Tabs = append(v.Tabs, tab{l, !has})
		}
	}
	who := w.names(c)
	if v.By, err = who.of(v.Live.PublishedBy); err != nil {
		return err
	}
	if v.Version != v.Live.Version {
		v.Stale = &stale{Head: v.Live, By: v.By}
		mine := withText(d.Doc, lang, v.Text)
		for _, l := range mine.Langs() {
			if diff := folded(documents.Compare(d.live.Sources[l], mine.Sources[l])); diff != nil {
				v.Stale.Texts = append(v.Stale.Texts, differs{l, diff})
			}
		}
	}
	v.Note.Label, v.Note.Name, v.Note.Hint, v.Note.Required = c.T("studio.note"), "note", c.T("studio.note_hint"), true
	if v.Preview, err = w.previewOf(c, d.Doc, lang, v.Text); err != nil {
		return err
	}
	if v.Phrases, err = phrases(c); err != nil {
		return err
	}
	return c.Page(w.pages, "editor", v)
}

// phrases are the words of the source editor, by what it calls them.
func phrases(c *page.Ctx) (string, error) {
	words := map[string]string{}
	for phrase, key := range map[string]string{"Find": "find", "Replace": "replace", "next": "next", "previous": "previous", "all": "all", "match case": "match_case",
		"regexp": "regexp", "by word": "by_word", "replace": "replace", "replace all": "replace_all", "close": "close", "Go to line": "go_to_line", "go": "go", "No diagnostics": "clean", "Diagnostics": "problems"} {
		words[phrase] = c.T("studio.editor_" + key)
	}
	text, err := json.Marshal(words)
	return string(text), err
}

// posted is the editor's form as it came.
type posted struct {
	edited
	lang    locale.Lang
	text    string
	version int
}

func (w *Wing) posted(c *page.Ctx) (p posted, err error) {
	if p.edited, err = w.editedOf(c); err != nil {
		return p, err
	}
	asked := c.Form("lang")
	if asked != "" && !locale.Lang(asked).Valid() {
		return p, fault.New(fault.Invalid, "documents.language_unknown", "lang", asked).In("lang")
	}
	p.lang, p.text = p.langOf(asked), c.FormText("text")
	p.version, err = c.FormInt("version")
	return p, err
}

// preview answers the editor while its author types; without a script it is the whole page.
func (w *Wing) preview(c *page.Ctx) error {
	p, err := w.posted(c)
	if err != nil {
		return err
	}
	if !c.HTMX() {
		return w.showEditor(c, p.edited, p.lang, &editorPage{Text: p.text, Version: p.version, Note: page.Field{Value: c.Form("note")}})
	}
	v, err := w.previewOf(c, p.Doc, p.lang, p.text)
	if err != nil {
		return err
	}
	return c.Fragment(w.pages, "preview", v)
}

// save keeps the text as the person's draft.
func (w *Wing) save(c *page.Ctx) error {
	p, err := w.posted(c)
	if err != nil {
		return err
	}
	if err := w.shelf.SaveDraft(c.Context(), c.Person, p.Path, p.lang, p.text, p.version); err != nil {
		return w.again(c, p, err)
	}
	return c.Back(p.page(), "studio.saved")
}

// publish keeps the text and makes it, with the drafts of the other languages, the next version. Whatever
// stands against it, the text is kept.
func (w *Wing) publish(c *page.Ctx) error {
	p, err := w.posted(c)
	if err != nil {
		return err
	}
	if p.text != p.Sources[p.lang] || p.live.Version == 0 {
		if err := w.shelf.SaveDraft(c.Context(), c.Person, p.Path, p.lang, p.text, p.version); err != nil {
			return w.again(c, p, err)
		}
	}
	head, err := w.shelf.Publish(c.Context(), c.Person, p.Path, c.Form("note"), p.version)
	if err != nil {
		return w.again(c, p, err)
	}
	return c.Back(p.page(), "studio.published", "version", head.Version)
}

// again shows the form with what was refused and everything that was written.
func (w *Wing) again(c *page.Ctx, p posted, refusal error) error {
	if !c.Refused(refusal) {
		return refusal
	}
	now, err := w.editedOf(c) // the draft has been saved by now
	if err != nil {
		return err
	}
	note := page.Field{Value: c.Form("note")}
	if fault.HasKey(refusal, "documents.note_missing") || fault.HasKey(refusal, "documents.note_long") {
		note.Error = c.Words(refusal)
	}
	return w.showEditor(c, now, p.lang, &editorPage{Text: p.text, Version: p.version, Note: note, Err: refusal})
}

// page is where the document is written in that language.
func (p posted) page() string {
	if p.lang == p.Lang {
		return address(p.Path)
	}
	return address(p.Path) + "?lang=" + string(p.lang)
}

// rebase says that the draft takes a newer version into account: it goes on from there.
func (w *Wing) rebase(c *page.Ctx) error {
	p, err := w.posted(c)
	if err != nil {
		return err
	}
	if p.version, err = c.FormInt("onto"); err != nil {
		return err
	}
	for lang, text := range withText(p.Doc, p.lang, p.text).Sources {
		if text == p.live.Sources[lang] && lang != p.lang {
			continue
		}
		if err := w.shelf.SaveDraft(c.Context(), c.Person, p.Path, lang, text, p.version); err != nil {
			return w.again(c, p, err)
		}
	}
	return c.Back(p.page(), "studio.rebased", "version", p.version)
}

func (w *Wing) discard(c *page.Ctx) error {
	p := c.Params("*")
	if err := w.shelf.DiscardDraft(c.Context(), c.Person, p); err != nil {
		return err
	}
	if _, err := w.shelf.Doc(c.Context(), p); fault.Is(err, fault.NotFound) {
		return c.Back("/studio", "studio.discarded")
	}
	return c.Back(address(p), "studio.discarded")
}
