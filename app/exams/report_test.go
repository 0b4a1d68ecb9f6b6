package exams

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bainian/app/locale"
)

var reportStart = time.Date(2026, 11, 28, 1, 0, 0, 0, time.UTC)

// told is a report of a page whose wall clock is skew ahead of the server's, sent at the given time since the start.
func told(seq int64, sent, skew time.Duration, events ...Event) Report {
	return Report{Device: "laptop", Page: "page", Seq: seq, SentMs: reportStart.Add(sent + skew).UnixMilli(), SentMonoMs: sent.Milliseconds(), Events: events}
}

// happened is an event at that time since the start, told rightly by a clock that is skew ahead.
func happened(kind string, at, skew time.Duration, n int) Event {
	return Event{Kind: kind, AtMs: reportStart.Add(at + skew).UnixMilli(), MonoMs: at.Milliseconds(), N: n}
}

// TestReportsAreClaims has whatever a forged, broken or merely badly set client sends recognised, kept and never trusted.
func TestReportsAreClaims(t *testing.T) {
	policy := PresetHighStakes.Policy()
	at := 10 * time.Minute
	honest := told(1, at, 0, happened("focus_lost", at-5*time.Second, 0, 0))
	with := func(change func(*Report)) Report {
		r := honest
		r.Events = slices.Clone(r.Events)
		change(&r)
		return r
	}
	for _, test := range []struct {
		name    string
		before  []Report
		report  Report
		report_ string // marks of the whole
		claim   string // marks of its first claim
		missing int64
		again   bool
	}{
		{name: "as it should be", report: honest},
		{name: "a laptop two hours ahead", report: told(1, at, 2*time.Hour, happened("paste", at-time.Second, 2*time.Hour, 40))},
		{name: "queued off-line for five minutes", report: told(1, at, 0, happened("focus_lost", at-5*time.Minute, 0, 0))},
		{name: "sent again", before: []Report{honest}, report: honest, again: true},
		{name: "sent again, later", before: []Report{honest}, report: with(func(r *Report) { r.SentMs += 9000; r.SentMonoMs += 9000 }), again: true},
		{name: "its number again for something else", before: []Report{honest}, report: with(func(r *Report) { r.Events[0].Kind = "paste" }), report_: MarkRepeated},
		{name: "two after the first", before: []Report{honest}, report: with(func(r *Report) { r.Seq = 4 }), missing: 2},
		{name: "reordered", before: []Report{with(func(r *Report) { r.Seq = 3 })}, report: with(func(r *Report) { r.Seq = 2 }), report_: MarkOutOfOrder},
		{name: "a number below one", report: with(func(r *Report) { r.Seq = -7 }), report_: MarkOutOfOrder},
		{name: "another page begins anew", before: []Report{honest}, report: with(func(r *Report) { r.Page = "reloaded" })},
		{name: "without numbers", report: with(func(r *Report) { r.Page, r.Seq = "", 0 }), report_: MarkUnnumbered},
		{name: "dated after it was sent", report: with(func(r *Report) { r.Events[0].MonoMs += 60_000; r.Events[0].AtMs += 60_000 }), claim: MarkClock},
		{name: "dated before the start", report: with(func(r *Report) { r.Events[0].MonoMs -= 3600_000; r.Events[0].AtMs -= 3600_000 }), claim: MarkClock},
		{name: "one clock moved and not the other", report: with(func(r *Report) { r.Events[0].AtMs -= 30_000 }), claim: MarkClock},
		{name: "no running clock, near the server's time", report: with(func(r *Report) { r.Events[0].MonoMs = 0 })},
		{name: "no running clock, in the future", report: with(func(r *Report) { r.Events[0].MonoMs = 0; r.Events[0].AtMs += 3600_000 }), claim: MarkClock},
		{name: "no running clock, in the past", report: with(func(r *Report) { r.Events[0].MonoMs = 0; r.Events[0].AtMs = 1 }), claim: MarkClock},
		{name: "the largest numbers there are", report: with(func(r *Report) {
			r.Seq, r.SentMs, r.Events[0].AtMs, r.Events[0].N = 1<<63-1, -1<<63, 1<<63-1, 1<<62
		}), claim: MarkClock + " " + MarkSize, missing: 1<<63 - 2},
		{name: "less than nothing was pasted", report: with(func(r *Report) { r.Events[0].N = -5 }), claim: MarkSize},
	} {
		var s reception
		for _, r := range test.before {
			if _, again := s.take(r, policy, reportStart, reportStart.Add(at)); again {
				t.Fatalf("%s: what came before came before", test.name)
			}
		}
		p, again := s.take(test.report, policy, reportStart, reportStart.Add(at))
		if again != test.again {
			t.Errorf("%s: again is %v", test.name, again)
			continue
		}
		if again {
			continue
		}
		if got := strings.Join(p.Marks, " "); got != test.report_ || p.Missing != test.missing {
			t.Errorf("%s: marked %q with %d missing, want %q with %d", test.name, got, p.Missing, test.report_, test.missing)
		}
		if len(p.Events) != 1 || strings.Join(p.Events[0].Marks, " ") != test.claim {
			t.Errorf("%s: kept %+v, want one claim marked %q", test.name, p.Events, test.claim)
		}
		if p.Events[0].AtMs != test.report.Events[0].AtMs {
			t.Errorf("%s: the claimed time is not kept as claimed", test.name)
		}
	}
}

