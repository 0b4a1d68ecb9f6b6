package documents_test

import (
	"slices"
	"testing"
	"time"

	"bainian/app/documents"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

func TestDraftsAreOnesOwnTheLatestFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		shelf := documents.New(db)
		const lesson, bank = "content/values/culture/02-new.md", "quizzes/new.bank.md"
		save := func(p people.Person, path string, lang locale.Lang) {
			t.Helper()
			if err := shelf.SaveDraft(t.Context(), p, path, lang, "---\ntitle: 新\n---\n", 0); err != nil {
				t.Fatal(err)
			}
			clock.Add(time.Minute)
		}
		want := func(p people.Person, paths ...string) {
			t.Helper()
			drafts, err := shelf.Drafts(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range drafts {
				if got = append(got, d.Path); !d.Draft || d.Version != 0 || len(d.Sources) == 0 {
					t.Errorf("%+v", d)
				}
			}
			if !slices.Equal(got, paths) {
				t.Errorf("%s has drafts of %v, want %v", p.ID, got, paths)
			}
		}
		want(tom)
		save(tom, lesson, locale.Hant)
		save(tom, bank, locale.Hant)
		save(tia, bank, locale.Hant)
		want(tom, bank, lesson)
		save(tom, lesson, locale.En)
		want(tom, lesson, bank)
		want(tia, bank)
		want(people.Person{ID: tom.ID, Roles: []people.Role{people.HR}}) // no trainer any more
		if err := shelf.DiscardDraft(t.Context(), tom, lesson); err != nil {
			t.Fatal(err)
		}
		if _, err := shelf.Publish(t.Context(), tom, bank, "第一版", 0); err != nil {
			t.Fatal(err)
		}
		want(tom)
	}, documents.Schema())
}
