package learn_test

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"bainian/app/leads"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
)

// drawn is somebody with so many leads in hand, all due on the day that it then is.
func (s *site) drawn(name string, n int) (*visitor, []string) {
	s.Helper()
	p := s.ready(name)
	var ids []string
	for range n {
		h, err := s.pool.Draw(s.ctx, p, "", "")
		s.must(err)
		ids = append(ids, h.Lead.ID)
	}
	s.clock.Add(24 * time.Hour)
	return s.as(p), ids
}

// TestDayByFormsAlone walks a salesperson through a day without scripts: route, visit, swap, report, sharing.
func TestDayByFormsAlone(t *testing.T) {
	s := open(t, school())
	s.stock(30)
	amy, ids := s.drawn("林予安", 2)

	place := func(id string) int {
		return strings.Index(amy.get("/leads", "今天要跟進 2 筆", "個人池 0／30 筆"), `id="lead-`+id)
	}
	first, second := ids[0], ids[1]
	if place(first) > place(second) {
		first, second = second, first
	}
	amy.leads(amy.post("/leads/route", url.Values{"lead": {second}, "move": {"up"}}), "/leads#lead-"+second)
	if place(second) > place(first) {
		t.Error("the second stop did not move up")
	}
	part := amy.send("POST", "/leads/route", url.Values{"lead": {second}, "move": {"down"}}, "HX-Request", "true")
	if amy.want(part, http.StatusOK, `id="route"`, "順序是你排的"); strings.Contains(part.text, "<body") {
		t.Error("htmx got a whole page")
	}
	amy.leads(amy.post("/leads/route", url.Values{"move": {"territory"}}), "/leads#route")
	amy.want(amy.post("/leads/route", url.Values{"move": {"sideways"}}), http.StatusUnprocessableEntity)
	amy.get("/leads/print", "永昌五金", "02-", "第一次聯絡", "2 站")

	lead := "/leads/" + first
	amy.want(amy.post(lead+"/plans", url.Values{"plan": {"visit"}, "day": {"2026-11-01"}, "clock": {"10:30"}}), http.StatusUnprocessableEntity, "只能安排", `value="2026-11-01"`, `value="10:30"`)
	amy.leads(amy.post(lead+"/plans", url.Values{"plan": {"visit"}, "day": {"2026-11-24"}, "clock": {"10:30"}}), lead)
	amy.get("/leads", "10:30 拜訪")
	amy.leads(amy.post(lead+"/follow-ups", url.Values{"quick": {"visited"}, "request": {"r1"}}), lead)
	amy.leads(amy.post(lead+"/follow-ups", url.Values{"quick": {"visited"}, "request": {"r1"}}), lead)
	amy.get("/leads", "今天跟進過 1 筆")
	amy.want(amy.post(lead+"/stage", url.Values{"stage": {"contract"}, "note": {"簽"}}), http.StatusUnprocessableEntity, `value="contract" selected`, `<details class="card" open`)
	amy.leads(amy.post(lead+"/stage", url.Values{"stage": {"needs"}}), lead)
	amy.get(lead, "階段：初次接觸 → 挖出需求")
	amy.want(amy.post(lead+"/closing", url.Values{"outcome": {"lost"}}), http.StatusUnprocessableEntity, "請寫下理由")

	amy.want(amy.post("/leads/swaps", url.Values{"in": {first}}), http.StatusUnprocessableEntity, "兩邊要一樣多", `value="`+first+`" autocomplete="off" checked`)
	amy.leads(amy.post("/leads/swaps", url.Values{"in": {first}, "out": {second}, "request": {"s1"}}), "/leads#private")
	amy.leads(amy.post("/leads/swaps", url.Values{"in": {first}, "out": {second}, "request": {"s1"}}), "/leads#private")
	amy.get("/leads", "個人池 1／30 筆", "手上 1 筆")

	amy.get("/day", "跟進了 1 筆線索：電話 0、拜訪 1、訊息 0", "計畫拜訪 1＝到訪 1", "（拜訪）：拜訪見到人\n</textarea>", "22:30 前交")
	amy.want(amy.post("/day", url.Values{"day": {"2026-11-24"}, "went": {" "}, "tomorrow": {"明天三家"}, "do": {"hand_in"}}), http.StatusUnprocessableEntity, "明天三家", "請寫下今天怎麼樣")
	amy.leads(amy.post("/day", url.Values{"day": {"2026-11-24"}, "went": {"跑了一家"}, "tomorrow": {"明天三家"}, "do": {"save"}}), "/day?day=2026-11-24")
	amy.get("/day", "跑了一家", `value="hand_in"`)
	amy.leads(amy.post("/day", url.Values{"day": {"2026-11-24"}, "went": {"跑了一家"}, "tomorrow": {"明天三家"}, "do": {"hand_in"}}), "/day?day=2026-11-24")
	if text := amy.get("/day", "已交"); strings.Contains(text, "<textarea") {
		t.Error("what is handed in can be changed")
	}
	amy.want(amy.post("/day", url.Values{"day": {"2026-11-24"}, "went": {"跑了九家"}, "do": {"hand_in"}}), http.StatusConflict, "不能再改")

	amy.want(amy.post("/sharings", url.Values{"lead": {first}, "met": {"別弄丟這句"}}), http.StatusUnprocessableEntity, "別弄丟這句", "這一題還沒答", `<details class="card" open`)
	told := url.Values{"lead": {first}, "met": {"永昌五金的王經理"}, "said": {"嫌貴，打 02-2345-6789 找他"}, "worked": {"先問他預算"}, "request": {"x"}}
	a := amy.post("/sharings", told)
	amy.want(a, http.StatusSeeOther)
	if again := amy.post("/sharings", told); again.Header.Get("Location") != a.Header.Get("Location") {
		t.Error("pressed twice, it is told twice")
	}
	id := strings.TrimPrefix(a.Header.Get("Location"), "/sharings#sharing-")
	manager := s.as(s.manager)
	amy.want(amy.send("GET", "/sharings/"+id+"/story", nil), http.StatusForbidden)
	if text := manager.get("/sharings/"+id+"/story", "○○", "已塗掉"); strings.Contains(text, "2345") || strings.Contains(text, "永昌") {
		t.Error("the preview names the customer")
	}
	manager.want(manager.post("/sharings/"+id+"/story", url.Values{"met": {"別弄丟這句"}, "said": {"x"}, "worked": {"y"}}), http.StatusUnprocessableEntity, "別弄丟這句", "請給它一個標題")
	told.Set("title", "嫌貴：先問預算")
	a = manager.post("/sharings/"+id+"/story", told)
	manager.want(a, http.StatusSeeOther)
	story := a.Header.Get("Location")
	if text := amy.get(story, "嫌貴：先問預算", "先問他預算", "林予安 的案例"); strings.Contains(text, "2345") || strings.Contains(text, "王經理") {
		t.Error("the story names the customer")
	}
	amy.get("/stories?q=%E9%A0%90%E7%AE%97", "嫌貴")
	amy.get("/stories?q=zzz", "沒有符合的案例")
	trainer := s.as(s.trainer)
	trainer.get(story, "從這個案例寫一課", `value="product/membership"`)
	trainer.want(trainer.post(story+"/lessons", url.Values{"course": {"no/where"}}), http.StatusNotFound)
	a = trainer.post(story+"/lessons", url.Values{"course": {"values/culture"}})
	if to := a.Header.Get("Location"); !regexp.MustCompile(`^/studio/documents/content/values/culture/0\d-story-[0-9a-f]{6}\.md$`).MatchString(to) {
		t.Fatal(to)
	}
	drafts, err := s.shelf.Drafts(s.ctx, s.trainer)
	s.must(err)
	text := drafts[0].Sources[locale.Hant]
	if !strings.Contains(text, "案例提供：林予安") || !strings.Contains(text, "先問他預算") {
		t.Error(text)
	}
	if problems, err := s.shelf.Lint(s.ctx, drafts[0]); err != nil || len(problems) > 0 {
		t.Errorf("the lesson that is begun is not well formed: %v %v\n%s", problems, err, text)
	}
	trainer.get(story, "由此寫成的課")
	amy.want(amy.post(story+"/withdrawal", nil), http.StatusForbidden)
	manager.leads(manager.post(story+"/withdrawal", nil), "/stories")
}

