package documents_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

const (
	line    = "content/values/culture/01-line.md"
	policy  = "content/policy.yaml"
	english = "content/values/culture/01-line.en.md"
)

var (
	tom = people.Person{ID: "tom", Roles: []people.Role{people.Trainer}}
	tia = people.Person{ID: "tia", Roles: []people.Role{people.Trainer}}
	hal = people.Person{ID: "hal", Roles: []people.Role{people.HR}}
	amy = people.Person{ID: "amy", Roles: []people.Role{people.NewHire}}
)

// desk is a shelf with one lesson in two languages and a policy, whose lint refuses the word BAD.
type desk struct {
	*documents.Shelf
	t     *testing.T
	ctx   context.Context
	db    *store.DB
	clock *storetest.Clock
	files fstest.MapFS
}

func each(t *testing.T, f func(t *testing.T, d *desk)) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		d := &desk{Shelf: documents.New(db), t: t, ctx: context.Background(), db: db, clock: clock, files: fstest.MapFS{}}
		d.Register(documents.Lesson, func(_ context.Context, doc documents.Doc) (problems fault.Problems, err error) {
			for lang, text := range doc.Sources {
				if at := strings.Index(text, "BAD"); at >= 0 {
					problems.Add(doc.File(lang), 1+strings.Count(text[:at], "\n"), "", "documents.unchanged", "path", doc.Path)
				}
			}
			return problems, nil
		})
		d.put(line, "一\n二\n三\n")
		d.put(english, "one\ntwo\nthree\n")
		d.put(policy, "title: x\n")
		d.put("content/values/culture/map.svg", "<svg/>")
		f(t, d)
	}, documents.Schema())
}

func (d *desk) put(name, text string) { d.files[name] = &fstest.MapFile{Data: []byte(text)} }

func (d *desk) load() documents.Loaded {
	d.t.Helper()
	done, problems, err := d.Load(d.ctx, d.files)
	if err := errors.Join(err, problems.Err()); err != nil {
		d.t.Fatal(err)
	}
	return done
}

func (d *desk) doc(path string) documents.Doc {
	d.t.Helper()
	doc, err := d.Doc(d.ctx, path)
	if err != nil {
		d.t.Fatal(err)
	}
	return doc
}

func (d *desk) edition() (n int64) {
	d.t.Helper()
	if err := d.db.Read(d.ctx, func(rx *store.Rx) (err error) { n, err = d.EditionIn(rx); return err }); err != nil {
		d.t.Fatal(err)
	}
	return n
}

func (d *desk) save(actor people.Person, lang locale.Lang, text string, base int) {
	d.t.Helper()
	if err := d.SaveDraft(d.ctx, actor, line, lang, text, base); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) publish(actor people.Person, text string, base int) documents.Head {
	d.t.Helper()
	d.save(actor, locale.Hant, text, base)
	h, err := d.Publish(d.ctx, actor, line, "改了一句", base)
	if err != nil {
		d.t.Fatal(err)
	}
	return h
}

func want(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	if !fault.Is(err, kind) || !fault.HasKey(err, key) {
		t.Fatalf("got %v, want %v %s", err, kind, key)
	}
}

func TestLoadMakesAVersionOnlyOfWhatChanged(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		if done := d.load(); !slices.Equal(done.New, []string{line, policy}) {
			t.Fatalf("%+v", done)
		}
		edition := d.edition()
		if done := d.load(); len(done.Unchanged) != 2 || len(done.New)+len(done.Updated) != 0 || d.edition() != edition {
			t.Fatalf("%+v", done)
		}
		doc := d.doc(line)
		if doc.Version != 1 || doc.Origin != documents.FromFile || doc.PublishedBy != people.SystemID || doc.Sources[locale.En] != "one\ntwo\nthree\n" || doc.Kind != documents.Lesson {
			t.Errorf("%+v", doc)
		}
		d.put(english, "\uFEFFone\r\n2\r\nthree")
		if done := d.load(); !slices.Equal(done.Updated, []string{line}) || d.edition() != edition+1 {
			t.Fatalf("%+v", done)
		}
		if doc := d.doc(line); doc.Version != 2 || doc.Sources[locale.En] != "one\n2\nthree" || doc.Sources[locale.Hant] != "一\n二\n三\n" {
			t.Errorf("%+v", doc)
		}
		history, err := d.History(d.ctx, line)
		if err != nil || len(history) != 2 || history[0].Version != 2 {
			t.Errorf("%+v %v", history, err)
		}
	})
}

