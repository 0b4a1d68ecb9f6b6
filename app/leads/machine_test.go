package leads

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// kinds are what has to happen in histories that prove something.
var kinds = []string{"drawn", "assigned", "transferred", "swapped", "kept", "staged", "returned", "moved", "closed", "reopened", "reclaimed", "merged", "erased", "ruled", "trusted", "restored", "trust", "deactivated"}

// happened reports whether there are events of all kinds.
func (w *world) happened(kinds []string) bool {
	return w.count(`SELECT count(DISTINCT kind) FROM lead_event WHERE kind IN (`+places(len(kinds))+`)`, anys(kinds)...) == len(kinds)
}

// TestPromisesHoldAfterEveryStep runs random histories over one database, which grows from run to run.
// BAINIAN_TEST_HISTORIES says how many; the suite runs a few, and more if something has not happened in them.
func TestPromisesHoldAfterEveryStep(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.drawsPerDay, w.perDay, w.capacity = 3, 5, 4
		w.rules = "pools:\n  - {pool: default, title: Pool, newcomer_share: 0, private_cap: 2}\n  - {pool: east, title: East, newcomer_share: 0, private_cap: 1}\n"
		w.open()
		m := &model{world: w, staff: []people.Person{w.amy, w.bob, w.hire(w.manager.ID)}, gone: map[string]bool{}, cases: map[string][]int{}, since: map[string]time.Time{},
			took: map[string]int{}, drew: map[string]int{}, cool: map[string]time.Time{}, lead: map[string]*leadModel{}}
		w.stock(12)
		runs, most := 0, w.histories(60, 3)
		var failed any
		rapid.Check(t, func(rt *rapid.T) {
			if runs++; runs > most && (w.db.Engine() != store.SQLite || w.happened(kinds)) {
				return
			}
			if failed != nil {
				rt.Fatal(failed) // what went on in the meantime makes every other history of this database another one
			}
			defer func() {
				if r := recover(); r != nil {
					if rt.Failed() {
						failed = r
					}
					panic(r)
				}
			}()
			m.t = stepper{t, rt}
			steps := m.steps()
			rt.Repeat(map[string]func(*rapid.T){
				"": func(*rapid.T) {},
				"steps": func(t *rapid.T) {
					for range 3 {
						steps[below(t, len(steps))](t)
						m.invariants()
					}
				},
			})
		})
		for _, kind := range kinds {
			if n := w.count(`SELECT count(*) FROM lead_event WHERE kind = ?`, kind); n == 0 && w.db.Engine() == store.SQLite {
				t.Errorf("nothing was ever %s: these histories prove too little", kind)
			} else {
				t.Logf("%d %s", n, kind)
			}
		}
	})
}

// steps are all steps, as often as they are wanted.
func (m *model) steps() (all []func(*rapid.T)) {
	for _, s := range []struct {
		times int
		step  func(*rapid.T)
	}{
		{12, m.drawStep}, {4, m.claimStep}, {6, m.assignStep}, {6, m.transferStep}, {14, m.swapStep}, {12, m.followUpStep}, {10, m.advanceStep},
		{4, m.returnStep}, {3, m.moveStep}, {4, m.closeStep}, {3, m.reopenStep}, {6, m.reclaimStep}, {1, m.absenceStep}, {1, m.withdrawalStep},
		{1, m.mergeStep}, {1, m.eraseStep}, {4, m.disputeStep}, {1, m.redLineStep}, {3, m.overturnStep}, {1, m.releaseStep}, {3, m.deactivateStep}, {3, m.policyStep}, {3, m.importStep}, {8, m.tickStep},
	} {
		for range s.times {
			all = append(all, s.step)
		}
	}
	return all
}

func (m *model) drawStep(t *rapid.T) {
	p := m.anyone(t)
	h, err := m.Draw(ctx, p, "", "")
	if err != nil {
		m.refused(t, p, err)
		return
	}
	m.drawn(t, p, h)
}

func (m *model) claimStep(t *rapid.T) {
	p := m.anyone(t)
	h, err := m.Claim(ctx, p, m.anyLead(t), "")
	if err != nil {
		m.refused(t, p, err)
		return
	}
	m.drawn(t, p, h)
}

func (m *model) drawn(t *rapid.T, p people.Person, h Holding) {
	if m.of(h.Lead.ID).handover {
		t.Fatal("L4: a lead was drawn out of handover")
	}
	m.began(t, p, h)
	if m.drew[m.today(p)]++; m.drew[m.today(p)] > m.drawsPerDay {
		t.Fatal("L2: too many draws")
	}
}

func (m *model) assignStep(t *rapid.T) {
	p := m.anyone(t)
	h, err := m.Assign(ctx, m.manager, m.anyLead(t), p.ID)
	if err != nil {
		m.refused(t, p, err)
		return
	}
	m.began(t, p, h)
}

