package cohorts

import (
	"context"
	"strings"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// Enrol puts people into a cohort, out of the one that they may be in; both are on record. Who is in it
// already stays. HR and administrators may; a person who is unknown or has left is NotFound.
func (r *Roster) Enrol(ctx context.Context, actor people.Person, cohortID string, personIDs ...string) error {
	if err := mayKeep(actor); err != nil {
		return err
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		c, err := find(tx.Rx, "c.id = ?", cohortID)
		if err != nil {
			return err
		}
		return enrol(tx, actor, c, personIDs)
	})
}

// PlaceIn is Enrol by the cohort's number, for imports (people.Cohorts).
func (r *Roster) PlaceIn(tx *store.Tx, by people.Person, number int, personIDs []string) error {
	c, err := find(tx.Rx, "c.number = ?", number)
	if err != nil {
		return err
	}
	return enrol(tx, by, c, personIDs)
}

func enrol(tx *store.Tx, by people.Person, c Cohort, personIDs []string) error {
	for _, id := range personIDs {
		p, found, err := people.PersonIn(tx.Rx, id)
		if err != nil {
			return err
		}
		if !found || !p.Active {
			return fault.New(fault.NotFound, "cohorts.person_unknown")
		}
		_, err = tx.Exec(`UPDATE enrolment SET left_ms = ?, left_by = ? WHERE employee_id = ? AND cohort_id <> ? AND left_ms IS NULL`,
			store.Ms(tx.Now), by.ID, id, c.ID)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO enrolment (id, cohort_id, employee_id, joined_ms, joined_by) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (employee_id) WHERE left_ms IS NULL DO NOTHING`, tx.NewID(), c.ID, id, store.Ms(tx.Now), by.ID)
		if err != nil {
			return err
		}
	}
	return nil
}

// Leave takes a person out of the cohort that they are in, for a reason; a person in none is NotFound.
func (r *Roster) Leave(ctx context.Context, actor people.Person, personID, reason string) error {
	if err := mayKeep(actor); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if reason == "" || !short(reason) {
		return fault.New(fault.Invalid, "cohorts.reason_missing", "max", maxText).In("reason")
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(`UPDATE enrolment SET left_ms = ?, left_by = ?, reason = ? WHERE employee_id = ? AND left_ms IS NULL`,
			store.Ms(tx.Now), actor.ID, reason, personID)
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "cohorts.in_none")
		}
		return err
	})
}

// OfIn is the cohort that a person is in and whether there is one.
func OfIn(rx *store.Rx, personID string) (Cohort, bool, error) {
	return store.First(rx, scanCohort, `SELECT `+cohortColumns+` FROM enrolment m JOIN cohort c ON c.id = m.cohort_id
		WHERE m.employee_id = ? AND m.left_ms IS NULL`, personID)
}

// Of is OfIn by itself.
func (r *Roster) Of(ctx context.Context, personID string) (Cohort, bool, error) {
	var c Cohort
	var found bool
	err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
		c, found, err = OfIn(rx, personID)
		return err
	})
	return c, found, err
}

// MembersIn is the ids of the active people in a cohort, by employee number.
func MembersIn(rx *store.Rx, cohortID string) ([]string, error) {
	return store.All(rx, scanText, `SELECT e.id FROM enrolment m JOIN employee e ON e.id = m.employee_id
		WHERE m.cohort_id = ? AND m.left_ms IS NULL AND e.active ORDER BY e.number_key`, cohortID)
}

// Members is MembersIn by itself.
func (r *Roster) Members(ctx context.Context, cohortID string) ([]string, error) {
	var ids []string
	err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
		ids, err = MembersIn(rx, cohortID)
		return err
	})
	return ids, err
}

// History is every cohort that a person was in, the latest first: their own, or as HR anyone's.
func (r *Roster) History(ctx context.Context, actor people.Person, personID string) ([]Membership, error) {
	if actor.ID != personID {
		if err := mayKeep(actor); err != nil {
			return nil, err
		}
	}
	var all []Membership
	err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
		all, err = HistoryIn(rx, personID)
		return err
	})
	return all, err
}

// HistoryIn is every cohort that a person was in, the latest first.
func HistoryIn(rx *store.Rx, personID string) ([]Membership, error) {
	return store.All(rx, scanMembership, `SELECT `+cohortColumns+`, m.joined_ms, m.joined_by, m.left_ms, COALESCE(m.left_by, ''), m.reason
		FROM enrolment m JOIN cohort c ON c.id = m.cohort_id WHERE m.employee_id = ? ORDER BY m.joined_ms DESC, m.id DESC`, personID)
}

// PlacesIn are the numbers of all cohorts, and by person id the number of the cohort they are in
// (people.Cohorts).
func (r *Roster) PlacesIn(rx *store.Rx) (numbers []int, of map[string]int, err error) {
	numbers, err = store.All(rx, func(row store.Row) (n int, err error) { return n, row.Scan(&n) }, `SELECT number FROM cohort`)
	if err != nil {
		return nil, nil, err
	}
	of = map[string]int{}
	err = rx.Each(`SELECT m.employee_id, c.number FROM enrolment m JOIN cohort c ON c.id = m.cohort_id WHERE m.left_ms IS NULL`, nil,
		func(row store.Row) error {
			var id string
			var n int
			err := row.Scan(&id, &n)
			of[id] = n
			return err
		})
	return numbers, of, err
}
