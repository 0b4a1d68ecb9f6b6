package gate

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const demanding = `
levels:
  - level: full
    require:
      all:
        - employed
        - no_red_line
        - no_open_case
        - {pledge: signed, grace: 14d}
        - {course: product/membership, version: current, grace: 10d}
        - {exam: product, mark: 90, within: 365d, grace: 14d}
        - in_order: [values, product, sales]
        - {cohort: graduated}
        - {sign_off: manager}
  - level: shadow
    require: {all: [employed, no_red_line, {exam: values}]}
limits: {draws_per_day: 10, per_day: 50, cap: 200, newcomer_days: 0, newcomer_per_day: 15, newcomer_cap: 60}
`

func demands(t interface{ Fatal(...any) }) *Policy {
	p, problems := ParsePolicy("policy.yaml", []byte(demanding))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return p
}

func day(n int) time.Time { return now.AddDate(0, 0, -n) }

func accomplished() Facts {
	f := Facts{PersonID: "p", Employed: true, Pledge: 1, CurrentPledge: 1, PledgeAt: day(50), PledgeSince: day(90),
		CurrentCourses: map[string]Edition{"product/membership": {Version: 2, Since: day(40)}},
		Graduated:      day(20), SignedOff: day(10), SignedOffBy: "m", FirstLead: day(5)}
	f.addCourse("product/membership", day(60), 1)
	f.addCourse("product/membership", day(35), 2)
	f.addPass("values", day(49), 9, 10)
	f.addPass("product", day(48), 95, 100)
	f.addPass("sales", day(47), 8, 10)
	return f
}

