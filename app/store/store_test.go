package store_test

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"bainian/app/fault"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			storetest.Conformance(t, func(t *testing.T, schemas ...store.Schema) (*store.DB, *storetest.Clock) {
				return storetest.Open(t, engine, schemas...)
			})
		})
	}
}

func TestPostgresGivesUpAfterTenTries(t *testing.T) {
	t.Parallel()
	db, _ := storetest.Open(t, store.Postgres)
	for _, code := range []string{"40001", "40P01", "53200"} {
		runs := 0
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			runs++
			tx.After(func() { t.Error("called after a failure") })
			_, _ = tx.Exec("DO 'BEGIN RAISE EXCEPTION ''again'' USING ERRCODE = ''" + code + "''; END'")
			return nil
		})
		if runs != 10 || !fault.Is(err, fault.Busy) {
			t.Errorf("%s: %d runs, %v", code, runs, err)
		}
	}
}

// Each of these reads what all others write, so that beside others nearly all of them fail; each must get through.
func TestPostgresRunsAloneInTheEnd(t *testing.T) {
	t.Parallel()
	db, _ := storetest.Open(t, store.Postgres, benchSchema)
	var all sync.WaitGroup
	var most atomic.Int64
	for i := range 64 {
		all.Go(func() {
			runs := int64(0)
			err := db.Write(t.Context(), func(tx *store.Tx) error {
				runs++
				var n int
				if err := tx.Row("SELECT count(*) FROM bench").Scan(&n); err != nil {
					return err
				}
				_, err := tx.Exec("INSERT INTO bench (id, n) VALUES (?, ?)", strconv.Itoa(i), n)
				return err
			})
			if err != nil {
				t.Error(err)
			}
			for seen := most.Load(); runs > seen && !most.CompareAndSwap(seen, runs); seen = most.Load() {
			}
		})
	}
	all.Wait()
	if n := most.Load(); n > 6 {
		t.Errorf("one ran %d times; the sixth should have met nobody", n)
	}
	if err := db.Read(t.Context(), func(rx *store.Rx) error {
		var rows, counts int
		if err := rx.Row("SELECT count(*), count(DISTINCT n) FROM bench").Scan(&rows, &counts); err != nil {
			return err
		}
		if rows != 64 || counts != 64 {
			t.Errorf("%d rows with %d counts, as no order of them would leave", rows, counts)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

func TestReadOneIsOneStatement(t *testing.T) {
	t.Parallel()
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			db, _ := storetest.Open(t, engine, benchSchema)
			err := db.ReadOne(t.Context(), func(rx *store.Rx) error {
				var n int
				return rx.Row("SELECT count(*) FROM bench").Scan(&n)
			})
			if err != nil {
				t.Error(err)
			}
			err = db.ReadOne(t.Context(), func(rx *store.Rx) error {
				var n int
				_ = rx.Row("SELECT count(*) FROM bench").Scan(&n)
				_ = rx.Row("SELECT count(*) FROM bench").Scan(&n)
				return nil
			})
			if err == nil {
				t.Error("a second statement went through")
			}
		})
	}
}
