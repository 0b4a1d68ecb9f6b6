package leads

import (
	"context"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// BoardLine is how one person of a team stands with their leads.
type BoardLine struct {
	Person             people.Person
	Held, InTrust      int
	Private, Exempt    int       // of the held: in the private pool, and at a stage from which nothing is reclaimed
	Due                time.Time // of what is due soonest; zero when no clock runs
	Today              Today
	FollowedUpThisWeek int // follow-ups since Monday
}

// Board is the actor's team, direct and indirect, by employee number.
func (p *Pool) Board(ctx context.Context, actor people.Person) (lines []BoardLine, err error) {
	if !actor.Has(people.Manager) {
		return nil, fault.New(fault.Forbidden, "leads.managers_only")
	}
	err = p.db.Read(ctx, func(rx *store.Rx) error {
		days, err := p.workdaysIn(rx)
		if err != nil {
			return err
		}
		team, err := people.ReportsIn(rx, actor.ID)
		if err != nil {
			return err
		}
		lines = make([]BoardLine, len(team))
		for i, person := range team {
			if lines[i], err = boardLineIn(rx, person, days); err != nil {
				return err
			}
		}
		return nil
	})
	return lines, err
}

func boardLineIn(rx *store.Rx, person people.Person, days workdays) (l BoardLine, err error) {
	l.Person = person
	var due *int64
	if err = rx.Row(`SELECT count(*) - count(paused_ms), count(paused_ms), count(CASE WHEN paused_ms IS NULL THEN private_ms END),
		count(CASE WHEN paused_ms IS NULL AND exempt THEN 1 END), min(CASE WHEN paused_ms IS NULL AND NOT exempt THEN due_ms END)
		FROM tenure WHERE holder_id = ? AND ended_ms IS NULL`, person.ID).Scan(&l.Held, &l.InTrust, &l.Private, &l.Exempt, &due); err != nil {
		return l, err
	}
	l.Due = store.NullTime(due)
	if l.Today, err = todayIn(rx, person.ID, days.day(rx.Now)); err != nil {
		return l, err
	}
	sinceMonday := (int(rx.Now.In(days.Zone).Weekday()) + 6) % 7
	err = rx.Row(`SELECT count(*) FROM follow_up WHERE by_id = ? AND at_ms >= ?`,
		person.ID, store.Ms(days.midnight(rx.Now, sinceMonday))).Scan(&l.FollowedUpThisWeek)
	return l, err
}

// Funnel is how many leads are where, and how many follow-ups there were.
type Funnel struct {
	States    map[State]int
	FollowUps []DayCount // the last seven calendar days, today last
}

// DayCount is a number of a calendar day.
type DayCount struct {
	Day string // yyyy-mm-dd
	N   int
}

// Stats is the funnel of the whole company, for managers, HR and admins.
func (p *Pool) Stats(ctx context.Context, actor people.Person) (f Funnel, err error) {
	if !actor.Has(people.Manager, people.HR, people.Admin) {
		return f, fault.New(fault.Forbidden, "leads.managers_only")
	}
	err = p.db.Read(ctx, func(rx *store.Rx) error {
		f = Funnel{States: map[State]int{}}
		err = rx.Each(`SELECT l.state, count(*) FROM lead l WHERE `+imported+` GROUP BY l.state`, nil, func(row store.Row) error {
			var s State
			n := 0
			err := row.Scan(&s, &n)
			f.States[s] = n
			return err
		})
		if err != nil {
			return err
		}
		days, err := p.workdaysIn(rx)
		if err != nil {
			return err
		}
		for before := 6; before >= 0; before-- {
			from := days.midnight(rx.Now, before)
			d := DayCount{Day: from.Format(time.DateOnly)}
			if err := rx.Row(`SELECT count(*) FROM follow_up WHERE at_ms >= ? AND at_ms < ?`,
				store.Ms(from), store.Ms(days.midnight(rx.Now, before-1))).Scan(&d.N); err != nil {
				return err
			}
			f.FollowUps = append(f.FollowUps, d)
		}
		return nil
	})
	return f, err
}
