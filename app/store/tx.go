package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Rx is a snapshot to query, valid inside the closure it was given to and on its goroutine.
type Rx struct {
	Now time.Time // when Read or Write was called: UTC, whole milliseconds, equal when the closure runs again

	ctx      context.Context
	conn     conn
	dialect  *dialect
	writable bool
	open     bool  // rows are being iterated
	asked    bool  // a statement has run
	single   bool  // there may be no second: ReadOne
	poison   error // the first failed statement, or errEnded
	before   func(query string)
}

// Tx is a transaction: an Rx that can also write.
type Tx struct {
	*Rx
	after   []func()
	bells   *bells
	counter *counter // of the ids
}

// Row is one row of a result.
type Row interface {
	// Scan copies the columns into dest, as database/sql does. A row that was not found is ErrNoRow.
	Scan(dest ...any) error
}

// conn is a connection of either driver; it puts the placeholders into its engine's words.
type conn interface {
	exec(ctx context.Context, query string, args ...any) (changed int64, err error)
	query(ctx context.Context, query string, args ...any) (rows, error)
}

type rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close() error
}

// dialect is how an engine differs in words.
type dialect struct {
	engine    Engine
	fault     func(err error) error // a driver's error as a fault, where it has a meaning
	forUpdate string
}

var (
	errEnded = errors.New("store: a transaction was used after its closure had returned")
	errTwo   = errors.New("store: a second statement in ReadOne; it may see another state than the first")
	errOpen  = errors.New("store: a statement while rows are open; collect the rows first")
)

func newTx(ctx context.Context, conn conn, d *dialect, now time.Time) *Tx {
	return &Tx{Rx: &Rx{Now: now, ctx: ctx, conn: conn, dialect: d, writable: true}}
}

// run gives the transaction to f. The first error is the outcome; the second is what poisoned the
// transaction, whatever f made of it.
func (tx *Tx) run(f func(*Tx) error) (err, poison error) {
	err = protect(func() error { return f(tx) })
	poison, tx.poison = tx.poison, errEnded
	if err == nil {
		err = poison
	}
	return err, poison
}

// Row is the first row of a result. The statement runs when the row is scanned.
func (rx *Rx) Row(query string, args ...any) Row { return &lazyRow{rx, query, args} }

type lazyRow struct {
	rx    *Rx
	query string
	args  []any
}

func (r *lazyRow) Scan(dest ...any) error {
	found := false
	err := r.rx.each(r.query, r.args, func(rows rows) (more bool, err error) {
		found = true
		return false, rows.Scan(dest...)
	})
	if err == nil && !found {
		return ErrNoRow
	}
	return err
}

// Each calls f for every row of a result until f fails. f cannot run statements: collect the rows first.
func (rx *Rx) Each(query string, args []any, f func(Row) error) error {
	return rx.each(query, args, func(rows rows) (bool, error) {
		row := &scanned{rows: rows}
		err := f(row)
		if row.err != nil {
			return false, row.err
		}
		if err != nil {
			return false, &callerError{err}
		}
		return true, nil
	})
}

// scanned remembers a failed Scan, which is the statement's failure and not the caller's.
type scanned struct {
	rows rows
	err  error
}

func (s *scanned) Scan(dest ...any) error {
	s.err = s.rows.Scan(dest...)
	return s.err
}

// callerError is an error that a row's function made up itself: it ends the iteration and poisons nothing.
type callerError struct{ error }

func (rx *Rx) each(query string, args []any, f func(rows) (more bool, err error)) error {
	if err := rx.ready(args); err != nil {
		return err
	}
	if rx.single && rx.asked {
		rx.poison = errTwo
		return errTwo
	}
	rx.asked = true
	if rx.before != nil {
		rx.before(query)
	}
	rows, err := rx.conn.query(rx.ctx, query, args...)
	if err != nil {
		return rx.fail(err, query)
	}
	rx.open = true
	defer func() {
		rows.Close()
		rx.open = false
	}()
	for more := true; more && rows.Next(); {
		if more, err = f(rows); err != nil {
			break
		}
	}
	if own := (*callerError)(nil); errors.As(err, &own) {
		return own.error
	}
	if err = errors.Join(err, rows.Err(), rows.Close()); err != nil {
		return rx.fail(err, query)
	}
	return nil
}

// Exec runs a statement and returns how many rows it changed.
func (tx *Tx) Exec(query string, args ...any) (int64, error) {
	if err := tx.ready(args); err != nil {
		return 0, err
	}
	if tx.before != nil {
		tx.before(query)
	}
	n, err := tx.conn.exec(tx.ctx, query, args...)
	if err != nil {
		return 0, tx.fail(err, query)
	}
	return n, nil
}

// After has f called once the transaction is durable, before Write returns and off the writer; not at all
// when it fails.
func (tx *Tx) After(f func()) { tx.after = append(tx.after, f) }

// ForUpdate is the end of a SELECT whose rows this transaction is about to change: " FOR UPDATE" where the
// engine locks rows, else nothing.
func (rx *Rx) ForUpdate() string {
	if rx.writable {
		return rx.dialect.forUpdate
	}
	return ""
}

// ready refuses a statement that the two engines would treat differently.
func (rx *Rx) ready(args []any) error {
	if rx.poison != nil {
		return rx.poison
	}
	if rx.open {
		rx.poison = errOpen
		return errOpen
	}
	for _, arg := range args {
		switch arg.(type) {
		case time.Time, *time.Time:
			rx.poison = errors.New("store: a time as an argument; use Ms, the database keeps unix milliseconds")
			return rx.poison
		}
	}
	return nil
}

// fail poisons the transaction with the failure of a statement.
func (rx *Rx) fail(err error, query string) error {
	if f := rx.dialect.fault(err); f != nil {
		rx.poison = f
	} else {
		rx.poison = fmt.Errorf("store: %w in %q", err, query)
	}
	return rx.poison
}

// All collects a result; scan turns one row into a value.
func All[T any](rx *Rx, scan func(Row) (T, error), query string, args ...any) ([]T, error) {
	var all []T
	err := rx.Each(query, args, func(row Row) error {
		v, err := scan(row)
		if err == nil {
			all = append(all, v)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// First is the first row of a result and whether there was one.
func First[T any](rx *Rx, scan func(Row) (T, error), query string, args ...any) (T, bool, error) {
	v, err := scan(rx.Row(query, args...))
	if err != nil {
		var none T
		if errors.Is(err, ErrNoRow) {
			err = nil
		}
		return none, false, err
	}
	return v, true, nil
}
