package exams

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/questions"
)

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

func TestDeadline(t *testing.T) {
	start := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	at := func(n int) time.Time { return start.Add(minutes(n)) }
	tests := []struct {
		name   string
		timing Timing
		want   int // minutes after the start
	}{
		{"limit", Timing{Minutes: 40}, 40},
		{"window later", Timing{Minutes: 40, WindowEnd: at(90)}, 40},
		{"window cuts the limit", Timing{Minutes: 40, WindowEnd: at(25)}, 25},
		{"started after the window", Timing{Minutes: 40, WindowEnd: at(-5)}, 0},
		{"a quarter more", Timing{Minutes: 40, Multiplier: 1250}, 50},
		{"extra minutes after the multiplier", Timing{Minutes: 40, Multiplier: 1250, ExtraMinutes: 10}, 60},
		{"an accommodation runs past the end of the window", Timing{Minutes: 40, Multiplier: 1500, WindowEnd: at(45)}, 60},
		{"of a cut limit the accommodation is a share", Timing{Minutes: 40, Multiplier: 1500, WindowEnd: at(20)}, 30},
		{"extensions add up", Timing{Minutes: 40, Extensions: []int{5, 10}}, 55},
		{"pause", Timing{Minutes: 40, Pauses: []Pause{{at(10), at(25)}}}, 55},
		{"two pauses, in any order", Timing{Minutes: 40, Pauses: []Pause{{at(30), at(35)}, {at(10), at(25)}}}, 60},
		{"pauses that overlap count once", Timing{Minutes: 40, Pauses: []Pause{{at(10), at(25)}, {at(20), at(30)}, {at(12), at(14)}}}, 60},
		{"an open pause adds nothing yet", Timing{Minutes: 40, Pauses: []Pause{{From: at(10)}}}, 40},
		{"a pause after the end changes nothing", Timing{Minutes: 40, Pauses: []Pause{{at(41), at(50)}}}, 40},
		{"a pause in the time that another gave", Timing{Minutes: 40, Pauses: []Pause{{at(10), at(20)}, {at(45), at(50)}}}, 55},
		{"a hard end cuts the accommodation", Timing{Minutes: 40, Multiplier: 1500, ExtraMinutes: 10, WindowEnd: at(45), HardEnd: true}, 45},
		{"a hard end that is later cuts nothing", Timing{Minutes: 40, Multiplier: 1500, ExtraMinutes: 10, WindowEnd: at(90), HardEnd: true}, 70},
		{"a hard end of a cut limit leaves nothing to add", Timing{Minutes: 40, Multiplier: 1500, ExtraMinutes: 10, WindowEnd: at(20), HardEnd: true}, 20},
		{"a hard end without a window", Timing{Minutes: 40, Multiplier: 1500, HardEnd: true}, 60},
		{"an extension runs past a hard end", Timing{Minutes: 40, Multiplier: 1500, WindowEnd: at(45), HardEnd: true, Extensions: []int{5}}, 50},
		{"a pause runs past a hard end", Timing{Minutes: 40, Multiplier: 1500, WindowEnd: at(45), HardEnd: true, Pauses: []Pause{{at(44), at(64)}}}, 65},
		{"a pause across the end of the window gives all of it back", Timing{Minutes: 40, WindowEnd: at(25), Pauses: []Pause{{at(20), at(50)}}}, 55},
		{"started after a hard end, with an extension", Timing{Minutes: 40, ExtraMinutes: 30, WindowEnd: at(-5), HardEnd: true, Extensions: []int{7}}, 7},
		{"a pause runs past the end of the window", Timing{Minutes: 40, WindowEnd: at(40), Pauses: []Pause{{at(10), at(20)}}}, 50},
	}
	for _, test := range tests {
		test.timing.Start = start
		if got := test.timing.Deadline().Sub(start); got != minutes(test.want) {
			t.Errorf("%s: after %s, want %d min", test.name, got, test.want)
		}
		open := test.timing
		open.WindowEnd = time.Time{}
		if whole, cut := test.timing.Cut(); !whole.Equal(open.Deadline()) || cut != whole.After(test.timing.Deadline()) {
			t.Errorf("%s: cut %v, and %v without the cut", test.name, cut, whole)
		}
	}
}

