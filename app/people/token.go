package people

import (
	"context"
	"encoding/base32"
	"strings"
	"time"
	"unicode/utf8"

	"bainian/app/fault"
	"bainian/app/store"
)

// tokenPrefix lets people and secret scanners recognise a leaked token.
const tokenPrefix = "bn_"

// Token is a machine's permission to ask; its plain text was shown once and is not kept.
type Token struct {
	ID, Name  string
	ByID      string // who made it
	At        time.Time
	RevokedAt time.Time // zero while it works
	RevokedBy string
}

// NewToken makes a token for a machine of that name and returns its plain text, the only time it is seen.
func (d *Directory) NewToken(ctx context.Context, actor Person, name string) (string, error) {
	if err := mayAdminister(actor); err != nil {
		return "", err
	}
	name = strings.TrimSpace(name)
	if !Legible(name) || utf8.RuneCountInString(name) > maxName {
		return "", fault.New(fault.Invalid, "people.name_shape", "max", maxName).In("name")
	}
	plain := ""
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		plain = tokenPrefix + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(tx.Secret(tokenBytes)))
		_, err := tx.Exec(`INSERT INTO api_token (id, name, hash, by_id, at_ms) VALUES (?, ?, ?, ?, ?)`,
			tx.NewID(), name, digest(plain), actor.ID, store.Ms(tx.Now))
		return err
	})
	return plain, err
}

// TokenName is the name of the machine with that token, or Unauthenticated. It is one read.
func (d *Directory) TokenName(ctx context.Context, plain string) (string, error) {
	name, found := "", false
	err := d.db.Read(ctx, func(rx *store.Rx) (err error) {
		name, found, err = store.First(rx, scanText, `SELECT name FROM api_token WHERE hash = ? AND revoked_ms IS NULL`, digest(plain))
		return err
	})
	if err == nil && !found {
		err = fault.New(fault.Unauthenticated, "people.token_unknown")
	}
	return name, err
}

// Tokens are all tokens, the latest first.
func (d *Directory) Tokens(ctx context.Context, actor Person) ([]Token, error) {
	if err := mayAdminister(actor); err != nil {
		return nil, err
	}
	var tokens []Token
	err := d.db.Read(ctx, func(rx *store.Rx) (err error) {
		tokens, err = store.All(rx, scanToken,
			`SELECT id, name, by_id, at_ms, revoked_ms, COALESCE(revoked_by, '') FROM api_token ORDER BY id DESC`)
		return err
	})
	return tokens, err
}

func scanToken(row store.Row) (Token, error) {
	var t Token
	var at int64
	var revoked *int64
	err := row.Scan(&t.ID, &t.Name, &t.ByID, &at, &revoked, &t.RevokedBy)
	t.At, t.RevokedAt = store.Time(at), store.NullTime(revoked)
	return t, err
}

// RevokeToken ends a token at once; one that does not work any more is NotFound.
func (d *Directory) RevokeToken(ctx context.Context, actor Person, id string) error {
	if err := mayAdminister(actor); err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(`UPDATE api_token SET revoked_ms = ?, revoked_by = ? WHERE id = ? AND revoked_ms IS NULL`,
			store.Ms(tx.Now), actor.ID, id)
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "people.token_not_found")
		}
		return err
	})
}
