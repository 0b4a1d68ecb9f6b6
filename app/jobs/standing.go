package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"bainian/app/store"
)

// standing is a kind whose jobs are one row for each key, put back as long as there is more to do.
type standing struct {
	workers int
	run     func(ctx context.Context, key string) error
	next    func(rx *store.Rx, key string) (at time.Time, more bool, err error)
}

// Stand sets what works off the line behind a key, for every key that Wake names. A key has one worker at a time, and
// the kind has workers of its own: who waits for strangers holds up nobody else, and not the end of the program either,
// since then the context of a run ends. After each run next is asked, in the transaction that puts the job back, when
// there is more to do.
func (q *Queue) Stand(kind string, workers int, run func(ctx context.Context, key string) error,
	next func(rx *store.Rx, key string) (at time.Time, more bool, err error)) {
	q.standings[kind] = standing{workers, run, next}
}

// Wake has the line behind a key worked off at that time or before. While it is, nothing changes: the worker looks
// again before it leaves.
func Wake(tx *store.Tx, kind, key string, at time.Time) error {
	payload, err := json.Marshal(key)
	if err != nil {
		return fmt.Errorf("jobs: key of %s: %w", kind, err)
	}
	if at.Before(tx.Now) {
		at = tx.Now
	}
	tx.Ring(bell)
	// The row is written only when it must be: whoever wakes the same key at the same moment need not wait for this one.
	var wakes bool
	if err := tx.Row(`SELECT EXISTS (SELECT 1 FROM job WHERE id = ? AND (tries > 0 OR ready_ms <= ?))`, kind+"/"+key, store.Ms(at)).Scan(&wakes); err != nil || wakes {
		return err
	}
	_, err = tx.Exec(`INSERT INTO job (id, kind, payload, added_ms, ready_ms, tries, last_error) VALUES (?, ?, ?, ?, ?, 0, '')
		ON CONFLICT (id) DO UPDATE SET ready_ms = excluded.ready_ms WHERE job.tries = 0 AND job.ready_ms > excluded.ready_ms`,
		kind+"/"+key, kind, string(payload), store.Ms(tx.Now), store.Ms(at))
	return err
}

func (s standing) call(ctx context.Context, j job) error {
	key, err := j.key()
	if err != nil {
		return err
	}
	return s.run(ctx, key)
}

func (s standing) settle(tx *store.Tx, j job, failed bool, lastError string) error {
	key, err := j.key()
	if err != nil {
		return err
	}
	at, more, err := s.next(tx.Rx, key)
	if err != nil {
		return err
	}
	if again := tx.Now.Add(backoff(1)); failed && (!more || at.Before(again)) {
		at, more = again, true
	}
	if !more {
		return remove(tx, j)
	}
	tx.Ring(bell) // whoever woke it while it ran found it taken, and looks again only now
	return putBack(tx, j, 0, at, lastError)
}

func (j job) key() (key string, err error) { return key, json.Unmarshal(j.payload, &key) }

func (q *Queue) standingKinds() []string { return slices.Sorted(maps.Keys(q.standings)) }