func TestARefusedFileLeavesTheVersionThereWas(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.load()
		for name, bad := range map[string]struct{ text, key string }{
			"a word its lint refuses": {"一\nBAD\n", "documents.unchanged"},
			"not UTF-8":               {"一\n\xff\xfe\n", "documents.not_utf8"},
			"10 MB":                   {strings.Repeat("一二三\n", 1<<20), "documents.too_large"},
			"NUL":                     {"一\n\x00\n", "documents.not_utf8"},
		} {
			d.put(line, bad.text)
			done, problems, err := d.Load(d.ctx, d.files)
			if err != nil || len(problems) != 1 || problems[0].Key != bad.key || problems[0].File != line || len(done.Retired) != 0 {
				t.Errorf("%s: %+v %v %v", name, done, problems, err)
			}
			if bad.key != "documents.too_large" && problems[0].Line != 2 {
				t.Errorf("%s: line %d", name, problems[0].Line)
			}
			if doc := d.doc(line); doc.Version != 1 || doc.Sources[locale.Hant] != "一\n二\n三\n" {
				t.Errorf("%s: %+v", name, doc)
			}
		}
	})
}

func TestLoadNamesFilesThatHaveNoPlace(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.put("content/values/Loose Notes.md", "x")
		d.put("content/readme.md", "fine")
		d.put("quizzes/orphan.bank.en.md", "x")
		d.put("content/values/culture/01-line.zh-Hant.md", "一")
		_, problems, err := d.Load(d.ctx, d.files)
		var got []string
		for _, p := range problems {
			got = append(got, p.Key)
		}
		slices.Sort(got)
		if err != nil || !slices.Equal(got, []string{"documents.base_missing", "documents.language_twice", "documents.path_unknown"}) {
			t.Errorf("%v %v", problems, err)
		}
	})
}

func TestAFileThatChangedBesideTheWebIsAConflict(t *testing.T) {
	for _, keep := range []documents.Kept{documents.KeepWeb, documents.KeepFile} {
		t.Run(string(keep), func(t *testing.T) {
			each(t, func(t *testing.T, d *desk) {
				d.load()
				d.publish(tom, "一\n貳\n三\n", 1)
				if done := d.load(); len(done.Unchanged) != 2 {
					t.Fatalf("an unchanged file is no conflict: %+v", done)
				}
				d.put(line, "壹\n二\n三\n")
				if done := d.load(); !slices.Equal(done.Conflicts, []string{line}) {
					t.Fatalf("%+v", done)
				}
				if doc := d.doc(line); doc.Version != 2 || !doc.Conflict || doc.Sources[locale.Hant] != "一\n貳\n三\n" {
					t.Fatalf("the web's version stays: %+v", doc)
				}
				d.put(line, "壹\n二\n參\n") // the file changes once more
				d.load()
				waiting, err := d.Conflict(d.ctx, line)
				if err != nil || waiting.Sources[locale.Hant] != "壹\n二\n參\n" {
					t.Fatalf("%+v %v", waiting, err)
				}
				if err := d.Resolve(d.ctx, tom, line, keep, "兩邊都看過"); err != nil {
					t.Fatal(err)
				}
				doc := d.doc(line)
				if doc.Conflict {
					t.Error("it is resolved")
				}
				if keep == documents.KeepWeb && (doc.Version != 2 || doc.Sources[locale.Hant] != "一\n貳\n三\n") ||
					keep == documents.KeepFile && (doc.Version != 3 || doc.Origin != documents.FromFile || doc.PublishedBy != "tom" || doc.Sources[locale.Hant] != "壹\n二\n參\n") {
					t.Errorf("%+v", doc)
				}
				want(t, d.Resolve(d.ctx, tom, line, keep, "again"), fault.NotFound, "documents.no_conflict")
				if done := d.load(); len(done.Conflicts) != 0 || len(done.Updated) != 0 {
					t.Errorf("the same file is no new conflict: %+v", done)
				}
			})
		})
	}
}

