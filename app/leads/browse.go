package leads

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/people"
	"bainian/app/store"
)

// browsePage is how many leads a page of a pool has.
const browsePage = 50

// Look is what somebody wants to see of a pool.
type Look struct {
	Pool                string // "": the first that is open to them
	Territory, Industry string
	After               string // the mark of the page before
}

// PoolPage is a page of a pool as those see it who may look into it: of a lead no more than makes one want to open it.
type PoolPage struct {
	Pools                   []Terms // that are open to the person
	Pool                    Terms   // the one that is shown
	Territories, Industries []string
	Leads                   []Lead // without contact, number and note
	Next                    string // mark of the next page, "" after the last
	Viewed, Views           int    // masked leads opened today, and how many may be
	Takes                   bool   // the gate lets the person draw
}

// Browse shows a pool to those to whom the gate shows leads: those of pools that are open to them, in an order that
// is random and stays. For anybody else there is nothing, and a pool that is not theirs is Forbidden.
func (d *Diary) Browse(ctx context.Context, actor people.Person, look Look) (s PoolPage, err error) {
	err = d.db.Read(ctx, func(rx *store.Rx) error {
		s = PoolPage{}
		decision, err := d.keeper.DecideIn(rx, actor.ID)
		if err != nil || decision.Level == gate.None {
			return err
		}
		rules, err := d.RulesIn(rx)
		if err != nil {
			return err
		}
		if s.Pools, err = poolsOfIn(rx, rules, actor.ID); err != nil {
			return err
		}
		if s.Pool, err = chosen(s.Pools, look.Pool); err != nil || len(s.Pools) == 0 {
			return err
		}
		s.Takes, s.Views = decision.Allows(gate.Draw), s.Pool.ViewsPerDay
		if s.Viewed, err = d.viewedIn(rx, actor.ID); err != nil {
			return err
		}
		access := []Access{AccessOpen}
		if decision.Newcomer {
			access = append(access, AccessNewcomers)
		}
		if s.Leads, s.Next, err = pageIn(rx, s.Pool.Slug, access, look); err != nil {
			return err
		}
		if s.Territories, err = valuesIn(rx, s.Pool.Slug, "territory"); err != nil {
			return err
		}
		s.Industries, err = valuesIn(rx, s.Pool.Slug, "industry")
		return err
	})
	return s, err
}

// chosen is the pool that is asked for among those that are open to somebody.
func chosen(pools []Terms, slug string) (Terms, error) {
	for _, t := range pools {
		if slug == "" || t.Slug == slug {
			return t, nil
		}
	}
	if slug == "" {
		return Terms{}, nil
	}
	return Terms{}, fault.New(fault.Forbidden, "leads.not_your_pool", "pool", slug)
}

// pageIn reads each access for itself and then has them in one order, for an index has that order for one access only.
func pageIn(rx *store.Rx, pool string, accesses []Access, look Look) (page []Lead, next string, err error) {
	query, args := `l.state = 'pool' AND l.pool = ? AND `+imported, []any{pool}
	if look.Territory != "" {
		query, args = query+` AND l.territory = ?`, append(args, look.Territory)
	}
	if look.Industry != "" {
		query, args = query+` AND l.industry = ?`, append(args, look.Industry)
	}
	if look.After != "" {
		rank, id, err := markAt(look.After)
		if err != nil {
			return nil, "", err
		}
		query, args = query+` AND l.rank >= ? AND (l.rank > ? OR l.id > ?)`, append(args, rank, rank, id)
	}
	var rows []candidate
	for _, access := range accesses {
		some, err := store.All(rx, func(row store.Row) (c candidate, err error) {
			err = row.Scan(append(leadDest(&c.Lead), &c.rank)...)
			return c, err
		}, `SELECT `+leadColumns+`, l.rank FROM lead l WHERE `+query+` AND l.access = ? ORDER BY l.rank, l.id LIMIT ?`, append(slices.Clone(args), access, browsePage+1)...)
		if err != nil {
			return nil, "", err
		}
		rows = append(rows, some...)
	}
	slices.SortFunc(rows, func(a, b candidate) int { return cmp.Or(cmp.Compare(a.rank, b.rank), strings.Compare(a.ID, b.ID)) })
	if len(rows) > browsePage {
		last := rows[browsePage-1]
		rows, next = rows[:browsePage], base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %s", last.rank, last.ID))
	}
	for _, c := range rows {
		c.Contact, c.Phone, c.Note, c.Masked = "", "", "", true
		page = append(page, c.Lead)
	}
	return page, next, nil
}

// markAt is the place that a mark of PoolPage.Next stands for.
func markAt(mark string) (rank int64, id string, err error) {
	text, err := base64.RawURLEncoding.DecodeString(mark)
	if err == nil {
		_, err = fmt.Sscanf(string(text), "%d %s", &rank, &id)
	}
	if err != nil {
		err = fault.Wrap(err, fault.Malformed, "day.mark")
	}
	return rank, id, err
}

