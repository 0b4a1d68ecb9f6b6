package gate

import (
	"slices"
	"time"
)

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
	Found       Evidence  // what the state rests on
}

// Evidence is what was found about a requirement, be it enough or not. The zero Evidence is that nothing was.
type Evidence struct {
	At               time.Time // of the pass, the completion, the signature, the graduation or the sign-off
	Score            int       // of the pass, in thousandths
	Version, Current int       // that was signed or completed, and that is in force
	By               string    // who signed off
	Exam             string    // of an order, the exam whose turn it is
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
	Steps         []Step    // all requirements of the highest level, in the policy's order
	FirstLead     time.Time // when the person first took a lead; zero before
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
		Suspended: f.OpenCases > 0, ReviewBy: f.ReviewBy, PolicyVersion: p.Version, Limits: p.Limits, FirstLead: f.FirstLead,
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

// step is how a requirement stands. Of several waivers the one that reaches furthest counts.
func (e *evaluation) step(r Requirement) Step {
	s := e.plain(r)
	if s.Done() || !r.Waivable() {
		return s
	}
	key, found := r.Key(), s.Found
	for _, w := range e.facts.Waivers {
		if w.Requirement == key && e.now.Before(w.Until) && w.Until.After(s.Until) {
			s = Step{Requirement: r, State: Waived, At: w.At, Until: w.Until, Found: found}
		}
	}
	return s
}

func (e *evaluation) plain(r Requirement) Step {
	f, s := e.facts, Step{Requirement: r, State: Unmet}
	switch r.Kind {
	case Pledge:
		s.At = f.PledgeAt
		s.Found = Evidence{At: f.PledgeAt, Version: f.Pledge, Current: f.CurrentPledge}
		if f.Pledge > 0 && f.CurrentPledge > 0 {
			e.edition(&s, f.Pledge, Edition{f.CurrentPledge, f.PledgeSince})
		}
	case Course:
		at, ok := f.Courses[r.Ref]
		if !ok {
			break
		}
		s.At, s.State = at, Met
		s.Found = Evidence{At: at, Version: f.CourseVersions[r.Ref]}
		if r.Current {
			s.Found.Current = f.CurrentCourses[r.Ref].Version
			e.edition(&s, s.Found.Version, f.CurrentCourses[r.Ref])
		}
	case Exam:
		e.exam(&s, f.Exams[r.Ref])
	case InOrder:
		e.order(&s)
	case Graduated:
		e.since(&s, f.Graduated)
	case SignedOff:
		e.since(&s, f.SignedOff)
		s.Found.By = f.SignedOffBy
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

// edition is how a signature or a completion of one version stands once another is in force: for a grace it still
// counts.
func (e *evaluation) edition(s *Step, version int, current Edition) {
	switch end := current.Since.Add(s.Requirement.Grace); {
	case version >= current.Version:
		s.State = Met
	case e.now.Before(end):
		s.State, s.Until, s.Renew = Met, end, true
	default:
		s.State = Lapsed
	}
}

// exam is how the passes of an exam stand: the newest one of the mark that is asked for counts, for as long as is said.
func (e *evaluation) exam(s *Step, last Pass) {
	r := s.Requirement
	if last.At.IsZero() {
		return
	}
	pass, ok := last.best(r.Mark)
	if !ok {
		s.Found = Evidence{At: last.At, Score: last.Score}
		return
	}
	s.State, s.At, s.Found = Met, pass.At, Evidence{At: pass.At, Score: pass.Score}
	if r.Within > 0 {
		due := pass.At.Add(r.Within)
		s.Until = due.Add(r.Grace)
		s.Renew = !e.now.Before(due)
		if !e.now.Before(s.Until) {
			s.State = Lapsed
		}
	}
}

// order is whether there is a pass of each exam that does not come before the one of the exam in front of it. A pass
// that came too early is not lost for good: whoever passes again, in turn, is in order.
func (e *evaluation) order(s *Step) {
	var at time.Time
	for _, exam := range s.Requirement.Order() {
		pass, ok := Pass{}, false
		if last, had := e.facts.Exams[exam]; had {
			s.Found.At = last.At
			pass, ok = last.since(at)
		}
		if !ok {
			s.Found.Exam = exam
			return
		}
		at = pass.At
	}
	s.State, s.At, s.Found = Met, at, Evidence{At: at}
}

func (e *evaluation) since(s *Step, at time.Time) {
	if !at.IsZero() {
		s.State, s.At, s.Found = Met, at, Evidence{At: at}
	}
}
