package gate

import "time"

// BusinessDay reports whether the day of t, in t's zone, is one on which business is done.
func (p *Policy) BusinessDay(t time.Time) bool { return businessDay(t, p.Holidays) }

// NextBusinessDay is the first business day after t, at t's time of day.
func (p *Policy) NextBusinessDay(t time.Time) time.Time {
	for t = t.AddDate(0, 0, 1); !p.BusinessDay(t); t = t.AddDate(0, 0, 1) {
	}
	return t
}

func businessDay(t time.Time, holidays map[string]bool) bool {
	day := t.Weekday()
	return day != time.Saturday && day != time.Sunday && !holidays[t.Format(time.DateOnly)]
}

// businessDays counts the business days that have begun after from's day, up to to's day.
func businessDays(from, to time.Time, holidays map[string]bool) int {
	n := 0
	last := to.Format(time.DateOnly)
	for day := from.AddDate(0, 0, 1); day.Format(time.DateOnly) <= last && n < 1000; day = day.AddDate(0, 0, 1) {
		if businessDay(day, holidays) {
			n++
		}
	}
	return n
}
