package exams

import (
	"slices"
	"time"
)

// Pulse is how a candidate stands at this moment, in one word for those who watch. It says where to look first, and
// accuses nobody: a window that lost the focus may have lost it to a notification.
type Pulse string

// The pulses, in the order in which they ask for somebody.
const (
	Calling    Pulse = "calling"     // the candidate called and nobody has answered yet
	Asking     Pulse = "asking"      // a second device waits for the approval to take over
	OffLine    Pulse = "off-line"    // nothing was heard of the device for a while
	Flagged    Pulse = "flagged"     // the claims of the browser, or a long absence, are worth a look
	Away       Pulse = "away"        // the browser says that another window or page is in front
	Held       Pulse = "paused"      // the clock stands still
	Answering  Pulse = "answering"   // none of these
	NotStarted Pulse = "not-started" // expected, and not begun
	Finished   Pulse = "finished"
)

// Pulses are all of them, those that ask for somebody first.
func Pulses() []Pulse {
	return []Pulse{Calling, Asking, OffLine, Flagged, Away, Held, Answering, NotStarted, Finished}
}

// Urgent reports whether somebody should look.
func (p Pulse) Urgent() bool { return slices.Index(Pulses(), p) <= slices.Index(Pulses(), Flagged) }

const (
	// glance is the shortest absence that counts: a notification that came and went is none.
	glance = 5 * time.Second
	// longAway is how long an absence lasts before it is worth a look by itself.
	longAway = 30 * time.Second
	// hiddenSilence is the silence in place of which a hidden page is called off-line: browsers let such pages do
	// something once a minute.
	hiddenSilence = 90 * time.Second
)

// Absences is the count of absences that lasted, beside the counts of claims by kind.
const Absences = "absences"

// worthALook is how often something is claimed before the board asks for a look at it; what is not named never does.
var worthALook = []Claimed{{Absences, 3}, {"second_tab", 1}, {WatchBrowser, 1}, {"screen_added", 1}, {"fullscreen_off", 2}, {"print", 1}, {WatchAddress, 3}, {"offline", 4}}

// Claimed is what a look is asked for: a kind of claim, or Absences, and how often it came since the last look.
type Claimed struct {
	Kind string
	N    int
}

// presence is what a browser claimed of itself so far.
type presence struct {
	blurred, hidden time.Time      // since when; zero while the window has the focus, or the page can be seen
	claims          map[string]int // by kind, and Absences
	looked          map[string]int // the claims at the last look
}

// awaySince is when the candidate went to another window or page, zero while they are here.
func (p presence) awaySince() time.Time {
	if p.hidden.IsZero() || !p.blurred.IsZero() && p.blurred.Before(p.hidden) {
		return p.blurred
	}
	return p.hidden
}

// after is the presence once a batch of claims came in. The claims are placed before now by what the browser's own
// clock says lay between them, since a batch may have waited for the line.
func (p presence) after(events []Event, now time.Time) presence {
	claims := map[string]int{}
	for kind, n := range p.claims {
		claims[kind] = n
	}
	p.claims = claims
	for _, e := range events {
		at := now.Add(-min(max(0, time.Duration(events[len(events)-1].AtMs-e.AtMs)*time.Millisecond), time.Hour))
		since := p.awaySince()
		switch e.Kind {
		case "focus_lost":
			p.blurred = firstOf(p.blurred, at)
		case "focus_back":
			p.blurred = time.Time{}
		case "hidden":
			p.hidden = firstOf(p.hidden, at)
		case "visible":
			p.hidden = time.Time{}
		}
		p.claims[e.Kind]++
		if !since.IsZero() && p.awaySince().IsZero() && at.Sub(since) >= glance {
			p.claims[Absences]++
		}
	}
	return p
}

// firstOf is a time that is kept once it is set.
func firstOf(kept, at time.Time) time.Time {
	if kept.IsZero() {
		return at
	}
	return kept
}

// signals are what a look is asked for.
func (p presence) signals() (all []Claimed) {
	for _, limit := range worthALook {
		if n := p.claims[limit.Kind] - p.looked[limit.Kind]; n >= limit.N {
			all = append(all, Claimed{limit.Kind, n})
		}
	}
	return all
}

// facts are what the pulse of one person follows from.
type facts struct {
	state   State // "" before the start
	paused  time.Time
	ended   time.Time
	contact time.Time // when the server last heard of the device that has the paper
	calling time.Time // since when a call is open, zero for none
	asking  time.Time // since when a second device waits, zero for none
	presence
}

// pulse is how the person stands now, and since when as far as that is known.
func (f facts) pulse(now time.Time) (p Pulse, since time.Time) {
	away, patience := f.awaySince(), silence
	if !f.hidden.IsZero() {
		patience = hiddenSilence
	}
	switch {
	case f.state == "":
		return NotStarted, time.Time{}
	case f.state != Live:
		return Finished, f.ended
	case !f.calling.IsZero():
		return Calling, f.calling
	case !f.asking.IsZero():
		return Asking, f.asking
	case !f.paused.IsZero():
		return Held, f.paused
	case now.Sub(f.contact) >= patience:
		return OffLine, f.contact
	case len(f.signals()) > 0 || !away.IsZero() && now.Sub(away) >= longAway:
		return Flagged, away
	case !away.IsZero():
		return Away, away
	}
	return Answering, time.Time{}
}
