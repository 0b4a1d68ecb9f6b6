package leads

import (
	"context"
	"slices"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// Waiting is a lead in handover: its customer is about to sign or has, and it waits for whom a manager gives it to.
type Waiting struct {
	Lead  Lead
	Last  people.Person // who held it last
	Since time.Time
	How   Ended // how their tenure ended
}

// Handovers are the leads in handover whose last holder is of the actor's team, for HR and admins all; those waiting
// longest first, at most 200. HR sees them masked.
func (p *Pool) Handovers(ctx context.Context, actor people.Person) (all []Waiting, err error) {
	err = p.db.Read(ctx, func(rx *store.Rx) error {
		all = nil
		sees, err := oversightIn(rx, actor, "t.holder_id")
		if err != nil {
			return err
		}
		all, err = store.All(rx, func(r store.Row) (w Waiting, err error) {
			var since int64
			err = r.Scan(append(leadDest(&w.Lead), &w.Last.ID, &since, &w.How)...)
			w.Since = store.Time(since)
			return w, err
		}, `SELECT `+leadColumns+`, t.holder_id, t.ended_ms, t.ended_how FROM lead l
			JOIN tenure t ON t.id = (SELECT max(x.id) FROM tenure x WHERE x.lead_id = l.id)
			WHERE l.state = 'handover'`+sees.where+` ORDER BY t.ended_ms, l.id LIMIT ?`, append(sees.args, mostListed)...)
		if err != nil {
			return err
		}
		for i, w := range all {
			if all[i].Last, _, err = people.PersonIn(rx, w.Last.ID); err != nil {
				return err
			}
			if sees.masked {
				if all[i].Lead, err = p.maskedIn(rx, w.Lead); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return all, err
}

// mayHandOverIn is the fault that a lead in handover is another team's: the customer is known to those above its last
// holder, and no other manager takes it for theirs. Of whom nobody is above, any manager's.
func mayHandOverIn(rx *store.Rx, actor people.Person, lead Lead) error {
	if lead.State != Handover {
		return nil
	}
	last, found, err := store.First(rx, func(r store.Row) (id string, err error) { return id, r.Scan(&id) },
		`SELECT holder_id FROM tenure WHERE lead_id = ? ORDER BY id DESC LIMIT 1`, lead.ID)
	if err != nil || !found {
		return err
	}
	line, err := people.LineIn(rx, last)
	if err == nil && len(line) > 0 && !slices.Contains(line, actor.ID) {
		err = fault.New(fault.Forbidden, "moves.not_your_handover")
	}
	return err
}
