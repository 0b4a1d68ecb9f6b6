package gate

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// The keys of grants change every calendar month (UTC). Each is derived from the secret and its month, so there is none
// to store, to hand round or to forget to change, and several copies of the program have the same. What is published
// are last month's, this month's and next month's: whoever keeps what they fetched for some days misses none.

// GrantKey is a public key of grants as a JSON Web Key (RFC 8037).
type GrantKey struct {
	Type      string `json:"kty"` // OKP
	Curve     string `json:"crv"` // Ed25519
	X         string `json:"x"`   // the key, base64url
	ID        string `json:"kid"` // its thumbprint (RFC 7638)
	Algorithm string `json:"alg"` // EdDSA
	Use       string `json:"use"` // sig
}

// Keys are the public keys that grants may be signed with about now.
func (g *Grants) Keys(now time.Time) ([]GrantKey, error) {
	var keys []GrantKey
	for _, offset := range []int{-1, 0, 1} {
		private, err := g.key(now, offset)
		if err != nil {
			return nil, err
		}
		keys = append(keys, publicOf(private))
	}
	return keys, nil
}

func (g *Grants) sign(claims jwt.Claims, now time.Time) (string, error) {
	private, err := g.key(now, 0)
	if err != nil {
		return "", err
	}
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims)
	token.Header["typ"], token.Header["kid"] = GrantType, publicOf(private).ID
	return token.SignedString(private)
}

// key is that of the month that lies so many after the one of now.
func (g *Grants) key(now time.Time, offset int) (ed25519.PrivateKey, error) {
	year, month, _ := now.UTC().Date()
	label := time.Date(year, month+time.Month(offset), 1, 0, 0, 0, 0, time.UTC).Format("2006-01")
	seed, err := hkdf.Key(sha256.New, g.secret, nil, label, ed25519.SeedSize)
	if err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

func publicOf(private ed25519.PrivateKey) GrantKey {
	k := GrantKey{Type: "OKP", Curve: "Ed25519", Algorithm: "EdDSA", Use: "sig",
		X: base64.RawURLEncoding.EncodeToString(private.Public().(ed25519.PublicKey))}
	print := sha256.Sum256(fmt.Appendf(nil, `{"crv":"%s","kty":"%s","x":"%s"}`, k.Curve, k.Type, k.X))
	k.ID = base64.RawURLEncoding.EncodeToString(print[:])
	return k
}
