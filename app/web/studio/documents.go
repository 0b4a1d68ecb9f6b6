package studio

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"

	"bainian/app/courses"
	"bainian/app/documents"
	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/web/page"
)

// shelfPage is every document that the person may write, by track.
type shelfPage struct {
	page.Base
	Drafts    []draftRow // the person's own, the latest first
	Groups    []shelfGroup
	Documents int
	Conflicts int
	Begin     page.Field
}

// shelfGroup is a track's documents; Track is "" for what belongs to none.
type shelfGroup struct {
	Track string
	Rows  []shelfRow
}

// draftRow is a text that the person has not published yet.
type draftRow struct {
	documents.Head
	Title string
	At    string // address of its page
	New   bool   // the document does not exist yet
	Stale int    // the version that came out since the draft was begun, 0 for none
}

type shelfRow struct {
	documents.Head
	Title   string
	At      string        // address of its page
	By      string        // name of who published it
	Missing []locale.Lang // languages without a text
}

func (w *Wing) documents(c *page.Ctx) error { return w.showShelf(c, "", nil) }

func (w *Wing) showShelf(c *page.Ctx, wanted string, refusal error) error {
	v := &shelfPage{Base: page.Base{Title: c.T("studio.documents")}}
	v.Begin = page.Field{Label: c.T("studio.path"), Name: "path", Value: wanted, Hint: c.T("studio.path_hint"), Required: true}
	if refusal != nil {
		v.Begin.Error = c.Words(refusal)
	}
	heads, err := w.shelf.Heads(c.Context())
	if err != nil {
		return err
	}
	tracks, err := w.tracksOfQuizzes(c)
	if err != nil {
		return err
	}
	if v.Drafts, err = w.drafts(c, heads); err != nil {
		return err
	}
	who, groups := w.names(c), map[string][]shelfRow{}
	for _, h := range heads {
		if !documents.MayEdit(c.Person, h.Kind) {
			continue
		}
		// The draft, where there is one: the list shows what its reader is writing.
		d, err := w.shelf.Draft(c.Context(), c.Person, h.Path)
		if err != nil {
			return err
		}
		h.Draft = d.Draft
		row := shelfRow{Head: h, Title: titleOf(d, c.Lang), At: address(h.Path)}
		if row.By, err = who.of(h.PublishedBy); err != nil {
			return err
		}
		if !h.Kind.OneFile() {
			row.Missing = slices.DeleteFunc(locale.Langs(), func(l locale.Lang) bool { _, has := d.Sources[l]; return has })
		}
		v.Documents++
		if h.Conflict {
			v.Conflicts++
		}
		track := trackOf(h, tracks)
		groups[track] = append(groups[track], row)
	}
	for _, track := range append(courses.Tracks(), "") {
		if rows := groups[track]; len(rows) > 0 {
			slices.SortStableFunc(rows, func(a, b shelfRow) int { return cmp.Compare(place(a.Kind), place(b.Kind)) })
			v.Groups = append(v.Groups, shelfGroup{track, rows})
		}
	}
	return c.Page(w.pages, "documents", v)
}

// drafts are the person's own drafts beside what is published.
func (w *Wing) drafts(c *page.Ctx, published []documents.Head) ([]draftRow, error) {
	drafts, err := w.shelf.Drafts(c.Context(), c.Person)
	var rows []draftRow
	for _, d := range drafts {
		row := draftRow{Head: d.Head, Title: titleOf(d, c.Lang), At: address(d.Path), New: true}
		if n := slices.IndexFunc(published, func(h documents.Head) bool { return h.Path == d.Path }); n >= 0 {
			row.New = false
			if published[n].Version > d.Version {
				row.Stale = published[n].Version
			}
		}
		rows = append(rows, row)
	}
	return rows, err
}

// place is a kind's place in a track's list: to read, to sit, to draw from.
func place(k documents.Kind) int {
	return slices.Index([]documents.Kind{documents.Pledge, documents.Course, documents.Lesson, documents.Exam, documents.Bank}, k)
}

// tracksOfQuizzes are the tracks of exams and banks by path; a bank belongs where an exam draws from it first.
func (w *Wing) tracksOfQuizzes(c *page.Ctx) (map[string]string, error) {
	all, err := w.room.Exams(c.Context())
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b *exams.Blueprint) int { return cmp.Compare(len(a.Banks()), len(b.Banks())) })
	tracks := map[string]string{}
	for _, b := range all {
		tracks["quizzes/"+b.Slug+".exam.md"] = b.Track
		for _, id := range b.Banks() {
			if p := bankPath(id); tracks[p] == "" {
				tracks[p] = b.Track
			}
		}
	}
	return tracks, nil
}

func bankPath(id string) string { return "quizzes/" + id + ".bank.md" }

// trackOf is the track that a document belongs to, or "".
func trackOf(h documents.Head, quizzes map[string]string) string {
	track := quizzes[h.Path]
	if h.Kind == documents.Course || h.Kind == documents.Lesson {
		track = strings.Split(h.Path, "/")[1]
	}
	if !slices.Contains(courses.Tracks(), track) {
		return ""
	}
	return track
}

// address is the page of a document.
func address(p string) string { return "/studio/documents/" + p }

var titleLine = regexp.MustCompile(`(?m)^title:[ \t]*["']?(.+?)["']?[ \t]*$`)

// titleOf is the title in the front matter, or the file's name.
func titleOf(d documents.Doc, lang locale.Lang) string {
	text, _ := d.Text(lang)
	front, _, _ := strings.Cut(strings.TrimPrefix(text, "---\n"), "\n---")
	if m := titleLine.FindStringSubmatch(front); m != nil {
		return m[1]
	}
	return path.Base(d.Path)
}

// begin leads to the page of a document that may not exist yet.
func (w *Wing) begin(c *page.Ctx) error {
	p := c.Form("path")
	kind, ok := documents.KindOf(p)
	if !ok {
		err := fault.New(fault.Invalid, "documents.path_unknown", "path", p).In("path")
		c.Refused(err)
		return w.showShelf(c, p, err)
	}
	if !documents.MayEdit(c.Person, kind) {
		return fault.New(fault.Forbidden, "documents.not_yours", "path", p)
	}
	return c.Back(address(p), "")
}
