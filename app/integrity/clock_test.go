package integrity_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"bainian/app/apptest"
	"bainian/app/exams"
	"bainian/app/integrity"
	"bainian/app/ledger"
	"bainian/app/people"
	"bainian/app/store"
)

// reminders are collected as what carries them would get them.
func reminders(w *apptest.World) *[]integrity.Reminder {
	var all []integrity.Reminder
	w.Desk.OnReminder(func(_ *store.Tx, r integrity.Reminder) error {
		all = append(all, r)
		return nil
	})
	return &all
}

// to moves the clock to a time in the company's zone and lets the queue do what has fallen due.
func to(t *testing.T, w *apptest.World, at string) {
	t.Helper()
	when, err := time.ParseInLocation("2006-01-02 15:04", at, w.Keeper.Zone())
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(when.Sub(w.Clock.Now()))
	if err := w.Queue.Drain(w.Ctx); err != nil {
		t.Fatal(err)
	}
}

// onSQLite runs a test whose statements others try on both engines.
func onSQLite(t *testing.T, f func(t *testing.T, w *apptest.World)) {
	f(t, apptest.New(t, store.SQLite))
}

// Every time of a case is counted in business days; each reminds whose move it is once before its end and once after.
// The person's time ends by itself, and silence is not held against anybody.
func TestTimesOfACaseAndTheirReminders(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		_, ben := copiedSitting(t, w, "袖口掉出寫滿字母的紙條") // on a Monday
		number := caseOf(t, w, ben)
		said := reminders(w)
		waits := func(step integrity.Step, due string) {
			t.Helper()
			f, err := w.Desk.Case(w.Ctx, w.Reviewer[1], number, "en")
			if err != nil || f.Step != step || due != "" && f.Due.In(w.Keeper.Zone()).Format(time.DateOnly) != due {
				t.Fatalf("waits for %q until %s, want %q until %s: %v", f.Step, f.Due, step, due, err)
			}
		}
		heard := func(step integrity.Step, passed bool, to ...string) {
			t.Helper()
			var mine []integrity.Reminder
			for _, r := range *said {
				if r.Number == number && r.Step == step && r.Passed == passed {
					mine = append(mine, r)
				}
			}
			if len(mine) != 1 || !slices.Equal(mine[0].To, to) {
				t.Fatalf("%s, passed %t: reminded %+v, want once %v", step, passed, mine, to)
			}
		}
		ids := func(list ...people.Person) (out []string) {
			for _, p := range list {
				out = append(out, p.ID)
			}
			return out
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		waits(integrity.Triage, "2026-11-25")
		to(t, w, "2026-11-25 09:01")
		heard(integrity.Triage, false, ids(w.Reviewer[:]...)...)
		to(t, w, "2026-11-26 00:01")
		heard(integrity.Triage, true, ids(w.Reviewer[:]...)...)

		must(w.Desk.Open(w.Ctx, w.Reviewer[0], number))
		waits(integrity.Notice, "2026-11-27")
		to(t, w, "2026-11-27 09:01")
		heard(integrity.Notice, false, ids(w.Reviewer[0])...)
		must(w.Desk.Notify(w.Ctx, w.Reviewer[0], number, "請看卷內的證據，並寫下你怎麼看。"))
		waits(integrity.Statement, "2026-12-04")
		to(t, w, "2026-12-03 09:01")
		heard(integrity.Statement, false, ben.ID)
		_, err := w.Desk.Vote(w.Ctx, w.Reviewer[0], number, integrity.Ballot{Outcome: integrity.Resit, Reason: because})
		refused(t, err, "integrity.not_heard")
		to(t, w, "2026-12-05 00:01") // a Saturday
		waits(integrity.Decision, "2026-12-11")
		must(w.Desk.State(w.Ctx, ben, number, "我晚了，但還是想說：紙條不是我的。"))
		_, err = w.Desk.Vote(w.Ctx, w.Reviewer[0], number, integrity.Ballot{Outcome: integrity.RedLine, Reason: because})
		must(err)
		to(t, w, "2026-12-12 00:01")
		heard(integrity.Decision, true, ids(w.Reviewer[1:]...)...) // not who has voted
		to(t, w, "2026-12-16 09:01")
		heard(integrity.Suspension, false, ids(w.Reviewer[1:]...)...) // not who opened it
		_, err = w.Desk.Vote(w.Ctx, w.Reviewer[1], number, integrity.Ballot{Outcome: integrity.RedLine, Reason: because})
		must(err)
		waits(integrity.AppealFiling, "2026-12-30")
		must(w.Desk.Appeal(w.Ctx, ben, number, "請再看一次筆跡，不是我的。"))
		waits(integrity.AppealDecision, "")
		to(t, w, "2027-02-20 09:01")
		heard(integrity.AppealDecision, true, w.Reviewer[2].ID) // whoever took part is not asked
		must(w.Desk.DecideAppeal(w.Ctx, w.Reviewer[2], number, true, "筆跡經過鑑定，不相符"))
		for range 2 {
			to(t, w, "2027-06-20 09:01")
		}
		for _, r := range *said {
			if len(r.To) == 0 {
				t.Errorf("a reminder to nobody: %+v", r)
			}
		}
		if v := verify(t, w); len(v.Findings) != 0 {
			t.Errorf("%+v", v.Findings)
		}
	})
}

