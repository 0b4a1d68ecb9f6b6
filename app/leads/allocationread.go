package leads

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// sharePage is how many people a page of an allocation has.
const sharePage = 50

const allocationColumns = `a.id, a.day, a.team_of, a.by_id, a.at_ms, a.published_ms, coalesce(a.published_by, ''), a.done_ms, a.discarded_ms, coalesce(a.discarded_by, ''),
	(SELECT count(*) FROM allocation_share s WHERE s.allocation_id = a.id),
	(SELECT coalesce(sum(s.planned), 0) FROM allocation_share s WHERE s.allocation_id = a.id),
	(SELECT count(s.given_ms) FROM allocation_share s WHERE s.allocation_id = a.id),
	(SELECT coalesce(sum(CASE WHEN s.given_ms IS NOT NULL THEN s.planned END), 0) FROM allocation_share s WHERE s.allocation_id = a.id),
	(SELECT coalesce(sum(s.given), 0) FROM allocation_share s WHERE s.allocation_id = a.id)`

func scanAllocation(row store.Row) (a Allocation, err error) {
	var at int64
	var published, done, discarded *int64
	err = row.Scan(&a.ID, &a.Day, &a.TeamOf, &a.By, &at, &published, &a.PublishedBy, &done, &discarded, &a.DiscardedBy,
		&a.People, &a.Planned, &a.Settled, &a.Due, &a.Given)
	a.At, a.Published, a.Done, a.Discarded = store.Time(at), store.NullTime(published), store.NullTime(done), store.NullTime(discarded)
	return a, err
}

// allocationIn is an allocation that the actor answers for: that of their own team, or of a manager below them; an
// administrator's is every one. Anybody else's is NotFound.
func (p *Pool) allocationIn(rx *store.Rx, actor people.Person, id string) (Allocation, error) {
	a, found, err := store.First(rx, scanAllocation, `SELECT `+allocationColumns+` FROM allocation a WHERE a.id = ? AND a.ready_ms IS NOT NULL`, id)
	if err != nil {
		return a, err
	}
	mine := found && (actor.Has(people.Admin) || actor.Has(people.Manager) && a.TeamOf == actor.ID)
	if found && !mine && actor.Has(people.Manager) && a.TeamOf != "" {
		if mine, err = managesIn(rx, actor, a.TeamOf); err != nil {
			return a, err
		}
	}
	if !mine {
		return Allocation{}, fault.New(fault.NotFound, "allocation.not_found")
	}
	return a, nil
}

// draftIn is allocationIn for what is still a draft.
func (p *Pool) draftIn(rx *store.Rx, actor people.Person, id string) (Allocation, error) {
	a, err := p.allocationIn(rx, actor, id)
	switch {
	case err != nil:
	case a.State() == Discarded:
		err = fault.New(fault.Conflict, "allocation.was_discarded")
	case a.State() != Drafted:
		err = fault.New(fault.Conflict, "allocation.was_published")
	}
	return a, err
}

const shareColumns = `s.place, s.person_id, s.room, s.barred, s.leads, s.planned, coalesce(s.given, 0), coalesce(s.missed, '[]'), s.given_ms`

func scanShare(row store.Row) (s Share, err error) {
	var ids, missed string
	var given *int64
	if err = row.Scan(&s.Place, &s.Person.ID, &s.Limit, &s.Barred, &ids, &s.Planned, &s.Given, &missed, &given); err != nil {
		return s, err
	}
	s.Settled = store.NullTime(given)
	if err = decode(ids, &s.LeadIDs); err == nil {
		err = decode(missed, &s.Missed)
	}
	return s, err
}

// shareIn is a person's share of an allocation, or NotFound.
func shareIn(rx *store.Rx, id, personID string) (Share, error) {
	s, found, err := store.First(rx, scanShare, `SELECT `+shareColumns+` FROM allocation_share s WHERE s.allocation_id = ? AND s.person_id = ?`, id, personID)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "allocation.no_share")
	}
	return s, err
}

// Drafts are what waits for the actor: the draft of their own team, and of the managers below them.
type Drafts struct {
	Day  string // for which a new draft would be
	Own  *Allocation
	Rest []TeamDraft
}

