package exams

import (
	"context"

	"bainian/app/ledger"
	"bainian/app/store"
)

// Traces are what an attempt's journal holds beside the answers, with what accommodations on record explain. Whoever
// shows them to anybody must know that they may.
func (r *Room) Traces(ctx context.Context, attemptID string) (Traces, error) {
	s, err := r.seat(ctx, attemptID)
	if err != nil {
		return Traces{}, err
	}
	var entries []ledger.Entry
	var by map[string]string
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		a, ok, err := AttemptIn(rx, attemptID)
		if err != nil || !ok {
			return orMissing(err)
		}
		granted, err := grantedIn(rx, a.PersonID)
		if err != nil {
			return err
		}
		if err := explainIn(rx, granted); err != nil {
			return err
		}
		by = explained(granted, a.StartedAt)
		entries, err = ledger.EntriesIn(rx, attemptID)
		return err
	})
	return TracesOf(attemptID, entries, len(s.form.Questions), s.blueprint.Integrity, by), err
}