func TestPoolIsOpenedAndClaimed(t *testing.T) {
	s := open(t, school())
	s.stock(60)
	amy, _ := s.drawn("林予安", 0)
	text := amy.get("/pool", "今天打開過 0 筆，每天最多 100 筆", `rel="next"`)
	if strings.Contains(text, "02-2345") || strings.Contains(text, "王") || strings.Count(text, `/views"`) != 50 {
		t.Error("the pool shows too much")
	}
	amy.get("/pool?territory=nowhere", "沒有符合的線索")
	id := s.opened(amy.person)
	amy.leads(amy.post("/leads/"+id+"/views", nil), "/leads/"+id)
	request := regexp.MustCompile(`name="request" value="([^"]+)"`).FindStringSubmatch(amy.get("/leads/"+id, "領取這筆線索"))[1]
	for range 2 {
		amy.leads(amy.post("/leads/"+id+"/claim", url.Values{"request": {request}}), "/leads/"+id)
	}
	amy.get("/leads/"+id, "tel:02-")
	bob := s.as(s.ready("陳可心"))
	bob.want(bob.post("/leads/"+id+"/claim", url.Values{"request": {"b"}}), http.StatusConflict, "剛剛被別人拿走了", `/views"`)
	fresh := s.as(s.newHire("Ada Lin"))
	fresh.get("/pool", "公海還沒對你開放")
	fresh.want(fresh.post("/leads/"+id+"/views", nil), http.StatusNotFound)
}

