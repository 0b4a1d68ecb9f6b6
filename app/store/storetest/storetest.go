// Package storetest gives every test a fresh real database, migrated once and copied or emptied from then on.
//
// SQLite always runs. PostgreSQL runs when BAINIAN_TEST_POSTGRES holds the URL of a database on a server where
// the tests may create others. With BAINIAN_TEST_STRICT=1 nothing may be skipped.
package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"bainian/app/store"
)

// Each runs f as a subtest on a fresh database of every engine that there is.
func Each(t *testing.T, f func(t *testing.T, db *store.DB, clock *Clock), schemas ...store.Schema) {
	t.Helper()
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			db, clock := Open(t, engine, schemas...)
			f(t, db, clock)
		})
	}
}

// SQLite is a fresh SQLite database, closed at the end of the test.
func SQLite(tb testing.TB, schemas ...store.Schema) (*store.DB, *Clock) {
	tb.Helper()
	return Open(tb, store.SQLite, schemas...)
}

// Open is a fresh database of that engine, closed at the end of the test. It refuses nested Reads and Writes.
func Open(tb testing.TB, engine store.Engine, schemas ...store.Schema) (*store.DB, *Clock) {
	tb.Helper()
	db, clock := Unwatched(tb, engine, schemas...)
	db.RefuseNesting()
	return db, clock
}

// Unwatched is Open for benchmarks: the watch over nesting costs more than a read does.
func Unwatched(tb testing.TB, engine store.Engine, schemas ...store.Schema) (*store.DB, *Clock) {
	tb.Helper()
	clock := NewClock()
	return opening(tb, URL(tb, engine, schemas...), clock), clock
}

func opening(tb testing.TB, url string, clock *Clock) *store.DB {
	tb.Helper()
	db, err := store.Open(context.Background(), url, clock.Now)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db
}

// URL is a fresh database of that engine as store.Open takes it, for tests that open it themselves.
func URL(tb testing.TB, engine store.Engine, schemas ...store.Schema) string {
	tb.Helper()
	if engine == store.Postgres {
		return postgresURL(tb, schemas)
	}
	return sqliteURL(tb, schemas)
}

// Snapshot is an SQLite database that was filled once in this process, for tests that all begin with what takes long to
// put there. The zero value is one to be filled.
type Snapshot struct {
	once  sync.Once
	bytes []byte
}

// Open is a fresh copy, closed at the end of the test. It refuses nested Reads and Writes. The first caller's fill fills it.
func (s *Snapshot) Open(tb testing.TB, fill func(db *store.DB), schemas ...store.Schema) (*store.DB, *Clock) {
	tb.Helper()
	s.once.Do(func() {
		path := filepath.Join(tb.TempDir(), "snapshot.db")
		migrate(tb, "sqlite:"+path, schemas, fill)
		s.bytes = read(tb, path)
	})
	if s.bytes == nil {
		tb.Fatal("the snapshot could not be made")
	}
	clock := NewClock()
	db := opening(tb, copied(tb, s.bytes), clock)
	db.RefuseNesting()
	return db, clock
}

// Skip leaves a test out for want of something that the machine does not have, or fails it where nothing may
// be missing.
func Skip(tb testing.TB, reason string) {
	tb.Helper()
	if os.Getenv("BAINIAN_TEST_STRICT") == "1" {
		tb.Fatal("BAINIAN_TEST_STRICT=1 forbids to skip: " + reason)
	}
	tb.Skip(reason)
}

// templates are the migrated SQLite databases of this test process, by the fingerprint of their schemas.
// Tests have no constructor to pass them through.
var templates = struct {
	sync.Mutex
	made map[string][]byte
}{made: map[string][]byte{}}

func sqliteURL(tb testing.TB, schemas []store.Schema) string {
	tb.Helper()
	key := fingerprint(tb, schemas)
	templates.Lock()
	defer templates.Unlock()
	template, ok := templates.made[key]
	if !ok {
		path := filepath.Join(tb.TempDir(), "template.db")
		migrate(tb, "sqlite:"+path, schemas, func(*store.DB) {})
		template = read(tb, path)
		templates.made[key] = template
	}
	return copied(tb, template)
}

// copied is the URL of a new file of these bytes.
func copied(tb testing.TB, template []byte) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "bainian.db")
	if err := os.WriteFile(path, template, 0o600); err != nil {
		tb.Fatal(err)
	}
	return "sqlite:" + path
}

// fingerprint tells sets of schemas apart.
func fingerprint(tb testing.TB, schemas []store.Schema) string {
	tb.Helper()
	h := sha256.New()
	for _, s := range schemas {
		names, err := fs.Glob(s.Files, "schema/*.sql")
		if err != nil {
			tb.Fatal(err)
		}
		for _, name := range names {
			text, err := fs.ReadFile(s.Files, name)
			if err != nil {
				tb.Fatal(err)
			}
			fmt.Fprintf(h, "%s %s %d\n%s", s.Domain, name, len(text), text)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:10])
}

// read is a whole database: Close has left everything in the one file.
func read(tb testing.TB, path string) []byte {
	tb.Helper()
	all, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

// migrate makes a database of these schemas, has it filled and closes it.
func migrate(tb testing.TB, url string, schemas []store.Schema, fill func(db *store.DB)) {
	tb.Helper()
	clock := NewClock()
	db, err := store.Open(context.Background(), url, clock.Now)
	if err != nil {
		tb.Fatal(err)
	}
	if err = db.Migrate(context.Background(), schemas...); err == nil {
		fill(db)
	}
	if closed := db.Close(); err == nil {
		err = closed
	}
	if err != nil {
		tb.Fatal(err)
	}
}
