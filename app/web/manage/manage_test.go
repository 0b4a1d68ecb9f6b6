package manage_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"bainian/app/apptest"
	"bainian/app/courses"
	"bainian/app/gate"
	"bainian/app/integrity"
	"bainian/app/leads"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
	"bainian/app/web/manage"
	"bainian/app/web/page"
	"bainian/app/web/page/pagetest"
)

// site is the wing over a furnished world.
type site struct {
	*apptest.World
	app *fiber.App
}

func open(t *testing.T) *site {
	t.Helper()
	s := &site{World: apptest.New(t, store.SQLite)}
	catalog, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	kit, err := page.New(page.Config{Catalog: catalog, Directory: s.Directory, Static: os.DirFS("../../../static"), BaseURL: "http://localhost",
		Zone: s.Keeper.Zone(), Clock: s.Clock.Now, Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))})
	if err != nil {
		t.Fatal(err)
	}
	s.app = kit.App()
	if err := manage.Mount(s.app, kit, s.Directory, s.Roster, s.Keeper, s.Pool, s.Diary); err != nil {
		t.Fatal(err)
	}
	return s
}

// ask is a request by a person; the page must come with that status and be well made.
func (s *site) ask(p people.Person, lang locale.Lang, method, path string, status int, origin string, pairs ...string) (html, location string) {
	s.Helper()
	token, err := s.Directory.SignInAs(s.Ctx, p.ID)
	if err != nil {
		s.Fatal(err)
	}
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Cookie", "session="+token+"; lang="+string(lang))
	r.Header.Set("Origin", origin)
	answer, err := s.app.Test(r, -1)
	if err != nil {
		s.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		s.Fatal(err)
	}
	if answer.StatusCode != status {
		s.Fatalf("%s %s: status %d, want %d\n%s", method, path, answer.StatusCode, status, body)
	}
	if strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
		pagetest.Check(s, string(body))
	}
	return string(body), answer.Header.Get("Location")
}

const home = "http://localhost"

func (s *site) get(p people.Person, path string, status int) string {
	s.Helper()
	html, _ := s.ask(p, locale.Hant, "GET", path, status, home)
	return html
}

func (s *site) post(p people.Person, path string, status int, pairs ...string) (html, location string) {
	s.Helper()
	return s.ask(p, locale.Hant, "POST", path, status, home, pairs...)
}

func check(t *testing.T, html string, has, lacks []string) {
	t.Helper()
	_, main, _ := strings.Cut(html, `id="main"`)
	for _, text := range has {
		if !strings.Contains(main, text) {
			t.Errorf("the page lacks %q:\n%s", text, main)
		}
	}
	for _, text := range lacks {
		if strings.Contains(main, text) {
			t.Errorf("the page has %q:\n%s", text, main)
		}
	}
}

func (s *site) draw(p people.Person) leads.Holding {
	s.Helper()
	h, err := s.Pool.Draw(s.Ctx, p, "", "")
	if err != nil {
		s.Fatal(err)
	}
	return h
}

func TestBoardShowsTheTeamOnThePath(t *testing.T) {
	s := open(t)
	empty := s.Hire("沒有團隊", people.Manager)
	check(t, s.get(empty, "/board", 200), []string{"還沒有團隊成員", "還沒有線索"}, nil)
	s.Leads(5)
	amy, ben := s.Ready("Amy"), s.NewHire("Ben")
	s.Sign(ben)
	held := s.draw(amy)
	check(t, s.get(s.Manager, "/board", 200), []string{"團隊 2 人，1 人可以領取線索，手上共 1 筆", "Amy", "Ben", "還沒通過考試〈values 考試〉", "新手額度",
		"公海 4 筆", `class="pathline"`, "誰卡在哪一步"}, []string{"高壓線"})
	check(t, s.get(s.Manager, "/board/people/"+amy.ID, 200), []string{held.Lead.Company, held.Lead.Phone, "第 1 期"}, []string{"reclamation"})
	check(t, s.get(s.Manager, "/board/people/"+ben.ID, 200), []string{"手上沒有線索", "還差什麼"}, nil)
	s.get(empty, "/board/people/"+ben.ID, 404)
	s.get(amy, "/board", 403)
	s.get(s.HR, "/board", 403)
	for _, lang := range locale.Langs() {
		for _, path := range []string{"/board", "/board/people/" + amy.ID, "/board/people/" + ben.ID} {
			s.ask(s.Manager, lang, "GET", path, 200, home)
		}
		s.ask(empty, lang, "GET", "/board", 200, home)
	}
}

