package gate

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// longestWaiver is how far ahead a waiver may reach.
const longestWaiver = 30 * 24 * time.Hour

// Waive excuses a person from one waivable requirement until a time, at most 30 days ahead. HR grants it,
// never to themselves, and never while a red line stands against themselves.
func (k *Keeper) Waive(ctx context.Context, actor people.Person, personID, requirement string, until time.Time, reason string) error {
	if !actor.Has(people.HR) || actor.ID == personID {
		return fault.New(fault.Forbidden, "gate.may_not_waive")
	}
	if utf8.RuneCountInString(strings.TrimSpace(reason)) < 8 {
		return fault.New(fault.Invalid, "gate.waiver_reason").In("reason")
	}
	return k.db.Write(ctx, func(tx *store.Tx) error {
		own, err := k.DecideIn(tx.Rx, actor.ID)
		if err != nil {
			return err
		}
		if own.RedLine {
			return fault.New(fault.Forbidden, "gate.may_not_waive")
		}
		policy, err := k.PolicyIn(tx.Rx)
		if err != nil {
			return err
		}
		if !policy.waivable(requirement) {
			return fault.New(fault.Invalid, "gate.not_waivable", "requirement", requirement).In("requirement")
		}
		if !until.After(tx.Now) || until.After(tx.Now.Add(longestWaiver)) {
			return fault.New(fault.Invalid, "gate.waiver_length", "days", int(longestWaiver.Hours()/24)).In("until")
		}
		_, ok, err := people.PersonIn(tx.Rx, personID)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.NotFound, "gate.no_person")
		}
		_, err = tx.Exec(`INSERT INTO waiver (id, person_id, requirement, until_ms, reason, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			tx.NewID(), personID, requirement, store.Ms(until), strings.TrimSpace(reason), actor.ID, store.Ms(tx.Now))
		if err != nil {
			return err
		}
		return k.NoticeIn(tx, personID)
	})
}

// Withdraw ends a waiver early; it stays on record with who withdrew it.
func (k *Keeper) Withdraw(ctx context.Context, actor people.Person, waiverID string) error {
	if !actor.Has(people.HR) {
		return fault.New(fault.Forbidden, "gate.may_not_waive")
	}
	return k.db.Write(ctx, func(tx *store.Tx) error {
		personID, exists, err := store.First(tx.Rx, scanID, `SELECT person_id FROM waiver WHERE id = ?`, waiverID)
		if err != nil {
			return err
		}
		if !exists {
			return fault.New(fault.NotFound, "gate.no_waiver")
		}
		_, err = tx.Exec(`INSERT INTO waiver_withdrawal (waiver_id, by_id, at_ms) VALUES (?, ?, ?) ON CONFLICT (waiver_id) DO NOTHING`,
			waiverID, actor.ID, store.Ms(tx.Now))
		if err != nil {
			return err
		}
		return k.NoticeIn(tx, personID)
	})
}

// Waivers are a person's waivers that are in force, for HR, whoever stands above them and themselves.
func (k *Keeper) Waivers(ctx context.Context, actor people.Person, personID string) (waivers []Waiver, err error) {
	err = k.db.Read(ctx, func(rx *store.Rx) error {
		if err := maySeeIn(rx, actor, personID); err != nil {
			return err
		}
		waivers, err = waiversIn(rx, personID)
		return err
	})
	return waivers, err
}

func maySeeIn(rx *store.Rx, actor people.Person, personID string) error {
	if actor.ID == personID || actor.Has(people.HR, people.Admin) {
		return nil
	}
	line, err := people.LineIn(rx, personID)
	if err == nil && !slices.Contains(line, actor.ID) {
		err = fault.New(fault.Forbidden, "gate.may_not_see")
	}
	return err
}

const inForce = ` FROM waiver w WHERE w.person_id = ? AND w.until_ms > ?
	AND NOT EXISTS (SELECT 1 FROM waiver_withdrawal x WHERE x.waiver_id = w.id)`

func waiversIn(rx *store.Rx, personID string) ([]Waiver, error) {
	return store.All(rx, func(r store.Row) (w Waiver, err error) {
		var until, at int64
		err = r.Scan(&w.ID, &w.PersonID, &w.Requirement, &until, &w.Reason, &w.By, &at)
		w.Until, w.At = store.Time(until), store.Time(at)
		return w, err
	}, `SELECT w.id, w.person_id, w.requirement, w.until_ms, w.reason, w.by_id, w.at_ms`+inForce+` ORDER BY w.at_ms`, personID, store.Ms(rx.Now))
}

func (p *Policy) waivable(key string) bool {
	for _, rule := range p.Levels {
		for _, r := range rule.Require.leaves(nil) {
			if r.Key() == key && r.Waivable() {
				return true
			}
		}
	}
	return false
}

// Waivables are the keys of all requirements that HR may waive.
func (p *Policy) Waivables() []string {
	var keys []string
	for _, rule := range p.Levels[:1] {
		for _, r := range rule.Require.leaves(nil) {
			if r.Waivable() {
				keys = append(keys, r.Key())
			}
		}
	}
	return keys
}
