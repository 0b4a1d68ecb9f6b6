package exams

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// watching are the usual rules with that integrity policy.
func watching(policy string) rules {
	k := usual()
	k.integrity = policy
	return k
}

// TestCollection sits exams of several policies and reads what is left of it.
func TestCollection(t *testing.T) {
	inOneWorld(t,
		part{"HighStakes", collectAll, watching("{preset: high-stakes, invigilated: off}")},
		part{"Practice", collectNothing, watching("practice")},
		part{"Quiet", noticeQuiet, watching("standard")},
		part{"Explained", explainBeforehand, watching("standard")},
		part{"Consent", consentToCamera, watching("{preset: standard, camera: presence, camera_need: required, screen: share}")},
	)
}

// observed are the payloads of the journal's reports.
func (w *world) observed(attempt string) (all []observePayload) {
	w.Helper()
	for _, e := range w.verified(attempt) {
		if e.Type == entryObserve {
			var p observePayload
			w.ok(json.Unmarshal(e.Payload, &p))
			all = append(all, p)
		}
	}
	return all
}

// reporter sends reports as a page does.
type reporter struct {
	*world
	person  people.Person
	attempt string
	start   time.Time
	seq     int64
	from    Origin
}

func (w *world) reporting(p people.Person) *reporter {
	w.Helper()
	id := w.start(p)
	w.ok(w.room.Lease(context.Background(), p, id, "laptop", false))
	return &reporter{world: w, person: p, attempt: id, start: w.clock.Now(), from: Origin{"203.0.113.7", "Firefox/140"}}
}

// made is a report of events that happen now.
func (r *reporter) made(events ...Event) Report {
	now := r.clock.Now()
	for n := range events {
		events[n].AtMs, events[n].MonoMs = now.UnixMilli(), now.Sub(r.start).Milliseconds()+1
	}
	r.seq++
	return Report{Device: "laptop", Page: "page", Seq: r.seq, SentMs: now.UnixMilli(), SentMonoMs: now.Sub(r.start).Milliseconds() + 1, Events: events, From: r.from}
}

func (r *reporter) report(events ...Event) {
	r.Helper()
	r.ok(r.room.Report(context.Background(), r.person, r.attempt, r.made(events...)))
}