// TeamDraft is an allocation with the manager whose team it is for.
type TeamDraft struct {
	Allocation
	Manager people.Person // zero for those who have none
}

// Drafts are the drafts that wait for the actor.
func (p *Pool) Drafts(ctx context.Context, actor people.Person) (d Drafts, err error) {
	if !actor.Has(people.Manager, people.Admin) {
		return d, fault.New(fault.Forbidden, "leads.managers_only")
	}
	err = p.db.Read(ctx, func(rx *store.Rx) error {
		d = Drafts{}
		days, err := p.workdaysIn(rx)
		if err != nil {
			return err
		}
		d.Day = days.allocationDay(rx.Now).Format("2006-01-02")
		below, teams := map[string]people.Person{}, []string{}
		if actor.Has(people.Admin) {
			teams = append(teams, "")
		}
		if actor.Has(people.Manager) {
			team, err := people.ReportsIn(rx, actor.ID)
			if err != nil {
				return err
			}
			teams = append(teams, actor.ID)
			for _, person := range team {
				below[person.ID] = person
				teams = append(teams, person.ID)
			}
		}
		var open []Allocation
		for some := range slices.Chunk(teams, seatBatch) {
			drafts, err := store.All(rx, scanAllocation, `SELECT `+allocationColumns+` FROM allocation a WHERE a.team_of IN (`+places(len(some))+`)
				AND a.ready_ms IS NOT NULL AND a.published_ms IS NULL AND a.discarded_ms IS NULL AND a.day >= ?`, append(anys(some), days.day(rx.Now))...)
			if err != nil {
				return err
			}
			open = append(open, drafts...)
		}
		slices.SortFunc(open, func(a, b Allocation) int { return strings.Compare(a.ID, b.ID) })
		for _, a := range open {
			manager, under := below[a.TeamOf]
			switch {
			case a.TeamOf == actor.ID || a.TeamOf == "" && actor.Has(people.Admin) && !actor.Has(people.Manager):
				d.Own = &a
			case under || a.TeamOf == "" && actor.Has(people.Admin):
				d.Rest = append(d.Rest, TeamDraft{a, manager})
			}
		}
		return nil
	})
	return d, err
}

// Allocations are the published allocations of the actor's own team, the latest first, and the mark of the next page.
func (p *Pool) Allocations(ctx context.Context, actor people.Person, before string) (all []Allocation, next string, err error) {
	if !actor.Has(people.Manager, people.Admin) {
		return nil, "", fault.New(fault.Forbidden, "leads.managers_only")
	}
	teamOf := ""
	if actor.Has(people.Manager) {
		teamOf = actor.ID
	}
	if before == "" {
		before = "~" // after every id
	}
	err = p.db.Read(ctx, func(rx *store.Rx) (err error) {
		all, err = store.All(rx, scanAllocation, `SELECT `+allocationColumns+` FROM allocation a
			WHERE a.team_of = ? AND a.id < ? AND a.published_ms IS NOT NULL ORDER BY a.id DESC LIMIT ?`, teamOf, before, sharePage+1)
		return err
	})
	if len(all) > sharePage {
		all = all[:sharePage]
		next = all[sharePage-1].ID
	}
	return all, next, err
}

// Allocation is one of them with the shares of a page, by employee number from a place on, and the place from which the
// next page starts, 0 after the last.
func (p *Pool) Allocation(ctx context.Context, actor people.Person, id string, from int) (a Allocation, page []Share, next int, err error) {
	err = p.db.Read(ctx, func(rx *store.Rx) error {
		if a, err = p.allocationIn(rx, actor, id); err != nil {
			return err
		}
		page, err = store.All(rx, scanShare, `SELECT `+shareColumns+` FROM allocation_share s WHERE s.allocation_id = ? AND s.place >= ? ORDER BY s.place LIMIT ?`, id, from, sharePage+1)
		if err != nil {
			return err
		}
		next = 0
		if len(page) > sharePage {
			next = page[sharePage].Place
			page = page[:sharePage]
		}
		for i := range page {
			if page[i].Person, _, err = people.PersonIn(rx, page[i].Person.ID); err != nil {
				return err
			}
			if page[i].Spread, err = spreadIn(rx, page[i].LeadIDs); err != nil {
				return err
			}
		}
		return nil
	})
	return a, page, next, err
}

