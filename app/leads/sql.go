package leads

import (
	"strings"

	"bainian/app/fault"
	"bainian/app/store"
)

const (
	leadColumns   = `l.id, l.company, l.contact, l.phone, l.industry, l.territory, l.source, l.note, l.pool, l.stage, l.state, l.access`
	tenureColumns = `t.id, t.lead_id, t.holder_id, t.began_ms, t.due_ms, t.hard_ms, t.paused_ms, t.pool, t.exempt, t.private_ms, coalesce(t.since_ms, t.began_ms), t.follow_ups, t.ended_ms, coalesce(t.ended_how, '')`

	// imported keeps the rows of an import that is not applied from being leads.
	imported = `(SELECT i.applied_ms FROM lead_import i WHERE i.id = l.import_id) IS NOT NULL`
)

func leadDest(l *Lead) []any {
	return []any{&l.ID, &l.Company, &l.Contact, &l.Phone, &l.Industry, &l.Territory, &l.Source, &l.Note, &l.Pool, &l.Stage, &l.State, &l.Access}
}

func scanLead(row store.Row) (l Lead, err error) {
	err = row.Scan(leadDest(&l)...)
	return l, err
}

// clockRow holds a tenure's times as the database has them.
type clockRow struct {
	began, due, hard, since int64
	paused, private, ended  *int64
}

func tenureDest(t *Tenure, c *clockRow) []any {
	return []any{&t.ID, &t.LeadID, &t.HolderID, &c.began, &c.due, &c.hard, &c.paused, &t.Pool, &t.Exempt, &c.private, &c.since, &t.FollowUps, &c.ended, &t.How}
}

func (c clockRow) into(t *Tenure) {
	t.Began, t.Due, t.Hard, t.Since = store.Time(c.began), store.Time(c.due), store.Time(c.hard), store.Time(c.since)
	t.Paused, t.Private, t.Ended = store.NullTime(c.paused), store.NullTime(c.private), store.NullTime(c.ended)
}

func scanTenure(row store.Row) (t Tenure, err error) {
	var c clockRow
	err = row.Scan(tenureDest(&t, &c)...)
	c.into(&t)
	return t, err
}

func scanHolding(row store.Row) (h Holding, err error) {
	var c clockRow
	err = row.Scan(append(leadDest(&h.Lead), tenureDest(&h.Tenure, &c)...)...)
	c.into(&h.Tenure)
	return h, err
}

// leadIn is the lead with that id, or NotFound.
func leadIn(rx *store.Rx, id string) (Lead, error) {
	l, found, err := store.First(rx, scanLead, `SELECT `+leadColumns+` FROM lead l WHERE l.id = ? AND `+imported, id)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "leads.not_found")
	}
	return l, err
}

// openIn is the open tenure of a lead, if there is one.
func openIn(rx *store.Rx, leadID string) (Tenure, bool, error) {
	return store.First(rx, scanTenure, `SELECT `+tenureColumns+` FROM tenure t WHERE t.lead_id = ? AND t.ended_ms IS NULL`, leadID)
}

// holdingsIn is everything a person holds, in trust or not, the one due soonest first.
func holdingsIn(rx *store.Rx, personID string) ([]Holding, error) {
	return store.All(rx, scanHolding, `SELECT `+leadColumns+`, `+tenureColumns+` FROM tenure t JOIN lead l ON l.id = t.lead_id
		WHERE t.holder_id = ? AND t.ended_ms IS NULL ORDER BY t.due_ms, t.id`, personID)
}

// insertRows inserts rows of equal length a hundred to a statement; into is "INSERT INTO table (columns)".
func insertRows(tx *store.Tx, into string, rows [][]any) error {
	for len(rows) > 0 {
		some := rows[:min(len(rows), 100)]
		rows = rows[len(some):]
		var args []any
		for _, r := range some {
			args = append(args, r...)
		}
		one := "(" + places(len(some[0])) + ")"
		if _, err := tx.Exec(into+" VALUES "+one+strings.Repeat(", "+one, len(some)-1), args...); err != nil {
			return err
		}
	}
	return nil
}

// places is n placeholders.
func places(n int) string { return "?" + strings.Repeat(", ?", n-1) }

// anys is texts as arguments of a statement.
func anys(texts []string) []any {
	args := make([]any, len(texts))
	for i, s := range texts {
		args[i] = s
	}
	return args
}

// eventsIn records the same move of several tenures.
func eventsIn(tx *store.Tx, kind, note, by string, tenures ...Tenure) error {
	rows := make([][]any, len(tenures))
	for i, t := range tenures {
		rows[i] = []any{tx.NewID(), t.LeadID, kind, t.HolderID, note, by, store.Ms(tx.Now)}
	}
	return insertRows(tx, `INSERT INTO lead_event (id, lead_id, kind, person_id, note, by_id, at_ms)`, rows)
}

func scanText(r store.Row) (text string, err error) {
	err = r.Scan(&text)
	return text, err
}
