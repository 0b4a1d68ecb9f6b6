package leads

import (
	"context"
	"slices"
	"time"

	"bainian/app/store"
)

// Warning tells somebody that leads will be reclaimed today unless they are followed up: the one who holds them, or the
// manager directly above.
type Warning struct {
	PersonID  string // who is told
	Escalated bool   // they are the manager
	Leads     int
	Due       time.Time // of the one due soonest
}

// OnWarning sets what tells people; it runs in the transaction that writes down that they were told.
func (p *Pool) OnWarning(f func(*store.Tx, Warning) error) { p.warn = f }

// late is how long after its hour a warning still helps; one that the program slept through is not made up for.
const late = 2 * time.Hour

// warnBatch is how many people one transaction tells.
const warnBatch = 50

// Warn tells, at the hours that the pools' terms name, who holds what will be reclaimed that day, and at the hour of
// escalation the managers above them; each once. It is a job; several at once do no harm.
func (p *Pool) Warn(ctx context.Context) error {
	var hours []hour
	err := p.db.Read(ctx, func(rx *store.Rx) error {
		_, rules, err := p.termsIn(rx, "")
		if err != nil {
			return err
		}
		days, err := p.workdaysIn(rx)
		if err != nil {
			return err
		}
		hours = rules.hours(rx.Now.In(days.Zone))
		return nil
	})
	if err != nil {
		return err
	}
	for _, h := range hours {
		if err := p.warnAt(ctx, h); err != nil {
			return err
		}
	}
	return nil
}

// hour is a time of today at which some pools warn.
type hour struct {
	clock     Clock
	escalates bool
	pools     []string
	day       string
	ends      time.Time // of the day
}

// hours are those that have struck today, not too long ago, with the pools that name them.
func (r *Rules) hours(now time.Time) (all []hour) {
	add := func(c Clock, escalates bool, pool string) {
		if at := c.On(now); at.After(now) || now.Sub(at) > late {
			return
		}
		i := slices.IndexFunc(all, func(h hour) bool { return h.clock == c && h.escalates == escalates })
		if i < 0 {
			i = len(all)
			all = append(all, hour{clock: c, escalates: escalates, day: now.Format(time.DateOnly), ends: Clock(24 * 60).On(now)})
		}
		all[i].pools = append(all[i].pools, pool)
	}
	for _, t := range r.Pools {
		for _, c := range t.Warnings {
			add(c, false, t.Slug)
		}
		if t.Escalate > 0 {
			add(t.Escalate, true, t.Slug)
		}
	}
	return all
}

// warnAt tells everybody whom an hour concerns and who has not been told, some at a time. Whom it concerns is counted
// beforehand, for all of them at once: in the evening that may be every lead that is held.
func (p *Pool) warnAt(ctx context.Context, h hour) error {
	kind, who := "holder", "t.holder_id"
	if h.escalates {
		kind, who = "manager", "e.manager_id"
	}
	var due []Warning
	if err := p.db.Read(ctx, func(rx *store.Rx) (err error) {
		args := append([]any{store.Ms(rx.Now), store.Ms(h.ends)}, anys(h.pools)...)
		due, err = store.All(rx, func(row store.Row) (w Warning, err error) {
			var at int64
			err = row.Scan(&w.PersonID, &w.Leads, &at)
			w.Due, w.Escalated = store.Time(at), h.escalates
			return w, err
		}, `SELECT d.who, d.n, d.at FROM (SELECT `+who+` AS who, count(*) AS n, min(t.due_ms) AS at FROM tenure t JOIN employee e ON e.id = t.holder_id
			WHERE t.ended_ms IS NULL AND t.paused_ms IS NULL AND NOT t.exempt AND t.due_ms > ? AND t.due_ms < ?
			AND t.pool IN (`+places(len(h.pools))+`) AND `+who+` IS NOT NULL GROUP BY `+who+`) d
			WHERE NOT EXISTS (SELECT 1 FROM lead_warning w WHERE w.person_id = d.who AND w.day = ? AND w.clock = ? AND w.kind = ?)
			ORDER BY d.who`, append(args, h.day, int(h.clock), kind)...)
		return err
	}); err != nil {
		return err
	}
	for some := range slices.Chunk(due, warnBatch) {
		if err := p.db.Write(ctx, func(tx *store.Tx) error {
			for _, w := range some {
				n, err := tx.Exec(`INSERT INTO lead_warning (person_id, day, clock, kind, leads, at_ms) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (person_id, day, clock, kind) DO NOTHING`,
					w.PersonID, h.day, int(h.clock), kind, w.Leads, store.Ms(tx.Now))
				if err != nil {
					return err
				}
				if n == 0 || p.warn == nil {
					continue
				}
				if err := p.warn(tx, w); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}
