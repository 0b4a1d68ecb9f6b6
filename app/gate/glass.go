package gate

import (
	"time"

	"bainian/app/fault"
	"bainian/app/people"
)

// OpenThen is what the glass asks for, and no policy can: that the gate was open when the snapshot was taken.
const OpenThen RequirementKind = "open_at_snapshot"

// Glass answers from a snapshot what the gate would have answered when it was taken. It knows nothing that came later:
// whoever was revoked between the snapshot and the outage is still let through, for at most GlassGood.
type Glass struct {
	snapshot *Snapshot
	people   map[string]*SnapshotPerson // by number
	machines map[string]Machine         // by the token's digest
	sessions map[string]Session         // by the token's digest
}

// NewGlass is a glass over a snapshot that was opened.
func NewGlass(s *Snapshot) *Glass {
	g := &Glass{s, make(map[string]*SnapshotPerson, len(s.People)), make(map[string]Machine, len(s.Machines)), make(map[string]Session, len(s.Sessions))}
	for i := range s.People {
		g.people[s.People[i].Number] = &s.People[i]
	}
	for _, m := range s.Machines {
		g.machines[m.Token] = m
	}
	for _, one := range s.Sessions {
		g.sessions[one.Token] = one
	}
	return g
}

// Snapshot is what the glass answers from.
func (g *Glass) Snapshot() *Snapshot { return g.snapshot }

// Machine is the name of the machine with that token: Unauthenticated for a token that did not work when the snapshot
// was taken, Forbidden for one of another scope.
func (g *Glass) Machine(plain string, scope people.Scope) (string, error) {
	m, known := g.machines[people.TokenDigest(plain)]
	switch {
	case !known:
		return "", fault.New(fault.Unauthenticated, "people.token_unknown")
	case m.Scope != scope:
		return "", fault.New(fault.Forbidden, "people.token_scope")
	}
	return m.Name, nil
}

// Visitor is whoever is signed in by that session's token: their id, where they may at least go on holding, and number.
// A session that had ended when the snapshot was taken, or has since, is Unauthenticated.
func (g *Glass) Visitor(token string, now time.Time) (people.Person, error) {
	s, known := g.sessions[people.TokenDigest(token)]
	if !known || !now.Before(s.Until) {
		return people.Person{}, fault.New(fault.Unauthenticated, "people.session_over")
	}
	p := people.Person{ID: s.Number, Number: s.Number, Active: true}
	if one, found := g.people[s.Number]; found {
		p.ID = one.ID
	}
	return p, nil
}

// Decide is the decision about the holder of an employee number at a time. After the snapshot's time, and before it, it
// is a Busy "glass.over" and allows nothing; somebody who is not in it is NotFound.
func (g *Glass) Decide(number string, now time.Time) (Decision, error) {
	if err := g.snapshot.GoodAt(now); err != nil {
		return Decision{}, fault.Wrap(err, fault.Busy, "glass.over")
	}
	s, known := g.people[people.NumberKey(number)]
	if !known {
		return Decision{}, fault.New(fault.NotFound, "gate.no_person")
	}
	d := Decision{PersonID: s.ID, At: now, Level: s.Level, Until: s.Until, Employed: true, PolicyVersion: g.snapshot.PolicyVersion,
		Limits: Limits{PerDay: s.PerDay, Cap: s.Cap}}
	step := Step{Requirement: Requirement{Kind: OpenThen}, State: Met, At: g.snapshot.At}
	switch {
	case !s.Level.Takes():
		step.State = Unmet
	case !s.Until.IsZero() && !now.Before(s.Until):
		d.Level, d.Until, step.State = None, time.Time{}, Lapsed
	}
	d.Steps = []Step{step}
	return d, nil
}
