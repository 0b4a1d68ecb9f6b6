package exams

import (
	"context"
	"testing"
	"time"

	"bainian/app/fault"
)

func TestClock(t *testing.T) {
	inOneWorld(t, part{name: "ToldToItsCandidate", run: clockIsTold})
}

func clockIsTold(t *testing.T, w *world) {
	ctx := context.Background()
	amy, bob := w.candidate("A001"), w.candidate("B001")
	id, started := w.start(amy), w.clock.Now()
	w.save(amy, id, 3, 7, w.right(id, 3))
	w.clock.Add(time.Minute)
	want := func(want Clock) {
		t.Helper()
		got, err := w.room.Clock(ctx, amy, id)
		w.ok(err)
		if !got.Now.Equal(want.Now) || !got.Deadline.Equal(want.Deadline) {
			t.Errorf("now %s, deadline %s, want %s and %s", got.Now, got.Deadline, want.Now, want.Deadline)
		}
		got.Now, got.Deadline, want.Now, want.Deadline = time.Time{}, time.Time{}, time.Time{}, time.Time{}
		if got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	now := Clock{State: Live, Now: started.Add(time.Minute), Deadline: started.Add(40 * time.Minute), LastSeq: 7, Answered: 1, Total: 10}
	want(now)
	w.ok(w.room.Extend(ctx, w.trainer, id, 10, "停電"))
	w.ok(w.room.Pause(ctx, w.trainer, id, "停電"))
	now.Deadline, now.Paused = now.Deadline.Add(10*time.Minute), true
	want(now)

	for name, stranger := range map[string]error{
		"another":    second(w.room.Clock(ctx, bob, id)),
		"trainer":    second(w.room.Clock(ctx, w.trainer, id)),
		"no attempt": second(w.room.Clock(ctx, amy, "0190")),
	} {
		if !fault.HasKey(stranger, "exams.missing") {
			t.Errorf("%s: %v", name, stranger)
		}
	}
}

func second(_ Clock, err error) error { return err }
