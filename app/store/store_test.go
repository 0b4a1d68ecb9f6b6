package store_test

import (
	"context"
	"testing"
	"testing/fstest"

	"bainian/app/store"
	"bainian/app/store/storetest"
)

func TestSmoke(t *testing.T) {
	schema := store.Schema{Domain: "x", Files: fstest.MapFS{"schema/0001_init.sql": {Data: []byte("CREATE TABLE a (id TEXT PRIMARY KEY, n BIGINT);\nCREATE TABLE b (id TEXT PRIMARY KEY, a_id TEXT REFERENCES a (id));")}}}
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		ctx := context.Background()
		if err := db.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec("INSERT INTO a (id, n) VALUES (?, ?)", tx.NewID(), 1)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		err := db.Write(ctx, func(tx *store.Tx) error {
			var id string
			tx.Row("INSERT INTO b (id, a_id) VALUES (?, ?) RETURNING id", tx.NewID(), "none").Scan(&id)
			return nil
		})
		t.Log(err)
		if err == nil {
			t.Fatal("no FK")
		}
		if err := db.Ping(ctx); err != nil {
			t.Fatal(err)
		}
	}, schema)
}
