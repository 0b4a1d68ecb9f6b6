package storetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"bainian/app/fault"
	"bainian/app/store"
)

// Conformance holds an engine to everything that app/store promises of both. open gives a fresh database with
// the given schemas.
func Conformance(t *testing.T, open func(t *testing.T, schemas ...store.Schema) (*store.DB, *Clock)) {
	for _, c := range []struct {
		name string
		test func(*testing.T, *store.DB, *Clock)
	}{
		{"values come back as they went in", values},
		{"a query without a row", noRow},
		{"question marks in a text stay", placeholders},
		{"a failed statement poisons the transaction", poison},
		{"a failed scan poisons the transaction", failedScan},
		{"a value keeps its kind", kinds},
		{"one statement at a time, with all its arguments", oneStatement},
		{"a statement may give rows that nobody reads", unread},
		{"a constraint is a conflict", constraints},
		{"rows are collected before the next statement", openRows},
		{"a closure neither reads nor writes by itself", nesting},
		{"a transaction ends with its closure", ended},
		{"a reader cannot write", readOnly},
		{"one read sees one snapshot", snapshot},
		{"a reader who gives up is let go", readerGivesUp},
		{"writes are serializable and run again with the same clock", serializable},
		{"after the commit, and only then", after},
		{"a closure that fails leaves its neighbours", neighbours},
		{"a caller who gives up while queued writes nothing", givesUpQueued},
		{"a caller who gives up later learns the outcome", givesUpTaken},
		{"a closure that ends its goroutine leaves the writer", goexit},
		{"ids sort as they were made", ids},
		{"a bell rings after the commit", bell},
		{"closing waits for what is under way", closing},
	} {
		t.Run(c.name, func(t *testing.T) {
			db, clock := open(t, conformanceSchema)
			c.test(t, db, clock)
		})
	}
}

var conformanceSchema = store.Schema{Domain: "conformance", Files: fstest.MapFS{
	"schema/0001_init.sql": {Data: []byte(`
CREATE TABLE item (
	id    TEXT PRIMARY KEY,
	n     BIGINT NOT NULL CONSTRAINT item_n CHECK (n >= 0),
	owner TEXT REFERENCES item (id)
);
CREATE TABLE kind (flag BOOLEAN NOT NULL, share DOUBLE PRECISION NOT NULL, body BYTEA NOT NULL, words TEXT NOT NULL, at_ms BIGINT);
`)}}}

func put(tx *store.Tx, id string, n int) error {
	_, err := tx.Exec("INSERT INTO item (id, n) VALUES (?, ?)", id, n)
	return err
}

