package documents

import (
	"context"
	"strings"
	"unicode/utf8"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
)

// Publish makes the actor's draft the next version. baseVersion is the version they started from: if another
// came since, it is fault.Conflict "documents.stale" and nothing is lost. What the lint says comes as
// fault.Problems. note is the line of the changelog and is required.
func (s *Shelf) Publish(ctx context.Context, actor people.Person, path, note string, baseVersion int) (Head, error) {
	note, err := noted(note)
	if err != nil {
		return Head{}, err
	}
	d, err := s.Draft(ctx, actor, path)
	if err != nil {
		return Head{}, err
	}
	if !d.Draft {
		return Head{}, fault.New(fault.Conflict, "documents.no_draft", "path", path)
	}
	base := min(baseVersion, d.Version)
	return s.publish(ctx, actor, d, note, func(tx *store.Tx, live int) error {
		if base != live {
			return fault.New(fault.Conflict, "documents.stale", "path", d.Path, "base", base, "version", live)
		}
		return dropPublishedIn(tx, actor, d)
	})
}

// RollBack makes the texts of an older version the next version; nobody's draft is touched.
func (s *Shelf) RollBack(ctx context.Context, actor people.Person, path string, version int, note string) (Head, error) {
	if err := mayEdit(actor, path); err != nil {
		return Head{}, err
	}
	note, err := noted(note)
	if err != nil {
		return Head{}, err
	}
	var d Doc
	err = s.db.Read(ctx, func(rx *store.Rx) error {
		d, err = s.VersionIn(rx, path, version)
		return err
	})
	if err != nil {
		return Head{}, err
	}
	if d.Retired {
		return Head{}, fault.New(fault.Conflict, "documents.retired", "path", path, "version", version)
	}
	return s.publish(ctx, actor, d, note, onAny)
}

// onAny takes any live version.
func onAny(*store.Tx, int) error { return nil }

// publish lints d and makes it the next version. on runs in the same transaction, is told the live version, 0 when
// none is on the shelf, and may refuse it.
func (s *Shelf) publish(ctx context.Context, actor people.Person, d Doc, note string, on func(tx *store.Tx, live int) error) (h Head, err error) {
	if err := s.admit(ctx, actor, d); err != nil {
		return Head{}, err
	}
	d.Origin, d.Note, d.PublishedBy, d.Retired = FromWeb, note, actor.ID, false
	encoded := encode(d.Sources)
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		was, _, err := store.First(tx.Rx, scanShelved, shelvedQuery+` WHERE d.path = ?`, d.Path)
		if err != nil {
			return err
		}
		live := was.version
		if was.retired {
			live = 0 // what is off the shelf is begun anew
		}
		if err := on(tx, live); err != nil {
			return err
		}
		if !was.retired && was.hash == d.Hash {
			return fault.New(fault.Conflict, "documents.unchanged", "path", d.Path)
		}
		h, err = publishIn(tx, was, d, encoded)
		return err
	})
	return h, err
}

// maxNote is the longest line of a changelog, in characters.
const maxNote = 200

func noted(note string) (string, error) {
	note = strings.Join(strings.Fields(note), " ")
	if note == "" {
		return "", fault.New(fault.Invalid, "documents.note_missing").In("note")
	}
	if utf8.RuneCountInString(note) > maxNote {
		return "", fault.New(fault.Invalid, "documents.note_long", "max", maxNote).In("note")
	}
	return note, nil
}

// Conflict is the file that waits for a decision, with the version of the web that stayed; fault.NotFound when none does.
func (s *Shelf) Conflict(ctx context.Context, path string) (d Doc, err error) {
	err = s.db.Read(ctx, func(rx *store.Rx) error {
		d, err = conflictIn(rx, path)
		return err
	})
	return d, err
}

