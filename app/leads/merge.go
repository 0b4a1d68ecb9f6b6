package leads

import (
	"context"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// Merge closes a lead that is the same as another one, by managers, HR and admins: what was done about it stays on record
// and is seen with the other. A held lead is kept before one in handover, and that before one in a pool; of two that
// different people hold there must be a ruling first. Conflict says what stands against it.
func (p *Pool) Merge(ctx context.Context, actor people.Person, keepID, dropID, reason string) error {
	reason, err := said(reason, "reason", "moves.reason_missing", maxReason)
	if err != nil {
		return err
	}
	if keepID == dropID {
		return fault.New(fault.Invalid, "moves.merge_same").In("drop")
	}
	return p.db.Write(ctx, func(tx *store.Tx) error {
		if err := keepsPoolIn(tx.Rx, actor); err != nil {
			return err
		}
		keep, kept, err := mergeableIn(tx.Rx, actor, keepID)
		if err != nil {
			return err
		}
		drop, dropped, err := mergeableIn(tx.Rx, actor, dropID)
		switch {
		case err != nil:
			return err
		case dropped.ID != "" && kept.ID != "" && dropped.HolderID != kept.HolderID:
			return fault.New(fault.Conflict, "moves.merge_ruling")
		case drop.State.hold() > keep.State.hold():
			return fault.New(fault.Conflict, "moves.merge_held")
		}
		return p.mergeIn(tx, keep, kept, drop, dropped, Merged, reason, actor.ID)
	})
}

// hold is how much a lead in a state is somebody's.
func (s State) hold() int {
	switch s {
	case Held, Private:
		return 2
	case Handover:
		return 1
	}
	return 0
}

// mergeableIn is a lead with its open tenure, if it has one; of a held one the actor must be above the holder, or HR.
func mergeableIn(rx *store.Rx, actor people.Person, leadID string) (Lead, Tenure, error) {
	lead, err := leadIn(rx, leadID)
	if err != nil {
		return lead, Tenure{}, err
	}
	switch lead.State {
	case Closed:
		return lead, Tenure{}, fault.New(fault.Conflict, "moves.closed")
	case InTrust:
		return lead, Tenure{}, fault.New(fault.Conflict, "leads.in_trust")
	}
	t, open, err := openIn(rx, leadID)
	if err != nil || !open || actor.Has(people.HR) {
		return lead, t, err
	}
	may, err := managesIn(rx, actor, t.HolderID)
	if err == nil && !may {
		err = fault.New(fault.Forbidden, "leads.not_your_report")
	}
	return lead, t, err
}

// mergeIn closes one lead for another; how its tenure ends, if it has one, is for the caller to say.
func (p *Pool) mergeIn(tx *store.Tx, keep Lead, kept Tenure, drop Lead, dropped Tenure, how Ended, reason, by string) error {
	if err := p.shutIn(tx, drop, dropped, how, Closing{OutcomeDuplicate, reason}, by); err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE lead SET merged_into = ? WHERE id = ? OR merged_into = ?`, keep.ID, drop.ID, drop.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO lead_merge (dropped_id, kept_id, reason, by_id, at_ms) VALUES (?, ?, ?, ?, ?)`, drop.ID, keep.ID, reason, by, store.Ms(tx.Now)); err != nil {
		return err
	}
	if kept.ID == "" {
		kept = Tenure{LeadID: keep.ID, HolderID: by}
	}
	return eventsIn(tx, string(Merged), reason, by, kept)
}
