package exams

import (
	"context"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// Accommodation is what a person needs to sit exams on equal terms.
type Accommodation struct {
	Multiplier   int // thousandths of the time limit: 1250 is a quarter more; 1000 is none
	ExtraMinutes int // added after the multiplier
	Reason       string
	By           string
}

const (
	maxMultiplier = 3000
	maxMinutes    = 240
)

// adjustPayload is what changed of an attempt's time: minutes added, paused, resumed or accommodated, and the
// deadline from then on.
type adjustPayload struct {
	What       string `json:"what"`
	Minutes    int    `json:"minutes,omitempty"`
	Reason     string `json:"reason,omitempty"`
	By         string `json:"by"`
	DeadlineMs int64  `json:"deadline_ms"`
}

// Accommodate gives a person another limit from now on, in attempts that are live as well. HR and trainers may.
func (r *Room) Accommodate(ctx context.Context, actor people.Person, personID string, a Accommodation) error {
	reason, err := reasonable(a.Reason, "reason")
	switch {
	case err != nil:
		return err
	case !actor.Has(people.HR, people.Trainer):
		return errForbidden()
	case a.Multiplier < 1000 || a.Multiplier > maxMultiplier || a.ExtraMinutes < 0 || a.ExtraMinutes > maxMinutes:
		return fault.New(fault.Invalid, "exams.accommodation_range", "percent", maxMultiplier/10, "minutes", maxMinutes).In("multiplier")
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		if _, ok, err := people.PersonIn(tx.Rx, personID); err != nil || !ok {
			return orMissing(err)
		}
		if _, err := tx.Exec(`INSERT INTO accommodation (id, person_id, multiplier, extra_minutes, reason, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			tx.NewID(), personID, a.Multiplier, a.ExtraMinutes, reason, actor.ID, store.Ms(tx.Now)); err != nil {
			return err
		}
		live, err := store.All(tx.Rx, scanAttempt, `SELECT `+attemptColumns+` FROM attempt a WHERE a.person_id = ? AND a.state = 'live'`, personID)
		if err != nil {
			return err
		}
		for _, attempt := range live {
			if err := retimeIn(tx, attempt, adjustPayload{What: "accommodated", By: actor.ID}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Extend adds minutes to one live attempt.
func (r *Room) Extend(ctx context.Context, actor people.Person, attemptID string, minutes int, reason string) error {
	reason, err := reasonable(reason, "reason")
	if err != nil {
		return err
	}
	if minutes < 1 || minutes > maxMinutes {
		return fault.New(fault.Invalid, "exams.minutes_range", "max", maxMinutes).In("minutes")
	}
	return r.steer(ctx, actor, attemptID, adjustPayload{What: "extended", Minutes: minutes, Reason: reason}, func(tx *store.Tx, a *Attempt) error {
		_, err := tx.Exec(`INSERT INTO extension (id, attempt_id, minutes, reason, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?)`,
			tx.NewID(), attemptID, minutes, reason, actor.ID, store.Ms(tx.Now))
		return err
	})
}

// Pause stops the clock of a live attempt: nothing is saved and nothing expires until Resume.
func (r *Room) Pause(ctx context.Context, actor people.Person, attemptID, reason string) error {
	reason, err := reasonable(reason, "reason")
	if err != nil {
		return err
	}
	return r.steer(ctx, actor, attemptID, adjustPayload{What: "paused", Reason: reason}, func(tx *store.Tx, a *Attempt) error {
		if !a.PausedAt.IsZero() {
			return fault.New(fault.Conflict, "exams.paused")
		}
		if _, err := tx.Exec(`INSERT INTO pause (id, attempt_id, reason, by_id, at_ms) VALUES (?, ?, ?, ?, ?)`,
			tx.NewID(), attemptID, reason, actor.ID, store.Ms(tx.Now)); err != nil {
			return err
		}
		a.PausedAt = tx.Now
		return nil
	})
}

// Resume starts the clock of a paused attempt again, with as much time left as it had.
func (r *Room) Resume(ctx context.Context, actor people.Person, attemptID string) error {
	return r.steer(ctx, actor, attemptID, adjustPayload{What: "resumed"}, func(tx *store.Tx, a *Attempt) error {
		if a.PausedAt.IsZero() {
			return fault.New(fault.Conflict, "exams.not_paused")
		}
		a.PausedAt = time.Time{}
		_, err := tx.Exec(`UPDATE pause SET ended_by = ?, ended_ms = ? WHERE attempt_id = ? AND ended_ms IS NULL`, actor.ID, store.Ms(tx.Now), attemptID)
		return err
	})
}

// steer changes the time of one live attempt, for those who watch its sitting.
func (r *Room) steer(ctx context.Context, actor people.Person, attemptID string, entry adjustPayload, change func(*store.Tx, *Attempt) error) error {
	entry.By = actor.ID
	return r.db.Write(ctx, func(tx *store.Tx) error {
		a, ok, err := AttemptIn(tx.Rx, attemptID)
		if err != nil || !ok {
			return orMissing(err)
		}
		s, ok, err := SittingIn(tx.Rx, a.SittingID)
		switch {
		case err != nil || !ok:
			return orMissing(err)
		case !s.watchedBy(actor):
			return errForbidden()
		case a.Over():
			return fault.New(fault.Conflict, "exams.over")
		}
		if err := change(tx, &a); err != nil {
			return err
		}
		return retimeIn(tx, a, entry)
	})
}

// retimeIn recomputes an attempt's deadline from everything on record, keeps it in its row and journals it.
func retimeIn(tx *store.Tx, a Attempt, entry adjustPayload) error {
	s, ok, err := SittingIn(tx.Rx, a.SittingID)
	if err != nil || !ok {
		return orMissing(err)
	}
	timing, err := timingOfIn(tx.Rx, a, s)
	if err != nil {
		return err
	}
	a.Deadline = timing.Deadline()
	a.DueAt = a.Deadline.Add(offlineGrace)
	entry.DeadlineMs = store.Ms(a.Deadline)
	if err := appendIn(tx, &a, entryAdjust, entry); err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE attempt SET deadline_ms = ?, due_ms = ?, paused_ms = ? WHERE id = ?`,
		store.Ms(a.Deadline), store.Ms(a.DueAt), store.NullMs(a.PausedAt), a.ID); err != nil {
		return err
	}
	return dueIn(tx, a)
}
