package leads

import (
	"context"
	"encoding/binary"
	"slices"
	"strconv"

	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/integrity"
	"bainian/app/people"
	"bainian/app/store"
)

// Today is what a person has taken on a business day; returned leads still count.
type Today struct {
	Day              string // yyyy-mm-dd
	Drawn, Allocated int
}

// Draw takes a lead from a random place of the pool for the actor. The same request, if not "", gives the same
// lead. A closed gate is a *ClosedError; a limit, a full hand or an empty pool a Conflict with the numbers.
func (p *Pool) Draw(ctx context.Context, actor people.Person, request string) (h Holding, err error) {
	if len(request) > maxRequest {
		return h, fault.New(fault.Malformed, "leads.request_long", "max", maxRequest)
	}
	err = p.give(ctx, func(tx *store.Tx) (err error) {
		if request != "" {
			var again bool
			if h, again, err = requestedIn(tx.Rx, actor.ID, request); err != nil || again {
				return err
			}
		}
		r, err := p.receiverIn(tx.Rx, actor.ID, gate.Draw, gate.ThePerson)
		if err != nil {
			return err
		}
		if limit := r.decision.Limits.DrawsPerDay; r.today.Drawn >= limit {
			return fault.New(fault.Conflict, "leads.draw_limit", "drawn", r.today.Drawn, "limit", limit)
		}
		lead, err := pickIn(tx, actor.ID)
		if err != nil {
			return err
		}
		h, err = p.takeIn(tx, r, lead, actor.ID, request)
		return err
	})
	return h, err
}

// Assign gives a lead of the pool to one of the actor's team. The receiver's gate, limits and cool-down are
// what a draw of theirs would meet; an actor under a red line allocates nothing.
func (p *Pool) Assign(ctx context.Context, actor people.Person, leadID, personID string) (h Holding, err error) {
	err = p.give(ctx, func(tx *store.Tx) error {
		if err := mayAssignIn(tx.Rx, actor, personID); err != nil {
			return err
		}
		lead, err := leadIn(tx.Rx, leadID)
		if err != nil {
			return err
		}
		r, err := p.receiverIn(tx.Rx, personID, gate.Assign, gate.Others)
		if err != nil {
			return err
		}
		if err := p.cooledIn(tx.Rx, leadID, personID); err != nil {
			return err
		}
		h, err = p.takeIn(tx, r, lead, actor.ID, "")
		return err
	})
	return h, err
}

func mayAssignIn(rx *store.Rx, actor people.Person, personID string) error {
	line, err := people.LineIn(rx, personID)
	if err != nil {
		return err
	}
	if !actor.Has(people.Manager) || !slices.Contains(line, actor.ID) {
		return fault.New(fault.Forbidden, "leads.not_your_report")
	}
	standing, err := integrity.StandingIn(rx, actor.ID)
	if err == nil && standing.RedLine {
		err = fault.New(fault.Forbidden, "leads.manager_red_line")
	}
	return err
}

// receiver is a person to whom the gate is open and who has room for one more lead.
type receiver struct {
	decision gate.Decision
	calendar calendar
	today    Today
}

// receiverIn asks the gate and counts, in the transaction that is about to give the lead.
func (p *Pool) receiverIn(rx *store.Rx, personID string, a gate.Action, audience gate.Audience) (r receiver, err error) {
	if r.decision, err = p.keeper.DecideIn(rx, personID); err != nil {
		return r, err
	}
	if !r.decision.Allows(a) {
		key := "leads.closed"
		if audience == gate.Others {
			key = "leads.closed_to"
		}
		return r, &ClosedError{personID, r.decision.Reasons(audience), fault.New(fault.Forbidden, key)}
	}
	if r.calendar, err = p.calendarIn(rx); err != nil {
		return r, err
	}
	if r.today, err = todayIn(rx, personID, r.calendar.day(rx.Now)); err != nil {
		return r, err
	}
	if taken, limit := r.today.Drawn+r.today.Allocated, r.decision.PerDay(); taken >= limit {
		return r, fault.New(fault.Conflict, "leads.day_limit", "taken", taken, "limit", limit)
	}
	held := 0
	if err = rx.Row(`SELECT count(*) FROM tenure WHERE holder_id = ? AND ended_ms IS NULL`, personID).Scan(&held); err != nil {
		return r, err
	}
	if limit := r.decision.Cap(); held >= limit {
		return r, fault.New(fault.Conflict, "leads.cap", "held", held, "cap", limit)
	}
	return r, nil
}

