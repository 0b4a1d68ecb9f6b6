package leads

import (
	"errors"
	"strings"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

func (w *world) closed(err error) *ClosedError {
	w.t.Helper()
	w.want(err, fault.Forbidden, map[bool]string{true: "leads.closed", false: "leads.closed_to"}[fault.HasKey(err, "leads.closed")])
	closed := (*ClosedError)(nil)
	if !errors.As(err, &closed) || len(closed.Reasons) == 0 {
		w.t.Fatalf("denied without a reason: %v", err)
	}
	return closed
}

func TestG1_NoPathLeadsThroughAClosedGate(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(5)
		free := w.draw(w.bob).Lead.ID
		w.must(w.Return(ctx, w.bob, free, Returning{Reason: "not mine"}))
		w.close()

		_, err := w.Draw(ctx, w.amy, "", "")
		if c := w.closed(err); c.PersonID != w.amy.ID || c.Reasons[0].Requirement != "pledge" {
			t.Errorf("%+v", c)
		}
		_, err = w.Assign(ctx, w.manager, free, w.amy.ID)
		w.closed(err)
		for _, column := range []string{"holder", "Owner", "assignee"} {
			report, err := w.Import(ctx, w.hr, strings.NewReader("company,"+column+"\n甲公司,P0006\n"), true)
			w.must(err)
			if report.Applied || len(report.Problems) != 1 || report.Problems[0].Key != "leads.csv_holder" {
				t.Errorf("%s: %+v", column, report)
			}
		}
		if n := w.count(`SELECT count(*) FROM tenure WHERE ended_ms IS NULL`); n != 0 {
			t.Errorf("%d leads are held", n)
		}
		w.open()
		w.draw(w.amy)
	})
}

func TestG1_ARedLineClosesWhateverThePolicySays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.policy("employed")
		w.stock(3)
		number := w.redLine(w.amy)
		_, err := w.Draw(ctx, w.amy, "", "")
		w.closed(err)
		free := w.draw(w.bob).Lead.ID
		w.must(w.Return(ctx, w.bob, free, Returning{Reason: "not mine"}))
		_, err = w.Assign(ctx, w.manager, free, w.amy.ID)
		if c := w.closed(err); c.Reasons[0].Requirement != "suspended" {
			t.Errorf("a manager is told %+v", c.Reasons)
		}
		w.overturn(w.amy, number)
		w.draw(w.amy)
	})
}

func TestG2_WithoutAPolicyNothingIsTakenAndEverythingHeldStaysWorkable(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(5)
		first, second := w.draw(w.amy), w.draw(w.amy)
		w.must(w.db.Write(ctx, func(tx *store.Tx) error { // as after a broken restore
			for _, table := range []string{"document_version", "document"} {
				if _, err := tx.Exec(`DELETE FROM ` + table); err != nil {
					return err
				}
			}
			_, err := tx.Exec(`UPDATE document_edition SET number = number + 1`)
			return err
		}))
		_, err := w.Draw(ctx, w.amy, "", "")
		w.want(err, fault.Busy, "gate.no_policy")
		_, err = w.Assign(ctx, w.manager, first.Lead.ID, w.bob.ID)
		w.want(err, fault.Busy, "gate.no_policy")
		_, err = w.FollowUp(ctx, w.amy, first.Lead.ID, Contact{Kind: Call, Outcome: "約好了"})
		w.must(err)
		w.must(w.Return(ctx, w.amy, second.Lead.ID, Returning{Reason: "不合適"}))
		desk, err := w.Mine(ctx, w.amy)
		if w.must(err); len(desk.Holdings) != 1 || desk.Holdings[0].Lead.Masked || desk.Today.Drawn != 2 {
			t.Errorf("%+v", desk)
		}
	})
}

