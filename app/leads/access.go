package leads

import (
	"context"
	"time"

	"bainian/app/store"
)

// Access says who may draw a lead of the pool.
type Access string

const (
	AccessOpen      Access = "open"
	AccessNewcomers Access = "newcomers" // newcomers alone
	AccessEmbargo   Access = "embargo"   // nobody: it can only be allocated
)

// fresh is who may draw a lead that has just come into the pool, and until when that is so. Its random rank decides
// whether it is among those that are kept for newcomers.
func (t Terms) fresh(rank int64, now time.Time, add func(time.Time, int) time.Time) (a Access, until *int64) {
	days := 0
	switch {
	case t.EmbargoDays > 0:
		a, days = AccessEmbargo, t.EmbargoDays
	case t.NewcomerDays > 0 && int(rank%100) < t.NewcomerShare:
		a, days = AccessNewcomers, t.NewcomerDays
	default:
		return AccessOpen, nil
	}
	ms := store.Ms(add(now, days))
	return a, &ms
}

// widenBatch is how many leads one transaction opens.
const widenBatch = 200

// Widen lets go of what is kept for newcomers or under embargo once its time is over. It is a job; several at once do
// no harm.
func (p *Pool) Widen(ctx context.Context) error {
	for {
		n := int64(0)
		err := p.db.Write(ctx, func(tx *store.Tx) (err error) {
			n, err = tx.Exec(`UPDATE lead SET access = 'open', widens_ms = NULL WHERE id IN
				(SELECT id FROM lead WHERE widens_ms IS NOT NULL AND widens_ms <= ? ORDER BY widens_ms LIMIT ?)`, store.Ms(tx.Now), widenBatch)
			return err
		})
		if err != nil || n < widenBatch {
			return err
		}
	}
}
