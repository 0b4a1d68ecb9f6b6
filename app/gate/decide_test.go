package gate

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const shipped = `
title: 領取資格規則
levels:
  - level: full
    require:
      all:
        - {pledge: signed, grace: 14d}
        - {course: values/culture}
        - {exam: values, within: 365d, grace: 14d}
        - any: [{exam: product, within: 365d}, {exam: sales, within: 365d}]
        - no_open_case
        - no_red_line
        - employed
  - level: shadow
    require: {all: [{exam: values}, employed]}
limits: {draws_per_day: 10, per_day: 50, cap: 200, newcomer_days: 10, newcomer_per_day: 15, newcomer_cap: 60}
holidays: [2026-12-25]
`

var now = time.Date(2026, 11, 23, 9, 0, 0, 0, time.FixedZone("", 8*3600))

func policy(t interface{ Fatal(...any) }) *Policy {
	p, problems := ParsePolicy("policy.yaml", []byte(shipped))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return p
}

func ready() Facts {
	return Facts{
		PersonID: "p", Employed: true, Pledge: 3, CurrentPledge: 3, PledgeAt: now.AddDate(0, 0, -9), PledgeSince: now.AddDate(0, -2, 0),
		Courses:   map[string]time.Time{"values/culture": now.AddDate(0, 0, -8)},
		Exams:     map[string]Pass{"values": {At: now.AddDate(0, 0, -5)}, "product": {At: now.AddDate(0, 0, -4)}},
		FirstLead: now.AddDate(0, -1, 0),
	}
}

func TestDecide(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Facts)
		level  Level
		unmet  []string
	}{
		{"everything met", func(f *Facts) {}, Full, nil},
		{"a newcomer is limited", func(f *Facts) { f.FirstLead = now.AddDate(0, 0, -3) }, Limited, nil},
		{"no lead yet is a newcomer", func(f *Facts) { f.FirstLead = time.Time{} }, Limited, nil},
		{"one of two alternatives is enough", func(f *Facts) { f.Exams["sales"] = f.Exams["product"]; delete(f.Exams, "product") }, Full, nil},
		{"neither alternative", func(f *Facts) { delete(f.Exams, "product") }, Shadow, []string{"exam:product", "exam:sales"}},
		{"no pledge", func(f *Facts) { f.Pledge = 0 }, Shadow, []string{"pledge"}},
		{"an old pledge within its grace", func(f *Facts) { f.CurrentPledge, f.PledgeSince = 4, now.AddDate(0, 0, -13) }, Full, nil},
		{"an old pledge after its grace", func(f *Facts) { f.CurrentPledge, f.PledgeSince = 4, now.AddDate(0, 0, -15) }, Shadow, []string{"pledge"}},
		{"no pledge text is known: closed", func(f *Facts) { f.CurrentPledge = 0 }, Shadow, []string{"pledge"}},
		{"a pass within its grace", func(f *Facts) { f.Exams["values"] = Pass{At: now.AddDate(0, 0, -370)} }, Full, nil},
		{"a pass after its grace", func(f *Facts) { f.Exams["values"] = Pass{At: now.AddDate(0, 0, -380)} }, Shadow, []string{"exam:values"}},
		{"an open case", func(f *Facts) { f.OpenCases = 1 }, Shadow, []string{"no_open_case"}},
		{"a red line", func(f *Facts) { f.RedLine = true }, None, []string{"no_red_line"}},
		{"left the company", func(f *Facts) { f.Employed = false }, None, []string{"employed"}},
		{"a waiver", func(f *Facts) {
			delete(f.Exams, "product")
			f.Waivers = []Waiver{{Requirement: "exam:product", Until: now.AddDate(0, 0, 1)}}
		}, Full, nil},
		{"a waiver that has ended", func(f *Facts) {
			delete(f.Exams, "product")
			f.Waivers = []Waiver{{Requirement: "exam:product", Until: now}}
		}, Shadow, []string{"exam:product", "exam:sales"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := ready()
			c.change(&f)
			d := Decide(f, policy(t), now)
			if d.Level != c.level {
				t.Errorf("level %s, want %s", d.Level, c.level)
			}
			var unmet []string
			for _, s := range d.Unmet() {
				unmet = append(unmet, s.Requirement.Key())
			}
			if len(unmet) != len(c.unmet) {
				t.Fatalf("unmet %v, want %v", unmet, c.unmet)
			}
			for i := range unmet {
				if unmet[i] != c.unmet[i] {
					t.Fatalf("unmet %v, want %v", unmet, c.unmet)
				}
			}
		})
	}
}

func TestNoWaiverUndoesValuesPledgeCaseOrRedLine(t *testing.T) {
	for _, key := range []string{"pledge", "course:values/culture", "exam:values", "no_open_case", "no_red_line", "employed"} {
		f := ready()
		switch key {
		case "pledge":
			f.Pledge = 0
		case "course:values/culture":
			f.Courses = nil
		case "exam:values":
			delete(f.Exams, "values")
		case "no_open_case":
			f.OpenCases = 1
		case "no_red_line":
			f.RedLine = true
		case "employed":
			f.Employed = false
		}
		f.Waivers = []Waiver{{Requirement: key, Until: now.AddDate(0, 0, 20)}}
		if d := Decide(f, policy(t), now); d.Allows(Draw) {
			t.Errorf("a waiver of %s opened the gate", key)
		}
	}
}

