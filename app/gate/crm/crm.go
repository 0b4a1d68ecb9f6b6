package crm

import (
	"context"
	"errors"
	"time"
)

// CRM is the other system. All its verbs may be repeated: granting what is granted prolongs or shortens it, revoking
// what is not there is nothing.
type CRM interface {
	// Name is what records and pages call it.
	Name() string
	// Actual is a page of the entitlements that it really has: "" asks for the first, and next is "" after the last.
	Actual(ctx context.Context, page string) (some []Entitlement, next string, err error)
	// Grant lets the person take leads until then. ErrNobody when the CRM has no such user, or more than one.
	Grant(ctx context.Context, number string, until time.Time) error
	// Revoke ends it.
	Revoke(ctx context.Context, number string) error
}

// Entitlement is that a person may take leads in the CRM.
type Entitlement struct {
	Number string    // employee number; "" for a user whom nothing connects with an employee
	Until  time.Time // when it ends there by itself; zero for never
	none   bool      // there is none
}

var (
	// ErrNobody is about one person, whom the CRM does not know.
	ErrNobody = errors.New("crm: it has not exactly one active user with this employee number")
	// ErrUnreachable is about the CRM: there is no sense in trying the next person now.
	ErrUnreachable = errors.New("crm: it cannot be reached or will not serve us now")
)

// How long a grant lasts unless it is renewed, and how much of it may be left before it is.
const (
	lease = 72 * time.Hour
	renew = 36 * time.Hour
)

// want is what the gate says about a person.
type want struct {
	now   time.Time // when it said so
	takes bool
	until time.Time // of the decision; zero for none
}

// grantUntil is when a grant made now is to end in the CRM.
func (w want) grantUntil() time.Time {
	until := w.now.Add(lease)
	if !w.until.IsZero() && w.until.Before(until) {
		until = w.until
	}
	return until.Truncate(time.Second)
}

// Found is how a CRM differs from the gate about a person.
type Found string

const (
	Told    Found = "told"    // the gate has just changed
	Extra   Found = "extra"   // the CRM lets somebody who may not
	Longer  Found = "longer"  // it lets them for longer than it was told
	Missing Found = "missing" // it does not let somebody who may
	stale   Found = "stale"   // its lease is to be renewed: no drift
	inLine  Found = ""
)

// compare is how an entitlement that was found differs.
func compare(w want, e Entitlement) Found {
	had := !e.none && (e.Until.IsZero() || e.Until.After(w.now))
	target := w.grantUntil()
	switch {
	case !w.takes && had:
		return Extra
	case !w.takes:
		return inLine
	case !had:
		return Missing
	case e.Until.IsZero() || e.Until.After(target.Add(time.Minute)):
		return Longer
	case e.Until.Before(target) && e.Until.Before(w.now.Add(renew)):
		return stale
	}
	return inLine
}
