package leads

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// twins are two leads of one customer, that were put into the pool as two.
func (w *world) twins() (a, b string) {
	w.t.Helper()
	a, b = w.one("北區"), w.one("北區")
	w.must(w.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE lead SET phone_key = (SELECT phone_key FROM lead WHERE id = ?) WHERE id = ?`, a, b)
		return err
	}))
	return a, b
}

func TestADisputeIsRuledByAManagerAboveBoth(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a, b := w.twins()
		third := w.one("北區")
		for p, id := range map[string]string{a: w.amy.ID, b: w.bob.ID} {
			_, err := w.Assign(ctx, w.manager, p, id)
			w.must(err)
		}
		w.followUp(w.bob, b, Visit)
		_, err := w.Dispute(ctx, w.bob, a, " ")
		w.want(err, fault.Invalid, "moves.dispute_text")
		_, err = w.Dispute(ctx, w.amy, a, "x")
		w.want(err, fault.Conflict, "moves.dispute_own")
		_, err = w.Dispute(ctx, w.bob, third, "x")
		w.want(err, fault.Conflict, "leads.nobody_holds")
		carl := w.hire(w.other.ID)
		_, err = w.Dispute(ctx, carl, a, "x")
		w.want(err, fault.Forbidden, "moves.dispute_no_standing")
		rivals := func(p people.Person, lead, want string) {
			t.Helper()
			if all, err := w.Rivals(ctx, p, lead); err != nil || fmt.Sprint(all) != want {
				t.Errorf("%v %v, want %s", all, err, want)
			}
		}
		rivals(w.bob, b, fmt.Sprintf("[{%s false }]", a))
		rivals(w.bob, a, fmt.Sprintf("[{%s false }]", a))
		rivals(carl, a, "[]")
		rivals(w.bob, third, "[]")
		d, err := w.Dispute(ctx, w.bob, a, "上個月就拜訪過老闆")
		w.must(err)
		rivals(w.bob, b, fmt.Sprintf("[{%s true }]", a))
		rivals(w.amy, a, fmt.Sprintf("[{%s false }]", b))
		if d.OtherID != b || d.HolderID != w.amy.ID || d.ClaimantID != w.bob.ID || !d.Lead.Masked {
			t.Errorf("%+v", d)
		}
		_, err = w.Dispute(ctx, w.bob, a, "x")
		w.want(err, fault.Conflict, "moves.dispute_open")

		for _, see := range []struct {
			who  string
			list func() ([]Dispute, error)
			n    int
		}{
			{"the manager", func() ([]Dispute, error) { return w.Disputes(ctx, w.manager) }, 1},
			{"the boss", func() ([]Dispute, error) { return w.Disputes(ctx, w.boss) }, 1},
			{"HR", func() ([]Dispute, error) { return w.Disputes(ctx, w.hr) }, 1},
			{"another manager", func() ([]Dispute, error) { return w.Disputes(ctx, w.other) }, 0},
		} {
			if all, err := see.list(); err != nil || len(all) != see.n || see.n > 0 && (all[0].ID != d.ID || all[0].Lead.Masked != (see.who == "HR")) {
				t.Errorf("%s sees %+v %v", see.who, all, err)
			}
		}
		w.want(w.Merge(ctx, w.manager, a, b, "同一家"), fault.Conflict, "moves.merge_ruling")
		w.want(w.Rule(ctx, w.other, d.ID, w.bob.ID, "x"), fault.Forbidden, "leads.not_your_report")
		w.want(w.Rule(ctx, w.bob, d.ID, w.bob.ID, "x"), fault.Forbidden, "moves.dispute_party")
		w.want(w.Rule(ctx, w.manager, d.ID, carl.ID, "x"), fault.Invalid, "moves.no_winner")
		w.want(w.Rule(ctx, w.manager, "none", w.bob.ID, "x"), fault.NotFound, "moves.no_dispute")
		w.must(w.Rule(ctx, w.manager, d.ID, w.bob.ID, "拜訪在前"))
		w.want(w.Rule(ctx, w.manager, d.ID, w.bob.ID, "拜訪在前"), fault.Conflict, "moves.dispute_ruled")
		if got := fmt.Sprint(w.where([]string{a, b})); got != "[closed held]" {
			t.Error(got)
		}
		v, err := w.Lead(ctx, w.admin, a)
		w.must(err)
		if v.Merged != b || v.Events[0].Kind != "ruled" || v.Events[0].PersonID != w.amy.ID || v.Closures[0].Outcome != OutcomeDuplicate {
			t.Errorf("%+v", v)
		}
		if what := w.broken(); what != "" {
			t.Error(what)
		}
	})
}

func TestG1_ARulingGivesALeadThroughTheGateOnly(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(1)
		id := w.draw(w.amy).Lead.ID
		w.must(w.Return(ctx, w.amy, id, Returning{Reason: "出國一週"}))
		w.draw(w.bob)
		d, err := w.Dispute(ctx, w.amy, id, "我先談的")
		w.must(err)
		w.want(w.Rule(ctx, w.manager, d.ID, w.amy.ID, "x"), fault.Conflict, "leads.cooling") // L6
		w.at(26, 10, 0)
		w.want(w.Rule(ctx, w.manager, d.ID, w.amy.ID, "x"), fault.Conflict, "moves.transfer_overdue")
		w.at(23, 10, 0)
		w.followUp(w.bob, id, Call)
		w.at(26, 10, 0)
		w.close()
		w.closed(w.Rule(ctx, w.manager, d.ID, w.amy.ID, "x"))
		w.open()
		w.must(w.Rule(ctx, w.hr, d.ID, w.amy.ID, "她先談的"))
		if tn := w.tenure(id); tn.HolderID != w.amy.ID || w.count(`SELECT count(*) FROM tenure WHERE ended_how = 'ruled'`) != 1 {
			t.Errorf("%+v", tn)
		}
		if d, err = w.Dispute(ctx, w.bob, id, "是我談的"); err != nil {
			t.Fatal(err)
		}
		w.must(w.Rule(ctx, w.hr, d.ID, w.amy.ID, "還是她"))
		if tn := w.tenure(id); tn.HolderID != w.amy.ID {
			t.Errorf("%+v", tn)
		}
	})
}

func TestAMergedLeadIsSeenWithTheOtherOne(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a, b := w.twins()
		third := w.one("北區")
		_, err := w.Claim(ctx, w.amy, a, "")
		w.must(err)
		w.followUp(w.amy, a, Visit)
		w.want(w.Merge(ctx, w.amy, a, b, "同一家"), fault.Forbidden, "leads.managers_only")
		w.want(w.Merge(ctx, w.other, a, b, "同一家"), fault.Forbidden, "leads.not_your_report")
		w.want(w.Merge(ctx, w.manager, a, a, "同一家"), fault.Invalid, "moves.merge_same")
		w.want(w.Merge(ctx, w.manager, b, a, "同一家"), fault.Conflict, "moves.merge_held")
		w.want(w.Merge(ctx, w.manager, a, "nothing", "同一家"), fault.NotFound, "leads.not_found")
		_, err = w.Claim(ctx, w.amy, b, "")
		w.must(err)
		w.clock.Add(time.Hour)
		w.followUp(w.amy, b, Call)
		w.must(w.Merge(ctx, w.manager, a, b, "同一家"))
		w.want(w.Merge(ctx, w.manager, a, b, "同一家"), fault.Conflict, "moves.closed")
		v, err := w.Lead(ctx, w.amy, a)
		w.must(err)
		if len(v.FollowUps) != 2 || v.FollowUps[0].Kind != Call || v.FollowUps[1].Kind != Visit || v.Lead.State != Held {
			t.Errorf("%+v", v)
		}
		w.want(w.Reopen(ctx, w.manager, b, "x"), fault.Conflict, "moves.closed_for_good")
		w.redLine(w.amy)
		w.want(w.Merge(ctx, w.manager, a, third, "同一家"), fault.Conflict, "leads.in_trust")
		if what := w.broken(); what != "" {
			t.Error(what)
		}
	})
}

func TestWhatIsErasedIsNowhere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a, b := w.twins()
		_, err := w.Claim(ctx, w.amy, a, "")
		w.must(err)
		const secret = "陳大文的祕密"
		_, err = w.FollowUp(ctx, w.amy, a, Contact{Kind: Visit, Outcome: secret, Next: secret})
		w.must(err)
		w.must(w.Advance(ctx, w.amy, a, "needs", secret))
		w.must(w.Merge(ctx, w.manager, a, b, secret))
		w.must(w.Return(ctx, w.amy, a, Returning{Reason: secret}))
		w.must(w.Move(ctx, w.manager, a, "default", secret))
		w.must(w.Close(ctx, w.manager, a, Closing{OutcomeLost, secret}))
		w.must(w.Reopen(ctx, w.manager, a, secret))
		_, err = w.Claim(ctx, w.bob, a, "")
		w.must(err)
		d, err := w.Dispute(ctx, w.amy, a, secret)
		w.must(err)
		w.must(w.Rule(ctx, w.manager, d.ID, w.bob.ID, secret))
		events := w.count(`SELECT count(*) FROM lead_event`)

		w.want(w.Erase(ctx, w.manager, a, "當事人來信要求"), fault.Forbidden, "moves.hr_only")
		w.want(w.Erase(ctx, w.hr, a, " "), fault.Invalid, "moves.reason_missing")
		w.must(w.Erase(ctx, w.hr, a, "當事人來信要求"))
		w.want(w.Erase(ctx, w.hr, a, "當事人來信要求"), fault.Conflict, "moves.erased")
		w.want(w.Reopen(ctx, w.manager, a, "x"), fault.Conflict, "moves.erased")
		for table, columns := range map[string]string{"lead": "contact || phone || note || phone_key || company_key", "follow_up": "outcome || next_step", "lead_event": "note",
			"lead_stage": "note", "lead_closing": "reason", "lead_reopening": "reason", "lead_merge": "reason", "dispute": "text || ruling"} {
			if n := w.count(`SELECT count(*) FROM ` + table + ` WHERE ` + columns + ` <> ''`); n != 0 {
				t.Errorf("%d rows of %s still have something", n, table)
			}
			if n := w.count(`SELECT count(*) FROM ` + table); n == 0 {
				t.Errorf("no rows of %s: nothing was tried", table)
			}
		}
		v, err := w.Lead(ctx, w.hr, a)
		w.must(err)
		if v.Lead.State != Closed || v.Lead.Company == "" || w.count(`SELECT count(*) FROM lead_event`) != events+2 ||
			w.count(`SELECT count(*) FROM lead_erasure WHERE by_id = ? AND reason = '當事人來信要求'`, w.hr.ID) != 1 || w.count(`SELECT count(*) FROM tenure WHERE ended_ms IS NULL`) != 0 {
			t.Errorf("%+v", v)
		}
		report, err := w.Import(ctx, w.hr, strings.NewReader(header+v.Lead.Company+",,,,,,\n"), false)
		if w.must(err); report.New != 1 {
			t.Errorf("what was forgotten is still known: %+v", report)
		}
	})
}

func TestWhoeverIsErasedIsErasedInEveryLeadOfTheirs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a, b := w.twins()
		for id, p := range map[string]string{a: w.amy.ID, b: w.bob.ID} {
			_, err := w.Assign(ctx, w.manager, id, p)
			w.must(err)
		}
		d, err := w.Dispute(ctx, w.bob, a, "陳大文是我的")
		w.must(err)
		w.must(w.Rule(ctx, w.manager, d.ID, w.amy.ID, "陳大文先見了她"))
		w.must(w.Erase(ctx, w.hr, b, "當事人來信要求")) // which was merged into the other
		if n := w.count(`SELECT count(*) FROM lead WHERE contact || phone || note || phone_key || company_key <> ''`); n != 0 {
			t.Errorf("they are still known in %d leads", n)
		}
		if n := w.count(`SELECT count(*) FROM dispute WHERE text || ruling <> ''`) + w.count(`SELECT count(*) FROM lead_event WHERE note <> ''`); n != 0 {
			t.Errorf("%d texts still speak of them", n)
		}
		w.want(w.Erase(ctx, w.hr, a, "當事人來信要求"), fault.Conflict, "moves.erased")

		// Not merged: of two leads of one person each is erased for itself, but what was said of both goes with either.
		a, b = w.twins()
		for id, p := range map[string]string{a: w.amy.ID, b: w.bob.ID} {
			_, err := w.Assign(ctx, w.manager, id, p)
			w.must(err)
		}
		_, err = w.Dispute(ctx, w.bob, a, "陳大文是我的")
		w.must(err)
		w.must(w.Erase(ctx, w.hr, b, "當事人來信要求"))
		if n := w.count(`SELECT count(*) FROM dispute WHERE text <> ''`); n != 0 {
			t.Error("the dispute still speaks of them")
		}
	})
}
