package leads

import (
	"context"
	"slices"
	"time"

	"bainian/app/fault"
	"bainian/app/jobs"
	"bainian/app/people"
	"bainian/app/store"
)

// GiveJob is the kind of the job that gives what an allocation has planned; its payload is the allocation's id.
const GiveJob = "leads/allocation"

// Allocation is who is to get which leads for a business day: a draft that plans them, and once it is published what
// became of the plan. It takes nothing before that.
type Allocation struct {
	ID, Day, TeamOf                      string // TeamOf is the manager, "" for people who have none
	By, PublishedBy, DiscardedBy         string
	At, Published, Done, Discarded       time.Time
	People, Planned, Settled, Due, Given int // Settled people have got theirs; Due leads were planned for them, Given are what they got
}

// AllocationState is how far an allocation has come.
type AllocationState string

const (
	Drafted    AllocationState = "draft"
	Publishing AllocationState = "publishing" // published, and not everybody has got theirs
	Published  AllocationState = "published"
	Discarded  AllocationState = "discarded"
)

// State is how far the allocation has come.
func (a Allocation) State() AllocationState {
	switch {
	case !a.Discarded.IsZero():
		return Discarded
	case !a.Done.IsZero():
		return Published
	case !a.Published.IsZero():
		return Publishing
	}
	return Drafted
}

// Missed is how many planned leads could not be given.
func (a Allocation) Missed() int { return a.Due - a.Given }

// Share is what one person is to get.
type Share struct {
	Place   int
	Person  people.Person
	Limit   int // what the policy's limits allowed when it was drafted
	Barred  Barred
	LeadIDs []string // in the order in which they are given
	Planned int
	Given   int
	Settled time.Time // zero before it was given
	Missed  []Miss
	Spread  []TerritoryCount // where the leads are, most first; of a page of an allocation
}

// TerritoryCount is how many leads are of a territory.
type TerritoryCount struct {
	Territory string
	N         int
}

// Miss is a planned lead that could not be given, and why.
type Miss struct {
	LeadID string   `json:"lead"`
	Key    string   `json:"key"`            // of the message
	Args   []string `json:"args,omitempty"` // name, value, …
}

