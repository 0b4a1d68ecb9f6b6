package leads

import (
	"encoding/binary"
	"strconv"

	"bainian/app/fault"
	"bainian/app/store"
)

// pickIn is a lead of the pool for a draw; with "", of the first pool open to the receiver that has one.
func (p *Pool) pickIn(tx *store.Tx, r receiver, pool string) (Lead, error) {
	pools := r.rules.Pools
	if pool != "" {
		terms, ok := r.rules.PoolOf(pool)
		if !ok {
			return Lead{}, fault.New(fault.NotFound, "leads.no_pool", "pool", pool)
		}
		pools = []Terms{terms}
	}
	refusal := error(fault.New(fault.Conflict, "leads.empty"))
	for i, terms := range pools {
		err := r.mayTakeFromIn(tx.Rx, terms)
		if err == nil {
			err = r.roomToDrawIn(tx.Rx, terms)
		}
		if err != nil {
			if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Forbidden) {
				return Lead{}, err
			}
			if i == 0 {
				refusal = err
			}
			continue
		}
		accesses := []Access{AccessOpen}
		if r.decision.Newcomer {
			accesses = []Access{AccessNewcomers, AccessOpen}
		}
		for _, a := range accesses {
			lead, found, err := pickFromIn(tx, r.decision.PersonID, terms.Slug, a)
			if err != nil || found {
				return lead, err
			}
		}
		if i == 0 || !fault.Is(refusal, fault.Conflict) {
			refusal = fault.New(fault.Conflict, "leads.empty")
		}
	}
	return Lead{}, refusal
}

// pickFromIn is the first lead of a pool from a random rank on that does not cool down for the person. Many who
// look for the very first one would wait for each other. It mostly looks at one lead and, where that will not
// do, at more each time: the limit inside makes every planner walk the index, and lock no more than it passes.
func pickFromIn(tx *store.Tx, personID, pool string, access Access) (Lead, bool, error) {
	for _, from := range []int64{newRank(tx), 0} {
		for size, more := 1, true; more; size = min(size*10, 100) {
			seen, err := store.All(tx.Rx, scanCandidate, `SELECT `+leadColumns+`, l.rank, `+imported+` AND NOT EXISTS
				(SELECT 1 FROM tenure t WHERE t.lead_id = l.id AND t.holder_id = ? AND t.cool_ms > ?)
				FROM (SELECT * FROM lead WHERE state = 'pool' AND pool = ? AND access = ? AND rank >= ? ORDER BY rank LIMIT `+strconv.Itoa(size)+`) l ORDER BY l.rank`,
				personID, store.Ms(tx.Now), pool, access, from)
			if err != nil {
				return Lead{}, false, err
			}
			for _, c := range seen {
				if c.free {
					return c.Lead, true, nil
				}
				from = c.rank + 1
			}
			more = len(seen) == size
		}
	}
	return Lead{}, false, nil
}

// candidate is a lead of the pool, and whether it is free for the one who looks.
type candidate struct {
	Lead
	rank int64
	free bool
}

func scanCandidate(row store.Row) (c candidate, err error) {
	err = row.Scan(append(leadDest(&c.Lead), &c.rank, &c.free)...)
	return c, err
}

func newRank(tx *store.Tx) int64 { return int64(binary.BigEndian.Uint64(tx.Secret(8)) >> 1) }
