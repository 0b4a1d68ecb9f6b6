package exams

import (
	"context"
	"time"

	"bainian/app/people"
	"bainian/app/store"
)

// Clock is what changes about a paper while it is sat: how time stands and how far it has come.
type Clock struct {
	State           State
	Now             time.Time // the server's
	Deadline        time.Time // extensions and pauses move it
	Paused          bool
	LastSeq         int64 // the next save counts on from it
	Answered, Total int
	News            int // a room that knows of fewer asks for News
}

// Clock is how time stands in the actor's own attempt, live or over. Every room asks every few seconds, so it
// reads what it tells from one row, and nothing else.
func (r *Room) Clock(ctx context.Context, actor people.Person, attemptID string) (c Clock, err error) {
	err = r.db.ReadOne(ctx, func(rx *store.Rx) error {
		var deadline int64
		var paused *int64
		var card string
		err := rx.Row(`SELECT state, deadline_ms, paused_ms, last_seq, card, news FROM attempt WHERE id = ? AND person_id = ?`, attemptID, actor.ID).
			Scan(&c.State, &deadline, &paused, &c.LastSeq, &card, &c.News)
		if err == store.ErrNoRow {
			return errMissing()
		}
		c.Now, c.Deadline, c.Paused = rx.Now, store.Time(deadline), paused != nil
		c.Answered, c.Total = answered(card), len(card)
		return err
	})
	return c, err
}