func TestG4_ARedLinePausesTheClockAndAnUpheldAppealResumesIt(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(3)
		kept := w.draw(w.amy)
		w.draw(w.amy)
		w.clock.Add(3 * time.Hour)
		first := w.redLine(w.amy)
		second := w.redLine(w.amy)
		if s := w.state(kept.Lead.ID); s != InTrust {
			t.Fatal(s)
		}
		_, err := w.FollowUp(ctx, w.amy, kept.Lead.ID, Contact{Kind: Call, Outcome: "x"})
		w.want(err, fault.Conflict, "leads.in_trust")
		w.want(w.Return(ctx, w.amy, kept.Lead.ID, Returning{Reason: "x"}), fault.Conflict, "leads.in_trust")
		desk, err := w.Mine(ctx, w.amy)
		if w.must(err); len(desk.Holdings) != 2 || !desk.Holdings[0].Lead.Masked {
			t.Errorf("%+v", desk.Holdings)
		}
		w.clock.Add(60 * 24 * time.Hour)
		w.must(w.ReclaimDue(ctx))
		w.want(w.Reclaim(ctx, w.manager, kept.Lead.ID), fault.Conflict, "leads.in_trust")
		w.overturn(w.amy, first)
		if s := w.state(kept.Lead.ID); s != InTrust {
			t.Fatalf("another red line still stands, and the lead is %s", s)
		}
		w.overturn(w.amy, second)
		v, err := w.Lead(ctx, w.amy, kept.Lead.ID)
		w.must(err)
		pause := 60 * 24 * time.Hour
		if v.Lead.State != Held || v.Lead.Masked || !v.Tenure.Due.Equal(kept.Tenure.Due.Add(pause)) || !v.Tenure.Hard.Equal(kept.Tenure.Hard.Add(pause)) || v.Tenure.ID != kept.Tenure.ID {
			t.Errorf("%+v, was %+v", v, kept)
		}
		_, err = w.FollowUp(ctx, w.amy, kept.Lead.ID, Contact{Kind: Call, Outcome: "x"})
		w.must(err)
	})
}

func TestG4_LeadsGoBackWithTheDeactivationAndWithTheFinalVerdict(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(6)
		for range 3 {
			w.draw(w.amy)
			w.draw(w.bob)
		}
		held := w.count(`SELECT count(*) FROM lead WHERE state = 'held'`)
		w.must(w.dir.Deactivate(ctx, w.hr, w.amy.ID, "left the company"))
		w.redLine(w.bob)
		w.must(w.db.Write(ctx, func(tx *store.Tx) error { return w.ReleaseIn(tx, w.bob.ID, "hr", "final") }))
		if held != 6 || w.count(`SELECT count(*) FROM lead WHERE state = 'pool'`) != 6 ||
			w.count(`SELECT count(*) FROM tenure WHERE ended_how = 'deactivated'`) != 3 || w.count(`SELECT count(*) FROM tenure WHERE ended_how = 'trust'`) != 3 ||
			w.count(`SELECT count(*) FROM trust WHERE ended_how = 'released'`) != 3 {
			t.Error("leads stayed with somebody who is gone")
		}
		broken := errors.New("broken")
		w.dir.OnDeactivated(func(*store.Tx, people.Person) error { return broken })
		third := w.hire(w.manager.ID)
		w.draw(third)
		if err := w.dir.Deactivate(ctx, w.hr, third.ID, "left the company"); !errors.Is(err, broken) {
			t.Fatal(err)
		}
		if w.count(`SELECT count(*) FROM tenure WHERE ended_ms IS NULL AND holder_id = ?`, third.ID) != 1 {
			t.Error("the leads went without the deactivation")
		}
	})
}

