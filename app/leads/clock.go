package leads

import (
	"time"

	"bainian/app/gate"
)

const (
	firstHour, firstMinute = 22, 30 // of the next business day: after the evening report

	laterDays  = 5  // after the first follow-up, the next is due
	extendDays = 3  // every later one makes the next due
	hardDays   = 20 // from the tenure's beginning

	coolReclaimed = 7 // until the former holder may take the lead again
	coolReturned  = 3 // on any other path: an honest return is rewarded
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

// extension is how many days the follow-up after so many others gives.
func extension(others int) int {
	if others == 0 {
		return laterDays
	}
	return extendDays
}

// calendar is the company's business days in its zone.
type calendar struct {
	policy *gate.Policy
	zone   *time.Location
}

// add is so many business days later, at the same time of day.
func (c calendar) add(from time.Time, days int) time.Time {
	t := from.In(c.zone)
	for range days {
		t = c.policy.NextBusinessDay(t)
	}
	return t
}

// firstDue is when the first follow-up of a tenure that begins at a time is due.
func (c calendar) firstDue(began time.Time) time.Time {
	day := c.policy.NextBusinessDay(began.In(c.zone))
	return time.Date(day.Year(), day.Month(), day.Day(), firstHour, firstMinute, 0, 0, c.zone)
}

// day is the business day whose limits a time falls under: its own, or at a weekend the next.
func (c calendar) day(at time.Time) string {
	t := at.In(c.zone)
	if !c.policy.BusinessDay(t) {
		t = c.policy.NextBusinessDay(t)
	}
	return t.Format(time.DateOnly)
}

// midnight is the beginning of a calendar day so many days before that of a time.
func (c calendar) midnight(at time.Time, daysBefore int) time.Time {
	t := at.In(c.zone)
	return time.Date(t.Year(), t.Month(), t.Day()-daysBefore, 0, 0, 0, 0, c.zone)
}