func TestNextAttempt(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	ago := func(h int) time.Time { return now.Add(-time.Duration(h) * time.Hour) }
	b := &Blueprint{Attempts: 3, Cooldown: 24 * time.Hour, Reread: []string{"values/red-line"}}
	reread := map[string]time.Time{"values/red-line": ago(1)}
	tests := []struct {
		name      string
		blueprint *Blueprint
		history   History
		left      int
		key       string
	}{
		{"first", b, History{}, 3, ""},
		{"cooldown", b, History{Past: []Past{{EndedAt: ago(2)}}, Read: reread}, 2, "exams.retry_cooldown"},
		{"cooled down and read", b, History{Past: []Past{{EndedAt: ago(24)}}, Read: reread}, 2, ""},
		{"not read again", b, History{Past: []Past{{EndedAt: ago(25)}}, Read: map[string]time.Time{"values/red-line": ago(30)}}, 2, "exams.retry_reread"},
		{"used up", b, History{Past: []Past{{EndedAt: ago(90)}, {EndedAt: ago(60)}, {EndedAt: ago(30)}}, Read: reread}, 0, "exams.retry_used"},
		{"passed", b, History{Past: []Past{{EndedAt: ago(90), Passed: true, Score: AtOnce}}}, 2, "exams.retry_passed"},
		{"passed, told later", b, History{Past: []Past{{EndedAt: ago(90), Passed: true, Score: WhenClosed, Settled: true}}}, 2, "exams.retry_passed"},
		{"passed, not told yet", b, History{Past: []Past{{EndedAt: ago(90), Passed: true, Score: WhenClosed}}, Read: reread}, 2, "exams.retry_awaited"},
		{"failed, not told yet", b, History{Past: []Past{{EndedAt: ago(90), Score: WhenClosed}}, Read: reread}, 2, "exams.retry_awaited"},
		{"passed, never told", b, History{Past: []Past{{EndedAt: ago(90), Passed: true, Score: Never}}, Read: reread}, 2, ""},
		{"failed, never told", b, History{Past: []Past{{EndedAt: ago(90), Score: Never}}, Read: reread}, 2, ""},
		{"a told pass and a later one that is not", b, History{Past: []Past{{EndedAt: ago(90), Passed: true, Score: AtOnce}, {EndedAt: ago(60), Passed: true, Score: WhenClosed}}}, 1, "exams.retry_passed"},
		{"used up, not told yet", b, History{Past: []Past{{EndedAt: ago(90)}, {EndedAt: ago(60)}, {EndedAt: ago(30), Passed: true, Score: WhenClosed}}}, 0, "exams.retry_used"},
		{"used up, and in the next cohort now", b, History{Past: []Past{{EndedAt: ago(90)}, {EndedAt: ago(60)}, {EndedAt: ago(30)}}, Read: reread, Joined: []Joined{{"1", ago(200)}, {"2", ago(20)}}}, 3, ""},
		{"used up, and came back into the same cohort", b, History{Past: []Past{{EndedAt: ago(90)}, {EndedAt: ago(60)}, {EndedAt: ago(30)}}, Read: reread, Joined: []Joined{{"1", ago(200)}, {"1", ago(20)}}}, 0, "exams.retry_used"},
		{"moved on before they were used up", b, History{Past: []Past{{EndedAt: ago(90)}, {EndedAt: ago(60)}, {EndedAt: ago(30)}}, Read: reread, Joined: []Joined{{"1", ago(200)}, {"2", ago(70)}}}, 0, "exams.retry_used"},
		{"used up twice", b, History{Past: slices.Repeat([]Past{{EndedAt: ago(90)}, {EndedAt: ago(30)}}, 3), Read: reread, Joined: []Joined{{"1", ago(200)}, {"2", ago(60)}}}, 0, "exams.retry_used_twice"},
		{"used up twice, and in a third cohort", b, History{Past: slices.Repeat([]Past{{EndedAt: ago(90)}, {EndedAt: ago(50)}}, 3), Read: reread, Joined: []Joined{{"1", ago(200)}, {"2", ago(60)}, {"3", ago(30)}}}, 0, "exams.retry_used_twice"},
		{"granted one more", b, History{Past: []Past{{EndedAt: ago(90)}, {EndedAt: ago(60)}, {EndedAt: ago(30)}}, Read: reread, Granted: []time.Time{ago(10)}}, 1, ""},
		{"granted one more, too early", b, History{Past: []Past{{EndedAt: ago(90)}, {EndedAt: ago(60)}, {EndedAt: ago(2)}}, Read: reread, Granted: []time.Time{ago(1)}}, 1, "exams.retry_cooldown"},
		{"granted one more, used", b, History{Past: []Past{{EndedAt: ago(90)}, {EndedAt: ago(60)}, {EndedAt: ago(30)}, {EndedAt: ago(25)}}, Read: reread, Granted: []time.Time{ago(28)}}, 0, "exams.retry_used"},
		{"a grant, then the next cohort", b, History{Past: []Past{{EndedAt: ago(90)}, {EndedAt: ago(60)}, {EndedAt: ago(50)}, {EndedAt: ago(30)}}, Read: reread, Granted: []time.Time{ago(45)}, Joined: []Joined{{"1", ago(200)}, {"2", ago(28)}}}, 3, ""},
		{"a grant from before the pass that is renewed", b, History{Past: []Past{{EndedAt: ago(336 * 24), Passed: true}, {EndedAt: ago(90)}, {EndedAt: ago(60)}, {EndedAt: ago(30)}}, Read: reread, Granted: []time.Time{ago(340 * 24)}}, 0, "exams.retry_used"},
		{"one set aside is not awaited", b, History{Past: []Past{{EndedAt: ago(90), SetAside: true, Score: WhenClosed}}}, 3, ""},
		{"no limit, not told yet", &Blueprint{}, History{Past: []Past{{EndedAt: ago(1), Score: WhenClosed}}}, -1, ""},
		{"a pass that can be renewed", b, History{Past: []Past{{EndedAt: ago(335 * 24), Passed: true, Score: AtOnce}}}, 3, ""},
		{"a failed renewal", b, History{Past: []Past{{EndedAt: ago(340 * 24), Passed: true}, {EndedAt: ago(25)}}, Read: reread}, 2, ""},
		{"a pass that was set aside", b, History{Past: []Past{{EndedAt: ago(1), Passed: true, SetAside: true}}}, 3, ""},
		{"one set aside does not count as used", b, History{Past: []Past{{EndedAt: ago(90)}, {EndedAt: ago(60)}, {EndedAt: ago(30), SetAside: true}}, Read: reread}, 1, ""},
		{"no limit, passed", &Blueprint{}, History{Past: []Past{{EndedAt: ago(1), Passed: true}}}, -1, ""},
	}
	for _, test := range tests {
		next := NextAttempt(test.history, test.blueprint, now)
		if next.Left != test.left || (test.key == "") != (next.WhyNot == nil) || test.key != "" && !fault.HasKey(next.WhyNot, test.key) {
			t.Errorf("%s: %+v", test.name, next)
		}
		if (test.key == "exams.retry_cooldown") != next.At.Equal(ago(-22)) {
			t.Errorf("%s: at %s", test.name, next.At)
		}
	}
}

