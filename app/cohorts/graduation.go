package cohorts

import (
	"context"
	"strings"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// Graduation is that somebody graduated from a cohort: who trained them takes them for ready. It stays on record when
// it is taken back.
type Graduation struct {
	ID, CohortID, PersonID string
	By                     string
	At                     time.Time
	UndoneAt               time.Time // zero while it stands
	UndoneBy, Reason       string
}

// Stands reports whether it has not been taken back.
func (g Graduation) Stands() bool { return g.UndoneAt.IsZero() }

// Graduate records that members of a cohort graduated from it, and tells how many did. Who has already stays as they are;
// somebody who is no member is NotFound and then nobody graduates. HR and trainers may, but nobody themselves.
func (r *Roster) Graduate(ctx context.Context, actor people.Person, cohortID string, personIDs ...string) (n int, err error) {
	if err := mayGraduate(actor, personIDs...); err != nil {
		return 0, err
	}
	if len(personIDs) == 0 {
		return 0, fault.New(fault.Invalid, "cohorts.nobody_chosen").In("person")
	}
	err = r.db.Write(ctx, func(tx *store.Tx) error {
		n = 0
		if _, err := find(tx.Rx, "c.id = ?", cohortID); err != nil {
			return err
		}
		for _, id := range personIDs {
			c, in, err := OfIn(tx.Rx, id)
			if err != nil {
				return err
			}
			if !in || c.ID != cohortID {
				return fault.New(fault.NotFound, "cohorts.person_unknown")
			}
			added, err := tx.Exec(`INSERT INTO graduation (id, cohort_id, employee_id, by_id, at_ms) SELECT ?, ?, ?, ?, ?
				WHERE NOT EXISTS (SELECT 1 FROM graduation g WHERE g.cohort_id = ? AND g.employee_id = ?
					AND NOT EXISTS (SELECT 1 FROM graduation_undoing u WHERE u.graduation_id = g.id))`,
				tx.NewID(), cohortID, id, actor.ID, store.Ms(tx.Now), cohortID, id)
			if err != nil {
				return err
			}
			if n += int(added); added == 0 {
				continue
			}
			if err := r.graduatedIn(tx, id); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// UndoGraduation takes a graduation back, for a reason; twice is once. HR and trainers may.
func (r *Roster) UndoGraduation(ctx context.Context, actor people.Person, id, reason string) error {
	if err := mayGraduate(actor); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if reason == "" || !short(reason) {
		return fault.New(fault.Invalid, "cohorts.reason_missing", "max", maxText).In("reason")
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		personID, exists, err := store.First(tx.Rx, func(row store.Row) (id string, err error) { return id, row.Scan(&id) },
			`SELECT employee_id FROM graduation WHERE id = ?`, id)
		if err != nil {
			return err
		}
		if !exists {
			return fault.New(fault.NotFound, "cohorts.no_graduation")
		}
		if _, err := tx.Exec(`INSERT INTO graduation_undoing (graduation_id, reason, by_id, at_ms) VALUES (?, ?, ?, ?) ON CONFLICT (graduation_id) DO NOTHING`,
			id, reason, actor.ID, store.Ms(tx.Now)); err != nil {
			return err
		}
		return r.graduatedIn(tx, personID)
	})
}

func mayGraduate(actor people.Person, personIDs ...string) error {
	if !actor.Has(people.HR, people.Trainer) {
		return fault.New(fault.Forbidden, "cohorts.trainer_or_hr")
	}
	for _, id := range personIDs {
		if id == actor.ID {
			return fault.New(fault.Forbidden, "cohorts.not_yourself")
		}
	}
	return nil
}

// Graduations are all of a cohort, oldest first, for HR, administrators and trainers.
func (r *Roster) Graduations(ctx context.Context, actor people.Person, cohortID string) (all []Graduation, err error) {
	if !actor.Has(people.HR, people.Admin, people.Trainer) {
		return nil, fault.New(fault.Forbidden, "cohorts.trainer_or_hr")
	}
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		all, err = graduationsIn(rx, `g.cohort_id = ?`, cohortID)
		return err
	})
	return all, err
}

// GraduationsIn are all graduations of those people, oldest first, with those that were taken back.
func GraduationsIn(rx *store.Rx, personIDs ...string) ([]Graduation, error) {
	who, args := store.List(personIDs)
	return graduationsIn(rx, `g.employee_id IN `+who, args...)
}

func graduationsIn(rx *store.Rx, where string, args ...any) ([]Graduation, error) {
	return store.All(rx, func(row store.Row) (g Graduation, err error) {
		var at int64
		var undone *int64
		err = row.Scan(&g.ID, &g.CohortID, &g.PersonID, &g.By, &at, &undone, &g.UndoneBy, &g.Reason)
		g.At, g.UndoneAt = store.Time(at), store.NullTime(undone)
		return g, err
	}, `SELECT g.id, g.cohort_id, g.employee_id, g.by_id, g.at_ms, u.at_ms, coalesce(u.by_id, ''), coalesce(u.reason, '')
		FROM graduation g LEFT JOIN graduation_undoing u ON u.graduation_id = g.id WHERE `+where+` ORDER BY g.at_ms, g.id`, args...)
}
