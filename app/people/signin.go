package people

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"bainian/app/fault"
	"bainian/app/store"
)

const (
	maxFailures    = 10 // failed sign-ins of one login within failuresWithin
	failuresWithin = 15 * time.Minute
)

// SignIn opens a session for an e-mail or employee number with its password and returns the session's token.
// A wrong password and an unknown login are the same Unauthenticated fault after the same time; after ten
// failures of a login in 15 minutes it is TooMany; a right password to a deactivated account is Forbidden.
func (d *Directory) SignIn(ctx context.Context, login, password string) (string, Person, error) {
	proven, err := d.prove(ctx, login, password)
	if err != nil {
		return "", Person{}, err
	}
	token := ""
	err = d.db.Write(ctx, func(tx *store.Tx) (err error) {
		if err := proven.confirm(tx); err != nil {
			return err
		}
		token, err = openSession(tx, proven.person.ID)
		return err
	})
	return token, proven.person, err
}

// proof is a sign-in whose password was right when it was compared.
type proof struct {
	tryID, hash string
	person      Person
}

// prove compares a login's password. The try is on record as failed before the slow comparison, so that
// many at once cannot slip past the throttle.
func (d *Directory) prove(ctx context.Context, login, password string) (proof, error) {
	var pr proof
	err := d.db.Write(ctx, func(tx *store.Tx) (err error) {
		if pr.tryID, err = begin(tx, login); err != nil {
			return err
		}
		pr.person, pr.hash, err = account(tx.Rx, login)
		return err
	})
	if err != nil {
		return proof{}, err
	}
	known := pr.hash != ""
	if !known {
		pr.hash = decoy
	}
	right, err := d.matches(ctx, password, pr.hash)
	if err != nil {
		return proof{}, err
	}
	if !right || !known {
		return proof{}, fault.New(fault.Unauthenticated, "people.sign_in_failed")
	}
	if !pr.person.Active {
		return proof{}, fault.New(fault.Forbidden, "people.deactivated")
	}
	return pr, nil
}

// confirm takes a proof at its word unless the account was closed or its password changed meanwhile.
func (pr proof) confirm(tx *store.Tx) error {
	_, still, err := store.First(tx.Rx, scanText, `SELECT e.id FROM employee e JOIN credential c ON c.employee_id = e.id
		WHERE e.id = ? AND e.active AND c.hash = ?`, pr.person.ID, pr.hash)
	if err != nil {
		return err
	}
	if !still {
		return fault.New(fault.Unauthenticated, "people.sign_in_failed")
	}
	_, err = tx.Exec(`UPDATE sign_in SET ok = TRUE WHERE id = ?`, pr.tryID)
	return err
}

// begin records a try, or is the TooMany fault of a login that failed too often.
func begin(tx *store.Tx, login string) (string, error) {
	key := digest(fold(login))
	var failed int
	err := tx.Row(`SELECT count(*) FROM sign_in WHERE login_hash = ? AND at_ms > ? AND NOT ok`,
		key, store.Ms(tx.Now.Add(-failuresWithin))).Scan(&failed)
	if err != nil {
		return "", err
	}
	if failed >= maxFailures {
		return "", fault.New(fault.TooMany, "people.sign_in_too_many", "minutes", int(failuresWithin.Minutes()))
	}
	id := tx.NewID()
	_, err = tx.Exec(`INSERT INTO sign_in (id, login_hash, ok, at_ms) VALUES (?, ?, FALSE, ?)`, id, key, store.Ms(tx.Now))
	return id, err
}

// account is the person with that e-mail or number and their password's hash, "" when there is none.
func account(rx *store.Rx, login string) (Person, string, error) {
	p, found, err := store.First(rx, scanPerson,
		`SELECT `+personColumns+` FROM employee e WHERE e.number_key = ? OR e.email_key = ?`, fold(login), fold(login))
	if err != nil || !found {
		return Person{}, "", err
	}
	hash, _, err := store.First(rx, scanText, `SELECT hash FROM credential WHERE employee_id = ?`, p.ID)
	return p, hash, err
}

// digest is how tokens and logins are stored: a token is random, so a plain hash hides it.
func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