func TestCardsOfAFollowUp(t *testing.T) {
	s := open(t, school())
	s.stock(5)
	amy, ids := s.drawn("林予安", 1)
	lead := "/leads/" + ids[0]
	var card bytes.Buffer
	s.must(png.Encode(&card, image.NewGray(image.Rect(0, 0, 4, 4))))
	send := func(name string, data []byte) answer {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		for field, value := range map[string]string{"kind": "visit", "outcome": "拿到名片", "request": name} {
			s.must(form.WriteField(field, value))
		}
		file, err := form.CreateFormFile("file", name)
		s.must(err)
		file.Write(data)
		s.must(form.Close())
		r := httptest.NewRequest("POST", lead+"/follow-ups", &body)
		r.Header.Set("Content-Type", form.FormDataContentType())
		r.Header.Set("Cookie", amy.cookie)
		r.Header.Set("Origin", base)
		r.Host = "learn.example.com"
		return amy.answered(r)
	}
	amy.want(send("a.html", []byte("<script>alert(1)</script>")), http.StatusUnprocessableEntity, "不是照片", "拿到名片")
	amy.leads(send("名片.png", card.Bytes()), lead)
	at := regexp.MustCompile(`/leads/[^"]+/files/[^"]+`).FindString(amy.get(lead, "名片.png"))
	a := amy.send("GET", at, nil)
	if amy.want(a, http.StatusOK); a.Header.Get("Content-Type") != "image/png" || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "inline") || a.text != card.String() {
		t.Errorf("%v", a.Header)
	}
	s.as(s.manager).get(lead, at)
	other := s.as(s.ready("陳可心"))
	other.want(other.send("GET", at, nil), http.StatusNotFound)
}

// TestDayPagesInThreeLanguages executes every page of the day with real data in every language.
func TestDayPagesInThreeLanguages(t *testing.T) {
	s := open(t, school())
	s.stock(30)
	amy, ids := s.drawn("林予安", 2)
	_, err := s.diary.Work(s.ctx, amy.person, ids[0], leads.Worked{Contact: leads.Contact{Kind: leads.Visit, Outcome: "見到老闆", Next: "報價"}, NextDay: "2026-11-25", NextClock: "14:00"})
	s.must(err)
	sharing, err := s.diary.Share(s.ctx, amy.person, ids[0], leads.Three{Met: "a", Said: "b", Worked: "c"}, "")
	s.must(err)
	story, err := s.diary.KeepStory(s.ctx, s.manager, leads.Story{SharingID: sharing, Title: "題", Three: leads.Three{Met: "a", Said: "b", Worked: "c"}, Stage: "needs", Objection: "價格"})
	s.must(err)
	second, err := s.diary.Share(s.ctx, amy.person, "", leads.Three{Met: "a2", Said: "b2", Worked: "c2"}, "")
	s.must(err)
	_, err = s.diary.SaveReport(s.ctx, amy.person, "", "今天", "明天", true)
	s.must(err)
	mentor, both := s.hire("師傅", people.Mentor), s.hire("王多能", people.Roles()...)
	for _, lang := range locale.Langs() {
		for _, path := range []string{"/leads", "/leads/print", "/leads/" + ids[0], "/pool", "/pool?territory=x", "/day", "/day?day=2026-11-23", "/sharings", "/sharings?lead=" + ids[0], "/stories", "/stories?q=x", "/stories/" + story} {
			amy.in(lang).get(path, `<html lang="`+string(lang)+`"`)
		}
		for _, p := range []people.Person{s.manager, mentor, both} {
			for _, path := range []string{"/leads", "/pool", "/day", "/sharings", "/sharings/" + second + "/story", "/stories/" + story} {
				s.as(p).in(lang).get(path, `<html lang="`+string(lang)+`"`)
			}
		}
		for _, path := range []string{"/sharings", "/stories", "/stories/" + story} {
			s.as(s.trainer).in(lang).get(path, `<html lang="`+string(lang)+`"`)
		}
	}
	for _, path := range []string{"/day", "/pool", "/leads/print"} {
		trainer := s.as(s.trainer)
		trainer.want(trainer.send("GET", path, nil), http.StatusForbidden)
	}
}

// The gate guards what is acquired: while no policy can be read, what somebody holds is worked on as before.
func TestG2_WhatIsHeldIsWorkedWithoutAPolicy(t *testing.T) {
	s := open(t, school())
	s.stock(3)
	amy, ids := s.drawn("林予安", 1)
	s.must(s.db.Write(s.ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(`UPDATE document SET retired = TRUE WHERE path = 'content/policy.yaml'`); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE document_edition SET number = number + 1`)
		return err
	}))
	amy.get("/leads", `id="lead-`+ids[0], "資格規則")
	amy.leads(amy.post("/leads/"+ids[0]+"/follow-ups", url.Values{"quick": {"visited"}, "request": {"r1"}}), "/leads/"+ids[0])
	amy.get("/", "資格規則")
}
