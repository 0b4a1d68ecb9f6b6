package post

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"
)

// Scheme is how a delivery is signed, by the names of Standard Webhooks.
type Scheme string

const (
	V1  Scheme = "v1"  // HMAC-SHA-256, with a secret that both sides know: whsec_
	V1a Scheme = "v1a" // Ed25519: the other side knows the public key alone, whpk_
)

// Schemes are all schemes, the usual one first.
func Schemes() []Scheme { return []Scheme{V1, V1a} }

// secretBytes is the length of the key of v1 and of the seed of v1a.
const secretBytes = 32

// Key is what a subscription's deliveries are signed with.
type Key struct {
	ID     string
	Scheme Scheme
	By     string
	At     time.Time
	Until  time.Time // when it stops signing; zero for the one that stays
	secret []byte
}

// Shown is what the other side needs to verify: of v1 the secret, of v1a the public key.
func (k Key) Shown() string {
	if k.Scheme == V1a {
		public := ed25519.NewKeyFromSeed(k.secret).Public().(ed25519.PublicKey)
		return "whpk_" + base64.StdEncoding.EncodeToString(public)
	}
	return "whsec_" + base64.StdEncoding.EncodeToString(k.secret)
}

// Public reports whether Shown may be shown at any time.
func (k Key) Public() bool { return k.Scheme == V1a }

// sign is the signature over id, time and body.
func (k Key) sign(id, seconds, body string) string {
	signed := []byte(id + "." + seconds + "." + body)
	if k.Scheme == V1a {
		return "v1a," + base64.StdEncoding.EncodeToString(ed25519.Sign(ed25519.NewKeyFromSeed(k.secret), signed))
	}
	m := hmac.New(sha256.New, k.secret)
	m.Write(signed)
	return "v1," + base64.StdEncoding.EncodeToString(m.Sum(nil))
}

// signatures are those of all keys, as webhook-signature carries them.
func signatures(keys []Key, id, seconds, body string) string {
	all := make([]string, len(keys))
	for i, k := range keys {
		all[i] = k.sign(id, seconds, body)
	}
	return strings.Join(all, " ")
}
