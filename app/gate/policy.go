package gate

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"bainian/app/fault"
)

// Policy says what each level asks for, and the numbers that bound the pool.
type Policy struct {
	Version int // of the document; set by the Keeper
	Levels  []LevelRule
	Limits  Limits
	// Holidays are days on which no business is done beside Saturdays and Sundays, as yyyy-mm-dd.
	Holidays map[string]bool
}

// LevelRule opens a level to whoever meets its requirement tree. Rules are tried from the top.
type LevelRule struct {
	Level   Level
	Require Node
}

// Node is a requirement or a group of nodes of which all, or any one, must hold.
type Node struct {
	All, Any    []Node
	Requirement *Requirement
}

// Requirement is one condition. Ref names the course ("values/culture"), the exam ("values") or, of an order, the exams
// ("values>product").
type Requirement struct {
	Kind    RequirementKind
	Ref     string
	Mark    int           // percent that a pass of the exam must have beyond being one; 0 takes any
	Current bool          // the course must have been completed in its version in force
	Within  time.Duration // how long a pass counts; 0 for ever
	Grace   time.Duration // how much longer it still opens the gate, while a renewal is due
}

// RequirementKind is what a requirement is about.
type RequirementKind string

const (
	Pledge     RequirementKind = "pledge"
	Course     RequirementKind = "course"
	Exam       RequirementKind = "exam"
	InOrder    RequirementKind = "in_order" // exams passed one after the other
	Graduated  RequirementKind = "cohort"   // graduated from a cohort
	SignedOff  RequirementKind = "sign_off" // a manager above says so
	NoOpenCase RequirementKind = "no_open_case"
	NoRedLine  RequirementKind = "no_red_line"
	Employed   RequirementKind = "employed"
)

// Key names a requirement in decisions, waivers and logs: "exam:values", "no_open_case".
func (r Requirement) Key() string {
	if r.Ref == "" {
		return string(r.Kind)
	}
	return string(r.Kind) + ":" + r.Ref
}

// orderSign stands between the exams of an order, in Ref.
const orderSign = ">"

// Order are the exams of an order.
func (r Requirement) Order() []string { return strings.Split(r.Ref, orderSign) }

// Waivable reports whether HR may excuse a person from it: courses and exams, but never the values, for values come
// first; the graduation and the manager's word. Never the order, which would let the values come last.
func (r Requirement) Waivable() bool {
	switch r.Kind {
	case Course, Exam:
		return r.Ref != "values" && !strings.HasPrefix(r.Ref, "values/")
	case Graduated, SignedOff:
		return true
	}
	return false
}

// Limits bound how leads move; all are counts, per person.
type Limits struct {
	DrawsPerDay    int // leads a person draws in a business day, returned ones counting
	PerDay         int // drawn and allocated together in a business day
	Cap            int // leads held at once
	NewcomerDays   int // business days after the first lead for which a person is a newcomer
	NewcomerPerDay int // as PerDay, for newcomers
	NewcomerCap    int // as Cap, for newcomers
}

// ParsePolicy reads a policy document and names every problem with its line.
func ParsePolicy(file string, source []byte) (*Policy, fault.Problems) {
	p := parser{file: file}
	var doc yaml.Node
	if err := yaml.Unmarshal(source, &doc); err != nil || len(doc.Content) == 0 {
		p.problems.Add(file, 1, "", "gate.policy_malformed", "why", fmt.Sprint(err))
		return nil, p.problems
	}
	policy := p.policy(doc.Content[0])
	if len(p.problems) > 0 {
		return nil, p.problems
	}
	return policy, nil
}

type parser struct {
	file     string
	problems fault.Problems
}

func (p *parser) problem(n *yaml.Node, item, key string, args ...any) {
	p.problems.Add(p.file, n.Line, item, key, args...)
}

// fields walks a mapping's keys in order; anything but a mapping is a problem.
func (p *parser) fields(n *yaml.Node, item string, each func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		p.problem(n, item, "gate.policy_not_mapping", "item", item)
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		each(n.Content[i], n.Content[i+1])
	}
}

func (p *parser) policy(root *yaml.Node) *Policy {
	policy := &Policy{Holidays: map[string]bool{}}
	seenLevels, seenLimits := false, false
	p.fields(root, "policy", func(key, value *yaml.Node) {
		switch key.Value {
		case "title":
		case "levels":
			seenLevels = true
			policy.Levels = p.levels(value)
		case "limits":
			seenLimits = true
			policy.Limits = p.limits(value)
		case "holidays":
			p.holidays(value, policy.Holidays)
		default:
			p.problem(key, key.Value, "gate.policy_unknown_field", "field", key.Value)
		}
	})
	if !seenLevels || len(policy.Levels) == 0 {
		p.problem(root, "levels", "gate.policy_missing", "field", "levels")
	} else if policy.Levels[0].Level != Full {
		p.problem(root, "levels", "gate.policy_first_full")
	}
	if !seenLimits {
		p.problem(root, "limits", "gate.policy_missing", "field", "limits")
	}
	return policy
}

