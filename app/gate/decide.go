package gate

import (
	"slices"
	"time"
)

// Facts is everything about one person that a decision may rest on, read in one transaction.
type Facts struct {
	PersonID string
	Employed bool

	Pledge        int       // version signed last; 0 for none
	PledgeAt      time.Time // when
	CurrentPledge int       // version in force
	PledgeSince   time.Time // when the version in force was published

	Courses map[string]time.Time // course ref → finished at
	Exams   map[string]Pass      // exam slug → the latest pass that counts

	OpenCases int       // cases that a person opened and nobody has closed
	ReviewBy  time.Time // when the oldest of them must be decided
	RedLine   bool

	Waivers []Waiver // in force, not withdrawn

	FirstLead time.Time // when the person first took a lead; zero before
}

// Pass is a passed exam: when, and the score in thousandths.
type Pass struct {
	At    time.Time
	Score int
}

// Waiver excuses a person from one requirement until a time.
type Waiver struct {
	ID          string
	PersonID    string
	Requirement string // Requirement.Key
	Until       time.Time
	By          string // who granted it
	At          time.Time
	Reason      string
}

// State is how a requirement stands for a person.
type State string

const (
	Met    State = "met"
	Waived State = "waived"
	Lapsed State = "lapsed" // was met, too long ago
	Unmet  State = "unmet"
)

// Step is one requirement of the highest level and how it stands.
type Step struct {
	Requirement Requirement
	State       State
	At          time.Time // when it was met
	Until       time.Time // when it stops being met; zero if never
	Renew       bool      // it has run out and holds only by its grace
	AnyOf       int       // requirements with the same number > 0 are alternatives
}

// Done reports whether the requirement holds.
func (s Step) Done() bool { return s.State == Met || s.State == Waived }

// Decision is the gate's answer about one person at one moment.
type Decision struct {
	PersonID      string
	At            time.Time
	Level         Level
	Until         time.Time // when the level ends by itself; zero if never
	Newcomer      bool
	Suspended     bool      // a case is open
	ReviewBy      time.Time // when the open case must be decided
	RedLine       bool
	Employed      bool
	PolicyVersion int
	Limits        Limits
	Steps         []Step // all requirements of the highest level, in the policy's order
}

// Unmet are the steps that keep the gate from opening fully.
func (d Decision) Unmet() []Step {
	var unmet []Step
	for _, s := range d.Steps {
		if !s.Done() {
			unmet = append(unmet, s)
		}
	}
	return unmet
}

// Allows reports whether the person may do this now. Acquiring needs an open gate. Holding needs neither a
// fresh pass nor a closed case: what is held stays workable until a red line or the end of employment.
func (d Decision) Allows(a Action) bool {
	switch a {
	case Draw, Assign:
		return d.Level.Takes()
	case Hold:
		return d.Employed && !d.RedLine
	}
	return false
}

// PerDay is how many leads may be drawn and allocated to the person in a business day.
func (d Decision) PerDay() int {
	if d.Newcomer {
		return min(d.Limits.NewcomerPerDay, d.Limits.PerDay)
	}
	return d.Limits.PerDay
}

// Cap is how many leads the person may hold at once.
func (d Decision) Cap() int {
	if d.Newcomer {
		return min(d.Limits.NewcomerCap, d.Limits.Cap)
	}
	return d.Limits.Cap
}

// Decide applies a policy to the facts at a time. It is pure: the same three give the same decision.
// A red line and the end of employment close the gate whatever the policy says.
func Decide(f Facts, p *Policy, now time.Time) Decision {
	d := Decision{
		PersonID: f.PersonID, At: now, Level: None, Employed: f.Employed, RedLine: f.RedLine,
		Suspended: f.OpenCases > 0, ReviewBy: f.ReviewBy, PolicyVersion: p.Version, Limits: p.Limits,
	}
	d.Newcomer = p.Limits.NewcomerDays > 0 &&
		(f.FirstLead.IsZero() || p.calendarIn(now.Location()).Between(f.FirstLead, now) < p.Limits.NewcomerDays)
	for i, rule := range p.Levels {
		e := evaluation{facts: &f, now: now, steps: make([]Step, 0, rule.Require.size())}
		ok, until := e.node(rule.Require, 0)
		if i == 0 {
			d.Steps = e.withBuiltIn()
		}
		if ok && f.Employed && !f.RedLine {
			d.Level, d.Until = rule.Level, until
			break
		}
	}
	if d.Level == Full && d.Newcomer {
		d.Level = Limited
	}
	return d
}

