package ledger

import (
	"context"
	"fmt"
	"time"

	"bainian/app/store"
)

// Root is the checkpoint that stands for a day.
type Root struct {
	Day string // 2026-11-28
	Checkpoint
}

// Daily takes the root of the present day of a zone, once: a leaf of its own makes the tree grow, so that there is one
// even when nothing happened. What follows from it (the mail that carries it off the machine) runs in the same transaction.
func (l *Log) Daily(ctx context.Context, zone *time.Location, then func(tx *store.Tx, r Root) error) error {
	taken, day := false, ""
	if err := l.db.Read(ctx, func(rx *store.Rx) (err error) {
		day = rx.Now.In(zone).Format(time.DateOnly)
		taken, err = takenIn(rx, day)
		return err
	}); err != nil || taken {
		return err
	}
	if err := l.Integrate(ctx); err != nil {
		return err
	}
	return l.db.Write(ctx, func(tx *store.Tx) error {
		if taken, err := takenIn(tx.Rx, day); err != nil || taken {
			return err
		}
		leaf, err := CommitIn(tx, "day", day)
		if err != nil {
			return err
		}
		if _, err := l.integrateIn(tx); err != nil {
			return err
		}
		size, err := sizeIn(tx.Rx)
		if err != nil {
			return err
		}
		var position *int64
		if err := tx.Row(`SELECT position FROM leaf WHERE id = ?`, leaf).Scan(&position); err != nil {
			return err
		}
		if position == nil {
			return fmt.Errorf("ledger: day %s: more leaves wait than a transaction takes", day)
		}
		if _, err := tx.Exec(`INSERT INTO daily_root (day, size, leaf_id, at_ms) VALUES (?, ?, ?, ?)`, day, size, leaf, store.Ms(tx.Now)); err != nil {
			return err
		}
		c, err := existingIn(tx.Rx, size)
		if err != nil {
			return err
		}
		return then(tx, Root{day, c})
	})
}

func takenIn(rx *store.Rx, day string) (bool, error) {
	_, taken, err := store.First(rx, scanText, `SELECT day FROM daily_root WHERE day = ?`, day)
	return taken, err
}

// LatestRoot is the root of the latest day, with the signatures of its witnesses; false while there is none.
func (l *Log) LatestRoot(ctx context.Context) (r Root, ok bool, err error) {
	err = l.db.Read(ctx, func(rx *store.Rx) error {
		r, ok, err = latestRootIn(rx)
		return err
	})
	return r, ok, err
}

func latestRootIn(rx *store.Rx) (r Root, ok bool, err error) {
	var size int64
	r, ok, err = store.First(rx, func(row store.Row) (r Root, err error) {
		return r, row.Scan(&r.Day, &size)
	}, `SELECT day, size FROM daily_root ORDER BY day DESC LIMIT 1`)
	if err != nil || !ok {
		return r, false, err
	}
	r.Checkpoint, err = existingIn(rx, size)
	return r, err == nil, err
}

// verifyDays looks at the roots of days: the leaf of each is that day's and in the tree of its checkpoint.
func verifyDays(rx *store.Rx, findings *Findings) error {
	type row struct {
		day, kind, data string
		at, made        int64
		size, position  int64
	}
	rows, err := store.All(rx, func(r store.Row) (x row, err error) {
		return x, r.Scan(&x.day, &x.size, &x.at, &x.kind, &x.data, &x.made, &x.position)
	}, `SELECT d.day, d.size, d.at_ms, coalesce(l.kind, ''), coalesce(l.data, ''), coalesce(c.at_ms, 0), coalesce(l.position, -1)
		FROM daily_root d LEFT JOIN leaf l ON l.id = d.leaf_id LEFT JOIN checkpoint c ON c.size = d.size ORDER BY d.day`)
	for _, x := range rows {
		if x.kind != "day" || x.data != x.day || x.position != x.size-1 || x.made != x.at {
			findings.Add(Finding{"day", "day " + x.day, "its root is not the checkpoint that was taken on it"})
		}
	}
	if err != nil {
		return err
	}
	gone, err := store.All(rx, scanText, `SELECT data FROM leaf WHERE kind = 'day' AND id NOT IN (SELECT leaf_id FROM daily_root) ORDER BY id`)
	for _, day := range gone {
		findings.Add(Finding{"day", "day " + day, "the tree holds its leaf, and there is no root of it"})
	}
	return err
}
