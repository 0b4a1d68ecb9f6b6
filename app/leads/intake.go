package leads

import (
	"context"
	"slices"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

const (
	stageRows = 200 // rows staged by one transaction
	rankRun   = 20  // of them in a row in the pool: apart they would each change another page of its index, together draws would meet
	deadAfter = 24 * time.Hour
)

// accessComing is that of a lead whose import is not applied yet, or was a moment ago: nobody's.
const accessComing Access = "coming"

// batch is an import on its way: rows that are no leads, staged in short transactions, so that nobody's draw waits
// behind a long one, until the last one flips a single row, by which all of them become leads.
type batch struct {
	*Pool
	ctx context.Context
	id  string

	began   time.Time
	edition int             // that every row was compared with at least
	seen    map[string]bool // the imports of the last minutes that were applied by then
	rows    int             // staged
}

// sinceSlack is by how much the clocks of two copies of the program may differ.
const sinceSlack = 10 * time.Minute

func (p *Pool) begin(ctx context.Context, actor people.Person, name string) (b *batch, err error) {
	b = &batch{Pool: p, ctx: ctx}
	err = p.db.Write(ctx, func(tx *store.Tx) (err error) {
		b.id = tx.NewID()
		if err := b.lookIn(tx.Rx); err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO lead_import (id, leads, by_id, at_ms, name) VALUES (?, 0, ?, ?, ?)`, b.id, actor.ID, store.Ms(tx.Now), name)
		return err
	})
	return b, err
}

// lookIn remembers which imports the rows are compared with from now on.
func (b *batch) lookIn(rx *store.Rx) (err error) {
	b.began, b.seen = rx.Now, map[string]bool{}
	if b.edition, err = editionIn(rx); err != nil {
		return err
	}
	recent, err := b.recentIn(rx)
	for _, id := range recent {
		b.seen[id] = true
	}
	return err
}

// recentIn are the imports that may have been applied since, and those that are not remembered.
func (b *batch) recentIn(rx *store.Rx) ([]string, error) {
	ids, err := store.All(rx, scanText, `SELECT id FROM lead_import WHERE applied_ms >= ?`, store.Ms(b.began.Add(-sinceSlack)))
	return slices.DeleteFunc(ids, func(id string) bool { return b.seen[id] }), err
}

// editionIn grows with every applied import.
func editionIn(rx *store.Rx) (n int, err error) {
	err = rx.Row(`SELECT count(*) FROM lead_import WHERE applied_ms IS NOT NULL`).Scan(&n)
	return n, err
}

// stage keeps rows for the time when they will be leads.
func (b *batch) stage(rows []row) error {
	if len(rows) == 0 {
		return nil
	}
	b.rows += len(rows)
	return b.db.Write(b.ctx, func(tx *store.Tx) error { return b.stageIn(tx, b.id, rows) })
}

func (p *Pool) stageIn(tx *store.Tx, importID string, rows []row) error {
	rules, err := p.RulesIn(tx.Rx)
	if err != nil {
		return err
	}
	values := make([][]any, len(rows))
	rank := int64(0)
	for i, r := range rows {
		if rank++; i%rankRun == 0 {
			rank = newRank(tx)
		}
		pool := r.Pool
		if pool == "" {
			pool = rules.PoolFor(r.Territory, r.Industry).Slug
		}
		values[i] = []any{tx.NewID(), importID, r.Company, r.companyKey, r.Contact, r.Phone, r.phoneKey, r.Industry, r.Territory, r.Source, r.Note, rank, pool, accessComing}
	}
	return insertRows(tx, `INSERT INTO lead (id, import_id, company, company_key, contact, phone, phone_key, industry, territory, source, note, rank, pool, access)`, values)
}

// apply makes all staged rows leads at once, and lets them be taken. It leaves out those that repeat a lead of another
// import that was applied meanwhile, and says how many they are. A file that was applied already is a Conflict.
func (b *batch) apply(file string) (late int, err error) {
	for done := false; !done; {
		n, ok := 0, false
		err := b.db.Write(b.ctx, func(tx *store.Tx) (err error) {
			n, ok, err = b.flipIn(tx, file)
			return err
		})
		if late += n; err != nil {
			return late, err
		}
		if done = ok; !done {
			if n, err = b.prune(); err != nil {
				return late + n, err
			}
			late += n
		}
	}
	return late, b.admit(context.WithoutCancel(b.ctx), b.id)
}

// flipIn applies the import, unless so much was imported meanwhile that a look at it takes longer than a transaction may.
func (b *batch) flipIn(tx *store.Tx, file string) (late int, done bool, err error) {
	edition, err := editionIn(tx.Rx)
	if err != nil {
		return 0, false, err
	}
	if edition != b.edition {
		recent, err := b.recentIn(tx.Rx)
		if err != nil || len(recent) > stageRows {
			return 0, false, err
		}
		recent = append(recent, "") // never an empty list
		rows, err := store.All(tx.Rx, scanKeys, `SELECT id, phone_key, company_key FROM lead WHERE import_id IN (`+places(len(recent))+`) LIMIT ?`,
			append(anys(recent), stageRows+1)...)
		if err != nil || len(rows) > stageRows {
			return 0, false, err
		}
		for column, key := range keyColumns() {
			n, err := b.leaveOutIn(tx, column, rows, key)
			if late += n; err != nil {
				return late, false, err
			}
		}
	}
	n, err := tx.Exec(`UPDATE lead_import SET applied_ms = ?, leads = ? WHERE id = ? AND applied_ms IS NULL AND dropped_ms IS NULL`,
		store.Ms(tx.Now), b.rows-late, b.id)
	if err == nil && n != 1 {
		err = fault.New(fault.Conflict, "intake.dropped")
	}
	if err != nil || file == "" {
		return late, err == nil, err
	}
	if n, err = tx.Exec(`UPDATE lead_file SET import_id = ? WHERE id = ? AND import_id IS NULL`, b.id, file); err == nil && n != 1 {
		err = fault.New(fault.Conflict, "intake.applied_already")
	}
	return late, err == nil, err
}

// keyColumns are the columns that tell a repetition.
func keyColumns() map[string]func(row) string {
	return map[string]func(row) string{
		"phone_key":   func(r row) string { return r.phoneKey },
		"company_key": func(r row) string { return r.companyKey },
	}
}

func scanKeys(from store.Row) (r row, err error) {
	err = from.Scan(&r.ID, &r.phoneKey, &r.companyKey)
	return r, err
}

// leaveOutIn removes the staged rows that have a key of one of some leads.
func (b *batch) leaveOutIn(tx *store.Tx, column string, rows []row, key func(row) string) (int, error) {
	var keys []any
	for _, r := range rows {
		if k := key(r); k != "" {
			keys = append(keys, k)
		}
	}
	if keys == nil {
		return 0, nil
	}
	// coalesce keeps a planner from going through all that is staged.
	n, err := tx.Exec(`DELETE FROM lead WHERE coalesce(import_id, '') = ? AND `+column+` IN (`+places(len(keys))+`)`, append([]any{b.id}, keys...)...)
	return int(n), err
}

// prune removes, page by page, the staged rows that repeat a lead, and remembers as of when that was.
func (b *batch) prune() (late int, err error) {
	if err := b.db.Read(b.ctx, b.lookIn); err != nil {
		return 0, err
	}
	for after := ""; ; {
		var rows []row
		var repeated []any
		err := b.db.Read(b.ctx, func(rx *store.Rx) error {
			repeated = nil
			if rows, err = store.All(rx, scanKeys, `SELECT id, phone_key, company_key FROM lead WHERE import_id = ? AND id > ? ORDER BY id LIMIT ?`, b.id, after, stageRows); err != nil {
				return err
			}
			phones, companies, err := knownIn(rx, rows)
			for _, r := range rows {
				_, phone := phones[r.phoneKey]
				_, company := companies[r.companyKey]
				if phone || company {
					repeated = append(repeated, r.ID)
				}
			}
			return err
		})
		if err != nil || len(rows) == 0 {
			return late, err
		}
		if len(repeated) > 0 {
			if err := b.db.Write(b.ctx, func(tx *store.Tx) error {
				_, err := tx.Exec(`DELETE FROM lead WHERE id IN (`+places(len(repeated))+`)`, repeated...)
				return err
			}); err != nil {
				return late, err
			}
			late, b.rows = late+len(repeated), b.rows-len(repeated)
		}
		after = rows[len(rows)-1].ID
	}
}

// admit lets the leads of an applied import be taken, as the terms of their pools say. Several at once do no harm.
func (p *Pool) admit(ctx context.Context, importID string) error {
	for after := ""; ; {
		var page []candidate
		err := p.db.Read(ctx, func(rx *store.Rx) (err error) {
			page, err = store.All(rx, func(r store.Row) (c candidate, err error) { return c, r.Scan(&c.ID, &c.Pool, &c.rank) },
				`SELECT id, pool, rank FROM lead WHERE import_id = ? AND id > ? ORDER BY id LIMIT ?`, importID, after, stageRows)
			return err
		})
		if err != nil {
			return err
		}
		if err := p.db.Write(ctx, func(tx *store.Tx) error {
			if len(page) == 0 {
				_, err := tx.Exec(`UPDATE lead_import SET admitted_ms = ? WHERE id = ? AND admitted_ms IS NULL`, store.Ms(tx.Now), importID)
				return err
			}
			return p.admitIn(tx, page)
		}); err != nil || len(page) == 0 {
			return err
		}
		after = page[len(page)-1].ID
	}
}

func (p *Pool) admitIn(tx *store.Tx, page []candidate) error {
	days, err := p.workdaysIn(tx.Rx)
	if err != nil {
		return err
	}
	type fate struct {
		access Access
		widens int64
	}
	groups := map[fate][]any{}
	for _, c := range page {
		terms, _, err := p.termsIn(tx.Rx, c.Pool)
		if err != nil {
			return err
		}
		f := fate{}
		var widens *int64
		if f.access, widens = terms.fresh(c.rank, tx.Now, days.add); widens != nil {
			f.widens = *widens
		}
		groups[f] = append(groups[f], c.ID)
	}
	for f, ids := range groups {
		var widens *int64
		if f.widens != 0 {
			widens = &f.widens
		}
		if _, err := tx.Exec(`UPDATE lead SET access = ?, widens_ms = ? WHERE access = 'coming' AND id IN (`+places(len(ids))+`)`,
			append([]any{f.access, widens}, ids...)...); err != nil {
			return err
		}
	}
	return nil
}

// drop gives an import up: nothing of it will ever be a lead, and its rows go. One that was applied is left alone.
func (p *Pool) drop(ctx context.Context, importID string) error {
	given := false
	err := p.db.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(`UPDATE lead_import SET dropped_ms = coalesce(dropped_ms, ?) WHERE id = ? AND applied_ms IS NULL`, store.Ms(tx.Now), importID)
		given = n == 1
		return err
	})
	for n := int64(stageRows); err == nil && given && n == stageRows; {
		err = p.db.Write(ctx, func(tx *store.Tx) (err error) {
			n, err = tx.Exec(`DELETE FROM lead WHERE id IN (SELECT id FROM lead WHERE import_id = ? ORDER BY id LIMIT ?)`, importID, stageRows)
			return err
		})
	}
	return err
}

// TendImports goes on with what broke off: applied imports are admitted, those that were not applied within a day are
// dropped, whose rows all go, and so are uploaded files. It is a job; several at once do no harm.
func (p *Pool) TendImports(ctx context.Context) error {
	type pending struct {
		id      string
		applied bool
	}
	var imports []pending
	var files []string
	err := p.db.Read(ctx, func(rx *store.Rx) (err error) {
		old := store.Ms(rx.Now.Add(-deadAfter))
		if imports, err = store.All(rx, func(r store.Row) (i pending, err error) { return i, r.Scan(&i.id, &i.applied) },
			`SELECT id, applied_ms IS NOT NULL FROM lead_import WHERE admitted_ms IS NULL AND dropped_ms IS NULL AND (applied_ms IS NOT NULL OR at_ms < ?)
			UNION ALL SELECT i.id, FALSE FROM lead_import i WHERE i.dropped_ms IS NOT NULL AND EXISTS (SELECT 1 FROM lead l WHERE l.import_id = i.id)`, old); err != nil {
			return err
		}
		files, err = store.All(rx, scanText,
			`SELECT id FROM lead_file f WHERE EXISTS (SELECT 1 FROM lead_file_part p WHERE p.file_id = f.id) AND (f.at_ms < ? OR f.import_id IS NOT NULL)`, old)
		return err
	})
	if err != nil {
		return err
	}
	for _, i := range imports {
		tend := p.drop
		if i.applied {
			tend = p.admit
		}
		if err := tend(ctx, i.id); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(files, 10) {
		err := p.db.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(`DELETE FROM lead_file_part WHERE file_id IN (`+places(len(some))+`)`, anys(some)...)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
