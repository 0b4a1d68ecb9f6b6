package leads

import (
	"cmp"
	"context"
	"io"
	"slices"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/sheet"
	"bainian/app/store"
)

const stageRows = 200 // rows staged by one transaction

// Report is what an import would do or did.
type Report struct {
	Rows       int            // readable lines of the file
	New        int            // leads for the pool
	Duplicates fault.Problems // lines left out because their phone or company is in the file or known already
	Problems   fault.Problems // by line; with any of them nothing is applied
	Applied    bool
}

// Import reads leads from a CSV of at most 10 MB and 10,000 rows into the pool, for managers, HR and admins.
// It applies the whole file, without duplicates, or, with any problem or without apply, nothing: then the
// Report says what it would do. A file over the limit is TooLarge.
func (p *Pool) Import(ctx context.Context, actor people.Person, file io.Reader, apply bool) (Report, error) {
	if !actor.Has(people.Manager, people.HR, people.Admin) {
		return Report{}, fault.New(fault.Forbidden, "leads.managers_only")
	}
	data, err := sheet.Load(file)
	if err != nil {
		return Report{}, err
	}
	rows, duplicates, problems := parse(data)
	fresh, known, edition, err := p.sift(ctx, rows)
	if err != nil {
		return Report{}, err
	}
	report := Report{Rows: len(rows) + len(duplicates), New: len(fresh), Duplicates: append(duplicates, known...), Problems: problems}
	slices.SortStableFunc(report.Duplicates, func(a, b fault.Problem) int { return cmp.Compare(a.Line, b.Line) })
	if !apply || problems != nil {
		return report, nil
	}
	if len(fresh) > 0 {
		if err := p.apply(ctx, actor, fresh, edition); err != nil {
			return Report{}, err
		}
	}
	report.Applied = true
	return report, nil
}

// sift parts the rows that are new from those of which a lead has the phone or company already.
func (p *Pool) sift(ctx context.Context, rows []row) (fresh []row, known fault.Problems, edition int, err error) {
	err = p.db.Read(ctx, func(rx *store.Rx) error {
		fresh, known = nil, nil
		if edition, err = editionIn(rx); err != nil {
			return err
		}
		for some := range slices.Chunk(rows, stageRows) {
			phones, err := knownIn(rx, "phone_key", some, func(r row) string { return r.phoneKey })
			if err != nil {
				return err
			}
			companies, err := knownIn(rx, "company_key", some, func(r row) string { return r.companyKey })
			if err != nil {
				return err
			}
			for _, r := range some {
				switch {
				case phones[r.phoneKey]:
					known.Add("", r.line, columnPhone, "leads.csv_known", "column", columnPhone, "value", r.Phone)
				case companies[r.companyKey]:
					known.Add("", r.line, columnCompany, "leads.csv_known", "column", columnCompany, "value", r.Company)
				default:
					fresh = append(fresh, r)
				}
			}
		}
		return nil
	})
	return fresh, known, edition, err
}

// knownIn are the keys of rows that a lead has in that column.
func knownIn(rx *store.Rx, column string, rows []row, key func(row) string) (map[string]bool, error) {
	var keys []any
	for _, r := range rows {
		if k := key(r); k != "" {
			keys = append(keys, k)
		}
	}
	known := map[string]bool{}
	if keys == nil {
		return known, nil
	}
	err := rx.Each(`SELECT l.`+column+` FROM lead l WHERE l.`+column+` IN (`+places(len(keys))+`) AND `+imported, keys, func(r store.Row) error {
		var k string
		err := r.Scan(&k)
		known[k] = true
		return err
	})
	return known, err
}

// editionIn grows with every applied import.
func editionIn(rx *store.Rx) (n int, err error) {
	err = rx.Row(`SELECT count(*) FROM lead_import WHERE applied_ms IS NOT NULL`).Scan(&n)
	return n, err
}

// apply stages the rows in short transactions, so that nobody's draw waits behind a long one; the last one
// flips a single row, by which all of them become leads. It is a Conflict when another import came in between.
func (p *Pool) apply(ctx context.Context, actor people.Person, rows []row, planned int) error {
	importID := ""
	err := p.db.Write(ctx, func(tx *store.Tx) error {
		importID = tx.NewID()
		_, err := tx.Exec(`INSERT INTO lead_import (id, leads, by_id, at_ms) VALUES (?, ?, ?, ?)`, importID, len(rows), actor.ID, store.Ms(tx.Now))
		return err
	})
	if err != nil {
		return err
	}
	for some := range slices.Chunk(rows, stageRows) {
		if err := p.db.Write(ctx, func(tx *store.Tx) error { return p.stageIn(tx, importID, some) }); err != nil {
			return err
		}
	}
	return p.db.Write(ctx, func(tx *store.Tx) error {
		now, err := editionIn(tx.Rx)
		if err != nil {
			return err
		}
		if now != planned {
			return fault.New(fault.Conflict, "leads.import_stale")
		}
		_, err = tx.Exec(`UPDATE lead_import SET applied_ms = ? WHERE id = ?`, store.Ms(tx.Now), importID)
		return err
	})
}

func (p *Pool) stageIn(tx *store.Tx, importID string, rows []row) error {
	rules, err := p.RulesIn(tx.Rx)
	if err != nil {
		return err
	}
	days, err := p.workdaysIn(tx.Rx)
	if err != nil {
		return err
	}
	values := make([][]any, len(rows))
	for i, r := range rows {
		terms, rank := rules.PoolFor(r.Territory, r.Industry), newRank(tx)
		access, widens := terms.fresh(rank, tx.Now, days.add)
		values[i] = []any{tx.NewID(), importID, r.Company, r.companyKey, r.Contact, r.Phone, r.phoneKey, r.Industry, r.Territory, r.Source, r.Note, rank, terms.Slug, access, widens}
	}
	return insertRows(tx, `INSERT INTO lead (id, import_id, company, company_key, contact, phone, phone_key, industry, territory, source, note, rank, pool, access, widens_ms)`, values)
}