func TestL1_ALeadThatIsHeldIsNotInThePool(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(1)
		h := w.draw(w.amy)
		_, err := w.Draw(ctx, w.bob, "", "")
		w.want(err, fault.Conflict, "leads.empty")
		_, err = w.Assign(ctx, w.manager, h.Lead.ID, w.bob.ID)
		w.want(err, fault.Conflict, "leads.taken")
		err = w.db.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(`INSERT INTO tenure (id, lead_id, holder_id, by_id, began_ms, due_ms, hard_ms) VALUES ('x', ?, ?, 'x', 0, 1, 1)`, h.Lead.ID, w.bob.ID)
			return err
		})
		w.want(err, fault.Conflict, "store.conflict")
	})
}

func TestL2_LimitsCountWhatWasReturned(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.drawsPerDay, w.perDay, w.capacity = 2, 3, 4
		w.open()
		w.stock(20)
		for range 2 {
			w.must(w.Return(ctx, w.amy, w.draw(w.amy).Lead.ID, Returning{Reason: "not mine"}))
		}
		_, err := w.Draw(ctx, w.amy, "", "")
		w.want(err, fault.Conflict, "leads.draw_limit")
		free := w.free()
		_, err = w.Assign(ctx, w.manager, free[0], w.amy.ID)
		w.must(err)
		_, err = w.Assign(ctx, w.manager, free[1], w.amy.ID)
		w.want(err, fault.Conflict, "leads.day_limit")

		w.at(24, 0, 0)
		w.draw(w.amy)
		w.draw(w.amy)
		w.clock.Add(24 * time.Hour)
		w.draw(w.amy)
		_, err = w.Draw(ctx, w.amy, "", "")
		w.want(err, fault.Conflict, "leads.cap")
		desk, err := w.Mine(ctx, w.amy)
		if w.must(err); desk.Today != (Today{"2026-11-25", 1, 0}) {
			t.Errorf("%+v", desk.Today)
		}
	})
}

// free are the leads of the pool that nobody has ever held.
func (w *world) free() []string {
	w.t.Helper()
	var ids []string
	w.must(w.db.Read(ctx, func(rx *store.Rx) (err error) {
		ids, err = store.All(rx, func(r store.Row) (id string, err error) { err = r.Scan(&id); return id, err },
			`SELECT id FROM lead l WHERE state = 'pool' AND NOT EXISTS (SELECT 1 FROM tenure t WHERE t.lead_id = l.id)`)
		return err
	}))
	return ids
}

func TestL2_TheBusinessDayIsTheCompanys(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.drawsPerDay = 1
		w.open()
		w.stock(9)
		full := func() {
			t.Helper()
			_, err := w.Draw(ctx, w.amy, "", "")
			w.want(err, fault.Conflict, "leads.draw_limit")
		}
		w.at(26, 23, 59) // Thursday; 15:59 in UTC
		w.draw(w.amy)
		full()
		w.at(27, 0, 0)
		w.draw(w.amy)
		w.at(27, 8, 0) // midnight in UTC
		full()
		w.at(28, 0, 0) // Saturday counts for Monday
		w.draw(w.amy)
		w.at(30, 23, 59)
		full()
	})
}

func TestL4_EveryLeadIsInExactlyOneState(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(5)
		w.draw(w.amy)
		w.draw(w.bob)
		w.redLine(w.bob)
		funnel, err := w.Stats(ctx, w.manager)
		w.must(err)
		total := 0
		for _, s := range States() {
			total += funnel.States[s]
		}
		if total != 5 || len(funnel.States) != 3 || funnel.States[InPool] != 3 || funnel.States[Held] != 1 || funnel.States[InTrust] != 1 {
			t.Errorf("%+v", funnel.States)
		}
		for _, state := range []string{"", "limbo", "Pool"} {
			err := w.db.Write(ctx, func(tx *store.Tx) error {
				_, err := tx.Exec(`UPDATE lead SET state = ?`, state)
				return err
			})
			w.want(err, fault.Conflict, "store.conflict")
		}
	})
}

