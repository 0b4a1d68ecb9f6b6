package exams

import (
	"context"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// Admission is a late joiner whom somebody let in: they may start until the window ends.
type Admission struct {
	PersonID, Reason, By string
	At                   time.Time
}

// Admit lets a person start after the late entry of a sitting has ended, or beforehand somebody who is on their way.
// Whoever watches the sitting may; twice is once. It opens nothing else: the sitting must be theirs, and its window
// open. Faults: Invalid exams.not_expected for somebody it is not for, Conflict exams.no_late_entry where everybody
// may start until the window ends, exams.window_over and exams.sitting_closed.
func (r *Room) Admit(ctx context.Context, actor people.Person, sittingID, personID, reason string) error {
	reason, err := reasonable(reason, "reason")
	if err != nil {
		return err
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		s, ok, err := SittingIn(tx.Rx, sittingID)
		switch {
		case err != nil || !ok:
			return orMissing(err)
		case !s.watchedBy(actor):
			return errForbidden()
		case !s.ClosedAt.IsZero():
			return fault.New(fault.Conflict, "exams.sitting_closed")
		case !tx.Now.Before(s.ClosesAt):
			return fault.New(fault.Conflict, "exams.window_over", "at", s.ClosesAt)
		case !s.LastStart().Before(s.ClosesAt):
			return fault.New(fault.Conflict, "exams.no_late_entry")
		}
		if _, ok, err := people.PersonIn(tx.Rx, personID); err != nil || !ok {
			return orMissing(err)
		}
		if invited, err := invitedIn(tx.Rx, personID, s); err != nil {
			return err
		} else if !invited {
			return fault.New(fault.Invalid, "exams.not_expected").In("person")
		}
		_, err = tx.Exec(`INSERT INTO admission (id, sitting_id, person_id, reason, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (sitting_id, person_id) DO NOTHING`,
			tx.NewID(), sittingID, personID, reason, actor.ID, store.Ms(tx.Now))
		return err
	})
}

// admissionsAtIn are those of a sitting, oldest first.
func admissionsAtIn(rx *store.Rx, sittingID string) ([]Admission, error) {
	return store.All(rx, func(row store.Row) (a Admission, err error) {
		var at int64
		err = row.Scan(&a.PersonID, &a.Reason, &a.By, &at)
		a.At = store.Time(at)
		return a, err
	}, `SELECT person_id, reason, by_id, at_ms FROM admission WHERE sitting_id = ? ORDER BY at_ms, id`, sittingID)
}
