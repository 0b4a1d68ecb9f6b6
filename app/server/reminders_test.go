package server_test

import (
	"strings"
	"testing"
	"time"

	"bainian/app/apptest"
	"bainian/app/store"
)

// TestRemindersGoByMail: a flag that nobody takes up writes to the reviewers, and no mail says whom or what it is about.
func TestRemindersGoByMail(t *testing.T) {
	w := apptest.New(t, store.SQLite)
	ben := w.NewHire("Ben")
	w.Sign(ben)
	w.Read(ben, "values")
	attempt := w.Sit(ben, w.Sitting("values"), func(_, right int) int { return right })
	number, err := w.Desk.Report(w.Ctx, w.Watch, attempt, "有人看見他翻開一張寫滿字母的紙條")
	if err != nil {
		t.Fatal(err)
	}
	for range 6 {
		w.Clock.Add(24 * time.Hour)
		if err := w.Queue.Drain(w.Ctx); err != nil {
			t.Fatal(err)
		}
	}
	type sent struct{ to, subject, state, digest string }
	var mails []sent
	if err := w.DB.Read(w.Ctx, func(rx *store.Rx) (err error) {
		mails, err = store.All(rx, func(r store.Row) (s sent, err error) {
			err = r.Scan(&s.to, &s.subject, &s.state, &s.digest)
			return s, err
		}, `SELECT address, subject, state, digest FROM dispatch WHERE channel = 'mail' AND kind = 'integrity.reminder' ORDER BY id`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	reached := map[string]int{}
	for _, m := range mails {
		reached[m.to]++
		if m.state != "unconfigured" || strings.Contains(m.subject, "Ben") || strings.ContainsAny(m.subject, "0123456789") {
			t.Errorf("a mail about case %d: %+v", number, m)
		}
	}
	for _, r := range w.Reviewer {
		if reached[r.Email] != 2 {
			t.Errorf("%s was written to %d times, want once before triage is due and once after: %v", r.Name, reached[r.Email], reached)
		}
	}
	if reached[ben.Email] != 0 {
		t.Error("the person hears of a mere flag")
	}
}

// TestWarningsGoByMail: on the day of the reclaim the holder hears twice and the manager once, and no mail names a customer.
func TestWarningsGoByMail(t *testing.T) {
	w := apptest.New(t, store.SQLite)
	amy := w.Ready("Amy")
	w.Leads(3)
	for range 2 {
		if _, err := w.Pool.Draw(w.Ctx, amy, "", ""); err != nil {
			t.Fatal(err)
		}
	}
	for range 60 {
		w.Clock.Add(time.Hour)
		if err := w.Queue.Drain(w.Ctx); err != nil {
			t.Fatal(err)
		}
	}
	reached := map[string]int{}
	if err := w.DB.Read(w.Ctx, func(rx *store.Rx) error {
		return rx.Each(`SELECT address, subject FROM dispatch WHERE channel = 'mail' AND kind = 'leads.warning'`, nil, func(r store.Row) error {
			var to, subject string
			err := r.Scan(&to, &subject)
			if reached[to]++; strings.Contains(subject, "公司") {
				t.Errorf("a mail names a customer: %s", subject)
			}
			return err
		})
	}); err != nil {
		t.Fatal(err)
	}
	if reached[amy.Email] != 2 || reached[w.Manager.Email] != 1 || len(reached) != 2 {
		t.Errorf("%v", reached)
	}
}
