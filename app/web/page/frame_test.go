package page

import (
	"html/template"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"bainian/app/locale"
	"bainian/app/people"
)

// TestFrameIsTheLayout: a page from a kept frame is, to the byte, what the layout's template gives for it.
func TestFrameIsTheLayout(t *testing.T) {
	catalog, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	k, err := New(Config{Catalog: catalog, Static: os.DirFS("../../../static"), BaseURL: "http://learn.example.com", Zone: time.UTC, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	const nasty = "予安 <b> & \"O'Hara\" + \x00 ü " + "</title>"
	persons := []people.Person{
		{},
		{ID: "1", Name: "林予安", Number: "E-1", Roles: []people.Role{people.NewHire}},
		{ID: "2", Name: nasty, Number: nasty, Roles: people.Roles()},
	}
	seen := 0
	for range 2 { // the second time every frame is a kept one
		for _, lang := range locale.Langs() {
			for _, theme := range []string{"", "light", "dark"} {
				for _, p := range persons {
					for _, place := range []string{"/", "/courses", "/nowhere"} {
						for bits := range 16 {
							b := &Base{Lang: lang, Theme: theme, Person: p, Here: place, Path: "/lessons/a/b?q=1&r=" + nasty, Bare: bits&1 > 0}
							if bits&2 > 0 {
								b.Title = nasty + theme
							}
							if bits&4 > 0 {
								b.Flash = nasty
							}
							if bits&8 > 0 {
								b.Script = "js/lesson.js"
							}
							if b.Switches, err = k.switches(lang, theme); err != nil {
								t.Fatal(err)
							}
							want, err := k.layout(b.frameKey(), layoutView{Base: *b, Head: "<!-- h -->", Side: "<p>s</p>", Main: "<p>m</p>"})
							if err != nil {
								t.Fatal(err)
							}
							if got := framed(t, k, b); got != want {
								t.Fatalf("%+v\n%s\nwant\n%s", b, got, want)
							}
							seen++
						}
					}
				}
			}
		}
	}
	if seen == 0 || len(k.frames.all) == 0 {
		t.Fatal("nothing was compared")
	}
}

func framed(t *testing.T, k *Kit, b *Base) string {
	t.Helper()
	f, err := k.frame(b)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := f.write(&text, b, func(w io.Writer, s slot) error {
		_, err := io.WriteString(w, string(map[slot]template.HTML{headSlot: "<!-- h -->", sideSlot: "<p>s</p>", mainSlot: "<p>m</p>"}[s]))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// TestKept: equal keys are made once, a failure is not kept, and the shelf does not grow without end.
func TestKept(t *testing.T) {
	var k Kept[int, int]
	made := 0
	produce := func() (int, error) { made++; return made, nil }
	for range 3 {
		if v, err := k.Get(7, produce); v != 1 || err != nil {
			t.Fatal(v, err)
		}
	}
	if _, err := k.Get(8, func() (int, error) { return 0, io.EOF }); err != io.EOF {
		t.Fatal(err)
	}
	if v, _ := k.Get(8, produce); v != 2 {
		t.Fatal("a failure was kept")
	}
	for i := range 3 * keptLimit {
		_, _ = k.Get(i, produce)
		if len(k.all) > keptLimit {
			t.Fatal(len(k.all))
		}
	}
}
