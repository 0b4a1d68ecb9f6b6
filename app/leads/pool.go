package leads

import (
	"context"
	"embed"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/people"
	"bainian/app/store"
)

//go:embed schema
var schema embed.FS

// Schema is the tables of this domain.
func Schema() store.Schema { return store.Schema{Domain: "leads", Files: schema} }

// Pool knows the leads and moves them.
type Pool struct {
	db     *store.DB
	shelf  *documents.Shelf
	keeper *gate.Keeper
	turn   chan struct{} // nil where writers are in line anyway

	latest atomic.Pointer[edition]
	warn   func(*store.Tx, Warning) error // nil: people see on their pages alone what is due
}

// New makes the pool over a migrated database; the keeper opens and closes it to people. The shelf gets the rules' check.
func New(db *store.DB, shelf *documents.Shelf, keeper *gate.Keeper) *Pool {
	p := &Pool{db: db, shelf: shelf, keeper: keeper}
	shelf.Register(documents.Pools, p.check)
	if db.Engine() == store.Postgres {
		p.turn = make(chan struct{}, 1)
	}
	return p
}

// give is a Write that gives a lead to somebody, one after the other. Each reads the counts that each changes:
// on PostgreSQL those that ran at once in young tables, a few pages large, would mostly have to run again.
func (p *Pool) give(ctx context.Context, f func(*store.Tx) error) error {
	if p.turn != nil {
		select {
		case p.turn <- struct{}{}:
			defer func() { <-p.turn }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return p.db.Write(ctx, f)
}

// ClosedError says that the gate is closed to a person, and everything that keeps it so. It is a Forbidden.
type ClosedError struct {
	PersonID string
	Reasons  []gate.Reason // in the words for whoever asked
	Decision gate.Decision // that was enforced
	fault    *fault.Error
}

func (e *ClosedError) Error() string { return e.fault.Error() }
func (e *ClosedError) Unwrap() error { return e.fault }

// managesIn reports whether the actor is above a person in their line, or keeps the system.
func managesIn(rx *store.Rx, actor people.Person, personID string) (bool, error) {
	if actor.Has(people.Admin) {
		return true, nil
	}
	line, err := people.LineIn(rx, personID)
	return slices.Contains(line, actor.ID), err
}

const (
	maxReason  = 500  // characters
	maxOutcome = 2000 // characters
	maxRequest = 100  // bytes
)

// said is a text without the space around it; the fault is that it is missing or too long.
func said(text, field, key string, most int) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" || utf8.RuneCountInString(text) > most {
		return "", fault.New(fault.Invalid, key, "max", most).In(field)
	}
	return text, nil
}