// stored are the ids of all items, in order.
func stored(t *testing.T, db *store.DB) (ids []string) {
	t.Helper()
	err := db.Read(context.Background(), func(rx *store.Rx) (err error) {
		ids, err = store.All(rx, func(row store.Row) (id string, err error) {
			err = row.Scan(&id)
			return id, err
		}, "SELECT id FROM item")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(ids)
	return ids
}

func wantStored(t *testing.T, db *store.DB, want ...string) {
	t.Helper()
	if got := stored(t, db); !slices.Equal(got, want) {
		t.Errorf("stored %q, want %q", got, want)
	}
}

func count(rx *store.Rx) (n int, err error) {
	err = rx.Row("SELECT COUNT(*) FROM item").Scan(&n)
	return n, err
}

func values(t *testing.T, db *store.DB, clock *Clock) {
	words, body := "百年大計 \U00020BB7 'quoted' \"twice\" ?", []byte{0, 1, 255}
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		if !tx.Now.Equal(clock.Now()) || tx.Now.Location() != time.UTC {
			t.Errorf("Now is %v", tx.Now)
		}
		if n, err := tx.Exec("INSERT INTO kind (flag, share, body, words, at_ms) VALUES (?, ?, ?, ?, ?), (?, ?, ?, ?, ?)",
			true, 0.25, body, words, store.NullMs(tx.Now), false, 1e300, []byte{}, "", store.NullMs(time.Time{})); n != 2 {
			t.Errorf("%d rows, %v", n, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Read(t.Context(), func(rx *store.Rx) error {
		for _, want := range []bool{true, false} {
			var flag bool
			var share float64
			var gotBody []byte
			var gotWords string
			var ms *int64
			if err := rx.Row("SELECT flag, share, body, words, at_ms FROM kind WHERE flag = ?", want).Scan(&flag, &share, &gotBody, &gotWords, &ms); err != nil {
				return err
			}
			if want && (!flag || share != 0.25 || !slices.Equal(gotBody, body) || gotWords != words || !store.NullTime(ms).Equal(clock.Now())) ||
				!want && (flag || share != 1e300 || len(gotBody) != 0 || gotWords != "" || !store.NullTime(ms).IsZero()) {
				t.Errorf("%v: %v %v %v %q %v", want, flag, share, gotBody, gotWords, ms)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	err = db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec("UPDATE kind SET at_ms = ?", tx.Now)
		return err
	})
	if err == nil {
		t.Error("a time.Time was stored")
	}
}

func noRow(t *testing.T, db *store.DB, _ *Clock) {
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		var n int
		if err := tx.Row("SELECT n FROM item WHERE id = ?", "none").Scan(&n); !errors.Is(err, store.ErrNoRow) {
			t.Errorf("Row: %v", err)
		}
		_, found, err := store.First(tx.Rx, func(row store.Row) (n int, err error) { return n, row.Scan(&n) }, "SELECT n FROM item")
		if found || err != nil {
			t.Errorf("First: %v %v", found, err)
		}
		return put(tx, "a", 1)
	})
	if err != nil {
		t.Error(err)
	}
	stop := errors.New("stop")
	err = db.Write(t.Context(), func(tx *store.Tx) error {
		if err := tx.Each("SELECT n FROM item", nil, func(store.Row) error { return stop }); err != stop {
			t.Errorf("Each: %v", err)
		}
		return put(tx, "b", 1)
	})
	if err != nil {
		t.Errorf("stopping an iteration poisoned the transaction: %v", err)
	}
	wantStored(t, db, "a", "b")
}

func placeholders(t *testing.T, db *store.DB, _ *Clock) {
	var a, b, c, name string
	err := db.Read(t.Context(), func(rx *store.Rx) error {
		return rx.Row(`SELECT CAST(? AS TEXT), 'it''s ?', CAST(? AS TEXT), "q?" -- really?
			FROM (SELECT 'x' AS "q?") AS t /* or not? */ WHERE 'y' = ?`, "1", "2", "y").Scan(&a, &b, &c, &name)
	})
	if err != nil || a != "1" || b != "it's ?" || c != "2" || name != "x" {
		t.Errorf("%q %q %q %q %v", a, b, c, name, err)
	}
}

func poison(t *testing.T, db *store.DB, _ *Clock) {
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		if err := put(tx, "a", 1); err != nil {
			return err
		}
		_, first := tx.Exec("INSERT INTO nowhere (id) VALUES (?)", "a")
		if first == nil {
			t.Error("a broken statement succeeded")
		}
		if err := put(tx, "b", 1); err != first {
			t.Errorf("the next statement says %v", err)
		}
		return nil
	})
	if err == nil {
		t.Error("Write succeeded after a failed statement")
	}
	wantStored(t, db)
	err = db.Read(t.Context(), func(rx *store.Rx) error {
		var n int
		_ = rx.Row("SELECT n FROM nowhere").Scan(&n)
		return nil
	})
	if err == nil {
		t.Error("Read succeeded after a failed statement")
	}
	own := errors.New("own")
	err = db.Write(t.Context(), func(tx *store.Tx) error {
		_ = put(tx, "c", -1)
		return own
	})
	if err != own {
		t.Errorf("the closure's words for a failed statement were lost: %v", err)
	}
}

func failedScan(t *testing.T, db *store.DB, _ *Clock) {
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		if err := put(tx, "a", 1); err != nil {
			return err
		}
		var n int
		if err := tx.Row("SELECT id FROM item").Scan(&n); err == nil {
			t.Error("a word was scanned into a number")
		}
		return nil
	})
	if err == nil {
		t.Error("Write succeeded after a failed scan")
	}
	wantStored(t, db)
}

