package gate

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"bainian/app/fault"
	"bainian/app/store"
)

const (
	glance = 200 // people whom one read looks at
	notice = 10  // people whom one write looks at
)

// Sweep looks at every gate that time, a new policy or a new pledge may have changed, and at people of whom nothing was
// ever told. It runs once a minute; what follows from somebody's deed is told in the transaction of the deed.
func (k *Keeper) Sweep(ctx context.Context) error {
	for _, some := range []func(*store.Rx) ([]string, error){dueIn, strangersIn} {
		for {
			var ids []string
			if err := k.db.Read(ctx, func(rx *store.Rx) (err error) { ids, err = some(rx); return err }); err != nil {
				return err
			}
			if err := k.notice(ctx, ids); err != nil {
				return err
			}
			if len(ids) < glance {
				break
			}
		}
	}
	for {
		more, err := k.round(ctx)
		if err != nil || !more {
			return err
		}
	}
}

func (k *Keeper) notice(ctx context.Context, ids []string) error {
	for len(ids) > 0 {
		some := ids[:min(notice, len(ids))]
		if err := k.db.Write(ctx, func(tx *store.Tx) error {
			for _, id := range some {
				if err := k.NoticeIn(tx, id); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
		ids = ids[len(some):]
	}
	return nil
}

func scanID(r store.Row) (id string, err error) { return id, r.Scan(&id) }

// dueIn are people whose decision time may have changed.
func dueIn(rx *store.Rx) ([]string, error) {
	return store.All(rx, scanID, `SELECT person_id FROM gate_state WHERE due_ms <= ? ORDER BY due_ms LIMIT ?`, store.Ms(rx.Now), glance)
}

// strangersIn are people who work here and were never looked at.
func strangersIn(rx *store.Rx) ([]string, error) {
	return store.All(rx, scanID, `SELECT e.id FROM employee e WHERE e.active AND e.roles <> 'rehearser'
		AND NOT EXISTS (SELECT 1 FROM gate_state s WHERE s.person_id = e.id) ORDER BY e.id LIMIT ?`, glance)
}

// mark names what decisions rest on for everybody: when it changes, everybody is looked at.
func (t *terms) mark() string {
	mark := "no policy"
	if t.policy != nil {
		mark = fmt.Sprintf("policy %d", t.policy.Version)
	}
	mark += fmt.Sprintf(", pledge %d", t.texts.pledge.Version)
	for _, ref := range slices.Sorted(maps.Keys(t.texts.courses)) {
		mark += fmt.Sprintf(", %s %d", ref, t.texts.courses[ref].Version)
	}
	return mark
}

// round looks at the next of everybody after the terms have changed, and tells whether there are more. It decides in a
// read, so that only those whose gate stands differently cost a write.
func (k *Keeper) round(ctx context.Context) (more bool, err error) {
	var mark, after string
	var ids, changed []string
	if err := k.db.Read(ctx, func(rx *store.Rx) error {
		t, err := k.termsIn(rx)
		if err != nil {
			return err
		}
		mark = t.mark()
		var was string
		var at *string
		switch err := rx.Row(`SELECT terms, after FROM gate_round WHERE one = 1`).Scan(&was, &at); {
		case err != nil && err != store.ErrNoRow:
			return err
		case err == nil && was == mark && at == nil:
			return nil
		case err == nil && was == mark:
			after = *at
		}
		more = true
		if ids, err = store.All(rx, scanID, `SELECT s.person_id FROM gate_state s JOIN employee e ON e.id = s.person_id
			WHERE s.person_id > ? AND e.active ORDER BY s.person_id LIMIT ?`, after, glance); err != nil {
			return err
		}
		for _, id := range ids {
			d, err := k.DecideIn(rx, id)
			if err != nil && !fault.HasKey(err, "gate.no_policy") {
				return err
			}
			if s, _, err := stateIn(rx, id); err != nil {
				return err
			} else if s != s.of(d) {
				changed = append(changed, id)
			}
		}
		return nil
	}); err != nil || !more {
		return false, err
	}
	if err := k.notice(ctx, changed); err != nil {
		return false, err
	}
	reached := any(nil)
	if len(ids) == glance {
		reached = ids[glance-1]
	}
	return reached != nil, k.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO gate_round (one, terms, after, at_ms) VALUES (1, ?, ?, ?)
			ON CONFLICT (one) DO UPDATE SET terms = excluded.terms, after = excluded.after, at_ms = excluded.at_ms`, mark, reached, store.Ms(tx.Now))
		return err
	})
}
