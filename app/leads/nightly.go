package leads

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/people"
	"bainian/app/store"
)

// Evening drafts the next business day for the whole company once its hour has come, one allocation for each manager with
// direct reports and one for those who have no manager; where the rules say so they are published at once. It reclaims
// and widens first, so that what has come back tonight is there tomorrow. It is a job; what it has done once a day it
// does not do again, and what a crash has left undone the next call does.
func (p *Pool) Evening(ctx context.Context) error {
	d := drafting{by: people.SystemID, filled: true}
	due := false
	if err := p.db.Read(ctx, func(rx *store.Rx) (err error) {
		d.day, d.publish, due, err = p.eveningIn(rx)
		return err
	}); err != nil || !due {
		return err
	}
	if err := errors.Join(p.ReclaimDue(ctx), p.Widen(ctx)); err != nil {
		return err
	}
	byManager, err := p.groups(ctx)
	if err != nil {
		return err
	}
	var open planned
	if err := p.db.Read(ctx, func(rx *store.Rx) (err error) {
		open, err = p.plannedIn(rx, d.day, nil)
		return err
	}); err != nil {
		return err
	}
	var groups []group
	for manager, team := range byManager {
		team = slices.DeleteFunc(team, func(one people.Person) bool { return open.served[one.ID] })
		if len(team) > 0 && !open.teams[manager] {
			groups = append(groups, group{p.db.NewID(), manager, team})
		}
	}
	if err := p.drafted(ctx, d, groups); err != nil {
		return err
	}
	return p.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO allocation_evening (day, at_ms) VALUES (?, ?) ON CONFLICT (day) DO NOTHING`, d.day, store.Ms(tx.Now))
		return err
	})
}

// eveningIn is the business day that is drafted next, whether it is published at once, and whether its evening has come:
// that of the business day before it, whatever holidays lie between.
func (p *Pool) eveningIn(rx *store.Rx) (day string, publish, due bool, err error) {
	rules, err := p.RulesIn(rx)
	if err != nil {
		return "", false, false, err
	}
	days, err := p.workdaysIn(rx)
	if err != nil {
		return "", false, false, err
	}
	next := days.allocationDay(rx.Now)
	day = next.Format(time.DateOnly)
	if rx.Now.Before(rules.Evening.At.On(days.Before(next))) {
		return day, false, false, nil
	}
	done := false
	err = rx.Row(`SELECT EXISTS (SELECT 1 FROM allocation_evening WHERE day = ?)`, day).Scan(&done)
	return day, rules.Evening.Publish, !done, err
}

// GiveJob gives what an allocation has planned, one person after the other, each in a transaction of their own; it goes
// on where it, or another process, was stopped. The payload is the allocation's id.
func (p *Pool) GiveJob(ctx context.Context, payload []byte) error {
	var id string
	if err := json.Unmarshal(payload, &id); err != nil {
		return err
	}
	return p.Give(ctx, id)
}

// Give gives what a published allocation has planned.
func (p *Pool) Give(ctx context.Context, id string) error {
	var open []int
	if err := p.db.Read(ctx, func(rx *store.Rx) (err error) {
		open, err = store.All(rx, func(row store.Row) (n int, err error) { return n, row.Scan(&n) },
			`SELECT s.place FROM allocation_share s JOIN allocation a ON a.id = s.allocation_id
			WHERE s.allocation_id = ? AND a.published_ms IS NOT NULL AND s.given_ms IS NULL ORDER BY s.place`, id)
		return err
	}); err != nil {
		return err
	}
	for _, place := range open {
		if err := p.give(ctx, func(tx *store.Tx) error { return p.giveShareIn(tx, id, place) }); err != nil {
			return err
		}
	}
	return p.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE allocation SET done_ms = ? WHERE id = ? AND published_ms IS NOT NULL AND done_ms IS NULL
			AND NOT EXISTS (SELECT 1 FROM allocation_share s WHERE s.allocation_id = allocation.id AND s.given_ms IS NULL)`, store.Ms(tx.Now), id)
		return err
	})
}

// giveShareIn gives a person their share, once.
func (p *Pool) giveShareIn(tx *store.Tx, id string, place int) error {
	s, found, err := store.First(tx.Rx, scanShare, `SELECT `+shareColumns+` FROM allocation_share s WHERE s.allocation_id = ? AND s.place = ? AND s.given_ms IS NULL`, id, place)
	if err != nil || !found {
		return err
	}
	var day, teamOf, by string
	if err := tx.Row(`SELECT day, team_of, published_by FROM allocation WHERE id = ? AND published_ms IS NOT NULL`, id).Scan(&day, &teamOf, &by); err != nil {
		return err
	}
	missed := []Miss{}
	if s.Planned > 0 {
		if missed, err = p.handIn(tx, hand{s.Person.ID, day, teamOf, by}, s.LeadIDs); err != nil {
			return err
		}
	}
	_, err = tx.Exec(`UPDATE allocation_share SET given_ms = ?, given = ?, missed = ? WHERE allocation_id = ? AND place = ?`,
		store.Ms(tx.Now), s.Planned-len(missed), encode(missed), id, place)
	return err
}

