package leads

import (
	"context"
	"slices"
	"time"

	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/people"
	"bainian/app/store"
)

// mostSwapped is how many leads one swap moves each way.
const mostSwapped = 50

// Swapped is a swap as it was recorded.
type Swapped struct {
	ID, By  string
	At      time.Time
	In, Out []string // leads that went into the private pool, and as many that went back to the public one
}

// Swap moves leads that the actor holds into their private pool and as many of theirs back to the public pool: from what
// they hold as long as the private pool has room, and for what exceeds it from the private pool. A private lead's clock
// runs slower, but from the beginning of its tenure, so that a swap resets none; the former holder of what goes back waits.
// It happens whole or not at all, and the same request, if not "", is the same swap. It acquires protection and so needs
// an open gate; everything else that stands against it comes as fault.Problems, with "in" or "out" for the file, the
// place in it for the line and the lead for the item, or "private" and the pool.
func (p *Pool) Swap(ctx context.Context, actor people.Person, in, out []string, request string) (s Swapped, err error) {
	if len(request) > maxRequest {
		return s, fault.New(fault.Malformed, "leads.request_long", "max", maxRequest)
	}
	if most := max(len(in), len(out)); most > mostSwapped {
		return s, fault.New(fault.Invalid, "moves.swap_many", "max", mostSwapped)
	}
	err = p.give(ctx, func(tx *store.Tx) error {
		if request != "" {
			var again bool
			if s, again, err = swappedIn(tx.Rx, actor.ID, request); err != nil || again {
				return err
			}
		}
		decision, err := p.allowedIn(tx.Rx, actor.ID, gate.Draw, gate.ThePerson)
		if err != nil {
			return err
		}
		rules, err := p.RulesIn(tx.Rx)
		if err != nil {
			return err
		}
		held, err := holdingsIn(tx.Rx, actor.ID)
		if err != nil {
			return err
		}
		plan, problems := planSwap(held, in, out, rules, tx.Now)
		if problems != nil {
			return problems
		}
		p.noteTaken(tx, decision, gate.BySwap, actor.ID)
		s, err = p.swapIn(tx, actor.ID, request, plan, rules)
		return err
	})
	p.noteRefused(gate.BySwap, gate.Draw, actor.ID, actor.ID, err)
	if err != nil {
		return Swapped{}, err
	}
	return s, nil
}

func (p *Pool) swapIn(tx *store.Tx, personID, request string, plan swapPlan, rules *Rules) (Swapped, error) {
	s := Swapped{ID: tx.NewID(), By: personID, At: tx.Now}
	if err := p.endIn(tx, SwappedOut, "", personID, tenuresOf(plan.out)...); err != nil {
		return s, err
	}
	if err := p.keepIn(tx, personID, plan.in, rules); err != nil {
		return s, err
	}
	var key *string
	if request != "" {
		key = &request
	}
	if _, err := tx.Exec(`INSERT INTO swap (id, person_id, request, at_ms) VALUES (?, ?, ?, ?)`, s.ID, personID, key, store.Ms(tx.Now)); err != nil {
		return s, err
	}
	var rows [][]any
	for i, h := range plan.in {
		s.In = append(s.In, h.Lead.ID)
		rows = append(rows, []any{s.ID, i, "in", h.Lead.ID, h.Tenure.ID, h.Lead.State})
	}
	for i, h := range plan.out {
		s.Out = append(s.Out, h.Lead.ID)
		rows = append(rows, []any{s.ID, i, "out", h.Lead.ID, h.Tenure.ID, h.Lead.State})
	}
	return s, insertRows(tx, `INSERT INTO swap_lead (swap_id, place, way, lead_id, tenure_id, was)`, rows)
}

// keepIn puts leads that a person holds into their private pool. Their leave pauses a clock from the beginning of their own
// tenure on: not what they were away while somebody before them in a chain of transfers had the lead.
func (p *Pool) keepIn(tx *store.Tx, personID string, in []Holding, rules *Rules) error {
	earliest := in[0].Tenure.Began
	for _, h := range in {
		if h.Tenure.Began.Before(earliest) {
			earliest = h.Tenure.Began
		}
	}
	company, err := p.workdaysIn(tx.Rx)
	if err != nil {
		return err
	}
	off, err := absencesIn(tx.Rx, personID, company.date(earliest), company.Zone)
	if err != nil {
		return err
	}
	away := daysOf(off)
	ids := []any{}
	for _, h := range in {
		began := company.date(h.Tenure.Began)
		days := company.without(slices.DeleteFunc(slices.Clone(away), func(day string) bool { return day < began }))
		t := h.Tenure.private(rules.Pool(h.Tenure.Pool), tx.Now, days)
		kept, err := tx.Exec(`UPDATE tenure SET private_ms = ?, due_ms = ?, hard_ms = ? WHERE id = ? AND coalesce(ended_ms, 0) = 0`,
			store.Ms(tx.Now), store.Ms(t.Due), store.Ms(t.Hard), t.ID)
		if err != nil {
			return err
		}
		if kept != 1 {
			return fault.New(fault.Conflict, "leads.nobody_holds")
		}
		ids = append(ids, h.Lead.ID)
	}
	moved, err := tx.Exec(`UPDATE lead SET state = 'private' WHERE coalesce(state, '') = 'held' AND id IN (`+places(len(ids))+`)`, ids...)
	if err != nil {
		return err
	}
	if moved != int64(len(in)) {
		return fault.New(fault.Conflict, "leads.nobody_holds")
	}
	return eventsIn(tx, "kept", "", personID, tenuresOf(in)...)
}

// private is the tenure once its lead is in the private pool. Its hard maximum counts from where the tenure's counts, and
// neither clock goes back.
func (t Tenure) private(terms Terms, now time.Time, days workdays) Tenure {
	if hard := days.add(t.Since, terms.PrivateHardDays).UTC(); hard.After(t.Hard) {
		t.Hard = hard
	}
	t.Due = Due(t.Due, t.Hard, now, terms.PrivateDays, days.add).UTC()
	t.Private = now
	return t
}

func tenuresOf(all []Holding) []Tenure {
	tenures := make([]Tenure, len(all))
	for i, h := range all {
		tenures[i] = h.Tenure
	}
	return tenures
}

// swappedIn is the swap that a person's request has made.
func swappedIn(rx *store.Rx, personID, request string) (s Swapped, found bool, err error) {
	s, found, err = store.First(rx, func(r store.Row) (s Swapped, err error) {
		var at int64
		err = r.Scan(&s.ID, &s.By, &at)
		s.At = store.Time(at)
		return s, err
	}, `SELECT id, person_id, at_ms FROM swap WHERE person_id = ? AND request = ?`, personID, request)
	if err != nil || !found {
		return s, found, err
	}
	err = rx.Each(`SELECT way, lead_id FROM swap_lead WHERE swap_id = ? ORDER BY place`, []any{s.ID}, func(r store.Row) error {
		var way, lead string
		err := r.Scan(&way, &lead)
		if way == "in" {
			s.In = append(s.In, lead)
		} else {
			s.Out = append(s.Out, lead)
		}
		return err
	})
	return s, true, err
}
