package people

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"

	"bainian/app/fault"
	"bainian/app/store"
)

// minPassphrase is how many characters a passphrase has at least. Its verifier leaves the house in a file, so it must
// bear being guessed at by whoever finds one.
const minPassphrase = 16

// passphraseHashing costs what one look now and then may: 64 MiB and three passes, some 130 ms.
func passphraseHashing() *argon2id.Params {
	return &argon2id.Params{Memory: 64 * 1024, Iterations: 3, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// Passphrase is the verifier of a passphrase that the actor chooses for use outside the program, once they have proved
// by their password that it is them. It must be another than that password, which is Invalid as a weak one is. A wrong
// password counts as a failed sign-in.
func (d *Directory) Passphrase(ctx context.Context, actor Person, password, passphrase string) (string, error) {
	passphrase = typed(passphrase)
	weak := func(key string, args ...any) (string, error) {
		return "", fault.New(fault.Invalid, key, args...).In("passphrase")
	}
	switch {
	case utf8.RuneCountInString(passphrase) < minPassphrase:
		return weak("glass.passphrase_short", "min", minPassphrase)
	case passphrase == password:
		return weak("glass.passphrase_password")
	}
	if err := checkPassword(passphrase, actor); err != nil {
		if why := (*fault.Error)(nil); errors.As(err, &why) {
			return "", why.In("passphrase")
		}
		return "", err
	}
	proven, err := d.prove(ctx, actor.Number, password)
	if fault.Is(err, fault.Unauthenticated) {
		return "", fault.New(fault.Invalid, "glass.wrong_password").In("password")
	}
	if err != nil {
		return "", err
	}
	if err := d.db.Write(ctx, func(tx *store.Tx) error { return proven.confirm(tx) }); err != nil {
		return "", err
	}
	leave, err := d.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return argon2id.CreateHash(passphrase, passphraseHashing())
}

// IsPassphrase reports whether a passphrase is the one that a verifier was made of. It needs no database.
func IsPassphrase(passphrase, verifier string) (bool, error) {
	return argon2id.ComparePasswordAndHash(typed(passphrase), verifier)
}

// typed is a passphrase whatever keyboard it comes from: a form or a terminal, with or without the full-width letters of
// a Chinese one.
func typed(passphrase string) string { return norm.NFKC.String(strings.TrimSpace(passphrase)) }
