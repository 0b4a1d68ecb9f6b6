package leads

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bainian/app/calendar"
	"bainian/app/fault"
	"bainian/app/people"
)

// anyLeave is some leave from a day on, with workdays that have holidays and other leave.
func anyLeave(t *rapid.T, from time.Time) leave {
	day := func(n int) string { return from.AddDate(0, 0, n).Format(time.DateOnly) }
	l := leave{workdays: workdays{calendar.Calendar{Zone: taipei, Holidays: map[string]bool{}}}}
	for range rapid.IntRange(0, 6).Draw(t, "holidays") {
		l.Holidays[day(rapid.IntRange(0, 30).Draw(t, "holiday"))] = true
	}
	start := rapid.IntRange(0, 10).Draw(t, "start")
	for n := range rapid.IntRange(1, 15).Draw(t, "days") {
		l.off = append(l.off, day(start+n))
	}
	return l
}

func TestL5_LeaveMovesClocksByItsDaysAndNoFurther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, taipei).Add(time.Duration(rapid.IntRange(0, 1e6).Draw(t, "now")) * time.Minute)
		l := anyLeave(t, now)
		due := now.Add(time.Duration(rapid.IntRange(1, 40*24*60).Draw(t, "due")) * time.Minute)
		moved := l.later(due)
		on, at := l.without(l.off), l.settled(due)
		if moved.Before(due) {
			t.Fatalf("from %s back to %s", due, moved)
		}
		if l.within(due) > 0 {
			if left, remain := l.Between(now, at), on.Between(now, moved); l.date(now) < l.off[0] && remain != left {
				t.Fatalf("%d business days were left until %s, and %d are until %s", left, due, remain, moved)
			}
			if !on.Business(moved) {
				t.Fatalf("due on a day off: %s", moved)
			}
		}
		if most := l.add(at, len(l.off)); moved.After(most) {
			t.Fatalf("%d days of leave give until %s, not %s", len(l.off), most, moved)
		}
		if again := l.sooner(moved); l.within(due) == 0 && !again.Equal(due) || l.within(due) > 0 && !again.Equal(at) {
			t.Fatalf("approved and withdrawn: %s, %s, %s", due, moved, again)
		}
		if other := due.Add(time.Duration(rapid.IntRange(0, 10*24*60).Draw(t, "other")) * time.Minute); l.Business(due) && l.Business(other) && l.later(other).Before(moved) {
			t.Fatalf("%s comes before %s and after it with leave", due, other)
		}
	})
}

func TestL5_TwoLeavesAreTakenBackInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 1, 1, 9, 0, 0, 0, taipei).AddDate(0, 0, rapid.IntRange(0, 400).Draw(t, "now"))
		a, b := anyLeave(t, now), anyLeave(t, now)
		company := a.workdays
		due := company.add(now, rapid.IntRange(1, 20).Draw(t, "due"))
		both := leave{company.without(a.off), b.off}.later(leave{company, a.off}.later(due))
		if other := (leave{company.without(b.off), a.off}).later(leave{company, b.off}.later(due)); !other.Equal(both) {
			t.Fatalf("%s or %s", both, other)
		}
		left := leave{company.without(b.off), a.off}.sooner(both) // a is withdrawn
		if want := (leave{company, b.off}).later(due); !left.Equal(want) {
			t.Fatalf("without the first: %s, want %s", left, want)
		}
		if left = (leave{company, b.off}).sooner(left); !left.Equal(due) {
			t.Fatalf("%s, want %s", left, due)
		}
	})
}

