package exams

import (
	"time"

	"bainian/app/fault"
	"bainian/app/store"
)

// Pass is an exam that a person has passed.
type Pass struct {
	Person          string
	Exam, AttemptID string
	At              time.Time // when the attempt ended
	Score, Max      int       // thousandths of a point
	SetAside        bool      // by a verdict: it no longer counts
}

// PassesIn are all passed attempts of those people, oldest first.
func PassesIn(rx *store.Rx, personIDs ...string) ([]Pass, error) {
	who, args := store.List(personIDs)
	return store.All(rx, func(row store.Row) (p Pass, err error) {
		var at int64
		err = row.Scan(&p.Person, &p.Exam, &p.AttemptID, &at, &p.Score, &p.Max, &p.SetAside)
		p.At = store.Time(at)
		return p, err
	}, `SELECT person_id, exam, id, ended_ms, score, max_score, aside FROM attempt WHERE person_id IN `+who+` AND passed ORDER BY ended_ms, id`, args...)
}

// SetAsideIn takes an attempt out of the count, as a verdict of a re-sit asks: its result stays on record,
// opens nothing any more, and one more attempt is granted on a fresh form. Twice is once.
func SetAsideIn(tx *store.Tx, attemptID, by, reason string) error {
	a, ok, err := AttemptIn(tx.Rx, attemptID)
	if err != nil || !ok {
		return orMissing(err)
	}
	if !a.Over() {
		return fault.New(fault.Conflict, "exams.still_live")
	}
	if a.SetAside {
		return nil
	}
	if _, err := tx.Exec(`INSERT INTO set_aside (id, attempt_id, reason, by_id, at_ms) VALUES (?, ?, ?, ?, ?)`, tx.NewID(), attemptID, reason, by, store.Ms(tx.Now)); err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE attempt SET aside = TRUE WHERE id = ?`, attemptID)
	return err
}

// ReinstateIn undoes a setting aside, as an upheld appeal asks: the attempt counts again. Twice is once.
func ReinstateIn(tx *store.Tx, attemptID, by, reason string) error {
	n, err := tx.Exec(`UPDATE attempt SET aside = FALSE WHERE id = ? AND aside`, attemptID)
	if err != nil || n == 0 {
		return err
	}
	_, err = tx.Exec(`UPDATE set_aside SET undone_reason = ?, undone_by = ?, undone_ms = ? WHERE attempt_id = ? AND undone_ms IS NULL`,
		reason, by, store.Ms(tx.Now), attemptID)
	return err
}

// PassRecord is everything on record about whether one attempt counts as a pass: each grading, and each time for which
// a verdict set it aside.
type PassRecord struct {
	Exam     string
	At       time.Time // when the attempt ended
	Gradings []Grading // oldest first
	Aside    []Aside
}

// Grading is a result that held from a time on.
type Grading struct {
	At         time.Time
	Score, Max int // thousandths of a point
	Passed     bool
}

// Aside is from when to when an attempt did not count; To is zero while it does not.
type Aside struct{ From, To time.Time }

// Then is the pass as it counted at a moment; false when it did not.
func (p PassRecord) Then(at time.Time) (pass Pass, counts bool) {
	for _, g := range p.Gradings {
		if !at.Before(g.At) {
			pass, counts = Pass{Exam: p.Exam, At: p.At, Score: g.Score, Max: g.Max}, g.Passed
		}
	}
	for _, a := range p.Aside {
		counts = counts && (at.Before(a.From) || !a.To.IsZero() && !at.Before(a.To))
	}
	return pass, counts
}

// PassRecordsIn are those of all graded attempts of a person, in the order of PassesIn.
func PassRecordsIn(rx *store.Rx, personID string) ([]PassRecord, error) {
	places, records := map[string]int{}, []PassRecord(nil)
	err := rx.Each(`SELECT a.id, a.exam, a.ended_ms, r.at_ms, r.score, r.max_score, r.passed FROM attempt a JOIN result r ON r.attempt_id = a.id
		WHERE a.person_id = ? AND a.ended_ms IS NOT NULL ORDER BY a.ended_ms, a.id, r.revision`, []any{personID}, func(row store.Row) error {
		var id, exam string
		var ended, at int64
		var g Grading
		if err := row.Scan(&id, &exam, &ended, &at, &g.Score, &g.Max, &g.Passed); err != nil {
			return err
		}
		g.At = store.Time(at)
		n, known := places[id]
		if !known {
			n, places[id] = len(records), len(records)
			records = append(records, PassRecord{Exam: exam, At: store.Time(ended)})
		}
		records[n].Gradings = append(records[n].Gradings, g)
		return nil
	})
	if err != nil || len(records) == 0 {
		return records, err
	}
	err = rx.Each(`SELECT s.attempt_id, s.at_ms, s.undone_ms FROM set_aside s JOIN attempt a ON a.id = s.attempt_id WHERE a.person_id = ? ORDER BY s.at_ms, s.id`, []any{personID}, func(row store.Row) error {
		var id string
		var from int64
		var to *int64
		err := row.Scan(&id, &from, &to)
		if n, known := places[id]; known {
			records[n].Aside = append(records[n].Aside, Aside{store.Time(from), store.NullTime(to)})
		}
		return err
	})
	return records, err
}
