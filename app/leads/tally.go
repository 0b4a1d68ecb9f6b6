package leads

import (
	"time"

	"bainian/app/store"
)

// Tally is what the records say of a person's calendar day. Planned visits are those that were made, those that became a
// call, and those that came to nothing: the sum holds, so that a report can be believed.
type Tally struct {
	Calls, Visits, Messages, Notes int
	Leads                          int // followed up, each once
	Planned, Made, Called, Missed  int // planned visits: Planned = Made + Called + Missed
	Drawn, Allocated               int
	Staged, Returned               int // leads whose stage was changed, that were given back
	Won, Lost                      int // leads that were closed, Lost by any outcome but a payment
	Reclaimed                      int
	Tomorrow                       int // planned for the next business day
}

// FollowUps is how many there were, notes left out.
func (t Tally) FollowUps() int { return t.Calls + t.Visits + t.Messages }

// tallyIn counts a calendar day of a person, in the company's zone.
func tallyIn(rx *store.Rx, personID string, day time.Time, days workdays) (t Tally, err error) {
	from, to := store.Ms(day), store.Ms(day.AddDate(0, 0, 1))
	var kinds []struct {
		kind Kind
		n    int
	}
	kinds, err = store.All(rx, func(row store.Row) (k struct {
		kind Kind
		n    int
	}, err error) {
		return k, row.Scan(&k.kind, &k.n)
	}, `SELECT kind, count(*) FROM follow_up WHERE by_id = ? AND at_ms >= ? AND at_ms < ? GROUP BY kind`, personID, from, to)
	if err != nil {
		return t, err
	}
	for _, k := range kinds {
		switch k.kind {
		case Call:
			t.Calls = k.n
		case Visit:
			t.Visits = k.n
		case Message:
			t.Messages = k.n
		case Note:
			t.Notes = k.n
		}
	}
	if err = rx.Row(`SELECT count(DISTINCT tenure_id) FROM follow_up WHERE by_id = ? AND at_ms >= ? AND at_ms < ? AND kind <> 'note'`,
		personID, from, to).Scan(&t.Leads); err != nil {
		return t, err
	}
	if err = visitsIn(rx, personID, day.Format(time.DateOnly), from, to, &t); err != nil {
		return t, err
	}
	moves, err := store.All(rx, func(row store.Row) (m struct {
		kind string
		n    int
	}, err error) {
		return m, row.Scan(&m.kind, &m.n)
	}, `SELECT kind, count(*) FROM lead_event WHERE person_id = ? AND at_ms >= ? AND at_ms < ? GROUP BY kind`, personID, from, to)
	if err != nil {
		return t, err
	}
	for _, m := range moves {
		switch m.kind {
		case "drawn":
			t.Drawn = m.n
		case "assigned":
			t.Allocated = m.n
		case "staged":
			t.Staged = m.n
		case "returned", "swapped":
			t.Returned += m.n
		case "reclaimed":
			t.Reclaimed = m.n
		}
	}
	if err = rx.Row(`SELECT count(*) FILTER (WHERE x.outcome = 'won'), count(*) FILTER (WHERE x.outcome <> 'won') FROM lead_event e
		JOIN lead_closing x ON x.lead_id = e.lead_id AND x.at_ms = e.at_ms JOIN tenure t ON t.id = x.tenure_id AND t.holder_id = e.person_id
		WHERE e.person_id = ? AND e.at_ms >= ? AND e.at_ms < ? AND e.kind IN ('closed', 'ruled', 'merged')`, personID, from, to).Scan(&t.Won, &t.Lost); err != nil {
		return t, err
	}
	err = rx.Row(`SELECT count(*) FROM lead_plan p JOIN tenure t ON t.id = p.tenure_id
		WHERE p.person_id = ? AND p.day = ? AND p.follow_up_id IS NULL AND p.dropped_ms IS NULL AND t.ended_ms IS NULL`,
		personID, days.Next(day).Format(time.DateOnly)).Scan(&t.Tomorrow)
	return t, err
}

// visitsIn counts what became of the visits that were planned for a day.
func visitsIn(rx *store.Rx, personID, day string, from, to int64, t *Tally) error {
	visits, err := store.All(rx, func(row store.Row) (v struct{ made, called bool }, err error) {
		return v, row.Scan(&v.made, &v.called)
	}, `SELECT p.follow_up_id IS NOT NULL, EXISTS (SELECT 1 FROM follow_up f WHERE f.tenure_id = p.tenure_id AND f.kind = 'call' AND f.at_ms >= ? AND f.at_ms < ?)
		FROM lead_plan p WHERE p.person_id = ? AND p.day = ? AND p.kind = 'visit' AND p.dropped_ms IS NULL`, from, to, personID, day)
	if err != nil {
		return err
	}
	t.Planned = len(visits)
	for _, v := range visits {
		switch {
		case v.made:
			t.Made++
		case v.called:
			t.Called++
		default:
			t.Missed++
		}
	}
	return nil
}
