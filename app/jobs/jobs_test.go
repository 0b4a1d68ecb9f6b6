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

func TestJobWaitsForItsTime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		q := jobs.New(db, quiet())
		ran := 0
		q.Handle("remind", func(context.Context, []byte) error { ran++; return nil })
		add(t, db, "remind", nil, clock.Now().Add(time.Hour))
		add(t, db, "unknown here", nil, time.Time{})
		for want, wait := range []time.Duration{59 * time.Minute, time.Minute} {
			clock.Add(wait)
			if err := q.Drain(t.Context()); err != nil || ran != want {
				t.Errorf("ran %d times, want %d; %v", ran, want, err)
			}
		}
	}, jobs.Schema())
}

func TestJobOfAFailedTransactionDoesNotExist(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		q := jobs.New(db, quiet())
		q.Handle("mail", func(context.Context, []byte) error { t.Error("it ran"); return nil })
		_ = db.Write(t.Context(), func(tx *store.Tx) error {
			if err := jobs.Add(tx, "mail", nil, time.Time{}); err != nil {
				t.Error(err)
			}
			return errors.New("no")
		})
		if err := q.Drain(t.Context()); err != nil {
			t.Error(err)
		}
	}, jobs.Schema())
}

// A second process finds the job while the first one has it, and again after the first has stopped moving.
func TestJobIsLeased(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		stuck, other := jobs.New(db, quiet()), jobs.New(db, quiet())
		began, release, ran := make(chan struct{}), make(chan struct{}), 0
		stuck.Handle("mail", func(context.Context, []byte) error {
			close(began)
			<-release
			return errors.New("too late")
		})
		other.Handle("mail", func(context.Context, []byte) error { ran++; return nil })
		add(t, db, "mail", nil, time.Time{})
		ended := make(chan error)
		go func() { ended <- stuck.Drain(context.Background()) }()
		<-began
		if err := other.Drain(t.Context()); err != nil || ran != 0 {
			t.Errorf("a leased job ran %d times elsewhere; %v", ran, err)
		}
		clock.Add(2 * time.Minute)
		if err := other.Drain(t.Context()); err != nil || ran != 1 {
			t.Errorf("an abandoned job ran %d times elsewhere; %v", ran, err)
		}
		close(release)
		if err := <-ended; err == nil {
			t.Error("the failure was not reported")
		}
		clock.Add(24 * time.Hour)
		if err := other.Drain(t.Context()); err != nil || ran != 1 {
			t.Errorf("the late failure brought the job back: %d, %v", ran, err)
		}
	}, jobs.Schema())
}

func TestQueuesShareTheWork(t *testing.T) {
	const all, processes = 60, 3
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			for i := range all {
				if err := jobs.Add(tx, "count", i, time.Time{}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		ran := make(chan string, 2*all)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, processes)
		for range processes {
			q := jobs.New(db, quiet())
			q.Handle("count", func(_ context.Context, payload []byte) error { ran <- string(payload); return nil })
			go func() { ended <- q.Run(ctx) }()
		}
		seen := map[string]bool{}
		for len(seen) < all {
			payload := <-ran
			if seen[payload] {
				t.Errorf("job %s ran twice", payload)
			}
			seen[payload] = true
		}
		cancel()
		for range processes {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	}, jobs.Schema())
}

func TestRunFinishesWhatItBegan(t *testing.T) {
	db, _ := storetest.SQLite(t, jobs.Schema())
	q := jobs.New(db, quiet())
	began, done := make(chan struct{}), false
	q.Handle("long", func(ctx context.Context, _ []byte) error {
		close(began)
		time.Sleep(30 * time.Millisecond)
		done = ctx.Err() == nil
		return ctx.Err()
	})
	add(t, db, "long", nil, time.Time{})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- q.Run(ctx) }()
	<-began
	cancel()
	if err := <-ended; err != nil || !done {
		t.Errorf("done: %v, %v", done, err)
	}
}

func TestEveryRunsInOneProcessAtATime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		ran := make(chan int, 10)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 2)
		for process := range 2 {
			q := jobs.New(db, quiet())
			q.Every("sweep", time.Hour, func(context.Context) error {
				ran <- process
				return errors.New("a failure waits for the next turn as well")
			})
			go func() { ended <- q.Run(ctx) }()
		}
		<-ran
		time.Sleep(1200 * time.Millisecond) // both have polled again
		if len(ran) != 0 {
			t.Error("it ran twice in one hour")
		}
		clock.Add(time.Hour)
		select {
		case <-ran:
		case <-time.After(10 * time.Second):
			t.Error("it did not run in the second hour")
		}
		cancel()
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	}, jobs.Schema())
}

func TestDrainRunsSchedulesOnceAndWhatTheyAdd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		q := jobs.New(db, quiet())
		var order []string
		q.Handle("mail", func(_ context.Context, payload []byte) error {
			order = append(order, string(payload))
			return nil
		})
		q.Every("digest", time.Hour, func(ctx context.Context) error {
			return db.Write(ctx, func(tx *store.Tx) error { return jobs.Add(tx, "mail", "digest", time.Time{}) })
		})
		add(t, db, "mail", "first", time.Time{})
		if err := q.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(order) != 2 || order[0] != `"first"` || order[1] != `"digest"` {
			t.Errorf("order %q", order)
		}
	}, jobs.Schema())
}
