package manage_test

import (
	"regexp"
	"testing"
	"time"

	"bainian/app/leads"
	"bainian/app/locale"
	"bainian/app/people"
)

// A lead at the contract stage shows as one that nothing reclaims, and once it was returned as one to be handed over; a
// manager gives it to somebody else.
func TestLeadsAreHandedOver(t *testing.T) {
	s := open(t)
	const at = "/leads/handovers"
	check(t, s.get(s.Manager, at, 200), []string{"沒有線索在等交接", "沒有撞單在等裁定", "沒有線索因為階段而停了期限"}, nil)
	s.Leads(1)
	amy, cleo := s.Ready("Amy"), s.Ready("Cleo")
	lead := s.draw(amy).Lead
	if _, err := s.Pool.FollowUp(s.Ctx, amy, lead.ID, leads.Contact{Kind: leads.Call, Outcome: "老闆同意簽約"}); err != nil {
		t.Fatal(err)
	}
	const note = "合約已經寄出，等對方用印，週五回簽"
	if err := s.Pool.Advance(s.Ctx, amy, lead.ID, "contract", note); err != nil {
		t.Fatal(err)
	}
	check(t, s.get(s.Manager, at, 200), []string{lead.Company, note, "/board/people/" + amy.ID, "沒有線索在等交接"}, nil)
	if err := s.Pool.Return(s.Ctx, amy, lead.ID, leads.Returning{Reason: "調到別的部門"}); err != nil {
		t.Fatal(err)
	}
	for _, lang := range locale.Langs() {
		for _, p := range []people.Person{s.Manager, s.HR} {
			s.ask(p, lang, "GET", at, 200, home)
		}
	}
	check(t, s.get(s.Manager, at, 200), []string{"/leads/" + lead.ID + "/assignment", "退回", "Amy"}, nil)
	check(t, s.get(s.HR, at, 200), []string{lead.Company}, []string{"/assignment"}) // who gives nothing to anybody
	check(t, s.get(s.Manager, "/leads/"+lead.ID+"/assignment", 200), []string{"正在等人接手", "Cleo"}, []string{"留在公海"})
	s.post(s.Manager, "/leads/"+lead.ID+"/assignment", 303, "person", cleo.ID)
	check(t, s.get(s.Manager, at, 200), []string{"沒有線索在等交接", "/board/people/" + cleo.ID}, nil)
	s.get(amy, at, 403)
}

func TestAManagerRulesOnADispute(t *testing.T) {
	s := open(t)
	s.Leads(1)
	amy, cleo := s.Ready("Amy"), s.Ready("Cleo")
	lead := s.draw(amy).Lead
	if err := s.Pool.Return(s.Ctx, amy, lead.ID, leads.Returning{Reason: "暫時沒有需求"}); err != nil {
		t.Fatal(err)
	}
	s.Clock.Add(time.Minute)
	s.draw(cleo)
	const text = "上週三拜訪過老闆，談到報價"
	if _, err := s.Pool.Dispute(s.Ctx, amy, lead.ID, text); err != nil {
		t.Fatal(err)
	}
	const at = "/leads/handovers"
	for _, lang := range locale.Langs() {
		s.ask(s.Manager, lang, "GET", at, 200, home)
	}
	html := s.get(s.Manager, at, 200)
	check(t, html, []string{lead.Company, text, "Amy提報Cleo持有的這筆線索", "以前持有過"}, nil)
	ruling := regexp.MustCompile(`/disputes/[^"]+/ruling`).FindString(html)
	s.post(amy, ruling, 403, "winner", amy.ID, "reason", "我先來的")
	html, _ = s.post(s.Manager, ruling, 422, "winner", cleo.ID, "reason", " ")
	check(t, html, []string{"請寫下理由", " checked"}, nil)
	html, _ = s.post(s.Manager, ruling, 409, "winner", amy.ID, "reason", "拜訪在前") // Amy has to wait before she has it again
	check(t, html, []string{"拜訪在前"}, nil)
	s.post(s.Manager, ruling, 303, "winner", cleo.ID, "reason", "已經接手，客戶也同意")
	check(t, s.get(s.Manager, at, 200), []string{"沒有撞單在等裁定"}, []string{text})
	s.post(s.Manager, ruling, 409, "winner", cleo.ID, "reason", "再按一次")
}

func TestAManagerApprovesLeave(t *testing.T) {
	s := open(t)
	amy := s.Ready("Amy")
	at := "/board/people/" + amy.ID
	check(t, s.get(s.Manager, at, 200), []string{"沒有登記請假"}, nil)
	today := s.Clock.Now().In(s.Keeper.Zone())
	from, to := today.AddDate(0, 0, 3).Format(time.DateOnly), today.AddDate(0, 0, 4).Format(time.DateOnly)
	html, _ := s.post(s.Manager, at+"/absences", 422, "from", to, "to", from, "reason", "特休")
	check(t, html, []string{"結束日不早於開始日", `value="特休"`}, nil)
	s.post(s.Manager, at+"/absences", 303, "from", from, "to", to, "reason", "特休")
	for _, lang := range locale.Langs() {
		s.ask(s.Manager, lang, "GET", at, 200, home)
	}
	withdrawal := regexp.MustCompile(at + `/absences/[^"]+/withdrawal`).FindString(s.get(s.Manager, at, 200))
	s.post(s.Hire("別的主管", people.Manager), withdrawal, 404)
	s.post(s.Manager, withdrawal, 303)
	check(t, s.get(s.Manager, at, 200), []string{"沒有登記請假"}, nil)
}
