package cohorts

import (
	"bainian/app/fault"
	"bainian/app/store"
)

const (
	cohortColumns  = `c.id, c.number, c.name, c.starts_on, c.ends_on`
	sessionColumns = `id, cohort_id, at_ms, kind, title, lecturer, place`
)

func scanCohort(row store.Row) (Cohort, error) {
	var c Cohort
	err := row.Scan(&c.ID, &c.Number, &c.Name, &c.StartsOn, &c.EndsOn)
	return c, err
}

func scanSummary(row store.Row) (Summary, error) {
	var s Summary
	err := row.Scan(&s.ID, &s.Number, &s.Name, &s.StartsOn, &s.EndsOn, &s.Size)
	return s, err
}

func scanMembership(row store.Row) (Membership, error) {
	var m Membership
	var joined int64
	var left *int64
	err := row.Scan(&m.Cohort.ID, &m.Cohort.Number, &m.Cohort.Name, &m.Cohort.StartsOn, &m.Cohort.EndsOn,
		&joined, &m.JoinedBy, &left, &m.LeftBy, &m.Reason)
	m.JoinedAt, m.LeftAt = store.Time(joined), store.NullTime(left)
	return m, err
}

func scanSession(row store.Row) (Session, error) {
	var s Session
	var at int64
	var kind string
	err := row.Scan(&s.ID, &s.CohortID, &at, &kind, &s.Title, &s.Lecturer, &s.Place)
	s.At, s.Kind = store.Time(at), Kind(kind)
	return s, err
}

func scanText(row store.Row) (string, error) {
	var s string
	return s, row.Scan(&s)
}

// find is the first cohort for which the condition holds, or NotFound.
func find(rx *store.Rx, condition string, arg any) (Cohort, error) {
	c, found, err := store.First(rx, scanCohort, `SELECT `+cohortColumns+` FROM cohort c WHERE `+condition, arg)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "cohorts.not_found")
	}
	return c, err
}
