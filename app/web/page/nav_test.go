package page

import (
	"slices"
	"testing"

	"bainian/app/locale"
	"bainian/app/people"
)

func TestMenuOfEachRole(t *testing.T) {
	for role, want := range map[people.Role][]string{
		people.NewHire:     {"/", "/courses", "/exams", "/leads"},
		people.Trainer:     {"/studio", "/studio/banks", "/studio/sittings", "/studio/marking", "/studio/items"},
		people.Invigilator: {"/studio/sittings"},
		people.HR:          {"/cases", "/studio/sittings", "/studio/items", "/people", "/policy"},
		people.Reviewer:    {"/cases", "/policy"},
		people.Manager:     {"/board", "/allocation", "/reports"},
		people.Admin:       {"/people", "/people/import", "/allocation", "/tokens"},
	} {
		var got []string
		for _, i := range menuOf(bitsOf([]people.Role{role})) {
			got = append(got, i.Path)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s sees %v, want %v", role, got, want)
		}
		if len(got) > onBar {
			t.Errorf("%s has %d places, a phone's bar %d", role, len(got), onBar)
		}
	}
}

// A place is called what its page is called.
func TestMenuSaysThePagesTitle(t *testing.T) {
	c, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range locale.Langs() {
		for place, title := range map[string]string{"page.nav.studio": "studio.documents", "page.nav.sittings": "studio.sittings", "page.nav.items": "studio.items", "page.nav.marking": "studio.marking", "page.nav.tokens": "review.tokens"} {
			if c.T(lang, place) != c.T(lang, title) {
				t.Errorf("%s: %q leads to %q", lang, c.T(lang, place), c.T(lang, title))
			}
		}
	}
}