type evaluation struct {
	facts  *Facts
	now    time.Time
	steps  []Step
	groups int
}

// withBuiltIn adds the two conditions above every policy where the policy does not name them, so that no
// denial is without a reason.
func (e *evaluation) withBuiltIn() []Step {
	for _, kind := range []RequirementKind{NoRedLine, Employed} {
		named := slices.ContainsFunc(e.steps, func(s Step) bool { return s.Requirement.Kind == kind })
		if s := e.plain(Requirement{Kind: kind}); !named && !s.Done() {
			e.steps = append(e.steps, s)
		}
	}
	return e.steps
}

// node reports whether a tree holds and until when: of all, the earliest end; of any, the latest.
func (e *evaluation) node(n Node, anyOf int) (ok bool, until time.Time) {
	if n.Requirement != nil {
		s := e.step(*n.Requirement)
		s.AnyOf = anyOf
		e.steps = append(e.steps, s)
		return s.Done(), s.Until
	}
	if len(n.Any) > 0 {
		e.groups++
		group, first, start := e.groups, true, len(e.steps)
		for _, c := range n.Any {
			held, end := e.node(c, group)
			if held && (first || end.IsZero() || (!until.IsZero() && end.After(until))) {
				until, first = end, false
			}
			ok = ok || held
		}
		if ok { // what nobody needs any more is not left to do
			e.steps = append(e.steps[:start], slices.DeleteFunc(e.steps[start:], func(s Step) bool { return !s.Done() })...)
		}
		return ok, until
	}
	ok = true
	for _, c := range n.All {
		held, end := e.node(c, anyOf)
		ok = ok && held
		if !end.IsZero() && (until.IsZero() || end.Before(until)) {
			until = end
		}
	}
	return ok, until
}

func (e *evaluation) step(r Requirement) Step {
	s := e.plain(r)
	if s.Done() || !r.Waivable() {
		return s
	}
	for _, w := range e.facts.Waivers {
		if w.Requirement == r.Key() && e.now.Before(w.Until) {
			return Step{Requirement: r, State: Waived, At: w.At, Until: w.Until}
		}
	}
	return s
}

func (e *evaluation) plain(r Requirement) Step {
	f, s := e.facts, Step{Requirement: r, State: Unmet}
	switch r.Kind {
	case Pledge:
		s.At = f.PledgeAt
		switch end := f.PledgeSince.Add(r.Grace); {
		case f.Pledge == 0 || f.CurrentPledge == 0:
		case f.Pledge >= f.CurrentPledge:
			s.State = Met
		case e.now.Before(end):
			s.State, s.Until, s.Renew = Met, end, true
		default:
			s.State = Lapsed
		}
	case Course:
		if at, ok := f.Courses[r.Ref]; ok {
			s.State, s.At = Met, at
		}
	case Exam:
		pass, ok := f.Exams[r.Ref]
		if !ok {
			break
		}
		s.State, s.At = Met, pass.At
		if r.Within > 0 {
			due := pass.At.Add(r.Within)
			s.Until = due.Add(r.Grace)
			s.Renew = !e.now.Before(due)
			if !e.now.Before(s.Until) {
				s.State = Lapsed
			}
		}
	case NoOpenCase:
		if f.OpenCases == 0 {
			s.State = Met
		} else {
			s.Until = f.ReviewBy
		}
	case NoRedLine:
		if !f.RedLine {
			s.State = Met
		}
	case Employed:
		if f.Employed {
			s.State = Met
		}
	}
	return s
}
