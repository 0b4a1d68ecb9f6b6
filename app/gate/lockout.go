package gate

import (
	"context"
	"time"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// overrideHolds is for how long a word that a lock-out is meant lets the text be published.
const overrideHolds = 10 * time.Minute

// mayLockOut is asked before a policy is published from the web, on whatever page: one that locks out those who may take
// leads now is Conflict "gate.policy_locks_out", unless the same person has just said that they mean it.
func (k *Keeper) mayLockOut(ctx context.Context, actor people.Person, d documents.Doc) error {
	e, err := k.Previewed(ctx, actor, d)
	if err != nil || !e.LocksOut() {
		return err
	}
	var meant bool
	if err := k.db.Read(ctx, func(rx *store.Rx) error {
		return rx.Row(`SELECT EXISTS (SELECT 1 FROM policy_override WHERE hash = ? AND by_id = ? AND at_ms > ?)`,
			e.Hash, actor.ID, store.Ms(rx.Now.Add(-overrideHolds))).Scan(&meant)
	}); err != nil || meant {
		return err
	}
	return fault.New(fault.Conflict, "gate.policy_locks_out", "open", e.Open, "still", e.Still).In("override")
}

// Override records that HR means a text of the policy to lock people out, and why. It lets them publish that text within
// ten minutes; of a text that locks nobody out there is nothing to record.
func (k *Keeper) Override(ctx context.Context, actor people.Person, d documents.Doc, reason string) error {
	reason, err := noted(reason, "reason")
	if err != nil {
		return err
	}
	e, err := k.Previewed(ctx, actor, d)
	if err != nil || !e.LocksOut() {
		return err
	}
	return k.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO policy_override (id, hash, open_before, open_after, reason, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			tx.NewID(), e.Hash, e.Open, e.Still, reason, actor.ID, store.Ms(tx.Now))
		return err
	})
}

// Override is that a version of the policy was published although it locked people out.
type Override struct {
	Hash        string // of the text
	Open, Still int    // people who could take leads before, and of those, after
	Reason, By  string
	At          time.Time
}

// Overrides are all on record, newest first, for whoever may read the policy.
func (k *Keeper) Overrides(ctx context.Context) (all []Override, err error) {
	err = k.db.Read(ctx, func(rx *store.Rx) error {
		all, err = store.All(rx, func(r store.Row) (o Override, err error) {
			var at int64
			err = r.Scan(&o.Hash, &o.Open, &o.Still, &o.Reason, &o.By, &at)
			o.At = store.Time(at)
			return o, err
		}, `SELECT hash, open_before, open_after, reason, by_id, at_ms FROM policy_override ORDER BY at_ms DESC, id DESC`)
		return err
	})
	return all, err
}
