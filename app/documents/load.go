package documents

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
)

// Loaded says what a load did, by paths.
type Loaded struct{ New, Updated, Unchanged, Conflicts, Retired []string }

// Load reads content/ and quizzes/ below root. A document whose files did not change since the last load makes
// no version; a changed one makes a version, unless the web published since: then the web's stays and the
// conflict is kept for a person to resolve. A document that its check refuses is reported and stays as it
// was. The error is a failure of the database or of root itself.
func (s *Shelf) Load(ctx context.Context, root fs.FS) (Loaded, fault.Problems, error) {
	var done Loaded
	found, problems, err := read(root)
	if err != nil {
		return done, problems, err
	}
	shelved, err := s.shelved(ctx)
	if err != nil {
		return done, problems, err
	}
	// What is gone goes first, so that a renamed file does not meet its old self; an empty folder, which must
	// be the wrong one, retires nothing.
	present := map[string]bool{}
	for _, d := range found {
		present[d.Path] = true
	}
	for _, p := range problems { // what could not be read is there all the same
		base, _ := Split(p.File)
		present[base] = true
	}
	coming := slices.DeleteFunc(slices.Clone(found), func(d Doc) bool { return !shelved[d.Path].takes(d) })
	gone := slices.DeleteFunc(slices.Sorted(maps.Keys(shelved)), func(p string) bool {
		return len(found) == 0 || present[p] || shelved[p].fileHash == ""
	})
	// What others may need goes last, when those that are gone themselves need it no more.
	slices.SortStableFunc(gone, func(a, b string) int { return cmp.Compare(s.kept(shelved[a].kind), s.kept(shelved[b].kind)) })
	for _, p := range gone {
		if keep := s.keeps[shelved[p].kind]; keep != nil {
			bad, err := keep(ctx, Doc{Head: Head{Path: p, Kind: shelved[p].kind, Lang: shelved[p].lang}, Beside: coming})
			if err != nil {
				return done, problems, err
			}
			if len(bad) > 0 {
				problems = append(problems, bad...)
				continue
			}
		}
		if err := s.retire(ctx, p, &done); err != nil {
			return done, problems, err
		}
	}
	for _, kind := range Kinds() {
		for _, d := range found {
			if d.Kind != kind {
				continue
			}
			if d.Hash == shelved[d.Path].fileHash {
				done.Unchanged = append(done.Unchanged, d.Path)
				continue
			}
			d.Beside = coming
			bad, err := s.Lint(ctx, d)
			if err != nil {
				return done, problems, err
			}
			if len(bad) > 0 {
				problems = append(problems, bad...)
				continue
			}
			if err := s.take(ctx, d, &done); err != nil {
				return done, problems, err
			}
		}
	}
	return done, problems, nil
}

// kept is 1 for kinds that others may need, else 0.
func (s *Shelf) kept(kind Kind) int {
	if s.keeps[kind] != nil {
		return 1
	}
	return 0
}

func (s *Shelf) shelved(ctx context.Context) (all map[string]shelved, err error) {
	all = map[string]shelved{}
	err = s.db.Read(ctx, func(rx *store.Rx) error {
		rows, err := store.All(rx, scanShelved, shelvedQuery)
		for _, r := range rows {
			all[r.path] = r
		}
		return err
	})
	return all, err
}

