package leads

import (
	"fmt"
	"slices"
	"testing"

	"bainian/app/fault"
	"bainian/app/people"
)

func TestL3_SwapsOfTheSameLeadsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(12)
		ids := w.hand(6)
		won := 0
		for _, err := range together(8, func(i int) error { // all want the first one in, or out
			in, out := ids[:1], ids[1+i%5:2+i%5]
			if i%2 == 1 {
				in, out = out, in
			}
			_, err := w.Swap(ctx, w.amy, in, out, "")
			return err
		}) {
			if err == nil {
				won++
			} else if _, named := err.(fault.Problems); !named {
				t.Error(err)
			}
		}
		if what := w.broken(); won == 0 || what != "" {
			t.Errorf("%d swaps: %s", won, what)
		}
		if private, held := w.count(`SELECT count(*) FROM lead WHERE state = 'private'`), w.count(`SELECT count(*) FROM lead WHERE state = 'held'`); private != won || held != 6-2*won {
			t.Errorf("after %d swaps of six leads %d are private and %d held", won, private, held)
		}
	})
}

func TestL7_OneRequestAtOnceIsOneSwap(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(6)
		ids := w.hand(4)
		made := make([]Swapped, 8)
		for _, err := range together(8, func(i int) (err error) {
			made[i], err = w.Swap(ctx, w.amy, ids[:2], ids[2:], "k")
			return err
		}) {
			w.must(err)
		}
		for _, s := range made {
			if s.ID != made[0].ID || !slices.Equal(s.In, made[0].In) {
				t.Errorf("%+v and %+v", made[0], s)
			}
		}
		if n := w.count(`SELECT count(*) FROM swap`); n != 1 {
			t.Errorf("%d swaps", n)
		}
	})
}

// A swap acquires protection: it comes before the verdict, and its leads go into trust, or after it and does not happen.
func TestG1_ARevocationAndASwapAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(24)
		for round := range 6 {
			p := w.hire(w.manager.ID)
			var ids []string
			for range 2 {
				ids = append(ids, w.draw(p).Lead.ID)
			}
			errs := together(2, func(i int) error {
				if i == 0 {
					w.redLine(p)
					return nil
				}
				_, err := w.Swap(ctx, p, ids[:1], ids[1:], "")
				return err
			})
			wants := []State{InTrust, InTrust}
			if errs[1] == nil {
				wants[1] = InPool
			} else {
				w.closed(errs[1])
			}
			was := w.count(`SELECT count(*) FROM trust WHERE person_id = ? AND was = 'private'`, p.ID)
			if got := w.where(ids); !slices.Equal(got, wants) || (was == 1) != (errs[1] == nil) {
				t.Errorf("round %d: %v, want %v; %v", round, got, wants, errs[1])
			}
		}
		if what := w.broken(); what != "" {
			t.Error(what)
		}
	})
}

func TestL5_ASwapAndAReclaimAndAFollowUpAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(40)
		for round := range 5 {
			p := w.hire(w.manager.ID)
			var ids []string
			var h Holding
			for range 2 {
				h = w.draw(p)
				ids = append(ids, h.Lead.ID)
			}
			if round%2 == 0 {
				w.clock.Set(h.Tenure.Due) // too late to swap: only the follow-up saves a lead
			}
			errs := together(3, func(i int) (err error) {
				switch i {
				case 0:
					_, err = w.Swap(ctx, p, ids[:1], ids[1:], "")
				case 1:
					_, err = w.FollowUp(ctx, p, ids[0], Contact{Kind: Call, Outcome: "接通"})
				default:
					err = w.ReclaimDue(ctx)
				}
				return err
			})
			w.must(errs[2])
			got := fmt.Sprint(w.where(ids))
			followed, swapped := errs[1] == nil, errs[0] == nil
			want := "[private pool]"
			if round%2 == 0 {
				want = map[bool]string{true: "[held pool]", false: "[pool pool]"}[followed]
			}
			if swapped != (round%2 == 1) || got != want {
				t.Errorf("round %d: %s, want %s; %v", round, got, want, errs)
			}
			w.must(w.dir.Deactivate(ctx, w.hr, p.ID, "left the company"))
		}
		if what := w.broken(); what != "" {
			t.Error(what)
		}
	})
}

func TestL1_TransfersDrawsAndClaimsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(6)
		ids := w.hand(2)
		crowd := []people.Person{w.bob, w.hire(w.manager.ID), w.hire(w.manager.ID)}
		for i, err := range together(12, func(i int) (err error) {
			p, id := crowd[i%3], ids[i%2]
			switch i % 4 {
			case 0, 1:
				_, err = w.Transfer(ctx, w.manager, id, p.ID, "換人")
			case 2:
				_, err = w.Claim(ctx, p, id, "")
			default:
				_, err = w.Draw(ctx, p, "", "")
			}
			return err
		}) {
			if err != nil && !fault.Is(err, fault.Conflict) {
				t.Errorf("%d: %v", i, err)
			}
		}
		if what := w.broken(); what != "" {
			t.Error(what)
		}
		for _, id := range ids {
			if open := w.count(`SELECT count(*) FROM tenure WHERE lead_id = ? AND ended_ms IS NULL`, id); open != 1 || w.state(id) != Held {
				t.Errorf("%d open tenures", open)
			}
		}
	})
}

func TestL5_ATransferOrTheReclaimAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(6)
		h := w.draw(w.amy)
		w.clock.Set(h.Tenure.Due)
		errs := together(4, func(i int) error {
			if i == 0 {
				return w.ReclaimDue(ctx)
			}
			_, err := w.Transfer(ctx, w.manager, h.Lead.ID, w.bob.ID, "換人")
			return err
		})
		w.must(errs[0])
		for _, err := range errs[1:] {
			if !fault.HasKey(err, "moves.transfer_overdue") && !fault.HasKey(err, "leads.nobody_holds") {
				t.Error(err)
			}
		}
		if w.state(h.Lead.ID) != InPool || w.count(`SELECT count(*) FROM lead_event WHERE kind = 'reclaimed'`) != 1 {
			t.Error("not reclaimed once")
		}
	})
}