func TestTheWebsTextComingBackAsAFileIsNoConflict(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.load()
		d.publish(tom, "一\n貳\n三\n", 1)
		d.put(line, "壹\n二\n三\n")
		d.load()
		d.put(line, "一\n貳\n三\n")
		if done := d.load(); len(done.Conflicts) != 0 || d.doc(line).Conflict || d.doc(line).Version != 2 {
			t.Errorf("%+v %+v", done, d.doc(line))
		}
	})
}

func TestAFileThatIsGoneRetiresItsDocument(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.load()
		delete(d.files, line)
		delete(d.files, english)
		if done := d.load(); !slices.Equal(done.Retired, []string{line}) {
			t.Fatalf("%+v", done)
		}
		_, err := d.Doc(d.ctx, line)
		want(t, err, fault.NotFound, "documents.not_found")
		if _, _, err := d.Load(d.ctx, fstest.MapFS{}); err != nil || d.doc(policy).Retired {
			t.Error("an empty folder retires nothing", err)
		}
		d.put(line, "一\n")
		d.load()
		if doc := d.doc(line); doc.Version != 3 || doc.Retired {
			t.Errorf("%+v", doc)
		}
		_, err = d.RollBack(d.ctx, tom, line, 2, "x")
		want(t, err, fault.Conflict, "documents.retired")
	})
}

func TestPublishNeedsADraftANoteAndTheNewestBase(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.load()
		_, err := d.Publish(d.ctx, tom, line, "x", 1)
		want(t, err, fault.Conflict, "documents.no_draft")
		d.save(tom, locale.Hant, "一\n貳\n三\n", 1)
		_, err = d.Publish(d.ctx, tom, line, " \n ", 1)
		want(t, err, fault.Invalid, "documents.note_missing")

		draft, err := d.Draft(d.ctx, tom, line)
		if err != nil || !draft.Draft || draft.Version != 1 || draft.Sources[locale.Hant] != "一\n貳\n三\n" || draft.Sources[locale.En] != "one\ntwo\nthree\n" {
			t.Fatalf("%+v %v", draft, err)
		}
		if other, err := d.Draft(d.ctx, tia, line); err != nil || other.Draft {
			t.Errorf("a draft is its author's: %+v %v", other, err)
		}
		d.publish(tia, "一\n二\n參\n", 1)
		_, err = d.Publish(d.ctx, tom, line, "改了一句", 1)
		want(t, err, fault.Conflict, "documents.stale")
		_, err = d.Publish(d.ctx, tom, line, "改了一句", 2) // says 2, but was written on 1
		want(t, err, fault.Conflict, "documents.stale")
		if draft, _ := d.Draft(d.ctx, tom, line); draft.Sources[locale.Hant] != "一\n貳\n三\n" {
			t.Error("the draft is lost")
		}
		d.save(tom, locale.Hant, "一\n貳\n參\n", 2)
		h, err := d.Publish(d.ctx, tom, line, "  改了\n一句 ", 2)
		if err != nil || h.Version != 3 || h.Origin != documents.FromWeb || h.Note != "改了 一句" || h.PublishedBy != "tom" {
			t.Fatalf("%+v %v", h, err)
		}
		if draft, _ := d.Draft(d.ctx, tom, line); draft.Draft {
			t.Error("what is published is no draft any more")
		}
		d.save(tom, locale.Hant, "一\n貳\n參\n", 3)
		_, err = d.Publish(d.ctx, tom, line, "x", 3)
		want(t, err, fault.Conflict, "documents.unchanged")
		d.save(tom, locale.Hant, "一\nBAD\n", 3)
		var problems fault.Problems
		if _, err = d.Publish(d.ctx, tom, line, "x", 3); !errors.As(err, &problems) || problems[0].Line != 2 {
			t.Error(err)
		}
		if err := d.DiscardDraft(d.ctx, tom, line); err != nil {
			t.Fatal(err)
		}
		if doc := d.doc(line); doc.Version != 3 {
			t.Errorf("%+v", doc)
		}
	})
}

