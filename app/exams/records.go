package exams

import (
	"time"

	"bainian/app/fault"
	"bainian/app/store"
)

// Pass is an exam that a person has passed.
type Pass struct {
	Exam, AttemptID string
	At              time.Time // when the attempt ended
	Score, Max      int       // thousandths of a point
	SetAside        bool      // by a verdict: it no longer counts
}

// PassesIn are all passed attempts of a person, oldest first.
func PassesIn(rx *store.Rx, personID string) ([]Pass, error) {
	return store.All(rx, func(row store.Row) (p Pass, err error) {
		var at int64
		err = row.Scan(&p.Exam, &p.AttemptID, &at, &p.Score, &p.Max, &p.SetAside)
		p.At = store.Time(at)
		return p, err
	}, `SELECT exam, id, ended_ms, score, max_score, aside FROM attempt WHERE person_id = ? AND passed ORDER BY ended_ms, id`, personID)
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