// hand is to whom leads are given, for which business day, of whose team, and by whom.
type hand struct{ personID, day, teamOf, by string }

// handIn gives a person every lead that Assign would, in this order, and says why it does not give the others. The gate
// is asked once, in the transaction in which all the tenures begin.
func (p *Pool) handIn(tx *store.Tx, h hand, ids []string) ([]Miss, error) {
	r, err := p.handedIn(tx.Rx, h)
	if err == nil {
		return p.handToIn(tx, r, h, ids)
	}
	if !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.Conflict) {
		return nil, err
	}
	tx.After(func() { p.noteRefused(gate.ByAssign, gate.Assign, h.personID, h.by, err) })
	missed := make([]Miss, len(ids))
	for i, id := range ids {
		missed[i] = missOf(id, err)
	}
	return missed, nil
}

// handedIn is the receiver, if whoever shares out may still do so and the receiver may have anything at all.
func (p *Pool) handedIn(rx *store.Rx, h hand) (receiver, error) {
	if h.by != people.SystemID {
		if err := mayAllocateIn(rx, people.Person{ID: h.by}); err != nil {
			return receiver{}, err
		}
	}
	if h.teamOf != "" {
		line, err := people.LineIn(rx, h.personID)
		if err != nil {
			return receiver{}, err
		}
		if !slices.Contains(line, h.teamOf) {
			return receiver{}, fault.New(fault.Forbidden, "leads.not_your_report")
		}
	}
	r, err := p.receiverOnIn(rx, h.personID, gate.Assign, gate.Others, h.day, h.day)
	if err == nil && !r.days.businessDay(h.day) {
		err = fault.New(fault.Conflict, "allocation.barred_leave")
	}
	return r, err
}

// businessDay reports whether a day is one of the workdays.
func (w workdays) businessDay(day string) bool {
	t, err := time.ParseInLocation(time.DateOnly, day, w.Zone)
	return err == nil && w.Business(t)
}

func (p *Pool) handToIn(tx *store.Tx, r receiver, h hand, ids []string) (missed []Miss, err error) {
	missed = []Miss{}
	found, err := leadsIn(tx.Rx, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]Lead, len(found))
	for _, l := range found {
		byID[l.ID] = l
	}
	waits, err := waitsForIn(tx.Rx, h.personID, ids)
	if err != nil {
		return nil, err
	}
	pools := map[string]*poolRoom{}
	var take []Lead
	for _, id := range ids {
		lead, known := byID[id]
		err := r.full()
		if err == nil && !known {
			err = fault.New(fault.NotFound, "leads.not_found")
		}
		if until, cools := waits[id]; err == nil && cools {
			err = p.cooling(until)
		}
		var room *poolRoom
		if err == nil {
			if room = pools[lead.Pool]; room == nil {
				if room, err = r.poolRoomIn(tx.Rx, lead.Pool); err != nil {
					return nil, err
				}
				pools[lead.Pool] = room
			}
			err = room.full()
		}
		if err == nil && (lead.State != InPool || !slices.Contains(allocatable, lead.Access) || lead.Access == AccessNewcomers && !r.decision.Newcomer) {
			err = notThere(lead, InPool)
		}
		if err != nil {
			missed = append(missed, missOf(id, err))
			continue
		}
		take = append(take, lead)
		r.today.Allocated++
		r.held++
		room.held++
	}
	if len(take) > 0 {
		_, err = p.takeAllIn(tx, r, taking{from: InPool, by: h.by}, take...)
	}
	return missed, err
}

// waitsForIn are the leads among some that a person held too recently, with the time until when they wait.
func waitsForIn(rx *store.Rx, personID string, ids []string) (map[string]int64, error) {
	waits := map[string]int64{}
	err := rx.Each(`SELECT lead_id, max(cool_ms) FROM tenure WHERE holder_id = ? AND ended_ms IS NOT NULL AND cool_ms > ? AND lead_id IN (`+places(len(ids))+`) GROUP BY lead_id`,
		append([]any{personID, store.Ms(rx.Now)}, anys(ids)...), func(row store.Row) error {
			var id string
			var until int64
			err := row.Scan(&id, &until)
			waits[id] = until
			return err
		})
	return waits, err
}

func missOf(leadID string, err error) Miss {
	m := Miss{LeadID: leadID}
	if closed := (*ClosedError)(nil); errors.As(err, &closed) {
		err = closed.fault
	}
	if f := (*fault.Error)(nil); errors.As(err, &f) {
		m.Key = f.Key
		for _, a := range f.Args {
			m.Args = append(m.Args, fmt.Sprint(a))
		}
	}
	return m
}
