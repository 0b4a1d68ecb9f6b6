package exams

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"bainian/app/ledger"
	"bainian/app/store"
)

// Signal is something that was observed in an attempt. It accuses nobody: each kind has innocent causes, and what a
// browser claims can be forged, in anybody's favour.
type Signal struct {
	What     string        // of Watchable, the setting that asked for it; "" for what the journal holds whatever the policy
	Kind     string        // of SignalKinds
	At       time.Time     // when the server saw it or was told
	Claimed  time.Time     // when it happened by the client's running clock; zero where the server saw it, or the clocks disagree
	Length   time.Duration // how long it lasted, 0 where that is unknown or means nothing
	Amount   int           // characters, pixels, events: by the kind
	Question int           // 0 for none
	Marks    []string      // what can be said against the claim, of ClaimMarks
	Seen     bool          // by the server itself; else a claim
	Explains string        // the accommodation, recorded beforehand, that explains it; "" for none
}

// SignalKinds are all kinds, each with what has to be watched for it ("" for what is always on record).
func SignalKinds() map[string]string {
	return map[string]string{
		"focus_lost": WatchFocus, "hidden": WatchVisibility, "fullscreen_off": WatchFullscreen, "resize": WatchResize,
		"copy": WatchClipboard, "cut": WatchClipboard, "paste": WatchClipboard, "print": WatchPrint, "screen_added": WatchSecondScreen,
		"device_change": WatchDevices, "second_tab": WatchExtraTabs, "address": WatchAddress, "browser": WatchBrowser,
		"offline": WatchGaps, "gap": WatchGaps, "quiet": WatchGaps,
		"camera_off": WatchCamera, "camera_refused": WatchCamera, "face_none": WatchCamera, "face_more": WatchCamera,
		"screen_off": WatchScreen, "screen_wrong": WatchScreen, "screen_refused": WatchScreen,
		"take_over": "", "reports_dropped": "", "reports_lost": "", "reports_missing": "", "reports_unasked": "",
	}
}

// endsBy is what ends each kind that lasts.
func endsBy() map[string]string {
	return map[string]string{"focus_lost": "focus_back", "hidden": "visible", "fullscreen_off": "fullscreen_on", "offline": "online", "screen_added": "screen_removed",
		"camera_off": "camera_on", "screen_off": "screen_on"}
}

// Traces are what an attempt's journal holds beside the answers: the signals by the server's time, and per question how
// long it took and how its answer changed, as far as the policy asks for each.
type Traces struct {
	AttemptID string
	Signals   []Signal
	Items     []ItemTrace // per question in the order of the form; nil where neither times nor changes are watched
}

// ItemTrace is how somebody went about one question.
type ItemTrace struct {
	Spent   time.Duration // by the server: from the save before to each of its saves; 0 unless item times are watched
	Shown   time.Duration // by the client's claims: how long it was on the screen; 0 unless item times are watched
	Saves   int           // how often an answer was saved; 0 unless answer changes are watched
	Changes int           // how often that was another one than before
}

// TracesOf reads the traces from an attempt's journal: a pure function, so that whoever looks again sees the same.
// total is the number of questions; explained has, per setting, the accommodation that explains its signals.
func TracesOf(attemptID string, entries []ledger.Entry, total int, policy Integrity, explained map[string]string) Traces {
	t := tracer{policy: policy, explained: explained, open: map[string]int{}, items: make([]ItemTrace, total), said: make([]string, total)}
	for _, e := range entries {
		if e.Payload != nil { // erased with its person's key
			t.read(e)
		}
	}
	slices.SortStableFunc(t.signals, func(a, b Signal) int { return cmp.Compare(a.At.UnixMilli(), b.At.UnixMilli()) })
	traces := Traces{AttemptID: attemptID, Signals: t.signals}
	if policy.Watches(WatchItemTimes) || policy.Watches(WatchAnswerChanges) {
		traces.Items = t.items
	}
	return traces
}

// tracer collects the traces of one journal.
type tracer struct {
	policy    Integrity
	explained map[string]string
	signals   []Signal
	open      map[string]int // by the kind that ends it, the signal that lasts
	items     []ItemTrace
	said      []string  // per question, the last response
	saved     time.Time // the save before, or the start; moved on by pauses
	pausedAt  time.Time
	shown     int // the question on the screen, 0 for none
	shownAt   time.Time
}

// add keeps a signal unless the policy does not ask for it.
func (t *tracer) add(s Signal) bool {
	s.What = SignalKinds()[s.Kind]
	if s.What != "" && !t.policy.Watches(s.What) {
		return false
	}
	s.Explains = t.explained[s.What]
	t.signals = append(t.signals, s)
	return true
}

