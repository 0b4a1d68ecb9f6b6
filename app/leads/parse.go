package leads

import (
	"regexp"
	"slices"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/markdown"
)

// document is content/pools.yaml. What a pool does not say is as in the standard terms.
type document struct {
	Title  yaml.Node `yaml:"title"`
	Stages []struct {
		Stage  yaml.Node `yaml:"stage"`
		Title  yaml.Node `yaml:"title"`
		Exempt bool      `yaml:"exempt"`
		Won    bool      `yaml:"won"`
	} `yaml:"stages"`
	Evening struct {
		At      yaml.Node `yaml:"at"`
		PerDay  yaml.Node `yaml:"per_day"`
		Publish bool      `yaml:"publish"`
	} `yaml:"evening"`
	Pools []poolDocument `yaml:"pools"`
}

type poolDocument struct {
	Pool        yaml.Node            `yaml:"pool"`
	Title       yaml.Node            `yaml:"title"`
	Teams       []string             `yaml:"teams"`
	Territories []string             `yaml:"territories"`
	Industries  []string             `yaml:"industries"`
	StageDays   map[string]yaml.Node `yaml:"stage_days"`
	Masked      []yaml.Node          `yaml:"masked"`
	Warnings    []yaml.Node          `yaml:"warnings"`
	FirstDue    yaml.Node            `yaml:"first_due"`
	Escalate    yaml.Node            `yaml:"escalate"`

	DrawsPerDay     yaml.Node `yaml:"draws_per_day"`
	Cap             yaml.Node `yaml:"cap"`
	PrivateCap      yaml.Node `yaml:"private_cap"`
	LaterDays       yaml.Node `yaml:"later_days"`
	ExtendDays      yaml.Node `yaml:"extend_days"`
	HardDays        yaml.Node `yaml:"hard_days"`
	PrivateDays     yaml.Node `yaml:"private_days"`
	PrivateHardDays yaml.Node `yaml:"private_hard_days"`
	CoolReclaimed   yaml.Node `yaml:"cool_reclaimed"`
	CoolReturned    yaml.Node `yaml:"cool_returned"`
	EmbargoDays     yaml.Node `yaml:"embargo_days"`
	NewcomerShare   yaml.Node `yaml:"newcomer_share"`
	NewcomerDays    yaml.Node `yaml:"newcomer_days"`
	ViewsPerDay     yaml.Node `yaml:"views_per_day"`
}

// slugs name stages and pools in addresses and records.
var slugs = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Bounds of what a document may say. A clock that runs for years protects nobody's customers but the holder's.
const (
	mostDays  = 250
	mostLeads = 100_000
)

// ParseRules reads the rules and names every problem with its line. It returns none with any problem.
func ParseRules(file string, source []byte) (*Rules, fault.Problems) {
	var doc document
	if problems := markdown.YAML(source, &doc, file, 1); len(problems) > 0 {
		return nil, problems
	}
	p := ruleParser{file: file}
	rules := &Rules{Evening: Standard().Evening}
	for _, s := range doc.Stages {
		stage := Stage{Slug: p.slug(s.Stage, "stage"), Title: p.texts(s.Title, s.Stage.Line), Exempt: s.Exempt, Won: s.Won}
		if _, _, twice := rules.Stage(stage.Slug); twice {
			p.add(s.Stage, "stage", "leads.rules_twice", "name", stage.Slug)
		}
		rules.Stages = append(rules.Stages, stage)
	}
	if len(doc.Stages) == 0 {
		rules.Stages = Standard().Stages
	} else if rules.Stages[0].Slug != "lead" {
		p.add(doc.Stages[0].Stage, "stages", "leads.rules_first_stage")
	}
	p.clock(doc.Evening.At, "at", &rules.Evening.At)
	p.count(doc.Evening.PerDay, "per_day", 1, mostLeads, &rules.Evening.PerDay)
	rules.Evening.Publish = doc.Evening.Publish
	for _, d := range doc.Pools {
		terms := p.pool(d, rules)
		if _, twice := rules.PoolOf(terms.Slug); twice {
			p.add(d.Pool, "pool", "leads.rules_twice", "name", terms.Slug)
		}
		rules.Pools = append(rules.Pools, terms)
	}
	if _, ok := rules.PoolOf("default"); !ok {
		p.problems.Add(file, 1, "pools", "leads.rules_no_default")
	}
	if len(p.problems) > 0 {
		return nil, p.problems
	}
	return rules, nil
}

type ruleParser struct {
	file     string
	problems fault.Problems
}