// takeIn begins a tenure; everything that had to be asked has been.
func (p *Pool) takeIn(tx *store.Tx, r receiver, lead Lead, by, request string) (Holding, error) {
	h := Holding{lead, Tenure{ID: tx.NewID(), LeadID: lead.ID, HolderID: r.decision.PersonID, Began: tx.Now,
		Due: r.calendar.firstDue(tx.Now), Hard: r.calendar.add(tx.Now, hardDays)}}
	t := h.Tenure
	// coalesce keeps PostgreSQL from finding the row by walking, and so locking, the whole index of the pool.
	n, err := tx.Exec(`UPDATE lead SET state = 'held' WHERE id = ? AND coalesce(state, '') = 'pool'`, lead.ID)
	if err != nil {
		return Holding{}, err
	}
	if n != 1 {
		return Holding{}, fault.New(fault.Conflict, "leads.taken")
	}
	h.Lead.State = Held
	var key *string
	if request != "" {
		key = &request
	}
	if _, err := tx.Exec(`INSERT INTO tenure (id, lead_id, holder_id, by_id, request, began_ms, due_ms, hard_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		t.ID, t.LeadID, t.HolderID, by, key, store.Ms(t.Began), store.Ms(t.Due), store.Ms(t.Hard)); err != nil {
		return Holding{}, err
	}
	kind, drawn, allocated := "drawn", 1, 0
	if by != t.HolderID {
		kind, drawn, allocated = "assigned", 0, 1
	}
	if _, err := tx.Exec(`INSERT INTO lead_day (person_id, day, drawn, allocated) VALUES (?, ?, ?, ?)
		ON CONFLICT (person_id, day) DO UPDATE SET drawn = lead_day.drawn + excluded.drawn, allocated = lead_day.allocated + excluded.allocated`,
		t.HolderID, r.today.Day, drawn, allocated); err != nil {
		return Holding{}, err
	}
	if err := eventsIn(tx, kind, "", by, t); err != nil {
		return Holding{}, err
	}
	return h, p.keeper.OpenedIn(tx, t.HolderID)
}

// pickIn is the first lead of the pool from a random rank on that does not cool down for the person. Many who
// look for the very first one would wait for each other. It mostly looks at one lead and, where that will not
// do, at more each time: the limit inside makes every planner walk the index, and lock no more than it passes.
func pickIn(tx *store.Tx, personID string) (Lead, error) {
	for _, from := range []int64{newRank(tx), 0} {
		for size, more := 1, true; more; size = min(size*10, 100) {
			seen, err := store.All(tx.Rx, scanCandidate, `SELECT `+leadColumns+`, l.rank, `+imported+` AND NOT EXISTS
				(SELECT 1 FROM tenure t WHERE t.lead_id = l.id AND t.holder_id = ? AND t.cool_ms > ?)
				FROM (SELECT * FROM lead WHERE state = 'pool' AND rank >= ? ORDER BY rank LIMIT `+strconv.Itoa(size)+`) l ORDER BY l.rank`,
				personID, store.Ms(tx.Now), from)
			if err != nil {
				return Lead{}, err
			}
			for _, c := range seen {
				if c.free {
					return c.Lead, nil
				}
				from = c.rank + 1
			}
			more = len(seen) == size
		}
	}
	return Lead{}, fault.New(fault.Conflict, "leads.empty")
}

// candidate is a lead of the pool, and whether it is free for the one who looks.
type candidate struct {
	Lead
	rank int64
	free bool
}

func scanCandidate(row store.Row) (c candidate, err error) {
	err = row.Scan(append(leadDest(&c.Lead), &c.rank, &c.free)...)
	return c, err
}

func newRank(tx *store.Tx) int64 { return int64(binary.BigEndian.Uint64(tx.Secret(8)) >> 1) }

// cooledIn is the fault that the person held the lead too recently.
func (p *Pool) cooledIn(rx *store.Rx, leadID, personID string) error {
	var until int64
	err := rx.Row(`SELECT coalesce(max(cool_ms), 0) FROM tenure WHERE lead_id = ? AND holder_id = ?`, leadID, personID).Scan(&until)
	if err == nil && until > store.Ms(rx.Now) {
		err = fault.New(fault.Conflict, "leads.cooling", "until", p.shown(store.Time(until)))
	}
	return err
}

// requestedIn is what the same request gave before.
func requestedIn(rx *store.Rx, personID, request string) (Holding, bool, error) {
	h, found, err := store.First(rx, scanHolding, `SELECT `+leadColumns+`, `+tenureColumns+` FROM tenure t JOIN lead l ON l.id = t.lead_id
		WHERE t.holder_id = ? AND t.request = ?`, personID, request)
	if !h.Tenure.Ended.IsZero() || !h.Tenure.Paused.IsZero() {
		h.Lead = h.Lead.masked()
	}
	return h, found, err
}

func todayIn(rx *store.Rx, personID, day string) (Today, error) {
	t := Today{Day: day}
	_, _, err := store.First(rx, func(row store.Row) (bool, error) { return true, row.Scan(&t.Drawn, &t.Allocated) },
		`SELECT drawn, allocated FROM lead_day WHERE person_id = ? AND day = ?`, personID, day)
	return t, err
}
