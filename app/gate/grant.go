package gate

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

const (
	// grantLasts is the longest that a grant is good for: what changes meanwhile does not reach whoever checks it.
	grantLasts = 5 * time.Minute
	// grantsKept is how long it stays known who asked for which grant.
	grantsKept = 90 * 24 * time.Hour
	// sweptAtOnce is how many old grants go in one transaction.
	sweptAtOnce = 200

	// GrantType is the typ of a grant's header, by which it is no other token of ours (RFC 8725, 3.11).
	GrantType = "gate-grant+jwt"

	maxAudience = 200 // characters
)

// Grants issues the gate's word in writing: a JSON Web Token (RFC 7519) that says for at most five minutes, and never
// longer than the decision holds, what one employee may do, so that a system can check it without asking.
type Grants struct {
	keeper *Keeper
	secret []byte
}

// NewGrants makes the issuer. The keys that sign are derived from the secret, 32 random bytes, which nobody else has.
func NewGrants(keeper *Keeper, secret []byte) *Grants { return &Grants{keeper, secret} }

// GrantAsked is who asks for a grant, for whom and for what.
type GrantAsked struct {
	By       string // the machine that asks, by the name of its token
	Number   string // of the employee
	Action   Action // what must be allowed, or there is no grant
	Audience Addressee
	Issuer   string // our public address
}

// Addressee is the system that will check a grant: its audience.
type Addressee string

// ParseAddressee is the addressee of that name; Malformed in "audience" for none and for what is no name.
func ParseAddressee(name string) (Addressee, error) {
	if name = strings.TrimSpace(name); !people.Legible(name) || utf8.RuneCountInString(name) > maxAudience {
		return "", fault.New(fault.Malformed, "ways.bad_audience", "max", maxAudience).In("audience")
	}
	return Addressee(name), nil
}

// Grant is one as it was issued.
type Grant struct {
	ID    string // jti
	Text  string // the signed token
	Until time.Time
}

// grantClaims are what a grant says.
type grantClaims struct {
	jwt.RegisteredClaims          // iss, sub (the employee number), aud, iat, nbf, exp, jti
	Level                Level    `json:"level"`
	Actions              []Action `json:"actions"` // all that are allowed
	PolicyVersion        int      `json:"policy_version"`
}

// Issue decides and, where the action is allowed, records and signs a grant. A denial is a decision without a grant.
// NotFound gate.no_person; beside an error there is neither a decision nor a grant.
func (g *Grants) Issue(ctx context.Context, q GrantAsked) (Grant, Decision, error) {
	var (
		grant  Grant
		d      Decision
		number string
	)
	err := g.keeper.db.Write(ctx, func(tx *store.Tx) error {
		p, ok, err := people.ByNumberIn(tx.Rx, q.Number)
		grant, number = Grant{}, p.Number
		if d, err = g.keeper.decideIn(tx.Rx, p, ok, err); err != nil || !d.Allows(q.Action) {
			return err
		}
		grant = Grant{ID: tx.NewID(), Until: tx.Now.Add(grantLasts)}
		if !d.Until.IsZero() && d.Until.Before(grant.Until) {
			grant.Until = d.Until
		}
		_, err = tx.Exec(`INSERT INTO gate_grant (id, person_id, asked_by, audience, action, level, policy_version, at_ms, until_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			grant.ID, p.ID, q.By, string(q.Audience), string(q.Action), string(d.Level), d.PolicyVersion, store.Ms(tx.Now), store.Ms(grant.Until))
		return err
	})
	if err != nil {
		return Grant{}, Decision{}, err
	}
	if grant.ID == "" {
		return Grant{}, d, nil
	}
	claims := grantClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: q.Issuer, Subject: number, Audience: jwt.ClaimStrings{string(q.Audience)}, ID: grant.ID,
			IssuedAt: jwt.NewNumericDate(d.At), NotBefore: jwt.NewNumericDate(d.At), ExpiresAt: jwt.NewNumericDate(grant.Until),
		},
		Level: d.Level, PolicyVersion: d.PolicyVersion,
	}
	for _, a := range []Action{Draw, Assign, Hold} {
		if d.Allows(a) {
			claims.Actions = append(claims.Actions, a)
		}
	}
	if grant.Text, err = g.sign(claims, d.At); err != nil {
		return Grant{}, Decision{}, fmt.Errorf("gate: signing a grant: %w", err)
	}
	return grant, d, nil
}

// Sweep forgets the grants of more than ninety days ago.
func (g *Grants) Sweep(ctx context.Context) error {
	for {
		var n int64
		err := g.keeper.db.Write(ctx, func(tx *store.Tx) (err error) {
			n, err = tx.Exec(`DELETE FROM gate_grant WHERE id IN (SELECT id FROM gate_grant WHERE at_ms < ? ORDER BY at_ms LIMIT ?)`,
				store.Ms(tx.Now.Add(-grantsKept)), sweptAtOnce)
			return err
		})
		if err != nil || n < sweptAtOnce {
			return err
		}
	}
}