func (m *model) transferStep(t *rapid.T) {
	p, id := m.anyone(t), m.anyLead(t)
	l := m.of(id)
	chain := l.chain
	h, err := m.Transfer(ctx, m.manager, id, p.ID, "換人")
	if err != nil {
		if l.holder != "" && l.holder != p.ID && !fault.HasKey(err, "leads.in_trust") && !fault.HasKey(err, "moves.transfer_overdue") {
			m.refused(t, p, err)
		}
		return
	}
	if len(m.cases[l.holder]) > 0 {
		t.Fatal("a lead was transferred out of trust")
	}
	m.ended(id, coolReturned)
	m.began(t, p, h)
	l.chain = chain.handedOn(l)
}

func (m *model) swapStep(t *rapid.T) {
	p := m.anyone(t)
	in, out := m.some(t, p), m.some(t, p)
	request := oneOf(t, []string{"", "", "", p.ID + m.now().Format(time.DateOnly)}...)
	before := m.count(`SELECT count(*) FROM swap`)
	known := request != "" && m.count(`SELECT count(*) FROM swap WHERE person_id = ? AND request = ?`, p.ID, request) == 1
	may := m.gateOpen(p) && m.swappable(p, in, out)
	s, err := m.Swap(ctx, p, in, out, request)
	if known {
		if err != nil || m.count(`SELECT count(*) FROM swap`) != before || m.count(`SELECT count(*) FROM swap WHERE id = ? AND request = ?`, s.ID, request) != 1 {
			t.Fatalf("L7: the same request: %+v, %v", s, err)
		}
		return
	}
	if may != (err == nil) {
		t.Fatalf("L3: may swap %v for %v: %v (the gate is open: %v), but %v", in, out, may, m.gateOpen(p), err)
	}
	if err != nil {
		return
	}
	for _, id := range in {
		m.of(id).private = true
	}
	for _, id := range out {
		m.ended(id, coolReturned)
	}
}

// some are leads that a person may want to swap, mostly their own.
func (m *model) some(t *rapid.T, p people.Person) (ids []string) {
	var own []string
	for _, id := range m.all() {
		if m.of(id).holder == p.ID {
			own = append(own, id)
		}
	}
	for range []int{1, 1, 1, 1, 2, 2, 0}[below(t, 7)] {
		if len(own) > 0 && below(t, 10) > 0 {
			ids = append(ids, own[below(t, len(own))])
		} else {
			ids = append(ids, m.anyLead(t))
		}
	}
	return ids
}

// swappable is the rule of a swap, told another way.
func (m *model) swappable(p people.Person, in, out []string) bool {
	seen, stays, fills := map[string]bool{}, map[string]int{}, map[string]int{}
	for _, l := range m.lead {
		if l.holder == p.ID && l.private {
			stays[l.pool]++
		}
	}
	for _, id := range append(in[:len(in):len(in)], out...) {
		l := m.of(id)
		if seen[id] || l.holder != p.ID || len(m.cases[p.ID]) > 0 || l.exempt() || !m.tenure(id).Due.After(m.now()) {
			return false
		}
		seen[id] = true
	}
	gave := map[string]int{}
	for _, id := range in {
		if m.of(id).private {
			return false
		}
		fills[m.of(id).pool]++
	}
	for _, id := range out {
		if l := m.of(id); l.private {
			gave[l.pool]++
		}
	}
	for pool, most := range map[string]int{"default": 2, "east": 1} {
		lacks := max(0, stays[pool]+fills[pool]-most)
		if gave[pool] > lacks || fills[pool] > 0 && gave[pool] < lacks {
			return false
		}
	}
	return len(in) == len(out) && len(in) > 0
}

func (m *model) followUpStep(t *rapid.T) {
	p, id := m.anyone(t), m.anyLead(t)
	_, err := m.FollowUp(ctx, p, id, Contact{Kind: Call, Outcome: "x"})
	if works := m.works(p, id); works != (err == nil) {
		t.Fatalf("may work it: %v, but %v", works, err)
	}
	if err == nil {
		m.of(id).called = true
	}
}

func (m *model) advanceStep(t *rapid.T) {
	p, id := m.anyone(t), m.anyLead(t)
	l := m.of(id)
	stage := oneOf(t, []string{"lead", "proposal", "contract", "payment"}...)
	note := oneOf(t, []string{"老闆已在合約上用印", "簽了"}...)
	to := leadModel{stage: stage}
	may := m.works(p, id) && stage != l.stage
	if may && to.exempt() && !l.exempt() {
		may = l.called && len(note) > 8*3 && m.tenure(id).Due.After(m.now())
	}
	err := m.Advance(ctx, p, id, stage, note)
	if may != (err == nil) {
		t.Fatalf("may take %s from %q to %q: %v, but %v", id, l.stage, stage, may, err)
	}
	if err != nil {
		return
	}
	if to.exempt() && !l.exempt() {
		l.called = false
	}
	l.stage = stage
}

