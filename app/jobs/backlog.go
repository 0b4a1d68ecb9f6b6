package jobs

import (
	"context"
	"time"

	"bainian/app/store"
)

// Backlog is how the queue keeps up: what waits, schedules not counted, what was given up, and for how long the job that
// has been due longest has been due; 0 when none is.
type Backlog struct {
	Waiting, Failed int
	Late            time.Duration
}

// Backlog counts in one statement, by the indexes.
func (q *Queue) Backlog(ctx context.Context) (b Backlog, err error) {
	err = q.db.ReadOne(ctx, func(rx *store.Rx) error {
		var first *int64
		err := rx.Row(`SELECT (SELECT count(*) FROM job WHERE failed_ms IS NULL AND kind <> id), (SELECT count(*) FROM job WHERE failed_ms IS NOT NULL),
			(SELECT min(ready_ms) FROM job WHERE failed_ms IS NULL AND ready_ms <= ?)`, store.Ms(rx.Now)).Scan(&b.Waiting, &b.Failed, &first)
		if first != nil {
			b.Late = rx.Now.Sub(store.Time(*first))
		}
		return err
	})
	return b, err
}