func (p *ruleParser) add(n yaml.Node, item, key string, args ...any) {
	p.problems.Add(p.file, max(n.Line, 1), item, key, args...)
}

func (p *ruleParser) slug(n yaml.Node, item string) string {
	if !slugs.MatchString(n.Value) {
		p.add(n, item, "leads.rules_slug", "value", n.Value)
	}
	return n.Value
}

func (p *ruleParser) texts(n yaml.Node, line int) map[locale.Lang]string {
	all, without := markdown.Texts(&n)
	for _, lang := range without {
		p.problems.Add(p.file, max(n.Line, line, 1), "title", "leads.rules_title", "lang", string(lang))
	}
	return all
}

// count leaves into as it is where the document says nothing.
func (p *ruleParser) count(n yaml.Node, item string, least, most int, into *int) {
	if n.IsZero() {
		return
	}
	v, err := strconv.Atoi(n.Value)
	if err != nil || v < least || v > most {
		p.add(n, item, "leads.rules_count", "value", n.Value, "least", least, "most", most)
		return
	}
	*into = v
}

func (p *ruleParser) clock(n yaml.Node, item string, into *Clock) {
	if n.IsZero() {
		return
	}
	at, err := time.Parse("15:04", n.Value)
	if err != nil {
		p.add(n, item, "leads.rules_clock", "value", n.Value)
		return
	}
	*into = Clock(at.Hour()*60 + at.Minute())
}

func (p *ruleParser) pool(d poolDocument, rules *Rules) Terms {
	t := standardTerms(p.slug(d.Pool, "pool"), p.texts(d.Title, d.Pool.Line))
	t.Teams, t.Territories, t.Industries = d.Teams, d.Territories, d.Industries
	p.clock(d.FirstDue, "first_due", &t.FirstDue)
	p.clock(d.Escalate, "escalate", &t.Escalate)
	for _, c := range []struct {
		n           yaml.Node
		item        string
		least, most int
		into        *int
	}{
		{d.DrawsPerDay, "draws_per_day", 0, mostLeads, &t.DrawsPerDay},
		{d.Cap, "cap", 0, mostLeads, &t.Cap},
		{d.PrivateCap, "private_cap", 0, mostLeads, &t.PrivateCap},
		{d.LaterDays, "later_days", 1, mostDays, &t.LaterDays},
		{d.ExtendDays, "extend_days", 1, mostDays, &t.ExtendDays},
		{d.HardDays, "hard_days", 1, mostDays, &t.HardDays},
		{d.PrivateDays, "private_days", 1, mostDays, &t.PrivateDays},
		{d.PrivateHardDays, "private_hard_days", 1, mostDays, &t.PrivateHardDays},
		{d.CoolReclaimed, "cool_reclaimed", 0, mostDays, &t.CoolReclaimed},
		{d.CoolReturned, "cool_returned", 0, mostDays, &t.CoolReturned},
		{d.EmbargoDays, "embargo_days", 0, mostDays, &t.EmbargoDays},
		{d.NewcomerShare, "newcomer_share", 0, 100, &t.NewcomerShare},
		{d.NewcomerDays, "newcomer_days", 0, mostDays, &t.NewcomerDays},
		{d.ViewsPerDay, "views_per_day", 0, mostLeads, &t.ViewsPerDay},
	} {
		p.count(c.n, c.item, c.least, c.most, c.into)
	}
	if t.HardDays < t.LaterDays || t.PrivateHardDays < t.HardDays {
		p.add(d.Pool, t.Slug, "leads.rules_hard", "later", t.LaterDays, "hard", t.HardDays, "private", t.PrivateHardDays)
	}
	t.StageDays = map[string]int{}
	for stage, n := range d.StageDays {
		days := 0
		if _, _, ok := rules.Stage(stage); !ok {
			p.add(n, "stage_days", "leads.rules_no_stage", "stage", stage)
		}
		p.count(n, "stage_days", 1, mostDays, &days)
		t.StageDays[stage] = days
	}
	if d.Masked != nil {
		t.Masked = nil
		for _, n := range d.Masked {
			if !slices.Contains(maskable, n.Value) {
				p.add(n, "masked", "leads.rules_masked", "value", n.Value)
			}
			t.Masked = append(t.Masked, n.Value)
		}
	}
	if d.Warnings != nil {
		t.Warnings = make([]Clock, len(d.Warnings))
		for i, n := range d.Warnings {
			p.clock(n, "warnings", &t.Warnings[i])
		}
	}
	return t
}
