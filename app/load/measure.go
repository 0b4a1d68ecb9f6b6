package main

import (
	"math/bits"
	"time"
)

// times counts durations by microseconds, in steps of less than two in a hundred: enough for a percentile, and the
// same size for a hundred and for a million.
type times struct {
	counts  [64 * 32]int64
	n       int64
	longest time.Duration
}

// place is the bucket of so many microseconds: exact below 64, then 32 to every doubling.
func place(us uint64) int {
	if us < 64 {
		return int(us)
	}
	shift := bits.Len64(us) - 6
	return min(shift*32+int(us>>shift), 64*32-1)
}

// top is the largest number of microseconds in a bucket.
func top(place int) uint64 {
	if place < 64 {
		return uint64(place)
	}
	shift := place/32 - 1
	return uint64(place-shift*32+1)<<shift - 1
}

func (t *times) add(d time.Duration) {
	t.counts[place(uint64(max(d, 0).Microseconds()))]++
	t.n++
	t.longest = max(t.longest, d)
}

func (t *times) merge(o *times) {
	for i, n := range o.counts {
		t.counts[i] += n
	}
	t.n += o.n
	t.longest = max(t.longest, o.longest)
}

// within is the time that so many in a thousand took at most.
func (t *times) within(thousandths int64) time.Duration {
	need := (t.n*thousandths + 999) / 1000
	var seen int64
	for i, n := range t.counts {
		if seen += n; seen >= need && n > 0 {
			return min(time.Duration(top(i))*time.Microsecond, t.longest)
		}
	}
	return t.longest
}

// step is one thing that candidates do.
type step int

const (
	signIn step = iota
	start
	openPaper
	lease
	save
	look
	submit
	readBack
	steps
)

func (s step) String() string {
	return [...]string{"sign_in", "start", "open", "lease", "save", "state", "submit", "read_back"}[s]
}

// tally is what one worker has counted.
type tally struct {
	times  [steps]times
	errors map[string]int
	saves  int64 // sent, whatever became of them
}

func (t *tally) trouble(kind string) {
	if t.errors == nil {
		t.errors = map[string]int{}
	}
	t.errors[kind]++
}

func (t *tally) merge(o *tally) {
	for i := range t.times {
		t.times[i].merge(&o.times[i])
	}
	for kind, n := range o.errors {
		for range n {
			t.trouble(kind)
		}
	}
	t.saves += o.saves
}
