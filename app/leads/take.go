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

// Today is what a person has taken on a business day; returned leads still count.
type Today struct {
	Day              string // yyyy-mm-dd
	Drawn, Allocated int
}

// Draw takes a lead from a random place of a pool for the actor, with "" from the first pool open to them that has
// one. The same request, if not "", gives the same lead. A closed gate is a *ClosedError; a limit, a full hand or an
// empty pool a Conflict with the numbers.
func (p *Pool) Draw(ctx context.Context, actor people.Person, pool, request string) (Holding, error) {
	return p.draw(ctx, actor, request, func(tx *store.Tx, r receiver) (Lead, error) { return p.pickIn(tx, r, pool) })
}

// Claim takes one lead that the actor has seen in a pool, under the same rules as a draw. It is a Conflict when
// somebody else was faster.
func (p *Pool) Claim(ctx context.Context, actor people.Person, leadID, request string) (Holding, error) {
	return p.draw(ctx, actor, request, func(tx *store.Tx, r receiver) (Lead, error) {
		lead, err := leadIn(tx.Rx, leadID)
		if err != nil {
			return lead, err
		}
		if err := p.cooledIn(tx.Rx, leadID, actor.ID); err != nil {
			return lead, err
		}
		terms := r.rules.Pool(lead.Pool)
		if err := r.mayTakeFromIn(tx.Rx, terms); err != nil {
			return lead, err
		}
		return lead, r.roomToDrawIn(tx.Rx, terms)
	})
}