func TestTheNewKindsOfRequirements(t *testing.T) {
	for _, c := range []struct {
		name     string
		change   func(*Facts)
		unmet    string
		state    State
		key      string
		found    string
		remedy   string
		standing Standing
	}{
		{"everything met", func(f *Facts) {}, "", Met, "", "", "", StandingOpen},
		{"a course of an older version within its grace", func(f *Facts) {
			f.CurrentCourses = map[string]Edition{"product/membership": {Version: 3, Since: day(9)}}
		}, "", Met, "", "", "", StandingOpen},
		{"a course of an older version after its grace", func(f *Facts) {
			f.CurrentCourses = map[string]Edition{"product/membership": {Version: 3, Since: day(11)}}
		}, "course:product/membership", Lapsed, "gate.reason_course_lapsed", "gate.found_version", "/courses/product/membership", StandingLapsed},
		{"a pass below the mark", func(f *Facts) { f.Exams["product"] = Pass{At: day(48), Score: 899} },
			"exam:product", Unmet, "gate.reason_exam_mark", "gate.found_pass", "/exams", StandingShadow},
		{"a pass of the mark before one below it", func(f *Facts) {
			f.addPass("product", day(3), 80, 100)
		}, "", Met, "", "", "", StandingOpen},
		{"a pass of the mark that is too old, with one below it since", func(f *Facts) {
			f.Exams["product"] = Pass{At: day(48), Score: 850, Earlier: []Pass{{At: day(400), Score: 950}}}
			f.Exams["values"], f.Exams["sales"] = Pass{At: day(401), Score: 900}, Pass{At: day(47), Score: 800}
		}, "exam:product", Lapsed, "gate.reason_exam_lapsed", "gate.found_pass", "/exams", StandingLapsed},
		{"out of order", func(f *Facts) { f.Exams["values"] = Pass{At: day(46), Score: 900} },
			"in_order:values>product>sales", Unmet, "gate.reason_in_order", "gate.found_at", "/exams", StandingShadow},
		{"out of order and passed again in turn", func(f *Facts) {
			f.Exams["values"] = Pass{At: day(46), Score: 900}
			f.addPass("product", day(45), 95, 100)
			f.addPass("sales", day(44), 9, 10)
		}, "", Met, "", "", "", StandingOpen},
		{"not graduated", func(f *Facts) { f.Graduated = time.Time{} }, "cohort", Unmet, "gate.reason_cohort", "", "", StandingShadow},
		{"not signed off", func(f *Facts) { f.SignedOff = time.Time{} }, "sign_off", Unmet, "gate.reason_sign_off", "", "", StandingShadow},
		{"the sign-off waived", func(f *Facts) {
			f.SignedOff, f.Waivers = time.Time{}, []Waiver{{Requirement: "sign_off", Until: now.Add(time.Hour)}}
		}, "", Waived, "", "", "", StandingOpen},
		{"the order cannot be waived", func(f *Facts) {
			f.Exams["values"] = Pass{At: day(46), Score: 900}
			f.Waivers = []Waiver{{Requirement: "in_order:values>product>sales", Until: now.Add(time.Hour)}}
		}, "in_order:values>product>sales", Unmet, "gate.reason_in_order", "gate.found_at", "/exams", StandingShadow},
		{"a case", func(f *Facts) { f.OpenCases, f.ReviewBy = 1, now.Add(time.Hour) }, "no_open_case", Unmet, "gate.reason_open_case", "", "/gate", StandingSuspended},
		{"a red line", func(f *Facts) { f.RedLine = true }, "no_red_line", Unmet, "gate.reason_red_line", "", "/gate", StandingRevoked},
		{"left", func(f *Facts) { f.Employed = false }, "employed", Unmet, "gate.reason_employed", "", "", StandingClosed},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := accomplished()
			c.change(&f)
			d := Decide(f, demands(t), now)
			if d.Standing() != c.standing {
				t.Errorf("standing %s, want %s", d.Standing(), c.standing)
			}
			unmet := d.Unmet()
			if c.unmet == "" {
				if len(unmet) != 0 {
					t.Errorf("unmet %+v", unmet)
				}
				return
			}
			if len(unmet) != 1 || unmet[0].Requirement.Key() != c.unmet || unmet[0].State != c.state {
				t.Fatalf("unmet %+v", unmet)
			}
			r := d.Reasons(ThePerson)[0]
			if r.Key != c.key || r.Found != c.found || r.Remedy != c.remedy {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestLapsedIsForThoseWhoHadTheGateOpen(t *testing.T) {
	f := accomplished()
	f.CurrentCourses = map[string]Edition{"product/membership": {Version: 3, Since: day(11)}}
	if d := Decide(f, demands(t), now); d.Standing() != StandingLapsed || !d.Allows(Hold) || d.Allows(Draw) {
		t.Errorf("%+v", d)
	}
	f.FirstLead = time.Time{}
	if d := Decide(f, demands(t), now); d.Standing() != StandingShadow {
		t.Errorf("who never had a lead: %s", d.Standing())
	}
}

func TestOnlyTheseCanBeWaived(t *testing.T) {
	var waivable []string
	for _, r := range demands(t).Levels[0].Require.leaves(nil) {
		if r.Waivable() {
			waivable = append(waivable, r.Key())
		}
	}
	if want := []string{"course:product/membership", "exam:product", "cohort", "sign_off"}; !slices.Equal(waivable, want) {
		t.Errorf("%v, want %v", waivable, want)
	}
}

// drawFacts are any facts that the demanding policy looks at.
func drawFacts(t *rapid.T) Facts {
	ago := func(name string, most int) time.Time { return day(rapid.IntRange(0, most).Draw(t, name)) }
	maybe := func(name string) time.Time {
		if rapid.Bool().Draw(t, name) {
			return ago(name+" ago", 60)
		}
		return time.Time{}
	}
	f := accomplished()
	f.Exams, f.Courses, f.CourseVersions = nil, nil, nil
	f.Employed, f.RedLine = rapid.Bool().Draw(t, "employed"), rapid.Bool().Draw(t, "red line")
	f.OpenCases, f.Pledge = rapid.IntRange(0, 1).Draw(t, "cases"), rapid.IntRange(0, 2).Draw(t, "pledge")
	f.CurrentCourses = map[string]Edition{"product/membership": {Version: rapid.IntRange(1, 3).Draw(t, "version"), Since: ago("since", 20)}}
	if rapid.Bool().Draw(t, "course") {
		f.addCourse("product/membership", ago("done", 60), rapid.IntRange(1, 3).Draw(t, "of version"))
	}
	for _, exam := range []string{"values", "product", "sales"} {
		at := day(800)
		for range rapid.IntRange(0, 3).Draw(t, exam) {
			at = at.AddDate(0, 0, rapid.IntRange(1, 260).Draw(t, "days"))
			f.addPass(exam, at, rapid.IntRange(60, 100).Draw(t, "score"), 100)
		}
	}
	f.Graduated, f.SignedOff, f.FirstLead = maybe("graduated"), maybe("signed off"), maybe("first lead")
	for _, key := range []string{"exam:product", "cohort", "in_order:values>product>sales", "pledge"} {
		if rapid.Bool().Draw(t, "waived "+key) {
			f.Waivers = append(f.Waivers, Waiver{Requirement: key, Until: now.AddDate(0, 0, rapid.IntRange(-3, 9).Draw(t, "left"))})
		}
	}
	return f
}

// What is explained is what is enforced, for every kind: an open gate has no unmet condition, a shut one has a reason, and
// to supply what the reasons ask for opens it.
func TestG3_EveryReasonNamesWhatWouldOpenTheGate(t *testing.T) {
	p := demands(t)
	rapid.Check(t, func(t *rapid.T) {
		f := drawFacts(t)
		d := Decide(f, p, now)
		if d.Standing().Takes() != d.Allows(Draw) || d.Allows(Draw) != d.Allows(Assign) {
			t.Fatalf("%s, but draw %v", d.Standing(), d.Allows(Draw))
		}
		if (len(d.Unmet()) == 0) != d.Allows(Draw) || (len(d.Reasons(ThePerson)) == 0) != d.Allows(Draw) || (len(d.Reasons(Others)) == 0) != d.Allows(Draw) {
			t.Fatalf("%d unmet, allowed %v", len(d.Unmet()), d.Allows(Draw))
		}
		if d.Allows(Hold) != (f.Employed && !f.RedLine) || (d.Standing() == StandingRevoked) != f.RedLine {
			t.Fatalf("%s: %+v", d.Standing(), f)
		}
		for _, r := range d.Reasons(Others) {
			if strings.Contains(r.Requirement, "case") || strings.Contains(r.Requirement, "red") || strings.Contains(r.Key, "red_line") {
				t.Fatalf("others are told %+v", r)
			}
		}
		var s Supposition
		for _, step := range d.Unmet() {
			s.Met = append(s.Met, step.Requirement.Key())
		}
		before := reflect.ValueOf(f.Exams).Len()
		after := Decide(s.imagine(f, p, now), p, now)
		for _, left := range after.Unmet() { // an order comes with the passes of its exams, of which an older one may lead
			if left.Requirement.Kind != InOrder {
				t.Fatalf("with all of %v the gate still lacks %+v", s.Met, left)
			}
		}
		if len(f.Exams) != before {
			t.Fatal("imagining changed the facts")
		}
		if !d.Until.IsZero() && d.Level == Full {
			if ended := Decide(f, p, d.Until); ended.Level == Full && !d.Newcomer {
				t.Fatalf("open beyond %v", d.Until)
			}
			if open := Decide(f, p, d.Until.Add(-time.Millisecond)); open.Level != Full {
				t.Fatalf("shut before %v", d.Until)
			}
		}
	})
}

func TestParsePolicyNamesTheProblemsOfTheNewKinds(t *testing.T) {
	_, problems := ParsePolicy("policy.yaml", []byte(`levels:
  - level: full
    require:
      all:
        - {exam: values, mark: 101}
        - {course: values/culture, version: 3}
        - {course: values/culture, grace: 3d}
        - in_order: [values]
        - in_order: [values, values]
        - in_order: values
        - {cohort: left}
        - sign_off
        - {exam: "a>b"}
        - {cohort: graduated, mark: 90}
limits: {draws_per_day: 1, per_day: 1, cap: 1, newcomer_days: 1, newcomer_per_day: 1, newcomer_cap: 1}
`))
	want := []string{"5 gate.policy_bad_mark", "6 gate.policy_word", "7 gate.policy_grace_alone", "8 gate.policy_order", "9 gate.policy_bad_ref", "10 gate.policy_order",
		"11 gate.policy_word", "12 gate.policy_word", "13 gate.policy_bad_ref", "14 gate.policy_unknown_field"}
	var got []string
	for _, p := range problems {
		got = append(got, strconv.Itoa(p.Line)+" "+p.Key)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// FuzzParsePolicy: whatever the text, there is a policy or a named problem with a line, never both and never neither; and
// a form can be made of it or not, but writing it again changes nothing of what it says.
func FuzzParsePolicy(f *testing.F) {
	for _, seed := range []string{shipped, demanding, "", "a: [", "levels: {}", "levels: [{level: full, require: {in_order: [a, b]}}]", "- 1", "levels:\n  - level: full\n    require: &a {all: [*a]}\n",
		"levels: [{level: full, require: employed}]\nlimits: 3\nholidays: [x]", "\x00", "levels: [{level: full, require: {all: [{exam: {a: b}}, [], {cohort: [graduated]}]}}]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, problems := ParsePolicy("policy.yaml", []byte(text))
		if (p == nil) == (len(problems) == 0) {
			t.Fatalf("policy %v with problems %v", p, problems)
		}
		for _, problem := range problems {
			if problem.Line < 1 || problem.Key == "" {
				t.Fatalf("a problem without a place: %+v", problem)
			}
		}
		s, err := OpenSheet(text)
		if err != nil || p == nil {
			return
		}
		again, problems := ParsePolicy("policy.yaml", []byte(s.Text()))
		if !reflect.DeepEqual(p, again) {
			t.Fatalf("written again it says %+v (%v), it said %+v:\n%s", again, problems, p, s.Text())
		}
	})
}
