package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"bainian/app/store"
)

// workers is how many jobs one process runs side by side.
const workers = 4

// Queue runs the jobs of a database in this process.
type Queue struct {
	db        *store.DB
	log       *slog.Logger
	handlers  map[string]func(context.Context, []byte) error
	schedules map[string]schedule // by id
	standings map[string]standing // by kind
}

type schedule struct {
	name  string
	every time.Duration
	run   func(context.Context) error
}

// id is the schedule's one row, and its kind.
func (s schedule) id() string { return "every/" + s.name }

// New is a queue without handlers; a job whose kind no handler is known for waits for a process that has one.
func New(db *store.DB, log *slog.Logger) *Queue {
	return &Queue{db: db, log: log, handlers: map[string]func(context.Context, []byte) error{},
		schedules: map[string]schedule{}, standings: map[string]standing{}}
}

// Handle sets what runs the jobs of a kind. All handlers are set before Run or Drain.
func (q *Queue) Handle(kind string, f func(ctx context.Context, payload []byte) error) {
	q.handlers[kind] = f
}

// Every has f run now and then every so often, by one process at a time. A failure is logged and not retried
// before its next turn.
func (q *Queue) Every(name string, every time.Duration, f func(ctx context.Context) error) {
	s := schedule{name, every, f}
	q.schedules[s.id()] = s
}

// Run does the work until ctx ends, finishes the jobs that it has begun and returns nil.
func (q *Queue) Run(ctx context.Context) error {
	var lanes sync.WaitGroup
	lanes.Go(func() {
		q.work(ctx, workers, slices.AppendSeq(slices.Sorted(maps.Keys(q.handlers)), maps.Keys(q.schedules)), q.plan)
	})
	for kind, s := range q.standings {
		lanes.Go(func() { q.work(ctx, s.workers, []string{kind}, func(context.Context) error { return nil }) })
	}
	lanes.Wait()
	return nil
}

// work runs the jobs of these kinds until ctx ends, that many side by side, once plan has been made.
func (q *Queue) work(ctx context.Context, workers int, kinds []string, plan func(context.Context) error) {
	wake := q.db.Listen(bell)
	slots := make(chan struct{}, workers)
	var running sync.WaitGroup
	defer running.Wait()
	for planned := false; ctx.Err() == nil; {
		if !planned {
			planned = q.try(plan(ctx))
		}
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		j, taken, wait, err := q.next(ctx, kinds)
		if taken {
			running.Go(func() {
				defer func() { <-slots }()
				q.try(q.run(ctx, context.WithoutCancel(ctx), j))
			})
			continue
		}
		<-slots
		q.try(err)
		select {
		case <-wake:
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
}

// Drain runs every job that is due, then each schedule once, then what those have added. It returns the
// failures of all.
func (q *Queue) Drain(ctx context.Context) error {
	failures := q.drain(ctx)
	for _, id := range slices.Sorted(maps.Keys(q.schedules)) {
		if err := q.call(ctx, ctx, job{kind: id}); err != nil {
			failures = errors.Join(failures, fmt.Errorf("jobs: %s: %w", id, err))
		}
	}
	return errors.Join(failures, q.drain(ctx))
}

func (q *Queue) drain(ctx context.Context) (failures error) {
	for {
		j, taken, _, err := q.next(ctx, q.jobKinds())
		if err != nil {
			return errors.Join(failures, err)
		}
		if !taken {
			return failures
		}
		failures = errors.Join(failures, q.run(ctx, ctx, j))
	}
}

// jobKinds are the kinds that come and go; schedules stay.
func (q *Queue) jobKinds() []string {
	return append(slices.Sorted(maps.Keys(q.handlers)), q.standingKinds()...)
}

func (q *Queue) plan(ctx context.Context) error {
	return q.db.Write(ctx, func(tx *store.Tx) error {
		for _, id := range slices.Sorted(maps.Keys(q.schedules)) {
			if err := plan(tx, q.schedules[id]); err != nil {
				return err
			}
		}
		return nil
	})
}

// next takes a job that is due. Without one, wait is how long none will be, unless somebody adds one.
func (q *Queue) next(ctx context.Context, kinds []string) (j job, taken bool, wait time.Duration, err error) {
	wait = poll
	var ids []string
	err = q.db.Read(ctx, func(rx *store.Rx) (err error) {
		ids, wait, err = ready(rx, kinds)
		return err
	})
	if err != nil || len(ids) == 0 {
		return j, false, wait, err
	}
	err = q.db.Write(ctx, func(tx *store.Tx) (err error) {
		j, taken, err = take(tx, ids)
		return err
	})
	return j, taken && err == nil, wait, err
}

// run calls the handler under a lease and writes down what became of the job. It returns the handler's
// failure. stop ends when the queue is to end, ctx does not.
func (q *Queue) run(stop, ctx context.Context, j job) error {
	failure := errors.New("the process ended during every try")
	if j.tries <= maxTries {
		release := q.keepLease(ctx, j)
		failure = q.call(stop, ctx, j)
		release()
	}
	err := q.db.Write(ctx, func(tx *store.Tx) error { return q.settle(tx, j, failure) })
	if failure != nil {
		failure = fmt.Errorf("jobs: %s %s, try %d: %w", j.kind, j.id, j.tries, failure)
	}
	return errors.Join(failure, err)
}

func (q *Queue) settle(tx *store.Tx, j job, failure error) error {
	lastError := ""
	if failure != nil {
		lastError = failure.Error()
	}
	if s, ok := q.schedules[j.kind]; ok {
		return putBack(tx, j, 0, tx.Now.Add(s.every), lastError)
	}
	if s, ok := q.standings[j.kind]; ok {
		return s.settle(tx, j, failure != nil, lastError)
	}
	switch {
	case failure == nil:
		return remove(tx, j)
	case j.tries >= maxTries:
		return giveUp(tx, j, lastError)
	}
	return putBack(tx, j, j.tries, tx.Now.Add(backoff(j.tries)), lastError)
}

// call runs the handler; its panic is a failure of this job and not of the process.
func (q *Queue) call(stop, ctx context.Context, j job) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	if s, ok := q.schedules[j.kind]; ok {
		return s.run(ctx)
	}
	if s, ok := q.standings[j.kind]; ok {
		return s.call(stop, j)
	}
	return q.handlers[j.kind](ctx, j.payload)
}

// keepLease renews the lease until stop is called.
func (q *Queue) keepLease(ctx context.Context, j job) (stop func()) {
	done := make(chan struct{})
	var renewing sync.WaitGroup
	renewing.Go(func() {
		tick := time.NewTicker(lease / 3)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				q.try(q.db.Write(ctx, func(tx *store.Tx) error { return renew(tx, j) }))
			case <-done:
				return
			}
		}
	})
	return func() {
		close(done)
		renewing.Wait()
	}
}

// try logs a failure and reports whether there was none.
func (q *Queue) try(err error) bool {
	if err != nil && !errors.Is(err, context.Canceled) {
		q.log.Error("jobs", "error", err)
	}
	return err == nil
}
