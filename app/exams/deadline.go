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
	WindowEnd    time.Time // when the ordinary time ends at the latest; zero when the window only ends the starts
	HardEnd      bool      // the window ends accommodations, pauses and extensions too
	Pauses       []Pause   // as they happened; one that is still open counts once it has ended
	Extensions   []int     // minutes
}

// Pause is a stretch in which the clock stood still; To is zero while it is open.
type Pause struct{ From, To time.Time }

// Deadline is when the time is up. A window cuts the ordinary limit; what a person is granted beyond that
// (accommodation, extension, pause) is added after the cut, unless HardEnd says otherwise.
func (t Timing) Deadline() time.Time {
	limit := time.Duration(t.Minutes) * time.Minute
	if !t.WindowEnd.IsZero() {
		limit = max(0, min(limit, t.WindowEnd.Sub(t.Start)))
	}
	if t.Multiplier > 0 {
		limit = limit * time.Duration(t.Multiplier) / 1000
	}
	limit += time.Duration(t.ExtraMinutes) * time.Minute
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
	if t.HardEnd && !t.WindowEnd.IsZero() && deadline.After(t.WindowEnd) {
		return t.WindowEnd
	}
	return deadline
}