// marked are marks of these questions, "a" to …, each of one point.
func marked(scores ...int) Marks {
	m := Marks{}
	for n, s := range scores {
		m.Questions = append(m.Questions, Mark{Bank: "x", Item: string(rune('a' + n)), Score: s, Max: 1000, Chosen: []int{s / 1000}})
		m.Score, m.Max = m.Score+s, m.Max+1000
	}
	return m
}

func TestStatistics(t *testing.T) {
	stats := Statistics([]Marks{marked(1000, 1000, 1000), marked(1000, 0, 1000), marked(0, 0, 1000), marked(0, 1000, 1000)})
	if len(stats) != 3 {
		t.Fatalf("%+v", stats)
	}
	a, c := stats[0], stats[2]
	if a.N != 4 || *a.Facility != 0.5 || !(a.Chosen(0) == 2 && a.Chosen(1) == 2 && a.Chosen(2) == 0) {
		t.Errorf("a is %+v", a)
	}
	// Shares 1, 1, 0, 0: the squares of the distances from the mean are ¼ each, over n−1 = 3.
	if math.Abs(*a.Spread-math.Sqrt(1.0/3)) > 1e-12 {
		t.Errorf("spread %v", *a.Spread)
	}
	// The rest of a is 1, ½, ½, 1: as much when a is right as when it is wrong.
	if math.Abs(*a.Discrimination) > 1e-12 {
		t.Errorf("discrimination of a %v", *a.Discrimination)
	}
	if *c.Facility != 1 || c.Discrimination != nil {
		t.Errorf("an item that everyone gets right has no discrimination: %+v", c)
	}
	stats = Statistics([]Marks{marked(1000, 1000, 0), marked(1000, 1000, 1000), marked(0, 0, 0)})
	if d := stats[0].Discrimination; d == nil || math.Abs(*d-math.Sqrt(0.75)) > 1e-12 { // of 1,1,0 with ½,1,0
		t.Errorf("discrimination %v", d)
	}
	one := Statistics([]Marks{marked(1000, 0)})
	if one[0].Spread != nil || one[0].Discrimination != nil || *one[0].Facility != 1 {
		t.Errorf("of one attempt %+v", one[0])
	}
	unscored := Statistics([]Marks{{Questions: []Mark{{Bank: "x", Item: "c", Blank: true}}}})
	if unscored[0].Facility != nil || unscored[0].Blank != 1 {
		t.Errorf("of a canary %+v", unscored[0])
	}
	if len(Statistics(nil)) != 0 {
		t.Error("statistics of nothing")
	}
}

