package leads

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

// BenchmarkNight is a night: every lead of the company is held, due and reclaimed, and all of them are allocated anew for
// the next day and published, fifty to each person, while others draw. Beside it the same rows are moved by the bare
// statements, in transactions of the same size: what no gate, plan or limit could undercut. Run it with -benchtime 1x.
func BenchmarkNight(b *testing.B) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		for _, staff := range []int{400, 20_000} {
			b.Run(fmt.Sprint(engine, "/", staff*heldEach), func(b *testing.B) {
				for range b.N {
					b.StopTimer()
					night(b, engine, staff)
				}
			})
		}
	}
}

const (
	heldEach   = 50
	teamSize   = 20
	drawers    = 4_000 // people who draw meanwhile, ten leads each at most
	drawCrowd  = 16    // of them at once
	benchLeads = `'01a205ea-be80-740b-8654-'`
)

func night(b *testing.B, engine store.Engine, staff int) {
	w := benchWorld(b, engine)
	w.rules = strings.Replace(evenings(heldEach, true), "newcomer_share: 0", "newcomer_share: 0, cool_reclaimed: 7", 1)
	w.drawsPerDay, w.perDay, w.capacity = 10, heldEach, 200
	w.open()
	all := staff * heldEach
	w.bulkStaff("chief", staff/teamSize, people.Manager, "'"+w.manager.ID+"'")
	w.bulkStaff("seller", staff, people.NewHire, "'chief' || CAST(10000000 + i / "+fmt.Sprint(teamSize)+" AS TEXT)")
	w.bulkStaff("drawer", drawers, people.Mentor, "'"+w.boss.ID+"'")
	w.bulkLeads(0, all, "held")
	w.bulkLeads(all, drawers*10*2, "pool")
	w.bulkTenures(staff, staff*heldEach, time.Date(2026, 11, 23, 22, 30, 0, 0, taipei))
	w.analyse()
	w.at(23, 23, 0)

	bare := w.bareNight(staff)
	w.bulkTenures(staff, staff*heldEach, time.Date(2026, 11, 23, 22, 30, 0, 0, taipei))

	idle := w.drawing(func() { time.Sleep(3 * time.Second) }, 0)
	var reclaimed, drafted, given time.Duration
	busy := w.drawing(func() {
		b.StartTimer()
		start := time.Now()
		w.must(w.ReclaimDue(ctx))
		reclaimed = time.Since(start)
		w.must(w.Evening(ctx))
		drafted = time.Since(start) - reclaimed
		w.giveAll()
		given = time.Since(start) - reclaimed - drafted
		b.StopTimer()
	}, drawers/2)
	n := w.count(`SELECT count(*) FROM tenure WHERE ended_ms IS NULL AND holder_id LIKE 'seller%'`)
	if n < all*9/10 {
		b.Errorf("%d of %d leads were given", n, all)
	}
	b.ReportMetric(float64(n), "given") // the rest was drawn between draft and publication
	if n := w.count(`SELECT count(*) FROM tenure WHERE ended_how = 'reclaimed'`); n != 2*all {
		b.Errorf("%d of %d leads were reclaimed", n, 2*all)
	}
	b.ReportMetric((reclaimed + drafted + given).Seconds(), "s/night")
	b.ReportMetric(reclaimed.Seconds(), "s/reclaim")
	b.ReportMetric(drafted.Seconds(), "s/draft")
	b.ReportMetric(given.Seconds(), "s/give")
	b.ReportMetric(bare.Seconds(), "s/bare")
	b.ReportMetric(quantile(busy, 0.5).Seconds()*1000, "ms/draw-p50")
	b.ReportMetric(quantile(busy, 0.99).Seconds()*1000, "ms/draw-p99")
	b.ReportMetric(quantile(idle, 0.99).Seconds()*1000, "ms/idle-draw-p99")
	b.ReportMetric(float64(len(busy)), "draws")
	b.ReportMetric(0, "ns/op")
}