func (t *tracer) read(e ledger.Entry) {
	at := store.Time(e.AtMs)
	switch e.Type {
	case entryStart:
		t.saved = at
	case entryAnswer:
		var p answerPayload
		var raw struct{ Response json.RawMessage }
		if json.Unmarshal(e.Payload, &p) == nil && json.Unmarshal(e.Payload, &raw) == nil {
			t.answer(at, p, string(raw.Response))
		}
	case entrySilence:
		var p silencePayload
		if json.Unmarshal(e.Payload, &p) == nil {
			t.gap(at, p.SinceMs)
		}
	case entryDevice:
		var p devicePayload
		if json.Unmarshal(e.Payload, &p) == nil && p.From != "" {
			t.add(Signal{Kind: "take_over", At: at, Seen: true})
		}
	case entryOrigin:
		var p originPayload
		if json.Unmarshal(e.Payload, &p) == nil {
			for _, what := range p.Changed {
				t.add(Signal{Kind: what, At: at, Seen: true})
			}
		}
	case entryObserve:
		var p observePayload
		if json.Unmarshal(e.Payload, &p) == nil {
			t.report(at, p)
		}
	case entryAdjust:
		var p adjustPayload
		if json.Unmarshal(e.Payload, &p) == nil {
			t.adjust(at, p.What)
		}
	case entryEnd:
		t.show(0, at)
	}
}

func (t *tracer) answer(at time.Time, p answerPayload, response string) {
	if p.SilentSinceMs != 0 {
		t.gap(at, p.SilentSinceMs)
	}
	if p.N < 1 || p.N > len(t.items) {
		return
	}
	if p.Late {
		at = store.Time(p.GivenMs)
	}
	i := &t.items[p.N-1]
	if t.policy.Watches(WatchItemTimes) {
		i.Spent += max(at.Sub(t.saved), 0)
	}
	if t.policy.Watches(WatchAnswerChanges) {
		if i.Saves++; i.Saves > 1 && t.said[p.N-1] != response {
			i.Changes++
		}
	}
	t.saved, t.said[p.N-1] = at, response
}

// adjust leaves pauses out of the time that a question took.
func (t *tracer) adjust(at time.Time, what string) {
	switch {
	case what == paused:
		t.pausedAt = at
	case what == resumed && !t.pausedAt.IsZero():
		t.saved, t.shownAt = t.saved.Add(at.Sub(t.pausedAt)), t.shownAt.Add(at.Sub(t.pausedAt))
		t.pausedAt = time.Time{}
	}
}

func (t *tracer) gap(at time.Time, sinceMs int64) {
	t.add(Signal{Kind: "gap", At: at, Length: at.Sub(store.Time(sinceMs)), Seen: true})
}

// report reads one report, or what the server said of them.
func (t *tracer) report(at time.Time, p observePayload) {
	if p.QuietMs != 0 {
		t.add(Signal{Kind: "quiet", At: at, Length: at.Sub(store.Time(p.QuietMs)), Seen: true})
	}
	dropped := 0
	for _, n := range p.Dropped {
		dropped += n
	}
	for _, counted := range []struct {
		kind string
		n    int
		seen bool
	}{{"reports_dropped", dropped, true}, {"reports_missing", int(p.Missing), true}, {"reports_unasked", p.Unasked, true}, {"reports_lost", p.Lost, false}} {
		if counted.n > 0 {
			t.add(Signal{Kind: counted.kind, At: at, Amount: counted.n, Seen: counted.seen})
		}
	}
	for _, c := range p.Events {
		t.claim(at, c, p.Marks)
	}
}

func (t *tracer) claim(at time.Time, c claim, of []string) {
	s := Signal{Kind: c.Kind, At: at, Amount: c.N, Marks: slices.Concat(of, c.Marks)}
	if c.MonoMs != 0 && !slices.Contains(c.Marks, MarkClock) {
		s.Claimed = at.Add(-time.Duration(c.AgeMs) * time.Millisecond)
	}
	if c.Kind == "faces" || c.Kind == "camera_off" {
		t.faces(c, s)
	}
	if t.end(c.Kind, s) {
		return
	}
	switch _, known := SignalKinds()[c.Kind]; {
	case c.Kind == "question":
		t.show(c.N, cmp.Or(s.Claimed, s.At))
	case known && t.add(s):
		if end := endsBy()[c.Kind]; end != "" {
			t.open[end] = len(t.signals) - 1
		}
	}
}

// end ends the signal that lasts until this, if there is one.
func (t *tracer) end(by string, s Signal) bool {
	n, lasts := t.open[by]
	if !lasts {
		return false
	}
	delete(t.open, by)
	if from, to := cmp.Or(t.signals[n].Claimed, t.signals[n].At), cmp.Or(s.Claimed, s.At); to.After(from) {
		t.signals[n].Length = to.Sub(from)
	}
	return true
}

// nextCount ends what a count of faces says; no event has that name.
const nextCount = "next count"

// faces is a count of faces, or the end of counting. One face is no signal; none, and more than one, last until the next
// count, and are said again while they last.
func (t *tracer) faces(c claim, s Signal) {
	s.Kind = map[int]string{0: "face_none", 2: "face_more"}[c.N]
	if c.Kind == "camera_off" {
		s.Kind = ""
	}
	if n, lasts := t.open[nextCount]; lasts && t.signals[n].Kind == s.Kind {
		return
	}
	t.end(nextCount, s)
	if s.Kind == "" {
		return
	}
	if s.Amount = 0; t.add(s) {
		t.open[nextCount] = len(t.signals) - 1
	}
}

// show is the question that comes on the screen then, 0 when the paper is over.
func (t *tracer) show(n int, at time.Time) {
	if t.shown > 0 && t.policy.Watches(WatchItemTimes) && at.After(t.shownAt) {
		t.items[t.shown-1].Shown += at.Sub(t.shownAt)
	}
	if t.shown, t.shownAt = n, at; n < 0 || n > len(t.items) {
		t.shown = 0
	}
}
