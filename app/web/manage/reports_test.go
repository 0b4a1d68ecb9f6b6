package manage_test

import (
	"net/http"
	"strings"
	"testing"

	"bainian/app/leads"
	"bainian/app/locale"
)

func TestReportsOfTheTeam(t *testing.T) {
	s := open(t)
	s.Leads(3)
	amy, idle := s.Ready("林予安"), s.NewHire("陳可心")
	h, err := s.Pool.Draw(s.Ctx, amy, "", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Diary.Work(s.Ctx, amy, h.Lead.ID, leads.Worked{Contact: leads.Contact{Kind: leads.Visit, Outcome: "見到老闆"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Diary.SaveReport(s.Ctx, amy, "", "還沒寫完的話", "", false); err != nil {
		t.Fatal(err)
	}
	day := s.Clock.Now().In(s.Keeper.Zone()).Format("2006-01-02")
	page, _ := s.ask(s.Manager, locale.Hant, "GET", "/reports", http.StatusOK, "")
	if strings.Contains(page, "還沒寫完的話") || !strings.Contains(page, "拜訪 1") || !strings.Contains(page, "1 人沒有紀錄") || !strings.Contains(page, idle.Name) {
		t.Error("before it is handed in:\n", page)
	}
	r, err := s.Diary.SaveReport(s.Ctx, amy, "", "寫完了", "明天三家", true)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range locale.Langs() {
		for _, path := range []string{"/reports", "/reports?day=" + day, "/reports?day=2026-01-05"} {
			s.ask(s.Manager, lang, "GET", path, http.StatusOK, "")
		}
	}
	s.ask(s.Manager, locale.Hant, "GET", "/reports?day=soon", http.StatusNotFound, "")
	s.ask(amy, locale.Hant, "GET", "/reports", http.StatusForbidden, "")
	page, _ = s.ask(s.Manager, locale.Hant, "POST", "/reports/"+r.ID+"/remarks", http.StatusUnprocessableEntity, "http://localhost", "day", day, "remark", " ")
	if !strings.Contains(page, "請寫下評語") {
		t.Error(page)
	}
	_, to := s.ask(s.Manager, locale.Hant, "POST", "/reports/"+r.ID+"/remarks", http.StatusSeeOther, "http://localhost", "day", day, "remark", "下一步寫得清楚")
	if to != "/reports?day="+day+"#report-"+r.ID {
		t.Error(to)
	}
	if page, _ = s.ask(s.Manager, locale.Hant, "GET", "/reports", http.StatusOK, ""); !strings.Contains(page, "下一步寫得清楚") || !strings.Contains(page, "寫完了") {
		t.Error(page)
	}
}