// kinds are conversions that one of the engines or drivers would make and the other would not.
func kinds(t *testing.T, db *store.DB, _ *Clock) {
	type word string
	var n int
	var small int8
	var text, null string
	var named word
	var missing *string
	var flag bool
	for _, c := range []struct {
		name, query string
		dest        any
		fits        bool
	}{
		{"number into text", "SELECT CAST(1 AS BIGINT)", &text, true},
		{"text into number", "SELECT CAST('1' AS TEXT)", &n, false},
		{"NULL into text", "SELECT CAST(NULL AS TEXT)", &null, false},
		{"large number into int8", "SELECT CAST(300 AS BIGINT)", &small, false},
		{"fraction into number", "SELECT CAST(0.5 AS DOUBLE PRECISION)", &n, false},
		{"NULL into a pointer", "SELECT CAST(NULL AS TEXT)", &missing, true},
		{"text into a named string", "SELECT CAST('a' AS TEXT)", &named, true},
		{"an expression into a truth", "SELECT 2 > 1", &flag, true},
		{"two columns into one", "SELECT 1, 2", &n, false},
	} {
		err := db.Read(t.Context(), func(rx *store.Rx) error { return rx.Row(c.query).Scan(c.dest) })
		if (err == nil) != c.fits {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if missing != nil || text != "1" || named != "a" || !flag {
		t.Errorf("%v %q %q %v", missing, text, named, flag)
	}
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		owner, none := word("a"), (*string)(nil)
		_, err := tx.Exec("INSERT INTO item (id, n, owner) VALUES (?, ?, ?), (?, ?, ?)", owner, int32(1), none, "b", uint8(2), &owner)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	wantStored(t, db, "a", "b")
}

func oneStatement(t *testing.T, db *store.DB, _ *Clock) {
	for name, f := range map[string]func(tx *store.Tx) error{
		"two statements": func(tx *store.Tx) error {
			_, err := tx.Exec("INSERT INTO item (id, n) VALUES ('a', 1); SELECT 1")
			return err
		},
		"argument missing": func(tx *store.Tx) error { _, err := tx.Exec("INSERT INTO item (id, n) VALUES (?, 1)"); return err },
		"argument left over": func(tx *store.Tx) error {
			_, err := tx.Exec("INSERT INTO item (id, n) VALUES (?, 1)", "a", 1)
			return err
		},
		"no such argument": func(tx *store.Tx) error {
			_, err := tx.Exec("INSERT INTO item (id, n) VALUES ('a', ?)", struct{}{})
			return err
		},
	} {
		if err := db.Write(t.Context(), f); err == nil {
			t.Errorf("%s: allowed", name)
		}
	}
	wantStored(t, db)
}

func unread(t *testing.T, db *store.DB, _ *Clock) {
	for i, id := range []string{"a", "b"} {
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			n, err := tx.Exec("INSERT INTO item (id, n) VALUES (?, ?), (?, ?) RETURNING id", id, i, id+id, i)
			if n != 2 {
				t.Errorf("%d rows", n)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	wantStored(t, db, "a", "aa", "b", "bb")
}

func constraints(t *testing.T, db *store.DB, _ *Clock) {
	if err := db.Write(t.Context(), func(tx *store.Tx) error { return put(tx, "a", 1) }); err != nil {
		t.Fatal(err)
	}
	for name, query := range map[string]string{
		"unique":                   "INSERT INTO item (id, n) VALUES ('a', 1)",
		"check":                    "INSERT INTO item (id, n) VALUES ('b', -1)",
		"foreign key":              "INSERT INTO item (id, n, owner) VALUES ('b', 1, 'none')",
		"unique, returning":        "INSERT INTO item (id, n) VALUES ('a', 1) RETURNING id",
		"foreign key, returning":   "INSERT INTO item (id, n, owner) VALUES ('b', 1, 'none') RETURNING id",
		"second row of a returned": "INSERT INTO item (id, n) VALUES ('b', 1), ('a', 1) RETURNING id",
	} {
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			if strings.HasSuffix(query, "RETURNING id") {
				var id string
				_ = tx.Row(query).Scan(&id)
			} else {
				_, _ = tx.Exec(query)
			}
			return nil
		})
		if !fault.Is(err, fault.Conflict) || !fault.HasKey(err, "store.conflict") {
			t.Errorf("%s: %v", name, err)
		}
	}
	wantStored(t, db, "a")
}

func openRows(t *testing.T, db *store.DB, _ *Clock) {
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		if err := put(tx, "a", 1); err != nil {
			return err
		}
		return tx.Each("SELECT id FROM item", nil, func(store.Row) error {
			_, _ = tx.Exec("UPDATE item SET n = 2")
			return nil
		})
	})
	if err == nil {
		t.Error("a statement ran while rows were open")
	}
	wantStored(t, db)
}