// collectAll goes through one attempt in which everything happens that can be noticed.
func collectAll(t *testing.T, w *world) {
	ctx := context.Background()
	r := w.reporting(w.candidate("C001"))
	id := r.attempt
	r.report(Event{Kind: Heartbeat}, Event{Kind: "question", N: 1})
	w.clock.Add(10 * time.Second)
	r.report(Event{Kind: "focus_lost"}, Event{Kind: "hidden"})
	w.clock.Add(7 * time.Second)
	r.report(Event{Kind: "visible"}, Event{Kind: "focus_back"}, Event{Kind: "paste", N: 120})
	w.save(r.person, id, 1, 1, w.right(id, 1))
	w.clock.Add(9 * time.Second)
	w.save(r.person, id, 1, 2, w.wrong(id, 1))
	twice := r.made(Event{Kind: "print"}, Event{Kind: "question", N: 2})
	w.ok(w.room.Report(ctx, r.person, id, twice))
	w.ok(w.room.Report(ctx, r.person, id, twice)) // once
	w.clock.Add(5 * time.Second)
	forged := r.made(Event{Kind: "copy", N: 3})
	forged.Events[0].AtMs += 3600_000
	w.ok(w.room.Report(ctx, r.person, id, forged))
	nonsense := r.made(Event{Kind: "second_tab"}, Event{Kind: "gaze", N: 1})
	w.refused(w.room.Report(ctx, r.person, id, nonsense), fault.Invalid, "exams.event_unknown")
	w.clock.Add(20 * time.Second)
	_, err := w.room.Answer(ctx, r.person, id, 2, Save{Device: "laptop", Seq: 3, Response: w.right(id, 2), From: Origin{"198.51.100.9", "Firefox/140"}})
	w.ok(err)
	w.clock.Add(45 * time.Second)
	r.from = Origin{"198.51.100.200", "curl/8"}
	r.report(Event{Kind: "device_change"})
	w.ok(w.room.Pause(ctx, w.trainer, id, "停電"))
	w.clock.Add(time.Hour)
	w.ok(w.room.Resume(ctx, w.trainer, id))
	w.clock.Add(5 * time.Second)
	w.save(r.person, id, 2, 4, w.wrong(id, 2))
	w.ok(w.room.Lease(ctx, r.person, id, "phone", true))
	_, err = w.room.Submit(ctx, r.person, id)
	w.ok(err)

	for _, p := range w.observed(id) {
		for _, c := range p.Events {
			if c.Kind == Heartbeat || c.Kind == "gaze" {
				t.Errorf("the journal holds %s", c.Kind)
			}
		}
	}
	traces, err := w.room.Traces(ctx, id)
	w.ok(err)
	var got []string
	for _, s := range traces.Signals {
		line := s.Kind
		if s.Seen {
			line += " seen"
		}
		if s.Length > 0 {
			line += " " + s.Length.Round(time.Second).String()
		}
		got = append(got, strings.TrimSpace(line+" "+strings.Join(s.Marks, ",")))
		if s.What != SignalKinds()[s.Kind] || s.Seen == !s.Claimed.IsZero() && !slices.Contains(s.Marks, MarkClock) {
			t.Errorf("%+v", s)
		}
	}
	want := []string{"focus_lost 7s", "hidden 7s", "paste", "print", "copy clock", "second_tab", "address seen", "browser seen", "gap seen 45s", "device_change", "gap seen 1h0m5s", "take_over seen"}
	if !slices.Equal(got, want) {
		t.Errorf("signals\n%q, want\n%q", got, want)
	}
	if n := slices.IndexFunc(traces.Signals, func(s Signal) bool { return s.Kind == "paste" }); traces.Signals[n].Amount != 120 {
		t.Errorf("pasted %d characters", traces.Signals[n].Amount)
	}
	first, second := traces.Items[0], traces.Items[1]
	if first.Spent != 26*time.Second || first.Saves != 2 || first.Changes != 1 || first.Shown != 26*time.Second {
		t.Errorf("question 1: %+v", first)
	}
	if second.Spent != 75*time.Second || second.Changes != 1 || second.Shown != 75*time.Second || len(traces.Items) != 10 || traces.Items[2] != (ItemTrace{}) {
		t.Errorf("question 2: %+v", second)
	}
	// A pure function of the journal: again the same, and nothing at all of what the policy does not ask for.
	entries := w.verified(id)
	for _, e := range TracesOf(id, entries, 10, unwatched(), nil).Signals {
		if e.What != "" {
			t.Errorf("%+v was not asked for", e)
		}
	}
	for n := range entries {
		entries[n].Payload = nil
	}
	if erased := TracesOf(id, entries, 10, PresetHighStakes.Policy(), nil); len(erased.Signals) != 0 {
		t.Errorf("erased, and still there: %+v", erased.Signals)
	}
	w.refused(w.room.Report(ctx, r.person, id, r.made(Event{Kind: "print"})), fault.Conflict, "exams.over")
}

// collectNothing: what the policy does not ask for is not kept, whatever comes, and the journal says how much it was.
func collectNothing(t *testing.T, w *world) {
	ctx := context.Background()
	r := w.reporting(w.candidate("P001"))
	for range 3 {
		w.clock.Add(20 * time.Second)
		r.report(Event{Kind: Heartbeat}, Event{Kind: "focus_lost"}, Event{Kind: "paste", N: 5})
	}
	if a := w.attempt(r.attempt); a.origin != "" {
		t.Errorf("the network of a practice is kept: %q", a.origin)
	}
	_, err := w.room.Submit(ctx, r.person, r.attempt)
	w.ok(err)
	unasked := 0
	for _, p := range w.observed(r.attempt) {
		if len(p.Events) > 0 {
			t.Errorf("kept: %+v", p.Events)
		}
		unasked += p.Unasked
	}
	if unasked != 6 {
		t.Errorf("%d events were not asked for, want 6", unasked)
	}
	traces, err := w.room.Traces(ctx, r.attempt)
	w.ok(err)
	for _, s := range traces.Signals {
		if s.Kind != "reports_unasked" || traces.Items != nil {
			t.Errorf("%+v", s)
		}
	}
}

