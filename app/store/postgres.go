package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"bainian/app/fault"
)

const (
	// More connections write less: what waits in Go cannot collide in the database.
	pgWriters = 4
	pgReaders = 16
	pgTries   = 10
	pgAlone   = 5 // tries beside others; from then on a transaction runs alone
	// upgradeLock is the advisory lock of migrations, "bainian" in hexadecimal.
	upgradeLock = 0x6261696e69616e
)

// postgresDB is a small pool of writers and a pool of readers.
type postgresDB struct {
	readers *pgPool
	writers *pgPool
	words   *dialect
	beside  sync.RWMutex // held for reading by a try that runs beside others, for writing by one that runs alone
}

func openPostgres(ctx context.Context, url string) (engine, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	config.RuntimeParams["application_name"] = "bainian"
	config.RuntimeParams["lock_timeout"] = "5s" // as SQLite's busy timeout
	texts := &rebinder{}
	p := &postgresDB{
		readers: newPool(config, texts, pgReaders),
		writers: newPool(config, texts, pgWriters),
		words:   &dialect{engine: Postgres, fault: postgresFault, forUpdate: " FOR UPDATE"},
	}
	conn, err := p.writers.take(ctx)
	if err != nil {
		return nil, fmt.Errorf("store: cannot open the database: %w", err)
	}
	p.writers.put(conn)
	return p, nil
}

func (p *postgresDB) dialect() *dialect { return p.words }

func (p *postgresDB) read(ctx context.Context, now time.Time, single bool, f func(*Rx) error) error {
	conn, err := p.readers.take(ctx)
	if err != nil {
		return unreachable(ctx, err)
	}
	defer p.readers.put(conn)
	return readIn(ctx, conn, p.words, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", now, single, f)
}

// write waits for one of the few connections and then tries until the transaction holds. Small tables make large
// predicate locks (a scan of one page locks the whole of it), so that of many who start at the same moment one could
// lose ten times in a row; after a few tries it runs alone in this process, and meets nobody.
func (p *postgresDB) write(ctx context.Context, now time.Time, f func(*Tx) error) ([]func(), error) {
	conn, err := p.writers.take(ctx)
	if err != nil {
		return nil, unreachable(ctx, err)
	}
	defer p.writers.put(conn)
	ctx = context.WithoutCancel(ctx)
	for try := 1; ; try++ {
		after, err, failed := p.try(ctx, conn, try > pgAlone, now, f)
		switch {
		case err == nil:
			return after, nil
		case !transient(failed):
			return nil, err
		case try == pgTries:
			return nil, fault.Wrap(failed, fault.Busy, "store.busy")
		}
		time.Sleep(rand.N(time.Millisecond << try))
	}
}

func (p *postgresDB) try(ctx context.Context, conn *pgConn, alone bool, now time.Time, f func(*Tx) error) (after []func(), err, failed error) {
	if alone {
		p.beside.Lock()
		defer p.beside.Unlock()
	} else {
		p.beside.RLock()
		defer p.beside.RUnlock()
	}
	return writeIn(ctx, conn, p.words, "BEGIN ISOLATION LEVEL SERIALIZABLE", now, f)
}

// upgrade reads committed data, so that what it sees after waiting for the lock is what the other process did.
func (p *postgresDB) upgrade(ctx context.Context, now time.Time, f func(*Tx, func(string) error) error) error {
	conn, err := p.writers.take(ctx)
	if err != nil {
		return unreachable(ctx, err)
	}
	defer p.writers.put(conn)
	ctx = context.WithoutCancel(ctx)
	script := func(text string) error {
		_, err := conn.Exec(ctx, text) // without arguments it may be several statements
		return err
	}
	_, err, _ = writeIn(ctx, conn, p.words, "BEGIN ISOLATION LEVEL READ COMMITTED", now, func(tx *Tx) error {
		if err := script("SET LOCAL lock_timeout = '60s'; SELECT pg_advisory_xact_lock(" + strconv.FormatInt(upgradeLock, 10) + ")"); err != nil {
			return err
		}
		return f(tx, script)
	})
	return err
}

func (p *postgresDB) close() error { return errors.Join(p.readers.close(), p.writers.close()) }

// unreachable is the failure to get a connection: the caller's own giving up, or a database that is away.
func unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fault.Wrap(err, fault.Busy, "store.busy")
}

// transient reports a failure that another try may not meet: a serialization failure, a deadlock, or no room
// for another predicate lock.
func transient(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01" || e.Code == "53200")
}

// postgresFault gives a driver's error its meaning, or nil when it has none for a caller.
func postgresFault(err error) error {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return nil
	}
	switch e.Code {
	case "23505", "23503", "23514", "23P01": // unique, foreign key, check, exclusion
		return fault.Wrap(err, fault.Conflict, "store.conflict")
	case "55P03", "53300", "57P03": // lock timeout, too many connections, starting up or shutting down
		return fault.Wrap(err, fault.Busy, "store.busy")
	case "53100", "58030": // disk full, I/O error
		return fault.Wrap(err, fault.Busy, "store.full")
	}
	return nil
}
