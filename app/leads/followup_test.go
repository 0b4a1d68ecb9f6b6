package leads

import (
	"testing"
	"time"
)

// TestL5_ANoteMovesNoClock: only what reaches the customer protects a lead, however much is written down.
func TestL5_ANoteMovesNoClock(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(2)
		noted, called := w.draw(w.amy), w.draw(w.amy)
		w.clock.Add(time.Hour)
		for range 3 {
			tenure, err := w.FollowUp(ctx, w.amy, noted.Lead.ID, Contact{Kind: Note, Outcome: "查了公司登記"})
			w.must(err)
			if !tenure.Due.Equal(noted.Tenure.Due) || tenure.FollowUps != 0 {
				t.Fatalf("a note moved the clock from %s to %s, %d follow-ups", noted.Tenure.Due, tenure.Due, tenure.FollowUps)
			}
		}
		first, err := w.FollowUp(ctx, w.amy, noted.Lead.ID, Contact{Kind: Call, Outcome: "接通"})
		w.must(err)
		plain, err := w.FollowUp(ctx, w.amy, called.Lead.ID, Contact{Kind: Call, Outcome: "接通"})
		w.must(err)
		if !first.Due.Equal(plain.Due) || !first.Due.After(noted.Tenure.Due) {
			t.Errorf("the first call gives until %s after notes, %s without", first.Due, plain.Due)
		}
		v, err := w.Lead(ctx, w.amy, noted.Lead.ID)
		w.must(err)
		if len(v.FollowUps) != 4 || !v.FollowUps[3].Due.Equal(noted.Tenure.Due) {
			t.Errorf("%+v", v.FollowUps)
		}
	})
}

func TestANoteDoesNotKeepALeadFromBeingReclaimed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(1)
		h := w.draw(w.amy)
		w.clock.Set(h.Tenure.Due.Add(-time.Minute))
		_, err := w.FollowUp(ctx, w.amy, h.Lead.ID, Contact{Kind: Note, Outcome: "明天再打"})
		w.must(err)
		w.clock.Set(h.Tenure.Due.Add(time.Minute))
		w.must(w.ReclaimDue(ctx))
		if s := w.state(h.Lead.ID); s != InPool {
			t.Errorf("the lead is %s", s)
		}
	})
}
