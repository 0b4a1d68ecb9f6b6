package storetest

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/store"
)

// The part of the conformance suite in which several callers meet.

func snapshot(t *testing.T, db *store.DB, _ *Clock) {
	err := db.Read(t.Context(), func(rx *store.Rx) error {
		before, err := count(rx)
		if err != nil {
			return err
		}
		written := make(chan error)
		go func() { written <- db.Write(context.Background(), func(tx *store.Tx) error { return put(tx, "a", 1) }) }()
		if err := <-written; err != nil {
			return err
		}
		again, err := count(rx)
		if before != 0 || again != 0 {
			t.Errorf("a read saw %d items and then %d", before, again)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	wantStored(t, db, "a")
}

func readerGivesUp(t *testing.T, db *store.DB, _ *Clock) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	began := time.Now()
	err := db.Read(ctx, func(rx *store.Rx) error {
		var n int
		return rx.Row("WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1000000000) SELECT COUNT(*) FROM c").Scan(&n)
	})
	if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || took > 5*time.Second {
		t.Errorf("after %v: %v", took, err)
	}
	for range 20 { // no connection stayed behind interrupted
		if err := db.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// serializable has two closures that each insert an item if there is none, and that meet between looking and
// inserting where the engine lets them.
func serializable(t *testing.T, db *store.DB, clock *Clock) {
	var mu sync.Mutex
	nows := map[string][]time.Time{}
	met, patience := make(chan struct{}, 2), 20*time.Millisecond
	if db.Engine() == store.Postgres {
		patience = 5 * time.Second // they do meet there
	}
	var both sync.WaitGroup
	for _, id := range []string{"a", "b"} {
		both.Go(func() {
			err := db.Write(context.Background(), func(tx *store.Tx) error {
				mu.Lock()
				nows[id] = append(nows[id], tx.Now)
				first := len(nows[id]) == 1
				mu.Unlock()
				clock.Add(time.Second)
				n, err := count(tx.Rx)
				if err != nil || n > 0 {
					return err
				}
				if met <- struct{}{}; first {
					for deadline := time.Now().Add(patience); len(met) < 2 && time.Now().Before(deadline); {
						time.Sleep(time.Millisecond)
					}
				}
				return put(tx, id, 1)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if got := stored(t, db); len(got) != 1 {
		t.Errorf("stored %q, as no order of the two would", got)
	}
	runs := len(nows["a"]) + len(nows["b"])
	if db.Engine() == store.Postgres && runs != 3 {
		t.Errorf("%d runs; one of the two should have run again", runs)
	}
	for id, all := range nows {
		if len(slices.Compact(all)) != 1 {
			t.Errorf("%s ran at different times: %v", id, all)
		}
	}
}

func after(t *testing.T, db *store.DB, _ *Clock) {
	var seen []string
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		tx.After(func() { seen = stored(t, db) })
		return put(tx, "a", 1)
	})
	if err != nil || !slices.Equal(seen, []string{"a"}) {
		t.Errorf("after the commit it saw %q; %v", seen, err)
	}
	err = db.Write(t.Context(), func(tx *store.Tx) error {
		tx.After(func() { t.Error("called after a failure") })
		return errors.New("no")
	})
	if err == nil {
		t.Error("the failure was lost")
	}
}

// occupy keeps every writer of the engine busy until release is called.
func occupy(t *testing.T, db *store.DB) (release func()) {
	writers := 1
	if db.Engine() == store.Postgres {
		writers = 4
	}
	let, inside := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			err := db.Write(context.Background(), func(*store.Tx) error {
				inside <- struct{}{}
				<-let
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
		<-inside
	}
	return func() {
		close(let)
		all.Wait()
	}
}

func neighbours(t *testing.T, db *store.DB, _ *Clock) {
	release := occupy(t, db)
	refused := errors.New("refused")
	var mu sync.Mutex
	outcomes := map[string]error{}
	var all sync.WaitGroup
	for id, f := range map[string]func(tx *store.Tx) error{
		"a": func(*store.Tx) error { return nil },
		"b": func(*store.Tx) error { return refused },
		"c": func(*store.Tx) error { panic("a defect") },
		"d": func(tx *store.Tx) error { _ = put(tx, "d", 1); return nil },
		"e": func(tx *store.Tx) error { _, _ = tx.Exec("nonsense"); return nil },
		"f": func(*store.Tx) error { return nil },
	} {
		all.Go(func() {
			err := db.Write(context.Background(), func(tx *store.Tx) error {
				if err := put(tx, id, 1); err != nil {
					return err
				}
				return f(tx)
			})
			mu.Lock()
			outcomes[id] = err
			mu.Unlock()
		})
	}
	time.Sleep(20 * time.Millisecond) // they are queued by now, to be taken as one batch
	release()
	all.Wait()
	wantStored(t, db, "a", "f")
	if outcomes["a"] != nil || outcomes["f"] != nil || outcomes["b"] != refused || !fault.Is(outcomes["d"], fault.Conflict) || outcomes["e"] == nil {
		t.Errorf("outcomes %v", outcomes)
	}
	if err := outcomes["c"]; err == nil || !strings.Contains(err.Error(), "a defect") {
		t.Errorf("the panic came back as %v", err)
	}
}

func givesUpQueued(t *testing.T, db *store.DB, _ *Clock) {
	release := occupy(t, db)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	err := db.Write(ctx, func(tx *store.Tx) error {
		t.Error("it ran")
		return put(tx, "a", 1)
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the caller was told %v", err)
	}
	release()
	wantStored(t, db)
}

func givesUpTaken(t *testing.T, db *store.DB, _ *Clock) {
	ctx, cancel := context.WithCancel(context.Background())
	err := db.Write(ctx, func(tx *store.Tx) error {
		cancel()
		var n int // long enough for an interruption to reach the database
		if err := tx.Row("WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 200000) SELECT COUNT(*) FROM c").Scan(&n); err != nil {
			return err
		}
		return put(tx, "a", 1)
	})
	if err != nil {
		t.Errorf("the caller was told %v", err)
	}
	wantStored(t, db, "a")
}

func goexit(t *testing.T, db *store.DB, _ *Clock) {
	var gone sync.WaitGroup
	gone.Go(func() {
		_ = db.Write(context.Background(), func(tx *store.Tx) error {
			_ = put(tx, "a", 1)
			runtime.Goexit()
			return nil
		})
	})
	gone.Wait()
	if err := db.Write(t.Context(), func(tx *store.Tx) error { return put(tx, "b", 1) }); err != nil {
		t.Error(err)
	}
	wantStored(t, db, "b")
}
