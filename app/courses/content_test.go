package courses_test

import (
	"context"
	"os"
	"path"
	"slices"
	"testing"

	"bainian/app/courses"
	"bainian/app/documents"
	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/people"
	"bainian/app/store/storetest"
)

// The lessons that ship with the program have nothing that its own lint would refuse.
func TestShippedContentIsClean(t *testing.T) {
	ctx, root := context.Background(), os.DirFS("../..")
	if _, err := os.Stat("../../content/values"); err != nil {
		t.Fatal(err)
	}
	db, _ := storetest.SQLite(t, people.Schema(), documents.Schema(), courses.Schema())
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	shelf := documents.New(db)
	library := courses.New(db, shelf, root, markdown.New(words))
	_, problems, err := shelf.Load(ctx, root)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s:%d: %s %s", path.Clean(p.File), p.Line, p.Item, words.T(locale.En, p.Key, p.Args...))
	}
	tracks, err := library.Tracks(ctx, people.System(), locale.Hant)
	if err != nil {
		t.Fatal(err)
	}
	for _, track := range tracks {
		if len(track.Courses) == 0 || len(track.Courses[0].Lessons) == 0 {
			t.Errorf("there is nothing to read in %s", track.Name)
		}
	}
	lessons, err := shelf.Heads(ctx, documents.Lesson)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range lessons {
		d, err := shelf.Doc(ctx, h.Path)
		if err != nil {
			t.Fatal(err)
		}
		for _, lang := range locale.Langs() {
			v, problems, err := library.Preview(ctx, people.System(), h.Path, lang, d.Sources[lang])
			if err != nil || len(problems) > 0 {
				t.Errorf("%s in %s: %v %v", h.Path, lang, problems, err)
			}
			if !slices.ContainsFunc(v.Parts, func(p courses.Part) bool { return p.Check != nil }) {
				t.Errorf("%s in %s has no check", h.Path, lang)
			}
		}
	}
}