// Fails closed, explains always, keeps from others what a case is about, and never lets a red line through.
func TestG3_ExplanationAndEnforcementAgree(t *testing.T) {
	p := policy(t)
	rapid.Check(t, func(t *rapid.T) {
		f := ready()
		f.Employed = rapid.Bool().Draw(t, "employed")
		f.RedLine = rapid.Bool().Draw(t, "red")
		f.OpenCases = rapid.IntRange(0, 2).Draw(t, "cases")
		f.Pledge = rapid.IntRange(0, 4).Draw(t, "pledge")
		for _, exam := range []string{"values", "product", "sales"} {
			if rapid.Bool().Draw(t, exam) {
				f.Exams[exam] = Pass{At: now.AddDate(0, 0, -rapid.IntRange(0, 800).Draw(t, "ago"))}
			} else {
				delete(f.Exams, exam)
			}
		}
		d := Decide(f, p, now)
		for _, a := range []Action{Draw, Assign} {
			if !d.Allows(a) && len(d.Reasons(ThePerson)) == 0 {
				t.Fatalf("%s is denied without a reason: %+v", a, d)
			}
			if d.Allows(a) && (f.RedLine || !f.Employed || f.OpenCases > 0) {
				t.Fatalf("%s is allowed to %+v", a, f)
			}
		}
		if d.Allows(Hold) != (f.Employed && !f.RedLine) {
			t.Fatalf("hold: %v for %+v", d.Allows(Hold), f)
		}
		for _, r := range d.Reasons(Others) {
			if r.Requirement == string(NoOpenCase) || r.Requirement == string(NoRedLine) {
				t.Fatalf("others are told of %s", r.Requirement)
			}
		}
		if !d.Until.IsZero() && d.Level != None {
			if after := Decide(f, p, d.Until); after.Level.rank() > d.Level.rank() && d.Level != Limited {
				t.Fatalf("the level rose at its end: %v → %v", d.Level, after.Level)
			}
			if before := Decide(f, p, d.Until.Add(-time.Millisecond)); before.Level.rank() < d.Level.rank() && d.At.Before(d.Until) {
				t.Fatalf("the level ended before its time: %v → %v", d.Level, before.Level)
			}
		}
	})
}

func TestParsePolicyNamesEveryProblem(t *testing.T) {
	_, problems := ParsePolicy("policy.yaml", []byte(`levels:
  - level: shadow
    require: {all: [{exam: values, within: 12}, {wish: 1}]}
  - level: full
    require: {any: []}
limits: {cap: -1}
surprise: 1
`))
	want := map[int]string{3: "gate.policy_bad_days gate.policy_unknown_requirement", 4: "gate.policy_level_order", 5: "gate.policy_not_list",
		6: "gate.policy_bad_count", 7: "gate.policy_unknown_field", 1: "gate.policy_first_full"}
	for line, keys := range want {
		found := ""
		for _, p := range problems {
			if p.Line == line && (p.Key != "gate.policy_missing") {
				if found != "" {
					found += " "
				}
				found += p.Key
			}
		}
		if found != keys {
			t.Errorf("line %d: %q, want %q (all: %v)", line, found, keys, problems)
		}
	}
	if _, problems := ParsePolicy("p", []byte("a: [")); len(problems) != 1 {
		t.Errorf("malformed yaml gave %v", problems)
	}
}

func TestBusinessDays(t *testing.T) {
	p := policy(t)
	friday := time.Date(2026, 12, 24, 18, 0, 0, 0, now.Location()) // a Thursday; Friday 25 is a holiday
	if got := p.NextBusinessDay(friday).Format(time.DateOnly); got != "2026-12-28" {
		t.Errorf("next business day %s", got)
	}
	if got := p.calendarIn(friday.Location()).Between(friday, friday.AddDate(0, 0, 7)); got != 4 {
		t.Errorf("business days in the week after: %d, want 4", got)
	}
}

// Decide is pure: the same facts give the same decision, and neither facts nor policy are touched.
func TestTheSameFactsGiveTheSameDecision(t *testing.T) {
	p := policy(t)
	rapid.Check(t, func(t *rapid.T) {
		f := ready()
		f.Employed, f.RedLine = rapid.Bool().Draw(t, "employed"), rapid.Bool().Draw(t, "red")
		f.OpenCases, f.Pledge = rapid.IntRange(0, 1).Draw(t, "cases"), rapid.IntRange(0, 4).Draw(t, "pledge")
		for exam := range f.Exams {
			f.Exams[exam] = Pass{At: now.AddDate(0, 0, -rapid.IntRange(0, 500).Draw(t, "ago"))}
		}
		f.Waivers = []Waiver{{Requirement: "exam:product", Until: now.AddDate(0, 0, rapid.IntRange(-2, 2).Draw(t, "left"))}}
		given, rules := fmt.Sprintf("%+v", f), fmt.Sprintf("%+v", *p)
		first := Decide(f, p, now)
		if again := Decide(f, p, now); !reflect.DeepEqual(first, again) {
			t.Fatalf("%+v and then %+v", first, again)
		}
		if fmt.Sprintf("%+v", f) != given || fmt.Sprintf("%+v", *p) != rules {
			t.Fatal("a decision changed what it was made from")
		}
	})
}

func TestWithoutNewcomerDaysNobodyIsANewcomer(t *testing.T) {
	p := policy(t)
	p.Limits.NewcomerDays = 0
	f := ready()
	f.FirstLead = time.Time{}
	if d := Decide(f, p, now); d.Level != Full || d.Cap() != 200 {
		t.Errorf("%s, cap %d", d.Level, d.Cap())
	}
}

// No policy at all is a policy without levels: closed, and what is held stays workable.
func TestG2_APolicyWithoutLevelsIsClosed(t *testing.T) {
	d := Decide(ready(), &Policy{}, now)
	if d.Level != None || d.Allows(Draw) || d.Allows(Assign) || !d.Allows(Hold) || d.Allows("sell") {
		t.Errorf("%+v", d)
	}
}
