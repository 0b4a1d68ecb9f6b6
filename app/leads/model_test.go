package leads

import (
	"fmt"
	"slices"
	"strconv"
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
	staff []people.Person
	shut  bool                 // the policy closes the gate to all
	gone  map[string]bool      // deactivated
	cases map[string][]int     // red lines that stand
	since map[string]time.Time // the first of those
	away  []Absence
	took  map[string]int // by person and business day
	drew  map[string]int
	cool  map[string]time.Time // by lead and person
	lead  map[string]*leadModel
}

// leadModel is where a lead is.
type leadModel struct {
	pool, stage string
	holder      string // in trust or not
	private     bool
	handover    bool
	closed      Outcome
	into        string // the lead that it was merged into
	erased      bool
	called      bool // since the tenure began, or since it was at an exempt stage
	chain       chain
}

// chain bounds how long a lead may stay with people who hand it on to each other.
type chain struct {
	began  time.Time
	pause  time.Duration // in trust
	leave  int           // days of its holders, at most
	bumped bool          // transferred at an exempt stage, where nothing is bounded
	long   bool          // has been private
}

// gone is when a lead that may be kept for so many days is back at the latest. A pause is no whole number of business days,
// so with one it may be a weekend and a holiday later.
func (c chain) gone(days int) time.Time {
	if c.pause == 0 {
		return later(c.began, days+c.leave)
	}
	return later(later(c.began, days).Add(c.pause), c.leave).AddDate(0, 0, 4)
}

// handedOn is the chain once the lead has begun with another holder, whose leave to come counts, too.
func (c chain) handedOn(l *leadModel) chain {
	c.leave += l.chain.leave
	c.bumped = c.bumped || l.exempt()
	return c
}

func (l *leadModel) exempt() bool { return l.stage == "contract" || l.stage == "payment" }

func (l *leadModel) state(m *model) State {
	switch {
	case l.closed != "":
		return Closed
	case l.handover:
		return Handover
	case l.holder == "":
		return InPool
	case len(m.cases[l.holder]) > 0:
		return InTrust
	case l.private:
		return Private
	}
	return Held
}

// of is the model of a lead.
func (m *model) of(id string) *leadModel {
	if m.lead[id] == nil {
		m.lead[id] = &leadModel{pool: "default", stage: "lead"}
	}
	return m.lead[id]
}

// stepper lets a world fail the step it is in.
type stepper struct {
	testing.TB
	step *rapid.T
}

func (s stepper) Fatal(args ...any)            { s.step.Fatal(args...) }
func (s stepper) Fatalf(f string, args ...any) { s.step.Fatalf(f, args...) }

// below is a number from 0 up to n, each as likely: rapid's own prefer the ends, and a world of which most is never done
// proves little.
func below(t *rapid.T, n int) int {
	bits := rapid.SliceOfN(rapid.Bool(), 12, 12).Draw(t, "of "+strconv.Itoa(n))
	v := 0
	for _, bit := range bits {
		if v *= 2; bit {
			v++
		}
	}
	return v * n >> len(bits)
}

func oneOf[T any](t *rapid.T, all ...T) T { return all[below(t, len(all))] }

func (m *model) anyone(t *rapid.T) people.Person { return oneOf(t, m.staff...) }

// anyLead is mostly one that is not closed.
func (m *model) anyLead(t *rapid.T) string {
	ids := m.all()
	open := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return m.of(id).closed != "" })
	if len(open) > 0 && below(t, 10) > 0 {
		ids = open
	}
	return oneOf(t, ids...)
}

// gateOpen is the gate as the promises have it.
func (m *model) gateOpen(p people.Person) bool {
	return !m.shut && !m.gone[p.ID] && len(m.cases[p.ID]) == 0
}

// works reports whether a person holds a lead and may go on with it.
func (m *model) works(p people.Person, id string) bool {
	return m.of(id).holder == p.ID && len(m.cases[p.ID]) == 0
}

// onLeave reports whether today is of a person's leave; a day on which it was withdrawn still is.
func (m *model) onLeave(p people.Person) bool {
	today := m.now().Format(time.DateOnly)
	return slices.ContainsFunc(m.away, func(a Absence) bool {
		return a.PersonID == p.ID && a.From <= today && today <= a.To && (a.Withdrawn.IsZero() || a.Withdrawn.In(taipei).Format(time.DateOnly) >= today)
	})
}

func (m *model) now() time.Time { return m.clock.Now().In(taipei) }