func TestDiffOf(t *testing.T) {
	pass := func(m Marks) Marks { m.Passed = true; return m }
	d := DiffOf(
		map[string]Marks{"1": marked(0, 1000), "2": pass(marked(1000, 1000)), "3": marked(0, 0)},
		map[string]Marks{"1": pass(marked(1000, 1000)), "2": pass(marked(1000, 1000)), "3": marked(0, 500)})
	want := `{"attempts":3,"changes":[{"attempt":"1","before":1000,"after":2000,"passed_before":false,"passed_after":true},{"attempt":"3","before":0,"after":500,"passed_before":false,"passed_after":false}]}`
	if got, _ := json.Marshal(d); string(got) != want {
		t.Errorf("%s", got)
	}
}

func TestRelay(t *testing.T) {
	one := func(body string) questions.Item {
		return testItems(t, "## 題 {#a}\n"+body)[0]
	}
	old := one("- [x] 甲\n- [ ] 乙\n- [ ] 丙\n")
	shown := questions.Layout{Order: []int{2, 0, 1}} // 丙 甲 乙
	said := questions.Response{Choices: []int{2}}    // 乙
	corrected := one("- [ ] 丙\n- [x] 乙\n- [ ] 甲\n")
	l, ok := Relay(old, corrected, shown)
	if !ok || old.Grade(shown, said) != 0 || corrected.Grade(l, said) != 1000 {
		t.Errorf("moved and corrected: %v %v", l, ok)
	}
	both := one("- [x] 甲\n- [x] 乙\n- [ ] 丙\n")
	if l, ok = Relay(old, both, shown); !ok || both.Grade(l, said) != 0 {
		t.Errorf("of a single choice that needs two, one is not enough: %v %v", l, ok)
	}
	for name, other := range map[string]string{
		"another text":  "- [x] 甲\n- [ ] 乙\n- [ ] 丁\n",
		"a choice more": "- [x] 甲\n- [ ] 乙\n- [ ] 丙\n- [ ] 丁\n",
		"another kind":  "= 甲\n",
	} {
		if _, ok := Relay(old, one(other), shown); ok {
			t.Errorf("%s: relaid", name)
		}
	}
	match := testItems(t, "## 題 {#a type=match}\n\n| 左 | 右 |\n|---|---|\n| 一 | 甲 |\n| 二 | 乙 |\n|  | 丙 |\n")[0]
	swapped := testItems(t, "## 題 {#a type=match}\n\n| 左 | 右 |\n|---|---|\n| 一 | 乙 |\n| 二 | 甲 |\n|  | 丙 |\n")[0]
	l, ok = Relay(match, swapped, questions.Layout{Order: []int{1, 0}, Rights: []int{2, 1, 0}})
	if !ok || swapped.Grade(l, questions.Response{Pairs: []int{2, 1}}) != 1000 { // 二–甲, 一–乙
		t.Errorf("swapped pairs: %v %v", l, ok)
	}
	grown := testItems(t, "## 題 {#a type=match}\n\n| 左 | 右 |\n|---|---|\n| 一 | 甲 |\n| 二 | 乙 |\n| 三 | 丙 |\n")[0]
	if _, ok = Relay(match, grown, match.Written()); ok {
		t.Error("a distractor that became a pair was relaid")
	}
}

