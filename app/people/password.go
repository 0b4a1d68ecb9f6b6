package people

import (
	"context"
	_ "embed"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"bainian/app/fault"
	"bainian/app/store"
)

const (
	minPassword  = 10   // characters
	maxPassword  = 1024 // bytes
	hashingSlots = 2
)

// hashing is OWASP's least costly argon2id: 19 MiB, two passes, one lane.
func hashing() *argon2id.Params {
	return &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// decoy is the hash of a random text that nobody kept. A login without a password is compared with it, so
// that it takes as long as one with a password.
const decoy = "$argon2id$v=19$m=19456,t=2,p=1$4v3uAa4Y9iC2IoG8hygw3Q$gwWZwQHcjVhtqvaD+gcML0dnlMarABbyVWQG20rIizc"

//go:embed common.txt
var common string // the passwords that are tried first, sorted, one a line

// checkPassword is the fault of a password that is too short, or among the first that anyone would try.
func checkPassword(password string, p Person) error {
	weak := func(key string, args ...any) error {
		return fault.New(fault.Invalid, key, args...).In("password")
	}
	switch n := utf8.RuneCountInString(password); {
	case n < minPassword:
		return weak("people.password_short", "min", minPassword)
	case len(password) > maxPassword:
		return weak("people.password_long", "max", maxPassword)
	}
	plain := fold(password)
	if _, found := slices.BinarySearch(strings.Fields(common), plain); found || distinct(plain) < 4 {
		return weak("people.password_common")
	}
	mailbox, _, _ := strings.Cut(fold(p.Email), "@")
	for _, known := range []string{fold(p.Email), mailbox, fold(p.Number), fold(p.Name)} {
		if known != "" && strings.ReplaceAll(plain, known, "") == "" {
			return weak("people.password_personal")
		}
	}
	return nil
}

// distinct counts the different characters of a text.
func distinct(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}

// SetPassword sets the password of somebody else and ends their sessions. HR sets those of everyone but
// admins and reviewers; people change their own with ChangePassword. A weak password is Invalid.
func (d *Directory) SetPassword(ctx context.Context, actor Person, personID, password string) error {
	if actor.ID == personID {
		return fault.New(fault.Forbidden, "people.own_password")
	}
	p, err := d.Person(ctx, personID)
	if err != nil {
		return err
	}
	if err := mayEnter(actor, p); err != nil {
		return err
	}
	hash, err := d.hash(ctx, password, p)
	if err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		now, err := get(tx.Rx, personID)
		if err != nil {
			return err
		}
		if err := mayEnter(actor, now); err != nil {
			return err
		}
		return keepPassword(tx, actor, personID, hash)
	})
}

// ChangePassword changes the actor's own password, given the current one. It ends all their sessions and
// returns the token of a new one. A wrong current password counts as a failed sign-in.
func (d *Directory) ChangePassword(ctx context.Context, actor Person, current, password string) (string, error) {
	if err := checkPassword(password, actor); err != nil {
		return "", err
	}
	proven, err := d.prove(ctx, actor.Number, current)
	if err != nil {
		return "", err
	}
	hash, err := d.hash(ctx, password, actor)
	if err != nil {
		return "", err
	}
	token := ""
	err = d.db.Write(ctx, func(tx *store.Tx) (err error) {
		if err := proven.confirm(tx); err != nil {
			return err
		}
		if err := keepPassword(tx, actor, actor.ID, hash); err != nil {
			return err
		}
		token, err = openSession(tx, actor.ID)
		return err
	})
	return token, err
}

func keepPassword(tx *store.Tx, by Person, personID, hash string) error {
	_, err := tx.Exec(`INSERT INTO credential (employee_id, hash, at_ms) VALUES (?, ?, ?)
		ON CONFLICT (employee_id) DO UPDATE SET hash = excluded.hash, at_ms = excluded.at_ms`, personID, hash, store.Ms(tx.Now))
	if err != nil {
		return err
	}
	if err := voidInvitations(tx, personID); err != nil {
		return err
	}
	if _, err := endSessions(tx, by, personID); err != nil {
		return err
	}
	return record(tx, by, personID, Change{Kind: PasswordSet})
}

// hash checks a new password and hashes it, outside any transaction.
func (d *Directory) hash(ctx context.Context, password string, p Person) (string, error) {
	if err := checkPassword(password, p); err != nil {
		return "", err
	}
	leave, err := d.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return argon2id.CreateHash(password, hashing())
}

// matches compares a password with a hash, outside any transaction.
func (d *Directory) matches(ctx context.Context, password, hash string) (bool, error) {
	leave, err := d.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	return argon2id.ComparePasswordAndHash(password, hash)
}

// enter waits for a hashing slot, so that a burst of sign-ins cannot take all memory and cores.
func (d *Directory) enter(ctx context.Context) (leave func(), err error) {
	select {
	case d.hashing <- struct{}{}:
		return func() { <-d.hashing }, nil
	case <-ctx.Done():
		return nil, fault.Wrap(ctx.Err(), fault.Busy, "people.busy")
	}
}