// noticeQuiet: a page that saves answers and reports nothing is noticed by the server, during the exam and at its end;
// one that is off-line is not, and neither is one that was merely closed for a while.
func noticeQuiet(t *testing.T, w *world) {
	ctx := context.Background()
	answering := func(r *reporter, from, n int) {
		for k := range n {
			w.clock.Add(20 * time.Second)
			w.save(r.person, r.attempt, 1+k%10, int64(from+k), w.right(r.attempt, 1+k%10))
		}
	}
	kinds := func(r *reporter) (all []string) {
		traces, err := w.room.Traces(ctx, r.attempt)
		w.ok(err)
		for _, s := range traces.Signals {
			all = append(all, s.Kind)
		}
		return all
	}
	end := func(r *reporter) {
		_, err := w.room.Submit(ctx, r.person, r.attempt)
		w.ok(err)
	}
	never := w.reporting(w.candidate("Q001"))
	answering(never, 1, 6)
	end(never)
	if got := kinds(never); !slices.Equal(got, []string{"quiet"}) {
		t.Errorf("a page that never reports: %q", got)
	}
	awhile := w.reporting(w.candidate("Q002"))
	awhile.report(Event{Kind: Heartbeat})
	answering(awhile, 1, 6)
	awhile.report(Event{Kind: Heartbeat})
	answering(awhile, 7, 2)
	end(awhile)
	if got := kinds(awhile); !slices.Equal(got, []string{"quiet"}) {
		t.Errorf("a page that reported nothing for a while: %q", got)
	}
	away := w.reporting(w.candidate("Q003"))
	away.report(Event{Kind: Heartbeat})
	w.clock.Add(5 * time.Minute)
	answering(away, 1, 1)
	away.report(Event{Kind: "offline"}, Event{Kind: "online"})
	end(away)
	if got := kinds(away); !slices.Equal(got, []string{"gap", "offline"}) {
		t.Errorf("a page that was off-line: %q", got)
	}
	closed := w.reporting(w.candidate("Q004"))
	w.clock.Add(10 * time.Minute)
	w.ok(w.room.Lease(ctx, closed.person, closed.attempt, "laptop", false))
	w.clock.Add(time.Second)
	closed.report(Event{Kind: Heartbeat})
	end(closed)
	if got := kinds(closed); !slices.Equal(got, []string{"gap"}) {
		t.Errorf("a page that was opened late: %q", got)
	}
	// A flood: saves go through, and the end says how much was not kept.
	flooded := w.reporting(w.candidate("Q005"))
	for range 200 {
		events := make([]Event, maxEvents)
		for n := range events {
			events[n] = Event{Kind: "focus_lost"}
		}
		flooded.report(events...)
	}
	w.save(flooded.person, flooded.attempt, 1, 1, w.right(flooded.attempt, 1))
	end(flooded)
	kept, dropped := 0, 0
	for _, p := range w.observed(flooded.attempt) {
		kept, dropped = kept+len(p.Events), dropped+p.Dropped["focus_lost"]
	}
	if kept != keptAMinute || kept+dropped != 10_000 {
		t.Errorf("%d events kept and %d said to be too many, of 10,000", kept, dropped)
	}
	if n := len(w.verified(flooded.attempt)); n > 20 {
		t.Errorf("a flood leaves %d entries", n)
	}
}

