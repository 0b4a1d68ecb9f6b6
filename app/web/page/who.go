package page

import (
	"slices"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
)

// Who may use a route: one of the constants, or Only some roles.
type Who uint32

const (
	Always     Who = 1 << (31 - iota) // anyone, even before the set-up and without a look at the session
	Anyone                            // anyone; a session, if there is one, is known
	SignedIn                          // any employee
	Machine                           // a bearer of an API token for decisions, never a browser
	Rehearsing                        // a bearer of an API token for rehearsals
	Candidate                         // any employee, also in a session that was opened for an exam alone
	Dealing                           // a bearer of an API token for the lead pool
	Proven                            // anyone, a program above all: what it sends proves itself by signatures, whatever page it comes from
	Fronting                          // a proxy in front of a CRM, by an API token for forward auth, with or without the session of its visitor
	Measuring                         // a bearer of an API token for metrics
)

// Only is a person who holds any of the roles.
func Only(roles ...people.Role) Who { return Who(bitsOf(roles)) }

// bitsOf is a set of roles in the low bits, in the order of people.Roles.
func bitsOf(roles []people.Role) uint32 {
	var bits uint32
	for i, r := range people.Roles() {
		if slices.Contains(roles, r) {
			bits |= 1 << i
		}
	}
	return bits
}

// scope is what a machine's token must be for; false where people come.
func (w Who) scope() (people.Scope, bool) {
	switch w {
	case Machine:
		return people.Decisions, true
	case Rehearsing:
		return people.Rehearsals, true
	case Dealing:
		return people.LeadPool, true
	case Fronting:
		return people.ForwardAuth, true
	case Measuring:
		return people.Metrics, true
	}
	return "", false
}

// deadline is how long an answer may take. A visitor waits for the proxy, and the proxy for us.
func (w Who) deadline() time.Duration {
	if w == Fronting {
		return FrontingDeadline
	}
	return Deadline
}

// inExam reports whether a session that was opened for an exam alone may use the route.
func (w Who) inExam() bool { return w == Always || w == Anyone || w == Candidate }

// admits says why this person may not use the route, or nil.
func (w Who) admits(p people.Person) error {
	switch {
	case w == Always || w == Anyone || w == Proven:
		return nil
	case p.ID == "":
		return fault.New(fault.Unauthenticated, "page.sign_in_first")
	case w == SignedIn || w == Candidate || uint32(w)&bitsOf(p.Roles) != 0:
		return nil
	}
	return fault.New(fault.Forbidden, "page.not_your_role")
}