func TestGradeMarksSections(t *testing.T) {
	b := &Blueprint{Pass: 600, Sections: []Section{{Pass: 900}, {}}}
	items := testItems(t, "## 一 {#a points=2}\n- [x] 甲\n- [ ] 乙\n## 二 {#b}\n- [x] 甲\n- [ ] 乙\n## 三 {#c}\n- [x] 甲\n- [ ] 乙\n## 四 {#d canary=2}\n- [x] 甲\n- [ ] 乙\n")
	form := Form{}
	for n, i := range items {
		form.Questions = append(form.Questions, FormQuestion{N: n + 1, Section: min(1, n/2), Bank: "x", Item: i.ID, Points: i.Points, Layout: questions.Layout{Order: []int{1, 0}}})
	}
	form.Questions[3].Points = 0 // a canary
	right, wrong := questions.Response{Choices: []int{1}}, questions.Response{Choices: []int{0}}
	tests := []struct {
		name      string
		responses []questions.Response
		score     int
		passed    bool
	}{
		{"all", []questions.Response{right, right, right, right}, 4000, true},
		{"the canary counts for nothing", []questions.Response{right, right, right, wrong}, 4000, true},
		{"nothing", []questions.Response{{}, {}, {}, {}}, 0, false},
		{"enough in all, not in the first section", []questions.Response{right, wrong, right, {}}, 3000, false},
		{"bars reached exactly", []questions.Response{right, right, wrong, {}}, 3000, true},
		{"the section, not the whole", []questions.Response{wrong, right, right, {}}, 2000, false},
	}
	for _, test := range tests {
		m := Grade(form, items, test.responses, nil, b)
		if m.Score != test.score || m.Max != 4000 || m.Passed != test.passed {
			t.Errorf("%s: %+v", test.name, m)
		}
	}
	m := Grade(form, items, []questions.Response{right, wrong, {}, {Choices: []int{9}}}, nil, b)
	got, _ := json.Marshal(m)
	want := `{"score":2000,"max":4000,"passed":false,"sections":[{"score":2000,"max":3000,"bar":900,"passed":false},{"score":0,"max":1000,"passed":true}],` +
		`"questions":[{"bank":"x","item":"a","score":2000,"max":2000,"chosen":[0]},{"bank":"x","item":"b","score":0,"max":1000,"chosen":[1]},` +
		`{"bank":"x","item":"c","score":0,"max":1000,"blank":true},{"bank":"x","item":"d","score":0,"max":0}]}`
	if string(got) != want {
		t.Errorf("%s", got)
	}
}

// examFile has the front matter in lines 1 to …, with these lines in place of the usual ones.
func examFile(replace ...string) questions.File {
	source := strings.NewReplacer(replace...).Replace("---\nexam: values\ntitle: 結業考\ntrack: values\nminutes: 40\npass: 80%\nattempts: 3\ncooldown: 24h\n" +
		"reread: [values/red-line]\nsections:\n  - title: 高壓線\n    pass: 90%\n    draw: [{bank: x, category: 甲, count: 2}]\n" +
		"  - title: 其餘\n    draw:\n      - {bank: x, level: apply, count: 1}\n      - {bank: x, tags: [history], count: 1}\n" +
		"integrity: {watch: [focus, paste], camera: off, seb: optional, invigilated: true, canaries: 1}\nfeedback: {score: at-once, lessons: at-once, answers: when-sitting-closes}\n---\n\n須知\n")
	return questions.File{Name: "values.exam.md", Lang: locale.Hant, Source: []byte(source)}
}

