package leads

import (
	"slices"

	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/integrity"
	"bainian/app/people"
	"bainian/app/store"
)

// receiver is a person whose gate is open, with what they have taken and hold.
type receiver struct {
	decision gate.Decision
	rules    *Rules
	days     workdays
	today    Today
	held     int
}

// receiverIn is somebody with room for one more lead today: it asks the gate and counts, in the transaction that is about
// to give the lead.
func (p *Pool) receiverIn(rx *store.Rx, personID string, a gate.Action, audience gate.Audience) (receiver, error) {
	days, err := p.workdaysIn(rx)
	if err != nil {
		return receiver{}, err
	}
	r, err := p.receiverOnIn(rx, personID, a, audience, days.day(rx.Now), days.date(rx.Now))
	if err == nil {
		err = r.full()
	}
	return r, err
}

// receiverOnIn is receiverIn for the limits of a business day, for somebody who is at work on a date, whether there is room
// or not.
func (p *Pool) receiverOnIn(rx *store.Rx, personID string, a gate.Action, audience gate.Audience, day, date string) (r receiver, err error) {
	if r.decision, err = p.allowedIn(rx, personID, a, audience); err != nil {
		return r, err
	}
	if r.rules, err = p.RulesIn(rx); err != nil {
		return r, err
	}
	if r.days, err = p.workdaysOfIn(rx, personID); err != nil {
		return r, err
	}
	if err := onLeaveIn(rx, personID, date, r.days.Zone); err != nil {
		return r, err
	}
	if r.today, err = todayIn(rx, personID, day); err != nil {
		return r, err
	}
	err = rx.Row(`SELECT count(*) FROM tenure WHERE holder_id = ? AND ended_ms IS NULL`, personID).Scan(&r.held)
	return r, err
}

// full is the fault that the receiver has taken as many leads on the day, or holds as many, as they may.
func (r receiver) full() error {
	if taken, limit := r.today.Drawn+r.today.Allocated, r.decision.PerDay(); taken >= limit {
		return fault.New(fault.Conflict, "leads.day_limit", "taken", taken, "limit", limit)
	}
	if limit := r.decision.Cap(); r.held >= limit {
		return fault.New(fault.Conflict, "leads.cap", "held", r.held, "cap", limit)
	}
	return nil
}

// allowedIn is the gate's decision about a person; what it does not allow is a *ClosedError.
func (p *Pool) allowedIn(rx *store.Rx, personID string, a gate.Action, audience gate.Audience) (gate.Decision, error) {
	d, err := p.keeper.DecideIn(rx, personID)
	if err != nil {
		return d, err
	}
	if !d.Allows(a) {
		key := "leads.closed"
		if audience == gate.Others {
			key = "leads.closed_to"
		}
		return d, &ClosedError{personID, d.Reasons(audience), d, fault.New(fault.Forbidden, key)}
	}
	return d, nil
}

// mayTakeFromIn is the fault that the pool is not the receiver's, or that they hold as many of its leads as they may.
func (r receiver) mayTakeFromIn(rx *store.Rx, t Terms) error {
	room, err := r.poolRoomIn(rx, t.Slug)
	if err == nil {
		err = room.full()
	}
	return err
}

// poolRoom is how a receiver stands to a pool.
type poolRoom struct {
	terms  Terms
	admits bool
	held   int // of its leads, where it has a cap
}

func (r receiver) poolRoomIn(rx *store.Rx, pool string) (*poolRoom, error) {
	room := &poolRoom{terms: r.rules.Pool(pool)}
	var err error
	if room.admits, err = admitsIn(rx, room.terms, r.decision.PersonID); err != nil || room.terms.Cap == 0 {
		return room, err
	}
	err = rx.Row(`SELECT count(*) FROM tenure WHERE holder_id = ? AND ended_ms IS NULL AND pool = ?`, r.decision.PersonID, room.terms.Slug).Scan(&room.held)
	return room, err
}

// full is the fault that the pool is not the receiver's, or that they hold as many of its leads as they may.
func (p *poolRoom) full() error {
	if !p.admits {
		return fault.New(fault.Forbidden, "leads.not_your_pool", "pool", p.terms.Slug)
	}
	if p.terms.Cap > 0 && p.held >= p.terms.Cap {
		return fault.New(fault.Conflict, "leads.pool_cap", "held", p.held, "cap", p.terms.Cap, "pool", p.terms.Slug)
	}
	return nil
}

// roomToDrawIn is the fault that the receiver has drawn as many of a pool's leads today as they may.
func (r receiver) roomToDrawIn(rx *store.Rx, t Terms) error {
	if t.DrawsPerDay == 0 {
		return nil
	}
	drawn, _, err := store.First(rx, func(row store.Row) (n int, err error) { return n, row.Scan(&n) },
		`SELECT drawn FROM lead_pool_day WHERE person_id = ? AND day = ? AND pool = ?`, r.decision.PersonID, r.today.Day, t.Slug)
	if err == nil && drawn >= t.DrawsPerDay {
		err = fault.New(fault.Conflict, "leads.pool_draws", "drawn", drawn, "limit", t.DrawsPerDay, "pool", t.Slug)
	}
	return err
}

// admitsIn reports whether a person may take from a pool: it is everybody's, or a team's that they lead or are in.
func admitsIn(rx *store.Rx, t Terms, personID string) (bool, error) {
	if len(t.Teams) == 0 {
		return true, nil
	}
	line, err := people.LineIn(rx, personID)
	if err != nil {
		return false, err
	}
	for _, number := range t.Teams {
		m, ok, err := people.ByNumberIn(rx, number)
		if err != nil {
			return false, err
		}
		if ok && (m.ID == personID || slices.Contains(line, m.ID)) {
			return true, nil
		}
	}
	return false, nil
}

func mayAssignIn(rx *store.Rx, actor people.Person, personID string) error {
	line, err := people.LineIn(rx, personID)
	if err != nil {
		return err
	}
	if !actor.Has(people.Manager) || !slices.Contains(line, actor.ID) {
		return fault.New(fault.Forbidden, "leads.not_your_report")
	}
	return mayAllocateIn(rx, actor)
}

// mayAllocateIn is the fault that a red line has taken the actor's right to share out leads.
func mayAllocateIn(rx *store.Rx, actor people.Person) error {
	standing, err := integrity.StandingIn(rx, actor.ID)
	if err == nil && standing.RedLine {
		err = fault.New(fault.Forbidden, "leads.manager_red_line")
	}
	return err
}
