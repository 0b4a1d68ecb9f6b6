package jobs_test

import (
	"context"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"bainian/app/jobs"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

// A line that is worked off while it grows loses nothing, and one that waits for ever holds up no other.
func TestStandingJobsWorkOffTheirLinesAndHoldUpNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		const letters = 25
		var mu sync.Mutex
		at, stuck := map[string]int{}, make(chan struct{})
		done := make(chan struct{}, 3*letters)
		q := jobs.New(db, quiet())
		q.Stand("letters", 2, func(ctx context.Context, key string) error {
			if key == "stuck" {
				<-stuck
			}
			mu.Lock()
			if at[key]++; at[key] > 1 {
				t.Errorf("two workers at %s", key)
			}
			mu.Unlock()
			var gone int64
			err := db.Write(context.Background(), func(tx *store.Tx) (err error) {
				gone, err = tx.Exec(`DELETE FROM letter WHERE box = ?`, key)
				return err
			})
			mu.Lock()
			at[key]--
			mu.Unlock()
			for range gone {
				done <- struct{}{}
			}
			return err
		}, func(rx *store.Rx, key string) (time.Time, bool, error) {
			var more bool
			err := rx.Row(`SELECT EXISTS (SELECT 1 FROM letter WHERE box = ?)`, key).Scan(&more)
			return rx.Now, more, err
		})
		post := func(key string) {
			if err := db.Write(t.Context(), func(tx *store.Tx) error {
				if _, err := tx.Exec(`INSERT INTO letter (id, box) VALUES (?, ?)`, tx.NewID(), key); err != nil {
					return err
				}
				return jobs.Wake(tx, "letters", key, tx.Now)
			}); err != nil {
				t.Error(err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- q.Run(ctx) }()
		post("stuck")
		for range letters {
			for _, key := range []string{"a", "b", "c"} {
				post(key)
			}
		}
		for n := range 3 * letters {
			select {
			case <-done:
			case <-time.After(20 * time.Second):
				t.Fatalf("%d of %d letters went", n, 3*letters)
			}
		}
		close(stuck)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := db.Read(context.Background(), func(rx *store.Rx) error {
			var left int
			err := rx.Row(`SELECT count(*) FROM job WHERE tries > 0 OR last_error <> ''`).Scan(&left)
			if left != 0 {
				t.Errorf("%d rows are left leased or failed", left)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	}, jobs.Schema(), store.Schema{Domain: "letters", Files: fstest.MapFS{"schema/0001_letter.sql": &fstest.MapFile{
		Data: []byte(`CREATE TABLE letter (id TEXT NOT NULL PRIMARY KEY, box TEXT NOT NULL);`)}}})
}