// Draft plans the leads of the next business day for the actor's team, direct and indirect, or for an administrator who
// has none for the people without a manager. It replaces the draft that the team had.
func (p *Pool) Draft(ctx context.Context, actor people.Person) (id string, err error) {
	if !actor.Has(people.Manager, people.Admin) {
		return "", fault.New(fault.Forbidden, "leads.managers_only")
	}
	g := group{id: p.db.NewID()}
	day := ""
	err = p.db.Read(ctx, func(rx *store.Rx) error {
		if err := mayAllocateIn(rx, actor); err != nil {
			return err
		}
		days, err := p.workdaysIn(rx)
		if err != nil {
			return err
		}
		day = days.allocationDay(rx.Now).Format(time.DateOnly)
		if actor.Has(people.Manager) {
			g.teamOf = actor.ID
			g.people, err = people.ReportsIn(rx, actor.ID)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	if g.teamOf == "" {
		groups, err := p.groups(ctx)
		if err != nil {
			return "", err
		}
		g.people = groups[""]
	}
	if err := p.drafted(ctx, drafting{day: day, by: actor.ID}, []group{g}); err != nil {
		return "", err
	}
	return g.id, nil
}

// Publish has everything given that a draft plans, by a job that begins at once. Publishing it again is a Conflict and
// changes nothing.
func (p *Pool) Publish(ctx context.Context, actor people.Person, id string) error {
	return p.db.Write(ctx, func(tx *store.Tx) error {
		a, err := p.allocationIn(tx.Rx, actor, id)
		if err != nil {
			return err
		}
		if err := mayAllocateIn(tx.Rx, actor); err != nil {
			return err
		}
		days, err := p.workdaysIn(tx.Rx)
		switch {
		case err != nil:
			return err
		case !a.Discarded.IsZero():
			return fault.New(fault.Conflict, "allocation.was_discarded")
		case !a.Published.IsZero():
			return fault.New(fault.Conflict, "allocation.published_before")
		case a.Day < days.day(tx.Now):
			return fault.New(fault.Conflict, "allocation.day_over", "day", a.Day)
		}
		return publishIn(tx, id, actor.ID)
	})
}

func publishIn(tx *store.Tx, id, by string) error {
	if _, err := tx.Exec(`UPDATE allocation SET published_ms = ?, published_by = ? WHERE id = ?`, store.Ms(tx.Now), by, id); err != nil {
		return err
	}
	return jobs.Add(tx, GiveJob, id, time.Time{})
}

// Discard drops a draft; its leads can be planned by others again.
func (p *Pool) Discard(ctx context.Context, actor people.Person, id string) error {
	return p.db.Write(ctx, func(tx *store.Tx) error {
		if _, err := p.draftIn(tx.Rx, actor, id); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE allocation SET discarded_ms = ?, discarded_by = ? WHERE id = ?`, store.Ms(tx.Now), actor.ID, id)
		return err
	})
}

// Change moves one lead of a draft to another person: out of the pool with From "", back into it with To "".
type Change struct{ LeadID, From, To string }

// Adjust changes a draft. What only the moment of giving can decide is decided then: a lead that cools down, a gate.
func (p *Pool) Adjust(ctx context.Context, actor people.Person, id string, c Change) error {
	if c.From == "" { // outside the transaction that changes the draft: it looks through all of them
		if err := p.db.Read(ctx, func(rx *store.Rx) error {
			if _, err := p.draftIn(rx, actor, id); err != nil {
				return err
			}
			return p.unplannedIn(rx, c.LeadID)
		}); err != nil {
			return err
		}
	}
	return p.db.Write(ctx, func(tx *store.Tx) error {
		if _, err := p.draftIn(tx.Rx, actor, id); err != nil {
			return err
		}
		if c.From != "" {
			from, err := shareIn(tx.Rx, id, c.From)
			if err != nil {
				return err
			}
			if !slices.Contains(from.LeadIDs, c.LeadID) {
				return fault.New(fault.Conflict, "allocation.not_in_share")
			}
			if err := rewriteIn(tx, id, from, slices.DeleteFunc(from.LeadIDs, func(lead string) bool { return lead == c.LeadID })); err != nil {
				return err
			}
		}
		if c.To == "" {
			return nil
		}
		to, err := shareIn(tx.Rx, id, c.To)
		switch {
		case err != nil:
			return err
		case to.Barred != "" && to.Barred != BarredFull:
			return fault.New(fault.Conflict, "allocation.barred_"+string(to.Barred)).In("to")
		case to.Planned >= to.Limit:
			return fault.New(fault.Conflict, "allocation.no_room", "limit", to.Limit).In("to")
		}
		return rewriteIn(tx, id, to, append(to.LeadIDs, c.LeadID))
	})
}

func rewriteIn(tx *store.Tx, id string, s Share, leadIDs []string) error {
	_, err := tx.Exec(`UPDATE allocation_share SET leads = ?, planned = ? WHERE allocation_id = ? AND place = ?`, encode(leadIDs), len(leadIDs), id, s.Place)
	return err
}

// unplannedIn is the fault that a lead is not in the pool, or that a draft whose day is not over has planned it already.
func (p *Pool) unplannedIn(rx *store.Rx, leadID string) error {
	lead, err := leadIn(rx, leadID)
	if err != nil {
		return err
	}
	if lead.State != InPool {
		return notThere(lead, InPool)
	}
	days, err := p.workdaysIn(rx)
	if err != nil {
		return err
	}
	planned := false
	err = rx.Row(`SELECT EXISTS (SELECT 1 FROM allocation_share s JOIN allocation a ON a.id = s.allocation_id
		WHERE s.given_ms IS NULL AND a.day >= ? AND a.ready_ms IS NOT NULL AND a.discarded_ms IS NULL AND s.leads LIKE ? ESCAPE '!')`,
		days.day(rx.Now), `%"`+lead.ID+`"%`).Scan(&planned)
	if err == nil && planned {
		err = fault.New(fault.Conflict, "allocation.planned_already")
	}
	return err
}
