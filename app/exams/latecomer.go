package exams

import (
	"context"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// Exception is one person whom somebody let do what a sitting asks otherwise of everybody: start late, until the window
// ends (an admission), or sit outside Safe Exam Browser (an exemption).
type Exception struct {
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
		if err := expectsIn(tx.Rx, s, personID); err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO admission (id, sitting_id, person_id, reason, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (sitting_id, person_id) DO NOTHING`,
			tx.NewID(), sittingID, personID, reason, actor.ID, store.Ms(tx.Now))
		return err
	})
}

// expectsIn is the fault of a person whom the sitting is not for.
func expectsIn(rx *store.Rx, s Sitting, personID string) error {
	if _, ok, err := people.PersonIn(rx, personID); err != nil || !ok {
		return orMissing(err)
	}
	invited, err := invitedIn(rx, personID, s)
	if err == nil && !invited {
		err = fault.New(fault.Invalid, "exams.not_expected").In("person")
	}
	return err
}

// exceptionsIn are those of a sitting that the table holds, oldest first.
func exceptionsIn(rx *store.Rx, table, sittingID string) ([]Exception, error) {
	return store.All(rx, func(row store.Row) (x Exception, err error) {
		var at int64
		err = row.Scan(&x.PersonID, &x.Reason, &x.By, &at)
		x.At = store.Time(at)
		return x, err
	}, `SELECT person_id, reason, by_id, at_ms FROM `+table+` WHERE sitting_id = ? ORDER BY at_ms, id`, sittingID)
}