// giveAll runs the jobs that the evening has added, as four workers of a queue do.
func (w *world) giveAll() {
	w.t.Helper()
	var ids []string
	w.must(w.db.Read(ctx, func(rx *store.Rx) (err error) {
		ids, err = store.All(rx, func(r store.Row) (id string, err error) { return id, r.Scan(&id) },
			`SELECT id FROM allocation WHERE published_ms IS NOT NULL AND done_ms IS NULL`)
		return err
	}))
	var next atomic.Int64
	for _, err := range together(4, func(int) error {
		for i := next.Add(1); int(i) <= len(ids); i = next.Add(1) {
			if err := w.Give(ctx, ids[i-1]); err != nil {
				return err
			}
		}
		return nil
	}) {
		w.must(err)
	}
}

// drawing has a crowd draw, a hundred times a second each at most, until f is done; it is how long each draw took.
func (w *world) drawing(f func(), from int) (took []time.Duration) {
	w.t.Helper()
	done, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	var mu sync.Mutex
	var next atomic.Int64
	next.Store(int64(from) * 10)
	for range drawCrowd {
		all.Go(func() {
			for done.Err() == nil {
				n := next.Add(1)
				who := people.Person{ID: fmt.Sprint("drawer", 10_000_000+(n/10)%drawers)}
				start := time.Now()
				_, err := w.Draw(ctx, who, "", "")
				mu.Lock()
				took = append(took, time.Since(start))
				mu.Unlock()
				if err != nil && !fault.HasKey(err, "leads.draw_limit") {
					w.t.Error(err)
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
		})
	}
	f()
	cancel()
	all.Wait()
	return took
}

func quantile(took []time.Duration, q float64) time.Duration {
	if len(took) == 0 {
		return 0
	}
	slices.Sort(took)
	return took[min(int(q*float64(len(took))), len(took)-1)]
}

// bareNight moves the rows of a night by the statements alone: a reclaim in hundreds, and fifty to each of the staff.
func (w *world) bareNight(staff int) time.Duration {
	start := time.Now()
	now := store.Ms(w.clock.Now())
	lead := func(i int) string { return "01a205ea-be80-740b-8654-" + fmt.Sprint(100_000_000_000+i) }
	for person := 0; person < staff; person += 2 {
		w.must(w.db.Write(ctx, func(tx *store.Tx) error {
			ids := make([]any, 2*heldEach)
			events := make([][]any, len(ids))
			for i := range ids {
				id := lead(person*heldEach + i)
				ids[i], events[i] = id, []any{tx.NewID(), id, "reclaimed", w.amy.ID, "", "x", now}
			}
			if _, err := tx.Exec(`UPDATE tenure SET ended_ms = ?, ended_how = 'reclaimed', ended_by = 'x', cool_ms = ? WHERE coalesce(ended_ms, 0) = 0 AND lead_id IN (`+places(len(ids))+`)`, append([]any{now, now}, ids...)...); err != nil {
				return err
			}
			if _, err := tx.Exec(`UPDATE lead SET state = 'pool' WHERE id IN (`+places(len(ids))+`)`, ids...); err != nil {
				return err
			}
			return insertRows(tx, `INSERT INTO lead_event (id, lead_id, kind, person_id, note, by_id, at_ms)`, events)
		}))
	}
	for person := range staff {
		w.must(w.db.Write(ctx, func(tx *store.Tx) error {
			ids := make([]any, heldEach)
			events, tenures := make([][]any, len(ids)), make([][]any, len(ids))
			holder := fmt.Sprint("seller", 10_000_000+person)
			for i := range ids {
				id := lead((person*heldEach + i*7919*heldEach) % (staff * heldEach))
				ids[i], events[i] = id, []any{tx.NewID(), id, "assigned", holder, "", "x", now}
				tenures[i] = []any{tx.NewID(), id, holder, "x", nil, now, now + 1, now + 2, "default", false}
			}
			if _, err := tx.Exec(`UPDATE lead SET state = 'held' WHERE id IN (`+places(len(ids))+`)`, ids...); err != nil {
				return err
			}
			for i := range tenures { // the same lead may come twice: these are not the rules' tenures
				tenures[i][1] = lead(person*heldEach + i)
			}
			if err := insertRows(tx, `INSERT INTO tenure (id, lead_id, holder_id, by_id, request, began_ms, due_ms, hard_ms, pool, exempt)`, tenures); err != nil {
				return err
			}
			if _, err := tx.Exec(`INSERT INTO lead_day (person_id, day, drawn, allocated) VALUES (?, '2000-01-03', 0, ?)`, holder, heldEach); err != nil {
				return err
			}
			return insertRows(tx, `INSERT INTO lead_event (id, lead_id, kind, person_id, note, by_id, at_ms)`, events)
		}))
	}
	took := time.Since(start)
	w.exec(`DELETE FROM tenure WHERE ended_ms IS NULL`)
	w.exec(`DELETE FROM lead_event`)
	w.exec(`UPDATE lead SET state = 'held' WHERE id < ?`, lead(staff*heldEach))
	return took
}

func benchWorld(b *testing.B, engine store.Engine) *world {
	clock := storetest.NewClock()
	db, err := store.Open(ctx, storetest.URL(b, engine, schemas()...), clock.Now) // without the watch over nested calls
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	return furnish(b, db, clock)
}

const numbers = `WITH RECURSIVE n (i) AS (SELECT CAST(? AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?) `

func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	w.must(w.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(query, args...)
		return err
	}))
}

