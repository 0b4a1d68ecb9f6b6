package studio_test

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"bainian/app/exams"
	"bainian/app/locale"
	"bainian/app/people"
)

var seenField = regexp.MustCompile(`name="seen" value="([^"]*)"`)

// seen is the latest adjustment that the page of a sitting knows of.
func (s *site) seen(at string) string {
	s.Helper()
	m := seenField.FindStringSubmatch(s.get("watcher", at).text)
	if m == nil {
		s.Fatal("no form for all of them")
	}
	return m[1]
}

func with(base url.Values, pairs ...string) url.Values {
	form := url.Values{}
	for k, v := range base {
		form[k] = v
	}
	for i := 0; i < len(pairs); i += 2 {
		form[pairs[i]] = strings.Fields(pairs[i+1])
	}
	return form
}

// TestSittingForNamedPeople: picked and by number, behind a passcode, with a late entry and what is shown; every wrong
// word is told at once, and the form keeps what was filled in.
func TestSittingForNamedPeople(t *testing.T) {
	s := open(t)
	s.hire("ben", people.Manager)
	amy := s.people["amy"].ID
	form := url.Values{"exam": {"practice"}, "cohort": {"named"}, "people": {amy}, "numbers": {"ben"}, "opens_at": {"2026-11-23T09:00"}, "closes_at": {"2026-11-23T11:00"},
		"late": {"10"}, "passcode": {"Zulu-47"}, "hard_end": {"yes"}, "score": {"never"}, "invigilators": {s.people["watcher"].ID}}
	for _, lang := range locale.Langs() {
		s.want(s.get("trainer", "/studio/sittings/new", "Cookie", "lang="+string(lang)), 200, `name="people" value="`+amy+`"`, `name="hard_end"`, `name="late"`)
	}
	s.want(s.post("trainer", "/studio/sittings", with(form, "numbers", "ben,Z9；Z8")), 422, "沒有這些員工編號：Z9、Z8", `value="`+amy+`" checked`, `name="hard_end" value="yes" checked`)
	s.want(s.post("trainer", "/studio/sittings", with(form, "cohort", "")), 422, "對象卻不是「指名的人」")
	s.want(s.post("trainer", "/studio/sittings", with(form, "cohort", s.cohort)), 422, "對象卻不是「指名的人」")
	s.want(s.post("trainer", "/studio/sittings", with(form, "people", "", "numbers", "")), 422, "還沒有指名任何人")
	s.want(s.post("trainer", "/studio/sittings", with(form, "late", "soon")), 422, "不是整數")
	s.want(s.post("trainer", "/studio/sittings", with(form, "closes_at", "later", "numbers", "Z9", "late", "soon")), 422, "有 3 處要改", "沒有這些員工編號", "請填日期與時間", "不是整數")
	s.want(s.post("trainer", "/studio/sittings", with(form, "passcode", "abc", "closes_at", "2026-11-23T09:00", "answers", "soon")), 422, "通行碼要 4 到 32 個字", "結束時間必須晚於", "沒有「soon」這一項")

	at := s.want(s.post("trainer", "/studio/sittings", form), 303).Header.Get("Location")
	sitting := s.sittingOf(strings.TrimPrefix(at, "/studio/sittings/"))
	if !sitting.Named || !sitting.HardEnd || sitting.Late != 10*time.Minute || !sitting.Passcoded || sitting.Feedback != (exams.Feedback{Score: exams.Never}) {
		t.Errorf("%+v", sitting)
	}
	for _, lang := range locale.Langs() {
		s.want(s.get("watcher", at, "Cookie", "lang="+string(lang)), 200, "Zulu-47", "員工amy", "員工ben")
	}
	s.want(s.get("watcher", at), 200, "指名的 2 人", "09:10 為止，之後要放行", "所有人到結束為止", "不公布")
	s.want(s.get("trainer", "/studio/sittings"), 200, "指名的人")
	must(t, func() error {
		_ = s.room.Unlock(context.Background(), s.people["amy"], sitting.ID, "guess")
		return s.room.Unlock(context.Background(), s.people["amy"], sitting.ID, "zulu-47")
	}())
	s.want(s.get("watcher", at), 200, "輸入錯誤的人", "1 次")

	s.clock.Add(11 * time.Minute)
	admission := url.Values{"person": {amy}, "admission": {"電車誤點"}}
	s.want(s.post("amy", at+"/admissions", admission), 403)
	s.want(s.post("watcher", at+"/admissions", with(admission, "admission", "")), 422, "請寫幾句話", `value="`+amy+`" selected`)
	s.want(s.post("watcher", at+"/admissions", with(url.Values{}, "number", "nobody", "admission", "遲到")), 422, "沒有員工編號 nobody 這個人")
	s.want(s.post("watcher", at+"/admissions", with(url.Values{}, "number", "other", "admission", "遲到")), 422, "不是給這個人的")
	s.want(s.post("watcher", at+"/admissions", admission), 303)
	s.want(s.get("watcher", at), 200, "電車誤點", "員工watcher")
	s.start(sitting, "amy")
}

