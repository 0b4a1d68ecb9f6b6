package leads

import (
	"context"
	"slices"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// reclaimBatch is how many leads one transaction takes back.
const reclaimBatch = 100

// Reclaim takes back a lead whose clock has run out: once for a tenure, and a follow-up committed first wins.
// A manager above the holder, an admin or the system may.
func (p *Pool) Reclaim(ctx context.Context, actor people.Person, leadID string) error {
	return p.db.Write(ctx, func(tx *store.Tx) error {
		if _, err := leadIn(tx.Rx, leadID); err != nil {
			return err
		}
		t, open, err := openIn(tx.Rx, leadID)
		if err != nil {
			return err
		}
		if !open {
			return fault.New(fault.Conflict, "leads.nobody_holds")
		}
		may, err := managesIn(tx.Rx, actor, t.HolderID)
		switch {
		case err != nil:
			return err
		case !may:
			return fault.New(fault.Forbidden, "leads.not_your_report")
		case !t.Paused.IsZero():
			return fault.New(fault.Conflict, "leads.in_trust")
		case t.Exempt:
			return fault.New(fault.Conflict, "leads.exempt")
		case t.Due.After(tx.Now):
			return fault.New(fault.Conflict, "leads.not_due", "due", p.shown(t.Due))
		}
		return p.endIn(tx, Reclaimed, "", actor.ID, t)
	})
}

// ReclaimDue takes back every lead whose clock has run out. It is a job; several at once do no harm.
func (p *Pool) ReclaimDue(ctx context.Context) error {
	for {
		taken := 0
		err := p.db.Write(ctx, func(tx *store.Tx) error {
			due, err := store.All(tx.Rx, scanTenure, `SELECT `+tenureColumns+` FROM tenure t
				WHERE t.ended_ms IS NULL AND t.paused_ms IS NULL AND NOT t.exempt AND t.due_ms <= ? ORDER BY t.due_ms LIMIT ?`, store.Ms(tx.Now), reclaimBatch)
			if err != nil {
				return err
			}
			taken = len(due)
			return p.endIn(tx, Reclaimed, "", people.SystemID, due...)
		})
		if err != nil || taken < reclaimBatch {
			return err
		}
	}
}

// endIn ends open tenures: their leads go back into the pool that they came from, or at a stage from which nothing goes
// to a pool into handover. The holders cool down from now.
func (p *Pool) endIn(tx *store.Tx, how Ended, note, by string, tenures ...Tenure) error {
	if len(tenures) == 0 {
		return nil
	}
	days, err := p.workdaysIn(tx.Rx)
	if err != nil {
		return err
	}
	cool := map[string]int64{} // by pool
	for _, t := range tenures {
		if _, known := cool[t.Pool]; known {
			continue
		}
		terms, _, err := p.termsIn(tx.Rx, t.Pool)
		if err != nil {
			return err
		}
		wait := terms.CoolReturned
		if how == Reclaimed {
			wait = terms.CoolReclaimed
		}
		cool[t.Pool] = store.Ms(days.add(tx.Now, wait))
	}
	for pool, until := range cool {
		some := slices.DeleteFunc(slices.Clone(tenures), func(t Tenure) bool { return t.Pool != pool })
		if err := closeIn(tx, how, by, until, some); err != nil {
			return err
		}
	}
	moved := map[State][]any{}
	for _, t := range tenures {
		to := InPool
		if t.Exempt {
			to = Handover
		}
		moved[to] = append(moved[to], t.LeadID)
	}
	for to, ids := range moved {
		if _, err := tx.Exec(`UPDATE lead SET access = 'open', widens_ms = NULL, state = ? WHERE id IN (`+places(len(ids))+`)`, append([]any{to}, ids...)...); err != nil {
			return err
		}
	}
	return eventsIn(tx, string(how), note, by, tenures...)
}

// closeIn ends open tenures alone, with the time until which their holders wait; where their leads go is for the caller.
func closeIn(tx *store.Tx, how Ended, by string, cool int64, tenures []Tenure) error {
	ids, now := anys(tenureIDs(tenures)), store.Ms(tx.Now)
	these := ` IN (` + places(len(ids)) + `)`
	// coalesce for the same reason as in takeIn.
	ended, err := tx.Exec(`UPDATE tenure SET ended_ms = ?, ended_how = ?, ended_by = ?, cool_ms = ?, paused_ms = NULL WHERE coalesce(ended_ms, 0) = 0 AND id`+these,
		append([]any{now, how, by, cool}, ids...)...)
	if err != nil {
		return err
	}
	if ended != int64(len(tenures)) {
		return fault.New(fault.Conflict, "leads.nobody_holds")
	}
	_, err = tx.Exec(`UPDATE trust SET ended_ms = ?, ended_how = 'released', ended_by = ? WHERE ended_ms IS NULL AND tenure_id`+these,
		append([]any{now, by}, ids...)...)
	return err
}

func tenureIDs(tenures []Tenure) []string {
	ids := make([]string, len(tenures))
	for i, t := range tenures {
		ids[i] = t.ID
	}
	return ids
}