func (p *parser) levels(n *yaml.Node) []LevelRule {
	if n.Kind != yaml.SequenceNode {
		p.problem(n, "levels", "gate.policy_not_list", "item", "levels")
		return nil
	}
	var rules []LevelRule
	for _, item := range n.Content {
		var rule LevelRule
		required := false
		p.fields(item, "level", func(key, value *yaml.Node) {
			switch key.Value {
			case "level":
				rule.Level = Level(value.Value)
				if rule.Level != Full && rule.Level != Limited && rule.Level != Shadow {
					p.problem(value, value.Value, "gate.policy_unknown_level", "level", value.Value)
				}
			case "require":
				required = true
				rule.Require = p.node(value)
			default:
				p.problem(key, key.Value, "gate.policy_unknown_field", "field", key.Value)
			}
		})
		if !required || rule.Level == "" {
			p.problem(item, "levels", "gate.policy_missing", "field", "level, require")
		}
		if len(rules) > 0 && rules[len(rules)-1].Level.rank() <= rule.Level.rank() {
			p.problem(item, string(rule.Level), "gate.policy_level_order", "level", string(rule.Level))
		}
		rules = append(rules, rule)
	}
	return rules
}

func (p *parser) node(n *yaml.Node) Node {
	if n.Kind == yaml.ScalarNode {
		return p.requirement(n, n, nil)
	}
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		p.problem(n, "require", "gate.policy_not_mapping", "item", "require")
		return Node{}
	}
	key, value := n.Content[0], n.Content[1]
	if key.Value != "all" && key.Value != "any" {
		return p.requirement(key, value, n.Content[2:])
	}
	if value.Kind != yaml.SequenceNode || len(value.Content) == 0 {
		p.problem(value, key.Value, "gate.policy_not_list", "item", key.Value)
		return Node{}
	}
	children := make([]Node, len(value.Content))
	for i, c := range value.Content {
		children[i] = p.node(c)
	}
	for i := 2; i < len(n.Content); i += 2 {
		p.problem(n.Content[i], n.Content[i].Value, "gate.policy_unknown_field", "field", n.Content[i].Value)
	}
	if key.Value == "all" {
		return Node{All: children}
	}
	return Node{Any: children}
}

func (p *parser) requirement(kind, value *yaml.Node, options []*yaml.Node) Node {
	r := &Requirement{Kind: RequirementKind(kind.Value)}
	switch r.Kind {
	case Course, Exam:
		r.Ref = value.Value
		if value.Kind != yaml.ScalarNode || value == kind || !validRef(r.Kind, r.Ref) {
			p.problem(kind, kind.Value, "gate.policy_bad_ref", "kind", kind.Value, "ref", value.Value)
		}
	case InOrder:
		r.Ref = p.order(kind, value)
	case Graduated, SignedOff:
		if word := r.Kind.word(); value == kind || value.Value != word {
			p.problem(kind, kind.Value, "gate.policy_word", "kind", kind.Value, "word", word)
		}
	case Pledge, NoOpenCase, NoRedLine, Employed:
	default:
		p.problem(kind, kind.Value, "gate.policy_unknown_requirement", "kind", kind.Value)
	}
	var grace *yaml.Node
	for i := 0; i+1 < len(options); i += 2 {
		name, value := options[i], options[i+1]
		switch {
		case name.Value == "mark" && r.Kind == Exam:
			r.Mark = p.percent(value)
		case name.Value == "version" && r.Kind == Course:
			if r.Current = value.Value == "current"; !r.Current {
				p.problem(value, name.Value, "gate.policy_word", "kind", name.Value, "word", "current")
			}
		case name.Value == "within" && r.Kind == Exam:
			r.Within = p.days(name, value)
		case name.Value == "grace" && (r.Kind == Exam || r.Kind == Pledge || r.Kind == Course):
			r.Grace, grace = p.days(name, value), name
		default:
			p.problem(name, name.Value, "gate.policy_unknown_field", "field", name.Value)
		}
	}
	if grace != nil && r.Kind == Course && !r.Current {
		p.problem(grace, grace.Value, "gate.policy_grace_alone")
	}
	return Node{Requirement: r}
}

// word is what must stand behind a kind that has no ref.
func (k RequirementKind) word() string {
	if k == Graduated {
		return "graduated"
	}
	return "manager"
}

func validRef(kind RequirementKind, ref string) bool {
	return ref != "" && !strings.Contains(ref, orderSign) && strings.Contains(ref, "/") == (kind == Course)
}

