package leads

import (
	"time"

	"bainian/app/store"
)

// Absence is approved leave: whole days, on which a person's clocks stand still and nothing is allocated to them.
type Absence struct {
	ID, PersonID string
	From, To     string // yyyy-mm-dd in the company's zone, To is the last day
	Reason, By   string
	At           time.Time
}

// daysOf are all days of absences.
func daysOf(all []Absence) (days []string) {
	for _, a := range all {
		from, err := time.Parse(time.DateOnly, a.From)
		if err != nil {
			continue
		}
		for day := from; day.Format(time.DateOnly) <= a.To; day = day.AddDate(0, 0, 1) {
			days = append(days, day.Format(time.DateOnly))
		}
	}
	return days
}

// absencesIn are a person's absences that are not over before a day.
func absencesIn(rx *store.Rx, personID, day string) ([]Absence, error) {
	return store.All(rx, func(r store.Row) (a Absence, err error) {
		var at int64
		err = r.Scan(&a.ID, &a.PersonID, &a.From, &a.To, &a.Reason, &a.By, &at)
		a.At = store.Time(at)
		return a, err
	}, `SELECT id, person_id, from_day, to_day, reason, by_id, at_ms FROM absence
		WHERE person_id = ? AND to_day >= ? AND withdrawn_ms IS NULL ORDER BY from_day, id`, personID, day)
}
