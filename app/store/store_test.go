package store_test

import (
	"testing"

	"bainian/app/store"
	"bainian/app/store/storetest"
)

func TestConformance(t *testing.T) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			storetest.Conformance(t, func(t *testing.T, schemas ...store.Schema) (*store.DB, *storetest.Clock) {
				return storetest.Open(t, engine, schemas...)
			})
		})
	}
}
