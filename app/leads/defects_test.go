package leads

import (
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/people"
)

// What people write about time is for people: a next step that is a date moves no clock, neither far nor near.
func TestL5_NoTimeOfAClientMovesTheClock(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(2)
		plain, dated := w.draw(w.amy), w.draw(w.amy)
		want, err := w.FollowUp(ctx, w.amy, plain.Lead.ID, Contact{Kind: Call, Outcome: "接通", Next: "回電"})
		w.must(err)
		for _, next := range []string{"2026-12-18", "2020-01-01"} {
			got, err := w.FollowUp(ctx, w.amy, dated.Lead.ID, Contact{Kind: Call, Outcome: "接通", Next: next})
			if w.must(err); !got.Due.Equal(want.Due) {
				t.Errorf("%s moved the clock to %s, want %s", next, got.Due, want.Due)
			}
		}
	})
}

// A manager to whom the gate is open gives nothing to somebody to whom it is shut, and one to whom it is shut may give.
func TestG1_TheReceiversGateIsAskedAndNotTheManagers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(2)
		w.redLine(w.bob)
		free := w.free()
		_, err := w.Assign(ctx, w.manager, free[0], w.bob.ID)
		w.want(err, fault.Forbidden, "leads.closed_to")
		_, err = w.Assign(ctx, w.manager, free[0], w.amy.ID)
		w.must(err)
	})
}

// A lead is reclaimed in the minute in which its clock has run out, and not on the calendar day before.
func TestL5_NothingIsReclaimedBeforeItsMinute(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(1)
		h := w.draw(w.amy)
		for _, early := range []time.Duration{-22*time.Hour - 29*time.Minute, -time.Hour, -time.Millisecond} {
			w.clock.Set(h.Tenure.Due.Add(early))
			if w.must(w.ReclaimDue(ctx)); w.state(h.Lead.ID) != Held {
				t.Fatalf("reclaimed %s early", -early)
			}
		}
		w.clock.Set(h.Tenure.Due)
		if w.must(w.ReclaimDue(ctx)); w.state(h.Lead.ID) != InPool {
			t.Error("not reclaimed when it was due")
		}
	})
}

func TestG3_ThePoolGivesWhatTheGateAllowsAndNothingElse(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(40)
		gone := w.hire(w.manager.ID)
		w.must(w.dir.Deactivate(ctx, w.hr, gone.ID, "left the company"))
		w.redLine(w.bob)
		agree := func(when string) {
			t.Helper()
			for _, p := range []people.Person{w.amy, w.bob, gone, w.hr} {
				d, err := w.keeper.Decide(ctx, p.ID)
				w.must(err)
				_, err = w.Draw(ctx, p, "", "")
				if given := err == nil; given != d.Allows(gate.Draw) {
					t.Errorf("%s: %s may draw: %v, given: %v (%v)", when, p.Number, d.Allows(gate.Draw), given, err)
				}
				_, err = w.Assign(ctx, w.manager, w.free()[0], p.ID)
				if given := err == nil; p.ID != w.hr.ID && given != d.Allows(gate.Assign) {
					t.Errorf("%s: %s may be given: %v, given: %v (%v)", when, p.Number, d.Allows(gate.Assign), given, err)
				}
			}
		}
		agree("open")
		w.close()
		agree("shut by the policy")
		w.open()
		w.overturn(w.bob, w.cases)
		agree("after an appeal")
	})
}

// The job and a follow-up at once: whoever commits first wins, and the other one sees it.
func TestL5_TheReclaimJobActsOnWhatIsThereNow(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.drawsPerDay, w.perDay = 30, 30
		w.open()
		w.stock(20)
		for round := range 15 {
			h := w.draw(w.amy)
			w.clock.Set(h.Tenure.Due)
			errs := together(2, func(i int) error {
				if i == 0 {
					return w.ReclaimDue(ctx)
				}
				_, err := w.FollowUp(ctx, w.amy, h.Lead.ID, Contact{Kind: Call, Outcome: "接通"})
				return err
			})
			w.must(errs[0])
			if kept := w.state(h.Lead.ID) == Held; kept != (errs[1] == nil) {
				t.Fatalf("round %d: the follow-up: %v, the lead is kept: %v", round, errs[1], kept)
			}
			if errs[1] == nil {
				w.must(w.Return(ctx, w.amy, h.Lead.ID, Returning{Reason: "not mine"}))
			}
		}
	})
}
