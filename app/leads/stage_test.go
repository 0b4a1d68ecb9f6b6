package leads

import (
	"slices"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
)

func (w *world) followUp(p people.Person, leadID string, k Kind) Tenure {
	w.t.Helper()
	t, err := w.FollowUp(ctx, p, leadID, Contact{Kind: k, Outcome: "談過了"})
	w.must(err)
	return t
}

// sign takes a lead of amy's to the contract.
func (w *world) sign(leadID string) {
	w.t.Helper()
	w.clock.Add(time.Second)
	w.followUp(w.amy, leadID, Visit)
	w.must(w.Advance(ctx, w.amy, leadID, "contract", "老闆已在合約上用印"))
}

func (w *world) tenure(leadID string) Tenure {
	w.t.Helper()
	v, err := w.Lead(ctx, w.admin, leadID)
	w.must(err)
	return v.Tenure
}

func TestAStageIsRecordedWithWhoAndWhen(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(2)
		id := w.draw(w.amy).Lead.ID
		w.must(w.Advance(ctx, w.amy, id, "proposal", ""))
		w.must(w.Advance(ctx, w.manager, id, "needs", "報價前先問清楚"))
		v, err := w.Lead(ctx, w.amy, id)
		w.must(err)
		want := []StageChange{{"proposal", "needs", "報價前先問清楚", w.manager.ID, w.clock.Now().UTC()}, {"lead", "proposal", "", w.amy.ID, w.clock.Now().UTC()}}
		if v.Lead.Stage != "needs" || !slices.Equal(v.Stages, want) || v.Events[0].Kind != "staged" {
			t.Errorf("%+v", v)
		}
		w.want(w.Advance(ctx, w.amy, id, "needs", ""), fault.Conflict, "moves.stage_same")
		w.want(w.Advance(ctx, w.amy, id, "gone", ""), fault.Invalid, "moves.no_stage")
		w.want(w.Advance(ctx, w.bob, id, "visit", ""), fault.NotFound, "leads.not_held")
		w.want(w.Advance(ctx, w.other, id, "visit", ""), fault.NotFound, "leads.not_held")
		w.redLine(w.amy)
		w.want(w.Advance(ctx, w.manager, id, "visit", ""), fault.Conflict, "leads.in_trust")
	})
}

func TestL5_AnExemptStageWantsEvidenceAndStopsTheClock(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(2)
		id := w.draw(w.amy).Lead.ID
		got := w.problems(w.Advance(ctx, w.amy, id, "contract", "簽了"))
		if !slices.Equal(got, []string{"moves.evidence_note", "moves.evidence_contact"}) {
			t.Error(got)
		}
		w.clock.Add(time.Minute)
		w.followUp(w.amy, id, Message)
		w.followUp(w.amy, id, Note)
		if got := w.problems(w.Advance(ctx, w.amy, id, "contract", "老闆已在合約上用印")); !slices.Equal(got, []string{"moves.evidence_contact"}) {
			t.Error(got)
		}
		w.at(23, 10, 0)
		w.followUp(w.amy, id, Visit)                               // a Monday
		before := w.tenure(id)                                     // until the next at 9:01
		w.must(w.Advance(ctx, w.amy, id, "contract", "老闆已在合約上用印")) // five business days are left
		w.at(27, 10, 0)
		list, err := w.Exempt(ctx, w.manager)
		w.must(err)
		if len(list) != 1 || list[0].Lead.ID != id || list[0].Lead.Masked || list[0].Holder.ID != w.amy.ID || list[0].Note != "老闆已在合約上用印" ||
			list[0].By != w.amy.ID || !list[0].Since.Equal(w.clock.Now().AddDate(0, 0, -4)) || list[0].Contacts != 1 {
			t.Errorf("%+v", list)
		}
		if list, err = w.Exempt(ctx, w.hr); err != nil || len(list) != 1 || !list[0].Lead.Masked {
			t.Errorf("%+v %v", list, err)
		}
		if list, err = w.Exempt(ctx, w.other); err != nil || len(list) != 0 {
			t.Errorf("%+v %v", list, err)
		}
		_, err = w.Exempt(ctx, w.amy)
		w.want(err, fault.Forbidden, "leads.managers_only")
		board, err := w.Board(ctx, w.manager)
		if w.must(err); board[0].Held != 1 || board[0].Exempt != 1 || board[0].Private != 0 || !board[0].Due.IsZero() {
			t.Errorf("%+v", board[0])
		}

		w.clock.Set(time.Date(2026, 12, 10, 10, 0, 0, 0, taipei))
		w.must(w.ReclaimDue(ctx))
		w.want(w.Reclaim(ctx, w.manager, id), fault.Conflict, "leads.exempt")
		w.must(w.Advance(ctx, w.amy, id, "objections", "對方法務要再看"))
		after := w.tenure(id)
		if after.Exempt || !before.Due.Equal(time.Date(2026, 11, 30, 9, 1, 0, 0, taipei)) || !after.Due.Equal(time.Date(2026, 12, 17, 9, 1, 0, 0, taipei)) || !after.Hard.Equal(before.Hard) {
			t.Errorf("five business days were left of %s: %+v", before.Due, after)
		}
		if got := w.problems(w.Advance(ctx, w.amy, id, "contract", "這次真的要簽了吧")); !slices.Equal(got, []string{"moves.evidence_contact"}) {
			t.Error("the same visit twice:", got)
		}
		w.clock.Set(after.Due)
		w.want(w.Advance(ctx, w.amy, id, "contract", "這次真的要簽了吧"), fault.Conflict, "moves.overdue")
		w.followUp(w.amy, id, Call)
		w.must(w.Advance(ctx, w.amy, id, "contract", "這次真的要簽了吧"))
		w.clock.Set(time.Date(2027, 3, 1, 10, 0, 0, 0, taipei))
		w.must(w.Advance(ctx, w.amy, id, "objections", "對方反悔了"))
		if tn := w.tenure(id); !tn.Due.Equal(before.Hard) {
			t.Errorf("beyond the hard maximum: %+v", tn)
		}
		w.must(w.ReclaimDue(ctx))
		if s := w.state(id); s != InPool {
			t.Error(s)
		}
	})
}