func TestNoDraftIsLostToAPublication(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.load()
		d.publish(tom, "一\n貳\n三\n", 1)
		draft := func(text string) {
			t.Helper()
			if draft, err := d.Draft(d.ctx, tom, line); err != nil || !draft.Draft || draft.Sources[locale.Hant] != text {
				t.Errorf("the draft is lost: %+v %v", draft, err)
			}
		}
		d.save(tom, locale.Hant, "一\n貳\n參\n", 2)
		if _, err := d.RollBack(d.ctx, tom, line, 1, "回到第一版"); err != nil {
			t.Fatal(err)
		}
		draft("一\n貳\n參\n")

		d.save(tom, locale.Hant, "壹\n", 3)
		d.Register(documents.Lesson, func(context.Context, documents.Doc) (fault.Problems, error) {
			d.clock.Add(time.Second)
			d.save(tom, locale.Hant, "壹\n貳\n", 3) // the editor saves while the draft is published
			return nil, nil
		})
		if _, err := d.Publish(d.ctx, tom, line, "改了一句", 3); err != nil || d.doc(line).Sources[locale.Hant] != "壹\n" {
			t.Fatal(err)
		}
		draft("壹\n貳\n")
	})
}

func TestANewDocumentBeginsAsADraft(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		const path = "content/values/culture/02-new.md"
		if err := d.SaveDraft(d.ctx, tom, path, locale.Hant, "新\n", 0); err != nil {
			t.Fatal(err)
		}
		h, err := d.Publish(d.ctx, tom, path, "第一版", 0)
		if err != nil || h.Version != 1 || h.Kind != documents.Lesson {
			t.Fatalf("%+v %v", h, err)
		}
		d.load()
		if doc := d.doc(path); doc.Retired || doc.Version != 1 {
			t.Error("what the web made has no file to be gone")
		}
		want(t, d.SaveDraft(d.ctx, tom, "content/../etc/passwd", locale.Hant, "x", 0), fault.Invalid, "documents.path_unknown")
		want(t, d.SaveDraft(d.ctx, tom, path, "fr", "x", 0), fault.Invalid, "documents.language_unknown")
		want(t, d.SaveDraft(d.ctx, tom, path, locale.Hant, "\xff", 0), fault.Malformed, "documents.not_utf8")
		want(t, d.SaveDraft(d.ctx, tom, path, locale.Hant, strings.Repeat("x", documents.MaxBytes+1), 0), fault.TooLarge, "documents.too_large")
	})
}

func TestRollBackAndDiff(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.load()
		d.publish(tom, "一\n貳\n三\n四", 1)
		lines, err := d.Diff(d.ctx, line, 1, 2, locale.Hant)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range lines {
			got = append(got, string(l.Op)+" "+l.Text)
		}
		if !slices.Equal(got, []string{"same 一", "removed 二", "added 貳", "same 三", "added 四"}) || lines[4].New != 4 || lines[1].Old != 2 {
			t.Errorf("%v %+v", got, lines)
		}
		h, err := d.RollBack(d.ctx, tia, line, 1, "回到第一版")
		if err != nil || h.Version != 3 || d.doc(line).Sources[locale.Hant] != "一\n二\n三\n" {
			t.Errorf("%+v %v", h, err)
		}
		_, err = d.RollBack(d.ctx, tia, line, 1, "再一次")
		want(t, err, fault.Conflict, "documents.unchanged")
		_, err = d.RollBack(d.ctx, tia, line, 9, "x")
		want(t, err, fault.NotFound, "documents.no_version")
		_, err = d.Diff(d.ctx, line, 1, 9, locale.Hant)
		want(t, err, fault.NotFound, "documents.no_version")
	})
}