func TestL6_TheFormerHolderCoolsDown(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(1)
		h := w.draw(w.amy)
		if !h.Tenure.Due.Equal(time.Date(2026, 11, 24, 22, 30, 0, 0, taipei)) {
			t.Fatal(h.Tenure.Due)
		}
		w.must(w.Return(ctx, w.amy, h.Lead.ID, Returning{Reason: "not mine"})) // on a Monday: until Thursday
		_, err := w.Draw(ctx, w.amy, "", "")
		w.want(err, fault.Conflict, "leads.empty")
		w.at(26, 8, 59)
		_, err = w.Assign(ctx, w.manager, h.Lead.ID, w.amy.ID)
		w.want(err, fault.Conflict, "leads.cooling")
		w.at(26, 9, 0)
		w.draw(w.amy) // until Friday 22:30
		w.at(27, 22, 29)
		w.must(w.ReclaimDue(ctx))
		if s := w.state(h.Lead.ID); s != Held {
			t.Fatalf("reclaimed too early: %s", s)
		}
		w.at(27, 22, 30)
		w.must(w.ReclaimDue(ctx))
		w.clock.Set(time.Date(2026, 12, 8, 22, 29, 0, 0, taipei)) // seven business days on, but a minute
		_, err = w.Draw(ctx, w.amy, "", "")
		w.want(err, fault.Conflict, "leads.empty")
		w.clock.Add(time.Minute)
		w.draw(w.amy)
		w.must(w.Return(ctx, w.amy, h.Lead.ID, Returning{Reason: "not mine"}))
		w.draw(w.bob) // nobody else waits
	})
}

func TestL7_TheSameRequestGivesTheSameLead(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(5)
		first, err := w.Draw(ctx, w.amy, "", "k1")
		w.must(err)
		again, err := w.Draw(ctx, w.amy, "", "k1")
		w.must(err)
		if again.Tenure.ID != first.Tenure.ID || again.Lead.Phone != first.Lead.Phone {
			t.Errorf("%+v, then %+v", first, again)
		}
		other, err := w.Draw(ctx, w.bob, "", "k1")
		w.must(err)
		if other.Lead.ID == first.Lead.ID {
			t.Error("a request is its person's own")
		}
		w.must(w.Return(ctx, w.amy, first.Lead.ID, Returning{Reason: "not mine"}))
		again, err = w.Draw(ctx, w.amy, "", "k1")
		if w.must(err); again.Tenure.ID != first.Tenure.ID || !again.Lead.Masked {
			t.Errorf("%+v", again)
		}
		_, err = w.Draw(ctx, w.amy, "", strings.Repeat("k", 101))
		w.want(err, fault.Malformed, "leads.request_long")
	})
}

func TestAssignIsForOnesOwnTeam(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(5)
		free := w.free()
		for name, actor := range map[string]people.Person{"herself": w.amy, "a peer": w.bob, "another manager": w.other, "HR": w.hr, "admin": w.admin} {
			_, err := w.Assign(ctx, actor, free[0], w.amy.ID)
			if !fault.HasKey(err, "leads.not_your_report") {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, err := w.Assign(ctx, w.manager, "nothing", w.amy.ID)
		w.want(err, fault.NotFound, "leads.not_found")
		h, err := w.Assign(ctx, w.boss, free[0], w.amy.ID)
		if w.must(err); h.Tenure.HolderID != w.amy.ID || h.Lead.State != Held {
			t.Errorf("%+v", h)
		}
		w.redLine(w.manager)
		_, err = w.Assign(ctx, w.manager, free[1], w.amy.ID)
		w.want(err, fault.Forbidden, "leads.manager_red_line")
		desk, err := w.Mine(ctx, w.amy)
		if w.must(err); desk.Today.Allocated != 1 || desk.Today.Drawn != 0 {
			t.Errorf("%+v", desk.Today)
		}
	})
}

