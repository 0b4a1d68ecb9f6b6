package review_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/post"
)

var secretShown = regexp.MustCompile(`whsec_[A-Za-z0-9+/=]+`)

func TestAnAdminSubscribesWatchesAndReplays(t *testing.T) {
	s := open(t)
	answer, arrived := 204, 0
	crm := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived++
		w.WriteHeader(answer)
	}))
	defer crm.Close()
	admin := s.as(s.Hire("管理員", people.Admin))
	for _, lang := range locale.Langs() {
		admin.in(lang).get("/webhooks", 200)
	}

	// All that is wrong at once, and nothing lost.
	html, _ := admin.post("/webhooks", 422, "url", "https://10.0.0.1/in", "description", "", "scheme", "v1")
	has(t, html, "10.0.0.1 是內部位址", "用途要寫", "至少選一種事件", `value="https://10.0.0.1/in"`)
	html, _ = admin.post("/webhooks", 200, "url", crm.URL+"/in?token=abc", "description", "CRM 正式環境", "kinds", "gate", "kinds", "ledger.root", "scheme", "v1")
	secret := secretShown.FindString(html)
	all, err := s.Office.Webhooks(s.Ctx, people.System())
	if err != nil || len(all) != 1 || secret == "" {
		t.Fatalf("%v %v %q", all, err, secret)
	}
	at := "/webhooks/" + all[0].ID
	lacks(t, admin.get(at, 200), secret)
	lacks(t, admin.get("/webhooks", 200), "token=abc")

	// Somebody's gate moves.
	amy := s.Ready("Amy")
	if err := s.Queue.Drain(s.Ctx); err != nil {
		t.Fatal(err)
	}
	for _, lang := range locale.Langs() {
		has(t, admin.in(lang).get(at, 200), amy.Number, "gate.limited", "gate.shadow", "204")
	}
	was := arrived
	f, err := s.Office.File(s.Ctx, people.System(), all[0].ID, "")
	if err != nil || len(f.Deliveries) == 0 {
		t.Fatal(f, err)
	}
	latest, oldest := f.Deliveries[0], f.Deliveries[len(f.Deliveries)-1]
	admin.post(at+"/deliveries/"+latest.ID+"/replays", 303)
	admin.post(at+"/tests", 303)
	admin.post(at+"/replays", 303, "since", "2026-11-01T08:00")
	html, _ = admin.post(at+"/replays", 422, "since", "昨天")
	has(t, html, "「昨天」不是時間")
	html, _ = admin.post(at+"/replays", 422, "since", "2126-11-01T08:00")
	has(t, html, "不能在未來")
	html, _ = admin.post(at+"/deliveries/"+oldest.ID+"/replays", 409)
	has(t, html, "舊的狀態不會重送")
	admin.post(at+"/deliveries/nothing/replays", 404)
	if err := s.Queue.Drain(s.Ctx); err != nil || arrived < was+2 {
		t.Errorf("%d arrived, then %d: %v", was, arrived, err)
	}

	// A new key, beside the old one or at once.
	html, _ = admin.post(at+"/keys", 200, "scheme", "v1a", "hours", "24")
	has(t, html, "whpk_")
	html, _ = admin.post(at+"/keys", 422, "scheme", "v1", "hours", "1000")
	has(t, html, "0 到 168", `value="1000"`)
	admin.post(at+"/keys", 422, "scheme", "v1", "hours", "x")
	admin.post(at+"/keys", 422, "scheme", "rot13", "hours", "1")

	// Other terms; the old ones stand where the new ones are wrong.
	html, _ = admin.post(at+"/terms", 422, "url", "http://crm.example.com:x/", "description", "CRM", "kinds", "gate")
	has(t, html, "這不是完整的網址")
	admin.post(at+"/terms", 303, "url", crm.URL+"/other", "description", "CRM 測試環境", "kinds", "gate")
	has(t, admin.get(at, 200), "CRM 測試環境", "/other")

	// The other side ends it.
	answer = http.StatusGone
	admin.post(at+"/tests", 303)
	_ = s.Queue.Drain(s.Ctx)
	for _, lang := range locale.Langs() {
		has(t, admin.in(lang).get(at, 200), "410")
	}
	has(t, admin.get(at, 200), "對方已不收", "系統")
	html, _ = admin.post(at+"/tests", 409)
	has(t, html, "請先啟用")
	answer = 204
	admin.post(at+"/enabling", 303)
	admin.post(at+"/disabling", 303)
	for _, lang := range locale.Langs() {
		admin.in(lang).get(at, 200)
	}
	if w, err := s.Office.Webhooks(s.Ctx, people.System()); err != nil || w[0].Enabled || w[0].Gone {
		t.Errorf("%+v %v", w, err)
	}
}

func TestDeliveriesComeInPages(t *testing.T) {
	s := open(t)
	admin := s.as(s.Hire("管理員", people.Admin))
	id, _, err := s.Office.Subscribe(s.Ctx, people.System(), post.Terms{URL: "https://127.0.0.1:1/", Description: "CRM", Kinds: []string{"ledger.root"}}, post.V1)
	if err != nil {
		t.Fatal(err)
	}
	for range 51 {
		if err := s.Office.Test(s.Ctx, people.System(), id); err != nil {
			t.Fatal(err)
		}
	}
	html := admin.get("/webhooks/"+id, 200)
	if n := strings.Count(html, "<th scope=\"row\">"); n != 50 {
		t.Errorf("%d rows", n)
	}
	next := regexp.MustCompile(`/webhooks/[^"]*after=[^"]*`).FindString(html)
	if html = admin.get(next, 200); strings.Count(html, "<th scope=\"row\">") != 1 {
		t.Error("the second page has not one row")
	}
}

func TestWebhooksAreForAdmins(t *testing.T) {
	s := open(t)
	for _, p := range []people.Person{s.HR, s.Manager, s.Trainer, s.Reviewer[0], s.NewHire("Amy")} {
		s.as(p).get("/webhooks", 403)
		s.as(p).get("/webhooks/x", 403)
		s.as(p).post("/webhooks", 403)
	}
	s.as(s.Hire("管理員", people.Admin)).get("/webhooks/x", 404)
}