// explainBeforehand: an accommodation explains signals if it was on record before the start.
func explainBeforehand(t *testing.T, w *world) {
	ctx := context.Background()
	granted := func(p people.Person) {
		w.ok(w.room.Accommodate(ctx, w.hr, p.ID, Accommodation{Label: "螢幕閱讀器", Multiplier: 1000, Explains: []string{WatchVisibility, WatchFocus}, Reason: "視障"}))
	}
	traces := func(r *reporter) (explained []bool) {
		r.report(Event{Kind: "focus_lost"}, Event{Kind: "paste", N: 4})
		got, err := w.room.Traces(ctx, r.attempt)
		w.ok(err)
		for _, s := range got.Signals {
			explained = append(explained, s.Explains != "")
		}
		return explained
	}
	amy := w.candidate("X001")
	granted(amy)
	w.clock.Add(time.Second)
	if got := traces(w.reporting(amy)); !slices.Equal(got, []bool{true, false}) {
		t.Errorf("recorded beforehand: %v", got)
	}
	ben := w.candidate("X002")
	late := w.reporting(ben)
	w.clock.Add(time.Second)
	granted(ben)
	if got := traces(late); !slices.Equal(got, []bool{false, false}) {
		t.Errorf("recorded afterwards: %v", got)
	}
	p, err := w.room.AccommodationsOf(ctx, w.hr, amy.ID)
	w.ok(err)
	all, err := w.room.Accommodations(ctx, w.hr)
	w.ok(err)
	want := []string{WatchFocus, WatchVisibility}
	if !slices.Equal(p.Held[0].Explains, want) || !slices.ContainsFunc(all, func(o PersonAccommodations) bool {
		return o.PersonID == amy.ID && slices.Equal(o.Held[0].Explains, want)
	}) {
		t.Errorf("%+v", p.Held)
	}
	w.refused(w.room.Accommodate(ctx, w.hr, amy.ID, Accommodation{Label: "其他", Multiplier: 1000, Explains: []string{"gaze"}, Reason: "無"}), fault.Invalid, "exams.explains_unknown")
	w.refused(w.room.Accommodate(ctx, w.hr, amy.ID, Accommodation{Label: "其他", Multiplier: 1000, Reason: "無"}), fault.Invalid, "exams.accommodation_nothing")
}

// consentToCamera: nobody starts without an answer to what needs a consent, no is an answer, and all of it is on record.
func consentToCamera(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("K001")
	terms := w.terms(w.sitting.ID)
	start := func(change func(*Terms)) error {
		given := terms
		change(&given)
		_, err := w.room.Start(ctx, amy, w.sitting.ID, given)
		return err
	}
	w.refused(start(func(t *Terms) { t.Notice = "" }), fault.Invalid, "exams.notice_needed")
	w.refused(start(func(t *Terms) { t.Notice = strings.Repeat("0", 64) }), fault.Conflict, "exams.notice_changed")
	w.refused(start(func(t *Terms) { t.Camera, t.Screen = Consented, "" }), fault.Invalid, "exams.ask_unanswered")
	w.refused(start(func(t *Terms) { t.Camera = Declined }), fault.Invalid, "exams.ask_unanswered") // the other answer is to be invigilated
	w.refused(start(func(t *Terms) { t.Camera = InPerson }), fault.Invalid, "exams.nobody_invigilates")
	if err := start(func(t *Terms) { *t = Terms{} }); !fault.HasKey(err, "exams.pledge_needed") && len(asProblems(err)) != 2 {
		t.Errorf("nothing agreed to: %v", err)
	}
	w.ok(start(func(t *Terms) { t.Camera, t.Screen = Consented, Declined }))

	watched, err := w.room.OpenSitting(ctx, w.trainer, NewSitting{Exam: "red", CohortID: w.cohort, OpensAt: w.clock.Now(), ClosesAt: w.clock.Now().Add(time.Hour), Invigilators: []string{w.trainer.ID}})
	w.ok(err)
	ben := w.candidate("K002")
	in, err := w.room.Start(ctx, ben, watched.ID, w.terms(watched.ID))
	w.ok(err)
	var g Agreement
	w.ok(w.db.Read(ctx, func(rx *store.Rx) (err error) {
		g, _, err = AgreementIn(rx, in)
		return err
	}))
	if g.Camera != InPerson || g.Screen != Declined || g.Digest != terms.Notice || !strings.Contains(g.Text, "經你同意才開鏡頭") || !strings.Contains(g.Text, "我在監考員面前應考") {
		t.Errorf("%+v", g)
	}
	var p startPayload
	w.ok(json.Unmarshal(w.verified(in)[0].Payload, &p))
	if p.Agreed == nil || p.Agreed.Notice != g.Digest || p.Agreed.Camera != InPerson || p.Agreed.Version != noticeVersion {
		t.Errorf("the journal begins with %+v", p.Agreed)
	}
	if got := w.found(in); len(got) > 0 {
		t.Errorf("%+v", got)
	}
}

func asProblems(err error) fault.Problems {
	p, _ := err.(fault.Problems)
	return p
}
