package exams

import (
	"strings"
	"testing"

	"bainian/app/locale"
	"bainian/app/markdown"
)

// TestTextsSayTheSameInEveryLanguage: each text renders without a problem, and has in every language as many headings,
// rows, points and blanks as in the first.
func TestTextsSayTheSameInEveryLanguage(t *testing.T) {
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	r := &Room{md: markdown.New(words)}
	shape := func(html string) (counts [5]int) {
		for n, tag := range []string{"<h2", "<tr", "<li", `type="checkbox"`, "<p>"} {
			counts[n] = strings.Count(html, tag)
		}
		return counts
	}
	for _, name := range Texts() {
		for _, lang := range locale.Langs() {
			html, err := r.Text(name, lang)
			if err != nil {
				t.Fatalf("%s in %s: %v", name, lang, err)
			}
			first, _ := r.Text(name, locale.Hant)
			// The consent of mainland China says the need and the effects as a point of its own (PIPL 30).
			got, want := shape(string(html)), shape(string(first))
			if name == TextConsent && lang == locale.Hans {
				got[2]--
			}
			if got != want {
				t.Errorf("%s in %s has %v headings, rows, points, boxes and paragraphs, want %v", name, lang, got, want)
			}
		}
	}
	if _, err := r.Text("../schema/0001_exams.sql", locale.En); err == nil {
		t.Error("any file is a text")
	}
}
