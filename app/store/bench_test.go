package store_test

import (
	"context"
	"database/sql/driver"
	"fmt"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/mattn/go-sqlite3"

	"bainian/app/store"
	"bainian/app/store/storetest"
)

const selectOne = "SELECT n FROM bench WHERE id = ?"

const upsert = "INSERT INTO bench (id, n) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET n = excluded.n"

var benchSchema = store.Schema{Domain: "bench", Files: fstest.MapFS{
	"schema/0001_bench.sql": {Data: []byte("CREATE TABLE bench (id TEXT PRIMARY KEY, n BIGINT NOT NULL)")},
}}

func eachEngine(b *testing.B, f func(b *testing.B, db *store.DB)) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		b.Run(engine.String(), func(b *testing.B) {
			db, _ := storetest.Unwatched(b, engine, benchSchema)
			f(b, db)
		})
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

// raw is a connection of SQLite's driver with nothing between, the measure for everything below. It is opened as
// the store opens its own.
func raw(b *testing.B, path, options string) *sqlite3.SQLiteConn {
	conn, err := (&sqlite3.SQLiteDriver{}).Open("file:" + path + options)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	return conn.(*sqlite3.SQLiteConn)
}

func prepared(b *testing.B, conn *sqlite3.SQLiteConn, query string) *sqlite3.SQLiteStmt {
	stmt, err := conn.Prepare(query)
	if err != nil {
		b.Fatal(err)
	}
	return stmt.(*sqlite3.SQLiteStmt)
}

// BenchmarkDriver is what SQLite's driver does by itself from one caller: a durable transaction of one upsert, a
// point read, and a point read inside a transaction as a snapshot needs it.
func BenchmarkDriver(b *testing.B) {
	path := filepath.Join(b.TempDir(), "driver.db")
	writer := raw(b, path, "?_journal_mode=WAL&_synchronous=FULL")
	if _, err := writer.Exec("CREATE TABLE bench (id TEXT PRIMARY KEY, n BIGINT NOT NULL)", nil); err != nil {
		b.Fatal(err)
	}
	put := prepared(b, writer, upsert)
	for i := range 200 {
		if _, err := put.Exec([]driver.Value{strconv.Itoa(i), int64(i)}); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("write", func(b *testing.B) {
		together(b, 1, func(i int) error {
			_, err := put.Exec([]driver.Value{key(i), int64(i)})
			return err
		})
	})
	reader := raw(b, path, "?mode=ro&_query_only=on")
	get, begin, rollback := prepared(b, reader, selectOne), prepared(b, reader, "BEGIN"), prepared(b, reader, "ROLLBACK")
	row := make([]driver.Value, 1)
	read := func(i int) error {
		rows, err := get.Query([]driver.Value{strconv.Itoa(i % 200)})
		if err != nil {
			return err
		}
		defer rows.Close()
		return rows.Next(row)
	}
	b.Run("read", func(b *testing.B) { together(b, 1, read) })
	b.Run("snapshot", func(b *testing.B) {
		together(b, 1, func(i int) error {
			if _, err := begin.Exec(nil); err != nil {
				return err
			}
			if err := read(i); err != nil {
				return err
			}
			_, err := rollback.Exec(nil)
			return err
		})
	})
}

// BenchmarkWrite is closures of one upsert and of four statements, from one caller and from many at once.
func BenchmarkWrite(b *testing.B) {
	eachEngine(b, func(b *testing.B, db *store.DB) {
		for _, statements := range []int{1, 4} {
			for _, callers := range []int{1, 64, 512} {
				b.Run(fmt.Sprintf("statements=%d/callers=%d", statements, callers), func(b *testing.B) {
					together(b, callers, func(i int) error {
						return db.Write(context.Background(), func(tx *store.Tx) error {
							for s := range statements {
								if s%2 == 1 {
									var n int
									if err := tx.Row(selectOne, key(i)).Scan(&n); err != nil {
										return err
									}
								} else if _, err := tx.Exec(upsert, key(i+s), i); err != nil {
									return err
								}
							}
							return nil
						})
					})
				})
			}
		}
	})
}

// BenchmarkRead is rows by their keys in one snapshot, with a deadline as a request has, and beside a writer
// that takes the readers' caches away.
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
		read := func(b *testing.B, statements, callers int) {
			together(b, callers, func(i int) error {
				ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
				defer cancel()
				return db.Read(ctx, func(rx *store.Rx) error {
					for s := range statements {
						var n int
						if err := rx.Row(selectOne, strconv.Itoa((i+s)%200)).Scan(&n); err != nil {
							return err
						}
					}
					return nil
				})
			})
		}
		for _, statements := range []int{1, 3} {
			for _, callers := range []int{1, 16} {
				b.Run(fmt.Sprintf("statements=%d/callers=%d", statements, callers), func(b *testing.B) { read(b, statements, callers) })
			}
		}
		b.Run("join", func(b *testing.B) {
			together(b, 1, func(i int) error {
				return db.Read(context.Background(), func(rx *store.Rx) error {
					var n int
					return rx.Row("SELECT b.n FROM bench a JOIN bench b ON b.id = a.id WHERE a.id = ? AND a.n >= ? LIMIT ?", strconv.Itoa(i%200), 0, 1).Scan(&n)
				})
			})
		})
		b.Run("beside-writer", func(b *testing.B) {
			stop, stopped := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(stopped)
				for i := 0; ; i++ {
					select {
					case <-stop:
						return
					case <-time.After(time.Millisecond):
						_ = db.Write(context.Background(), func(tx *store.Tx) error {
							_, err := tx.Exec(upsert, key(i), i)
							return err
						})
					}
				}
			}()
			read(b, 1, 1)
			close(stop)
			<-stopped
		})
	})
}
