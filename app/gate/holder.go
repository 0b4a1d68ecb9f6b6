package gate

import (
	"context"
	"time"

	"bainian/app/fault"
	"bainian/app/integrity"
	"bainian/app/people"
	"bainian/app/store"
)

// HoldersNeeded is how many different people it takes to break the glass.
const HoldersNeeded = 2

// Enrolment is one person's passphrase for the glass.
type Enrolment struct {
	Person   people.Person
	At       time.Time
	EndedAt  time.Time // zero while it holds
	EndedBy  string    // id
	Eligible bool      // goes into the next snapshot: not ended, active, HR or admin, under no open case and no red line
}

// mayHold is the fault of somebody who may not break the glass.
func mayHold(p people.Person) error {
	if !p.Has(people.HR, people.Admin) {
		return fault.New(fault.Forbidden, "glass.not_yours")
	}
	return nil
}

// Enrol keeps the verifier of a passphrase of the actor's (people.Directory.Passphrase); one that they had before ends.
func (k *Keeper) Enrol(ctx context.Context, actor people.Person, verifier string) error {
	if err := mayHold(actor); err != nil {
		return err
	}
	return k.db.Write(ctx, func(tx *store.Tx) error {
		if _, err := endEnrolment(tx, actor.ID, actor.ID); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO glass_holder (id, person_id, verifier, at_ms) VALUES (?, ?, ?, ?)`, tx.NewID(), actor.ID, verifier, store.Ms(tx.Now))
		return err
	})
}

// EndEnrolment takes a person's passphrase out of the next snapshot: their own, or, by an admin, anybody's.
func (k *Keeper) EndEnrolment(ctx context.Context, actor people.Person, personID string) error {
	if err := mayHold(actor); err != nil {
		return err
	}
	if actor.ID != personID && !actor.Has(people.Admin) {
		return fault.New(fault.Forbidden, "glass.not_yours")
	}
	return k.db.Write(ctx, func(tx *store.Tx) error {
		n, err := endEnrolment(tx, personID, actor.ID)
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "glass.no_enrolment")
		}
		return err
	})
}

func endEnrolment(tx *store.Tx, personID, by string) (int64, error) {
	return tx.Exec(`UPDATE glass_holder SET verifier = '', ended_ms = ?, ended_by = ? WHERE person_id = ? AND ended_ms IS NULL`, store.Ms(tx.Now), by, personID)
}

// Enrolments are all passphrases that there have been, those that hold first, for whoever may hold one.
func (k *Keeper) Enrolments(ctx context.Context, actor people.Person) (all []Enrolment, err error) {
	if err := mayHold(actor); err != nil {
		return nil, err
	}
	err = k.db.Read(ctx, func(rx *store.Rx) error {
		rows, err := enrolmentsIn(rx, ``)
		if err != nil {
			return err
		}
		all = nil
		for _, row := range rows {
			p, _, err := people.PersonIn(rx, row.personID)
			if err != nil {
				return err
			}
			e := Enrolment{Person: p, At: row.at, EndedAt: row.endedAt, EndedBy: row.endedBy}
			if e.EndedAt.IsZero() {
				if e.Eligible, err = eligibleIn(rx, p); err != nil {
					return err
				}
			}
			all = append(all, e)
		}
		return nil
	})
	return all, err
}

// eligibleIn reports whether a holder may break the glass as things stand.
func eligibleIn(rx *store.Rx, p people.Person) (bool, error) {
	if !p.Active || mayHold(p) != nil {
		return false, nil
	}
	standing, err := integrity.StandingIn(rx, p.ID)
	return standing.OpenCases == 0 && !standing.RedLine, err
}

type enrolment struct {
	personID, verifier, endedBy string
	at, endedAt                 time.Time
}

func enrolmentsIn(rx *store.Rx, where string) ([]enrolment, error) {
	return store.All(rx, func(r store.Row) (e enrolment, err error) {
		var at int64
		var ended *int64
		err = r.Scan(&e.personID, &e.verifier, &at, &ended, &e.endedBy)
		e.at, e.endedAt = store.Time(at), store.NullTime(ended)
		return e, err
	}, `SELECT person_id, verifier, at_ms, ended_ms, COALESCE(ended_by, '') FROM glass_holder `+where+` ORDER BY ended_ms IS NOT NULL, at_ms DESC`)
}

// holdersIn are those who may break a glass over a snapshot that is taken now.
func holdersIn(rx *store.Rx) ([]Holder, error) {
	rows, err := enrolmentsIn(rx, `WHERE ended_ms IS NULL`)
	if err != nil {
		return nil, err
	}
	var holders []Holder
	for _, e := range rows {
		p, _, err := people.PersonIn(rx, e.personID)
		if err != nil {
			return nil, err
		}
		ok, err := eligibleIn(rx, p)
		if err != nil {
			return nil, err
		}
		if ok {
			holders = append(holders, Holder{ID: p.ID, Number: people.NumberKey(p.Number), Name: p.Name, Verifier: e.verifier, Enrolled: e.at})
		}
	}
	return holders, nil
}