func TestL5_LeaveIsApprovedByAnotherAndPausesTheClocks(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(5)
		id := w.draw(w.amy).Lead.ID // Monday the 23rd; due on Tuesday, gone on Monday the 21st of December
		before := w.tenure(id)
		for name, c := range map[string]struct {
			actor    people.Person
			from, to string
			key      string
		}{
			"herself":     {w.amy, "2026-11-24", "2026-11-24", "moves.leave_own"},
			"a peer":      {w.bob, "2026-11-24", "2026-11-24", "leads.not_your_report"},
			"another":     {w.other, "2026-11-24", "2026-11-24", "leads.not_your_report"},
			"backwards":   {w.manager, "2026-11-25", "2026-11-24", "moves.leave_dates"},
			"no date":     {w.manager, "tomorrow", "2026-11-24", "moves.leave_dates"},
			"no day":      {w.manager, "2026-11-24", "2026-11-31", "moves.leave_dates"},
			"for ever":    {w.manager, "2026-11-24", "2027-11-25", "moves.leave_dates"},
			"in the past": {w.manager, "2026-11-22", "2026-11-24", "moves.leave_past"},
		} {
			if _, err := w.Absent(ctx, c.actor, w.amy.ID, c.from, c.to, "特休"); !fault.HasKey(err, c.key) {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, err := w.Absent(ctx, w.hr, w.hr.ID, "2026-11-24", "2026-11-24", "特休")
		w.want(err, fault.Forbidden, "moves.leave_own")
		_, err = w.Absent(ctx, w.hr, "nobody", "2026-11-24", "2026-11-24", "特休")
		w.want(err, fault.NotFound, "moves.no_person")
		_, err = w.Absent(ctx, w.hr, w.amy.ID, "2026-11-24", "2026-11-24", " ")
		w.want(err, fault.Invalid, "moves.reason_missing")

		a, err := w.Absent(ctx, w.manager, w.amy.ID, "2026-11-24", "2026-11-26", "特休")
		w.must(err)
		at := func(month time.Month, day, hour, minute int) time.Time {
			return time.Date(2026, month, day, hour, minute, 0, 0, taipei)
		}
		if tn := w.tenure(id); !tn.Due.Equal(at(11, 27, 22, 30)) || !tn.Hard.Equal(at(12, 24, 9, 0)) {
			t.Errorf("%+v", tn)
		}
		if all, err := w.Absences(ctx, w.amy, w.amy.ID); err != nil || !slices.Equal(all, []Absence{a}) {
			t.Errorf("%+v %v", all, err)
		}
		w.want(w.WithdrawAbsence(ctx, w.amy, a.ID), fault.Forbidden, "moves.leave_own")
		w.want(w.WithdrawAbsence(ctx, w.hr, "none"), fault.NotFound, "moves.leave_unknown")
		w.must(w.WithdrawAbsence(ctx, w.hr, a.ID))
		if tn := w.tenure(id); tn != before {
			t.Errorf("%+v, was %+v", tn, before)
		}
		w.want(w.WithdrawAbsence(ctx, w.hr, a.ID), fault.Conflict, "moves.leave_over")

		a, err = w.Absent(ctx, w.manager, w.amy.ID, "2026-11-24", "2026-11-26", "特休")
		w.must(err)
		w.draw(w.amy) // it has not begun
		w.at(24, 10, 0)
		_, err = w.Draw(ctx, w.amy, "", "")
		w.want(err, fault.Conflict, "moves.on_leave")
		_, err = w.Assign(ctx, w.manager, w.free()[0], w.amy.ID)
		w.want(err, fault.Conflict, "moves.on_leave")
		w.at(25, 10, 0)
		w.must(w.ReclaimDue(ctx))
		w.must(w.WithdrawAbsence(ctx, w.manager, a.ID)) // she is back tomorrow: one of three days comes back
		if tn := w.tenure(id); !tn.Due.Equal(at(11, 26, 22, 30)) || !tn.Hard.Equal(at(12, 23, 9, 0)) {
			t.Errorf("%+v", tn)
		}
		_, err = w.Draw(ctx, w.amy, "", "")
		w.want(err, fault.Conflict, "moves.on_leave")
		w.at(26, 10, 0)
		w.draw(w.amy)
		w.want(w.WithdrawAbsence(ctx, w.manager, a.ID), fault.Conflict, "moves.leave_over")
	})
}