func conflictIn(rx *store.Rx, path string) (Doc, error) {
	kind, _ := KindOf(path)
	d := Doc{Head: Head{Path: path, Kind: kind, Origin: FromFile, PublishedBy: people.SystemID, Conflict: true}}
	var ms int64
	var sources string
	err := rx.Row(`SELECT version, lang, hash, sources, at_ms FROM document_conflict WHERE path = ? AND resolved_ms IS NULL`, path).
		Scan(&d.Version, &d.Lang, &d.Hash, &sources, &ms)
	if err == store.ErrNoRow {
		return Doc{}, fault.New(fault.NotFound, "documents.no_conflict", "path", path)
	}
	if err != nil {
		return Doc{}, err
	}
	d.PublishedAt = store.Time(ms)
	d.Sources, err = decode(sources)
	return d, err
}

// Kept is the side that a person kept of a conflict.
type Kept string

const (
	KeepWeb  Kept = "web"
	KeepFile Kept = "file"
)

// Resolve ends a conflict: the web's version stays as it is, or the file becomes the next version. The file
// passed its lint when it was loaded, and has to pass it again: what it goes with may have changed.
func (s *Shelf) Resolve(ctx context.Context, actor people.Person, path string, keep Kept, note string) error {
	if err := mayEdit(actor, path); err != nil {
		return err
	}
	if keep != KeepWeb && keep != KeepFile {
		return fault.New(fault.Invalid, "documents.keep_unknown").In("keep")
	}
	note, err := noted(note)
	if err != nil {
		return err
	}
	d, err := s.Conflict(ctx, path)
	if err != nil {
		return err
	}
	if keep == KeepFile {
		if err := s.admit(ctx, actor, d); err != nil {
			return err
		}
	}
	d.Note, d.PublishedBy = note, actor.ID
	encoded := encode(d.Sources)
	return s.db.Write(ctx, func(tx *store.Tx) error {
		now, err := conflictIn(tx.Rx, path)
		if err != nil {
			return err
		}
		if now.Hash != d.Hash {
			return fault.New(fault.Conflict, "documents.stale_conflict", "path", path)
		}
		if err := closeConflict(tx, path, string(keep), note, actor.ID); err != nil || keep == KeepWeb {
			return err
		}
		was, _, err := store.First(tx.Rx, scanShelved, shelvedQuery+` WHERE d.path = ?`, path)
		if err != nil {
			return err
		}
		_, err = publishIn(tx, was, d, encoded)
		return err
	})
}

func closeConflict(tx *store.Tx, path, kept, note, by string) error {
	_, err := tx.Exec(`UPDATE document_conflict SET kept = ?, note = ?, resolved_by = ?, resolved_ms = ? WHERE path = ? AND resolved_ms IS NULL`,
		kept, note, by, store.Ms(tx.Now), path)
	return err
}

// Diff is the difference between two versions of a document in one language, line by line; a version that
// does not have the language counts as empty.
func (s *Shelf) Diff(ctx context.Context, path string, a, b int, lang locale.Lang) ([]DiffLine, error) {
	var before, after Doc
	err := s.db.Read(ctx, func(rx *store.Rx) (err error) {
		if before, err = s.VersionIn(rx, path, a); err != nil {
			return err
		}
		after, err = s.VersionIn(rx, path, b)
		return err
	})
	if err != nil {
		return nil, err
	}
	return Compare(before.Sources[lang], after.Sources[lang]), nil
}

// Adopt makes a document from elsewhere, an imported bank say, the next version of its path. What the lint says
// comes as fault.Problems; a document that is already so is fault.Conflict "documents.unchanged".
func (s *Shelf) Adopt(ctx context.Context, actor people.Person, d Doc, note string) (Head, error) {
	if err := mayEdit(actor, d.Path); err != nil {
		return Head{}, err
	}
	note, err := noted(note)
	if err != nil {
		return Head{}, err
	}
	sources := map[locale.Lang]string{}
	for lang, text := range d.Sources {
		kept, _, bad := normal(text)
		if bad != nil {
			return Head{}, bad
		}
		sources[lang] = kept
	}
	d.Sources, d.Hash = sources, hash(sources)
	return s.publish(ctx, actor, d, note, onAny)
}
