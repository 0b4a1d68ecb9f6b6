package cohorts

import (
	"context"
	"embed"
	"strings"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

//go:embed schema
var schema embed.FS

// Schema is the tables of this domain.
func Schema() store.Schema { return store.Schema{Domain: "cohorts", Files: schema} }

// Roster knows the cohorts.
type Roster struct {
	db    *store.DB
	shelf *documents.Shelf

	onGraduated []func(tx *store.Tx, personID string) error
}

// OnGraduated adds what follows in the transaction in which a person graduates, or a graduation is undone.
func (r *Roster) OnGraduated(f func(tx *store.Tx, personID string) error) {
	r.onGraduated = append(r.onGraduated, f)
}

func (r *Roster) graduatedIn(tx *store.Tx, personID string) error {
	for _, f := range r.onGraduated {
		if err := f(tx, personID); err != nil {
			return err
		}
	}
	return nil
}

// New makes the roster over a migrated database. The shelf gets the programme's check.
func New(db *store.DB, shelf *documents.Shelf) *Roster {
	shelf.Register(documents.Programme, func(_ context.Context, d documents.Doc) (fault.Problems, error) {
		_, problems := programmeOf(d)
		return problems, nil
	})
	return &Roster{db: db, shelf: shelf}
}

// Create makes a cohort; its ID is given. HR and administrators may. A number that is taken is a Conflict.
func (r *Roster) Create(ctx context.Context, actor people.Person, c Cohort) (Cohort, error) {
	if err := mayKeep(actor); err != nil {
		return Cohort{}, err
	}
	c.Name = strings.TrimSpace(c.Name)
	if err := c.check(); err != nil {
		return Cohort{}, err
	}
	err := r.db.Write(ctx, func(tx *store.Tx) error {
		switch _, err := find(tx.Rx, "c.number = ?", c.Number); {
		case err == nil:
			return fault.New(fault.Conflict, "cohorts.number_taken", "number", c.Number).In("number")
		case !fault.Is(err, fault.NotFound):
			return err
		}
		c.ID = tx.NewID()
		_, err := tx.Exec(`INSERT INTO cohort (id, number, name, starts_on, ends_on, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			c.ID, c.Number, c.Name, c.StartsOn, c.EndsOn, actor.ID, store.Ms(tx.Now))
		return err
	})
	return c, err
}

// List is all cohorts, the latest first.
func (r *Roster) List(ctx context.Context) ([]Summary, error) {
	var all []Summary
	err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
		all, err = store.All(rx, scanSummary, `SELECT `+cohortColumns+`, (SELECT count(*) FROM enrolment m
			JOIN employee e ON e.id = m.employee_id WHERE m.cohort_id = c.id AND m.left_ms IS NULL AND e.active)
			FROM cohort c ORDER BY c.number DESC`)
		return err
	})
	return all, err
}

// Cohort is the cohort with that id, or NotFound.
func (r *Roster) Cohort(ctx context.Context, id string) (Cohort, error) {
	var c Cohort
	err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
		c, err = find(rx, "c.id = ?", id)
		return err
	})
	return c, err
}

// CohortIn is Cohort inside a transaction.
func CohortIn(rx *store.Rx, id string) (Cohort, error) { return find(rx, "c.id = ?", id) }

// mayKeep is the fault of a person who may not decide who is in which cohort.
func mayKeep(actor people.Person) error {
	if actor.Has(people.HR, people.Admin) {
		return nil
	}
	return fault.New(fault.Forbidden, "cohorts.hr_only")
}
