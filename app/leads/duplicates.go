package leads

import (
	"context"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// groupsListed is how many groups of duplicates a page has.
const groupsListed = 20

// Sameness is what leads have in common that are likely to be one customer.
type Sameness string

const (
	SamePhone   Sameness = "phone"
	SameCompany Sameness = "company"
)

// Group is leads that are likely to be one customer, the oldest first.
type Group struct {
	Key    string // the mark of the group
	Lines  []Line // those that are closed are not among them
	Shared bool   // two people hold one each: that is for a ruling, not for a merge
}

// Duplicates is a page of groups of leads that are not closed and have the phone or the company in common, and the mark
// after which the next one starts, "" after the last; for managers, HR and admins, masked as List's are.
func (p *Pool) Duplicates(ctx context.Context, actor people.Person, by Sameness, after string) (groups []Group, next string, err error) {
	if err := mayImport(actor); err != nil {
		return nil, "", err
	}
	column := map[Sameness]string{SamePhone: "phone_key", SameCompany: "company_key"}[by]
	if column == "" {
		return nil, "", fault.New(fault.NotFound, "page.not_found")
	}
	err = p.db.Read(ctx, func(rx *store.Rx) error {
		groups, next = nil, ""
		keys, err := store.All(rx, scanText, `SELECT l.`+column+` FROM lead l WHERE l.`+column+` > ? GROUP BY l.`+column+` HAVING count(*) > 1 ORDER BY l.`+column+` LIMIT ?`, after, groupsListed+1)
		if err != nil {
			return err
		}
		if len(keys) > groupsListed {
			keys = keys[:groupsListed]
			next = keys[groupsListed-1]
		}
		for _, key := range keys {
			g, err := p.groupIn(rx, actor, column, key)
			if err != nil {
				return err
			}
			if len(g.Lines) > 1 {
				groups = append(groups, g)
			}
		}
		return nil
	})
	return groups, next, err
}

// mostOfGroup is how many leads of one group are shown.
const mostOfGroup = 20

func (p *Pool) groupIn(rx *store.Rx, actor people.Person, column, key string) (Group, error) {
	g := Group{Key: key}
	lines, err := store.All(rx, func(r store.Row) (l Line, err error) {
		return l, r.Scan(append(leadDest(&l.Lead), &l.Holder.ID)...)
	}, `SELECT `+leadColumns+`, coalesce(t.holder_id, '') FROM lead l LEFT JOIN tenure t ON t.lead_id = l.id AND t.ended_ms IS NULL
		WHERE l.`+column+` = ? AND l.state <> 'closed' AND `+imported+` ORDER BY l.id LIMIT ?`, key, mostOfGroup)
	if err != nil {
		return g, err
	}
	holder := ""
	for _, l := range lines {
		if l.Holder.ID != "" {
			g.Shared = g.Shared || holder != "" && holder != l.Holder.ID
			holder = l.Holder.ID
			if l.Holder, _, err = people.PersonIn(rx, l.Holder.ID); err != nil {
				return g, err
			}
		}
		sees := actor.Has(people.Admin)
		if !sees && l.Holder.ID != "" {
			if sees, err = managesIn(rx, actor, l.Holder.ID); err != nil {
				return g, err
			}
		}
		if !sees {
			if l.Lead, err = p.maskedIn(rx, l.Lead); err != nil {
				return g, err
			}
		}
		g.Lines = append(g.Lines, l)
	}
	return g, nil
}
