package gate

import (
	"time"

	"bainian/app/calendar"
	"bainian/app/store"
)

// calendarIn is the policy's calendar in a zone.
func (p *Policy) calendarIn(zone *time.Location) calendar.Calendar {
	return calendar.Calendar{Zone: zone, Holidays: p.Holidays}
}

// BusinessDay reports whether the day of t, in t's zone, is one on which business is done.
func (p *Policy) BusinessDay(t time.Time) bool { return p.calendarIn(t.Location()).Business(t) }

// NextBusinessDay is the first business day after t, at t's time of day.
func (p *Policy) NextBusinessDay(t time.Time) time.Time { return p.calendarIn(t.Location()).Next(t) }

// CalendarIn is the company's calendar: by the policy in force, or without a readable one by weekdays alone.
func (k *Keeper) CalendarIn(rx *store.Rx) (calendar.Calendar, error) {
	t, err := k.termsIn(rx)
	if err != nil || t.policy == nil {
		return calendar.Calendar{Zone: k.zone}, err
	}
	return t.policy.calendarIn(k.zone), nil
}
