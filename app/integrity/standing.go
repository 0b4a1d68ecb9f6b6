package integrity

import (
	"time"

	"bainian/app/store"
)

// CaseRecord is what the gate may know of one case for all time: from when to when a person had it open, until when each
// suspension was set, and whether it ended in a red line. A flag that nobody took up is none.
type CaseRecord struct {
	Opened, Closed time.Time // Closed is zero until the verdict
	Suspensions    []Suspended
	RedLine        bool      // the verdict was one
	Overturned     time.Time // when an appeal undid it; zero otherwise
	Cleared        bool      // nothing stands, and the file is sealed
}

// Suspended is one suspension that was set at a time, until a time.
type Suspended struct{ At, Until time.Time }

// suspends is until when the case suspends its person at a moment; false when it does not.
func (c CaseRecord) suspends(at time.Time) (until time.Time, yes bool) {
	if at.Before(c.Opened) || !c.Closed.IsZero() && !at.Before(c.Closed) {
		return until, false
	}
	for _, s := range c.Suspensions {
		if !at.Before(s.At) {
			until = s.Until
		}
	}
	return until, until.After(at)
}

func (c CaseRecord) redLine(at time.Time) bool {
	return c.RedLine && !at.Before(c.Closed) && (c.Overturned.IsZero() || at.Before(c.Overturned))
}

// StandingAt is the standing that those records gave a person at a moment, by the rule of StandingIn. sealed reports
// that it rests on a case that has been cleared since: of such a case nobody is told any more.
func StandingAt(records []CaseRecord, at time.Time) (s Standing, sealed bool) {
	for _, c := range records {
		if until, yes := c.suspends(at); yes {
			if s.OpenCases == 0 || until.Before(s.ReviewBy) {
				s.ReviewBy = until
			}
			s.OpenCases++
			sealed = sealed || c.Cleared
		}
		if c.redLine(at) {
			s.RedLine = true
			sealed = sealed || c.Cleared
		}
	}
	return s, sealed
}

// CaseRecordsIn are those of a person, by the number of their cases.
func CaseRecordsIn(rx *store.Rx, personID string) ([]CaseRecord, error) {
	numbers, records := map[int]int{}, []CaseRecord(nil)
	err := rx.Each(`SELECT c.number, (SELECT max(e.at_ms) FROM case_event e WHERE e.number = c.number AND e.kind = 'opened') AS opened,
			coalesce(v.at_ms, 0), coalesce(v.outcome, ''), coalesce(o.at_ms, 0), coalesce(c.review_ms, 0)
		FROM integrity_case c LEFT JOIN verdict v ON v.number = c.number LEFT JOIN overturning o ON o.number = c.number
		WHERE c.person_id = ? ORDER BY c.number`, []any{personID}, func(r store.Row) error {
		var number int
		var opened *int64
		var closed, overturned, review int64
		var outcome Outcome
		if err := r.Scan(&number, &opened, &closed, &outcome, &overturned, &review); err != nil || opened == nil {
			return err
		}
		numbers[number] = len(records)
		c := CaseRecord{Opened: store.Time(*opened), Closed: moment(closed), RedLine: outcome == RedLine, Overturned: moment(overturned)}
		c.Cleared = outcome == NotUpheld || !c.Overturned.IsZero()
		if review > 0 { // what holds for a case from before there were clocks
			c.Suspensions = []Suspended{{c.Opened, store.Time(review)}}
		}
		records = append(records, c)
		return nil
	})
	if err != nil || len(records) == 0 {
		return records, err
	}
	clocked := map[int]bool{}
	err = rx.Each(`SELECT k.number, k.at_ms, k.due_ms FROM case_clock k JOIN integrity_case c ON c.number = k.number
		WHERE c.person_id = ? AND k.step = ? ORDER BY k.at_ms, k.id`, []any{personID, string(Suspension)}, func(r store.Row) error {
		var number int
		var at, due int64
		if err := r.Scan(&number, &at, &due); err != nil {
			return err
		}
		n, known := numbers[number]
		if !known {
			return nil
		}
		if !clocked[number] {
			records[n].Suspensions, clocked[number] = nil, true
		}
		records[n].Suspensions = append(records[n].Suspensions, Suspended{store.Time(at), store.Time(due)})
		return nil
	})
	return records, err
}