// mostValues is how many territories or industries a pool's page offers to choose from.
const mostValues = 100

// valuesIn are the values that a column has in a pool, in order: it goes from one to the next along an index instead of
// over all leads.
func valuesIn(rx *store.Rx, pool, column string) (values []string, err error) {
	value := ""
	for len(values) < mostValues {
		next, found, err := store.First(rx, scanText, `SELECT l.`+column+` FROM lead l WHERE l.state = 'pool' AND l.pool = ? AND l.`+column+` > ?
			ORDER BY l.`+column+` LIMIT 1`, pool, value)
		if err != nil || !found {
			return values, err
		}
		values, value = append(values, next), next
	}
	return values, nil
}

// Open notes that the actor opens a masked lead of a pool, which they may for so many a day; the same one again on the same
// day costs nothing. Opening one more is a Conflict with the numbers; a lead that is not in a pool of theirs any more
// is one too.
func (d *Diary) Open(ctx context.Context, actor people.Person, leadID string) error {
	return d.db.Write(ctx, func(tx *store.Tx) error {
		if err := d.showsIn(tx.Rx, actor.ID); err != nil {
			return err
		}
		lead, err := leadIn(tx.Rx, leadID)
		if err != nil {
			return err
		}
		if lead.State != InPool {
			return fault.New(fault.Conflict, "leads.taken")
		}
		if lead.Access != AccessOpen { // Browse does not show it to everybody
			decision, err := d.keeper.DecideIn(tx.Rx, actor.ID)
			if err != nil || lead.Access != AccessNewcomers || !decision.Newcomer {
				return cmp.Or(err, notThere(lead, InPool))
			}
		}
		rules, err := d.RulesIn(tx.Rx)
		if err != nil {
			return err
		}
		terms := rules.Pool(lead.Pool)
		if ok, err := admitsIn(tx.Rx, terms, actor.ID); err != nil || !ok {
			if err == nil {
				err = fault.New(fault.Forbidden, "leads.not_your_pool", "pool", terms.Slug)
			}
			return err
		}
		days, err := d.workdaysIn(tx.Rx)
		if err != nil {
			return err
		}
		again, err := openedIn(tx.Rx, actor.ID, days.day(tx.Now), leadID)
		if err != nil || again {
			return err
		}
		viewed, err := d.viewedIn(tx.Rx, actor.ID)
		if err != nil {
			return err
		}
		if viewed >= terms.ViewsPerDay {
			return fault.New(fault.Conflict, "day.views", "viewed", viewed, "limit", terms.ViewsPerDay)
		}
		_, err = tx.Exec(`INSERT INTO lead_view (person_id, day, lead_id, at_ms) VALUES (?, ?, ?, ?)`, actor.ID, days.day(tx.Now), leadID, store.Ms(tx.Now))
		return err
	})
}

// viewedIn is how many masked leads a person has opened today.
func (p *Pool) viewedIn(rx *store.Rx, personID string) (n int, err error) {
	days, err := p.workdaysIn(rx)
	if err != nil {
		return 0, err
	}
	err = rx.Row(`SELECT count(*) FROM lead_view WHERE person_id = ? AND day = ?`, personID, days.day(rx.Now)).Scan(&n)
	return n, err
}

func openedIn(rx *store.Rx, personID, day, leadID string) (yes bool, err error) {
	err = rx.Row(`SELECT EXISTS (SELECT 1 FROM lead_view WHERE person_id = ? AND day = ? AND lead_id = ?)`, personID, day, leadID).Scan(&yes)
	return yes, err
}

// mustHaveOpenedIn is the fault that a person who only may see masked leads has not opened this one today: what is shown
// is counted first.
func (p *Pool) mustHaveOpenedIn(rx *store.Rx, personID, leadID string) error {
	days, err := p.workdaysIn(rx)
	if err != nil {
		return err
	}
	yes, err := openedIn(rx, personID, days.day(rx.Now), leadID)
	if err == nil && !yes {
		err = fault.New(fault.Forbidden, "day.not_opened")
	}
	return err
}

// folded is a text as it is searched.
func folded(text string) string { return strings.ToLower(strings.TrimSpace(text)) }

// Pools are the pools that are open to a person, whatever the gate says.
func (d *Diary) Pools(ctx context.Context, actor people.Person) (open []Terms, err error) {
	err = d.db.Read(ctx, func(rx *store.Rx) error {
		rules, err := d.RulesIn(rx)
		if err != nil {
			return err
		}
		open, err = poolsOfIn(rx, rules, actor.ID)
		return err
	})
	return open, err
}

func poolsOfIn(rx *store.Rx, rules *Rules, personID string) (open []Terms, err error) {
	for _, t := range rules.Pools {
		ok, err := admitsIn(rx, t, personID)
		if err != nil {
			return nil, err
		}
		if ok {
			open = append(open, t)
		}
	}
	return open, nil
}