// TestReportsAreAccountedFor: whatever comes in whatever order, every event of a report that is new is kept, or counted
// as too many or as not asked for; never more than a minute's room is kept; and what comes again changes nothing.
func TestReportsAreAccountedFor(t *testing.T) {
	kinds := append(Events(), "nonsense")
	rapid.Check(t, func(t *rapid.T) {
		policy := Presets()[rapid.IntRange(0, 2).Draw(t, "preset")].Policy()
		var s reception
		var sent []Report
		now, kept, counted, unasked, want, minute := reportStart, 0, 0, 0, 0, map[int64]int{}
		account := func(p observePayload) {
			kept += len(p.Events)
			unasked += p.Unasked
			for _, n := range p.Dropped {
				counted += n
			}
			minute[s.MinuteMs] += len(p.Events)
		}
		for n := range rapid.IntRange(1, 40).Draw(t, "reports") {
			now = now.Add(time.Duration(rapid.IntRange(0, 30).Draw(t, "seconds")) * time.Second)
			if len(sent) > 0 && rapid.IntRange(0, 3).Draw(t, "again") == 0 {
				old := sent[len(sent)-1-rapid.IntRange(0, min(len(sent), reportsKept/2)-1).Draw(t, "which")]
				before, _ := json.Marshal(s)
				if _, again := s.take(old, policy, reportStart, now); !again {
					t.Fatalf("report %d of %s came before and was taken", old.Seq, old.Page)
				}
				if after, _ := json.Marshal(s); string(after) != string(before) {
					t.Fatalf("what came before changed %s into %s", before, after)
				}
				continue
			}
			r := Report{Device: "laptop", Page: "page", Seq: int64(n + 1)}
			for range rapid.IntRange(1, maxEvents).Draw(t, "events") {
				kind := rapid.SampledFrom(kinds).Draw(t, "kind")
				r.Events = append(r.Events, Event{Kind: kind, AtMs: rapid.Int64().Draw(t, "at"), MonoMs: rapid.Int64().Draw(t, "mono"), N: rapid.Int().Draw(t, "n")})
				if eventKinds()[kind] != "" {
					want++
				}
			}
			p, _ := s.take(r, policy, reportStart, now)
			account(p)
			sent = append(sent, r)
			for _, c := range p.Events {
				if !policy.Watches(eventKinds()[c.Kind]) {
					t.Fatalf("%s is kept and was not asked for", c.Kind)
				}
			}
		}
		var last observePayload
		s.flush(&last)
		account(last)
		if kept+counted+unasked != want {
			t.Fatalf("%d kept, %d too many, %d not asked for, of %d", kept, counted, unasked, want)
		}
		for from, n := range minute {
			if n > keptAMinute {
				t.Fatalf("%d events kept in the minute from %d", n, from)
			}
		}
	})
}