// A reminder that cannot be carried fails with its transaction, and comes again.
func TestAReminderThatFailsIsNotLost(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *apptest.World) {
		copiedSitting(t, w, "")
		var failure error = errors.New("no post today")
		said := 0
		w.Desk.OnReminder(func(*store.Tx, integrity.Reminder) error {
			said++
			return failure
		})
		w.Clock.Add(3 * 24 * time.Hour)
		if err := w.Queue.Drain(w.Ctx); err == nil {
			t.Error("the failure is swallowed")
		}
		failure, said = nil, 0
		for range 4 {
			w.Clock.Add(time.Hour)
			if err := w.Queue.Drain(w.Ctx); err != nil {
				t.Fatal(err)
			}
		}
		if said != 4 { // two cases, before and after
			t.Errorf("reminded %d times", said)
		}
	})
}

// The queue puts what is under way first by its end, then what people reported, then findings by their false discovery
// rate; a reviewer's own turn is marked, and passes with their vote.
func TestTheQueuesOrder(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		amy, ben := copiedSitting(t, w, "")
		a, b := caseOf(t, w, amy), caseOf(t, w, ben)
		cleo := w.NewHire("Dora")
		w.Sign(cleo)
		w.Read(cleo, "values")
		attempt := w.Sit(cleo, w.Sitting("values"), apptest.Knows)
		reported, err := w.Desk.Report(w.Ctx, w.Watch, attempt, "收卷後還在寫，制止兩次")
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Desk.Open(w.Ctx, w.Reviewer[0], b); err != nil {
			t.Fatal(err)
		}
		order := func(r people.Person) (numbers []int, turns []bool) {
			t.Helper()
			heads, err := w.Desk.Cases(w.Ctx, r, integrity.Waiting, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range heads {
				numbers, turns = append(numbers, h.Number), append(turns, h.Turn)
			}
			return numbers, turns
		}
		if numbers, turns := order(w.Reviewer[0]); !slices.Equal(numbers, []int{b, reported, a}) || !slices.Equal(turns, []bool{true, true, true}) {
			t.Errorf("the queue is %v %v", numbers, turns)
		}
		if _, turns := order(w.Reviewer[1]); turns[0] {
			t.Error("the opener's notice is another's turn")
		}
		if heads, err := w.Desk.Cases(w.Ctx, w.Reviewer[1], integrity.Waiting, reported); err != nil || len(heads) != 1 || heads[0].Number != a {
			t.Errorf("after %d comes %+v %v", reported, heads, err)
		}
		w.Heard(b)
		if _, err := w.Desk.Vote(w.Ctx, w.Reviewer[0], b, integrity.Ballot{Outcome: integrity.NotUpheld, Reason: because}); err != nil {
			t.Fatal(err)
		}
		if _, turns := order(w.Reviewer[0]); turns[0] {
			t.Error("who has voted is asked again")
		}
		if _, turns := order(w.Reviewer[1]); !turns[0] {
			t.Error("the second is not asked")
		}
	})
}

// A person who has left appeals on paper, through a reviewer; who is there appeals themselves.
func TestWhoHasLeftCanStillAppeal(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *apptest.World) {
		_, ben := copiedSitting(t, w, "袖口掉出寫滿字母的紙條")
		number := caseOf(t, w, ben)
		if err := w.Desk.Open(w.Ctx, w.Reviewer[0], number); err != nil {
			t.Fatal(err)
		}
		w.Decide(number, integrity.RedLine)
		const paper = "書面申訴：筆跡不是我的，請再鑑定。"
		refused(t, w.Desk.AppealFor(w.Ctx, w.Reviewer[0], number, paper), "integrity.appeals_themselves")
		if err := w.Directory.Deactivate(w.Ctx, w.HR, ben.ID, "離職"); err != nil {
			t.Fatal(err)
		}
		if err := w.Desk.AppealFor(w.Ctx, w.Reviewer[0], number, paper); err != nil {
			t.Fatal(err)
		}
		refused(t, w.Desk.AppealFor(w.Ctx, w.Reviewer[0], number, paper), "integrity.appealed")
		if err := w.Desk.DecideAppeal(w.Ctx, w.Reviewer[2], number, false, "筆跡經過鑑定，確實相符"); err != nil {
			t.Fatal(err)
		}
		refused(t, w.Desk.DecideAppeal(w.Ctx, w.Reviewer[2], number, true, because), "integrity.no_appeal")
	})
}

