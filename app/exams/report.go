package exams

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"bainian/app/fault"
)

// Event is what a browser says it saw: a claim, which anybody can forge, kept beside the server's time of receipt.
type Event struct {
	Kind   string `json:"kind"`              // one of Events
	AtMs   int64  `json:"at_ms"`             // by the client's wall clock, which may be hours wrong
	MonoMs int64  `json:"mono_ms,omitempty"` // by its running clock, since the page was opened; 0 from a page that does not say
	N      int    `json:"n,omitempty"`       // characters of a paste, copy or cut; the question's number; pixels of a window's width; faces: 0, 1, 2 for more
}

// Heartbeat is the event that says no more than that the page is there.
const Heartbeat = "heartbeat"

// eventKinds is which kinds of event there are, and what has to be watched for each to be kept.
func eventKinds() map[string]string {
	return map[string]string{
		"focus_lost": WatchFocus, "focus_back": WatchFocus, "hidden": WatchVisibility, "visible": WatchVisibility,
		"fullscreen_on": WatchFullscreen, "fullscreen_off": WatchFullscreen, "resize": WatchResize,
		"paste": WatchClipboard, "copy": WatchClipboard, "cut": WatchClipboard, "print": WatchPrint,
		"screen_added": WatchSecondScreen, "screen_removed": WatchSecondScreen, "device_change": WatchDevices,
		"second_tab": WatchExtraTabs, "offline": WatchGaps, "online": WatchGaps, "question": WatchItemTimes,
		"camera_on": WatchCamera, "camera_off": WatchCamera, "camera_refused": WatchCamera, "faces": WatchCamera,
		"screen_on": WatchScreen, "screen_off": WatchScreen, "screen_wrong": WatchScreen, "screen_refused": WatchScreen,
	}
}