func TestWhoSeesWhatOfALead(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(1)
		w.must(w.diary().Open(ctx, w.bob, w.all()[0]))
		h := w.draw(w.amy)
		_, err := w.FollowUp(ctx, w.amy, h.Lead.ID, Contact{Kind: Visit, Outcome: "談了價格", Next: "週五報價"})
		w.must(err)
		see := func(p people.Person, masked bool, followUps int, knowsHolder bool) {
			t.Helper()
			v, err := w.Lead(ctx, p, h.Lead.ID)
			w.must(err)
			shown := strings.ContainsAny(v.Lead.Phone, "01234567") && v.Lead.Contact == "陳大文"
			if v.Lead.Masked != masked || shown == masked || len(v.FollowUps) != followUps || (v.Tenure.HolderID != "") != knowsHolder {
				t.Errorf("%s sees %+v", p.Number, v)
			}
		}
		see(w.amy, false, 1, true)
		see(w.manager, false, 1, true)
		see(w.boss, false, 1, true)
		see(w.admin, false, 1, true)
		see(w.bob, true, 0, false)
		see(w.other, true, 0, false)
		see(w.hr, true, 0, false)
		w.close()
		see(w.amy, false, 1, true) // holding needs no open gate
		see(w.bob, true, 0, false) // the shadow level
		w.redLine(w.bob)
		_, err = w.Lead(ctx, w.bob, h.Lead.ID)
		w.want(err, fault.NotFound, "leads.not_found")

		w.clock.Add(time.Second)
		w.must(w.Return(ctx, w.amy, h.Lead.ID, Returning{Reason: "not mine"}))
		w.redLine(w.amy)
		see(w.amy, true, 1, false) // her history stays hers
		v, err := w.Lead(ctx, w.amy, h.Lead.ID)
		w.must(err)
		if len(v.Events) != 2 || v.Events[0].Kind != "returned" || v.Events[0].Note != "not mine" || v.Events[1].Kind != "drawn" {
			t.Errorf("%+v", v.Events)
		}
		see(w.manager, true, 0, false)
	})
}

func TestBoardAndStats(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(5)
		w.at(22, 12, 0) // Sunday: last week
		h := w.draw(w.amy)
		w.draw(w.amy)
		_, err := w.FollowUp(ctx, w.amy, h.Lead.ID, Contact{Kind: Call, Outcome: "x"})
		w.must(err)
		w.at(23, 12, 0)
		for range 2 {
			_, err = w.FollowUp(ctx, w.amy, h.Lead.ID, Contact{Kind: Call, Outcome: "x"})
			w.must(err)
		}
		lines, err := w.Board(ctx, w.manager)
		w.must(err)
		if len(lines) != 2 || lines[0].Person.ID != w.amy.ID || lines[0].Held != 2 || lines[0].Today != (Today{"2026-11-23", 2, 0}) ||
			!lines[0].Due.Equal(time.Date(2026, 11, 23, 22, 30, 0, 0, taipei)) || lines[0].FollowedUpThisWeek != 2 ||
			lines[1].Held != 0 || !lines[1].Due.IsZero() {
			t.Errorf("%+v", lines)
		}
		if lines, err = w.Board(ctx, w.boss); err != nil || len(lines) != 3 {
			t.Error(len(lines), err)
		}
		w.redLine(w.amy)
		if lines, err = w.Board(ctx, w.manager); err != nil || lines[0].Held != 0 || lines[0].InTrust != 2 || !lines[0].Due.IsZero() {
			t.Errorf("%+v %v", lines, err)
		}
		_, err = w.Board(ctx, w.amy)
		w.want(err, fault.Forbidden, "leads.managers_only")
		_, err = w.Stats(ctx, w.amy)
		w.want(err, fault.Forbidden, "leads.managers_only")
		funnel, err := w.Stats(ctx, w.hr)
		w.must(err)
		if n := funnel.FollowUps; len(n) != 7 || n[6] != (DayCount{"2026-11-23", 2}) || n[5] != (DayCount{"2026-11-22", 1}) || n[0] != (DayCount{"2026-11-17", 0}) {
			t.Errorf("%+v", n)
		}
	})
}