// take publishes a changed file, or keeps it as a conflict.
func (s *Shelf) take(ctx context.Context, d Doc, done *Loaded) error {
	encoded := encode(d.Sources)
	var list *[]string
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		was, _, err := store.First(tx.Rx, scanShelved, shelvedQuery+` WHERE d.path = ?`, d.Path)
		if err != nil {
			return err
		}
		switch {
		case was.version > 0 && !was.retired && was.hash == d.Hash: // the web's text has come back as a file
			list = &done.Unchanged
			if err := closeConflict(tx, d.Path, "same", "", people.SystemID); err != nil {
				return err
			}
			return sawFile(tx, d)
		case was.version > 0 && was.origin == FromWeb:
			list = &done.Conflicts
			if err := closeConflict(tx, d.Path, "newer", "", people.SystemID); err != nil {
				return err
			}
			if _, err := tx.Exec(`INSERT INTO document_conflict (id, path, version, lang, hash, sources, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
				tx.NewID(), d.Path, was.version, string(d.Lang), d.Hash, encoded, store.Ms(tx.Now)); err != nil {
				return err
			}
			return sawFile(tx, d)
		case was.version > 0 && !was.retired:
			list = &done.Updated
		default:
			list = &done.New
		}
		_, err = publishIn(tx, was, d, encoded)
		return err
	})
	if err == nil {
		*list = append(*list, d.Path)
	}
	return err
}

func sawFile(tx *store.Tx, d Doc) error {
	_, err := tx.Exec(`UPDATE document SET file_hash = ? WHERE path = ?`, d.Hash, d.Path)
	return err
}

// retire takes a document whose files are gone off the shelf; one that the web has since changed stays.
func (s *Shelf) retire(ctx context.Context, p string, done *Loaded) error {
	retired := false
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		was, found, err := store.First(tx.Rx, scanShelved, shelvedQuery+` WHERE d.path = ?`, p)
		if err != nil || !found {
			return err
		}
		if retired = was.origin == FromFile && !was.retired; !retired {
			_, err := tx.Exec(`UPDATE document SET file_hash = '' WHERE path = ?`, p)
			return err
		}
		d := Doc{Head: Head{Path: p, Kind: was.kind, Lang: was.lang, Origin: FromFile, PublishedBy: people.SystemID, Retired: true}}
		_, err = publishIn(tx, was, d, "{}")
		return err
	})
	if err == nil && retired {
		done.Retired = append(done.Retired, p)
	}
	return err
}

// read collects the documents below root, by path, and what is wrong with their files as files.
func read(root fs.FS) (docs []Doc, problems fault.Problems, err error) {
	byPath := map[string]Doc{}
	broken := map[string]bool{}
	for _, top := range []string{"content", "quizzes"} {
		err := fs.WalkDir(root, top, func(file string, entry fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) && file == top {
				return fs.SkipDir
			}
			if err != nil || entry.IsDir() {
				return err
			}
			base, lang := Split(file)
			kind, ok := KindOf(base)
			if !ok {
				if isText(file) {
					problems.Add(file, 0, "", "documents.path_unknown", "path", file)
				}
				return nil
			}
			text, line, problem, err := readText(root, file, entry)
			if err != nil {
				return err
			}
			if problem != nil {
				problems.Add(file, line, "", problem.Key, problem.Args...)
				broken[base] = true
				return nil
			}
			d, ok := byPath[base]
			if !ok {
				d = Doc{Head: Head{Path: base, Kind: kind, Origin: FromFile, PublishedBy: people.SystemID}, Sources: map[locale.Lang]string{}}
			}
			if lang == "" {
				lang = languageOf(text)
				d.Lang = lang
			}
			if _, twice := d.Sources[lang]; twice {
				problems.Add(file, 0, "", "documents.language_twice", "lang", string(lang))
				broken[base] = true
			}
			d.Sources[lang] = text
			byPath[base] = d
			return nil
		})
		if err != nil {
			return nil, problems, err
		}
	}
	for p, d := range byPath {
		if d.Lang == "" && !broken[p] {
			for lang := range d.Sources {
				problems.Add(FileOf(p, lang, ""), 0, "", "documents.base_missing", "base", p)
			}
			continue
		}
		if !broken[p] {
			d.Hash = hash(d.Sources)
			docs = append(docs, d)
		}
	}
	slices.SortFunc(docs, func(a, b Doc) int { return strings.Compare(a.Path, b.Path) })
	return docs, problems, nil
}

// isText reports whether a file looks like a document, as images and a folder's README do not.
func isText(file string) bool {
	ext := path.Ext(file)
	return (ext == ".md" || ext == ".yaml" || ext == ".yml") && !strings.EqualFold(path.Base(file), "readme.md")
}

// readText reads a file without ever holding more of it than may be kept.
func readText(root fs.FS, file string, entry fs.DirEntry) (text string, line int, problem *fault.Error, err error) {
	info, err := entry.Info()
	if err != nil {
		return "", 0, nil, err
	}
	if info.Size() > MaxBytes {
		return "", 0, tooLarge(info.Size()), nil
	}
	src, err := fs.ReadFile(root, file)
	if err != nil {
		return "", 0, nil, err
	}
	text, line, problem = normal(string(src))
	return text, line, problem, nil
}