func TestAClosingHasAnOutcomeAndAReason(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(6)
		ids := w.hand(4)
		w.want(w.Close(ctx, w.amy, ids[0], Closing{Outcome: "sold"}), fault.Invalid, "moves.outcome_unknown")
		w.want(w.Close(ctx, w.amy, ids[0], Closing{Outcome: OutcomeLost, Reason: " "}), fault.Invalid, "moves.reason_missing")
		w.want(w.Close(ctx, w.bob, ids[0], Closing{Outcome: OutcomeLost, Reason: "x"}), fault.NotFound, "leads.not_held")
		w.want(w.Close(ctx, w.amy, ids[0], Closing{Outcome: OutcomeWon}), fault.Conflict, "moves.not_won")
		w.sign(ids[0])
		w.want(w.Close(ctx, w.amy, ids[0], Closing{Outcome: OutcomeWon}), fault.Conflict, "moves.not_won")
		w.must(w.Advance(ctx, w.amy, ids[0], "payment", ""))
		w.must(w.Close(ctx, w.amy, ids[0], Closing{Outcome: OutcomeWon}))
		w.want(w.Close(ctx, w.amy, ids[0], Closing{Outcome: OutcomeWon}), fault.Conflict, "moves.closed")
		w.must(w.Close(ctx, w.manager, ids[1], Closing{OutcomeInvalid, "空號"}))
		w.sign(ids[2])
		w.must(w.Close(ctx, w.amy, ids[2], Closing{OutcomeLost, "簽給別家"}))
		free := w.free()[0]
		w.want(w.Close(ctx, w.amy, free, Closing{OutcomeDuplicate, "x"}), fault.Forbidden, "leads.managers_only")
		w.must(w.Close(ctx, w.hr, free, Closing{OutcomeDuplicate, "同一家"}))

		for id, key := range map[string]string{ids[0]: "moves.closed_for_good", free: "moves.closed_for_good", ids[3]: "moves.not_closed"} {
			w.want(w.Reopen(ctx, w.manager, id, "再試"), fault.Conflict, key)
		}
		w.want(w.Reopen(ctx, w.amy, ids[1], "再試"), fault.Forbidden, "leads.managers_only")
		w.must(w.Reopen(ctx, w.manager, ids[1], "換了號碼"))
		w.must(w.Reopen(ctx, w.hr, ids[2], "一年後再談"))
		w.want(w.Reopen(ctx, w.hr, ids[2], "一年後再談"), fault.Conflict, "moves.not_closed")
		v, err := w.Lead(ctx, w.manager, ids[2])
		w.must(err)
		if v.Lead.State != InPool || v.Lead.Stage != "lead" || len(v.Closures) != 1 || v.Closures[0].Stage != "contract" || v.Closures[0].HolderID != w.amy.ID ||
			v.Closures[0].Reopened.By != w.hr.ID || v.Closures[0].Reason != "簽給別家" {
			t.Errorf("%+v", v)
		}
		_, err = w.Claim(ctx, w.amy, ids[2], "")
		w.want(err, fault.Conflict, "leads.cooling")
		h, err := w.Claim(ctx, w.bob, ids[2], "")
		if w.must(err); h.Tenure.Exempt {
			t.Error("a lead from the pool is exempt from reclaim")
		}
	})
}

