package leads

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"bainian/app/cohorts"
	"bainian/app/courses"
	"bainian/app/documents"
	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/integrity"
	"bainian/app/jobs"
	"bainian/app/ledger"
	"bainian/app/markdown"
	"bainian/app/people"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

var (
	ctx    = context.Background()
	taipei = time.FixedZone("Asia/Taipei", 8*60*60)
)

// onePool are rules under which everything can be drawn at once.
const onePool = "pools:\n  - {pool: default, title: {zh-Hant: 公海, zh-Hans: 公海, en: Pool}, newcomer_share: 0}\n"

// What the standard terms say of a former holder's wait, in business days.
const coolReclaimed, coolReturned = 7, 3

const header = "company,contact,phone,industry,territory,source,note\n"

func schemas() []store.Schema {
	return []store.Schema{people.Schema(), documents.Schema(), cohorts.Schema(), courses.Schema(), jobs.Schema(), ledger.Schema(),
		exams.Schema(), integrity.Schema(), gate.Schema(), Schema()}
}

// world is a pool with a real keeper: a boss above a manager above amy and bob, and people beside them. The
// pledge is nobody's, so a policy that asks for it closes the gate to all.
type world struct {
	*Pool
	t                               testing.TB
	db                              *store.DB
	clock                           *storetest.Clock
	dir                             *people.Directory
	shelf                           *documents.Shelf
	hr, admin, boss, manager, other people.Person
	amy, bob                        people.Person
	made, cases, bulk               int
	drawsPerDay, perDay, capacity   int
	rules                           string // content/pools.yaml
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) { f(t, furnish(t, db, clock)) }, schemas()...)
}

func furnish(t testing.TB, db *store.DB, clock *storetest.Clock) *world {
	shelf := documents.New(db)
	library := courses.New(db, shelf, fstest.MapFS{}, markdown.New(nil))
	w := &world{t: t, db: db, clock: clock, dir: people.New(db), shelf: shelf, drawsPerDay: 10, perDay: 50, capacity: 200, rules: onePool}
	w.Pool = New(db, shelf, gate.New(db, shelf, library, taipei))
	w.dir.OnDeactivated(func(tx *store.Tx, p people.Person) error { return w.ReleaseIn(tx, p.ID, "hr", "left") })
	w.hr, w.admin = w.hire("", people.HR), w.hire("", people.Admin)
	w.boss = w.hire("", people.Manager)
	w.other = w.hire("", people.Manager)
	w.manager = w.hire(w.boss.ID, people.Manager)
	w.amy, w.bob = w.hire(w.manager.ID), w.hire(w.manager.ID)
	w.open()
	return w
}

func (w *world) hire(managerID string, roles ...people.Role) people.Person {
	w.t.Helper()
	w.made++
	number := fmt.Sprintf("P%04d", w.made)
	p, err := w.dir.Create(ctx, people.System(), people.NewPerson{Number: number, Name: number, Email: number + "@example.com", Roles: roles, ManagerID: managerID})
	w.must(err)
	return p
}

// policy publishes one that asks for some requirements, and lets everyone employed see masked leads.
func (w *world) policy(requirements string) {
	w.t.Helper()
	text := fmt.Sprintf(`title: test
levels:
  - level: full
    require: {all: [%s]}
  - level: shadow
    require: {all: [employed]}
limits: {draws_per_day: %d, per_day: %d, cap: %d, newcomer_days: 0, newcomer_per_day: %d, newcomer_cap: %d}
holidays: [2027-01-01]
`, requirements, w.drawsPerDay, w.perDay, w.capacity, w.perDay, w.capacity)
	_, problems, err := w.shelf.Load(ctx, fstest.MapFS{"content/policy.yaml": {Data: []byte(text)}, RulesPath: {Data: []byte(w.rules)}})
	w.must(errors.Join(err, problems.Err()))
}

func (w *world) open()  { w.policy("employed, no_red_line") }
func (w *world) close() { w.policy("employed, no_red_line, {pledge: signed}") }

// stock imports so many new leads.
func (w *world) stock(n int) {
	w.t.Helper()
	var file strings.Builder
	file.WriteString(header)
	for range n {
		w.made++
		fmt.Fprintf(&file, "企業 %d,陳大文,02-%08d,製造,北區,展覽,重要\n", w.made, w.made)
	}
	report, err := w.Import(ctx, w.hr, strings.NewReader(file.String()), true)
	w.must(err)
	if report.New != n || !report.Applied {
		w.t.Fatalf("stocked %+v", report)
	}
}

