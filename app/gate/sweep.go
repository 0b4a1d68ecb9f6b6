package gate

import (
	"context"
	"errors"
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
// ever told. It runs once a minute; what follows from somebody's deed is told in the transaction of the deed. Whoever
// cannot be decided about is an error and keeps nobody else waiting.
func (k *Keeper) Sweep(ctx context.Context) error {
	var errs []error
	for _, some := range []func(*store.Rx) ([]string, error){dueIn, strangersIn} {
		for {
			var ids []string
			if err := k.db.Read(ctx, func(rx *store.Rx) (err error) { ids, err = some(rx); return err }); err != nil {
				return err
			}
			err := k.notice(ctx, ids)
			errs = append(errs, err)
			if err != nil || len(ids) < glance {
				break
			}
		}
	}
	for more := true; more; {
		var err error
		more, err = k.round(ctx)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// notice looks at people a few to a transaction, and at each alone when that fails.
func (k *Keeper) notice(ctx context.Context, ids []string) error {
	var errs []error
	for some := range slices.Chunk(ids, notice) {
		if k.noticed(ctx, some) == nil {
			continue
		}
		for _, id := range some {
			if err := k.noticed(ctx, []string{id}); err != nil {
				errs = append(errs, fmt.Errorf("gate: looking at %s: %w", id, err))
			}
		}
	}
	return errors.Join(errs...)
}

func (k *Keeper) noticed(ctx context.Context, ids []string) error {
	return k.db.Write(ctx, func(tx *store.Tx) error {
		for _, id := range ids {
			if err := k.NoticeIn(tx, id); err != nil {
				return err
			}
		}
		return nil
	})
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
	var ids []string
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
		ids, err = store.All(rx, scanID, `SELECT s.person_id FROM gate_state s JOIN employee e ON e.id = s.person_id
			WHERE s.person_id > ? AND e.active ORDER BY s.person_id LIMIT ?`, after, glance)
		return err
	}); err != nil || !more {
		return false, err
	}
	changed, err := k.changed(ctx, ids)
	if err != nil {
		changed = ids // notice says which of them is wrong
	}
	wrong := k.notice(ctx, changed)
	reached := any(nil)
	if len(ids) == glance {
		reached = ids[glance-1]
	}
	err = k.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO gate_round (one, terms, after, at_ms) VALUES (1, ?, ?, ?)
			ON CONFLICT (one) DO UPDATE SET terms = excluded.terms, after = excluded.after, at_ms = excluded.at_ms`, mark, reached, store.Ms(tx.Now))
		return err
	})
	return reached != nil && err == nil, errors.Join(wrong, err)
}

// changed are those of whom something else was told last than what is decided now.
func (k *Keeper) changed(ctx context.Context, ids []string) (changed []string, err error) {
	err = k.db.Read(ctx, func(rx *store.Rx) error {
		changed = nil
		for _, id := range ids {
			d, err := k.DecideIn(rx, id)
			if err != nil && !fault.HasKey(err, "gate.no_policy") {
				return err
			}
			s, _, err := stateIn(rx, id)
			if err != nil {
				return err
			}
			if s != s.of(d) {
				changed = append(changed, id)
			}
		}
		return nil
	})
	return changed, err
}