func nesting(t *testing.T, db *store.DB, _ *Clock) {
	ctx := t.Context()
	nothing := func(*store.Rx) error { return nil }
	for name, nested := range map[string]error{
		"write in write": db.Write(ctx, func(*store.Tx) error { return db.Write(ctx, func(*store.Tx) error { return nil }) }),
		"read in write":  db.Write(ctx, func(*store.Tx) error { return db.Read(ctx, nothing) }),
		"write in read":  db.Read(ctx, func(*store.Rx) error { return db.Write(ctx, func(*store.Tx) error { return nil }) }),
		"read in read":   db.Read(ctx, func(*store.Rx) error { return db.Read(ctx, nothing) }),
	} {
		if nested == nil {
			t.Errorf("%s was allowed", name)
		}
	}
	if err := db.Read(ctx, nothing); err != nil {
		t.Errorf("one after the other: %v", err)
	}
}

func ended(t *testing.T, db *store.DB, _ *Clock) {
	var kept *store.Tx
	if err := db.Write(t.Context(), func(tx *store.Tx) error { kept = tx; return nil }); err != nil {
		t.Fatal(err)
	}
	if err := put(kept, "a", 1); err == nil {
		t.Error("a transaction could be used after its end")
	}
	wantStored(t, db)
}

func readOnly(t *testing.T, db *store.DB, _ *Clock) {
	err := db.Read(t.Context(), func(rx *store.Rx) error {
		if rx.ForUpdate() != "" {
			t.Error("a reader would lock rows")
		}
		var id string
		_ = rx.Row("INSERT INTO item (id, n) VALUES ('a', 1) RETURNING id").Scan(&id)
		return nil
	})
	if err == nil {
		t.Error("a reader wrote")
	}
	wantStored(t, db)
	err = db.Write(t.Context(), func(tx *store.Tx) error {
		var n int
		err := tx.Row("SELECT n FROM item WHERE id = 'a'" + tx.ForUpdate()).Scan(&n)
		if !errors.Is(err, store.ErrNoRow) {
			t.Errorf("FOR UPDATE: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func ids(t *testing.T, db *store.DB, clock *Clock) {
	var made []string
	for i := range 3 {
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			for range 500 {
				made = append(made, tx.NewID())
			}
			if len(tx.Secret(32)) != 32 || slices.Equal(tx.Secret(32), tx.Secret(32)) {
				t.Error("a secret is no secret")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 { // the first two transactions are in one millisecond
			clock.Add(time.Millisecond)
		}
	}
	if !slices.IsSorted(made) || len(slices.Compact(slices.Clone(made))) != len(made) {
		t.Error("ids do not sort as they were made")
	}
	if id := made[0]; len(id) != 36 || id[14] != '7' || !strings.ContainsRune("89ab", rune(id[19])) {
		t.Errorf("%s is no UUIDv7", id)
	}
}

func bell(t *testing.T, db *store.DB, _ *Clock) {
	heard := db.Listen("dinner")
	ring := func(outcome error) {
		_ = db.Write(t.Context(), func(tx *store.Tx) error {
			tx.Ring("dinner")
			return outcome
		})
	}
	ring(errors.New("burnt"))
	if len(heard) != 0 {
		t.Error("it rang for a transaction that failed")
	}
	ring(nil)
	ring(nil)
	if len(heard) != 1 {
		t.Errorf("%d rings waiting", len(heard))
	}
}

func closing(t *testing.T, db *store.DB, _ *Clock) {
	inside := make(chan struct{})
	outcome := make(chan error)
	go func() {
		outcome <- db.Write(context.Background(), func(tx *store.Tx) error {
			close(inside)
			time.Sleep(10 * time.Millisecond)
			return put(tx, "a", 1)
		})
	}()
	<-inside
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	if err := <-outcome; err != nil {
		t.Errorf("a write under way ended with %v", err)
	}
	if err := db.Write(context.Background(), func(*store.Tx) error { return nil }); err == nil {
		t.Error("a closed database could be written")
	}
	if err := db.Ping(context.Background()); err == nil {
		t.Error("a closed database could be read")
	}
}
