package people

import (
	"context"
	"strings"
	"time"

	"bainian/app/fault"
	"bainian/app/store"
)

// Deactivate closes a person's account: in one transaction they become inactive, their sessions end, the
// record is written and every OnDeactivated hook runs. It wants a reason. Nobody deactivates themselves, nor
// the last admin.
func (d *Directory) Deactivate(ctx context.Context, actor Person, personID, reason string) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		p, err := switched(tx, actor, personID, false, reason)
		if err != nil {
			return err
		}
		if err := voidInvitations(tx, personID); err != nil {
			return err
		}
		if _, err := endSessions(tx, actor, personID); err != nil {
			return err
		}
		return tell(tx, d.onDeactivated, p)
	})
}

// Reactivate opens the account again, with the password it had, and runs every OnReactivated hook. What the deactivation
// ended stays ended.
func (d *Directory) Reactivate(ctx context.Context, actor Person, personID, reason string) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		p, err := switched(tx, actor, personID, true, reason)
		if err != nil {
			return err
		}
		return tell(tx, d.onReactivated, p)
	})
}

func tell(tx *store.Tx, hooks []func(*store.Tx, Person) error, p Person) error {
	for _, f := range hooks {
		if err := f(tx, p); err != nil {
			return err
		}
	}
	return nil
}

// switched makes a person active or not, with its record, and returns them in the new state.
func switched(tx *store.Tx, actor Person, personID string, active bool, reason string) (Person, error) {
	p, err := get(tx.Rx, personID)
	if err != nil {
		return p, err
	}
	if err := mayClose(actor, p); err != nil {
		return p, err
	}
	switch {
	case p.ID == actor.ID:
		return p, fault.New(fault.Conflict, "people.not_yourself")
	case p.Active && active:
		return p, fault.New(fault.Conflict, "people.already_active")
	case !p.Active && !active:
		return p, fault.New(fault.Conflict, "people.already_deactivated")
	}
	kind := Reactivated
	if !active {
		kind = Deactivated
		if p.Has(Admin) {
			if err := notLastAdmin(tx.Rx, p); err != nil {
				return p, err
			}
		}
	}
	p.Active = active
	if _, err := tx.Exec(`UPDATE employee SET active = ? WHERE id = ?`, active, p.ID); err != nil {
		return p, err
	}
	return p, record(tx, actor, p.ID, Change{Kind: kind, Reason: strings.TrimSpace(reason)})
}

// Employment is that somebody works here from a moment on, or no longer does.
type Employment struct {
	At     time.Time
	Active bool
}

// EmploymentIn is every such moment of a person, oldest first: when they were entered, left and came back. It is empty
// for nobody.
func EmploymentIn(rx *store.Rx, personID string) ([]Employment, error) {
	return store.All(rx, func(row store.Row) (e Employment, err error) {
		var at int64
		var id string
		err = row.Scan(&at, &e.Active, &id)
		e.At = store.Time(at)
		return e, err
	}, `SELECT created_ms AS at_ms, TRUE AS active, '' AS id FROM employee WHERE id = ?
		UNION ALL SELECT at_ms, kind = 'reactivated', id FROM employee_change WHERE employee_id = ? AND kind IN ('deactivated', 'reactivated') ORDER BY at_ms, id`, personID, personID)
}
