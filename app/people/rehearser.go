package people

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/alexedwards/argon2id"

	"bainian/app/fault"
	"bainian/app/store"
)

// Rehearser is the role of those who are nobody: candidates of a rehearsal (exams/rehearsal.go). It is not among
// Roles, so nobody can give it or hold it beside another, and whatever goes by a role, the gate's policy, leads,
// lists and boards, passes them by. They are the same people each time, rehearsal-00001 and on, active only while
// a rehearsal lasts: a company that rehearses every week has no more of them in the end.
const Rehearser Role = "rehearser"

// Rehearsers is how many there are at most.
const Rehearsers = 20_000

// Rehearsing is one of them with a session of their own.
type Rehearsing struct{ PersonID, Number, Token string }

// rehearserNumber is the employee number of the nth, counted from 1.
func rehearserNumber(n int) string { return fmt.Sprintf("rehearsal-%05d", n) }

// RehearseIn has the people first to last come, made where there are none yet, and opens a session for each. A
// hash that is not empty becomes the password of them all. Each is two rows, three with a password; the caller
// keeps the transaction short. They have no record of changes: the rehearsal is theirs.
func RehearseIn(tx *store.Tx, first, last int, hash string) ([]Rehearsing, error) {
	var all []Rehearsing
	var people, sessions, credentials values
	for n := first; n <= last; n++ {
		number := rehearserNumber(n)
		p := Person{Number: number, Name: number, Email: number + "@rehearsal.invalid"}
		people.row(tx.NewID(), p.Number, p.Number, p.Name, p.Email, p.Email, searchable(p), string(Rehearser), true, store.Ms(tx.Now))
	}
	ids := map[string]string{}
	if err := tx.Each(`INSERT INTO employee (id, number, number_key, name, email, email_key, search, roles, active, created_ms) VALUES `+people.places()+`
		ON CONFLICT (number_key) DO UPDATE SET active = TRUE WHERE employee.roles = excluded.roles RETURNING number, id`, people.args, func(row store.Row) error {
		var number, id string
		err := row.Scan(&number, &id)
		ids[number] = id
		return err
	}); err != nil {
		return nil, err
	}
	for n := first; n <= last; n++ {
		r := Rehearsing{PersonID: ids[rehearserNumber(n)], Number: rehearserNumber(n), Token: newToken(tx)}
		if r.PersonID == "" {
			return nil, fault.New(fault.Conflict, "people.number_taken", "number", r.Number)
		}
		sessions.row(digest(r.Token), r.PersonID, store.Ms(tx.Now), store.Ms(tx.Now.Add(sessionLasts)))
		credentials.row(r.PersonID, hash, store.Ms(tx.Now))
		all = append(all, r)
	}
	if _, err := tx.Exec(`INSERT INTO session (hash, employee_id, started_ms, expires_ms) VALUES `+sessions.places(), sessions.args...); err != nil || hash == "" {
		return all, err
	}
	_, err := tx.Exec(`INSERT INTO credential (employee_id, hash, at_ms) VALUES `+credentials.places()+`
		ON CONFLICT (employee_id) DO UPDATE SET hash = excluded.hash, at_ms = excluded.at_ms`, credentials.args...)
	return all, err
}

// DismissIn sends the people first to last home: no session and no password of theirs opens anything any more.
func DismissIn(tx *store.Tx, first, last int) error {
	var numbers values
	for n := first; n <= last; n++ {
		numbers.args = append(numbers.args, rehearserNumber(n))
	}
	in := `(?` + strings.Repeat(", ?", len(numbers.args)-1) + `)`
	ids, err := store.All(tx.Rx, scanText, `UPDATE employee SET active = FALSE WHERE number_key IN `+in+` AND roles = ? RETURNING id`,
		append(slices.Clone(numbers.args), string(Rehearser))...)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := tx.Exec(`DELETE FROM session WHERE employee_id = ? AND ended_ms IS NULL`, id); err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM credential WHERE employee_id = ?`, id); err != nil {
			return err
		}
	}
	return nil
}

// RehearsalHash is the hash of a password that rehearsers share; it is made outside any transaction.
func (d *Directory) RehearsalHash(ctx context.Context, password string) (string, error) {
	leave, err := d.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return argon2id.CreateHash(password, hashing())
}

// values are the rows of one INSERT: a statement for a hundred rows costs a fraction of a hundred statements.
type values struct {
	args    []any
	rows, n int // n columns each
}

func (v *values) row(args ...any) {
	v.args, v.rows, v.n = append(v.args, args...), v.rows+1, len(args)
}

func (v *values) places() string {
	row := `(?` + strings.Repeat(", ?", v.n-1) + `)`
	return row + strings.Repeat(", "+row, v.rows-1)
}
