package leads

import (
	"testing"
	"time"

	"bainian/app/fault"
)

func TestATransferIsForAManagerAboveBoth(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(6)
		id, carl := w.draw(w.amy).Lead.ID, w.hire(w.other.ID)
		_, err := w.Transfer(ctx, w.manager, id, w.bob.ID, " ")
		w.want(err, fault.Invalid, "moves.reason_missing")
		_, err = w.Transfer(ctx, w.manager, "nothing", w.bob.ID, "x")
		w.want(err, fault.NotFound, "leads.not_found")
		_, err = w.Transfer(ctx, w.manager, w.free()[0], w.bob.ID, "x")
		w.want(err, fault.Conflict, "leads.nobody_holds")
		_, err = w.Transfer(ctx, w.manager, id, w.amy.ID, "x")
		w.want(err, fault.Conflict, "moves.same_holder")
		_, err = w.Transfer(ctx, w.manager, id, carl.ID, "x")
		w.want(err, fault.Forbidden, "leads.not_your_report")
		_, err = w.Transfer(ctx, w.other, id, carl.ID, "x")
		w.want(err, fault.Forbidden, "leads.not_your_report")
		for _, p := range []string{w.hr.ID, w.admin.ID, w.amy.ID, w.bob.ID} {
			actor, err := w.dir.Person(ctx, p)
			w.must(err)
			_, err = w.Transfer(ctx, actor, id, w.bob.ID, "x")
			w.want(err, fault.Forbidden, "leads.not_your_report")
		}
		w.close()
		_, err = w.Transfer(ctx, w.manager, id, w.bob.ID, "x")
		w.closed(err)
		w.open()
		number := w.redLine(w.amy)
		_, err = w.Transfer(ctx, w.manager, id, w.bob.ID, "x")
		w.want(err, fault.Conflict, "leads.in_trust")
		w.overturn(w.amy, number)
		h, err := w.Transfer(ctx, w.manager, id, w.bob.ID, "客戶在他那一區")
		w.must(err)
		v, err := w.Lead(ctx, w.admin, id)
		w.must(err)
		if h.Tenure.HolderID != w.bob.ID || v.Tenure != h.Tenure || v.Lead.State != Held || v.Events[1].Kind != "transferred" || v.Events[1].Note != "客戶在他那一區" || v.Events[0].Kind != "assigned" {
			t.Errorf("%+v\n%+v", h, v)
		}
		desk, err := w.Mine(ctx, w.bob)
		if w.must(err); desk.Today.Allocated != 1 {
			t.Errorf("%+v", desk.Today)
		}
		_, err = w.Transfer(ctx, w.manager, id, w.amy.ID, "x") // L6
		w.want(err, fault.Conflict, "leads.cooling")
	})
}

func TestL5_AChainOfTransfersIsNoLongerThanItsFirstTenure(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(8)
		h := w.draw(w.amy)
		last, to := h.Tenure.Hard, w.bob
		for w.clock.Now().Before(h.Tenure.Hard.Add(-4 * 24 * time.Hour)) {
			w.clock.Add(4 * 24 * time.Hour)
			v, err := w.Lead(ctx, w.admin, h.Lead.ID)
			w.must(err)
			w.clock.Set(v.Tenure.Began.Add(time.Second))
			holder := w.amy
			if to.ID == w.amy.ID {
				holder = w.bob
			}
			w.followUp(holder, h.Lead.ID, Visit)
			w.clock.Set(v.Tenure.Began.Add(5 * 24 * time.Hour)) // three business days and a weekend, sometimes four
			moved, err := w.Transfer(ctx, w.manager, h.Lead.ID, to.ID, "換人")
			if fault.HasKey(err, "leads.cooling") {
				w.clock.Add(24 * time.Hour)
				moved, err = w.Transfer(ctx, w.manager, h.Lead.ID, to.ID, "換人")
			}
			w.must(err)
			if moved.Tenure.Hard.After(last) {
				t.Fatalf("from %s to %s", last, moved.Tenure.Hard)
			}
			last, to = moved.Tenure.Hard, holder
		}
		swapper := w.bob
		if to.ID == w.bob.ID {
			swapper = w.amy
		}
		other, err := w.Draw(ctx, swapper, "", "")
		w.must(err)
		_, err = w.Swap(ctx, swapper, []string{h.Lead.ID}, []string{other.Lead.ID}, "")
		w.must(err)
		if tn := w.tenure(h.Lead.ID); !tn.Hard.Equal(later(h.Tenure.Began.In(taipei), 60)) {
			t.Errorf("the private pool does not count from the first tenure: %+v", tn)
		}
		w.clock.Set(w.tenure(h.Lead.ID).Due)
		_, err = w.Transfer(ctx, w.manager, h.Lead.ID, to.ID, "換人")
		w.want(err, fault.Conflict, "moves.transfer_overdue")
		w.must(w.ReclaimDue(ctx))
		if s := w.state(h.Lead.ID); s != InPool {
			t.Error(s)
		}
	})
}

func TestAPrivateLeadIsHeldAfterATransfer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(6)
		ids := w.hand(3)
		_, err := w.Swap(ctx, w.amy, ids[:1], ids[1:2], "")
		w.must(err)
		h, err := w.Transfer(ctx, w.manager, ids[0], w.bob.ID, "換人")
		w.must(err)
		if w.state(ids[0]) != Held || !h.Tenure.Private.IsZero() || !h.Tenure.Hard.Equal(later(w.clock.Now().In(taipei), 20)) {
			t.Errorf("%+v", h)
		}
		w.sign(ids[2])
		w.clock.Add(60 * 24 * time.Hour)
		h, err = w.Transfer(ctx, w.manager, ids[2], w.bob.ID, "換人")
		w.must(err)
		if !h.Tenure.Exempt || !h.Tenure.Hard.After(w.clock.Now()) || h.Tenure.Hard.After(later(w.clock.Now().In(taipei), 2)) {
			t.Errorf("%+v", h)
		}
	})
}