// TestFloodIsCounted: ten thousand events in a minute cost seventy writes at most, and none of them goes unsaid.
func TestFloodIsCounted(t *testing.T) {
	var f flood
	var s reception
	policy := PresetStandard.Policy()
	now, written, said := reportStart, 0, 0
	say := func(p observePayload) {
		said += len(p.Events) + p.Unasked
		for _, n := range p.Dropped {
			said += n
		}
	}
	for n := range 1000 { // of ten events each, two of which are not asked for
		r := Report{Device: "laptop", Page: "page", Seq: int64(n + 1)}
		for k := range 10 {
			r.Events = append(r.Events, Event{Kind: []string{"focus_lost", "focus_back", "paste", "copy", "resize"}[k%5]})
		}
		if !f.admits("a", r, now.Add(time.Duration(n)*59*time.Millisecond)) {
			continue
		}
		written++
		s.exceeded(f.take("a"), policy)
		p, _ := s.take(r, policy, reportStart, now)
		say(p)
	}
	if written > callsAMinute {
		t.Errorf("%d reports were written", written)
	}
	if !f.admits("b", Report{}, now) {
		t.Error("another attempt's reports are bounded by this one's")
	}
	s.exceeded(f.take("a"), policy)
	var p observePayload
	s.turn(&p, now.Add(time.Minute))
	say(p)
	if said != 10_000 || p.Unasked+p.Dropped["resize"] == 0 || p.Dropped["resize"] != 0 {
		t.Errorf("%d events are accounted for; %+v", said, p)
	}
	if !f.admits("a", Report{}, now.Add(time.Minute)) {
		t.Error("the next minute begins with the last one's bound")
	}
	for n := range tidyAt + 1 {
		f.admits(fmt.Sprint("many-", n), Report{}, now.Add(time.Hour))
	}
	f.admits("one more", Report{}, now.Add(2*time.Hour))
	if len(f.of) > 2 {
		t.Errorf("%d attempts are remembered that are quiet again", len(f.of))
	}
}

// TestOriginsAreCodes: what is kept of an address or a browser tells a change, and neither of them.
func TestOriginsAreCodes(t *testing.T) {
	policy, key := PresetStandard.Policy(), []byte("somebody's key")
	home := Origin{Address: "203.0.113.7", Browser: "Firefox/140"}
	code := func(o Origin) string { return o.codes(key, policy) }
	for _, test := range []struct {
		name string
		now  Origin
		want []string
	}{
		{"the same", home, nil},
		{"another machine of the network", Origin{"203.0.113.99", home.Browser}, nil},
		{"another network", Origin{"203.0.114.7", home.Browser}, []string{WatchAddress}},
		{"the other kind of address", Origin{"2001:db8:1::7", home.Browser}, []string{WatchAddress}},
		{"the same in the other's clothes", Origin{"::ffff:203.0.113.7", home.Browser}, nil},
		{"another browser", Origin{home.Address, "Safari/19"}, []string{WatchBrowser}},
		{"both", Origin{"198.51.100.1", "curl/8"}, []string{WatchAddress, WatchBrowser}},
		{"no name", Origin{Address: home.Address}, nil},
	} {
		if got := changed(code(home), code(test.now)); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v changed, want %v", test.name, got, test.want)
		}
	}
	if a, b := (Origin{Address: "2001:db8:1:2::7"}), (Origin{Address: "2001:db8:1:9::1"}); code(a) != code(b) {
		t.Error("two machines of one IPv6 network are two networks")
	}
	if got := changed("", code(home)); got != nil {
		t.Errorf("the first call changes %v", got)
	}
	if c := code(home); strings.Contains(c, "203") || strings.Contains(c, "Firefox") || c == home.codes([]byte("another's key"), policy) {
		t.Errorf("%q tells more than that something changed", c)
	}
	none := policy
	none.set(WatchAddress, false)
	none.set(WatchBrowser, false)
	if c := home.codes(key, none); c != "." {
		t.Errorf("%q is kept of what is not watched", c)
	}
}

// TestSignalsHaveWords: every kind of event is a signal, ends one, or is a question's; signals and marks have words.
func TestSignalsHaveWords(t *testing.T) {
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	ends := []string{"question", "faces"} // a count of faces is a signal by its number
	for _, end := range endsBy() {
		ends = append(ends, end)
	}
	for _, kind := range Events()[1:] {
		if _, known := SignalKinds()[kind]; !known && !slices.Contains(ends, kind) {
			t.Errorf("nobody hears of %s", kind)
		}
	}
	var keys []string
	for kind := range SignalKinds() {
		keys = append(keys, "signal.kind_"+kind)
	}
	for _, what := range Watchable() {
		keys = append(keys, "signal.what_"+what)
	}
	for _, mark := range ClaimMarks() {
		keys = append(keys, "signal.mark_"+mark)
	}
	for _, key := range keys {
		for _, lang := range locale.Langs() {
			if !words.Has(lang, key) {
				t.Errorf("%s has no %s", lang, key)
			}
		}
	}
}
