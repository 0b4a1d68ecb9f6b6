package exams

import (
	"sync"
	"time"
)

// callsAMinute is how many reports of one attempt are written; a page sends one every second at most.
const callsAMinute = 70

// flood bounds the reports of one attempt before they come to the one writer that all answers share. What is over the
// bound is counted by kind, for the next report that is written, or the end, to say.
type flood struct {
	mu sync.Mutex
	of map[string]*calls // by attempt, of the last minute or with something to say
}

type calls struct {
	from   time.Time
	n      int
	excess map[string]int
}

// tidyAt is how many attempts are remembered before those that are quiet again are forgotten.
const tidyAt = 4096

// admits counts a report in, and reports whether it is to be written.
func (f *flood) admits(attemptID string, r Report, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.of[attemptID]
	if c == nil {
		f.tidy(now)
		c = &calls{from: now}
		f.of[attemptID] = c
	}
	if now.Sub(c.from) >= budgetWindow {
		c.from, c.n = now, 0
	}
	if c.n++; c.n <= callsAMinute {
		return true
	}
	if c.excess == nil {
		c.excess = map[string]int{}
	}
	kinds := eventKinds()
	for _, e := range r.Events[:min(len(r.Events), maxEvents)] {
		if _, known := kinds[e.Kind]; known {
			c.excess[e.Kind]++
		}
	}
	return false
}

func (f *flood) tidy(now time.Time) {
	if f.of == nil {
		f.of = map[string]*calls{}
	}
	if len(f.of) < tidyAt {
		return
	}
	for id, c := range f.of {
		if len(c.excess) == 0 && now.Sub(c.from) >= budgetWindow {
			delete(f.of, id)
		}
	}
}

// take is what was over the bound of an attempt and not said yet.
func (f *flood) take(attemptID string) map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.of[attemptID]
	if c == nil {
		return nil
	}
	excess := c.excess
	c.excess = nil
	return excess
}

// giveBack is for whoever took it and could not say it.
func (f *flood) giveBack(attemptID string, excess map[string]int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.of[attemptID]
	if c == nil || len(excess) == 0 {
		return
	}
	if c.excess == nil {
		c.excess = map[string]int{}
	}
	for kind, n := range excess {
		c.excess[kind] += n
	}
}
