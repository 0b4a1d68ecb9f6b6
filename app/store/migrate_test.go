package store_test

import (
	"testing"
	"testing/fstest"
	"time"

	"bainian/app/fault"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

func schema(domain string, texts ...string) store.Schema {
	files := fstest.MapFS{}
	for i, text := range texts {
		files["schema/000"+string(rune('1'+i))+"_step.sql"] = &fstest.MapFile{Data: []byte(text)}
	}
	return store.Schema{Domain: domain, Files: files}
}

func eachFresh(t *testing.T, f func(t *testing.T, db *store.DB)) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) { f(t, db) })
}

func number(t *testing.T, db *store.DB, query string) (n int) {
	t.Helper()
	if err := db.Read(t.Context(), func(rx *store.Rx) error { return rx.Row(query).Scan(&n) }); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestMigrateAppliesWhatIsMissingOnceAndInOrder(t *testing.T) {
	t.Parallel()
	first := schema("a", "CREATE TABLE t (n BIGINT); INSERT INTO t (n) VALUES (1); -- a; b\nINSERT INTO t (n) VALUES (2);")
	grown := schema("a", "CREATE TABLE t (n BIGINT); INSERT INTO t (n) VALUES (1); -- a; b\nINSERT INTO t (n) VALUES (2);", "UPDATE t SET n = n * 10;")
	later := schema("b", "INSERT INTO t (n) SELECT SUM(n) FROM t")
	eachFresh(t, func(t *testing.T, db *store.DB) {
		for _, schemas := range [][]store.Schema{{first}, {first}, {grown, later}, {grown, later}} {
			if err := db.Migrate(t.Context(), schemas...); err != nil {
				t.Fatal(err)
			}
		}
		if got := number(t, db, "SELECT SUM(n) FROM t"); got != 60 {
			t.Errorf("%d, want 10 + 20 + 30", got)
		}
	})
}

func TestMigrateLeavesNothingOfAFailure(t *testing.T) {
	t.Parallel()
	eachFresh(t, func(t *testing.T, db *store.DB) {
		if err := db.Migrate(t.Context(), schema("a", "CREATE TABLE t (n BIGINT)"), schema("b", "CREATE TABLE u (n BIGINT); nonsense;")); err == nil {
			t.Fatal("nonsense was applied")
		}
		if err := db.Migrate(t.Context(), schema("a", "CREATE TABLE t (n BIGINT)"), schema("b", "CREATE TABLE u (n BIGINT)")); err != nil {
			t.Errorf("it cannot be tried again: %v", err)
		}
	})
}

func TestMigrateRefusesAnotherHistory(t *testing.T) {
	t.Parallel()
	known := schema("a", "CREATE TABLE t (n BIGINT)", "CREATE TABLE u (n BIGINT)")
	for name, c := range map[string]struct {
		schemas []store.Schema
		key     string
	}{
		"older program":  {[]store.Schema{schema("a", "CREATE TABLE t (n BIGINT)")}, "store.schema_newer"},
		"lost domain":    {[]store.Schema{schema("b", "CREATE TABLE v (n BIGINT)")}, "store.schema_newer"},
		"edited history": {[]store.Schema{schema("a", "CREATE TABLE t (n BIGINT)", "CREATE TABLE u (n TEXT)")}, "store.schema_edited"},
	} {
		t.Run(name, func(t *testing.T) {
			eachFresh(t, func(t *testing.T, db *store.DB) {
				if err := db.Migrate(t.Context(), known); err != nil {
					t.Fatal(err)
				}
				if err := db.Migrate(t.Context(), c.schemas...); !fault.HasKey(err, c.key) {
					t.Errorf("%v, want %s", err, c.key)
				}
			})
		})
	}
}

func TestMigrateRefusesFilesItCannotHonour(t *testing.T) {
	t.Parallel()
	db, _ := storetest.SQLite(t)
	unnamed := store.Schema{Domain: "a", Files: fstest.MapFS{"schema/init.sql": {Data: []byte("CREATE TABLE t (n BIGINT)")}}}
	deferred := schema("a", "CREATE TABLE t (id TEXT PRIMARY KEY, up TEXT REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)")
	for _, s := range []store.Schema{unnamed, deferred} {
		if err := db.Migrate(t.Context(), s); err == nil {
			t.Errorf("accepted %v", s.Files)
		}
	}
}

func TestOpenRefusesOtherURLs(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "sqlite:", "sqlite::memory:", "mysql://localhost/x", "data/bainian.db"} {
		if db, err := store.Open(t.Context(), url, time.Now); err == nil {
			db.Close()
			t.Errorf("opened %q", url)
		}
	}
}
