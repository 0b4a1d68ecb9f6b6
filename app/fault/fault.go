// Package fault is the one error type of the program: a kind, which decides the status, and a message key
// with arguments, which app/locale turns into words for the person who sees it.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what went wrong in the terms a caller can act on; app/web maps each to one HTTP status.
type Kind uint8

const (
	Internal        Kind = iota // a defect or a broken machine: 500
	Invalid                     // the input is wrong: 422
	Malformed                   // the input cannot even be read: 400
	Unauthenticated             // nobody is signed in: 401
	Forbidden                   // this person may not: 403
	NotFound                    // there is no such thing, or not for this person: 404
	Conflict                    // somebody or something else came first: 409
	TooLarge                    // over a stated limit: 413
	TooMany                     // too often: 429
	Busy                        // try again in a moment: 503
)

var kindNames = [...]string{"internal", "invalid", "malformed", "unauthenticated", "forbidden", "not_found", "conflict", "too_large", "too_many", "busy"}

func (k Kind) String() string { return kindNames[k] }

// Error is a fault with words: Key names a message in the catalogs, Args are its name/value pairs.
type Error struct {
	Kind  Kind
	Key   string
	Args  []any  // name, value, name, value, …
	Field string // the form field or JSON member it is about, if any
	Cause error  // for the log only; never shown
}

// New makes a fault; args are name/value pairs for the message's {name} places.
func New(kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: args}
}

// Wrap makes a fault that keeps its cause for the log.
func Wrap(cause error, kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: args, Cause: cause}
}

// In names the field that the fault is about.
func (e *Error) In(field string) *Error {
	c := *e
	c.Field = field
	return &c
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Kind.String() + " " + e.Key)
	for i := 0; i+1 < len(e.Args); i += 2 {
		fmt.Fprintf(&b, " %v=%v", e.Args[i], e.Args[i+1])
	}
	if e.Cause != nil {
		b.WriteString(": " + e.Cause.Error())
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Cause }

// KindOf is the kind of the first fault in the chain; Problems count as Invalid, anything else as Internal.
func KindOf(err error) Kind {
	if e := (*Error)(nil); errors.As(err, &e) {
		return e.Kind
	}
	if p := (Problems)(nil); errors.As(err, &p) {
		return Invalid
	}
	return Internal
}

// Is reports whether err is a fault of that kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// KeyOf is the message key of the first fault in the chain, "" when there is none.
func KeyOf(err error) string {
	if e := (*Error)(nil); errors.As(err, &e) {
		return e.Key
	}
	return ""
}

// HasKey reports whether err is a fault with that message key.
func HasKey(err error, key string) bool {
	e := (*Error)(nil)
	return errors.As(err, &e) && e.Key == key
}

// Problem is one thing wrong in a file, a row or a form: where it is and what to say about it.
type Problem struct {
	File string // path or name of the file; empty for a form
	Line int    // 1-based; 0 when the whole file is meant
	Item string // id of the item, the row's key or the field's name
	Key  string // message key
	Args []any  // name, value pairs
}

// Problems are all the problems of one input at once: no one should have to find them one per try.
type Problems []Problem

// Add appends a problem.
func (p *Problems) Add(file string, line int, item, key string, args ...any) {
	*p = append(*p, Problem{File: file, Line: line, Item: item, Key: key, Args: args})
}

// Err is the problems as an error, or nil when there are none.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, q := range p {
		lines[i] = fmt.Sprintf("%s:%d: %s %s %v", q.File, q.Line, q.Item, q.Key, q.Args)
	}
	return strings.Join(lines, "\n")
}