// TestAllAtOnce: more time, a pause and its end for everybody, once however often the form is sent.
func TestAllAtOnce(t *testing.T) {
	s := open(t)
	sitting := s.sit()
	at := "/studio/sittings/" + sitting.ID
	var ids []string
	for _, number := range []string{"p1", "p2", "p3"} {
		s.hire(number, people.NewHire)
		ids = append(ids, s.start(sitting, number))
	}
	deadline := func(n int) time.Time {
		t.Helper()
		d, err := s.room.Sitting(context.Background(), s.people["trainer"], sitting.ID)
		must(t, err)
		for _, c := range d.Candidates {
			if c.ID == ids[n] {
				return c.Deadline
			}
		}
		return time.Time{}
	}
	before := deadline(2)
	more := url.Values{"minutes": {"15"}, "extension": {"教室斷電"}, "seen": {s.seen(at)}}
	s.want(s.post("amy", at+"/extension", more), 403)
	s.want(s.post("watcher", at+"/extension", with(more, "minutes", "0")), 422, `value="教室斷電"`, `aria-invalid="true"`)
	s.want(s.post("watcher", at+"/extension", with(more, "minutes", "many")), 422, "不是整數")
	s.want(s.post("watcher", at+"/extension", with(more, "extension", "")), 422, "請寫幾句話")
	s.want(s.post("watcher", at+"/extension", more), 303)
	s.want(s.post("watcher", at+"/extension", more), 409, "剛剛有人動過") // sent twice
	if got := deadline(2).Sub(before); got != 15*time.Minute {
		t.Errorf("moved by %v", got)
	}
	s.want(s.post("watcher", at+"/pause", url.Values{"pause": {""}, "seen": {s.seen(at)}}), 422, "請寫幾句話")
	s.want(s.post("watcher", at+"/pause", url.Values{"pause": {"火警演習"}, "seen": {s.seen(at)}}), 303)
	s.want(s.get("watcher", at), 200, "暫停中", "延長 15 分鐘，3 份試卷", "暫停，3 份試卷", "火警演習")
	s.clock.Add(5 * time.Minute)
	s.want(s.post("watcher", at+"/resumption", url.Values{"seen": {s.seen(at)}}), 303)
	if got := deadline(2).Sub(before); got != 20*time.Minute {
		t.Errorf("moved by %v", got)
	}
	for _, lang := range locale.Langs() {
		s.want(s.get("watcher", at, "Cookie", "lang="+string(lang)), 200, "教室斷電")
	}
}

// TestAccommodationsPage: granted to several at once, listed with who and why, ended on record.
func TestAccommodationsPage(t *testing.T) {
	s := open(t)
	const at = "/studio/accommodations"
	for _, who := range []string{"amy", "watcher"} {
		s.want(s.get(who, at), 403)
		s.want(s.post(who, at, url.Values{}), 403)
	}
	s.want(s.get("trainer", at), 200, "還沒有人需要調整")
	s.hire("ben", people.NewHire)
	form := url.Values{"numbers": {"ben"}, "cohort": {s.cohort}, "label": {"閱讀障礙"}, "percent": {"25"}, "minutes": {"10"}, "until": {"2026-12-31"}, "reason": {"醫師證明甲"}}
	s.want(s.post("hr", at, with(form, "numbers", "nobody")), 422, "沒有這些員工編號：nobody", "閱讀障礙")
	s.want(s.post("hr", at, with(form, "numbers", "", "cohort", "", "label", "", "reason", "")), 422, "請選要調整時間的人", "請用幾個字寫下名目", "請寫幾句話")
	s.want(s.post("hr", at, with(form, "percent", "0", "minutes", "0")), 422, "至少要多給一些時間")
	s.want(s.post("hr", at, with(form, "explains", "gaze")), 422, "不是考試能觀察的項目", `id="e-explains"`)
	s.want(s.post("hr", at, with(form, "percent", "900")), 422, "作答時間可設為")
	s.want(s.post("hr", at, with(form, "minutes", "few")), 422, "不是整數")
	s.want(s.post("hr", at, with(form, "until", "2026-11-22")), 422, "最後一天已經過了")
	s.want(s.post("hr", at, with(form, "until", "tomorrow")), 422, "日期看不懂")
	s.want(s.post("hr", at, form), 303)
	must(t, s.room.Accommodate(context.Background(), s.people["hr"], s.people["amy"].ID, exams.Accommodation{Label: "閱讀障礙", Multiplier: 1500, Reason: "新的證明"}))
	for _, lang := range locale.Langs() {
		s.want(s.get("trainer", at, "Cookie", "lang="+string(lang)), 200, "員工amy", "員工ben", "閱讀障礙", "醫師證明甲", "新的證明")
	}
	s.want(s.get("trainer", at), 200, "多 25%", "加 10 分鐘", "多 50%", "12月31日", "過去的 1 筆", "員工hr")

	of, err := s.room.AccommodationsOf(context.Background(), s.people["hr"], s.people["ben"].ID)
	must(t, err)
	end := at + "/" + of.Held[0].ID + "/end"
	s.want(s.post("amy", end, url.Values{"ending": {"我不要"}}), 403)
	s.want(s.post("hr", end, url.Values{"ending": {" "}}), 422, "請寫幾句話")
	s.want(s.post("hr", end, url.Values{"ending": {"不再需要"}}), 303)
	s.want(s.post("hr", end, url.Values{"ending": {"再一次"}}), 409, "已經終止")
	s.want(s.get("hr", at), 200, "現在沒有有效的調整", "員工hr 在", "不再需要")

	// Before the start the trainer sees whose time is another, the label too; who only watches sees no label.
	sitting := s.sit()
	page := s.want(s.get("trainer", "/studio/sittings/"+sitting.ID), 200, "作答時間有調整的人", "員工amy", "閱讀障礙")
	if strings.Contains(page.text, "員工ben") {
		t.Error("somebody whose adjustment has ended is listed")
	}
	if page := s.want(s.get("watcher", "/studio/sittings/"+sitting.ID), 200, "作答時間有調整的人", "員工amy"); strings.Contains(page.text, "閱讀障礙") {
		t.Error("an invigilator is told what it is for")
	}
}
