package exams

import (
	"slices"
	"time"
)

// Accommodation is what a person needs to sit exams on equal terms.
type Accommodation struct {
	Label        string    // what it is for, in a few words; of one label the latest holds
	Multiplier   int       // thousandths of the time limit: 1250 is a quarter more; 1000 is none
	ExtraMinutes int       // added after the multiplier
	Until        time.Time // starts from then on do without it; zero is until somebody ends it
	Explains     []string  // of Watchable: what it explains, so that such signals are not held against the person
	Reason       string
	By           string
}

// Granted is an accommodation on record.
type Granted struct {
	Accommodation
	ID, PersonID string
	At           time.Time
	EndedAt      time.Time // zero unless somebody ended it
	EndedBy      string
	EndReason    string
}

// InForce reports whether it counts for an attempt that starts then. What was in force at the start stays so: neither
// its last day nor its end takes time away from somebody who is sitting an exam.
func (g Granted) InForce(start time.Time) bool {
	return (g.Until.IsZero() || start.Before(g.Until)) && (g.EndedAt.IsZero() || start.Before(g.EndedAt))
}

// holding are those of a person's accommodations that count for an attempt that starts, or started, then: the latest
// of each label, if it is in force. Those are all of one person, oldest first; what is granted while an exam is sat
// counts for it at once.
func holding(all []Granted, start time.Time) []Granted {
	var held []Granted
	for n, g := range all {
		replaced := slices.ContainsFunc(all[n+1:], func(later Granted) bool { return later.Label == g.Label })
		if !replaced && g.InForce(start) {
			held = append(held, g)
		}
	}
	return held
}

// explained has, per setting, which of a person's accommodations explains its signals in an attempt that started then:
// one that was in force, and on record beforehand.
func explained(all []Granted, start time.Time) map[string]string {
	by := map[string]string{}
	for _, g := range holding(all, start) {
		for _, what := range g.Explains {
			if !g.At.After(start) {
				by[what] = g.ID
			}
		}
	}
	return by
}

// most is what several accommodations come to: of each part the largest, for they are grounds for more time and not
// shares of it.
func most(held []Granted) (multiplier, minutes int) {
	for _, g := range held {
		multiplier, minutes = max(multiplier, g.Multiplier), max(minutes, g.ExtraMinutes)
	}
	return multiplier, minutes
}
