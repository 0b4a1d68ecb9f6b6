package manage_test

import (
	"fmt"
	"testing"
	"time"

	"bainian/app/leads"
	"bainian/app/locale"
)

func TestOutlook(t *testing.T) {
	s := open(t)
	check(t, s.get(s.Manager, "/board/outlook", 200), []string{"接下來幾個工作日沒有線索到期", "還沒有人的領取資格是開的"}, nil)
	p := s.Ready("Amy")
	s.Leads(6)
	for range 6 {
		if _, err := s.Pool.Draw(s.Ctx, p, "", ""); err != nil {
			t.Fatal(err)
		}
	}
	desk, err := s.Pool.Mine(s.Ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	html := s.get(s.Manager, "/board/outlook", 200)
	check(t, html, []string{"6 筆線索到期", desk.Holdings[0].Lead.Company, "/board/people/" + p.ID, "新人", "初次接觸"}, nil)
	for _, lang := range locale.Langs() {
		s.ask(s.Manager, lang, "GET", "/board/outlook", 200, home)
	}
	s.get(p, "/board/outlook", 403)

	s.Clock.Set(desk.Holdings[0].Tenure.Due.Add(-10 * time.Minute))
	for i, h := range desk.Holdings {
		if _, err := s.Pool.FollowUp(s.Ctx, p, h.Lead.ID, leads.Contact{Kind: leads.Call, Outcome: fmt.Sprintf("已聯絡，對方會再考慮 %d", i)}); err != nil {
			t.Fatal(err)
		}
	}
	check(t, s.get(s.Manager, "/board/people/"+p.ID, 200), []string{"值得聊一聊的地方", "6 筆線索寫了同樣的話", "1 分鐘內記了 6 次跟進", "不是證據"}, nil)
	if after := s.get(s.Manager, "/board/outlook", 200); after == html {
		t.Error("a follow-up moved nothing")
	}
}