func workday(t time.Time) bool {
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday && t.Format("2006-01-02") != "2027-01-01"
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
	for _, l := range m.lead {
		if l.holder == p.ID {
			n++
		}
	}
	return n
}

// began checks a tenure that was just given against everything that should have kept it from beginning.
func (m *model) began(t *rapid.T, p people.Person, h Holding) {
	l := m.of(h.Lead.ID)
	switch {
	case !m.gateOpen(p):
		t.Fatalf("G1: a lead went through the closed gate of %s", p.Number)
	case m.onLeave(p):
		t.Fatalf("a lead was given to %s, who is on leave", p.Number)
	case l.holder != "" || l.closed != "":
		t.Fatalf("L1: a held or closed lead was given again: %+v", l)
	case m.now().Before(m.cool[h.Lead.ID+p.ID]):
		t.Fatalf("L6: %s has to wait until %s", p.Number, m.cool[h.Lead.ID+p.ID])
	}
	l.holder, l.handover, l.private, l.called = p.ID, false, false, false
	l.chain = chain{began: m.now()}
	for _, a := range m.away {
		if a.PersonID == p.ID && a.To >= m.now().Format(time.DateOnly) {
			l.chain.leave += len(daysOf([]Absence{a}))
		}
	}
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

// ended is the end of a tenure: at an exempt stage the lead is in handover, unless the step says otherwise.
func (m *model) ended(id string, days int) {
	l := m.of(id)
	m.cool[id+l.holder] = later(m.now(), days)
	l.holder, l.private, l.handover = "", false, l.exempt()
}

func (m *model) released(p people.Person) {
	for id, l := range m.lead {
		if l.holder == p.ID {
			m.ended(id, coolReturned)
		}
	}
}

// leadRow is what the database says of a lead.
type leadRow struct {
	state       State
	pool, stage string
	tenures     int
	holder      string
	hard        int64
}

// invariants compares the database with the model and with itself.
func (m *model) invariants() {
	rows := map[string]leadRow{}
	m.must(m.db.Read(ctx, func(rx *store.Rx) error {
		clear(rows)
		return rx.Each(`SELECT l.id, l.state, l.pool, l.stage, (SELECT count(*) FROM tenure t WHERE t.lead_id = l.id AND t.ended_ms IS NULL), coalesce(t.holder_id, ''), coalesce(t.hard_ms, 0)
			FROM lead l LEFT JOIN tenure t ON t.lead_id = l.id AND t.ended_ms IS NULL`, nil, func(r store.Row) error {
			var id string
			var row leadRow
			err := r.Scan(&id, &row.state, &row.pool, &row.stage, &row.tenures, &row.holder, &row.hard)
			rows[id] = row
			return err
		})
	}))
	for id, row := range rows {
		l := m.of(id)
		if row.tenures > 1 {
			m.t.Fatalf("L1: %d open tenures of %s", row.tenures, id)
		}
		if want := l.state(m); row.state != want || row.holder != l.holder || row.pool != l.pool || row.stage != l.stage {
			m.t.Fatalf("L4: lead %s is %+v, must be %s and %+v", id, row, want, l)
		}
		if l.holder == "" || l.chain.bumped {
			continue
		}
		days := 20
		if l.chain.long = l.chain.long || l.private; l.chain.long {
			days = 60
		}
		if most := l.chain.gone(days); store.Time(row.hard).After(most) {
			m.t.Fatalf("L5: lead %s is gone at %s and must be by %s: %+v", id, store.Time(row.hard).In(taipei), most, l)
		}
	}
	if what := m.broken(); what != "" {
		m.t.Fatalf("%s", what)
	}
}

// broken is a promise that the database does not keep, "" if it keeps all.
func (w *world) broken() (broken string) {
	w.t.Helper()
	w.must(w.db.Read(ctx, func(rx *store.Rx) error {
		broken = ""
		for what, query := range promises() {
			n := 0
			if err := rx.Row(query).Scan(&n); err != nil {
				return err
			}
			if n != 0 {
				broken = fmt.Sprintf("%s: %d", what, n)
			}
		}
		return nil
	}))
	return broken
}

// promises are counts that must be zero, by what they would break.
func promises() map[string]string {
	all := map[string]string{
		"L2: counters and tenures differ":           `SELECT (SELECT count(*) FROM tenure) - (SELECT coalesce(sum(drawn + allocated), 0) FROM lead_day)`,
		"L3: a swap that is not even":               `SELECT count(*) FROM swap s WHERE (SELECT count(*) FROM swap_lead x WHERE x.swap_id = s.id AND x.way = 'in') <> (SELECT count(*) FROM swap_lead x WHERE x.swap_id = s.id AND x.way = 'out')`,
		"L3: a swap of somebody else's leads":       `SELECT count(*) FROM swap_lead x JOIN swap s ON s.id = x.swap_id JOIN tenure t ON t.id = x.tenure_id WHERE t.holder_id <> s.person_id OR t.lead_id <> x.lead_id`,
		"L3: a swap without its end of a tenure":    `SELECT (SELECT count(*) FROM swap_lead WHERE way = 'out') - (SELECT count(*) FROM tenure WHERE ended_how = 'swapped')`,
		"L3: a private lead without its swap":       `SELECT (SELECT count(*) FROM swap_lead WHERE way = 'in') - (SELECT count(*) FROM tenure WHERE private_ms IS NOT NULL)`,
		"L4: an exempt stage in a pool":             `SELECT count(*) FROM lead WHERE state = 'pool' AND stage IN ('contract', 'payment', 'served')`,
		"L4: a tenure beside its lead's stage":      `SELECT count(*) FROM tenure t JOIN lead l ON l.id = t.lead_id WHERE t.ended_ms IS NULL AND t.exempt <> (l.stage IN ('contract', 'payment', 'served'))`,
		"L4: a tenure beside its lead's pool":       `SELECT count(*) FROM tenure t JOIN lead l ON l.id = t.lead_id WHERE t.ended_ms IS NULL AND t.pool <> l.pool`,
		"L4: private and not, or the other way":     `SELECT count(*) FROM tenure t JOIN lead l ON l.id = t.lead_id WHERE t.ended_ms IS NULL AND t.paused_ms IS NULL AND (l.state = 'private') <> (t.private_ms IS NOT NULL)`,
		"L4: a lead in trust whose clock runs":      `SELECT count(*) FROM tenure t JOIN lead l ON l.id = t.lead_id WHERE t.ended_ms IS NULL AND (l.state = 'trust') <> (t.paused_ms IS NOT NULL)`,
		"L4: a pause without its record":            `SELECT (SELECT count(*) FROM tenure WHERE paused_ms IS NOT NULL) - (SELECT count(*) FROM trust WHERE ended_ms IS NULL)`,
		"L4: a closed lead without its closing":     `SELECT (SELECT count(*) FROM lead WHERE state = 'closed') - (SELECT count(*) FROM lead_closing c WHERE NOT EXISTS (SELECT 1 FROM lead_reopening r WHERE r.closing_id = c.id))`,
		"L5: a clock beyond its maximum":            `SELECT count(*) FROM tenure WHERE due_ms > hard_ms`,
		"L5: a lead reclaimed before it was due":    `SELECT count(*) FROM tenure WHERE ended_how = 'reclaimed' AND due_ms > ended_ms`,
		"audit: a tenure without its event":         `SELECT (SELECT count(*) FROM tenure) - (SELECT count(*) FROM lead_event WHERE kind IN ('drawn', 'assigned'))`,
		"audit: a closing without its tenure":       `SELECT count(*) FROM tenure t WHERE t.ended_how IN ('closed', 'merged') AND NOT EXISTS (SELECT 1 FROM lead_closing c WHERE c.tenure_id = t.id)`,
		"audit: a closing without its event":        `SELECT (SELECT count(*) FROM lead_closing) - (SELECT count(*) FROM lead_event WHERE kind = 'closed') - (SELECT count(*) FROM lead_merge)`,
		"a merged lead that is not closed":          `SELECT count(*) FROM lead WHERE merged_into IS NOT NULL AND state <> 'closed'`,
		"a merge beside its lead":                   `SELECT (SELECT count(*) FROM lead WHERE merged_into IS NOT NULL) - (SELECT count(*) FROM lead_merge)`,
		"audit: a stage without its event":          `SELECT (SELECT count(*) FROM lead_stage WHERE tenure_id IS NOT NULL) - (SELECT count(*) FROM lead_event WHERE kind = 'staged')`,
		"a follow-up that its tenure did not count": `SELECT (SELECT count(*) FROM follow_up) - (SELECT coalesce(sum(follow_ups), 0) FROM tenure)`,
	}
	for _, how := range []Ended{Returned, Reclaimed, TrustEnded, Deactivated, SwappedOut, Transferred} {
		all[fmt.Sprintf("audit: %s and its events differ", how)] = fmt.Sprintf(
			`SELECT (SELECT count(*) FROM tenure WHERE ended_how = '%s') - (SELECT count(*) FROM lead_event WHERE kind = '%s')`, how, how)
	}
	return all
}
