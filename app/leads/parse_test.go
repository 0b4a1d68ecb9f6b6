package leads

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"bainian/app/locale"
)

// What ships says out loud what holds where nothing is said, but for the words.
func TestTheShippedRulesAreTheStandardOnes(t *testing.T) {
	source, err := os.ReadFile("../../content/pools.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rules, problems := ParseRules(RulesPath, source)
	if rules == nil {
		t.Fatal(problems)
	}
	bare := func(r *Rules) *Rules {
		for i := range r.Stages {
			r.Stages[i].Title = nil
		}
		for i := range r.Pools {
			r.Pools[i].Title, r.Pools[i].StageDays = nil, nil
		}
		return r
	}
	if got, want := bare(rules), bare(Standard()); !reflect.DeepEqual(got, want) {
		t.Errorf("\n%+v, want\n%+v", got, want)
	}
}

func TestParseRulesNamesEveryProblem(t *testing.T) {
	_, problems := ParseRules("pools.yaml", []byte(`stages:
  - {stage: Lead, title: {en: Lead}}
  - {stage: contract, title: Contract}
  - {stage: contract, title: Contract}
evening: {at: "25:00", per_day: 0}
pools:
  - pool: north
    title: North
    hard_days: 3
    cap: -1
    draws_per_day: many
    stage_days: {dreams: 3}
    masked: [company]
    warnings: ["9"]
  - {pool: north, title: North}
`))
	var got []string
	for _, p := range problems {
		got = append(got, strings.TrimPrefix(p.Key, "leads.rules_"))
	}
	want := "slug title title twice first_stage clock count count count hard no_stage masked clock twice no_default"
	if strings.Join(got, " ") != want {
		t.Errorf("%s, want %s", strings.Join(got, " "), want)
	}
	for _, p := range problems {
		if p.Line < 1 || p.File != "pools.yaml" {
			t.Errorf("%+v", p)
		}
	}
	if _, problems := ParseRules("p", []byte("pools: 3\nsurprise: 1\n")); len(problems) != 2 {
		t.Errorf("%v", problems)
	}
}

func FuzzParseRules(f *testing.F) {
	f.Add([]byte(onePool))
	f.Add([]byte("pools: [{pool: default, title: x, cap: 9999999999999999999999}]"))
	f.Add([]byte("a: &a [*a, *a]\n"))
	f.Fuzz(func(t *testing.T, source []byte) {
		rules, problems := ParseRules("f", source)
		if (rules == nil) != (len(problems) > 0) {
			t.Fatalf("%v and %v", rules, problems)
		}
		if rules == nil {
			return
		}
		for _, terms := range rules.Pools {
			if terms.HardDays < terms.LaterDays || terms.Slug == "" || terms.Title[locale.En] == "" {
				t.Fatalf("%+v", terms)
			}
		}
		if rules.Pool("nobody's").Slug != rules.Pools[0].Slug {
			t.Fatal("a lead without terms")
		}
	})
}

func TestPoolFor(t *testing.T) {
	rules := &Rules{Pools: []Terms{{Slug: "north", Territories: []string{"台北"}}, {Slug: "steel", Industries: []string{"五金"}}, {Slug: "default"}}}
	for _, c := range [][3]string{{"台北", "五金", "north"}, {"高雄", "五金", "steel"}, {"高雄", "食品", "default"}} {
		if got := rules.PoolFor(c[0], c[1]).Slug; got != c[2] {
			t.Errorf("%v went to %s", c, got)
		}
	}
}
