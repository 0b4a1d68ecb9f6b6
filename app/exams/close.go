package exams

import (
	"context"
	"encoding/json"
	"errors"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// CloseSitting ends a sitting at once: nobody starts any more, and every live attempt is submitted as it
// stands. Closing it again only finishes what an interruption left.
func (r *Room) CloseSitting(ctx context.Context, actor people.Person, id string) error {
	err := r.db.Write(ctx, func(tx *store.Tx) error {
		s, ok, err := SittingIn(tx.Rx, id)
		if err != nil || !ok {
			return orMissing(err)
		}
		if !actor.Has(people.Trainer, people.HR) {
			return errForbidden()
		}
		if !s.ClosedAt.IsZero() {
			return nil
		}
		if tx.Now.Before(s.OpensAt) {
			return fault.New(fault.Conflict, "exams.not_open", "at", s.OpensAt)
		}
		return closeIn(tx, id, actor.ID)
	})
	if err != nil {
		return err
	}
	return r.settle(ctx, id)
}

func closeIn(tx *store.Tx, id, by string) error {
	_, err := tx.Exec(`UPDATE sitting SET closed_by = ?, closed_ms = ? WHERE id = ? AND closed_ms IS NULL`, by, store.Ms(tx.Now), id)
	return err
}

// settle ends the live attempts of a closed sitting, one transaction each, and then says that all are in.
func (r *Room) settle(ctx context.Context, id string) error {
	var live []string
	if err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
		live, err = store.All(rx, scanText, `SELECT id FROM attempt WHERE sitting_id = ? AND state = 'live' ORDER BY id`, id)
		return err
	}); err != nil {
		return err
	}
	for _, attempt := range live {
		if err := r.endLive(ctx, attempt, causeClosed); err != nil {
			return err
		}
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		s, ok, err := SittingIn(tx.Rx, id)
		if err != nil || !ok {
			return orMissing(err)
		}
		_, left, err := store.First(tx.Rx, scanText, `SELECT id FROM attempt WHERE sitting_id = ? AND state = 'live' LIMIT 1`, id)
		if err != nil || left || !s.SettledAt.IsZero() {
			return err
		}
		s.SettledAt = tx.Now
		if _, err := tx.Exec(`UPDATE sitting SET settled_ms = ? WHERE id = ?`, store.Ms(tx.Now), id); err != nil {
			return err
		}
		if s.Rehearses() {
			return nil
		}
		for _, hook := range r.onClosed {
			if err := hook(tx, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// ExpireDue grades every attempt whose deadline and grace have passed, closes the sittings whose window is
// over once nobody is in them, and finishes what a crash left half closed. It runs every second.
func (r *Room) ExpireDue(ctx context.Context) error {
	var due, over []string
	if err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
		now := store.Ms(rx.Now)
		if due, err = store.All(rx, scanText, `SELECT id FROM attempt WHERE state = 'live' AND due_ms < ? AND paused_ms IS NULL ORDER BY due_ms LIMIT 500`, now); err != nil {
			return err
		}
		over, err = store.All(rx, scanText, `SELECT s.id FROM sitting s WHERE s.settled_ms IS NULL AND (s.closed_ms IS NOT NULL OR s.closes_ms < ?
			AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.sitting_id = s.id AND a.state = 'live')) ORDER BY s.id LIMIT 100`, now)
		return err
	}); err != nil {
		return err
	}
	var failed error // one attempt that cannot be graded must not keep the others waiting
	for _, attempt := range due {
		failed = errors.Join(failed, r.endLive(ctx, attempt, causeExpired))
	}
	for _, id := range over {
		failed = errors.Join(failed, r.closeAfterWindow(ctx, id))
	}
	return failed
}

// expireOne grades the attempt of a job, if it is still due: a deadline may have been moved.
func (r *Room) expireOne(ctx context.Context, payload []byte) error {
	var attempt string
	if err := json.Unmarshal(payload, &attempt); err != nil {
		return err
	}
	err := r.endLive(ctx, attempt, causeExpired)
	if fault.Is(err, fault.NotFound) {
		return nil // a rehearsal's, erased since
	}
	return err
}

func (r *Room) closeAfterWindow(ctx context.Context, id string) error {
	if err := r.db.Write(ctx, func(tx *store.Tx) error { return closeIn(tx, id, people.SystemID) }); err != nil {
		return err
	}
	return r.settle(ctx, id)
}