// bulkStaff are people by a word and a number.
func (w *world) bulkStaff(word string, n int, role people.Role, manager string) {
	w.exec(`INSERT INTO employee (id, number, number_key, name, email, email_key, search, roles, manager_id, created_ms) `+numbers+`
		SELECT ? || CAST(10000000 + i AS TEXT), ? || CAST(i AS TEXT), ? || CAST(i AS TEXT), 'x', ? || CAST(i AS TEXT), ? || CAST(i AS TEXT), 'x', ?, `+manager+`, 0 FROM n`,
		0, n, word, word, word, word, word, string(role))
}

// bulkLeads are leads of six territories and eight industries, at ranks as an import gives them: random ones, rankRun of
// them in a row.
func (w *world) bulkLeads(from, n int, state string) {
	w.exec(`INSERT INTO lead_import (id, leads, by_id, at_ms, applied_ms) VALUES (?, ?, 'x', 0, 0)`, fmt.Sprint("import", from), n)
	for at := from; at < from+n; at += 10_000 {
		w.exec(`INSERT INTO lead (id, import_id, company, company_key, contact, phone, phone_key, industry, territory, source, note, state, rank) `+numbers+`
			SELECT `+benchLeads+` || CAST(100000000000 + i AS TEXT), ?, '企業' || CAST(i AS TEXT), 'c' || CAST(i AS TEXT), '陳大文', '02-2345678', 'p' || CAST(i AS TEXT),
			'industry ' || CAST(i % 8 AS TEXT), 'territory ' || CAST(i / 8 % 6 AS TEXT), '展覽', '', ?, (i / 20 * 2654435761) % 4294967291 * 20 + i % 20 FROM n`,
			at, min(at+10_000, from+n), fmt.Sprint("import", from), state)
	}
}

// bulkTenures has the first of the staff hold the first leads, and the second, and so on, all due at a time.
func (w *world) bulkTenures(staff, n int, due time.Time) {
	w.bulk++
	for at := 0; at < n; at += 10_000 {
		w.exec(`INSERT INTO tenure (id, lead_id, holder_id, by_id, began_ms, due_ms, hard_ms) `+numbers+`
			SELECT `+benchLeads+` || ? || CAST(10000000000 + i AS TEXT), `+benchLeads+` || CAST(100000000000 + i AS TEXT), 'seller' || CAST(10000000 + i / 50 AS TEXT), 'x', ?, ?, ? FROM n`,
			at, min(at+10_000, n), fmt.Sprint("t", w.bulk), store.Ms(due)-1000, store.Ms(due), store.Ms(due)+1000)
	}
}

func (w *world) analyse() { w.exec(`ANALYZE`) }