func (m *model) returnStep(t *rapid.T) {
	p, id := m.anyone(t), m.anyLead(t)
	pool := oneOf(t, []string{"", "", "east", "default"}...)
	err := m.Return(ctx, p, id, Returning{"not mine", pool})
	if works := m.works(p, id); works != (err == nil) {
		t.Fatalf("may return it: %v, but %v", works, err)
	}
	if err == nil {
		m.ended(id, coolReturned)
		if pool != "" {
			m.of(id).pool = pool
		}
	}
}

func (m *model) moveStep(t *rapid.T) {
	id, pool := m.anyLead(t), oneOf(t, []string{"east", "default"}...)
	err := m.Move(ctx, m.manager, id, pool, "分區")
	if in := m.of(id).state(m) == InPool; in != (err == nil) {
		t.Fatalf("may move it: %v, but %v", in, err)
	}
	if err == nil {
		m.of(id).pool = pool
	}
}

func (m *model) closeStep(t *rapid.T) {
	p, id := oneOf(t, append(m.staff[:3:3], m.manager)...), m.anyLead(t)
	l, c := m.of(id), Closing{oneOf(t, Outcomes()...), "談不成"}
	may := m.works(p, id) || p.ID == m.manager.ID && l.closed == "" && len(m.cases[l.holder]) == 0
	if c.Outcome == OutcomeWon {
		may = may && l.stage == "payment"
	}
	err := m.Close(ctx, p, id, c)
	if may != (err == nil) {
		t.Fatalf("may close it as %s: %v, but %v", c.Outcome, may, err)
	}
	if err != nil {
		return
	}
	m.closed(id, c.Outcome)
}

func (m *model) reopenStep(t *rapid.T) {
	ids := m.all()
	if some := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return m.of(id).closed == "" }); len(some) > 0 && below(t, 4) > 0 {
		ids = some
	}
	id := oneOf(t, ids...)
	l := m.of(id)
	err := m.Reopen(ctx, m.manager, id, "再試")
	if may := !l.erased && (l.closed == OutcomeLost || l.closed == OutcomeInvalid); may != (err == nil) {
		t.Fatalf("may reopen it: %v, but %v", may, err)
	}
	if err == nil {
		if l.closed = ""; l.exempt() {
			l.stage = "lead"
		}
	}
}

func (m *model) mergeStep(t *rapid.T) {
	keep, drop := m.anyLead(t), m.anyLead(t)
	k, d := m.of(keep), m.of(drop)
	may := keep != drop && k.closed == "" && d.closed == "" && k.state(m) != InTrust && d.state(m) != InTrust &&
		(d.holder == "" || d.holder == k.holder) && !(d.handover && k.state(m) == InPool)
	err := m.Merge(ctx, m.manager, keep, drop, "同一家")
	if may != (err == nil) {
		t.Fatalf("may merge %+v into %+v: %v, but %v", d, k, may, err)
	}
	if err != nil {
		return
	}
	m.closed(drop, OutcomeDuplicate)
	d.into = keep
	for _, l := range m.lead {
		if l.into == drop {
			l.into = keep
		}
	}
}

// closed is a lead that is closed, and whose tenure, if it had one, has ended.
func (m *model) closed(id string, c Outcome) {
	l := m.of(id)
	if l.holder != "" {
		m.ended(id, coolReturned)
	}
	l.closed, l.handover = c, false
}

// eraseStep erases a customer by any of the leads that were merged into one.
func (m *model) eraseStep(t *rapid.T) {
	id := m.anyLead(t)
	if below(t, 3) > 0 {
		return
	}
	kept := cmp.Or(m.of(id).into, id)
	err := m.Erase(ctx, m.hr, id, "當事人要求")
	if may := !m.of(kept).erased; may != (err == nil) {
		t.Fatalf("may erase %+v: %v, but %v", m.of(kept), may, err)
	}
	if m.of(kept).closed == "" {
		m.closed(kept, OutcomeInvalid)
	}
	m.of(kept).erased = true
}

