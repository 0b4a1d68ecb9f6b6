package exams

import (
	"fmt"
	"testing"
	"time"
)

func TestPulse(t *testing.T) {
	now := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	here := facts{state: Live, contact: ago(14 * time.Second)}
	with := func(change func(*facts)) facts {
		f := here
		change(&f)
		return f
	}
	for _, c := range []struct {
		name  string
		facts facts
		want  Pulse
		since time.Time
	}{
		{"nothing began", facts{}, NotStarted, time.Time{}},
		{"handed in", facts{state: Submitted, ended: ago(time.Minute), contact: ago(time.Hour)}, Finished, ago(time.Minute)},
		{"graded unasked, with a call open", facts{state: Expired, ended: now, calling: ago(time.Hour)}, Finished, now},
		{"at work", here, Answering, time.Time{}},
		{"silent for less than a disconnection", with(func(f *facts) { f.contact = ago(silence - time.Millisecond) }), Answering, time.Time{}},
		{"silent", with(func(f *facts) { f.contact = ago(silence) }), OffLine, ago(silence)},
		{"hidden, where browsers slow down", with(func(f *facts) { f.contact, f.hidden = ago(70*time.Second), ago(10*time.Second) }), Away, ago(10 * time.Second)},
		{"hidden, and silent beyond that", with(func(f *facts) { f.contact, f.hidden = ago(hiddenSilence), ago(hiddenSilence) }), OffLine, ago(hiddenSilence)},
		{"paused and silent", with(func(f *facts) { f.paused, f.contact = ago(time.Hour), ago(time.Hour) }), Held, ago(time.Hour)},
		{"paused and calling", with(func(f *facts) { f.paused, f.calling = ago(time.Hour), ago(time.Minute) }), Calling, ago(time.Minute)},
		{"calling off-line", with(func(f *facts) { f.contact, f.calling = ago(time.Hour), ago(time.Minute) }), Calling, ago(time.Minute)},
		{"a second device waits", with(func(f *facts) { f.contact, f.asking = ago(40*time.Second), ago(9*time.Second) }), Asking, ago(9 * time.Second)},
		{"another window in front", with(func(f *facts) { f.blurred = ago(longAway - time.Millisecond) }), Away, ago(longAway - time.Millisecond)},
		{"away for long", with(func(f *facts) { f.blurred = ago(longAway) }), Flagged, ago(longAway)},
		{"twice away", with(func(f *facts) { f.claims = map[string]int{Absences: 2} }), Answering, time.Time{}},
		{"three times away", with(func(f *facts) { f.claims = map[string]int{Absences: 3} }), Flagged, time.Time{}},
		{"three times away, and looked at", with(func(f *facts) { f.claims, f.looked = map[string]int{Absences: 5}, map[string]int{Absences: 3} }), Answering, time.Time{}},
		{"a second tab", with(func(f *facts) { f.claims = map[string]int{"second_tab": 1, "paste": 90} }), Flagged, time.Time{}},
	} {
		if got, since := c.facts.pulse(now); got != c.want || !since.Equal(c.since) {
			t.Errorf("%s: %s since %v, want %s since %v", c.name, got, since, c.want, c.since)
		}
	}
	if Answering.Urgent() || Away.Urgent() || !Flagged.Urgent() || !Calling.Urgent() {
		t.Error("who should be looked at")
	}
}

func TestPresence(t *testing.T) {
	now := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	type step struct {
		after  time.Duration // since the step before
		events string        // kinds by their first letters: b(lur) f(ocus) h(idden) v(isible) t(ab), each a second apart
	}
	kinds := map[rune]string{'b': "focus_lost", 'f': "focus_back", 'h': "hidden", 'v': "visible", 't': "second_tab"}
	for _, c := range []struct {
		name     string
		steps    []step
		away     time.Duration // for how long at the end, -1 for here
		absences int
	}{
		{"a glance", []step{{0, "b"}, {4 * time.Second, "f"}}, -1, 0},
		{"an absence", []step{{0, "b"}, {5 * time.Second, "f"}}, -1, 1},
		{"a tab change is one absence", []step{{0, "bh"}, {time.Minute, "vf"}}, -1, 1},
		{"seen again without the focus", []step{{0, "b"}, {time.Minute, "h"}, {time.Minute, "v"}}, 2 * time.Minute, 0},
		{"hidden first", []step{{0, "h"}, {time.Minute, "b"}, {time.Minute, "f"}}, 2 * time.Minute, 0},
		{"said twice", []step{{0, "b"}, {time.Minute, "b"}}, time.Minute, 0},
		{"back without having left", []step{{0, "fv"}}, -1, 0},
		{"kept while off-line", []step{{time.Hour, "bttttttf"}}, -1, 1},
	} {
		var p presence
		at := now
		for _, s := range c.steps {
			at = at.Add(s.after)
			var batch []Event
			for n, r := range s.events {
				batch = append(batch, Event{Kind: kinds[r], AtMs: 1_000_000 + int64(n)*1000})
			}
			p = p.after(batch, at)
		}
		away := time.Duration(-1)
		if since := p.awaySince(); !since.IsZero() {
			away = at.Sub(since).Round(time.Minute) // the events of a batch lie up to a second before it
		}
		if away != c.away || p.claims[Absences] != c.absences {
			t.Errorf("%s: away for %v with %d absences, want %v with %d", c.name, away, p.claims[Absences], c.away, c.absences)
		}
	}
	// Clocks that lie cannot place a claim in the future, or further back than an hour.
	p := presence{}.after([]Event{{Kind: "hidden", AtMs: -1 << 60}, {Kind: "paste", AtMs: 5}}, now)
	if got := now.Sub(p.awaySince()); got < 0 || got > time.Hour {
		t.Errorf("placed %v before now", got)
	}
	if fmt.Sprint((presence{claims: map[string]int{"print": 2}}).signals()) != "[{print 2}]" {
		t.Error("printing asks for no look")
	}
}
