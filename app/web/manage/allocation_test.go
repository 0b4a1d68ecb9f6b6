package manage_test

import (
	"strings"
	"testing"
	"time"

	"bainian/app/leads"
	"bainian/app/locale"
	"bainian/app/people"
)

// idAfter is what follows a text in a page, up to the next quotation mark.
func idAfter(t *testing.T, html, text string) string {
	t.Helper()
	_, rest, found := strings.Cut(html, text)
	id, _, ok := strings.Cut(rest, `"`)
	if !found || !ok {
		t.Fatalf("the page lacks %q", text)
	}
	return id
}

func TestAManagerDraftsAdjustsAndPublishes(t *testing.T) {
	s := open(t)
	s.Leads(40)
	amy, cleo, ben := s.Ready("Amy"), s.Ready("Cleo"), s.NewHire("Ben")
	s.get(amy, "/allocation", 403)
	s.get(s.HR, "/allocation", 403)
	check(t, s.get(s.Manager, "/allocation", 200), []string{"還沒有草稿", "還沒有發布過"}, nil)
	_, at := s.post(s.Manager, "/allocation", 303)
	html := s.get(s.Manager, at, 200)
	check(t, html, []string{"Amy", "Cleo", "Ben", "領取資格未開啟", at + "/publication", "草稿"}, []string{"沒分成的原因"})
	check(t, s.get(s.Manager, "/allocation", 200), []string{at, "重新產生"}, []string{"還沒有草稿"})

	// One lead from Amy to Cleo, one back to the pool, and one of the pool to Amy.
	hers := at + "/people/" + amy.ID
	html = s.get(s.Manager, hers, 200)
	first := idAfter(t, html, `name="lead" value="`)
	_, next := s.post(s.Manager, at+"/changes", 303, "person", amy.ID, "lead", first, "do", "remove")
	if next != hers {
		t.Errorf("adjusting leads to %s", next)
	}
	check(t, s.get(s.Manager, hers, 200), []string{"?more=1"}, []string{`id="more"`})
	html = s.get(s.Manager, hers+"?more=1", 200)
	_, more, found := strings.Cut(html, `id="more"`)
	if !found {
		t.Fatalf("nothing to add:\n%s", html)
	}
	s.post(s.Manager, at+"/changes", 303, "person", amy.ID, "lead", idAfter(t, more, `name="lead" value="`), "do", "add")
	html = s.get(s.Manager, hers, 200)
	second := idAfter(t, html, `name="lead" value="`)
	html, _ = s.post(s.Manager, at+"/changes", 409, "person", amy.ID, "lead", second, "do", "move", "to", ben.ID)
	check(t, html, []string{"領取資格沒有開啟", second + `" checked`}, nil)
	html, _ = s.post(s.Manager, at+"/changes", 422, "person", amy.ID, "do", "remove")
	check(t, html, []string{"請先勾選線索"}, nil)
	s.post(s.Manager, at+"/changes", 400, "person", amy.ID, "do", "something")
	other := s.Hire("別的主管", people.Manager)
	for _, path := range []string{at, hers} {
		s.get(other, path, 404)
	}
	s.post(other, at+"/publication", 404)
	s.post(other, at+"/changes", 404, "person", amy.ID, "lead", second, "do", "remove")
	for _, lang := range locale.Langs() {
		for _, path := range []string{"/allocation", at, hers, hers + "?more=1", at + "/people/" + ben.ID} {
			s.ask(s.Manager, lang, "GET", path, 200, home)
		}
	}

	_, next = s.post(s.Manager, at+"/publication", 303)
	check(t, s.get(s.Manager, next, 200), []string{"分配中", `hx-get="` + at}, []string{"/publication"})
	if err := s.Pool.Give(s.Ctx, strings.TrimPrefix(at, "/allocation/")); err != nil {
		t.Fatal(err)
	}
	check(t, s.get(s.Manager, at, 200), []string{"已發布", "沒分成的原因"}, []string{"hx-get", "/discarding"})
	for _, p := range []people.Person{amy, cleo} {
		desk, err := s.Pool.Mine(s.Ctx, p)
		if err != nil || len(desk.Holdings) == 0 {
			t.Errorf("%s holds %d, %v", p.Name, len(desk.Holdings), err)
		}
	}
	s.post(s.Manager, at+"/changes", 409, "person", amy.ID, "lead", second, "do", "remove")
	s.post(s.Manager, at+"/discarding", 409)
	for _, lang := range locale.Langs() {
		for _, path := range []string{"/allocation", at, hers} {
			s.ask(s.Manager, lang, "GET", path, 200, home)
		}
	}
}

func TestTheReportSaysWhatWasNotGivenAndWhy(t *testing.T) {
	s := open(t)
	s.Leads(30)
	amy, cleo := s.Ready("Amy"), s.Ready("Cleo")
	_, at := s.post(s.Manager, "/allocation", 303)
	id := strings.TrimPrefix(at, "/allocation/")
	share, err := s.Pool.Share(s.Ctx, s.Manager, id, amy.ID, false)
	if err != nil || len(share.Leads) == 0 {
		t.Fatal(len(share.Leads), err)
	}
	if _, err := s.Pool.Claim(s.Ctx, cleo, share.Leads[0].ID, ""); err != nil {
		t.Fatal(err)
	}
	s.post(s.Manager, at+"/publication", 303)
	if err := s.Pool.Give(s.Ctx, id); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{at, at + "/people/" + amy.ID} {
		check(t, s.get(s.Manager, path, 200), []string{"剛剛被別人拿走了"}, nil)
	}
	_, next := s.post(s.Manager, "/allocation", 303)
	s.Clock.Add(5 * 24 * time.Hour)
	html, _ := s.post(s.Manager, next+"/publication", 409)
	check(t, html, []string{"那天已經過了"}, nil)
	_, home := s.post(s.Manager, next+"/discarding", 303)
	if home != "/allocation" {
		t.Error(home)
	}
	check(t, s.get(s.Manager, next, 200), []string{"已捨棄"}, []string{"/publication"})
}

func TestBeats(t *testing.T) {
	s := open(t)
	s.Leads(3)
	amy := s.NewHire("Amy")
	check(t, s.get(s.Manager, "/beats", 200), []string{"Amy", "不限地區"}, nil)
	s.post(s.Manager, "/beats/"+amy.ID, 303, "territories", "台北、 桃園,台北", "industries", "五金")
	check(t, s.get(s.Manager, "/beats", 200), []string{"台北、桃園", "五金"}, []string{"不限地區"})
	beats, err := s.Pool.Beats(s.Ctx, s.Manager)
	if err != nil || len(beats) != 1 || len(beats[0].Beat.Territories) != 2 {
		t.Errorf("%+v %v", beats, err)
	}
	long := strings.Repeat("字", 101)
	html, _ := s.post(s.Manager, "/beats/"+amy.ID, 422, "territories", long)
	check(t, html, []string{"最多 100 個字", long}, nil)
	other := s.Hire("別的主管", people.Manager)
	s.post(other, "/beats/"+amy.ID, 403, "territories", "台北")
	check(t, s.get(other, "/beats", 200), []string{"還沒有團隊成員"}, nil)
	s.get(amy, "/beats", 403)
	for _, lang := range locale.Langs() {
		s.ask(s.Manager, lang, "GET", "/beats", 200, home)
	}
	if err := s.Pool.SetBeat(s.Ctx, s.Manager, amy.ID, leads.Beat{}); err != nil {
		t.Error(err)
	}
}
