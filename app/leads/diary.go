package leads

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"time"

	"bainian/app/blobs"
	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// Diary is a salesperson's day with the leads of a pool: the route in the morning, the visits, and in the evening the
// report and what is shared.
type Diary struct {
	*Pool
	files *blobs.Store
}

// NewDiary is the diary of a pool. Its files are a folder of its own: nobody else's sweep may take them away.
func NewDiary(pool *Pool, files *blobs.Store) *Diary { return &Diary{pool, files} }

// Stop is a lead in hand with what is known of it for today.
type Stop struct {
	Holding
	Plan Plan     // the next one; zero when nothing is planned
	Last FollowUp // the latest; zero when there is none
	Done bool     // followed up today
}

// Agenda is a person's leads on a business day. In the evening after it and at a weekend that is the same or the next one.
type Agenda struct {
	Day      string // yyyy-mm-dd
	Route    []Stop // due or planned by the end of the day, in the order in which the person goes
	Done     []Stop // followed up today and not due again
	Later    []Stop // the rest outside the private pool, the one due soonest first
	Private  []Stop // all that are in the private pool
	Paused   []Stop // in trust, and masked
	Arranged bool   // the order is the person's own
	Today    Today
	Held     int
}

// Agenda is the actor's.
func (d *Diary) Agenda(ctx context.Context, actor people.Person) (a Agenda, err error) {
	err = d.db.Read(ctx, func(rx *store.Rx) error {
		a, err = d.agendaIn(rx, actor.ID)
		return err
	})
	return a, err
}

func (d *Diary) agendaIn(rx *store.Rx, personID string) (a Agenda, err error) {
	days, err := d.workdaysIn(rx)
	if err != nil {
		return a, err
	}
	a.Day = days.day(rx.Now)
	if a.Today, err = todayIn(rx, personID, a.Day); err != nil {
		return a, err
	}
	stops, err := d.stopsIn(rx, personID, days)
	if err != nil {
		return a, err
	}
	a.Held = len(stops)
	for _, s := range stops {
		due := s.Tenure.Due.In(days.Zone).Format(time.DateOnly) <= a.Day && !s.Tenure.Exempt
		planned := s.Plan.ID != "" && s.Plan.Day <= a.Day
		switch {
		case !s.Tenure.Paused.IsZero():
			a.Paused = append(a.Paused, s)
			continue
		case due || planned:
			a.Route = append(a.Route, s)
		case s.Done:
			a.Done = append(a.Done, s)
		case s.Lead.State != Private:
			a.Later = append(a.Later, s)
		}
		if s.Lead.State == Private {
			a.Private = append(a.Private, s)
		}
	}
	order, err := routeIn(rx, personID, a.Day)
	a.Arranged = len(order) > 0
	a.Route = ordered(a.Route, order)
	return a, err
}

// stopsIn is everything that a person holds, the one due soonest first.
func (d *Diary) stopsIn(rx *store.Rx, personID string, days workdays) ([]Stop, error) {
	holdings, err := holdingsIn(rx, personID)
	if err != nil {
		return nil, err
	}
	plans, err := plansIn(rx, personID)
	if err != nil {
		return nil, err
	}
	latest, err := latestIn(rx, personID)
	if err != nil {
		return nil, err
	}
	midnight := days.midnight(rx.Now, 0)
	stops := make([]Stop, len(holdings))
	for i, h := range holdings {
		if !h.Tenure.Paused.IsZero() {
			if h.Lead, err = d.maskedIn(rx, h.Lead); err != nil {
				return nil, err
			}
		}
		last := latest[h.Tenure.ID]
		stops[i] = Stop{Holding: h, Plan: plans[h.Tenure.ID], Last: last, Done: !last.At.Before(midnight)}
	}
	return stops, nil
}

// latestIn are the latest follow-ups of what a person holds, by tenure.
func latestIn(rx *store.Rx, personID string) (map[string]FollowUp, error) {
	all, err := store.All(rx, scanFollowUp, `SELECT `+followUpColumns+` FROM tenure t JOIN follow_up f ON f.tenure_id = t.id
		WHERE t.holder_id = ? AND t.ended_ms IS NULL AND f.id = (SELECT max(g.id) FROM follow_up g WHERE g.tenure_id = t.id)`, personID)
	latest := map[string]FollowUp{}
	for _, f := range all {
		latest[f.TenureID] = f
	}
	return latest, err
}

const followUpColumns = `f.id, f.tenure_id, f.kind, f.outcome, f.next_step, f.due_ms, f.by_id, f.at_ms`

func scanFollowUp(row store.Row) (f FollowUp, err error) {
	var due, at int64
	err = row.Scan(&f.ID, &f.TenureID, &f.Kind, &f.Outcome, &f.Next, &due, &f.By, &at)
	f.Due, f.At = store.Time(due), store.Time(at)
	return f, err
}

// same names what was said on a page: pressed twice it is the same, said anew it is another. The parts are set apart,
// so that no two ways of saying it meet.
func same(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		io.WriteString(h, p)
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Stop is one lead that the actor holds, with what is known of it for today; NotFound for any other.
func (d *Diary) Stop(ctx context.Context, actor people.Person, leadID string) (s Stop, err error) {
	err = d.db.Read(ctx, func(rx *store.Rx) error {
		days, err := d.workdaysIn(rx)
		if err != nil {
			return err
		}
		stops, err := d.stopsIn(rx, actor.ID, days)
		if err != nil {
			return err
		}
		for _, s = range stops {
			if s.Lead.ID == leadID {
				return nil
			}
		}
		return fault.New(fault.NotFound, "leads.not_held")
	})
	return s, err
}
