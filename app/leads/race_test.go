package leads

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
)

// together runs n calls of f at once and gathers their errors.
func together(n int, f func(i int) error) []error {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = f(i) })
	}
	all.Wait()
	return errs
}

func TestL1_ManyDrawAtOnceAndNoneGetsTheSame(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const callers, stock = 64, 500
		w.stock(stock)
		crowd := make([]people.Person, callers)
		for i := range crowd {
			crowd[i] = w.hire(w.manager.ID)
		}
		drawn := make([][]Holding, callers)
		for i, err := range together(callers, func(i int) error {
			for len(drawn[i]) < w.drawsPerDay {
				h, err := w.Draw(ctx, crowd[i], "", "")
				if err != nil {
					return err
				}
				drawn[i] = append(drawn[i], h)
			}
			return nil
		}) {
			if err != nil && !fault.HasKey(err, "leads.empty") {
				t.Errorf("caller %d: %v", i, err)
			}
		}
		holder := map[string]string{}
		for i, held := range drawn {
			for _, h := range held {
				if holder[h.Lead.ID] != "" {
					t.Fatalf("%s was drawn by two", h.Lead.ID)
				}
				holder[h.Lead.ID] = crowd[i].ID
			}
		}
		if len(holder) != stock || w.count(`SELECT count(*) FROM tenure WHERE ended_ms IS NULL`) != stock {
			t.Errorf("%d of %d leads were drawn", len(holder), stock)
		}
	})
}

func TestL2_FortyDrawsAtOnceKeepTheLimit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(100)
		drawn := 0
		for _, err := range together(40, func(int) error {
			h, err := w.Draw(ctx, w.amy, "", "")
			if err == nil {
				err = w.Return(ctx, w.amy, h.Lead.ID, Returning{Reason: "not mine"}) // a returned draw still counts
			}
			return err
		}) {
			if err == nil {
				drawn++
			} else if !fault.HasKey(err, "leads.draw_limit") {
				t.Error(err)
			}
		}
		if drawn != w.drawsPerDay || w.count(`SELECT drawn FROM lead_day WHERE person_id = ?`, w.amy.ID) != drawn {
			t.Errorf("%d draws, the limit is %d", drawn, w.drawsPerDay)
		}
	})
}

func TestL2_DrawsAndAllocationsAtOnceKeepTheCap(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.capacity = 7
		w.open()
		w.stock(40)
		free := w.free()
		for _, err := range together(20, func(i int) (err error) {
			if i%2 == 0 {
				_, err = w.Draw(ctx, w.amy, "", "")
			} else {
				_, err = w.Assign(ctx, w.manager, free[i], w.amy.ID)
			}
			return err
		}) {
			if err != nil && !fault.HasKey(err, "leads.cap") && !fault.HasKey(err, "leads.taken") && !fault.HasKey(err, "leads.draw_limit") {
				t.Error(err)
			}
		}
		if held := w.count(`SELECT count(*) FROM tenure WHERE ended_ms IS NULL`); held != 7 {
			t.Errorf("%d held, the cap is 7", held)
		}
	})
}

func TestL5_AFollowUpCommittedFirstWinsAndElseTheReclaimDoes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(12)
		for round := range 6 {
			h := w.draw(w.amy)
			w.clock.Set(h.Tenure.Due)
			errs := together(6, func(i int) error {
				switch i {
				case 0:
					_, err := w.FollowUp(ctx, w.amy, h.Lead.ID, Contact{Kind: Call, Outcome: "接通"})
					return err
				case 1:
					return w.ReclaimDue(ctx)
				}
				return w.Reclaim(ctx, w.manager, h.Lead.ID)
			})
			reclaims := w.count(`SELECT count(*) FROM lead_event WHERE kind = 'reclaimed' AND lead_id = ? AND at_ms = ?`, h.Lead.ID, w.clock.Now().UnixMilli())
			open := w.count(`SELECT count(*) FROM tenure WHERE id = ? AND ended_ms IS NULL`, h.Tenure.ID)
			followed := errs[0] == nil
			if followed != (open == 1) || followed != (reclaims == 0) || reclaims > 1 {
				t.Fatalf("round %d: followed up %v, open %d, reclaimed %d times", round, followed, open, reclaims)
			}
			if !followed {
				w.want(errs[0], fault.NotFound, "leads.not_held")
			}
			for _, err := range errs[1:] {
				if err != nil && !fault.HasKey(err, "leads.not_due") && !fault.HasKey(err, "leads.nobody_holds") {
					t.Error(err)
				}
			}
			if followed {
				w.must(w.Return(ctx, w.amy, h.Lead.ID, Returning{Reason: "not mine"}))
			}
		}
	})
}