// one imports a lead of a territory and is its id.
func (w *world) one(territory string) (id string) {
	w.t.Helper()
	before := w.all()
	w.made++
	_, err := w.Import(ctx, w.hr, strings.NewReader(fmt.Sprintf("%s企業 %d,陳大文,02-%08d,製造,%s,展覽,\n", header, w.made, w.made, territory)), true)
	w.must(err)
	for _, id = range w.all() {
		if !slices.Contains(before, id) {
			return id
		}
	}
	w.t.Fatal("nothing was imported")
	return ""
}

// all are the ids of all leads, the oldest first.
func (w *world) all() (ids []string) {
	w.t.Helper()
	w.must(w.db.Read(ctx, func(rx *store.Rx) (err error) {
		ids, err = store.All(rx, func(r store.Row) (id string, err error) { err = r.Scan(&id); return id, err }, `SELECT id FROM lead ORDER BY id`)
		return err
	}))
	return ids
}

func (w *world) draw(p people.Person) Holding {
	w.t.Helper()
	h, err := w.Draw(ctx, p, "", "")
	w.must(err)
	return h
}

// redLine writes a verdict as the desk does and lets its consequence follow in the same transaction.
func (w *world) redLine(p people.Person) (number int) {
	w.t.Helper()
	w.cases++
	number = w.cases
	id, now := fmt.Sprint("case", number), store.Ms(w.clock.Now())
	w.must(w.db.Write(ctx, func(tx *store.Tx) error {
		for _, s := range []struct {
			sql  string
			args []any
		}{
			{`INSERT INTO sitting (id, exam, exam_version, pins, title, minutes, opens_ms, closes_ms, secret, commitment, by_id, at_ms) VALUES (?, 'x', 1, '', '', 1, 0, 1, '', '', 'x', 0)`, []any{id}},
			{`INSERT INTO attempt (id, sitting_id, exam, person_id, state, started_ms, deadline_ms, due_ms, ended_ms, card, head_seq, head_hash, contact_ms)
				VALUES (?, ?, 'x', ?, 'submitted', 0, 0, 0, 0, '', 0, '', 0)`, []any{id, id, p.ID}},
			{`INSERT INTO integrity_case (number, person_id, attempt_id, sitting_id, state, outcome, at_ms) VALUES (?, ?, ?, ?, 'closed', 'red_line', ?)`, []any{number, p.ID, id, id, now}},
			{`INSERT INTO verdict (number, person_id, attempt_id, outcome, leaf_id, at_ms) VALUES (?, ?, ?, 'red_line', '', ?)`, []any{number, p.ID, id, now}},
		} {
			if _, err := tx.Exec(s.sql, s.args...); err != nil {
				return err
			}
		}
		return w.TrustIn(tx, p.ID, "reviewers", fmt.Sprint("case ", number))
	}))
	return number
}

func (w *world) overturn(p people.Person, number int) {
	w.t.Helper()
	w.must(w.db.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(`INSERT INTO overturning (number, reason, by_id, at_ms) VALUES (?, '', 'third', ?)`, number, store.Ms(tx.Now)); err != nil {
			return err
		}
		return w.RestoreIn(tx, p.ID, "third", fmt.Sprint("case ", number))
	}))
}

func (w *world) at(day, hour, minute int) {
	w.clock.Set(time.Date(2026, 11, day, hour, minute, 0, 0, taipei))
}

func (w *world) state(leadID string) State {
	w.t.Helper()
	v, err := w.Lead(ctx, w.admin, leadID)
	w.must(err)
	return v.Lead.State
}

func (w *world) count(query string, args ...any) (n int) {
	w.t.Helper()
	w.must(w.db.Read(ctx, func(rx *store.Rx) error { return rx.Row(query, args...).Scan(&n) }))
	return n
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) want(err error, kind fault.Kind, key string) {
	w.t.Helper()
	if !fault.Is(err, kind) || !fault.HasKey(err, key) {
		w.t.Fatalf("got %v, want %v %s", err, kind, key)
	}
}

// histories is how many random histories a test runs: as many as BAINIAN_TEST_HISTORIES says, or else some on SQLite and
// fewer on PostgreSQL, which is eight times slower and the same.
func (w *world) histories(some, fewer int) int {
	if n, err := strconv.Atoi(os.Getenv("BAINIAN_TEST_HISTORIES")); err == nil {
		return n
	}
	if w.db.Engine() == store.Postgres {
		return fewer
	}
	return some
}
