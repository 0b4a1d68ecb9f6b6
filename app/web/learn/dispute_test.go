package learn_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"bainian/app/leads"
	"bainian/app/locale"
)

// Somebody who held a lead before says that its customer is theirs; who holds it now is not said.
func TestALeadIsDisputed(t *testing.T) {
	s := open(t, school())
	s.stock(1)
	amy, ids := s.drawn("林予安", 1)
	lead := "/leads/" + ids[0]
	s.must(s.pool.Return(s.ctx, amy.person, ids[0], leads.Returning{Reason: "暫時沒有需求"}))
	if text := amy.get(lead); strings.Contains(text, "撞單") {
		t.Error("what nobody holds is disputed with nobody")
	}
	s.clock.Add(time.Minute)
	ben := s.as(s.ready("王柏翰"))
	_, err := s.pool.Draw(s.ctx, ben.person, "", "")
	s.must(err)
	if text := ben.get(lead); strings.Contains(text, "撞單") {
		t.Error("the holder has nothing to dispute")
	}
	for _, lang := range locale.Langs() {
		if text := amy.in(lang).get(lead, lead+"/disputes"); strings.Contains(text, "王柏翰") {
			t.Errorf("%s says who holds it", lang)
		}
	}
	said := url.Values{"rival": {ids[0]}, "text": {" "}}
	amy.want(amy.post(lead+"/disputes", said), http.StatusUnprocessableEntity, "請寫下您怎麼開始接觸這位客戶的")
	said.Set("text", "上週拜訪過老闆")
	amy.leads(amy.post(lead+"/disputes", said), lead)
	amy.get(lead, "正在等裁定")
	amy.want(amy.post(lead+"/disputes", said), http.StatusConflict)
	waiting, err := s.pool.Disputes(s.ctx, s.manager)
	s.must(err)
	s.must(s.pool.Rule(s.ctx, s.manager, waiting[0].ID, ben.person.ID, "客戶選了他"))
	amy.get(lead, "裁定給另一位同事：客戶選了他")
	carl := s.as(s.ready("陳冠宇"))
	carl.want(carl.post(lead+"/disputes", said), http.StatusForbidden)
}

// What was lost is looked at and put back into its pool by those who look after leads, and by nobody else.
func TestALostLeadIsReopened(t *testing.T) {
	s := open(t, school())
	s.stock(1)
	amy, ids := s.drawn("林予安", 1)
	lead := "/leads/" + ids[0]
	manager, hr := s.as(s.manager), s.as(s.hr)
	manager.get(lead, "林予安", "/board/people/"+amy.person.ID)
	hr.get(lead, "永昌五金")
	_, err := s.pool.FollowUp(s.ctx, amy.person, ids[0], leads.Contact{Kind: leads.Call, Outcome: "沒有預算"})
	s.must(err)
	s.must(s.pool.Close(s.ctx, amy.person, ids[0], leads.Closing{Outcome: leads.OutcomeLost, Reason: "沒有預算"}))
	for _, lang := range locale.Langs() {
		hr.in(lang).get(lead, lead+"/reopening")
	}
	amy.want(amy.post(lead+"/reopening", url.Values{"reason": {"想再試一次"}}), http.StatusForbidden)
	manager.want(manager.post(lead+"/reopening", url.Values{"reason": {" "}}), http.StatusUnprocessableEntity, "請寫下理由")
	manager.leads(manager.post(lead+"/reopening", url.Values{"reason": {"預算下來了"}}), lead)
	manager.get(lead, "公海", lead+"/assignment")
}
