package exams

import (
	"context"
	"sync"
	"testing"
	"time"

	"bainian/app/fault"
)

// The bad days that need no browser and no process: two things that happen at once. doc.go says where the others are.
func TestBadDay_InTheRoom(t *testing.T) {
	inOneWorld(t, part{name: "ExtensionRacingExpiry", run: extensionBesideExpiry})
}

// Extensions given in the very moment in which the server grades papers unasked: each is either refused, and the paper
// is graded, or it holds, and its candidate goes on. Never both, never neither.
func extensionBesideExpiry(t *testing.T, w *world) {
	ctx := context.Background()
	people, ids := w.candidates(24, true)
	for i, p := range people {
		w.save(p, ids[i], 1, 1, w.right(ids[i], 1))
	}
	before := w.attempt(ids[0]).Deadline
	w.clock.Set(w.attempt(ids[0]).DueAt.Add(time.Millisecond))
	refused := make([]error, len(ids))
	var all sync.WaitGroup
	for i, id := range ids {
		all.Go(func() {
			if err := w.room.endLive(ctx, id, causeExpired); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() { refused[i] = w.room.Extend(ctx, w.trainer, id, 30, "火警演習") })
	}
	all.Wait()
	w.ok(w.room.ExpireDue(ctx))
	extended := 0
	for i, id := range ids {
		a := w.attempt(id)
		switch {
		case refused[i] == nil && a.State == Live && a.Deadline.Equal(before.Add(30*time.Minute)):
			extended++
			w.save(people[i], id, 2, 2, w.right(id, 2)) // and it is worth something
		case fault.HasKey(refused[i], "exams.over") && a.State == Expired && a.Deadline.Equal(before) && a.Revision == 1:
		default:
			t.Errorf("extension %v, attempt %s until %v in revision %d", refused[i], a.State, a.Deadline, a.Revision)
		}
		if f := w.found(id); len(f) > 0 {
			t.Errorf("%+v", f)
		}
	}
	t.Logf("%d of %d were extended in time", extended, len(ids))
}
