package leads

import (
	"context"

	"bainian/app/store"
)

// Counts are how many leads are in the pool, with somebody who works them, and in trust: what the indexes count
// without reading a lead. Private pools are with somebody.
func (p *Pool) Counts(ctx context.Context) (map[State]int, error) {
	var free, open, trust int
	err := p.db.ReadOne(ctx, func(rx *store.Rx) error {
		return rx.Row(`SELECT (SELECT count(*) FROM lead WHERE state = 'pool'), (SELECT count(*) FROM tenure WHERE ended_ms IS NULL),
			(SELECT count(*) FROM trust WHERE ended_ms IS NULL)`).Scan(&free, &open, &trust)
	})
	return map[State]int{InPool: free, Held: open - trust, InTrust: trust}, err
}
