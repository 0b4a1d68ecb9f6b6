package exams

import (
	"slices"
	"time"

	"bainian/app/fault"
)

// Past is one attempt of a person at an exam that has ended.
type Past struct {
	EndedAt  time.Time
	Passed   bool
	Pending  bool // answers wait to be marked: it is neither passed nor failed
	SetAside bool // by a verdict: it counts neither as used nor as passed
	Score    Phase
	Settled  bool // its sitting, with everything there marked, so that Score says whether its person may know by now
}

// History is what decides about another go.
type History struct {
	Past    []Past
	Read    map[string]time.Time // lesson → when it was last read
	Granted []time.Time          // one more attempt each
	Joined  []Joined             // the person's cohorts, oldest first
}

// Joined is when a person came into a cohort.
type Joined struct {
	Cohort string
	At     time.Time
}

// movedOn reports whether the person came into another cohort after that time than the one they were in then.
func (h History) movedOn(after time.Time) bool {
	then, now := "", ""
	for _, j := range h.Joined {
		if now = j.Cohort; !j.At.After(after) {
			then = j.Cohort
		}
	}
	return now != then
}

// Next is whether another attempt may start.
type Next struct {
	Left   int       // attempts left, -1 without limit
	At     time.Time // the earliest start; zero when it is now or never
	Reread []string  // lessons still to be read again
	WhyNot error     // nil when an attempt may start now
}

// renewable is how old a pass must be before the exam may be sat again to renew it: a month before a pass that
// counts for a year runs out. From then on the attempts count anew.
const renewable = 335 * 24 * time.Hour

// NextAttempt decides from the attempts so far. An exam that was passed is done until its pass can be renewed,
// unless it has no limit of attempts; a failed one asks for its cooldown and its re-reading, both counted from
// the end of the last go. Nobody is left without a way: whoever has used up all attempts begins anew with the next
// cohort, once; and after that, or before, HR can grant one more at a time. The answer must not tell a score before its time: while one is still to come, another
// go waits for it, passed or not; and a pass that is never told stands in nobody's way. An attempt that waits to be
// marked is awaited too, and may still be the pass that leaves nothing to try again.
// WhyNot is fault.Conflict: exams.retry_passed, exams.retry_used (the next cohort begins anew), exams.retry_used_twice
// (HR alone can help), exams.retry_marking, exams.retry_awaited, exams.retry_reread or
// exams.retry_cooldown.
func NextAttempt(h History, b *Blueprint, now time.Time) Next {
	var used []time.Time // ends of the attempts that count
	told, awaited, marking := false, false, false
	var last, pass time.Time
	for _, p := range h.Past {
		if !p.Passed || p.SetAside {
			continue
		}
		told = told || p.Score.Shown(p.Settled) && now.Sub(p.EndedAt) < renewable
		if p.EndedAt.After(pass) {
			pass = p.EndedAt
		}
	}
	renewing := !pass.IsZero() && now.Sub(pass) >= renewable
	for _, p := range h.Past {
		if p.SetAside || renewing && !p.EndedAt.After(pass) {
			continue
		}
		used = append(used, p.EndedAt)
		marking = marking || p.Pending
		awaited = awaited || p.Score == WhenClosed && !p.Settled
		if p.EndedAt.After(last) {
			last = p.EndedAt
		}
	}
	next, anew := Next{Left: -1}, false
	if b.Attempts > 0 {
		allowed, granted := b.Attempts, 0
		for _, at := range h.Granted {
			if !renewing || at.After(pass) {
				granted++
			}
		}
		slices.SortFunc(used, time.Time.Compare)
		if len(used) >= allowed && h.movedOn(used[allowed-1]) {
			allowed, anew = 2*allowed, true
		}
		next.Left = max(0, allowed+granted-len(used))
		if told {
			next.WhyNot = fault.New(fault.Conflict, "exams.retry_passed")
			return next
		}
	}
	if len(used) == 0 {
		return next
	}
	if next.Left == 0 && !marking && anew {
		next.WhyNot = fault.New(fault.Conflict, "exams.retry_used_twice")
		return next
	}
	if next.Left == 0 && !marking {
		next.WhyNot = fault.New(fault.Conflict, "exams.retry_used", "n", b.Attempts)
		return next
	}
	if marking && b.Attempts > 0 {
		next.WhyNot = fault.New(fault.Conflict, "exams.retry_marking")
		return next
	}
	if awaited && b.Attempts > 0 {
		next.WhyNot = fault.New(fault.Conflict, "exams.retry_awaited")
		return next
	}
	for _, lesson := range b.Reread {
		if !h.Read[lesson].After(last) {
			next.Reread = append(next.Reread, lesson)
		}
	}
	if at := last.Add(b.Cooldown); at.After(now) {
		next.At = at
	}
	switch {
	case len(next.Reread) > 0:
		next.WhyNot = fault.New(fault.Conflict, "exams.retry_reread", "lesson", next.Reread[0], "n", len(next.Reread))
	case !next.At.IsZero():
		next.WhyNot = fault.New(fault.Conflict, "exams.retry_cooldown", "at", next.At)
	}
	return next
}
