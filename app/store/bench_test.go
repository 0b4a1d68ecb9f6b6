package store_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	_ "github.com/mattn/go-sqlite3"

	"bainian/app/store"
	"bainian/app/store/storetest"
)

const upsert = "INSERT INTO bench (id, n) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET n = excluded.n"

var benchSchema = store.Schema{Domain: "bench", Files: fstest.MapFS{
	"schema/0001_bench.sql": {Data: []byte("CREATE TABLE bench (id TEXT PRIMARY KEY, n BIGINT NOT NULL)")},
}}

// open is without storetest's watch over nested calls, which costs time.
func openBench(b *testing.B, engine store.Engine) *store.DB {
	db, err := store.Open(b.Context(), storetest.URL(b, engine, benchSchema), time.Now)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	return db
}

func eachEngine(b *testing.B, f func(b *testing.B, db *store.DB)) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		b.Run(engine.String(), func(b *testing.B) { f(b, openBench(b, engine)) })
	}
}

// together shares b.N calls of f among so many callers.
func together(b *testing.B, callers int, f func(i int) error) {
	b.Helper()
	var next atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	for range callers {
		all.Go(func() {
			for i := int(next.Add(1)); i <= b.N; i = int(next.Add(1)) {
				if err := f(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "op/s")
}

func key(i int) string { return strconv.Itoa(i * 7919 % 100_003) }

// BenchmarkDriver is what SQLite's driver does by itself, one durable transaction after the other: the measure
// for BenchmarkWrite.
func BenchmarkDriver(b *testing.B) {
	path := filepath.Join(b.TempDir(), "driver.db")
	db, err := sql.Open("sqlite3", "file:"+path+"?_journal_mode=WAL&_synchronous=FULL&_stmt_cache_size=16")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("CREATE TABLE bench (id TEXT PRIMARY KEY, n BIGINT NOT NULL)"); err != nil {
		b.Fatal(err)
	}
	together(b, 1, func(i int) error {
		_, err := db.Exec(upsert, key(i), i)
		return err
	})
}

// BenchmarkWrite is one upsert a closure, from one caller and from many at once.
func BenchmarkWrite(b *testing.B) {
	eachEngine(b, func(b *testing.B, db *store.DB) {
		for _, callers := range []int{1, 64, 512} {
			b.Run(strconv.Itoa(callers), func(b *testing.B) {
				together(b, callers, func(i int) error {
					return db.Write(context.Background(), func(tx *store.Tx) error {
						_, err := tx.Exec(upsert, key(i), i)
						return err
					})
				})
			})
		}
	})
}

// BenchmarkRead is one row by its key.
func BenchmarkRead(b *testing.B) {
	eachEngine(b, func(b *testing.B, db *store.DB) {
		err := db.Write(b.Context(), func(tx *store.Tx) error {
			for i := range 200 {
				if _, err := tx.Exec(upsert, strconv.Itoa(i), i); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		for _, callers := range []int{1, 16} {
			b.Run(strconv.Itoa(callers), func(b *testing.B) {
				ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // as a request has
				defer cancel()
				together(b, callers, func(i int) error {
					return db.Read(ctx, func(rx *store.Rx) error {
						var n int
						return rx.Row("SELECT n FROM bench WHERE id = ?", strconv.Itoa(i%200)).Scan(&n)
					})
				})
			})
		}
	})
}