func TestL5_OneReclaimForATenure(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(1)
		h := w.draw(w.amy)
		w.want(w.Reclaim(ctx, w.manager, h.Lead.ID), fault.Conflict, "leads.not_due")
		w.want(w.Reclaim(ctx, w.manager, "nothing"), fault.NotFound, "leads.not_found")
		w.clock.Set(h.Tenure.Due)
		for _, p := range []people.Person{w.amy, w.bob, w.other, w.hr} {
			w.want(w.Reclaim(ctx, p, h.Lead.ID), fault.Forbidden, "leads.not_your_report")
		}
		won := 0
		for _, err := range together(8, func(int) error { return w.Reclaim(ctx, w.manager, h.Lead.ID) }) {
			if err == nil {
				won++
			} else if !fault.HasKey(err, "leads.nobody_holds") {
				t.Error(err)
			}
		}
		if won != 1 || w.count(`SELECT count(*) FROM lead_event WHERE kind = 'reclaimed'`) != 1 {
			t.Errorf("%d reclaims", won)
		}
	})
}

func TestL5_NothingMovesTheClockBeyondTheHardMaximum(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(1)
		h := w.draw(w.amy)
		hard := time.Date(2026, 12, 21, 9, 0, 0, 0, taipei) // twenty business days after Monday 23 November
		if !h.Tenure.Hard.Equal(hard) {
			t.Fatal(h.Tenure.Hard)
		}
		t0, err := w.FollowUp(ctx, w.amy, h.Lead.ID, Contact{Kind: Call, Outcome: "x"})
		if w.must(err); !t0.Due.Equal(time.Date(2026, 11, 30, 9, 0, 0, 0, taipei)) {
			t.Errorf("five business days after the first: %s", t0.Due)
		}
		for w.clock.Now().Before(hard) {
			w.must(w.ReclaimDue(ctx))
			tenure, err := w.FollowUp(ctx, w.amy, h.Lead.ID, Contact{Kind: Call, Outcome: "x"})
			if w.must(err); tenure.Due.After(hard) {
				t.Fatalf("due %s", tenure.Due)
			}
			w.clock.Add(24 * time.Hour)
		}
		w.must(w.ReclaimDue(ctx))
		if s := w.state(h.Lead.ID); s != InPool {
			t.Errorf("after the hard maximum the lead is %s", s)
		}
		_, err = w.FollowUp(ctx, w.amy, h.Lead.ID, Contact{Kind: Call, Outcome: "x"})
		w.want(err, fault.NotFound, "leads.not_held")
	})
}

func TestL5_ReclaimDueTakesBatchAfterBatch(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.drawsPerDay, w.perDay = 130, 130
		w.open()
		w.stock(260)
		for range 130 {
			w.draw(w.amy)
			w.draw(w.bob)
		}
		w.redLine(w.bob)
		w.at(25, 9, 0)
		if err := errors.Join(together(2, func(int) error { return w.ReclaimDue(ctx) })...); err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(w.count(`SELECT count(*) FROM lead WHERE state = 'pool'`), w.count(`SELECT count(*) FROM lead_event WHERE kind = 'reclaimed'`),
			w.count(`SELECT count(*) FROM lead WHERE state = 'trust'`))
		if got != "130 130 130" {
			t.Error(got)
		}
	})
}
