package documents

import (
	"context"
	"maps"
	"time"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
)

// draft is one language of an author's unpublished text.
type draft struct {
	lang locale.Lang
	base int
	text string
	at   time.Time
}

func scanDraft(row store.Row) (d draft, err error) {
	var ms int64
	err = row.Scan(&d.lang, &d.base, &d.text, &ms)
	d.at = store.Time(ms)
	return d, err
}

func draftsIn(rx *store.Rx, actor people.Person, path string) ([]draft, error) {
	return store.All(rx, scanDraft, `SELECT lang, base_version, text, at_ms FROM document_draft WHERE path = ? AND by_id = ?`, path, actor.ID)
}

// SaveDraft keeps the actor's text of one language on top of the version they opened (0 for a document that
// does not exist yet). It is kept whatever its lint says.
func (s *Shelf) SaveDraft(ctx context.Context, actor people.Person, path string, lang locale.Lang, text string, baseVersion int) error {
	if err := mayEdit(actor, path); err != nil {
		return err
	}
	if !lang.Valid() {
		return fault.New(fault.Invalid, "documents.language_unknown", "lang", string(lang)).In("lang")
	}
	text, _, problem := normal(text)
	if problem != nil {
		return problem.In("text")
	}
	return s.db.Write(ctx, func(tx *store.Tx) error { return keepDraftIn(tx, actor, path, lang, text, baseVersion) })
}

// ReplaceDraft is SaveDraft for an author who changed the text that they saw. Where their draft is another by now, saved
// from another window, it is fault.Conflict "documents.draft_moved", and what was saved there stays.
func (s *Shelf) ReplaceDraft(ctx context.Context, actor people.Person, path string, lang locale.Lang, saw, text string, baseVersion int) error {
	if err := mayEdit(actor, path); err != nil {
		return err
	}
	text, _, problem := normal(text)
	if problem != nil {
		return problem.In("text")
	}
	saw, _, problem = normal(saw)
	if problem != nil {
		return problem.In("text")
	}
	return s.db.Write(ctx, func(tx *store.Tx) error {
		d, err := s.draftIn(tx.Rx, actor, path)
		if err != nil {
			return err
		}
		if now := d.Sources[lang]; now != saw && now != text {
			return fault.New(fault.Conflict, "documents.draft_moved", "path", path)
		}
		return keepDraftIn(tx, actor, path, lang, text, baseVersion)
	})
}

func keepDraftIn(tx *store.Tx, actor people.Person, path string, lang locale.Lang, text string, baseVersion int) error {
	_, err := tx.Exec(`INSERT INTO document_draft (path, by_id, lang, base_version, text, at_ms) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (path, by_id, lang) DO UPDATE SET base_version = excluded.base_version, text = excluded.text, at_ms = excluded.at_ms`,
		path, actor.ID, string(lang), baseVersion, text, store.Ms(tx.Now))
	return err
}

// Draft is the document as the actor would publish it: their draft over the current version. Without a draft
// it is the current version, with Draft false. Version is the one that the draft was begun on.
func (s *Shelf) Draft(ctx context.Context, actor people.Person, path string) (d Doc, err error) {
	if err := mayEdit(actor, path); err != nil {
		return Doc{}, err
	}
	err = s.db.Read(ctx, func(rx *store.Rx) error {
		d, err = s.draftIn(rx, actor, path)
		return err
	})
	return d, err
}

func (s *Shelf) draftIn(rx *store.Rx, actor people.Person, path string) (Doc, error) {
	d, err := s.DocIn(rx, path)
	if fault.Is(err, fault.NotFound) {
		kind, _ := KindOf(path)
		d = Doc{Head: Head{Path: path, Kind: kind, Lang: locale.Hant}}
	} else if err != nil {
		return Doc{}, err
	}
	drafts, err := draftsIn(rx, actor, path)
	if err != nil {
		return Doc{}, err
	}
	if len(drafts) == 0 {
		if d.Version == 0 {
			return Doc{}, unknown(path)
		}
		return d, nil
	}
	sources := map[locale.Lang]string{}
	maps.Copy(sources, d.Sources)
	d.Draft, d.Sources, d.PublishedBy = true, sources, actor.ID
	d.Version = drafts[0].base
	for _, one := range drafts {
		sources[one.lang] = one.text
		d.Version = min(d.Version, one.base)
		if one.at.After(d.PublishedAt) {
			d.PublishedAt = one.at
		}
	}
	if base, ok := sources[d.Lang]; ok {
		d.Lang = languageOf(base)
	}
	d.Hash = hash(sources)
	return d, nil
}

// DiscardDraft forgets the actor's draft of a document.
func (s *Shelf) DiscardDraft(ctx context.Context, actor people.Person, path string) error {
	if err := mayEdit(actor, path); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`DELETE FROM document_draft WHERE path = ? AND by_id = ?`, path, actor.ID)
		return err
	})
}

// dropPublishedIn forgets the actor's draft of a document as it was read; what was saved after that stays.
func dropPublishedIn(tx *store.Tx, actor people.Person, d Doc) error {
	_, err := tx.Exec(`DELETE FROM document_draft WHERE path = ? AND by_id = ? AND at_ms <= ?`, d.Path, actor.ID, store.Ms(d.PublishedAt))
	return err
}

// mayEdit is the fault of writing under a path that is none, or that is not the actor's to write.
func mayEdit(actor people.Person, path string) error {
	kind, ok := KindOf(path)
	if !ok {
		return fault.New(fault.Invalid, "documents.path_unknown", "path", path).In("path")
	}
	if !MayEdit(actor, kind) {
		return fault.New(fault.Forbidden, "documents.not_yours", "path", path)
	}
	return nil
}