func (p *Pool) draw(ctx context.Context, actor people.Person, request string, choose func(*store.Tx, receiver) (Lead, error)) (h Holding, err error) {
	if len(request) > maxRequest {
		return h, fault.New(fault.Malformed, "leads.request_long", "max", maxRequest)
	}
	err = p.give(ctx, func(tx *store.Tx) (err error) {
		if request != "" {
			var again bool
			if h, again, err = p.requestedIn(tx.Rx, actor.ID, request); err != nil || again {
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
		lead, err := choose(tx, r)
		if err != nil {
			return err
		}
		h, err = p.takeIn(tx, r, lead, taking{from: InPool, by: actor.ID, drawn: true, request: request})
		return err
	})
	p.noteRefused(gate.ByDraw, gate.Draw, actor.ID, actor.ID, err)
	return h, err
}

// Assign gives a lead of the pool, or one that waits in handover, to one of the actor's team. The receiver's gate,
// limits and cool-down are what a draw of theirs would meet; an actor under a red line allocates nothing.
func (p *Pool) Assign(ctx context.Context, actor people.Person, leadID, personID string) (h Holding, err error) {
	err = p.give(ctx, func(tx *store.Tx) error {
		if err := mayAssignIn(tx.Rx, actor, personID); err != nil {
			return err
		}
		lead, err := leadIn(tx.Rx, leadID)
		if err != nil {
			return err
		}
		if err := mayHandOverIn(tx.Rx, actor, lead); err != nil {
			return err
		}
		h, err = p.assignIn(tx, lead, personID, actor.ID)
		return err
	})
	p.noteRefused(gate.ByAssign, gate.Assign, personID, actor.ID, err)
	return h, err
}

// assignIn gives a lead to a person without their asking; who may say so has been looked at.
func (p *Pool) assignIn(tx *store.Tx, lead Lead, personID, by string) (Holding, error) {
	r, err := p.receiverIn(tx.Rx, personID, gate.Assign, gate.Others)
	if err != nil {
		return Holding{}, err
	}
	if err := p.cooledIn(tx.Rx, lead.ID, personID); err != nil {
		return Holding{}, err
	}
	from := InPool
	if lead.State == Handover {
		from = Handover
	} else if err := r.mayTakeFromIn(tx.Rx, r.rules.Pool(lead.Pool)); err != nil {
		return Holding{}, err
	}
	return p.takeIn(tx, r, lead, taking{from: from, by: by})
}

// taking is how a lead comes to somebody.
type taking struct {
	from    State
	by      string // who said so: of a draw the receiver
	drawn   bool
	request string
}

// takeIn begins a tenure; everything that had to be asked has been, but whether the lead is still there and for whom.
func (p *Pool) takeIn(tx *store.Tx, r receiver, lead Lead, how taking) (Holding, error) {
	held, err := p.takeAllIn(tx, r, how, lead)
	if err != nil {
		return Holding{}, err
	}
	return held[0], nil
}

// takeAllIn begins a tenure of each lead, of all or of none.
func (p *Pool) takeAllIn(tx *store.Tx, r receiver, how taking, leads ...Lead) ([]Holding, error) {
	open := []any{AccessOpen, AccessOpen}
	if r.decision.Newcomer {
		open[1] = AccessNewcomers
	}
	if !how.drawn { // an embargo holds back draws alone
		open = append(open, AccessEmbargo)
	}
	held, tenures, rows, ids := make([]Holding, len(leads)), make([]Tenure, len(leads)), make([][]any, len(leads)), make([]any, len(leads))
	clocks := map[string]Tenure{} // by pool
	for i, lead := range leads {
		t, known := clocks[lead.Pool]
		if !known {
			t = r.clockOf(lead.Pool, tx.Now)
			clocks[lead.Pool] = t
		}
		t.ID, t.LeadID, t.Exempt = tx.NewID(), lead.ID, r.rules.Exempt(lead.Stage)
		lead.State, lead.Access = Held, AccessOpen
		held[i], tenures[i], ids[i] = Holding{lead, t}, t, lead.ID
		rows[i] = []any{t.ID, t.LeadID, t.HolderID, how.by, nullable(how.request), store.Ms(t.Began), store.Ms(t.Due), store.Ms(t.Hard), t.Pool, t.Exempt}
	}
	// coalesce keeps PostgreSQL from finding the row by walking, and so locking, the whole index of the pool.
	n, err := tx.Exec(`UPDATE lead SET state = 'held', access = 'open', widens_ms = NULL
		WHERE id IN (`+places(len(ids))+`) AND coalesce(state, '') = ? AND access IN (`+places(len(open))+`)`, slices.Concat(ids, []any{how.from}, open)...)
	if err != nil {
		return nil, err
	}
	if n != int64(len(leads)) {
		return nil, notThere(leads[0], how.from)
	}
	if err := insertRows(tx, `INSERT INTO tenure (id, lead_id, holder_id, by_id, request, began_ms, due_ms, hard_ms, pool, exempt)`, rows); err != nil {
		return nil, err
	}
	if err := countIn(tx, r, tenures, how.drawn); err != nil {
		return nil, err
	}
	kind, way := "assigned", gate.ByAssign
	if how.drawn {
		kind, way = "drawn", gate.ByDraw
	}
	if err := eventsIn(tx, kind, "", how.by, tenures...); err != nil {
		return nil, err
	}
	p.noteTaken(tx, r.decision, way, how.by)
	return held, p.keeper.OpenedIn(tx, r.decision.PersonID)
}

// clockOf is a tenure that begins now, by a pool's terms; of which lead is left open.
func (r receiver) clockOf(pool string, now time.Time) Tenure {
	terms := r.rules.Pool(pool)
	t := Tenure{HolderID: r.decision.PersonID, Began: now, Since: now, Pool: terms.Slug, Hard: r.days.add(now, terms.HardDays).UTC()}
	if t.Due = r.days.firstDue(now, terms.FirstDue).UTC(); t.Due.After(t.Hard) {
		t.Due = t.Hard
	}
	return t
}

func nullable(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// notThere says why a lead that was seen a moment ago cannot be taken.
func notThere(lead Lead, from State) error {
	switch {
	case lead.State != from:
		return fault.New(fault.Conflict, "leads.taken")
	case lead.Access == AccessNewcomers:
		return fault.New(fault.Conflict, "leads.for_newcomers")
	case lead.Access == accessComing:
		return fault.New(fault.Conflict, "intake.coming")
	case lead.Access == AccessEmbargo:
		return fault.New(fault.Conflict, "leads.embargo")
	}
	return fault.New(fault.Conflict, "leads.taken")
}

// countIn counts new tenures to their holder's day, and draws to the day of a pool that has a limit of its own.
func countIn(tx *store.Tx, r receiver, begun []Tenure, drawn bool) error {
	personID, day, draws, allocations := r.decision.PersonID, r.today.Day, 0, len(begun)
	if drawn {
		draws, allocations = len(begun), 0
	}
	if _, err := tx.Exec(`INSERT INTO lead_day (person_id, day, drawn, allocated) VALUES (?, ?, ?, ?)
		ON CONFLICT (person_id, day) DO UPDATE SET drawn = lead_day.drawn + excluded.drawn, allocated = lead_day.allocated + excluded.allocated`,
		personID, day, draws, allocations); err != nil || !drawn {
		return err
	}
	for _, t := range begun {
		if r.rules.Pool(t.Pool).DrawsPerDay == 0 {
			continue
		}
		if _, err := tx.Exec(`INSERT INTO lead_pool_day (person_id, day, pool, drawn) VALUES (?, ?, ?, 1)
			ON CONFLICT (person_id, day, pool) DO UPDATE SET drawn = lead_pool_day.drawn + 1`, personID, day, t.Pool); err != nil {
			return err
		}
	}
	return nil
}

// cooledIn is the fault that the person held the lead too recently.
func (p *Pool) cooledIn(rx *store.Rx, leadID, personID string) error {
	var until int64
	err := rx.Row(`SELECT coalesce(max(cool_ms), 0) FROM tenure WHERE lead_id = ? AND holder_id = ?`, leadID, personID).Scan(&until)
	if err == nil && until > store.Ms(rx.Now) {
		err = p.cooling(until)
	}
	return err
}

func (p *Pool) cooling(until int64) error {
	return fault.New(fault.Conflict, "leads.cooling", "until", p.shown(store.Time(until)))
}

// requestedIn is what the same request gave before.
func (p *Pool) requestedIn(rx *store.Rx, personID, request string) (Holding, bool, error) {
	h, found, err := store.First(rx, scanHolding, `SELECT `+leadColumns+`, `+tenureColumns+` FROM tenure t JOIN lead l ON l.id = t.lead_id
		WHERE t.holder_id = ? AND t.request = ?`, personID, request)
	if err == nil && (!h.Tenure.Ended.IsZero() || !h.Tenure.Paused.IsZero()) {
		h.Lead, err = p.maskedIn(rx, h.Lead)
	}
	return h, found, err
}

func todayIn(rx *store.Rx, personID, day string) (Today, error) {
	t := Today{Day: day}
	_, _, err := store.First(rx, func(row store.Row) (bool, error) { return true, row.Scan(&t.Drawn, &t.Allocated) },
		`SELECT drawn, allocated FROM lead_day WHERE person_id = ? AND day = ?`, personID, day)
	return t, err
}
