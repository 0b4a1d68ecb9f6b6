package leads

import (
	"maps"
	"time"

	"bainian/app/calendar"
	"bainian/app/fault"
	"bainian/app/store"
)

// Due is when the next follow-up is due after one at a time: some days later if that is later than the time
// that was due, never after hard. add counts days in the calendar that applies.
func Due(due, hard, at time.Time, days int, add func(from time.Time, days int) time.Time) time.Time {
	if extended := add(at, days); extended.After(due) {
		due = extended
	}
	if due.After(hard) {
		return hard
	}
	return due
}

// extension is how many days a follow-up gives after so many others at a stage.
func (t Terms) extension(others int, stage string, private bool) int {
	if private {
		return t.PrivateDays
	}
	if days := t.StageDays[stage]; days > 0 {
		return days
	}
	if others == 0 {
		return t.LaterDays
	}
	return t.ExtendDays
}

// workdays are the days on which clocks run: the company's business days, and for one person those without leave.
type workdays struct{ calendar.Calendar }

// add is so many business days later, at the same time of day.
func (w workdays) add(from time.Time, days int) time.Time {
	t := from.In(w.Zone)
	for range days {
		t = w.Next(t)
	}
	return t
}

// firstDue is when the first follow-up of a tenure that begins at a time is due.
func (w workdays) firstDue(began time.Time, at Clock) time.Time { return at.On(w.Next(began)) }

// resumed is when a clock is due that stood still since a time, when it had been due at another: after the business days
// that were left of it, at the same time of day.
func (w workdays) resumed(stopped, due, now time.Time) time.Time {
	at, day := due.In(w.Zone), w.add(now, w.Between(stopped, due))
	t := time.Date(day.Year(), day.Month(), day.Day(), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), w.Zone)
	if !t.After(now) || !w.Business(t) {
		t = w.Next(t)
	}
	return t
}

// day is the business day whose limits a time falls under: its own, or at a weekend the next.
func (w workdays) day(at time.Time) string {
	t := at.In(w.Zone)
	if !w.Business(t) {
		t = w.Next(t)
	}
	return t.Format(time.DateOnly)
}

// date is the calendar day of a time.
func (w workdays) date(at time.Time) string { return at.In(w.Zone).Format(time.DateOnly) }

// midnight is the beginning of a calendar day so many days before that of a time.
func (w workdays) midnight(at time.Time, daysBefore int) time.Time {
	t := at.In(w.Zone)
	return time.Date(t.Year(), t.Month(), t.Day()-daysBefore, 0, 0, 0, 0, w.Zone)
}

// without are the workdays without some more days.
func (w workdays) without(days []string) workdays {
	if len(days) == 0 {
		return w
	}
	off := maps.Clone(w.Holidays)
	if off == nil {
		off = map[string]bool{}
	}
	for _, d := range days {
		off[d] = true
	}
	w.Holidays = off
	return w
}

// workdaysIn are the company's. What is held stays workable while no policy can be read: then every weekday is a
// business day.
func (p *Pool) workdaysIn(rx *store.Rx) (workdays, error) {
	c, err := p.keeper.CalendarIn(rx)
	return workdays{c}, err
}

// workdaysOfIn are a person's, from today on.
func (p *Pool) workdaysOfIn(rx *store.Rx, personID string) (workdays, error) {
	w, err := p.workdaysIn(rx)
	if err != nil {
		return w, err
	}
	off, err := absencesIn(rx, personID, w.date(rx.Now), w.Zone)
	return w.without(daysOf(off)), err
}

// termsIn are the terms of a pool for what is held already, which stays workable: without readable rules the
// standard ones.
func (p *Pool) termsIn(rx *store.Rx, pool string) (Terms, *Rules, error) {
	rules, err := p.RulesIn(rx)
	if fault.HasKey(err, "leads.no_rules") {
		rules, err = Standard(), nil
	}
	if err != nil {
		return Terms{}, nil, err
	}
	return rules.Pool(pool), rules, nil
}
