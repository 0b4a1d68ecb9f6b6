package leads

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// model is what the promises say must be true of a world, kept beside it by its own simple rules.
type model struct {
	*world
	staff  []people.Person
	shut   bool              // the policy closes the gate to all
	gone   map[string]bool   // deactivated
	cases  map[string][]int  // red lines that stand
	holder map[string]string // lead to person, in trust or not
	took   map[string]int    // by person and business day
	drew   map[string]int
	cool   map[string]time.Time // by lead and person
}

// TestPromisesHoldAfterEveryStep runs random histories over one database, which grows from run to run.
func TestPromisesHoldAfterEveryStep(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.drawsPerDay, w.perDay, w.capacity = 3, 4, 3
		w.open()
		m := &model{world: w, staff: []people.Person{w.amy, w.bob, w.hire(w.manager.ID)}, gone: map[string]bool{}, cases: map[string][]int{},
			holder: map[string]string{}, took: map[string]int{}, drew: map[string]int{}, cool: map[string]time.Time{}}
		w.stock(12)
		runs := 0
		rapid.Check(t, func(rt *rapid.T) {
			if runs++; runs > 20 && w.db.Engine() == store.Postgres {
				return // eight times slower, and the same
			}
			m.t = stepper{t, rt}
			rt.Repeat(map[string]func(*rapid.T){
				"":           func(*rapid.T) { m.invariants() },
				"draw":       m.drawStep,
				"assign":     m.assignStep,
				"follow up":  m.followUpStep,
				"return":     m.returnStep,
				"reclaim":    m.reclaimStep,
				"red line":   m.redLineStep,
				"overturn":   m.overturnStep,
				"release":    m.releaseStep,
				"deactivate": m.deactivateStep,
				"policy":     m.policyStep,
				"tick":       m.tickStep,
			})
		})
	})
}

// stepper lets a world fail the step it is in.
type stepper struct {
	testing.TB
	step *rapid.T
}

func (s stepper) Fatal(args ...any)            { s.step.Fatal(args...) }
func (s stepper) Fatalf(f string, args ...any) { s.step.Fatalf(f, args...) }

func (m *model) anyone(t *rapid.T) people.Person { return rapid.SampledFrom(m.staff).Draw(t, "person") }

func (m *model) anyLead(t *rapid.T) string {
	ids := m.all()
	return ids[rapid.IntRange(0, len(ids)-1).Draw(t, "lead")]
}

// gateOpen is the gate as the promises have it.
func (m *model) gateOpen(p people.Person) bool {
	return !m.shut && !m.gone[p.ID] && len(m.cases[p.ID]) == 0
}

func (m *model) now() time.Time { return m.clock.Now().In(taipei) }

func workday(t time.Time) bool {
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday && t.Format("01-02") != "01-01"
}

func later(t time.Time, days int) time.Time {
	for days > 0 {
		if t = t.AddDate(0, 0, 1); workday(t) {
			days--
		}
	}
	return t
}

func (m *model) today(p people.Person) string {
	t := m.now()
	for !workday(t) {
		t = t.AddDate(0, 0, 1)
	}
	return p.ID + t.Format(time.DateOnly)
}

func (m *model) holds(p people.Person) (n int) {
	for _, id := range m.holder {
		if id == p.ID {
			n++
		}
	}
	return n
}

// began checks a tenure that was just given against everything that should have kept it from beginning.
func (m *model) began(t *rapid.T, p people.Person, h Holding) {
	switch {
	case !m.gateOpen(p):
		t.Fatalf("G1: a lead went through the closed gate of %s", p.Number)
	case m.holder[h.Lead.ID] != "":
		t.Fatalf("L1: a held lead was given again")
	case m.now().Before(m.cool[h.Lead.ID+p.ID]):
		t.Fatalf("L6: %s has to wait until %s", p.Number, m.cool[h.Lead.ID+p.ID])
	}
	m.holder[h.Lead.ID] = p.ID
	m.took[m.today(p)]++
	if held := m.holds(p); held > m.capacity || m.took[m.today(p)] > m.perDay {
		t.Fatalf("L2: %d held, %d taken today", held, m.took[m.today(p)])
	}
}

// refused checks that an open gate was not called closed, nor the other way round.
func (m *model) refused(t *rapid.T, p people.Person, err error) {
	shut := fault.HasKey(err, "leads.closed") || fault.HasKey(err, "leads.closed_to")
	if shut == m.gateOpen(p) {
		t.Fatalf("the gate of %s is open: %v, but %v", p.Number, m.gateOpen(p), err)
	}
	if !shut && !fault.Is(err, fault.Conflict) {
		t.Fatal(err)
	}
}

