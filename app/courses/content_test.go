package courses_test

import (
	"context"
	"os"
	"path"
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
	root := os.DirFS("../..")
	if _, err := os.Stat("../../content/values"); err != nil {
		t.Fatal(err)
	}
	db, _ := storetest.SQLite(t, people.Schema(), documents.Schema(), courses.Schema())
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	shelf := documents.New(db)
	courses.New(db, shelf, root, markdown.New(words))
	_, problems, err := shelf.Load(context.Background(), root)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s:%d: %s %s", path.Clean(p.File), p.Line, p.Item, words.T(locale.En, p.Key, p.Args...))
	}
}
