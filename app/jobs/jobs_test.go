package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"bainian/app/jobs"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

func add(t *testing.T, db *store.DB, kind string, payload any, after time.Time) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *store.Tx) error { return jobs.Add(tx, kind, payload, after) })
	if err != nil {
		t.Fatal(err)
	}
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestJobStartsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		q := jobs.New(db, quiet())
		got := make(chan string, 1)
		q.Handle("greet", func(_ context.Context, payload []byte) error {
			got <- string(payload)
			return nil
		})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- q.Run(ctx) }()
		time.Sleep(50 * time.Millisecond) // it is waiting for its next poll by now
		start := time.Now()
		add(t, db, "greet", "Amy", time.Time{})
		if payload := <-got; payload != `"Amy"` {
			t.Errorf("payload %s", payload)
		}
		if d := time.Since(start); d > 500*time.Millisecond {
			t.Errorf("started after %v, as late as a poll", d)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}, jobs.Schema())
}

func TestJobIsRetriedAndThenKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		q := jobs.New(db, quiet())
		tries, broken := 0, true
		q.Handle("mail", func(context.Context, []byte) error {
			tries++
			if !broken {
				return nil
			}
			if tries%2 == 0 {
				panic("no route")
			}
			return errors.New("no route")
		})
		add(t, db, "mail", 1, time.Time{})
		for want := 1; want <= 10; want++ {
			if err := q.Drain(t.Context()); err == nil || tries != want {
				t.Fatalf("%d tries, want %d; error %v", tries, want, err)
			}
			if err := q.Drain(t.Context()); err != nil || tries != want {
				t.Fatalf("tried again before its time: %v", err)
			}
			clock.Add(time.Hour)
		}
		if err := q.Drain(t.Context()); err != nil || tries != 10 {
			t.Fatalf("tried after it was given up: %d, %v", tries, err)
		}
		failed, err := q.Failed(t.Context())
		if err != nil || len(failed) != 1 || failed[0].Kind != "mail" || failed[0].Error == "" {
			t.Fatalf("failed: %+v, %v", failed, err)
		}
		broken = false
		if err := q.Retry(t.Context(), failed[0].ID); err != nil {
			t.Fatal(err)
		}
		if err := q.Drain(t.Context()); err != nil || tries != 11 {
			t.Fatalf("not tried after Retry: %d, %v", tries, err)
		}
		if err := q.Retry(t.Context(), failed[0].ID); err == nil {
			t.Error("a job that is done could be retried")
		}
	}, jobs.Schema())
}
