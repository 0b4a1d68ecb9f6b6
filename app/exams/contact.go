package exams

import "time"

const (
	// silence is how long nothing was heard of a device before the server calls it a disconnection.
	silence = 30 * time.Second
	// offlineGrace is how long after the deadline answers that were given off-line still come in.
	offlineGrace = 10 * time.Minute
)

// contact is when the server last heard of the candidate, and the latest silence it saw begin before the
// deadline.
//
// What is heard is every call for the attempt that comes from the device with the lease, or from any device
// while none has it, and it counts whatever becomes of what it brings: a save that is refused, as a repeated
// one, is a word as good as any. So nobody who is connected looks off-line because their saves are bad, and
// nobody has one save refused a second after the deadline and keeps still until half a minute is full, to
// have it taken as given off-line. What another device sends is not heard: an old tab that still knocks must
// not hide that the device in use is cut off. Nothing is heard after the end, when the journal is closed.
type contact struct {
	last           time.Time
	gapFrom, gapTo time.Time // zero before the first disconnection
}

// heard is the contact after a word from the candidate; it reports whether that word ended a silence.
// Silences that begin after the deadline do not replace the one across it: what was queued in that one may
// need several tries to come in.
func (c contact) heard(now, deadline time.Time) (contact, bool) {
	if now.Before(c.last) {
		return c, false // committed out of order
	}
	gap := now.Sub(c.last) >= silence
	if gap && !c.last.After(deadline) {
		c.gapFrom, c.gapTo = c.last, now
	}
	c.last = now
	return c, gap
}

// given is when a save was made that arrives now, and whether it counts. Until the deadline it was made
// now. After it, a save counts only within the grace, and only if the server itself saw the candidate
// silent across the deadline: then it was made at the last contact before that silence plus what the
// candidate's monotonic clock says has passed since, which must not be after the deadline.
func (c contact) given(now, deadline time.Time, elapsed time.Duration) (at time.Time, late, ok bool) {
	if !now.After(deadline) {
		return now, false, true
	}
	c, _ = c.heard(now, deadline)
	across := !c.gapFrom.IsZero() && !c.gapFrom.After(deadline) && c.gapTo.After(deadline)
	if !across || elapsed < 0 || now.After(deadline.Add(offlineGrace)) {
		return time.Time{}, true, false
	}
	at = c.gapFrom.Add(elapsed)
	return at, true, !at.After(deadline)
}