// disputeStep raises a dispute and rules on it; without a lead of the same customer its claimant has held this one before.
func (m *model) disputeStep(t *rapid.T) {
	p, id := m.anyone(t), m.anyLead(t)
	var had []string
	for _, x := range m.all() {
		if l := m.of(x); l.holder != "" && l.holder != p.ID && !m.cool[x+p.ID].IsZero() {
			had = append(had, x)
		}
	}
	if len(had) > 0 && below(t, 4) > 0 {
		id = oneOf(t, had...)
	}
	l := m.of(id)
	if l.state(m) == InTrust {
		return
	}
	d, err := m.Dispute(ctx, p, id, "我先談的")
	if slices.Contains(had, id) != (err == nil) {
		t.Fatalf("may dispute %+v: %v", l, err)
	}
	if err != nil {
		return
	}
	winner := oneOf(t, p.ID, l.holder)
	switch err := m.Rule(ctx, m.manager, d.ID, winner, "看跟進紀錄"); {
	case err != nil:
		if !fault.HasKey(err, "moves.transfer_overdue") {
			m.refused(t, p, err)
		}
		m.must(m.Rule(ctx, m.manager, d.ID, l.holder, "就維持這樣")) // or it would wait for ever
	case winner == p.ID:
		chain := l.chain
		m.ended(id, coolReturned)
		m.began(t, p, Holding{Lead: Lead{ID: id}})
		l.chain = chain.handedOn(l)
	}
}

func (m *model) reclaimStep(t *rapid.T) {
	m.must(m.ReclaimDue(ctx))
	if n := m.count(`SELECT count(*) FROM tenure WHERE ended_ms IS NULL AND paused_ms IS NULL AND NOT exempt AND due_ms <= ?`, store.Ms(m.clock.Now())); n != 0 {
		t.Fatalf("L5: %d clocks have run out and the leads are still held", n)
	}
	for id, l := range m.lead {
		if l.holder != "" && m.state(id) == InPool {
			if l.exempt() {
				t.Fatal("L5: reclaimed at an exempt stage")
			}
			m.ended(id, coolReclaimed)
		}
	}
}

func (m *model) absenceStep(t *rapid.T) {
	p, day := m.anyone(t), m.now().AddDate(0, 0, below(t, 4))
	from, to := day.Format(time.DateOnly), day.AddDate(0, 0, below(t, 3)).Format(time.DateOnly)
	a, err := m.Absent(ctx, m.manager, p.ID, from, to, "特休")
	m.must(err)
	m.away = append(m.away, a)
	for _, l := range m.lead {
		if l.holder == p.ID {
			l.chain.leave += len(daysOf([]Absence{a}))
		}
	}
}

func (m *model) withdrawalStep(t *rapid.T) {
	if len(m.away) == 0 {
		return
	}
	i := below(t, len(m.away))
	a, today := m.away[i], m.now().Format(time.DateOnly)
	err := m.WithdrawAbsence(ctx, m.hr, a.ID)
	if over := a.To < today || !a.Withdrawn.IsZero(); over != fault.HasKey(err, "moves.leave_over") || !over && err != nil {
		t.Fatalf("leave from %s to %s is over: %v, but %v", a.From, a.To, over, err)
	}
	if err == nil {
		m.away[i].Withdrawn = m.clock.Now()
	}
}

func (m *model) redLineStep(t *rapid.T) {
	if p := m.anyone(t); len(m.cases[p.ID]) < 2 {
		if len(m.cases[p.ID]) == 0 {
			m.since[p.ID] = m.now()
		}
		m.cases[p.ID] = append(m.cases[p.ID], m.redLine(p))
	}
}

func (m *model) overturnStep(t *rapid.T) {
	p := m.anyone(t)
	n := len(m.cases[p.ID])
	if n == 0 {
		return
	}
	m.overturn(p, m.cases[p.ID][n-1])
	if m.cases[p.ID] = m.cases[p.ID][:n-1]; n > 1 {
		return
	}
	for _, l := range m.lead {
		if l.holder == p.ID {
			l.chain.pause += m.now().Sub(m.since[p.ID])
		}
	}
}

func (m *model) releaseStep(t *rapid.T) {
	p := m.anyone(t)
	if len(m.cases[p.ID]) == 0 {
		return
	}
	m.must(m.db.Write(ctx, func(tx *store.Tx) error { return m.ReleaseIn(tx, p.ID, "hr", "final") }))
	m.released(p)
}

func (m *model) deactivateStep(t *rapid.T) {
	p := m.anyone(t)
	if !m.gone[p.ID] && below(t, 4) > 0 {
		return
	}
	if m.gone[p.ID] {
		m.must(m.dir.Reactivate(ctx, m.hr, p.ID, "came back to us"))
	} else {
		m.must(m.dir.Deactivate(ctx, m.hr, p.ID, "left the company"))
		m.released(p)
	}
	m.gone[p.ID] = !m.gone[p.ID]
}

func (m *model) policyStep(t *rapid.T) {
	if m.shut = below(t, 5) == 0; m.shut {
		m.close()
	} else {
		m.open()
	}
}

func (m *model) importStep(t *rapid.T) {
	if m.count(`SELECT count(*) FROM lead WHERE state <> 'closed'`) < 10 {
		m.stock(3)
	}
}

func (m *model) tickStep(t *rapid.T) {
	m.clock.Add(time.Duration(1+below(t, 30)) * time.Hour)
}
