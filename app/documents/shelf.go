package documents

import (
	"context"
	"embed"
	"slices"
	"strings"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

//go:embed schema
var schema embed.FS

// Schema is the tables of this domain.
func Schema() store.Schema { return store.Schema{Domain: "documents", Files: schema} }

// Check is a domain's lint of one document, run before it is loaded or published. It may read what was
// published before: kinds are loaded in the order of Kinds, and Doc.Beside is what comes along. An error is a
// failure of the check itself.
type Check func(ctx context.Context, d Doc) (fault.Problems, error)

// Shelf is all documents.
type Shelf struct {
	db     *store.DB
	checks map[Kind]Check
	keeps  map[Kind]Check
	asks   map[Kind]Ask
}

// Ask is what a domain asks before a document is published from the web by somebody: its error, a fault with the reason,
// keeps the version that there is. Unlike a Check it is not asked of files.
type Ask func(ctx context.Context, actor people.Person, d Doc) error

// New makes the shelf over a migrated database.
func New(db *store.DB) *Shelf {
	return &Shelf{db: db, checks: map[Kind]Check{}, keeps: map[Kind]Check{}, asks: map[Kind]Ask{}}
}

// Register sets the check of a kind, before the program starts to serve. A kind without a check takes any text.
func (s *Shelf) Register(kind Kind, check Check) { s.checks[kind] = check }

// Keep sets what is asked before a document of that kind is retired because its file is gone: it gets the document
// without texts, and while it has a problem with that the published version stays.
func (s *Shelf) Keep(kind Kind, check Check) { s.keeps[kind] = check }

// Ask sets what is asked after the check before a document of that kind is published from the web, on whatever page:
// a draft, an older version, an import, a file that was kept.
func (s *Shelf) Ask(kind Kind, ask Ask) { s.asks[kind] = ask }

// admit is everything that stands between a text and its publication from the web.
func (s *Shelf) admit(ctx context.Context, actor people.Person, d Doc) error {
	problems, err := s.Lint(ctx, d)
	if err != nil {
		return err
	}
	if err := problems.Err(); err != nil {
		return err
	}
	if ask := s.asks[d.Kind]; ask != nil {
		return ask(ctx, actor, d)
	}
	return nil
}

// Lint runs the kind's check over a document that need not be published.
func (s *Shelf) Lint(ctx context.Context, d Doc) (fault.Problems, error) {
	if check := s.checks[d.Kind]; check != nil {
		return check(ctx, d)
	}
	return nil, nil
}

// EditionIn is the number of the present edition.
func (s *Shelf) EditionIn(rx *store.Rx) (int64, error) {
	var number int64
	return number, rx.Row(`SELECT number FROM document_edition WHERE one = 1`).Scan(&number)
}

// HeadsIn are the current versions of all documents of those kinds (of every kind when none is given) that
// are not retired, by path.
func (s *Shelf) HeadsIn(rx *store.Rx, kinds ...Kind) ([]Head, error) {
	heads, err := store.All(rx, scanHead, `SELECT `+headColumns+current+` WHERE d.retired = FALSE`)
	if err != nil {
		return nil, err
	}
	heads = slices.DeleteFunc(heads, func(h Head) bool { return len(kinds) > 0 && !slices.Contains(kinds, h.Kind) })
	slices.SortFunc(heads, func(a, b Head) int { return strings.Compare(a.Path, b.Path) })
	return heads, nil
}

// DocsIn are like HeadsIn, with the texts, of one kind.
func (s *Shelf) DocsIn(rx *store.Rx, kind Kind) ([]Doc, error) {
	docs, err := store.All(rx, scanDoc, `SELECT `+headColumns+`, v.sources`+current+` WHERE d.retired = FALSE AND d.kind = ?`, string(kind))
	slices.SortFunc(docs, func(a, b Doc) int { return strings.Compare(a.Path, b.Path) })
	return docs, err
}

// Heads is HeadsIn in a transaction of its own.
func (s *Shelf) Heads(ctx context.Context, kinds ...Kind) (heads []Head, err error) {
	err = s.db.Read(ctx, func(rx *store.Rx) error {
		heads, err = s.HeadsIn(rx, kinds...)
		return err
	})
	return heads, err
}

// DocIn is the current version of a document; fault.NotFound when there is none or it is retired.
func (s *Shelf) DocIn(rx *store.Rx, path string) (Doc, error) {
	d, found, err := store.First(rx, scanDoc, `SELECT `+headColumns+`, v.sources`+current+` WHERE d.retired = FALSE AND d.path = ?`, path)
	if err == nil && !found {
		err = unknown(path)
	}
	return d, err
}

// Doc is DocIn in a transaction of its own.
func (s *Shelf) Doc(ctx context.Context, path string) (d Doc, err error) {
	err = s.db.Read(ctx, func(rx *store.Rx) error {
		d, err = s.DocIn(rx, path)
		return err
	})
	return d, err
}

// VersionIn is one version of a document, current or not.
func (s *Shelf) VersionIn(rx *store.Rx, path string, version int) (Doc, error) {
	d, found, err := store.First(rx, scanDoc, `SELECT `+headColumns+`, v.sources`+every+` WHERE v.path = ? AND v.version = ?`, path, version)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "documents.no_version", "path", path, "version", version)
	}
	return d, err
}

// History is every version of a document, newest first.
func (s *Shelf) History(ctx context.Context, path string) (heads []Head, err error) {
	err = s.db.Read(ctx, func(rx *store.Rx) error {
		heads, err = s.HistoryIn(rx, path)
		return err
	})
	if err == nil && len(heads) == 0 {
		err = unknown(path)
	}
	return heads, err
}

// HistoryIn is History inside a transaction; of a document that there is not it is empty.
func (s *Shelf) HistoryIn(rx *store.Rx, path string) ([]Head, error) {
	return store.All(rx, scanHead, `SELECT `+headColumns+every+` WHERE v.path = ? ORDER BY v.version DESC`, path)
}

func unknown(path string) error {
	return fault.New(fault.NotFound, "documents.not_found", "path", path)
}

// VersionOfIn is the current version of a document, 0 when there is none or it is retired.
func (s *Shelf) VersionOfIn(rx *store.Rx, path string) (version int, err error) {
	err = rx.Row(`SELECT version FROM document WHERE path = ? AND retired = FALSE`, path).Scan(&version)
	if err == store.ErrNoRow {
		return 0, nil
	}
	return version, err
}
