package people

import (
	"context"
	"encoding/base32"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bainian/app/fault"
	"bainian/app/store"
)

// tokenPrefix lets people and secret scanners recognise a leaked token.
const tokenPrefix = "bn_"

// Scope is what a token opens. A token has one: what asks the gate must not be able to make people.
type Scope string

const (
	Decisions   Scope = "decisions"    // may somebody take leads now
	ForwardAuth Scope = "forward-auth" // the same, for a proxy that stands in front of a CRM
	LeadPool    Scope = "pool"         // move leads for people whom the machine has signed in
	Rehearsals  Scope = "rehearsals"   // make a rehearsal of the exam room, and remove it
	Metrics     Scope = "metrics"      // read how the program does
)

// Scopes are all scopes, the usual one first.
func Scopes() []Scope { return []Scope{Decisions, ForwardAuth, LeadPool, Rehearsals, Metrics} }

// Token is a machine's permission to ask; its plain text was shown once and is not kept.
type Token struct {
	ID, Name  string
	Scope     Scope
	ByID      string // who made it
	At        time.Time
	RevokedAt time.Time // zero while it works
	RevokedBy string
}

// NewToken makes a token for the gate's decisions, for a machine of that name, and returns its plain text, the only
// time it is seen.
func (d *Directory) NewToken(ctx context.Context, actor Person, name string) (string, error) {
	return d.NewTokenFor(ctx, actor, name, Decisions)
}

// NewTokenFor is NewToken for any scope.
func (d *Directory) NewTokenFor(ctx context.Context, actor Person, name string, scope Scope) (string, error) {
	if err := mayAdminister(actor); err != nil {
		return "", err
	}
	if !slices.Contains(Scopes(), scope) {
		return "", fault.New(fault.Invalid, "people.scope_unknown").In("scope")
	}
	name = strings.TrimSpace(name)
	if !Legible(name) || utf8.RuneCountInString(name) > maxName {
		return "", fault.New(fault.Invalid, "people.name_shape", "max", maxName).In("name")
	}
	plain := ""
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		plain = tokenPrefix + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(tx.Secret(tokenBytes)))
		_, err := tx.Exec(`INSERT INTO api_token (id, name, hash, scope, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?)`,
			tx.NewID(), name, digest(plain), string(scope), actor.ID, store.Ms(tx.Now))
		return err
	})
	return plain, err
}

// TokenName is the name of the machine with that token; Unauthenticated for a token that does not work, Forbidden
// for one of another scope. It is one read.
func (d *Directory) TokenName(ctx context.Context, plain string, scope Scope) (string, error) {
	var t Token
	found := false
	err := d.db.ReadOne(ctx, func(rx *store.Rx) (err error) {
		t, found, err = store.First(rx, scanToken, `SELECT `+tokenColumns+` FROM api_token WHERE hash = ? AND revoked_ms IS NULL`, digest(plain))
		return err
	})
	switch {
	case err != nil:
		return "", err
	case !found:
		return "", fault.New(fault.Unauthenticated, "people.token_unknown")
	case t.Scope != scope:
		return "", fault.New(fault.Forbidden, "people.token_scope")
	}
	return t.Name, nil
}

// TokenDigest is what is kept of a token.
func TokenDigest(plain string) string { return digest(plain) }

// TokenDigestsIn are the names of all tokens of a scope that work now, by digest.
func TokenDigestsIn(rx *store.Rx, scope Scope) (map[string]string, error) {
	names := map[string]string{}
	err := rx.Each(`SELECT hash, name FROM api_token WHERE scope = ? AND revoked_ms IS NULL`, []any{string(scope)}, func(r store.Row) error {
		var hash, name string
		err := r.Scan(&hash, &name)
		names[hash] = name
		return err
	})
	return names, err
}

// Tokens are all tokens, the latest first.
func (d *Directory) Tokens(ctx context.Context, actor Person) ([]Token, error) {
	if err := mayAdminister(actor); err != nil {
		return nil, err
	}
	var tokens []Token
	err := d.db.Read(ctx, func(rx *store.Rx) (err error) {
		tokens, err = store.All(rx, scanToken, `SELECT `+tokenColumns+` FROM api_token ORDER BY id DESC`)
		return err
	})
	return tokens, err
}

const tokenColumns = `id, name, scope, by_id, at_ms, revoked_ms, COALESCE(revoked_by, '')`

func scanToken(row store.Row) (Token, error) {
	var t Token
	var at int64
	var revoked *int64
	err := row.Scan(&t.ID, &t.Name, &t.Scope, &t.ByID, &at, &revoked, &t.RevokedBy)
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
