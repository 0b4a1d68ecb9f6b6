package exams

import (
	"slices"
	"time"
)

// Timing is everything that an attempt's deadline follows from.
type Timing struct {
	Start        time.Time
	Minutes      int       // the exam's limit
	Multiplier   int       // accommodation: thousandths of the limit, 1250 is a quarter more; 0 is 1000
	ExtraMinutes int       // accommodation: added after the multiplier
	WindowEnd    time.Time // the sitting's ClosesAt: the ordinary limit ends there at the latest; zero is never
	HardEnd      bool      // the trainer said so: what accommodations add ends there as well
	Pauses       []Pause   // as they happened; one that is still open counts once it has ended
	Extensions   []int     // minutes
}

// Pause is a stretch in which the clock stood still; To is zero while it is open.
type Pause struct{ From, To time.Time }

// Deadline is when the time is up. The end of the window cuts the ordinary limit; what a person is granted
// beyond that (accommodation, extension, pause) is added after the cut and runs past the end of the window. A
// hard end cuts accommodations as well, and never what somebody grants while the exam is sat: an extension or a
// pause is given knowing the hour.
func (t Timing) Deadline() time.Time {
	limit := t.cut(time.Duration(t.Minutes) * time.Minute)
	if t.Multiplier > 0 {
		limit = limit * time.Duration(t.Multiplier) / 1000
	}
	limit += time.Duration(t.ExtraMinutes) * time.Minute
	if t.HardEnd {
		limit = t.cut(limit)
	}
	for _, minutes := range t.Extensions {
		limit += time.Duration(minutes) * time.Minute
	}
	deadline := t.Start.Add(limit)
	var stood time.Time // until when the pauses so far reach
	for _, p := range slices.SortedFunc(slices.Values(t.Pauses), func(a, b Pause) int { return a.From.Compare(b.From) }) {
		from := p.From
		if from.Before(stood) {
			from = stood // pauses that overlap are one
		}
		if p.To.After(from) && from.Before(deadline) {
			deadline, stood = deadline.Add(p.To.Sub(from)), p.To
		}
	}
	return deadline
}

// cut is a limit as far as the window reaches.
func (t Timing) cut(limit time.Duration) time.Duration {
	if t.WindowEnd.IsZero() {
		return limit
	}
	return max(0, min(limit, t.WindowEnd.Sub(t.Start)))
}

// Cut reports whether the end of the window makes the deadline earlier than it would be, and when that would be.
func (t Timing) Cut() (whole time.Time, cut bool) {
	uncut := t
	uncut.WindowEnd = time.Time{}
	whole = uncut.Deadline()
	return whole, t.Deadline().Before(whole)
}