func (m *model) drawStep(t *rapid.T) {
	p := m.anyone(t)
	h, err := m.Draw(ctx, p, "", "")
	if err != nil {
		m.refused(t, p, err)
		return
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

func (m *model) followUpStep(t *rapid.T) {
	p, id := m.anyone(t), m.anyLead(t)
	_, err := m.FollowUp(ctx, p, id, Contact{Kind: Call, Outcome: "x"})
	if works := m.holder[id] == p.ID && len(m.cases[p.ID]) == 0; works != (err == nil) {
		t.Fatalf("may work it: %v, but %v", works, err)
	}
}

func (m *model) returnStep(t *rapid.T) {
	p, id := m.anyone(t), m.anyLead(t)
	err := m.Return(ctx, p, id, Returning{Reason: "not mine"})
	if works := m.holder[id] == p.ID && len(m.cases[p.ID]) == 0; works != (err == nil) {
		t.Fatalf("may return it: %v, but %v", works, err)
	}
	if err == nil {
		m.ended(id, coolReturned)
	}
}

func (m *model) ended(id string, days int) {
	m.cool[id+m.holder[id]] = later(m.now(), days)
	delete(m.holder, id)
}

func (m *model) reclaimStep(t *rapid.T) {
	m.must(m.ReclaimDue(ctx))
	if n := m.count(`SELECT count(*) FROM tenure WHERE ended_ms IS NULL AND paused_ms IS NULL AND due_ms <= ?`, store.Ms(m.clock.Now())); n != 0 {
		t.Fatalf("L5: %d clocks have run out and the leads are still held", n)
	}
	for id := range m.holder {
		if m.state(id) == InPool {
			m.ended(id, coolReclaimed)
		}
	}
}

func (m *model) redLineStep(t *rapid.T) {
	if p := m.anyone(t); len(m.cases[p.ID]) < 2 {
		m.cases[p.ID] = append(m.cases[p.ID], m.redLine(p))
	}
}

func (m *model) overturnStep(t *rapid.T) {
	p := m.anyone(t)
	if n := len(m.cases[p.ID]); n > 0 {
		m.overturn(p, m.cases[p.ID][n-1])
		m.cases[p.ID] = m.cases[p.ID][:n-1]
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

func (m *model) released(p people.Person) {
	for id, holder := range m.holder {
		if holder == p.ID {
			m.ended(id, coolReturned)
		}
	}
}

func (m *model) deactivateStep(t *rapid.T) {
	p := m.anyone(t)
	if m.gone[p.ID] {
		m.must(m.dir.Reactivate(ctx, m.hr, p.ID, "came back to us"))
	} else {
		m.must(m.dir.Deactivate(ctx, m.hr, p.ID, "left the company"))
		m.released(p)
	}
	m.gone[p.ID] = !m.gone[p.ID]
}

func (m *model) policyStep(t *rapid.T) {
	if m.shut = rapid.IntRange(0, 3).Draw(t, "close") == 0; m.shut {
		m.close()
	} else {
		m.open()
	}
}

func (m *model) tickStep(t *rapid.T) {
	m.clock.Add(time.Duration(rapid.IntRange(1, 40).Draw(t, "hours")) * time.Hour)
}

// invariants compares the database with the model and with itself.
func (m *model) invariants() {
	states, held := map[string]State{}, map[string]string{}
	m.must(m.db.Read(ctx, func(rx *store.Rx) error {
		clear(states)
		clear(held)
		if err := rx.Each(`SELECT id, state FROM lead`, nil, func(r store.Row) error {
			var id string
			var s State
			err := r.Scan(&id, &s)
			states[id] = s
			return err
		}); err != nil {
			return err
		}
		return rx.Each(`SELECT lead_id, holder_id FROM tenure WHERE ended_ms IS NULL`, nil, func(r store.Row) error {
			var lead, holder string
			err := r.Scan(&lead, &holder)
			if held[lead] != "" {
				return fmt.Errorf("L1: two open tenures of %s", lead)
			}
			held[lead] = holder
			return err
		})
	}))
	for id, s := range states {
		want := InPool
		if p := m.holder[id]; p != "" {
			if want = Held; len(m.cases[p]) > 0 {
				want = InTrust
			}
		}
		if !slices.Contains(States(), s) || s != want || held[id] != m.holder[id] {
			m.t.Fatalf("L4: lead %s is %s with %q, must be %s with %q", id, s, held[id], want, m.holder[id])
		}
	}
	for what, query := range map[string]string{
		"L5: a clock beyond its maximum":            `SELECT count(*) FROM tenure WHERE due_ms > hard_ms`,
		"L5: more reclaims than tenures reclaimed":  `SELECT (SELECT count(*) FROM lead_event WHERE kind = 'reclaimed') - (SELECT count(*) FROM tenure WHERE ended_how = 'reclaimed')`,
		"L5: a lead reclaimed before it was due":    `SELECT count(*) FROM tenure WHERE ended_how = 'reclaimed' AND due_ms > ended_ms`,
		"L4: a lead in trust whose clock runs":      `SELECT count(*) FROM tenure t JOIN lead l ON l.id = t.lead_id WHERE t.ended_ms IS NULL AND (l.state = 'trust') <> (t.paused_ms IS NOT NULL)`,
		"L4: a pause without its record":            `SELECT (SELECT count(*) FROM tenure WHERE paused_ms IS NOT NULL) - (SELECT count(*) FROM trust WHERE ended_ms IS NULL)`,
		"L2: counters and tenures differ":           `SELECT (SELECT count(*) FROM tenure) - (SELECT coalesce(sum(drawn + allocated), 0) FROM lead_day)`,
		"audit: a tenure without its event":         `SELECT (SELECT count(*) FROM tenure) - (SELECT count(*) FROM lead_event WHERE kind IN ('drawn', 'assigned'))`,
		"audit: an end without its event":           `SELECT (SELECT count(*) FROM tenure WHERE ended_ms IS NOT NULL) - (SELECT count(*) FROM lead_event WHERE kind IN ('returned', 'reclaimed', 'trust', 'deactivated'))`,
		"a follow-up that its tenure did not count": `SELECT (SELECT count(*) FROM follow_up) - (SELECT coalesce(sum(follow_ups), 0) FROM tenure)`,
	} {
		if n := m.count(query); n != 0 {
			m.t.Fatalf("%s: %d", what, n)
		}
	}
}
