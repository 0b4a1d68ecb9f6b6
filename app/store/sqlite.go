package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/mattn/go-sqlite3"

	"bainian/app/fault"
)

// The driver's own default is synchronous=NORMAL, with which a power cut undoes acknowledged commits. A connection
// is used by one goroutine at a time, so SQLite need not lock it ("_mutex=no").
const (
	writeOptions = "?_journal_mode=WAL&_synchronous=FULL&_foreign_keys=on&_busy_timeout=5000&_mutex=no"
	readOptions  = "?mode=ro&_query_only=on&_busy_timeout=5000&_mutex=no"
	readers      = 8
	// The writer's pages stay valid from one transaction to the next, so that 256 MiB of them, if there are as many, save
	// reading them again; and a page that many transactions change is written back once in 16 MiB of log, not in four.
	writePragmas = "PRAGMA cache_size = -262144; PRAGMA wal_autocheckpoint = 4096"
	// A reader's are dropped whenever somebody writes: it maps the file's first GiB instead of copying pages out of it.
	readPragmas = "PRAGMA mmap_size = 1073741824"
	// upgradeOptions wait longer: another process may be in the middle of its migrations.
	upgradeOptions = "?_journal_mode=WAL&_synchronous=FULL&_foreign_keys=on&_busy_timeout=60000&_mutex=no"
)

// sqliteDB is a pool of readers and one writer, which is nil in a database that is only read.
type sqliteDB struct {
	path    string
	readers *sqlitePool
	writer  *writer
	words   *dialect
}

func openSQLite(path string, use purpose) (engine, error) {
	s := &sqliteDB{
		path:  "file:" + (&url.URL{Path: path}).EscapedPath(),
		words: &dialect{engine: SQLite, fault: sqliteFault},
	}
	s.readers = newSQLitePool(s.path+readOptions, readPragmas, readers)
	if use == toRead {
		return s, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	conn, err := dialSQLite(s.path+writeOptions, writePragmas)
	if err != nil {
		return nil, fmt.Errorf("store: cannot open %s: %w", path, err)
	}
	s.writer = newWriter(conn, s.words)
	return s, nil
}

func (s *sqliteDB) dialect() *dialect { return s.words }

func (s *sqliteDB) read(ctx context.Context, now time.Time, single bool, f func(*Rx) error) error {
	conn, err := s.readers.take(ctx)
	if err != nil {
		return err
	}
	defer s.readers.put(conn)
	return readIn(ctx, conn, s.words, "BEGIN", now, single, f)
}

func (s *sqliteDB) write(ctx context.Context, now time.Time, f func(*Tx) error) ([]func(), error) {
	return s.writer.write(ctx, now, f)
}

// upgrade has a connection of its own, since it competes with other processes and not with this one's writes.
func (s *sqliteDB) upgrade(ctx context.Context, now time.Time, f func(*Tx, func(string) error) error) (err error) {
	conn, err := dialSQLite(s.path+upgradeOptions, writePragmas)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.close()) }()
	script := func(text string) error {
		_, err := conn.raw.Exec(text, nil) // without arguments it may be several statements
		return err
	}
	_, err, _ = writeIn(context.WithoutCancel(ctx), conn, s.words, "BEGIN IMMEDIATE", now, func(tx *Tx) error { return f(tx, script) })
	return err
}

// close leaves one file behind: the log is written back into the database.
func (s *sqliteDB) close() error {
	err := s.readers.close()
	if s.writer == nil {
		return err
	}
	return errors.Join(err, s.writer.close())
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
	switch e.Code {
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return fault.Wrap(err, fault.Busy, "store.busy")
	case sqlite3.ErrFull, sqlite3.ErrIoErr: // no room, a quota, a disk that fails: nothing was kept, and a try may work later
		return fault.Wrap(err, fault.Busy, "store.full")
	}
	return nil
}
