package exams

import (
	"context"
	"fmt"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

func TestE2_OfflineGrace(t *testing.T) {
	type save struct {
		at      time.Duration // of the arrival, after the deadline
		elapsed time.Duration // by the candidate's clock
		late    bool
		refused bool
	}
	cases := map[string]struct {
		contact time.Duration // of the last one, before the deadline
		saves   []save
	}{
		"in time":                         {10 * time.Second, []save{{at: -time.Second}}},
		"on the deadline":                 {10 * time.Second, []save{{at: 0}}},
		"connected and too late":          {10 * time.Second, []save{{at: time.Second, refused: true}}},
		"silent for less than 30 s":       {20 * time.Second, []save{{at: 9 * time.Second, elapsed: 5 * time.Second, refused: true}}},
		"silent for 30 s":                 {20 * time.Second, []save{{at: 10 * time.Second, elapsed: 5 * time.Second, late: true}}},
		"off-line across the deadline":    {2 * time.Minute, []save{{at: time.Minute, elapsed: time.Minute, late: true}}},
		"given after the deadline":        {2 * time.Minute, []save{{at: time.Minute, elapsed: 2*time.Minute + time.Millisecond, refused: true}}},
		"given on the deadline":           {2 * time.Minute, []save{{at: time.Minute, elapsed: 2 * time.Minute, late: true}}},
		"negative clock":                  {2 * time.Minute, []save{{at: time.Minute, elapsed: -time.Second, refused: true}}},
		"at the end of the grace":         {2 * time.Minute, []save{{at: 10 * time.Minute, elapsed: time.Minute, late: true}}},
		"after the grace":                 {2 * time.Minute, []save{{at: 10*time.Minute + time.Millisecond, elapsed: time.Minute, refused: true}}},
		"a queue of three":                {2 * time.Minute, []save{{at: time.Minute, elapsed: 10 * time.Second, late: true}, {at: time.Minute + time.Second, elapsed: 20 * time.Second, late: true}, {at: time.Minute + 2*time.Second, elapsed: 30 * time.Second, late: true}}},
		"a queue that breaks off and on":  {2 * time.Minute, []save{{at: time.Minute, elapsed: 10 * time.Second, late: true}, {at: 3 * time.Minute, elapsed: 20 * time.Second, late: true}}},
		"back before the deadline, so no": {time.Minute, []save{{at: -time.Second}, {at: 2 * time.Second, elapsed: time.Second, refused: true}}},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w, ctx := newWorld(t, db, clock, usual()), context.Background()
		number := 0
		for name, c := range cases {
			number++
			amy := w.candidate(fmt.Sprintf("A%03d", number))
			w.sitting = w.open()
			id := w.start(amy)
			deadline := w.attempt(id).Deadline
			clock.Set(deadline.Add(-c.contact))
			w.ok(w.room.Lease(ctx, amy, id, "laptop", false))
			for n, s := range c.saves {
				clock.Set(deadline.Add(s.at))
				saved, err := w.room.Answer(ctx, amy, id, n+1, Save{Device: "laptop", Seq: int64(n + 1), Response: w.right(id, n+1), ElapsedMs: s.elapsed.Milliseconds()})
				given := clock.Now()
				if s.late {
					given = deadline.Add(s.elapsed - c.contact)
				}
				switch {
				case s.refused && !fault.HasKey(err, "exams.over"):
					t.Errorf("%s: save %d: got %v, want exams.over", name, n+1, err)
				case !s.refused && err != nil:
					t.Errorf("%s: save %d: %v", name, n+1, err)
				case !s.refused && (saved.Late != s.late || !saved.At.Equal(given)):
					t.Errorf("%s: save %d: late %v at %v, want %v at %v", name, n+1, saved.Late, saved.At, s.late, given)
				}
			}
			w.verified(id)
		}
	}, schemas()...)
}

func TestE2_ExpiryWithoutABrowser(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w, ctx := newWorld(t, db, clock, usual()), context.Background()
		amy := w.candidate("A001")
		id := w.start(amy)
		for n := 1; n <= 10; n++ {
			w.save(amy, id, n, int64(n), w.right(id, n))
		}
		due := w.attempt(id).Deadline.Add(10 * time.Minute)
		clock.Set(due)
		w.ok(w.queue.Drain(ctx))
		if a := w.attempt(id); a.State != Live {
			t.Fatalf("graded as %s while answers may still come in", a.State)
		}
		clock.Add(time.Millisecond)
		w.ok(w.queue.Drain(ctx))
		a := w.attempt(id)
		if a.State != Expired || !a.Passed || a.Score != a.MaxScore || a.Revision != 1 {
			t.Fatalf("after the grace: %+v", a)
		}
		// The candidate comes back and submits: the same end, the same receipt.
		receipt, err := w.room.Submit(ctx, amy, id)
		w.ok(err)
		if receipt.Cause != causeExpired || w.attempt(id).Revision != 1 {
			t.Errorf("submitting after the expiry made %q and revision %d", receipt.Cause, w.attempt(id).Revision)
		}
	}, schemas()...)
}

func TestE2_BriefingTellsTheDeadlineThatHolds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w, ctx := newWorld(t, db, clock, usual()), context.Background()
		amy := w.candidate("A001")
		w.ok(w.room.Accommodate(ctx, w.trainer, amy.ID, Accommodation{Multiplier: 1250, ExtraMinutes: 5, Reason: "視力"}))
		b, err := w.room.Briefing(ctx, amy, w.sitting.ID, locale.Hant)
		w.ok(err)
		if b.Minutes != 55 || b.WhyNot != nil || b.OfflineGrace != 10*time.Minute || b.Total != 10 {
			t.Errorf("briefing: %+v", b)
		}
		id := w.start(amy)
		if got := w.attempt(id).Deadline; !got.Equal(b.Deadline) {
			t.Errorf("deadline %v, announced %v", got, b.Deadline)
		}
	}, schemas()...)
}

func TestE2_PausesAndExtensionsMoveTheDeadline(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w, ctx := newWorld(t, db, clock, usual()), context.Background()
		amy := w.candidate("A001")
		id := w.start(amy)
		before := w.attempt(id).Deadline
		w.refused(w.room.Extend(ctx, amy, id, 5, "求你"), fault.Forbidden, "exams.forbidden")
		w.ok(w.room.Extend(ctx, w.trainer, id, 5, "火警演習"))
		clock.Add(time.Minute)
		w.ok(w.room.Pause(ctx, w.trainer, id, "停電"))
		_, err := w.room.Answer(ctx, amy, id, 1, Save{Device: "laptop", Seq: 1, Response: w.right(id, 1)})
		w.refused(err, fault.Conflict, "exams.paused")
		clock.Add(3 * time.Hour)
		w.ok(w.queue.Drain(ctx))
		if w.attempt(id).State != Live {
			t.Fatal("a paused attempt expired")
		}
		w.ok(w.room.Resume(ctx, w.trainer, id))
		if got, want := w.attempt(id).Deadline, before.Add(3*time.Hour+5*time.Minute); !got.Equal(want) {
			t.Errorf("deadline %v, want %v", got, want)
		}
		w.save(amy, id, 1, 1, w.right(id, 1))
		w.verified(id)
	}, schemas()...)
}
