package store_test

import (
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
