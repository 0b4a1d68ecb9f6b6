package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"time"
)

// Engine is the database behind a DB.
type Engine uint8

const (
	SQLite Engine = iota
	Postgres
)

func (e Engine) String() string { return [...]string{"sqlite", "postgres"}[e] }

// ErrNoRow is what Row.Scan returns when the query found nothing. It does not poison the transaction.
var ErrNoRow = errors.New("store: no row")

var (
	errClosed = errors.New("store: the database is closed")
	errNested = errors.New("store: Read or Write called inside a closure; pass the Rx or Tx on instead")
)

// engine is what differs between the two databases.
type engine interface {
	dialect() *dialect
	read(ctx context.Context, now time.Time, single bool, f func(*Rx) error) error
	// write returns what the committed closure left to do afterwards.
	write(ctx context.Context, now time.Time, f func(*Tx) error) ([]func(), error)
	// upgrade runs f in a transaction that one process at a time is in.
	upgrade(ctx context.Context, now time.Time, f func(tx *Tx, script func(sql string) error) error) error
	close() error
}

// DB is an open database. Its methods may be called from many goroutines.
type DB struct {
	engine engine
	clock  func() time.Time
	open   sync.RWMutex // held for reading by every call, so that Close waits for all of them
	closed bool
	inside *closures          // nil unless RefuseNesting
	before func(query string) // nil unless BeforeEach
	bells  bells
	ids    counter
}

// Open opens "sqlite:<path>" (the folder is made when missing) or "postgres://…". The clock gives the time
// of every transaction.
func Open(ctx context.Context, url string, clock func() time.Time) (*DB, error) {
	return open(ctx, url, clock, toWrite)
}

// purpose is what a database is opened for.
type purpose bool

const (
	toWrite purpose = false
	toRead  purpose = true
)

func open(ctx context.Context, url string, clock func() time.Time, use purpose) (*DB, error) {
	db := &DB{clock: clock}
	var err error
	scheme, path, _ := strings.Cut(url, ":")
	switch {
	case scheme == "sqlite" && path != "" && path != ":memory:":
		db.engine, err = openSQLite(path, use)
	case scheme == "postgres" || scheme == "postgresql":
		db.engine, err = openPostgres(ctx, url)
	default:
		err = errors.New("store: the database URL must be sqlite:<path of a file> or postgres://…")
	}
	if err != nil {
		return nil, err
	}
	if use == toRead {
		db.engine = readOnly{db.engine}
	}
	return db, nil
}

// Engine tells which database this is.
func (db *DB) Engine() Engine { return db.engine.dialect().engine }

// Close waits for the calls that are under way, makes them durable and closes the database.
func (db *DB) Close() error {
	db.open.Lock()
	defer db.open.Unlock()
	if db.closed {
		return nil
	}
	db.closed = true
	return db.engine.close()
}

// Ping asks the database a real question.
func (db *DB) Ping(ctx context.Context) error {
	return db.Read(ctx, func(rx *Rx) error {
		var one int
		return rx.Row("SELECT 1").Scan(&one)
	})
}

// Read runs f over one snapshot of the database. It returns f's error, the first failed statement's when f
// ignored it, or the context's.
func (db *DB) Read(ctx context.Context, f func(*Rx) error) error { return db.read(ctx, false, f) }

// ReadOne is Read for one statement, which is a snapshot by itself: it spares the two that begin and end a
// transaction, most of what a point read costs. A second statement fails.
func (db *DB) ReadOne(ctx context.Context, f func(*Rx) error) error { return db.read(ctx, true, f) }

func (db *DB) read(ctx context.Context, single bool, f func(*Rx) error) error {
	if err := db.enter(ctx); err != nil {
		return err
	}
	defer db.open.RUnlock()
	if db.inside != nil {
		f = watch(db.inside, f)
	}
	return db.engine.read(ctx, db.now(), single, f)
}

// Write runs f as one transaction and returns once it is durable, or with the reason why nothing of it
// happened: f's error, the first failed statement's when f ignored it, the context's while f was still
// waiting for its turn, a fault.Conflict for a violated constraint, or a fault.Busy when it was tried in vain.
// A panic in f comes back as an error.
func (db *DB) Write(ctx context.Context, f func(*Tx) error) error {
	after, err := db.write(ctx, f)
	for _, g := range after {
		g()
	}
	return err
}

func (db *DB) write(ctx context.Context, f func(*Tx) error) ([]func(), error) {
	if err := db.enter(ctx); err != nil {
		return nil, err
	}
	defer db.open.RUnlock()
	if db.inside != nil {
		f = watch(db.inside, f)
	}
	return db.engine.write(ctx, db.now(), func(tx *Tx) error {
		tx.bells, tx.counter, tx.before = &db.bells, &db.ids, db.before
		return f(tx)
	})
}

// enter holds the database open for a call; the caller releases db.open.
func (db *DB) enter(ctx context.Context) error {
	if db.inside != nil && db.inside.here() {
		return errNested
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	db.open.RLock()
	if db.closed {
		db.open.RUnlock()
		return errClosed
	}
	return nil
}

func (db *DB) now() time.Time { return db.clock().UTC().Truncate(time.Millisecond) }

// Ms is a time as the database keeps it, in unix milliseconds.
func Ms(t time.Time) int64 { return t.UnixMilli() }

// Time is the time of unix milliseconds, in UTC.
func Time(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// NullMs is Ms for a column that may be NULL: nil for the zero time.
func NullMs(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	ms := Ms(t)
	return &ms
}

// NullTime is Time for a column that may be NULL: the zero time for nil.
func NullTime(ms *int64) time.Time {
	if ms == nil {
		return time.Time{}
	}
	return Time(*ms)
}

// protect calls f and turns a panic into an error, so that one caller's defect stays that caller's.
func protect(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicked(v)
		}
	}()
	return f()
}

func panicked(v any) error {
	if cause, ok := v.(error); ok {
		return fmt.Errorf("store: panic in a closure: %w\n%s", cause, debug.Stack())
	}
	return fmt.Errorf("store: panic in a closure: %v\n%s", v, debug.Stack())
}