// What browsers claimed is kept for 90 days after the end, longer while a case is open, and its removal verifies.
func TestEventsAreRemovedWhenTheirTimeIsOver(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		var trouble error // of another keeper, which keeps this one from nothing
		w.Desk.Keep(integrity.Keeper{Name: "broken", Sweep: func(context.Context) (int, int, error) { return 0, 0, trouble }})
		w.Desk.Keep(integrity.Keeper{Name: "media", Sweep: func(context.Context) (int, int, error) { return 7, 2, nil }})
		s := w.Sitting("values")
		attempts := map[string]string{}
		for _, name := range []string{"Amy", "Ben"} {
			p := w.NewHire(name)
			w.Sign(p)
			w.Read(p, "values")
			attempt := w.Start(p, s)
			for range 3 {
				w.Clock.Add(time.Second)
				if err := w.Room.Observe(w.Ctx, p, attempt, apptest.Device, []exams.Event{{Kind: "focus_lost", AtMs: w.Clock.Now().UnixMilli()}}); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := w.Room.Submit(w.Ctx, p, attempt); err != nil {
				t.Fatal(err)
			}
			attempts[name] = attempt
		}
		number, err := w.Desk.Report(w.Ctx, w.Watch, attempts["Ben"], "收卷後還在寫，制止兩次")
		if err != nil {
			t.Fatal(err)
		}
		claims := func(name string) (n int) {
			t.Helper()
			if err := w.DB.Read(w.Ctx, func(rx *store.Rx) error {
				return rx.Row(`SELECT count(*) FROM journal WHERE chain = ? AND type = 'observe' AND payload IS NOT NULL`, attempts[name]).Scan(&n)
			}); err != nil {
				t.Fatal(err)
			}
			return n
		}
		daily := func(days int, amy, ben int) {
			t.Helper()
			w.Clock.Add(time.Duration(days) * 24 * time.Hour)
			if err := w.Desk.Daily(w.Ctx); err != nil {
				t.Fatal(err)
			}
			if a, b := claims("Amy"), claims("Ben"); a != amy || b != ben {
				t.Fatalf("Amy has %d claims left, Ben %d; want %d and %d", a, b, amy, ben)
			}
		}
		daily(89, 3, 3)
		daily(2, 0, 3) // an open case freezes it
		if err := w.Desk.Dismiss(w.Ctx, w.Reviewer[0], number, "監考員記錯了人，沒有這回事"); err != nil {
			t.Fatal(err)
		}
		daily(89, 0, 3)
		daily(2, 0, 0)
		trouble = errors.New("the disk is away")
		if err := w.Desk.Daily(w.Ctx); !errors.Is(err, trouble) {
			t.Errorf("the round says %v", err)
		}
		var runs, removed int
		if err := w.DB.Read(w.Ctx, func(rx *store.Rx) error {
			return rx.Row(`SELECT count(*), coalesce(sum(removed), 0) FROM retention_run WHERE keeper = 'events' AND records = 1`).Scan(&runs, &removed)
		}); err != nil || runs != 2 || removed != 6 {
			t.Errorf("%d runs removed %d on record: %v", runs, removed, err)
		}
		if err := w.DB.Read(w.Ctx, func(rx *store.Rx) error { // what other parts keep is swept with the rest
			return rx.Row(`SELECT count(*), coalesce(sum(removed), 0) FROM retention_run WHERE keeper = 'media' AND records = 2`).Scan(&runs, &removed)
		}); err != nil || runs != 5 || removed != 35 {
			t.Errorf("%d runs removed %d media on record: %v", runs, removed, err)
		}
		if err := w.Ledger.Integrate(w.Ctx); err != nil {
			t.Fatal(err)
		}
		v, err := w.Room.Verify(w.Ctx, w.Signer.Public())
		n, findings, bad := ledger.VerifyRemovals(w.Ctx, w.DB)
		if err != nil || bad != nil || n != 6 || len(v.Findings)+len(findings) != 0 {
			t.Errorf("%d removals: %+v %v %v %v", n, v.Findings, findings, err, bad)
		}
	})
}