// spreadIn is where some leads are.
func spreadIn(rx *store.Rx, ids []string) (spread []TerritoryCount, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	spread, err = store.All(rx, func(row store.Row) (c TerritoryCount, err error) { return c, row.Scan(&c.Territory, &c.N) },
		`SELECT territory, count(*) FROM lead WHERE id IN (`+places(len(ids))+`) GROUP BY territory`, anys(ids)...)
	slices.SortFunc(spread, func(a, b TerritoryCount) int {
		return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.Territory, b.Territory))
	})
	return spread, err
}

// ShareView is one person's share with its leads as the manager of a pool sees them.
type ShareView struct {
	Allocation Allocation
	Share      Share
	Leads      []Lead  // by territory, industry and company
	Others     []Share // who could have one of them instead: the rest of the draft with room, without their leads
	More       []Lead  // of the pool, that would fit and that no draft has planned
}

// Share is what an allocation plans for a person, and with more what else a draft could give them.
func (p *Pool) Share(ctx context.Context, actor people.Person, id, personID string, more bool) (v ShareView, err error) {
	err = p.db.Read(ctx, func(rx *store.Rx) error {
		v = ShareView{}
		if v.Allocation, err = p.allocationIn(rx, actor, id); err != nil {
			return err
		}
		if v.Share, err = shareIn(rx, id, personID); err != nil {
			return err
		}
		if v.Share.Person, _, err = people.PersonIn(rx, personID); err != nil {
			return err
		}
		found, err := leadsIn(rx, v.Share.LeadIDs)
		if err != nil {
			return err
		}
		for _, l := range found {
			if l, err = p.maskedIn(rx, l); err != nil {
				return err
			}
			v.Leads = append(v.Leads, l)
		}
		slices.SortFunc(v.Leads, byPlace)
		if v.Allocation.State() != Drafted {
			return nil
		}
		if v.Others, err = store.All(rx, scanShare, `SELECT s.place, s.person_id, s.room, s.barred, '[]', s.planned, 0, '[]', s.given_ms
			FROM allocation_share s WHERE s.allocation_id = ? AND s.planned < s.room AND s.barred IN ('', ?) AND s.person_id <> ? ORDER BY s.place LIMIT ?`, id, BarredFull, personID, mostOthers); err != nil {
			return err
		}
		ids := make([]string, len(v.Others))
		for i, o := range v.Others {
			ids[i] = o.Person.ID
		}
		names, err := people.NamesIn(rx, ids)
		if err != nil {
			return err
		}
		for i, o := range v.Others {
			v.Others[i].Person.Name = names[o.Person.ID]
		}
		if more {
			v.More, err = p.moreIn(rx, v)
		}
		return err
	})
	return v, err
}

// mostOthers bounds the choice of other people, mostMore that of leads to add.
const (
	mostOthers = 500
	mostMore   = 10
)

// moreIn are a few leads that a person could be given beside those of the draft.
func (p *Pool) moreIn(rx *store.Rx, v ShareView) (more []Lead, err error) {
	if v.Share.Planned >= v.Share.Limit {
		return nil, nil
	}
	open, err := p.plannedIn(rx, v.Allocation.Day, nil)
	if err != nil {
		return nil, err
	}
	sitters, err := p.sittersIn(rx, []people.Person{v.Share.Person}, v.Allocation.Day, nil)
	if err != nil || len(sitters) == 0 {
		return nil, err
	}
	seat := sitters[0].seat
	seat.Room = mostMore
	plan := newPlan([]Seat{seat})
	if err := p.fill(func(f func(*store.Rx) error) error { return f(rx) }, plan, open.leads, v.Allocation.ID); err != nil {
		return nil, err
	}
	found, err := leadsIn(rx, plan.given[0])
	for _, l := range found {
		if l, err = p.maskedIn(rx, l); err != nil {
			return nil, err
		}
		more = append(more, l)
	}
	slices.SortFunc(more, byPlace)
	return more, err
}
