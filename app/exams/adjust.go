package exams

import (
	"context"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// maxMinutes is how much more time may be granted at once.
const maxMinutes = 240

// adjustPayload is what changed of an attempt's time: minutes added, paused, resumed or accommodated, and the
// deadline from then on.
type adjustPayload struct {
	What       string `json:"what"`
	Minutes    int    `json:"minutes,omitempty"`
	Reason     string `json:"reason,omitempty"`
	By         string `json:"by"`
	All        string `json:"all,omitempty"` // the record of what was done to the whole sitting
	DeadlineMs int64  `json:"deadline_ms"`
}

// Extend adds minutes to one live attempt.
func (r *Room) Extend(ctx context.Context, actor people.Person, attemptID string, minutes int, reason string) error {
	reason, err := reasonable(reason, "reason")
	if err != nil {
		return err
	}
	if err := extendable(minutes); err != nil {
		return err
	}
	return r.steer(ctx, actor, attemptID, adjustPayload{What: extended, Minutes: minutes, Reason: reason})
}

func extendable(minutes int) error {
	if minutes < 1 || minutes > maxMinutes {
		return fault.New(fault.Invalid, "exams.minutes_range", "max", maxMinutes).In("minutes")
	}
	return nil
}

// Pause stops the clock of a live attempt: nothing is saved and nothing expires until Resume.
func (r *Room) Pause(ctx context.Context, actor people.Person, attemptID, reason string) error {
	reason, err := reasonable(reason, "reason")
	if err != nil {
		return err
	}
	return r.steer(ctx, actor, attemptID, adjustPayload{What: paused, Reason: reason})
}

// Resume starts the clock of a paused attempt again, with as much time left as it had.
func (r *Room) Resume(ctx context.Context, actor people.Person, attemptID string) error {
	return r.steer(ctx, actor, attemptID, adjustPayload{What: resumed})
}

// steer changes the time of one live attempt, for those who watch its sitting.
func (r *Room) steer(ctx context.Context, actor people.Person, attemptID string, entry adjustPayload) error {
	entry.By = actor.ID
	return r.db.Write(ctx, func(tx *store.Tx) error {
		a, s, err := watchedIn(tx.Rx, actor, attemptID)
		if err != nil {
			return err
		}
		if err := a.takesChange(entry.What); err != nil {
			return err
		}
		return adjustIn(tx, a, s, entry)
	})
}

// What is done to the time of an attempt, as its journal has it.
const (
	extended     = "extended"
	paused       = "paused"
	resumed      = "resumed"
	accommodated = "accommodated"
)

// takesChange is the reason why that cannot be done to the attempt's time now, or nil.
func (a Attempt) takesChange(what string) error {
	switch {
	case a.Over():
		return fault.New(fault.Conflict, "exams.over")
	case what == paused && !a.PausedAt.IsZero():
		return fault.New(fault.Conflict, "exams.paused")
	case what == resumed && a.PausedAt.IsZero():
		return fault.New(fault.Conflict, "exams.not_paused")
	}
	return nil
}

// adjustIn does to an attempt what it takes, on record, and moves its deadline.
func adjustIn(tx *store.Tx, a Attempt, s Sitting, entry adjustPayload) (err error) {
	now := store.Ms(tx.Now)
	switch entry.What {
	case extended:
		_, err = tx.Exec(`INSERT INTO extension (id, attempt_id, minutes, reason, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?)`,
			tx.NewID(), a.ID, entry.Minutes, entry.Reason, entry.By, now)
	case paused:
		a.PausedAt = tx.Now
		_, err = tx.Exec(`INSERT INTO pause (id, attempt_id, reason, by_id, at_ms) VALUES (?, ?, ?, ?, ?)`, tx.NewID(), a.ID, entry.Reason, entry.By, now)
	case resumed:
		a.PausedAt = time.Time{}
		_, err = tx.Exec(`UPDATE pause SET ended_by = ?, ended_ms = ? WHERE attempt_id = ? AND ended_ms IS NULL`, entry.By, now, a.ID)
	}
	if err != nil {
		return err
	}
	return retimeIn(tx, a, s, entry)
}

// retimeIn recomputes an attempt's deadline from everything on record, keeps it in its row and journals it.
func retimeIn(tx *store.Tx, a Attempt, s Sitting, entry adjustPayload) error {
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
