package integrity

import (
	"context"

	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// Snapshots are the pictures of a case's attempt, those that are gone too. It shows none of them.
func (d *Desk) Snapshots(ctx context.Context, actor people.Person, number int) (all []exams.Snapshot, err error) {
	err = d.db.Read(ctx, func(rx *store.Rx) error {
		c, err := mayLookIn(rx, actor, number)
		if err != nil {
			return err
		}
		all, err = exams.SnapshotsIn(rx, c.AttemptID)
		return err
	})
	return all, err
}

// Snapshot is one picture of a case's attempt as JPEG. Every look is put on the case's file before there is anything to see.
func (d *Desk) Snapshot(ctx context.Context, actor people.Person, number int, id string) ([]byte, error) {
	var attempt string
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		c, err := mayLookIn(tx.Rx, actor, number)
		if err != nil {
			return err
		}
		attempt = c.AttemptID
		if err := eventIn(tx, number, "picture", id, actor.ID); err != nil {
			return err
		}
		return chainIn(tx, number)
	})
	if err != nil {
		return nil, err
	}
	return d.room.Picture(ctx, attempt, id)
}

// mayLookIn is the case, for whoever may look at its pictures: reviewers who may work on it, once somebody has opened
// it and while it is not shut to them, and the person whom it is about, once they have been told. Nobody looks for a mere flag.
func mayLookIn(rx *store.Rx, actor people.Person, number int) (Case, error) {
	c, err := caseIn(rx, number)
	if err != nil {
		return c, err
	}
	if actor.ID == c.PersonID {
		told, err := happenedIn(rx, number, "noticed")
		if err == nil && (!told || c.State == Flagged || c.Dismissed) {
			err = noCase(number)
		}
		return c, err
	}
	if err := mayReview(rx, actor, c); err != nil {
		return c, err
	}
	if c.State == Flagged {
		return c, fault.New(fault.Conflict, "integrity.snapshots_unopened")
	}
	shut, _, err := shutIn(rx, actor, c)
	if err == nil && shut {
		err = fault.New(fault.Conflict, "integrity.snapshots_sealed")
	}
	return c, err
}
