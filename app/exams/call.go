package exams

import (
	"context"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// maxCalls is how often a candidate may call in one attempt: more would fill its journal, and the board.
const maxCalls = 40

// Call is a candidate's call for whoever watches the sitting.
type Call struct {
	ID, SittingID, AttemptID string
	Text                     string // may be empty
	At                       time.Time
	AnsweredBy               string    // "" until somebody answers
	AnsweredAt               time.Time // zero until then
	WithdrawnAt              time.Time // by the candidate, zero unless they did
}

// Open reports whether the call waits for an answer.
func (c Call) Open() bool { return c.AnsweredAt.IsZero() && c.WithdrawnAt.IsZero() }

// callPayload is what happened to a call.
type callPayload struct {
	ID   string `json:"id"`
	What string `json:"what"` // "called", "answered" or "withdrawn"
	Text string `json:"text,omitempty"`
	By   string `json:"by,omitempty"`
}

// Call calls those who watch the sitting, with a few words or none. Conflict exams.call_open while a call waits for
// its answer, exams.nobody_watches where the sitting has no invigilators; TooMany exams.calls. It is a contact.
func (r *Room) Call(ctx context.Context, actor people.Person, attemptID, device, text string) error {
	text, err := message(text)
	if err == nil {
		err = namesDevice(device)
	}
	if err != nil {
		return err
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		a, err := ownIn(tx.Rx, actor, attemptID)
		if err != nil {
			return err
		}
		if a.Over() {
			return fault.New(fault.Conflict, "exams.over")
		}
		if watched, err := attendedIn(tx.Rx, a.SittingID); err != nil || !watched {
			return orConflict(err, "exams.nobody_watches")
		}
		if err := listenIn(tx, &a, device); err != nil {
			return err
		}
		calls, err := callsIn(tx.Rx, "attempt_id", a.ID)
		switch {
		case err != nil:
			return err
		case len(calls) > 0 && calls[len(calls)-1].Open():
			return fault.New(fault.Conflict, "exams.call_open")
		case len(calls) >= maxCalls:
			return fault.New(fault.TooMany, "exams.calls", "max", maxCalls)
		}
		id := tx.NewID()
		if _, err := tx.Exec(`INSERT INTO candidate_call (id, sitting_id, attempt_id, text, at_ms) VALUES (?, ?, ?, ?, ?)`,
			id, a.SittingID, a.ID, text, store.Ms(tx.Now)); err != nil {
			return err
		}
		return appendIn(tx, &a, entryCall, callPayload{ID: id, What: "called", Text: text})
	})
}

// orConflict is the error, or a conflict of that key when there is none.
func orConflict(err error, key string) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, key)
}

// attendedIn reports whether a sitting has invigilators of its own, who can be called.
func attendedIn(rx *store.Rx, sittingID string) (bool, error) {
	_, some, err := store.First(rx, scanText, `SELECT person_id FROM sitting_invigilator WHERE sitting_id = ? LIMIT 1`, sittingID)
	return some, err
}

// Withdraw takes the candidate's open call back; without one it does nothing.
func (r *Room) Withdraw(ctx context.Context, actor people.Person, attemptID string) error {
	return r.db.Write(ctx, func(tx *store.Tx) error {
		a, err := ownIn(tx.Rx, actor, attemptID)
		if err != nil || a.Over() {
			return err
		}
		calls, err := callsIn(tx.Rx, "attempt_id", a.ID)
		if err != nil || len(calls) == 0 || !calls[len(calls)-1].Open() {
			return err
		}
		open := calls[len(calls)-1]
		if _, err := tx.Exec(`UPDATE candidate_call SET withdrawn_ms = ? WHERE id = ?`, store.Ms(tx.Now), open.ID); err != nil {
			return err
		}
		return appendIn(tx, &a, entryCall, callPayload{ID: open.ID, What: "withdrawn"})
	})
}

// AnswerCall tells the candidate that somebody is coming, with words as a message or without. Conflict
// exams.call_closed when somebody else was quicker, or the candidate took it back.
func (r *Room) AnswerCall(ctx context.Context, actor people.Person, callID, words string) error {
	words, err := message(words)
	if err != nil {
		return err
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		call, ok, err := store.First(tx.Rx, scanCall, `SELECT `+callColumns+` FROM candidate_call WHERE id = ?`, callID)
		if err != nil || !ok {
			return orMissing(err)
		}
		a, _, err := watchedIn(tx.Rx, actor, call.AttemptID)
		switch {
		case err != nil:
			return err
		case a.Over():
			return fault.New(fault.Conflict, "exams.over")
		case !call.Open():
			return fault.New(fault.Conflict, "exams.call_closed")
		}
		if _, err := tx.Exec(`UPDATE candidate_call SET answered_by = ?, answered_ms = ? WHERE id = ?`, actor.ID, store.Ms(tx.Now), call.ID); err != nil {
			return err
		}
		if err := appendIn(tx, &a, entryCall, callPayload{ID: call.ID, What: "answered", By: actor.ID}); err != nil {
			return err
		}
		if words != "" {
			_, err = tellIn(tx, a, words, actor.ID)
			return err
		}
		return newsIn(tx, a.ID)
	})
}

const callColumns = `id, sitting_id, attempt_id, text, at_ms, COALESCE(answered_by, ''), answered_ms, withdrawn_ms`

func scanCall(row store.Row) (c Call, err error) {
	var at int64
	var answered, withdrawn *int64
	err = row.Scan(&c.ID, &c.SittingID, &c.AttemptID, &c.Text, &at, &c.AnsweredBy, &answered, &withdrawn)
	c.At, c.AnsweredAt, c.WithdrawnAt = store.Time(at), store.NullTime(answered), store.NullTime(withdrawn)
	return c, err
}

// callsIn are the calls of a sitting or of an attempt, as the column says, oldest first.
func callsIn(rx *store.Rx, column, id string) ([]Call, error) {
	return store.All(rx, scanCall, `SELECT `+callColumns+` FROM candidate_call WHERE `+column+` = ? ORDER BY id`, id)
}
