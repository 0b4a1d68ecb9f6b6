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
}

// Clock is how time stands in the actor's own attempt, live or over. The room asks every few seconds, so it
// reads one row and builds no paper.
func (r *Room) Clock(ctx context.Context, actor people.Person, attemptID string) (c Clock, err error) {
	err = r.db.ReadOne(ctx, func(rx *store.Rx) error {
		a, err := ownIn(rx, actor, attemptID)
		if err != nil {
			return err
		}
		c = Clock{State: a.State, Now: rx.Now, Deadline: a.Deadline, Paused: !a.PausedAt.IsZero(), LastSeq: a.LastSeq, Answered: a.Answered, Total: a.Total}
		return nil
	})
	return c, err
}
