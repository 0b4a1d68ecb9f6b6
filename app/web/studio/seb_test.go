package studio_test

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"bainian/app/locale"
	"bainian/app/people"
)

// TestSebExemption: whoever watches a sitting lets one person sit outside Safe Exam Browser, with a reason that is kept.
func TestSebExemption(t *testing.T) {
	s := open(t)
	s.hire("ben", people.NewHire)
	sitting := s.sit()
	if strings.Contains(s.get("watcher", "/studio/sittings/"+sitting.ID).text, "seb-exemptions") {
		t.Error("it is offered where nothing is required")
	}
	form := url.Values{"seb_number": {"amy"}, "seb_reason": {"螢幕報讀軟體"}}
	s.want(s.post("watcher", "/studio/sittings/"+sitting.ID+"/seb-exemptions", form), 409, "沒有規定要用 Safe Exam Browser")

	ctx := context.Background()
	doc, err := s.shelf.Doc(ctx, "quizzes/practice.exam.md")
	must(t, err)
	for lang, source := range doc.Sources {
		text := regexp.MustCompile(`integrity: .*`).ReplaceAllString(source, "integrity: {seb: required}")
		must(t, s.shelf.SaveDraft(ctx, s.people["trainer"], doc.Path, lang, text, doc.Version))
	}
	_, err = s.shelf.Publish(ctx, s.people["trainer"], doc.Path, "考場規定", doc.Version)
	must(t, err)
	at := "/studio/sittings/" + s.sit().ID
	for _, lang := range locale.Langs() {
		s.want(s.get("watcher", at, "Cookie", "lang="+string(lang)), 200, "Safe Exam Browser", at+"/seb-exemptions")
	}
	s.want(s.post("ben", at+"/seb-exemptions", form), 403)
	s.want(s.post("watcher", at+"/seb-exemptions", with(form, "seb_reason", "")), 422, "請寫幾句話", `value="amy"`)
	s.want(s.post("watcher", at+"/seb-exemptions", with(form, "seb_number", "nobody")), 422, "沒有員工編號 nobody 這個人", "螢幕報讀軟體")
	s.want(s.post("watcher", at+"/seb-exemptions", form), 303)
	s.want(s.get("watcher", at), 200, "員工amy", "螢幕報讀軟體", "員工watcher")
}
