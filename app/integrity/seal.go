package integrity

import (
	"context"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// unsealed is for how long a sealed file is open to the reviewer who opened it again.
const unsealed = 24 * time.Hour

// Unsealing is that somebody of HR asks to open a sealed file again.
type Unsealing struct {
	Reason, By string
	At         time.Time
}

// AskUnsealing asks, with the reason, to open a sealed file again. HR asks and a reviewer opens and reads: it takes two
// people, and HR never reads it.
func (d *Desk) AskUnsealing(ctx context.Context, actor people.Person, number int, reason string) error {
	if !actor.Has(people.HR) {
		return forbidden("integrity.hr_asks")
	}
	if err := checkReason(reason); err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		c, err := caseIn(tx.Rx, number)
		if err != nil {
			return err
		}
		if !c.Sealed() {
			return fault.New(fault.Conflict, "integrity.not_sealed")
		}
		if c.PersonID == actor.ID {
			return noCase(number)
		}
		if err := eventIn(tx, number, "unsealing", reason, actor.ID); err != nil {
			return err
		}
		return chainIn(tx, number)
	})
}

// Unseal opens a sealed file to a reviewer for a day, at the request of somebody else of HR.
func (d *Desk) Unseal(ctx context.Context, actor people.Person, number int) error {
	return d.onCase(ctx, actor, number, func(tx *store.Tx, c Case) error {
		shut, asked, err := shutIn(tx.Rx, actor, c)
		if err != nil {
			return err
		}
		switch {
		case !c.Sealed() || !shut:
			return fault.New(fault.Conflict, "integrity.not_sealed")
		case asked == nil:
			return fault.New(fault.Conflict, "integrity.hr_asks")
		case asked.By == actor.ID:
			return forbidden("integrity.unseal_second")
		}
		return eventIn(tx, number, "unsealed", asked.Reason, actor.ID)
	})
}

// shutIn reports whether the file is sealed and not open to this reviewer, and the request to open it that nobody has
// followed yet.
func shutIn(rx *store.Rx, actor people.Person, c Case) (shut bool, asked *Unsealing, err error) {
	if !c.Sealed() {
		return false, nil, nil
	}
	events, err := eventsIn(rx, c.Number)
	if err != nil {
		return true, nil, err
	}
	shut = true
	for _, e := range events {
		switch e.Kind {
		case "unsealing":
			asked = &Unsealing{Reason: e.Text, By: e.By, At: e.At}
		case "unsealed":
			asked = nil
			if e.By == actor.ID && rx.Now.Before(e.At.Add(unsealed)) {
				shut = false
			}
		}
	}
	return shut, asked, nil
}

// lookIn puts on record that a reviewer looks into a file that was opened again.
func (d *Desk) lookIn(ctx context.Context, actor people.Person, number int) error {
	open := false
	err := d.db.Read(ctx, func(rx *store.Rx) error {
		c, err := caseIn(rx, number)
		if err != nil || !c.Sealed() || mayReview(rx, actor, c) != nil {
			return err
		}
		shut, _, err := shutIn(rx, actor, c)
		open = !shut
		return err
	})
	if err != nil || !open {
		return err
	}
	return d.onCase(ctx, actor, number, func(tx *store.Tx, c Case) error { return eventIn(tx, number, "viewed", "", actor.ID) })
}

// SealedHead is all that HR sees of a sealed case: that it existed, and whether somebody has asked to open it.
type SealedHead struct {
	Case
	Asked *Unsealing
}

// Sealed is the head of a sealed case, for HR and reviewers. Of one that is not sealed HR sees no file.
func (d *Desk) Sealed(ctx context.Context, actor people.Person, number int) (h SealedHead, err error) {
	if !actor.Has(people.HR, people.Reviewer) {
		return h, forbidden("integrity.reviewers_only")
	}
	err = d.db.Read(ctx, func(rx *store.Rx) error {
		c, err := caseIn(rx, number)
		if err != nil {
			return err
		}
		if !c.Sealed() {
			return forbidden("integrity.reviewers_only")
		}
		h.Case = Case{Number: c.Number, State: c.State, At: c.At, Cleared: c.Cleared, Dismissed: c.Dismissed}
		_, h.Asked, err = shutIn(rx, actor, c)
		return err
	})
	return h, err
}