func TestWhoMayWrite(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.load()
		for _, c := range []struct {
			who  people.Person
			path string
			may  bool
		}{{tom, line, true}, {tom, policy, false}, {hal, policy, true}, {hal, line, false}, {amy, line, false}, {amy, policy, false}} {
			errs := []error{
				d.SaveDraft(d.ctx, c.who, c.path, locale.Hant, "x", 1),
				second(d.Publish(d.ctx, c.who, c.path, "x", 1)),
				second(d.RollBack(d.ctx, c.who, c.path, 1, "x")),
				second(d.Draft(d.ctx, c.who, c.path)),
				d.DiscardDraft(d.ctx, c.who, c.path),
			}
			for i, err := range errs {
				if fault.HasKey(err, "documents.not_yours") == c.may {
					t.Errorf("%s on %s, verb %d: %v", c.who.ID, c.path, i, err)
				}
			}
			want(t, d.Resolve(d.ctx, amy, c.path, documents.KeepWeb, "x"), fault.Forbidden, "documents.not_yours")
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestSplitAndFileOfAreInverse(t *testing.T) {
	for file, want := range map[string]struct {
		base string
		lang locale.Lang
	}{
		line: {line, ""}, english: {line, locale.En},
		"quizzes/values.bank.zh-Hans.md": {"quizzes/values.bank.md", locale.Hans},
		"quizzes/values.bank.md":         {"quizzes/values.bank.md", ""},
	} {
		base, lang := documents.Split(file)
		if base != want.base || lang != want.lang {
			t.Errorf("%s: %s %s", file, base, lang)
		}
		if lang != "" && documents.FileOf(base, lang, locale.Hant) != file {
			t.Error(documents.FileOf(base, lang, locale.Hant))
		}
	}
}

func FuzzCompareKeepsBothSides(f *testing.F) {
	f.Add("a\nb\n", "a\nc\n")
	f.Add("", "\n\n")
	f.Add("一\r\n二", "二")
	f.Fuzz(func(t *testing.T, before, after string) {
		var a, b bytes.Buffer
		for _, l := range documents.Compare(before, after) {
			if l.Op != documents.Added {
				a.WriteString(l.Text + "\n")
			}
			if l.Op != documents.Removed {
				b.WriteString(l.Text + "\n")
			}
		}
		ended := func(s string) string {
			if s == "" || strings.HasSuffix(s, "\n") {
				return s
			}
			return s + "\n"
		}
		if a.String() != ended(before) || b.String() != ended(after) {
			t.Errorf("%q and %q came back as %q and %q", before, after, a.String(), b.String())
		}
	})
}

func TestAdoptTakesADocumentFromElsewhere(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.load()
		from := documents.Doc{Head: documents.Head{Path: line, Kind: documents.Lesson, Lang: locale.Hant}, Sources: map[locale.Lang]string{locale.Hant: "外\r\n"}}
		h, err := d.Adopt(d.ctx, tom, from, "匯入")
		if err != nil || h.Version != 2 || d.doc(line).Sources[locale.Hant] != "外\n" {
			t.Fatalf("%+v %v", h, err)
		}
		_, err = d.Adopt(d.ctx, tom, from, "匯入")
		want(t, err, fault.Conflict, "documents.unchanged")
		_, err = d.Adopt(d.ctx, amy, from, "匯入")
		want(t, err, fault.Forbidden, "documents.not_yours")
		from.Sources[locale.Hant] = "BAD"
		var problems fault.Problems
		if _, err = d.Adopt(d.ctx, tom, from, "匯入"); !errors.As(err, &problems) {
			t.Error(err)
		}
	})
}

// A check sees what is to be published with its document: changed files, but none that will wait as a conflict.
func TestAChecksDocumentKnowsWhatComesBesideIt(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		const other, third = "content/values/culture/02-other.md", "content/values/culture/03-third.md"
		d.put(other, "甲\n")
		d.put(third, "乙\n")
		d.load()
		d.publish(tom, "一\n貳\n三\n", 1)
		beside := map[string][]string{}
		d.Register(documents.Lesson, func(_ context.Context, doc documents.Doc) (fault.Problems, error) {
			beside[doc.Path] = nil
			for _, b := range doc.Beside {
				beside[doc.Path] = append(beside[doc.Path], b.Path)
			}
			return nil, nil
		})
		d.put(line, "壹\n二\n三\n") // the web has published it since
		d.put(other, "甲乙\n")
		d.put(policy, "title: y\n")
		d.load()
		if got := beside[other]; !slices.Equal(got, []string{policy, other}) {
			t.Errorf("beside it came %v", got)
		}
		d.Register(documents.Lesson, func(_ context.Context, doc documents.Doc) (problems fault.Problems, err error) {
			problems.Add(doc.Path, 1, "", "documents.unchanged", "path", doc.Path)
			return problems, nil
		})
		if err := d.Resolve(d.ctx, tom, line, documents.KeepFile, "留檔案"); !fault.Is(err, fault.Invalid) || d.doc(line).Version != 2 {
			t.Errorf("a file that its check refuses by now was kept: %v", err)
		}
		if err := d.Resolve(d.ctx, tom, line, documents.KeepWeb, "留網頁"); err != nil {
			t.Error(err)
		}
	})
}
