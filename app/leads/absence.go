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
	Withdrawn    time.Time // zero while it stands
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

// absencesIn are a person's absences that are not over before a day. What was withdrawn after it had begun ends with the
// day of that, and what was withdrawn before is none.
func absencesIn(rx *store.Rx, personID, day string, zone *time.Location) ([]Absence, error) {
	all, err := store.All(rx, scanAbsence, `SELECT `+absenceColumns+` FROM absence a WHERE a.person_id = ? AND a.to_day >= ? ORDER BY a.from_day, a.id`, personID, day)
	if err != nil {
		return nil, err
	}
	left := all[:0]
	for _, a := range all {
		if a = a.spent(zone); a.From <= a.To && a.To >= day {
			left = append(left, a)
		}
	}
	return left, nil
}

const absenceColumns = `a.id, a.person_id, a.from_day, a.to_day, a.reason, a.by_id, a.at_ms, a.withdrawn_ms`

func scanAbsence(r store.Row) (a Absence, err error) {
	var at int64
	var withdrawn *int64
	err = r.Scan(&a.ID, &a.PersonID, &a.From, &a.To, &a.Reason, &a.By, &at, &withdrawn)
	a.At, a.Withdrawn = store.Time(at), store.NullTime(withdrawn)
	return a, err
}

// spent is the absence as it was: up to the day on which it was withdrawn, if that was before its end.
func (a Absence) spent(zone *time.Location) Absence {
	if a.Withdrawn.IsZero() {
		return a
	}
	last := a.Withdrawn.In(zone).Format(time.DateOnly)
	if last < a.From { // before it began
		last = ""
	}
	a.To = min(a.To, last)
	return a
}
