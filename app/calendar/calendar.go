// Package calendar is the company's business days: pure rules about days, with no clock of its own.
package calendar

import "time"

// Calendar says on which days of a zone business is done: from Monday to Friday, but on no holiday.
type Calendar struct {
	Zone     *time.Location
	Holidays map[string]bool // as yyyy-mm-dd
}

// Business reports whether the day of t, in the calendar's zone, is one on which business is done.
func (c Calendar) Business(t time.Time) bool {
	t = t.In(c.Zone)
	day := t.Weekday()
	return day != time.Saturday && day != time.Sunday && !c.Holidays[t.Format(time.DateOnly)]
}

// Next is the first business day after t, at t's time of day.
func (c Calendar) Next(t time.Time) time.Time { return c.step(t, 1) }

// Before is the last business day before t, at t's time of day.
func (c Calendar) Before(t time.Time) time.Time { return c.step(t, -1) }

// most bounds a search, so that a calendar of nothing but holidays ends it: three years and more.
const most = 1200

func (c Calendar) step(t time.Time, by int) time.Time {
	t = t.In(c.Zone).AddDate(0, 0, by)
	for range most {
		if c.Business(t) {
			break
		}
		t = t.AddDate(0, 0, by)
	}
	return t
}

// Between counts the business days that have begun after from's day, up to to's day.
func (c Calendar) Between(from, to time.Time) (n int) {
	last := to.In(c.Zone).Format(time.DateOnly)
	for day := from.In(c.Zone).AddDate(0, 0, 1); day.Format(time.DateOnly) <= last && n < most; day = day.AddDate(0, 0, 1) {
		if c.Business(day) {
			n++
		}
	}
	return n
}

// Due is when a time of so many business days ends that began at t: with the last millisecond of the nth business
// day after t's day. The day on which something is asked for does not count.
func (c Calendar) Due(t time.Time, days int) time.Time {
	for range days {
		t = c.Next(t)
	}
	y, m, d := t.In(c.Zone).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, c.Zone).Add(-time.Millisecond)
}

// At is the day of t at a full hour.
func (c Calendar) At(t time.Time, hour int) time.Time {
	y, m, d := t.In(c.Zone).Date()
	return time.Date(y, m, d, hour, 0, 0, 0, c.Zone)
}
