package leads

import (
	"context"
	"time"

	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/people"
	"bainian/app/store"
)

// Desk is what a person works with today.
type Desk struct {
	Holdings []Holding // the one due soonest first; those in trust are masked
	Today    Today
}

// Mine is the actor's desk.
func (p *Pool) Mine(ctx context.Context, actor people.Person) (d Desk, err error) {
	err = p.db.Read(ctx, func(rx *store.Rx) error {
		days, err := p.workdaysIn(rx)
		if err != nil {
			return err
		}
		if d.Today, err = todayIn(rx, actor.ID, days.day(rx.Now)); err != nil {
			return err
		}
		d.Holdings, err = holdingsIn(rx, actor.ID)
		for i, h := range d.Holdings {
			if h.Tenure.Paused.IsZero() {
				continue
			}
			if d.Holdings[i].Lead, err = p.maskedIn(rx, h.Lead); err != nil {
				return err
			}
		}
		return err
	})
	return d, err
}

// View is a lead as one person may see it.
type View struct {
	Lead      Lead
	Tenure    Tenure        // the open one; zero when there is none or it is not for the viewer to know
	Holder    people.Person // of that tenure, for those who look after them
	FollowUps []FollowUp    // the latest first: all of them, or those of the viewer's own tenures
	Events    []Event       // the latest first, likewise
	Stages    []StageChange
	Closures  []Closure // the latest first; for managers, HR and admins
	Merged    string    // the lead that this one was a duplicate of; "" for none
}

// Lead shows a lead: whole to its holder, to the managers above them and to admins; masked, with their own
// history, to a former holder; masked to managers and HR, and to everyone to whom the gate shows leads and who has opened
// it today (Diary.Open), which is Forbidden "day.not_opened" before. For anybody else it is NotFound.
func (p *Pool) Lead(ctx context.Context, actor people.Person, leadID string) (v View, err error) {
	err = p.db.Read(ctx, func(rx *store.Rx) error {
		if v.Lead, err = leadIn(rx, leadID); err != nil {
			return err
		}
		if err := rx.Row(`SELECT coalesce(merged_into, '') FROM lead WHERE id = ?`, leadID).Scan(&v.Merged); err != nil {
			return err
		}
		t, open, err := openIn(rx, leadID)
		if err != nil {
			return err
		}
		holds := open && t.HolderID == actor.ID
		manages := actor.Has(people.Admin)
		if open && !holds && !manages {
			if manages, err = managesIn(rx, actor, t.HolderID); err != nil {
				return err
			}
		}
		if holds || manages {
			v.Tenure = t
		}
		if open && manages {
			if v.Holder, _, err = people.PersonIn(rx, t.HolderID); err != nil {
				return err
			}
		}
		if !manages && !(holds && t.Paused.IsZero()) {
			if v.Lead, err = p.maskedIn(rx, v.Lead); err != nil {
				return err
			}
		}
		of := actor.ID
		if manages {
			of = ""
		}
		if v.FollowUps, err = followUpsIn(rx, leadID, of); err != nil {
			return err
		}
		if v.Events, err = eventsOfIn(rx, leadID, of); err != nil {
			return err
		}
		if v.Stages, err = stagesIn(rx, leadID, of); err != nil {
			return err
		}
		if manages || actor.Has(people.Manager, people.HR) {
			if v.Closures, err = closuresIn(rx, ` WHERE c.lead_id = ?`, leadID); err != nil {
				return err
			}
		}
		if holds || manages || len(v.Events) > 0 || actor.Has(people.Manager, people.HR) {
			return nil
		}
		if err := p.showsIn(rx, actor.ID); err != nil {
			return err
		}
		return p.mustHaveOpenedIn(rx, actor.ID, leadID)
	})
	if err != nil {
		return View{}, err
	}
	return v, nil
}

// maskedIn is a lead as those see it who do not hold it.
func (p *Pool) maskedIn(rx *store.Rx, l Lead) (Lead, error) {
	terms, _, err := p.termsIn(rx, l.Pool)
	return l.masked(terms), err
}

// showsIn is the fault that the gate shows a person no leads, not even masked.
func (p *Pool) showsIn(rx *store.Rx, personID string) error {
	d, err := p.keeper.DecideIn(rx, personID)
	if err == nil && d.Level == gate.None {
		err = fault.New(fault.NotFound, "leads.not_found")
	}
	return err
}

// followUpsIn are a lead's follow-ups, and those of leads merged into it, of one holder, of all with "".
func followUpsIn(rx *store.Rx, leadID, holderID string) ([]FollowUp, error) {
	query, args := `SELECT f.id, f.tenure_id, f.kind, f.outcome, f.next_step, f.due_ms, f.by_id, f.at_ms
		FROM follow_up f JOIN tenure t ON t.id = f.tenure_id WHERE t.lead_id IN (SELECT id FROM lead WHERE id = ? OR merged_into = ?)`, []any{leadID, leadID}
	if holderID != "" {
		query, args = query+` AND t.holder_id = ?`, append(args, holderID)
	}
	return store.All(rx, func(row store.Row) (f FollowUp, err error) {
		var due, at int64
		err = row.Scan(&f.ID, &f.TenureID, &f.Kind, &f.Outcome, &f.Next, &due, &f.By, &at)
		f.Due, f.At = store.Time(due), store.Time(at)
		return f, err
	}, query+` ORDER BY f.at_ms DESC, f.id DESC`, args...)
}

// eventsOfIn are a lead's moves under one holder, under all with "".
func eventsOfIn(rx *store.Rx, leadID, holderID string) ([]Event, error) {
	query, args := `SELECT kind, person_id, note, by_id, at_ms FROM lead_event WHERE lead_id = ?`, []any{leadID}
	if holderID != "" {
		query, args = query+` AND person_id = ?`, append(args, holderID)
	}
	return store.All(rx, func(row store.Row) (e Event, err error) {
		var at int64
		err = row.Scan(&e.Kind, &e.PersonID, &e.Note, &e.By, &at)
		e.At = store.Time(at)
		return e, err
	}, query+` ORDER BY id DESC`, args...)
}

// shown is a time as a message has it, in the company's zone.
func (p *Pool) shown(t time.Time) string { return t.In(p.keeper.Zone()).Format("2006-01-02 15:04") }