func TestAContractGoesToHandoverAndToTheTeamOfItsLastHolder(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(3)
		id, leaver := w.draw(w.amy).Lead.ID, w.hire(w.manager.ID)
		w.sign(id)
		w.must(w.Return(ctx, w.amy, id, Returning{Reason: "我要調部門"}))
		second := w.draw(leaver)
		_, err := w.FollowUp(ctx, leaver, second.Lead.ID, Contact{Kind: Call, Outcome: "x"})
		w.must(err)
		w.must(w.Advance(ctx, leaver, second.Lead.ID, "contract", "老闆已在合約上用印"))
		w.clock.Add(time.Hour)
		w.must(w.dir.Deactivate(ctx, w.hr, leaver.ID, "left the company"))
		list, err := w.Handovers(ctx, w.boss)
		w.must(err)
		if len(list) != 2 || list[0].Lead.ID != id || list[0].Last.ID != w.amy.ID || list[0].How != Returned || list[1].Last.ID != leaver.ID || list[1].How != Deactivated || list[0].Lead.Masked {
			t.Errorf("%+v", list)
		}
		if list, err = w.Handovers(ctx, w.other); err != nil || len(list) != 0 {
			t.Errorf("%+v %v", list, err)
		}
		if list, err = w.Handovers(ctx, w.hr); err != nil || len(list) != 2 || !list[0].Lead.Masked {
			t.Errorf("%+v %v", list, err)
		}
		_, err = w.Claim(ctx, w.bob, id, "")
		w.want(err, fault.Conflict, "leads.taken")
		carl := w.hire(w.other.ID)
		_, err = w.Assign(ctx, w.other, id, carl.ID)
		w.want(err, fault.Forbidden, "moves.not_your_handover")
		_, err = w.Assign(ctx, w.manager, id, carl.ID)
		w.want(err, fault.Forbidden, "leads.not_your_report")
		_, err = w.Assign(ctx, w.manager, id, w.amy.ID)
		w.want(err, fault.Conflict, "leads.cooling")
		w.close()
		_, err = w.Assign(ctx, w.manager, id, w.bob.ID)
		w.closed(err)
		w.open()
		h, err := w.Assign(ctx, w.manager, id, w.bob.ID)
		if w.must(err); !h.Tenure.Exempt || h.Lead.State != Held {
			t.Errorf("%+v", h)
		}
		w.clock.Add(100 * 24 * time.Hour)
		w.must(w.Advance(ctx, w.bob, id, "proposal", "客戶要改規格"))
		if tn := w.tenure(id); !tn.Due.Equal(tn.Hard) || tn.Exempt {
			t.Errorf("%+v", tn)
		}
	})
}

func TestClosingAndReopeningKeepsAFreshLeadForWhomItIsKept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.rules = "pools:\n  - {pool: default, title: Pool, embargo_days: 2}\n  - {pool: east, title: East, newcomer_share: 0}\n"
		w.open()
		id := w.one("北區")
		w.must(w.Close(ctx, w.manager, id, Closing{OutcomeInvalid, "空號"}))
		w.must(w.Reopen(ctx, w.manager, id, "號碼對了"))
		w.must(w.Move(ctx, w.manager, id, "east", "東區的客戶"))
		_, err := w.Claim(ctx, w.bob, id, "")
		w.want(err, fault.Conflict, "leads.embargo")
	})
}
