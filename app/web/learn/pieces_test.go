package learn_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"bainian/app/locale"
	"bainian/app/people"
)

// TestLessonOfKeptPieces: whatever other readers have left on the shelf, a lesson is to the byte what it is when
// every piece of it is rendered for this reader alone.
func TestLessonOfKeptPieces(t *testing.T) {
	s := open(t, school())
	const line, trust = "/lessons/values/line", "/lessons/values/trust"
	try := func(v *visitor, check string, form url.Values) {
		v.get(line)
		v.leads(v.post(line+"/checks/"+check, form), line+"#check-"+check)
	}
	untouched := s.as(s.newHire("林予安"))
	wrong := s.as(s.newHire("陳予安 <b>"))
	try(wrong, "one", url.Values{"choice": {"0"}})
	try(wrong, "many", url.Values{"choice": {"0", "1", "2"}})
	try(wrong, "hours", url.Values{"text": {`"><b>24`}})
	right := s.as(s.newHire("吳予安"))
	try(right, "one", url.Values{"choice": {"1"}})
	try(right, "many", url.Values{"choice": {"0", "1"}})
	try(right, "hours", url.Values{"text": {"24"}})
	finished := s.as(s.newHire("周予安"))
	s.read(finished.person, "values/line")
	s.clock.Add(3 * time.Minute)
	later := s.as(s.newHire("鄭予安"))
	s.read(later.person, "values/line", "values/trust")
	free := s.as(s.hire("何講師", people.NewHire, people.Trainer))

	readers := []*visitor{untouched, wrong, right, finished, later, free}
	compare := func() {
		t.Helper()
		warm := s.app
		for _, lang := range locale.Langs() {
			for _, v := range readers {
				alones := s.fresh()
				for _, target := range []string{line, trust} {
					kept := v.in(lang).send("GET", target, nil)
					s.app = alones
					alone := v.in(lang).send("GET", target, nil)
					s.app = warm
					if kept.text != alone.text || kept.StatusCode != alone.StatusCode {
						t.Fatalf("%s of %s in %s:\n%s\nwant\n%s", target, v.person.Name, lang, kept.text, alone.text)
					}
				}
			}
		}
	}
	for _, v := range readers { // the shelf gets something from everybody
		v.send("GET", line, nil)
	}
	compare()
	s.must(s.shelf.SaveDraft(s.ctx, s.trainer, "content/values/culture/01-line.md", locale.Hant, strings.ReplaceAll(lessonText, "打錯字", "算錯數"), 1))
	_, err := s.shelf.Publish(s.ctx, s.trainer, "content/values/culture/01-line.md", "改一個選項", 1)
	s.must(err)
	wrong.get(line, "算錯數")
	compare()
	s.clock.Add(366 * 24 * time.Hour) // a date now has its year
	for _, v := range readers {
		*v = *s.as(v.person)
	}
	compare()
}
