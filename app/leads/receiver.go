package leads

import (
	"slices"

	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/integrity"
	"bainian/app/people"
	"bainian/app/store"
)

// receiver is a person to whom the gate is open and who has room for one more lead.
type receiver struct {
	decision gate.Decision
	rules    *Rules
	days     workdays
	today    Today
}

// receiverIn asks the gate and counts, in the transaction that is about to give the lead.
func (p *Pool) receiverIn(rx *store.Rx, personID string, a gate.Action, audience gate.Audience) (r receiver, err error) {
	if r.decision, err = p.allowedIn(rx, personID, a, audience); err != nil {
		return r, err
	}
	if r.rules, err = p.RulesIn(rx); err != nil {
		return r, err
	}
	if r.days, err = p.workdaysOfIn(rx, personID); err != nil {
		return r, err
	}
	company, err := p.workdaysIn(rx)
	if err != nil {
		return r, err
	}
	if err := onLeaveIn(rx, personID, company.date(rx.Now), company.Zone); err != nil {
		return r, err
	}
	if r.today, err = todayIn(rx, personID, company.day(rx.Now)); err != nil {
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
	ok, err := admitsIn(rx, t, r.decision.PersonID)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Forbidden, "leads.not_your_pool", "pool", t.Slug)
	}
	if t.Cap == 0 {
		return nil
	}
	held := 0
	if err := rx.Row(`SELECT count(*) FROM tenure WHERE holder_id = ? AND ended_ms IS NULL AND pool = ?`, r.decision.PersonID, t.Slug).Scan(&held); err != nil {
		return err
	}
	if held >= t.Cap {
		return fault.New(fault.Conflict, "leads.pool_cap", "held", held, "cap", t.Cap, "pool", t.Slug)
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
