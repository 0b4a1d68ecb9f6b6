package integrity

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"bainian/app/exams"
)

func TestHowLongEventsAreKept(t *testing.T) {
	ended := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	after := func(days int) time.Time { return ended.AddDate(0, 0, days) }
	for name, x := range map[string]struct {
		s     standing
		first int // day on which the time is over, 0 for never
	}{
		"without a case":             {standing{ended: ended}, 91},
		"an open case":               {standing{ended: ended, open: true}, 0},
		"cleared after 40 days":      {standing{ended: ended, settled: after(40)}, 131},
		"a red line, still employed": {standing{ended: ended, settled: after(40), red: true}, 0},
		"a red line, left":           {standing{ended: ended, settled: after(40), red: true, left: after(100)}, 831},
		"settled before it ended":    {standing{ended: ended, settled: after(-9)}, 91},
	} {
		first := 0
		for day := range 4000 {
			if x.s.past(after(day)) {
				first = day
				break
			}
		}
		if first != x.first {
			t.Errorf("%s: over on day %d, want %d", name, first, x.first)
		}
	}
}

func TestSmallGroupsAreFolded(t *testing.T) {
	group := func(key string, people, flagged int) []satIn {
		var all []satIn
		for i := range people {
			all = append(all, satIn{person: fmt.Sprint(key, i), cohort: key, flagged: i < flagged}, satIn{person: fmt.Sprint(key, i), cohort: key})
		}
		return all
	}
	for name, x := range map[string]struct {
		sizes []int
		want  string
	}{
		"none":                         {nil, ""},
		"all large":                    {[]int{10, 20}, "0:10 1:20 "},
		"one small joins the next":     {[]int{3, 10, 20}, "2:20 rest:13 "},
		"several small stand together": {[]int{2, 3, 10}, "2:10 rest:5 "},
		"all too small":                {[]int{2, 2}, ""},
	} {
		cells := map[string][]satIn{}
		for i, n := range x.sizes {
			cells[fmt.Sprint(i)] = group(fmt.Sprint(i), n, 1)
		}
		got := ""
		for _, r := range fold(cells) {
			label := r.Key
			if r.Rest {
				label = "rest"
			}
			got += fmt.Sprintf("%s:%d ", label, r.People)
			if r.People < smallest || r.Flagged < 1 || r.Low > float64(r.Flagged)/float64(r.People) {
				t.Errorf("%s: %+v", name, r)
			}
		}
		if got != x.want {
			t.Errorf("%s: %q, want %q", name, got, x.want)
		}
	}
}

func TestTwoVotesDecideAndTheMilderHolds(t *testing.T) {
	all := []Outcome{NotUpheld, Resit, RedLine}
	for i, a := range all {
		if _, closed := tally([]Vote{{Outcome: a}}); closed {
			t.Errorf("one vote for %s decides", a)
		}
		for j, b := range all {
			if got, closed := tally([]Vote{{Outcome: a}, {Outcome: b}}); !closed || got != all[min(i, j)] {
				t.Errorf("%s and %s give %s", a, b, got)
			}
		}
	}
}

// What an accommodation recorded beforehand explains is not held against anybody: it is not even on the timeline.
func TestWhatAnAccommodationExplainsIsSetAside(t *testing.T) {
	all := []Moment{{Kind: "start"}, {Kind: "focus_lost"}, {Kind: "focus_back"}, {Kind: "paste"}, {Kind: "focus_lost"}, {Kind: "answer"}}
	kept, explained := unexplained(all, nil)
	if len(kept) != len(all) || explained != 0 {
		t.Errorf("without one: %v, %d explained", kept, explained)
	}
	reader := exams.Granted{Accommodation: exams.Accommodation{Label: "報讀軟體", Explains: []string{exams.WatchFocus}}}
	kept, explained = unexplained(all, []exams.Granted{reader})
	var kinds []string
	for _, m := range kept {
		kinds = append(kinds, m.Kind)
	}
	if explained != 2 || !slices.Equal(kinds, []string{"start", "paste", "answer"}) {
		t.Errorf("%v, %d explained", kinds, explained)
	}
}
