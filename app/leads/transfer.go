package leads

import (
	"context"
	"time"

	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/people"
	"bainian/app/store"
)

// Transfer gives a lead that one person holds to another, by a manager above both: the old tenure ends and its holder
// waits, and the new one begins under the receiver's gate, limits and cool-down, as if it were assigned. A private lead is
// held from then on. However many hands a lead goes through, it stays with them no longer than it would have stayed with
// the first: a transfer never gives it more time than was left until its hard maximum, and the private pool counts from
// where the first tenure began.
func (p *Pool) Transfer(ctx context.Context, actor people.Person, leadID, personID, reason string) (h Holding, err error) {
	if reason, err = said(reason, "reason", "moves.reason_missing", maxReason); err != nil {
		return h, err
	}
	err = p.give(ctx, func(tx *store.Tx) error {
		lead, err := leadIn(tx.Rx, leadID)
		if err != nil {
			return err
		}
		old, open, err := openIn(tx.Rx, leadID)
		if err != nil {
			return err
		}
		if !open {
			return fault.New(fault.Conflict, "leads.nobody_holds")
		}
		for _, person := range []string{old.HolderID, personID} {
			if err := mayAssignIn(tx.Rx, actor, person); err != nil {
				return err
			}
		}
		switch {
		case old.HolderID == personID:
			return fault.New(fault.Conflict, "moves.same_holder").In("person")
		case !old.Paused.IsZero():
			return fault.New(fault.Conflict, "leads.in_trust")
		}
		h, err = p.transferIn(tx, lead, old, personID, Transferred, reason, actor.ID)
		return err
	})
	p.noteRefused(gate.ByAssign, gate.Assign, personID, actor.ID, err)
	if err != nil {
		return Holding{}, err
	}
	return h, nil
}

// transferIn ends a tenure and begins one of another person in its place; who may say so has been looked at.
func (p *Pool) transferIn(tx *store.Tx, lead Lead, old Tenure, personID string, how Ended, reason, by string) (Holding, error) {
	if !old.Exempt && !old.Due.After(tx.Now) {
		return Holding{}, fault.New(fault.Conflict, "moves.transfer_overdue")
	}
	r, err := p.receiverIn(tx.Rx, personID, gate.Assign, gate.Others)
	if err != nil {
		return Holding{}, err
	}
	if err := p.cooledIn(tx.Rx, lead.ID, personID); err != nil {
		return Holding{}, err
	}
	terms := r.rules.Pool(lead.Pool)
	if err := r.mayTakeFromIn(tx.Rx, terms); err != nil {
		return Holding{}, err
	}
	company, err := p.workdaysIn(tx.Rx)
	if err != nil {
		return Holding{}, err
	}
	if err := closeIn(tx, how, by, store.Ms(company.add(tx.Now, terms.CoolReturned)), []Tenure{old}); err != nil {
		return Holding{}, err
	}
	if err := eventsIn(tx, string(how), reason, by, old); err != nil {
		return Holding{}, err
	}
	h, err := p.takeIn(tx, r, lead, taking{from: lead.State, by: by})
	if err != nil {
		return Holding{}, err
	}
	h.Tenure = h.Tenure.inherits(old, r.days.firstDue(tx.Now, terms.FirstDue))
	t := h.Tenure
	_, err = tx.Exec(`UPDATE tenure SET due_ms = ?, hard_ms = ?, since_ms = ? WHERE id = ?`, store.Ms(t.Due), store.Ms(t.Hard), store.Ms(t.Since), t.ID)
	return h, err
}

// inherits is a tenure that another one was transferred to: it has the other's hard maximum, if that is sooner. Of a lead
// whose clock stands still, that may be long over; its new holder then has until the first follow-up is due.
func (t Tenure) inherits(old Tenure, firstDue time.Time) Tenure {
	t.Since = old.Since
	if old.Hard.Before(t.Hard) {
		t.Hard = old.Hard
	}
	if t.Exempt && t.Hard.Before(firstDue) {
		t.Hard = firstDue.UTC()
	}
	if t.Due.After(t.Hard) {
		t.Due = t.Hard
	}
	return t
}
