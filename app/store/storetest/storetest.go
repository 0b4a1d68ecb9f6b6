// Package storetest gives every test a fresh real database, migrated once per process and copied from then on.
//
// SQLite always runs. PostgreSQL runs when BAINIAN_TEST_POSTGRES holds the URL of a database on a server where
// the tests may create others. With BAINIAN_TEST_STRICT=1 nothing may be skipped.
package storetest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

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
	clock := NewClock()
	db, err := store.Open(context.Background(), URL(tb, engine, schemas...), clock.Now)
	if err != nil {
		tb.Fatal(err)
	}
	db.RefuseNesting()
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db, clock
}

// URL is a fresh database of that engine as store.Open takes it, for tests that open it themselves.
func URL(tb testing.TB, engine store.Engine, schemas ...store.Schema) string {
	tb.Helper()
	if engine == store.Postgres {
		return postgresURL(tb, schemas)
	}
	path := filepath.Join(tb.TempDir(), "bainian.db")
	template := sqliteTemplates.get(tb, schemas, sqliteTemplate)
	if err := os.WriteFile(path, template, 0o600); err != nil {
		tb.Fatal(err)
	}
	return "sqlite:" + path
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

// templates are the migrated databases of this test process, one per set of schemas.
type templates[T any] struct {
	mu   sync.Mutex
	made map[string]T
}

// A test process has no constructor to pass these through.
var sqliteTemplates templates[[]byte]

func (c *templates[T]) get(tb testing.TB, schemas []store.Schema, make func(testing.TB, []store.Schema) T) T {
	tb.Helper()
	var key strings.Builder
	for _, s := range schemas {
		key.WriteString(s.Domain + "\n")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if t, ok := c.made[key.String()]; ok {
		return t
	}
	if c.made == nil {
		c.made = map[string]T{}
	}
	t := make(tb, schemas)
	c.made[key.String()] = t
	return t
}

// sqliteTemplate is the bytes of a migrated database; Close has left everything in the one file.
func sqliteTemplate(tb testing.TB, schemas []store.Schema) []byte {
	path := filepath.Join(tb.TempDir(), "template.db")
	migrate(tb, "sqlite:"+path, schemas)
	template, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return template
}

func migrate(tb testing.TB, url string, schemas []store.Schema) {
	tb.Helper()
	db, err := store.Open(context.Background(), url, time.Now)
	if err != nil {
		tb.Fatal(err)
	}
	err = db.Migrate(context.Background(), schemas...)
	if closed := db.Close(); err == nil {
		err = closed
	}
	if err != nil {
		tb.Fatal(err)
	}
}

func postgresURL(tb testing.TB, schemas []store.Schema) string {
	Skip(tb, "PostgreSQL is not there yet")
	return ""
}
