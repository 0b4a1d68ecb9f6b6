package review_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"bainian/app/gate/crm"
	"bainian/app/locale"
	"bainian/app/people"
)

// shelfCRM is a CRM in which a hand grants again whatever is taken away, until it breaks.
type shelfCRM struct {
	number string
	broken bool
}

func (*shelfCRM) Name() string { return "Salesforce" }

func (c *shelfCRM) Actual(context.Context, string) ([]crm.Entitlement, string, error) {
	if c.broken {
		return nil, "", fmt.Errorf("%w: Salesforce answered 503 SERVER_UNAVAILABLE", crm.ErrUnreachable)
	}
	return []crm.Entitlement{{Number: c.number}}, "", nil
}

func (*shelfCRM) Grant(context.Context, string, time.Time) error { return nil }
func (*shelfCRM) Revoke(context.Context, string) error           { return nil }

func TestAnAdminSeesHowTheCRMStands(t *testing.T) {
	other := &shelfCRM{}
	s := open(t, func(s *site) { s.CRM = crm.New(s.DB, s.Keeper, s.Queue, other) })
	admin := s.as(s.Hire("管理員", people.Admin))
	other.number = s.NewHire("Cara").Number
	has(t, admin.get("/webhooks", 200), `href="/crm"`, "Salesforce 的權限隨領取資格同步")
	for _, lang := range locale.Langs() {
		admin.in(lang).get("/crm", 200)
	}
	for range 3 {
		if err := s.CRM.Reconcile(s.Ctx); err != nil {
			t.Fatal(err)
		}
	}
	html := admin.get("/crm", 200)
	has(t, html, other.number, "不能領取的人卻有權限", "已修正", "請找在那裡操作的人談談", "要處理")
	other.broken = true
	if err := s.CRM.Reconcile(s.Ctx); err == nil {
		t.Fatal("an outage is no error")
	}
	for _, lang := range locale.Langs() {
		has(t, admin.in(lang).get("/crm", 200), "503 SERVER_UNAVAILABLE", other.number)
		admin.in(lang).get("/webhooks", 200)
	}
	s.as(s.HR).get("/crm", 403)
}

func TestWithoutACRMThereIsNoPageOfIt(t *testing.T) {
	s := open(t)
	admin := s.as(s.Hire("管理員", people.Admin))
	admin.get("/crm", 404)
	lacks(t, admin.get("/webhooks", 200), `href="/crm"`)
}
