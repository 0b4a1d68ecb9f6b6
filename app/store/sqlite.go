package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/mattn/go-sqlite3"

	"bainian/app/fault"
)

// A pragma reaches every connection of a pool only by way of the DSN, and the driver's own default is
// synchronous=NORMAL, with which a power cut undoes acknowledged commits.
const (
	writeOptions = "?_journal_mode=WAL&_synchronous=FULL&_foreign_keys=on&_busy_timeout=5000&_stmt_cache_size=256"
	readOptions  = "?mode=ro&_query_only=on&_busy_timeout=5000&_stmt_cache_size=256"
	readers      = 8
	// upgradeOptions wait longer: another process may be in the middle of its migrations.
	upgradeOptions = "?_journal_mode=WAL&_synchronous=FULL&_foreign_keys=on&_busy_timeout=60000"
)

// sqliteDB is a pool of readers and one writer.
type sqliteDB struct {
	path    string
	readers *sql.DB
	owner   *sql.DB // of the writer's connection
	conn    *sql.Conn
	writer  *writer
	words   *dialect
}

func openSQLite(ctx context.Context, path string) (_ engine, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	s := &sqliteDB{
		path:  "file:" + (&url.URL{Path: path}).EscapedPath(),
		words: &dialect{engine: SQLite, text: func(query string) string { return query }, fault: sqliteFault},
	}
	if s.owner, err = sql.Open("sqlite3", s.path+writeOptions); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	if s.conn, err = s.owner.Conn(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("store: cannot open %s: %w", path, err), s.owner.Close())
	}
	if s.readers, err = sql.Open("sqlite3", s.path+readOptions); err != nil {
		return nil, errors.Join(fmt.Errorf("store: %w", err), s.owner.Close())
	}
	s.readers.SetMaxOpenConns(readers)
	s.readers.SetMaxIdleConns(readers)
	s.writer = newWriter(sqliteConn{s.conn}, s.words)
	return s, nil
}

func (s *sqliteDB) dialect() *dialect { return s.words }

func (s *sqliteDB) read(ctx context.Context, now time.Time, f func(*Rx) error) error {
	conn, err := s.readers.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return readIn(ctx, sqliteConn{conn}, s.words, "BEGIN", now, f)
}

func (s *sqliteDB) write(ctx context.Context, now time.Time, f func(*Tx) error) ([]func(), error) {
	return s.writer.write(ctx, now, f)
}

// upgrade has a connection of its own, since it competes with other processes and not with this one's writes.
func (s *sqliteDB) upgrade(ctx context.Context, now time.Time, f func(*Tx, func(string) error) error) (err error) {
	db, err := sql.Open("sqlite3", s.path+upgradeOptions)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	script := func(text string) error {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), text)
		return err
	}
	_, err, _ = writeIn(context.WithoutCancel(ctx), sqliteConn{conn}, s.words, "BEGIN IMMEDIATE", now, func(tx *Tx) error { return f(tx, script) })
	return err
}

// close leaves one file behind: the log is written back into the database.
func (s *sqliteDB) close() error {
	err := s.readers.Close()
	s.writer.close()
	return errors.Join(err, s.writer.exec("PRAGMA wal_checkpoint(TRUNCATE)"), s.conn.Close(), s.owner.Close())
}

// sqliteFault gives a driver's error its meaning, or nil when it has none for a caller.
func sqliteFault(err error) error {
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return nil
	}
	switch e.ExtendedCode {
	case sqlite3.ErrConstraintUnique, sqlite3.ErrConstraintPrimaryKey, sqlite3.ErrConstraintForeignKey, sqlite3.ErrConstraintCheck:
		return fault.Wrap(err, fault.Conflict, "store.conflict")
	}
	if e.Code == sqlite3.ErrBusy || e.Code == sqlite3.ErrLocked {
		return fault.Wrap(err, fault.Busy, "store.busy")
	}
	return nil
}

// sqliteConn is a connection with its cache of prepared statements.
type sqliteConn struct{ *sql.Conn }

func (c sqliteConn) exec(ctx context.Context, query string, args ...any) (int64, error) {
	result, err := c.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (c sqliteConn) query(ctx context.Context, query string, args ...any) (rows, error) {
	return c.QueryContext(ctx, query, args...)
}
