package leads

import (
	"context"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// Returning is what a person says who gives a lead back.
type Returning struct {
	Reason string // for whoever takes it next
	Pool   string // where it shall wait; "" for where it came from
}

// Return gives a lead that the actor holds back: into a pool, or at an exempt stage to handover. NotFound for a lead that
// the actor does not hold or a pool that there is not, Conflict for a lead in trust.
func (p *Pool) Return(ctx context.Context, actor people.Person, leadID string, r Returning) error {
	reason, err := said(r.Reason, "reason", "leads.reason_missing", maxReason)
	if err != nil {
		return err
	}
	return p.db.Write(ctx, func(tx *store.Tx) error {
		t, err := heldIn(tx.Rx, actor, leadID)
		if err != nil {
			return err
		}
		if err := p.endIn(tx, Returned, reason, actor.ID, t); err != nil || r.Pool == "" {
			return err
		}
		return p.putIn(tx, leadID, r.Pool)
	})
}

// Move puts a lead that waits in one pool into another, with a reason; for managers, HR and admins. For whom a fresh lead
// is kept stays as it was.
func (p *Pool) Move(ctx context.Context, actor people.Person, leadID, pool, reason string) error {
	reason, err := said(reason, "reason", "moves.reason_missing", maxReason)
	if err != nil {
		return err
	}
	return p.db.Write(ctx, func(tx *store.Tx) error {
		if err := keepsPoolIn(tx.Rx, actor); err != nil {
			return err
		}
		lead, err := leadIn(tx.Rx, leadID)
		if err != nil {
			return err
		}
		if lead.State != InPool {
			return fault.New(fault.Conflict, "moves.not_in_pool")
		}
		if err := p.putIn(tx, leadID, pool); err != nil {
			return err
		}
		return eventsIn(tx, "moved", reason, actor.ID, Tenure{LeadID: leadID, HolderID: actor.ID})
	})
}

// putIn puts a lead under the terms of a pool.
func (p *Pool) putIn(tx *store.Tx, leadID, pool string) error {
	rules, err := p.RulesIn(tx.Rx)
	if err != nil {
		return err
	}
	if _, ok := rules.PoolOf(pool); !ok {
		return fault.New(fault.NotFound, "leads.no_pool", "pool", pool).In("pool")
	}
	_, err = tx.Exec(`UPDATE lead SET pool = ? WHERE id = ?`, pool, leadID)
	return err
}

// keepsPoolIn is the fault that the actor has no say about leads that nobody holds.
func keepsPoolIn(rx *store.Rx, actor people.Person) error {
	if !actor.Has(people.Manager, people.HR, people.Admin) {
		return fault.New(fault.Forbidden, "leads.managers_only")
	}
	return mayAllocateIn(rx, actor)
}