// order reads the exams of an order: two at least, each once.
func (p *parser) order(kind, value *yaml.Node) string {
	var exams []string
	if value.Kind == yaml.SequenceNode {
		for _, item := range value.Content {
			if item.Kind != yaml.ScalarNode || !validRef(Exam, item.Value) || slices.Contains(exams, item.Value) {
				p.problem(item, kind.Value, "gate.policy_bad_ref", "kind", kind.Value, "ref", item.Value)
			}
			exams = append(exams, item.Value)
		}
	}
	if len(exams) < 2 {
		p.problem(kind, kind.Value, "gate.policy_order")
	}
	return strings.Join(exams, orderSign)
}

func (p *parser) days(name, value *yaml.Node) time.Duration {
	days, err := parseDays(value.Value)
	if err != nil {
		p.problem(value, name.Value, "gate.policy_bad_days", "value", value.Value)
	}
	return days
}

func (p *parser) percent(value *yaml.Node) int {
	n, err := strconv.Atoi(strings.TrimSuffix(value.Value, "%"))
	if err != nil || n < 1 || n > 100 {
		p.problem(value, "mark", "gate.policy_bad_mark", "value", value.Value)
	}
	return n
}

// parseDays reads "365d" as a length of calendar days.
func parseDays(s string) (time.Duration, error) {
	n, err := strconv.Atoi(strings.TrimSuffix(s, "d"))
	if err != nil || !strings.HasSuffix(s, "d") || n < 1 || n > 3660 {
		return 0, fmt.Errorf("%q is not a number of days such as 365d", s)
	}
	return time.Duration(n) * 24 * time.Hour, nil
}

func (p *parser) limits(n *yaml.Node) Limits {
	var limits Limits
	places := map[string]*int{
		"draws_per_day": &limits.DrawsPerDay, "per_day": &limits.PerDay, "cap": &limits.Cap,
		"newcomer_days": &limits.NewcomerDays, "newcomer_per_day": &limits.NewcomerPerDay, "newcomer_cap": &limits.NewcomerCap,
	}
	missing := slices.Sorted(maps.Keys(places))
	p.fields(n, "limits", func(key, value *yaml.Node) {
		place, ok := places[key.Value]
		if !ok {
			p.problem(key, key.Value, "gate.policy_unknown_field", "field", key.Value)
			return
		}
		missing = slices.DeleteFunc(missing, func(name string) bool { return name == key.Value })
		count, err := strconv.Atoi(value.Value)
		if err != nil || count < 0 || count > 100_000 {
			p.problem(value, key.Value, "gate.policy_bad_count", "field", key.Value, "value", value.Value)
			return
		}
		*place = count
	})
	for _, name := range missing {
		p.problem(n, name, "gate.policy_missing", "field", name)
	}
	return limits
}

func (p *parser) holidays(n *yaml.Node, into map[string]bool) {
	if n.Kind != yaml.SequenceNode {
		p.problem(n, "holidays", "gate.policy_not_list", "item", "holidays")
		return
	}
	for _, day := range n.Content {
		if _, err := time.Parse(time.DateOnly, day.Value); err != nil {
			p.problem(day, day.Value, "gate.policy_bad_day", "value", day.Value)
			continue
		}
		into[day.Value] = true
	}
}

// Refs are the courses and exams that the policy asks for, so that lint can tell whether they exist.
func (p *Policy) Refs() (courses, exams []string) {
	for _, rule := range p.Levels {
		for _, r := range rule.Require.leaves(nil) {
			switch r.Kind {
			case Course:
				courses = append(courses, r.Ref)
			case Exam:
				exams = append(exams, r.Ref)
			case InOrder:
				exams = append(exams, r.Order()...)
			}
		}
	}
	return courses, exams
}

// currents are the courses that the policy wants completed in their version in force.
func (p *Policy) currents() []string {
	var refs []string
	for _, rule := range p.Levels {
		for _, r := range rule.Require.leaves(nil) {
			if r.Current {
				refs = append(refs, r.Ref)
			}
		}
	}
	return refs
}

// asksFor reports whether any level asks for a requirement of that kind.
func (p *Policy) asksFor(kind RequirementKind) bool {
	for _, rule := range p.Levels {
		if slices.ContainsFunc(rule.Require.leaves(nil), func(r Requirement) bool { return r.Kind == kind }) {
			return true
		}
	}
	return false
}

// size is how many requirements the tree holds.
func (n Node) size() int {
	if n.Requirement != nil {
		return 1
	}
	total := 0
	for _, children := range [][]Node{n.All, n.Any} {
		for _, c := range children {
			total += c.size()
		}
	}
	return total
}

func (n Node) leaves(into []Requirement) []Requirement {
	if n.Requirement != nil {
		return append(into, *n.Requirement)
	}
	for _, c := range append(n.All, n.Any...) {
		into = c.leaves(into)
	}
	return into
}