func TestG3_AManagerSeesNothingOfACase(t *testing.T) {
	s := open(t)
	amy := s.NewHire("Amy")
	s.Sign(amy)
	attempt := ""
	for _, track := range courses.Tracks() {
		s.Read(amy, track)
		attempt = s.Sit(amy, s.Sitting(track), apptest.Knows)
	}
	s.Leads(3)
	s.draw(amy)
	const secret = "袖口裡有一張小紙條"
	number, err := s.Desk.Report(s.Ctx, s.Watch, attempt, secret)
	if err != nil {
		t.Fatal(err)
	}
	telling := []string{secret, "個案", "高壓線", "誠信個案", "cases"}
	check(t, s.get(s.Manager, "/board", 200), nil, append(telling, "資格暫停"))
	if err := s.Desk.Open(s.Ctx, s.Reviewer[0], number); err != nil {
		t.Fatal(err)
	}
	until := locale.Date(locale.Hant, s.Clock.Now().Add(21*24*time.Hour), s.Clock.Now())
	for _, path := range []string{"/board", "/board/people/" + amy.ID} {
		check(t, s.get(s.Manager, path, 200), []string{"資格暫停，請洽人資", until}, telling)
	}
	// A red line looks the same to them, but that it has no date.
	if err := s.Desk.AddFact(s.Ctx, s.Reviewer[0], number, integrity.Fact{Kind: integrity.Document, Text: secret, Origin: "監考員收走的紙條"}); err != nil {
		t.Fatal(err)
	}
	s.Decide(number, integrity.RedLine)
	for _, path := range []string{"/board", "/board/people/" + amy.ID} {
		check(t, s.get(s.Manager, path, 200), []string{"資格暫停，請洽人資", "暫管"}, telling)
	}
}

func TestReclaimAndAssign(t *testing.T) {
	s := open(t)
	s.Leads(1)
	amy, cleo, ben := s.Ready("Amy"), s.Ready("Cleo"), s.NewHire("Ben")
	lead := s.draw(amy).Lead
	path := "/leads/" + lead.ID
	s.post(s.Manager, path+"/reclamation", 409)
	s.Clock.Add(5 * 24 * time.Hour)
	check(t, s.get(s.Manager, "/board", 200), []string{"逾期", "1 人手上有逾期的線索"}, nil)
	check(t, s.get(s.Manager, "/board/people/"+amy.ID, 200), []string{path + "/reclamation"}, nil)
	s.ask(s.Manager, locale.Hant, "POST", path+"/reclamation", 403, "https://elsewhere.example")
	other := s.Hire("別的主管", people.Manager)
	s.post(other, path+"/reclamation", 403)
	_, next := s.post(s.Manager, path+"/reclamation", 303)
	if next != path+"/assignment" {
		t.Errorf("reclaiming leads to %s", next)
	}
	for _, lang := range locale.Langs() {
		html, _ := s.ask(s.Manager, lang, "GET", next, 200, home)
		check(t, html, []string{"Amy", "Cleo"}, []string{"Ben", lead.Phone})
	}
	html, _ := s.post(s.Manager, path+"/assignment", 403, "person", ben.ID)
	check(t, html, []string{"不能分配線索給他", "還沒簽署誠信承諾"}, nil)
	html, _ = s.post(s.Manager, path+"/assignment", 409, "person", amy.ID)
	check(t, html, []string{"不久前才持有過"}, nil)
	s.post(other, path+"/assignment", 403, "person", cleo.ID)
	_, next = s.post(s.Manager, path+"/assignment", 303, "person", cleo.ID)
	check(t, s.get(s.Manager, next, 200), []string{lead.Company}, nil)
	check(t, s.get(s.Manager, path+"/assignment", 200), []string{"跟進中"}, []string{"<form class=\"form\""})
}

// A manager signs off for somebody of their team where the policy asks for it, and withdraws it.
func TestAManagerSignsOff(t *testing.T) {
	s := open(t)
	amy := s.NewHire("Amy")
	at := "/board/people/" + amy.ID
	html, _ := s.ask(s.Manager, locale.Hant, "GET", at, 200, "http://localhost")
	if strings.Contains(html, "主管簽核") {
		t.Error("a policy that does not ask for it has no place for it")
	}
	head, err := s.Shelf.Doc(s.Ctx, gate.PolicyPath)
	if err == nil {
		text := strings.Replace(head.Sources[locale.Hant], "        - employed\n", "        - employed\n        - sign_off: manager\n", 1)
		err = s.Shelf.SaveDraft(s.Ctx, s.HR, gate.PolicyPath, locale.Hant, text, head.Version)
	}
	if err == nil {
		_, err = s.Shelf.Publish(s.Ctx, s.HR, gate.PolicyPath, "要主管簽核", head.Version)
	}
	if err != nil {
		t.Fatal(err)
	}
	html, _ = s.ask(s.Manager, locale.Hant, "POST", at+"/sign-offs", 422, "http://localhost", "note", "好")
	if !strings.Contains(html, "請寫 8 到 1000 個字") {
		t.Error(html)
	}
	const note = "陪訪三次，開場與收尾都穩"
	s.ask(s.Manager, locale.Hant, "POST", at+"/sign-offs", 303, "http://localhost", "note", note)
	for _, lang := range locale.Langs() {
		html, _ = s.ask(s.Manager, lang, "GET", at, 200, "http://localhost")
		if !strings.Contains(html, note) {
			t.Errorf("%s: %s", lang, html)
		}
	}
	withdrawal := regexp.MustCompile(at + `/sign-offs/[^"]+/withdrawal`).FindString(html)
	s.ask(s.Manager, locale.Hant, "POST", withdrawal, 303, "http://localhost", "reason", "客戶抱怨，要再陪一次")
	html, _ = s.ask(s.Manager, locale.Hant, "GET", at, 200, "http://localhost")
	if !strings.Contains(html, "已撤回") || !strings.Contains(html, "客戶抱怨，要再陪一次") {
		t.Error(html)
	}
	s.ask(s.Hire("別組主管", people.Manager), locale.Hant, "POST", at+"/sign-offs", 404, "http://localhost", "note", note) // who is not of their team is not there
}
