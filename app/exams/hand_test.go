package exams

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/questions"
)

func givenBy(by string, points ...int) HandMark {
	return HandMark{ID: by, Kind: Given, By: by, Points: points, Score: sumOf(points)}
}

func TestStandingOf(t *testing.T) {
	single, double := Marking{}, Marking{Second: true, Tolerance: 1000}
	settled := HandMark{ID: "chief", Kind: Settled, By: "chief", Points: []int{1500}, Score: 1500}
	corrected := HandMark{ID: "amended", Kind: Corrected, By: "ann", Points: []int{0}}
	for name, c := range map[string]struct {
		marking Marking
		marks   []HandMark
		state   ScriptState
		counts  []string
	}{
		"nobody yet":                 {single, nil, ScriptWaiting, nil},
		"one marker":                 {single, []HandMark{givenBy("ann", 1000)}, ScriptMarked, []string{"ann"}},
		"the first of two":           {double, []HandMark{givenBy("ann", 1000)}, ScriptSecond, nil},
		"one of two thinks again":    {double, []HandMark{givenBy("ann", 1000), givenBy("ann", 3000)}, ScriptSecond, nil},
		"as far apart as may be":     {double, []HandMark{givenBy("ann", 1000), givenBy("ben", 2000)}, ScriptMarked, []string{"ann", "ben"}},
		"a thousandth further":       {double, []HandMark{givenBy("ann", 1000), givenBy("ben", 2001)}, ScriptDisputed, nil},
		"apart by criterion only":    {double, []HandMark{givenBy("ann", 0, 3000), givenBy("ben", 3000, 0)}, ScriptMarked, []string{"ann", "ben"}},
		"the second thoughts count":  {double, []HandMark{givenBy("ann", 9000), givenBy("ann", 2000), givenBy("ben", 2000)}, ScriptMarked, []string{"ann", "ben"}},
		"settled":                    {double, []HandMark{givenBy("ann", 0), givenBy("ben", 5000), settled}, ScriptMarked, []string{"chief"}},
		"corrected":                  {single, []HandMark{givenBy("ann", 1000), corrected}, ScriptMarked, []string{"amended"}},
		"corrected after settlement": {double, []HandMark{givenBy("ann", 0), givenBy("ben", 5000), settled, corrected}, ScriptMarked, []string{"amended"}},
		"no tolerance":               {Marking{Second: true}, []HandMark{givenBy("ann", 1000), givenBy("ben", 1000)}, ScriptMarked, []string{"ann", "ben"}},
	} {
		s := StandingOf(c.marks, c.marking)
		var counts []string
		for _, m := range s.Counts {
			counts = append(counts, m.ID)
		}
		if s.State != c.state || !slices.Equal(counts, c.counts) {
			t.Errorf("%s: %s by %v, want %s by %v", name, s.State, counts, c.state, c.counts)
		}
	}
}

// The mean of two marks is that of their scores, rounded half up, whatever the criteria are, and no criterion gives
// less than the lower or more than the higher of the two.
func TestPointsOfTwoMarkers(t *testing.T) {
	if got := points([]HandMark{givenBy("ann", 1, 2, 1), givenBy("ben", 2, 1, 2)}); !slices.Equal(got, []int{2, 1, 2}) {
		t.Errorf("means %v", got) // 1.5 and 3 and 4.5: up to 2, 3 and 5
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "criteria")
		draw := rapid.SliceOfN(rapid.IntRange(0, 4000), n, n)
		a, b := draw.Draw(t, "a"), draw.Draw(t, "b")
		got := points([]HandMark{givenBy("ann", a...), givenBy("ben", b...)})
		if want := (sumOf(a) + sumOf(b) + 1) / 2; sumOf(got) != want {
			t.Fatalf("%v and %v come to %v, which is %d and not %d", a, b, got, sumOf(got), want)
		}
		for c := range got {
			if got[c] < min(a[c], b[c]) || got[c] > max(a[c], b[c]) {
				t.Fatalf("%v and %v come to %v", a, b, got)
			}
		}
		if alone := points([]HandMark{givenBy("ann", a...)}); !slices.Equal(alone, a) {
			t.Fatalf("%v alone comes to %v", a, alone)
		}
	})
}

func TestFitsRubric(t *testing.T) {
	rubric := []int{2000, 3000}
	for _, ok := range [][]int{{0, 0}, {2000, 3000}, {500, 1250}} {
		if err := fitsRubric(ok, rubric); err != nil {
			t.Errorf("%v: %v", ok, err)
		}
	}
	if err := fitsRubric([]int{1}, rubric); !fault.HasKey(err, "exams.mark_criteria") {
		t.Errorf("one of two criteria: %v", err)
	}
	if p, ok := fitsRubric([]int{-1, 3001}, rubric).(fault.Problems); !ok || len(p) != 2 || p[0].Item != "c1" || p[1].Item != "c2" {
		t.Errorf("both out of range: %+v", p)
	}
}

func frontOnly(front string) questions.File {
	return questions.File{Name: "values.exam.md", Lang: locale.Hant, Source: []byte("---\n" + front + "---\n\n須知\n")}
}

func TestMarkingOfABlueprint(t *testing.T) {
	front := "exam: values\ntitle: 考試\nminutes: 40\npass: 80%\nsections:\n  - title: 一\n    draw: [{bank: values, count: 1}]\n"
	for more, want := range map[string]Marking{
		"":                           {},
		"marking: {second: false}\n": {},
		"marking: {second: true}\n":  {Second: true},
		"marking: {second: true, tolerance: 1}\n":         {Second: true, Tolerance: 1000},
		"marking: {second: true, tolerance: 0.5}\n":       {Second: true, Tolerance: 500},
		"marking: {tolerance: 1.25, second: true}\n":      {Second: true, Tolerance: 1250},
		"feedback: {score: at-once, comments: at-once}\n": {},
	} {
		b, problems := ParseBlueprint(frontOnly(front + more))
		if len(problems) > 0 || b.Marking != want {
			t.Errorf("%q: %+v, %v", more, b, problems)
		}
	}
	for more, want := range map[string]string{
		"marking: {second: perhaps}\n":                                "exams.blueprint_value",
		"marking: {second: true, tolerance: -1}\n":                    "exams.blueprint_value",
		"marking: {second: true, tolerance: 1.2345}\n":                "exams.blueprint_value",
		"marking: {tolerance: 1}\n":                                   "exams.blueprint_tolerance",
		"marking: {third: true}\n":                                    "exams.blueprint_unknown",
		"marking: true\n":                                             "exams.blueprint_value",
		"feedback: {score: when-sitting-closes, comments: at-once}\n": "exams.blueprint_comments",
		"feedback: {score: never, comments: when-sitting-closes}\n":   "exams.blueprint_comments",
		"feedback: {score: at-once, comments: whenever}\n":            "exams.blueprint_value",
	} {
		if _, problems := ParseBlueprint(frontOnly(front + more)); len(problems) != 1 || problems[0].Key != want || problems[0].Line != 9 {
			t.Errorf("%q: %v", more, problems)
		}
	}
	// Without a word the comments go with the answers.
	b, problems := ParseBlueprint(frontOnly(front + "feedback: {answers: when-sitting-closes}\n"))
	if len(problems) > 0 || (Sitting{}).FeedbackBy(b).Comments != WhenClosed {
		t.Errorf("%+v, %v", b, problems)
	}
}
