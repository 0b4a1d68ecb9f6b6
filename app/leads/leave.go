package leads

import (
	"context"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// mostLeave is how many calendar days one leave takes at most.
const mostLeave = 366

// Absent approves a person's leave from one day to another, both yyyy-mm-dd and part of it: by a manager above them, HR or
// an admin, and never by oneself. The clocks of what they hold move on by its business days that lie ahead in them, the
// hard maximum too, and on those days nothing is drawn by or given to them. It cannot begin before today, since days that
// are over move no clock.
func (p *Pool) Absent(ctx context.Context, actor people.Person, personID, from, to, reason string) (a Absence, err error) {
	if reason, err = said(reason, "reason", "moves.reason_missing", maxReason); err != nil {
		return a, err
	}
	first, last, ok := leaveDays(from, to)
	if !ok {
		return a, fault.New(fault.Invalid, "moves.leave_dates", "max", mostLeave).In("from")
	}
	err = p.db.Write(ctx, func(tx *store.Tx) error {
		if err := mayApproveIn(tx.Rx, actor, personID); err != nil {
			return err
		}
		days, err := p.workdaysOfIn(tx.Rx, personID)
		if err != nil {
			return err
		}
		if first < days.date(tx.Now) {
			return fault.New(fault.Invalid, "moves.leave_past").In("from")
		}
		a = Absence{ID: tx.NewID(), PersonID: personID, From: first, To: last, Reason: reason, By: actor.ID, At: tx.Now}
		if _, err := tx.Exec(`INSERT INTO absence (id, person_id, from_day, to_day, reason, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			a.ID, a.PersonID, a.From, a.To, a.Reason, a.By, store.Ms(a.At)); err != nil {
			return err
		}
		return moveClocksIn(tx, personID, leave{days, daysOf([]Absence{a})}.later)
	})
	if err != nil {
		return Absence{}, err
	}
	return a, nil
}

// WithdrawAbsence takes a leave back that is not over, by those who may approve one: the days of it after today are
// business days again, and the clocks that they moved come back by them.
func (p *Pool) WithdrawAbsence(ctx context.Context, actor people.Person, absenceID string) error {
	return p.db.Write(ctx, func(tx *store.Tx) error {
		a, found, err := store.First(tx.Rx, scanAbsence, `SELECT `+absenceColumns+` FROM absence a WHERE a.id = ?`, absenceID)
		if err != nil {
			return err
		}
		if !found {
			return fault.New(fault.NotFound, "moves.leave_unknown")
		}
		if err := mayApproveIn(tx.Rx, actor, a.PersonID); err != nil {
			return err
		}
		company, err := p.workdaysIn(tx.Rx)
		if err != nil {
			return err
		}
		today := company.date(tx.Now)
		if !a.Withdrawn.IsZero() || a.To < today {
			return fault.New(fault.Conflict, "moves.leave_over")
		}
		if _, err := tx.Exec(`UPDATE absence SET withdrawn_ms = ?, withdrawn_by = ? WHERE id = ?`, store.Ms(tx.Now), actor.ID, a.ID); err != nil {
			return err
		}
		days, err := p.workdaysOfIn(tx.Rx, a.PersonID) // without what was just withdrawn
		if err != nil {
			return err
		}
		a.From = max(a.From, company.midnight(tx.Now, -1).Format(time.DateOnly))
		return moveClocksIn(tx, a.PersonID, leave{days, daysOf([]Absence{a})}.sooner)
	})
}

// Absences are a person's leave that is not over, what was withdrawn left out: for themselves and for those who may
// approve it.
func (p *Pool) Absences(ctx context.Context, actor people.Person, personID string) (all []Absence, err error) {
	err = p.db.Read(ctx, func(rx *store.Rx) error {
		if actor.ID != personID {
			if err := mayApproveIn(rx, actor, personID); err != nil {
				return err
			}
		}
		days, err := p.workdaysIn(rx)
		if err != nil {
			return err
		}
		all, err = absencesIn(rx, personID, days.date(rx.Now), days.Zone)
		return err
	})
	return all, err
}

func mayApproveIn(rx *store.Rx, actor people.Person, personID string) error {
	if _, found, err := people.PersonIn(rx, personID); err != nil || !found {
		if err == nil {
			err = fault.New(fault.NotFound, "moves.no_person")
		}
		return err
	}
	if actor.ID == personID {
		return fault.New(fault.Forbidden, "moves.leave_own")
	}
	may, err := managesIn(rx, actor, personID)
	if err == nil && !may && !actor.Has(people.HR) {
		err = fault.New(fault.Forbidden, "leads.not_your_report")
	}
	return err
}

// leaveDays are the first and the last day of a leave, if these are such days.
func leaveDays(from, to string) (first, last string, ok bool) {
	a, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return "", "", false
	}
	b, err := time.Parse(time.DateOnly, to)
	return from, to, err == nil && !b.Before(a) && b.Before(a.AddDate(0, 0, mostLeave))
}

// onLeaveIn is the fault that a person is on leave on a day, yyyy-mm-dd.
func onLeaveIn(rx *store.Rx, personID, day string, zone *time.Location) error {
	off, err := absencesIn(rx, personID, day, zone)
	if err != nil {
		return err
	}
	for _, a := range off {
		if a.From <= day {
			return fault.New(fault.Conflict, "moves.on_leave", "until", a.To)
		}
	}
	return nil
}

// moveClocksIn moves the clocks of everything a person holds.
func moveClocksIn(tx *store.Tx, personID string, move func(time.Time) time.Time) error {
	open, err := store.All(tx.Rx, scanTenure, `SELECT `+tenureColumns+` FROM tenure t WHERE t.holder_id = ? AND t.ended_ms IS NULL ORDER BY t.id`, personID)
	if err != nil {
		return err
	}
	for _, t := range open {
		due, hard := move(t.Due), move(t.Hard)
		if due.After(hard) { // they were not on business days
			due = hard
		}
		if due.Equal(t.Due) && hard.Equal(t.Hard) {
			continue
		}
		if _, err := tx.Exec(`UPDATE tenure SET due_ms = ?, hard_ms = ? WHERE id = ?`, store.Ms(due), store.Ms(hard), t.ID); err != nil {
			return err
		}
	}
	return nil
}

// leave is days, in ascending order, that stop being a person's business days, or become some again; workdays are theirs
// without regard to it.
type leave struct {
	workdays
	off []string
}

// within is how many business days of the leave a clock that is due at a time runs over.
func (l leave) within(due time.Time) (n int) {
	last := l.date(due)
	for _, day := range l.off {
		if at, err := time.ParseInLocation(time.DateOnly, day, l.Zone); err == nil && day <= last && l.Business(at) {
			n++
		}
	}
	return n
}

// later is when a clock is due that has the leave before it: as many business days remain as there were. What is due on a
// day off counts as due on the next business day.
func (l leave) later(due time.Time) time.Time {
	if l.within(due) == 0 {
		return due
	}
	due = l.settled(due)
	return l.without(l.off).add(due, l.within(due)).UTC()
}

// sooner takes later back.
func (l leave) sooner(due time.Time) time.Time {
	t := due
	for range l.within(due) {
		t = l.Before(t)
	}
	return t.UTC()
}

// settled is a time, or if it is on a day off the same one on the next business day.
func (w workdays) settled(at time.Time) time.Time {
	if w.Business(at) {
		return at
	}
	return w.Next(at)
}
