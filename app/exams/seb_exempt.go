package exams

import (
	"context"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// SebExempt lets one candidate sit outside Safe Exam Browser, where it cannot be used by them or on their machine. Whoever
// watches the sitting may; twice is once. Faults: Conflict exams.seb_not_asked where the exam does not require it and
// exams.sitting_closed, Invalid exams.not_expected for somebody whom the sitting is not for.
func (r *Room) SebExempt(ctx context.Context, actor people.Person, sittingID, personID, reason string) error {
	reason, err := reasonable(reason, "reason")
	if err != nil {
		return err
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		s, ok, err := SittingIn(tx.Rx, sittingID)
		if err != nil || !ok {
			return orMissing(err)
		}
		b, err := r.blueprintIn(tx.Rx, s.Pins.Exam)
		switch {
		case err != nil:
			return err
		case !s.watchedBy(actor):
			return errForbidden()
		case !s.ClosedAt.IsZero():
			return fault.New(fault.Conflict, "exams.sitting_closed")
		case b.Integrity.Seb != NeedRequired:
			return fault.New(fault.Conflict, "exams.seb_not_asked")
		}
		if err := expectsIn(tx.Rx, s, personID); err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO seb_exemption (id, sitting_id, person_id, reason, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (sitting_id, person_id) DO NOTHING`,
			tx.NewID(), sittingID, personID, reason, actor.ID, store.Ms(tx.Now))
		return err
	})
}
