package leads

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// TestAllocationKeepsThePromisesInAnyHistory drafts and publishes, perhaps days later, among draws, reclaims, verdicts,
// people who leave and policies that close the gate.
func TestAllocationKeepsThePromisesInAnyHistory(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.drawsPerDay, w.perDay, w.capacity, w.rules = 2, 4, 6, evenings(3, false)
		w.open()
		w.stock(20)
		staff := []people.Person{w.amy, w.bob, w.hire(w.manager.ID)}
		shut, gone, cases := false, map[string]bool{}, map[string][]int{}
		drafts, runs, most := map[string]string{}, 0, w.histories(24, 4)
		rapid.Check(t, func(rt *rapid.T) {
			if runs++; runs > most {
				return
			}
			w.t = stepper{t, rt}
			anyone := func(t *rapid.T) people.Person { return oneOf(t, staff...) }
			chief := func(t *rapid.T) people.Person { return oneOf(t, w.manager, w.boss) }
			var steps []func(*rapid.T)
			for _, s := range []struct {
				times int
				step  func(*rapid.T)
			}{
				{6, func(t *rapid.T) { // draft
					by := chief(t)
					drafts[by.ID], _ = w.drafts(by)
				}},
				{8, func(t *rapid.T) { // publish
					by := chief(t)
					id := drafts[by.ID]
					if id == "" {
						return
					}
					if err := w.Publish(ctx, by, id); fault.HasKey(err, "allocation.day_over") {
						return
					} else if err != nil {
						t.Fatal(err)
					}
					drafts[by.ID] = ""
					w.must(w.Give(ctx, id))
					for person, s := range w.shares(by, id) {
						open := !shut && !gone[person] && len(cases[person]) == 0
						if s.Given > 0 && !open || s.Settled.IsZero() || s.Given+len(s.Missed) != s.Planned {
							t.Fatalf("G1: the gate is open: %v, and the share is %+v", open, s)
						}
					}
				}},
				{2, func(t *rapid.T) {
					if _, err := w.Draw(ctx, anyone(t), "", ""); err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Forbidden) {
						t.Fatal(err)
					}
				}},
				{4, func(*rapid.T) { w.must(w.ReclaimDue(ctx)) }},
				{1, func(t *rapid.T) { // a red line
					if p := anyone(t); len(cases[p.ID]) == 0 {
						cases[p.ID] = append(cases[p.ID], w.redLine(p))
					}
				}},
				{2, func(t *rapid.T) { // overturned
					if p := anyone(t); len(cases[p.ID]) > 0 {
						w.overturn(p, cases[p.ID][0])
						cases[p.ID] = nil
					}
				}},
				{2, func(t *rapid.T) { // leave, and come back
					p := anyone(t)
					if !gone[p.ID] && below(t, 3) > 0 {
						return
					}
					if gone[p.ID] = !gone[p.ID]; gone[p.ID] {
						w.must(w.dir.Deactivate(ctx, w.hr, p.ID, "left the company"))
					} else {
						w.must(w.dir.Reactivate(ctx, w.hr, p.ID, "came back to us"))
					}
				}},
				{2, func(t *rapid.T) { // another policy
					if shut = below(t, 5) == 0; shut {
						w.close()
					} else {
						w.open()
					}
				}},
				{4, func(t *rapid.T) { w.clock.Add(time.Duration(1+below(t, 30)) * time.Hour) }},
			} {
				for range s.times {
					steps = append(steps, s.step)
				}
			}
			rt.Repeat(map[string]func(*rapid.T){
				"": func(*rapid.T) {},
				"steps": func(t *rapid.T) {
					for range 3 {
						oneOf(t, steps...)(t)
						w.allocated()
					}
				},
			})
		})
		if n := w.count(`SELECT count(*) FROM lead_event WHERE kind = 'assigned'`); n < 20 && w.db.Engine() == store.SQLite {
			t.Errorf("only %d leads were allocated: these histories prove too little", n)
		}
	})
}

// allocated compares what was given with the limits.
func (w *world) allocated() {
	w.t.Helper()
	for what, query := range map[string]string{
		"L2: too many for a day":           `SELECT count(*) FROM lead_day WHERE drawn + allocated > 4 OR drawn > 2`,
		"L2: too many held":                `SELECT count(*) FROM (SELECT holder_id FROM tenure WHERE ended_ms IS NULL GROUP BY holder_id HAVING count(*) > 6) too`,
		"L2: counters and tenures differ":  `SELECT (SELECT count(*) FROM tenure) - (SELECT coalesce(sum(drawn + allocated), 0) FROM lead_day)`,
		"L4: a state that is not a tenure": `SELECT (SELECT count(*) FROM lead WHERE state IN ('held', 'trust')) - (SELECT count(*) FROM tenure WHERE ended_ms IS NULL)`,
		"L6: the former holder did not wait": `SELECT count(*) FROM tenure a JOIN tenure b ON b.lead_id = a.lead_id AND b.holder_id = a.holder_id AND b.id <> a.id
			AND b.began_ms >= a.ended_ms AND b.began_ms < a.cool_ms`,
		"two drafts of one team": `SELECT count(*) FROM (SELECT team_of FROM allocation WHERE published_ms IS NULL AND discarded_ms IS NULL GROUP BY team_of HAVING count(*) > 1) too`,
	} {
		if n := w.count(query); n != 0 {
			w.t.Fatalf("%s: %d", what, n)
		}
	}
}