func TestParseBlueprint(t *testing.T) {
	en := questions.File{Name: "values.exam.en.md", Lang: locale.En, Source: []byte("---\nexam: values\ntitle: Final\npass: 80%\nsections:\n  - title: Red line\n  - title: The rest\n---\nNotice\n")}
	b, problems := ParseBlueprint(examFile(), en)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	if b.Slug != "values" || b.Minutes != 40 || b.Pass != 800 || b.Attempts != 3 || b.Cooldown != 24*time.Hour || b.Sections[0].Pass != 900 ||
		b.Sections[1].Draws[1].Line != 17 || b.Sections[0].TitleIn(locale.En, b.Lang) != "Red line" || b.Sections[0].TitleIn(locale.Hans, b.Lang) != "高壓線" ||
		b.Title[locale.En] != "Final" || b.NoticeIn(locale.En) != "Notice" || b.NoticeIn(locale.Hans) != "須知" || b.Total() != 5 ||
		!b.Integrity.Invigilated || b.Integrity.Camera != "off" || b.Feedback != (Feedback{AtOnce, AtOnce, WhenClosed, ""}) {
		t.Errorf("%+v", b)
	}
	if !b.Feedback.Answers.Shown(true) || b.Feedback.Answers.Shown(false) || !b.Feedback.Score.Shown(false) || Never.Shown(true) {
		t.Error("phases are shown at other times")
	}
	catalog, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name    string
		replace []string
		want    []string
	}{
		{"unknown field", []string{"minutes:", "minuets:"}, []string{"5 unknown", "1 required"}},
		{"pass mark above everything", []string{"pass: 90%", "pass: 110%"}, []string{"12 pass_high"}},
		{"pass mark without a sign", []string{"pass: 80%", "pass: 80"}, []string{"6 value"}},
		{"count of none", []string{"tags: [history], count: 1", "tags: [history], count: 0"}, []string{"17 value"}},
		{"no count", []string{"level: apply, count: 1", "level: apply"}, []string{"16 required"}},
		{"unknown level", []string{"level: apply", "level: hard"}, []string{"16 value"}},
		{"unknown kind", []string{"level: apply", "kind: [essay, riddle]"}, []string{"16 value"}},
		{"unknown phase", []string{"answers: when-sitting-closes", "answers: later"}, []string{"19 value"}},
		{"unknown signal", []string{"[focus, paste]", "[focus, keys]"}, []string{"18 value"}},
		{"cooldown in words", []string{"24h", "a day"}, []string{"8 value"}},
		{"twice", []string{"attempts: 3", "minutes: 3"}, []string{"7 twice"}},
		{"bad yaml", []string{"reread: [values/red-line]", "reread: [values/red-line"}, []string{"9 questions.front_malformed"}},
		{"no sections", []string{"sections:", "parts:"}, []string{"10 unknown", "1 required"}},
	} {
		b, problems := ParseBlueprint(examFile(test.replace...))
		if got := where(problems); b != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
		for _, p := range problems {
			for _, lang := range locale.Langs() {
				if !catalog.Has(lang, p.Key) {
					t.Errorf("%s has no message in %s", p.Key, lang)
				}
			}
		}
	}
	if b, problems := ParseBlueprint(examFile("track: values\n", "")); b == nil || b.Track != "" {
		t.Errorf("an exam of no track: %v", problems)
	}
	for name, change := range map[string][2]string{
		"drift of a rule":    {"pass: 80%", "pass: 70%"},
		"a section missing":  {"  - title: The rest\n", ""},
		"drift in a section": {"  - title: Red line\n", "  - title: Red line\n    pass: 50%\n"},
		"another exam":       {"exam: values", "exam: product"},
	} {
		drifted := en
		drifted.Source = []byte(strings.Replace(string(en.Source), change[0], change[1], 1))
		if _, problems := ParseBlueprint(examFile(), drifted); len(problems) != 1 || problems[0].Key != "exams.blueprint_drift" || problems[0].File != en.Name {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

func where(problems fault.Problems) (out []string) {
	for _, p := range problems {
		out = append(out, fmt.Sprintf("%d %s", p.Line, strings.TrimPrefix(p.Key, "exams.blueprint_")))
	}
	return out
}