// Events are the kinds of event that there are, the heartbeat first.
func Events() []string {
	kinds := []string{}
	for kind := range eventKinds() {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return append([]string{Heartbeat}, kinds...)
}

// Report is one batch of claims. A page numbers its reports and sends one again, under its number, until it is
// acknowledged.
type Report struct {
	Device     string
	Page       string // a random name of the page as it was opened; "" from a page that does not number its reports
	Seq        int64  // of the report, from 1 for each page
	SentMs     int64  // when it was sent, by the client's wall clock
	SentMonoMs int64  // and by its running clock
	RttMs      int64  // how long the report before it took, 0 when there was none
	Lost       int    // events that the page had no room for while the line was cut
	Events     []Event
	From       Origin
}

const (
	maxEvents    = 50         // in one report
	maxSize      = 10_000_000 // of an event's number
	maxPage      = 64         // bytes of a page's name
	keptAMinute  = 240        // events of one attempt that are kept; the others are counted
	pagesKept    = 8          // of an attempt, whose reports can be told from repeated ones
	reportsKept  = 32         // of a page
	clocksApart  = 10 * time.Second
	clocksGuess  = 2 * time.Minute  // of a client that does not tell its running clock
	quietFor     = 90 * time.Second // without a report, of a page that is heard otherwise
	budgetWindow = time.Minute
)

// What can be said against a claim or a report. A mark accuses nobody: clocks are set, lines break, browsers crash.
const (
	MarkClock      = "clock"        // the times in it disagree with one another or with the server's clock
	MarkSize       = "size"         // its number cannot be
	MarkUnnumbered = "unnumbered"   // the page does not number its reports
	MarkRepeated   = "repeated"     // its number was used before, for something else
	MarkOutOfOrder = "out_of_order" // it came after later ones
)

// ClaimMarks are all of them.
func ClaimMarks() []string {
	return []string{MarkClock, MarkSize, MarkUnnumbered, MarkRepeated, MarkOutOfOrder}
}

// claim is an event as the journal keeps it.
type claim struct {
	Event
	AgeMs int64    `json:"age_ms,omitempty"` // how long before the report was sent, by the client's running clock
	Marks []string `json:"marks,omitempty"`
}

// observePayload is what the journal keeps of a report, or what the server itself has to say of the reports.
type observePayload struct {
	Device  string         `json:"device,omitempty"`
	Page    string         `json:"page,omitempty"`
	Seq     int64          `json:"seq,omitempty"`
	Marks   []string       `json:"marks,omitempty"` // of the whole report
	Events  []claim        `json:"events,omitempty"`
	Missing int64          `json:"missing,omitempty"`  // reports that never came, by the numbers
	Lost    int            `json:"lost,omitempty"`     // events that the page had no room for
	Dropped map[string]int `json:"dropped,omitempty"`  // events by kind that were too many to keep
	Unasked int            `json:"unasked,omitempty"`  // events that the policy does not ask for
	QuietMs int64          `json:"quiet_ms,omitempty"` // since when no report had come of a page that was heard otherwise
}

// says reports whether there is anything in it that the journal should hold.
func (p observePayload) says() bool {
	return len(p.Events) > 0 || p.Missing > 0 || p.Lost > 0 || len(p.Dropped) > 0 || p.Unasked > 0 || p.QuietMs > 0
}

// claimed are the events that are kept.
func (p observePayload) claimed() []Event {
	events := make([]Event, len(p.Events))
	for n, c := range p.Events {
		events[n] = c.Event
	}
	return events
}

// reception is how an attempt's reports stand: which came, and how much of the minute's room is taken.
type reception struct {
	Pages    []pageReports  `json:"pages,omitempty"` // the latest last
	MinuteMs int64          `json:"minute_ms,omitempty"`
	Kept     int            `json:"kept,omitempty"`    // in this minute
	Dropped  map[string]int `json:"dropped,omitempty"` // in this minute, not in the journal yet
	Unasked  int            `json:"unasked,omitempty"` // not in the journal yet
}

type pageReports struct {
	Page   string         `json:"page"`
	Last   int64          `json:"last"` // the highest number
	Recent []reportDigest `json:"recent,omitempty"`
}

type reportDigest struct {
	Seq    int64  `json:"seq"`
	Digest string `json:"digest"`
}

// digest tells a report that is sent again from another one under its number.
func (r Report) digest() string {
	doc, err := json.Marshal(r.Events)
	if err != nil {
		panic(err) // plain values
	}
	sum := sha256.Sum256(doc)
	return hex.EncodeToString(sum[:8])
}

// take is what the journal keeps of a report that comes now, in an attempt that started then under that policy. Of one
// that came before, nothing.
func (s *reception) take(r Report, policy Integrity, start, now time.Time) (p observePayload, again bool) {
	p = observePayload{Device: r.Device, Page: r.Page, Seq: r.Seq}
	if r.Page == "" {
		p.Seq, p.Marks = 0, []string{MarkUnnumbered}
	} else if mark, missing, came := s.number(r); came {
		return observePayload{}, true
	} else if p.Missing = missing; mark != "" {
		p.Marks = []string{mark}
	}
	p.Lost = min(max(r.Lost, 0), maxSize)
	s.turn(&p, now)
	kinds := eventKinds()
	for _, e := range r.Events {
		switch watch, known := kinds[e.Kind]; {
		case !known: // a heartbeat, or refused by name
		case !policy.Watches(watch):
			s.Unasked++
		case s.Kept >= keptAMinute:
			s.drop(e.Kind, 1)
		default:
			s.Kept++
			p.Events = append(p.Events, r.claim(e, start, now))
		}
	}
	return p, false
}

// number places a report among those of its page.
func (s *reception) number(r Report) (mark string, missing int64, came bool) {
	n := slices.IndexFunc(s.Pages, func(p pageReports) bool { return p.Page == r.Page })
	if n < 0 {
		s.Pages = append(s.Pages, pageReports{Page: r.Page})
		if len(s.Pages) > pagesKept {
			s.Pages = s.Pages[1:]
		}
		n = len(s.Pages) - 1
	}
	p, digest := &s.Pages[n], r.digest()
	for _, seen := range p.Recent {
		if seen.Seq == r.Seq {
			if came = seen.Digest == digest; !came {
				mark = MarkRepeated
			}
			return mark, 0, came
		}
	}
	switch {
	case r.Seq == p.Last+1:
	case r.Seq > p.Last:
		missing = r.Seq - p.Last - 1
	default:
		mark = MarkOutOfOrder
	}
	p.Last = max(p.Last, r.Seq)
	if p.Recent = append(p.Recent, reportDigest{r.Seq, digest}); len(p.Recent) > reportsKept {
		p.Recent = p.Recent[1:]
	}
	return mark, missing, false
}

// turn begins another minute once this one is over, and tells the journal what the last one had no room for.
func (s *reception) turn(p *observePayload, now time.Time) {
	if now.Sub(time.UnixMilli(s.MinuteMs)) < budgetWindow {
		return
	}
	s.MinuteMs, s.Kept = now.UnixMilli(), 0
	s.flush(p)
}

// flush hands over what was counted and not kept.
func (s *reception) flush(p *observePayload) {
	p.Dropped, p.Unasked, s.Dropped, s.Unasked = s.Dropped, s.Unasked, nil, 0
}

func (s *reception) drop(kind string, n int) {
	if s.Dropped == nil {
		s.Dropped = map[string]int{}
	}
	s.Dropped[kind] += n
}

// exceeded counts in what came over the bound of calls.
func (s *reception) exceeded(excess map[string]int, policy Integrity) {
	for kind, n := range excess {
		if policy.Watches(eventKinds()[kind]) {
			s.drop(kind, n)
		} else {
			s.Unasked += n
		}
	}
}

// claim is an event with what can be said against its times and its number. A wall clock that is wrong all the time is
// no reason for a mark: only what the running clock says is compared, and the wall clock where there is no other.
func (r Report) claim(e Event, start, now time.Time) claim {
	c := claim{Event: e}
	wall := between(e.AtMs, r.SentMs)
	switch {
	case e.MonoMs != 0 && r.SentMonoMs != 0:
		age := between(e.MonoMs, r.SentMonoMs)
		if c.AgeMs = max(age.Milliseconds(), 0); age < 0 || age > now.Sub(start)+clocksGuess || (wall-age).Abs() > clocksApart {
			c.Marks = append(c.Marks, MarkClock)
		}
	case e.AtMs > now.Add(clocksGuess).UnixMilli() || e.AtMs < start.Add(-clocksGuess).UnixMilli():
		c.Marks = append(c.Marks, MarkClock)
	}
	if c.N < 0 || c.N > maxSize {
		c.N, c.Marks = min(max(c.N, 0), maxSize), append(c.Marks, MarkSize)
	}
	return c
}

// between is the time from one client's moment to another, at most a year of it: what is claimed may be any number.
func between(fromMs, toMs int64) time.Duration {
	const year = 365 * 24 * time.Hour
	d := float64(toMs) - float64(fromMs)
	return time.Duration(min(max(d, -float64(year.Milliseconds())), float64(year.Milliseconds()))) * time.Millisecond
}

// wrong is why a report is refused, or nil; some says that what else is in it is kept.
func (r Report) wrong() (refusal error, some bool) {
	if len(r.Page) > maxPage {
		return fault.New(fault.Invalid, "exams.report_page", "max", maxPage).In("page"), false
	}
	if len(r.Events) == 0 || len(r.Events) > maxEvents {
		return fault.New(fault.TooLarge, "exams.events", "max", maxEvents), false
	}
	kinds := eventKinds()
	for _, e := range r.Events {
		if _, known := kinds[e.Kind]; !known && e.Kind != Heartbeat {
			return fault.New(fault.Invalid, "exams.event_unknown", "kind", e.Kind).In("kind"), true
		}
	}
	return nil, false
}
