package jobs

import (
	"context"
	"time"

	"bainian/app/fault"
	"bainian/app/store"
)

// Failure is a job that was given up after its last try.
type Failure struct {
	ID      string
	Kind    string
	Payload string // JSON
	Error   string // of the last try
	At      time.Time
}

// Failed are the jobs that were given up, the latest 50 first.
func (q *Queue) Failed(ctx context.Context) (failures []Failure, err error) {
	err = q.db.Read(ctx, func(rx *store.Rx) (err error) {
		failures, err = store.All(rx, func(row store.Row) (f Failure, err error) {
			var ms int64
			err = row.Scan(&f.ID, &f.Kind, &f.Payload, &f.Error, &ms)
			f.At = store.Time(ms)
			return f, err
		}, `SELECT id, kind, payload, last_error, failed_ms FROM job WHERE failed_ms IS NOT NULL ORDER BY failed_ms DESC, id LIMIT 50`)
		return err
	})
	return failures, err
}

// Retry gives a failed job all its tries again. A job that has not failed is "jobs.not_failed".
func (q *Queue) Retry(ctx context.Context, id string) error {
	return q.db.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(`UPDATE job SET failed_ms = NULL, tries = 0, ready_ms = ? WHERE id = ? AND failed_ms IS NOT NULL`, store.Ms(tx.Now), id)
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "jobs.not_failed")
		}
		tx.Ring(bell)
		return err
	})
}
