package store_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

// TestOpenToReadReadsACopyAndChangesNothing: the copy of a database whose program still runs, or was killed, has its
// latest commits in the log beside it.
func TestOpenToReadReadsACopyAndChangesNothing(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t, store.SQLite, ackSchema)
	db := reopen(t, url)
	if err := db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec("INSERT INTO ack (id) VALUES ('a')")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	before := map[string]string{}
	for _, suffix := range []string{"", "-wal"} {
		src, err := os.ReadFile(strings.TrimPrefix(url, "sqlite:") + suffix)
		if err != nil {
			t.Fatal(err)
		}
		before[suffix] = string(src)
		if err := os.WriteFile(copied+suffix, src, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	look, err := store.OpenToRead(t.Context(), "sqlite:"+copied, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if n := number(t, look, "SELECT count(*) FROM ack"); n != 1 {
		t.Errorf("%d rows in the copy, want 1", n)
	}
	if err := look.Write(t.Context(), func(*store.Tx) error { t.Error("it ran"); return nil }); err == nil {
		t.Error("it could be written")
	}
	if err := look.Migrate(t.Context(), ackSchema); err == nil {
		t.Error("it could be migrated")
	}
	if err := look.Close(); err != nil {
		t.Fatal(err)
	}
	for suffix, was := range before {
		if now, err := os.ReadFile(copied + suffix); err != nil || string(now) != was {
			t.Errorf("bainian.db%s was changed by looking: %v", suffix, err)
		}
	}
	if _, err := store.OpenToRead(t.Context(), "sqlite:"+copied+".not", time.Now); err == nil {
		t.Error("a database that is not there was opened")
	}
	if _, err := os.Stat(copied + ".not"); err == nil {
		t.Error("looking for a database made one")
	}
}

func TestMatchesTellsOlderNewerAndEdited(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		for _, c := range []struct {
			schemas []store.Schema
			key     string
		}{
			{[]store.Schema{ackSchema}, ""},
			{[]store.Schema{ackSchema, schema("more", "CREATE TABLE more (id TEXT)")}, "store.schema_older"},
			{nil, "store.schema_newer"},
			{[]store.Schema{schema("ack", "CREATE TABLE ack (id TEXT PRIMARY KEY, more TEXT)")}, "store.schema_edited"},
		} {
			if err := db.Matches(context.Background(), c.schemas...); (c.key == "") != (err == nil) || c.key != "" && !fault.HasKey(err, c.key) {
				t.Errorf("got %v, want %q", err, c.key)
			}
		}
	}, ackSchema)
}
