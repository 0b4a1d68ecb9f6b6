package api_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"bainian/app/apptest"
	"bainian/app/gate"
	"bainian/app/store"
)

// checker is how a system checks grants off-line: it has fetched the public keys and believes nothing else.
type checker struct {
	keys     map[string]ed25519.PublicKey
	audience string
	now      func() time.Time
}

func (m *machines) checker(audience string) checker {
	m.Helper()
	r := m.send("GET", "/.well-known/jwks.json", "", "Authorization", "")
	var set struct {
		Keys []struct{ Kty, Crv, X, Kid, Alg, Use string }
	}
	if err := json.Unmarshal([]byte(r.body), &set); err != nil || r.StatusCode != 200 || r.Header.Get("Cache-Control") != "public, max-age=3600" {
		m.Fatalf("%d %s %v", r.StatusCode, r.body, r.Header)
	}
	c := checker{map[string]ed25519.PublicKey{}, audience, m.Clock.Now}
	for _, k := range set.Keys {
		x, err := base64.RawURLEncoding.DecodeString(k.X)
		if err != nil || len(x) != ed25519.PublicKeySize || k.Kty != "OKP" || k.Crv != "Ed25519" || k.Alg != "EdDSA" || k.Use != "sig" || strings.Contains(r.body, `"d"`) {
			m.Fatalf("%+v", k)
		}
		c.keys[k.Kid] = x
	}
	if len(c.keys) != 3 {
		m.Fatalf("%d keys", len(c.keys))
	}
	return c
}

type said struct {
	jwt.RegisteredClaims
	Level         string
	Actions       []string
	PolicyVersion int `json:"policy_version"`
}

func (c checker) check(text string) (said, error) {
	var s said
	_, err := jwt.NewParser(jwt.WithValidMethods([]string{"EdDSA"}), jwt.WithIssuer(base), jwt.WithAudience(c.audience), jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithTimeFunc(c.now)).
		ParseWithClaims(text, &s, func(t *jwt.Token) (any, error) {
			if t.Header["typ"] != "gate-grant+jwt" {
				return nil, errors.New("not a grant")
			}
			id, _ := t.Header["kid"].(string)
			if key, ok := c.keys[id]; ok {
				return key, nil
			}
			return nil, errors.New("not one of the keys")
		})
	return s, err
}

// granting asks for a grant.
func (m *machines) granting(members ...string) (d decision, id, grant string, seconds int) {
	m.Helper()
	r := m.send("POST", "/gate/grants", object(members...))
	var more struct {
		ID, Grant string
		ExpiresIn int `json:"expires_in"`
	}
	if err := errors.Join(json.Unmarshal([]byte(r.body), &d), json.Unmarshal([]byte(r.body), &more)); err != nil || r.StatusCode != 200 || d.Decision == nil {
		m.Fatalf("%d %s", r.StatusCode, r.body)
	}
	return d, more.ID, more.Grant, more.ExpiresIn
}

const crmAudience = `"audience":"crm"`

func TestGrants(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		m := mount(w)
		amy, ben := w.Ready("Amy"), w.NewHire("Ben")
		check := m.checker("crm")

		d, id, grant, seconds := m.granting(crmAudience, subject(amy), draw)
		s, err := check.check(grant)
		if err != nil || !*d.Decision || d.Context.Level != "limited" || seconds != 300 {
			t.Fatalf("%+v %v", d, err)
		}
		now := w.Clock.Now()
		if s.Subject != amy.Number || s.ID != id || s.Level != "limited" || strings.Join(s.Actions, " ") != "draw assign hold" || s.PolicyVersion != 1 ||
			s.IssuedAt.Unix() != now.Unix() || s.NotBefore.Unix() != now.Unix() || s.ExpiresAt.Unix() != now.Unix()+300 {
			t.Errorf("%+v", s)
		}
		var by, audience, action string
		if err := w.DB.Read(w.Ctx, func(rx *store.Rx) error {
			return rx.Row(`SELECT asked_by, audience, action FROM gate_grant WHERE id = ? AND person_id = ?`, id, amy.ID).Scan(&by, &audience, &action)
		}); err != nil || by+audience+action != "CRMcrmdraw" {
			t.Errorf("recorded %s %s %s, %v", by, audience, action, err)
		}

		// A denial is what an evaluation says, and leaves nothing behind.
		before := m.count(`SELECT count(*) FROM gate_grant`)
		d, id, grant, seconds = m.granting(crmAudience, subject(ben), draw, pool)
		if *d.Decision || id+grant != "" || seconds != 0 || d.Context.Unmet[0].Requirement != "pledge" || m.count(`SELECT count(*) FROM gate_grant`) != before {
			t.Errorf("%+v %s", d, grant)
		}
		if _, _, grant, _ = m.granting(crmAudience, subject(ben), hold); grant == "" {
			t.Error("no grant to hold")
		} else if s, err := check.check(grant); err != nil || strings.Join(s.Actions, " ") != "hold" || s.Level != "none" {
			t.Errorf("%+v %v", s, err)
		}
		for key, members := range map[string][]string{
			"gate.no_person":        {`"subject":{"type":"user","id":"nobody"}`, draw},
			"gate.unknown_action":   {subject(amy), `"action":{"name":"sell"}`},
			"gate.unknown_resource": {subject(amy), draw, `"resource":{"type":"record","id":"1"}`},
		} {
			if d, _, grant, _ := m.granting(append(members, crmAudience)...); *d.Decision || grant != "" || d.Context.ReasonAdmin["403"] != key {
				t.Errorf("%+v, want %s", d, key)
			}
		}

		// What cannot be read, and who may not ask.
		good := object(crmAudience, subject(amy), draw)
		for body, key := range map[string]string{
			object(subject(amy), draw):                                                 "ways.bad_audience",
			object(`"audience":" "`, subject(amy), draw):                               "ways.bad_audience",
			object(`"audience":"`+strings.Repeat("x", 201)+`"`, subject(amy), draw):    "ways.bad_audience",
			object(`"audience":["crm"]`, subject(amy), draw):                           "gate.bad_member",
			object(crmAudience, draw):                                                  "gate.missing_member",
			object(crmAudience, subject(amy)):                                          "gate.missing_member",
			object(crmAudience, subject(amy), draw, `"resource":{"type":"lead_pool"}`): "gate.missing_member",
			object(crmAudience, subject(amy), draw, `"resource":{"id":"public"}`):      "gate.missing_member",
			``: "gate.bad_member", `[]`: "gate.bad_member",
		} {
			m.refused(m.send("POST", "/gate/grants", body), http.StatusBadRequest, key)
		}
		m.refused(m.send("POST", "/gate/grants", good, "Content-Type", "text/plain"), http.StatusBadRequest, "gate.want_json")
		m.refused(m.send("POST", "/gate/grants", good, "Authorization", ""), http.StatusUnauthorized, "page.token_missing")
		m.refused(m.send("POST", "/gate/grants", good, "Authorization", "Bearer "+m.secret("nginx")), http.StatusForbidden, "people.token_scope")
		if r := m.send("POST", "/gate/grants", good, "X-Request-ID", "r-7"); r.Header.Get("X-Request-ID") != "r-7" {
			t.Errorf("%v", r.Header)
		}
	})
}

// A grant is believed as it was issued, by whom it is for, while it lasts.
func TestGrantsAreNotForged(t *testing.T) {
	m := mount(apptest.New(t, store.SQLite))
	amy := m.Ready("Amy")
	check := m.checker("crm")
	_, _, grant, _ := m.granting(crmAudience, subject(amy), draw)
	s, err := check.check(grant)
	if err != nil {
		t.Fatal(err)
	}
	header, rest, _ := strings.Cut(grant, ".")
	payload, signature, _ := strings.Cut(rest, ".")
	kid := ""
	var public ed25519.PublicKey
	for id, key := range check.keys {
		if text, _ := base64.RawURLEncoding.DecodeString(header); strings.Contains(string(text), id) {
			kid, public = id, key
		}
	}
	forge := func(method jwt.SigningMethod, key any, head map[string]any) string {
		t.Helper()
		token := jwt.NewWithClaims(method, s)
		token.Header["typ"], token.Header["kid"] = gate.GrantType, kid
		for name, value := range head {
			token.Header[name] = value
		}
		text, err := token.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	_, stranger, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	other := base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"` + base + `","sub":"E999","aud":["crm"],"exp":9999999999}`))
	for name, text := range map[string]string{
		"alg none":                      forge(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil),
		"HS256 with the public key":     forge(jwt.SigningMethodHS256, []byte(public), nil),
		"a stranger's key":              forge(jwt.SigningMethodEdDSA, stranger, nil),
		"a stranger's key and its name": forge(jwt.SigningMethodEdDSA, stranger, map[string]any{"kid": "mine"}),
		"a stranger's key brought":      forge(jwt.SigningMethodEdDSA, stranger, map[string]any{"jwk": map[string]string{"kty": "OKP"}}),
		"another payload":               header + "." + other + "." + signature,
		"without a signature":           header + "." + payload + ".",
		"empty":                         "",
	} {
		if _, err := check.check(text); err == nil {
			t.Errorf("%s is believed", name)
		}
	}
	if _, err := m.checker("erp").check(grant); !errors.Is(err, jwt.ErrTokenInvalidAudience) {
		t.Errorf("by whom it is not for: %v", err)
	}
	m.Clock.Add(299 * time.Second)
	if _, err := check.check(grant); err != nil {
		t.Errorf("a second before its end: %v", err)
	}
	m.Clock.Add(time.Second)
	if _, err := check.check(grant); !errors.Is(err, jwt.ErrTokenExpired) {
		t.Errorf("after five minutes: %v", err)
	}
}

// A grant never outlasts the decision behind it, and keys change by the month with a month's notice.
func TestG4_GrantsEndWithTheirDecision(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		m := mount(w)
		amy := w.Ready("Amy")
		d := m.decides(true, "evaluation", object(subject(amy), draw, pool))
		until, err := time.Parse(time.RFC3339, d.Context.Until)
		if err != nil {
			t.Fatal(err)
		}
		first := m.checker("crm")
		m.Clock.Add(until.Sub(m.Clock.Now()) - 90*time.Second)
		check := m.checker("crm")
		_, _, grant, seconds := m.granting(crmAudience, subject(amy), draw)
		s, err := check.check(grant)
		if err != nil || s.ExpiresAt.Unix() > until.Unix() || seconds > 90 {
			t.Errorf("%+v for %d s, the decision ends %s; %v", s.RegisteredClaims, seconds, until, err)
		}
		if _, err := first.check(grant); err == nil {
			t.Error("a key of last year is still believed")
		}
		m.Clock.Add(91 * time.Second)
		if d, _, grant, _ := m.granting(crmAudience, subject(amy), draw); *d.Decision || grant != "" {
			t.Errorf("after the end: %+v", d)
		}

		// The month turns.
		now := m.Clock.Now().UTC()
		m.Clock.Add(time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, time.UTC).Sub(now) - time.Second)
		old := m.checker("crm")
		_, _, before, _ := m.granting(crmAudience, subject(amy), hold)
		m.Clock.Add(2 * time.Second)
		_, _, after, _ := m.granting(crmAudience, subject(amy), hold)
		for name, c := range map[string]checker{"fetched before": old, "fetched after": m.checker("crm")} {
			for which, text := range map[string]string{"before": before, "after": after} {
				if _, err := c.check(text); err != nil {
					t.Errorf("keys %s, grant issued %s: %v", name, which, err)
				}
			}
		}
		if h1, _, _ := strings.Cut(before, "."); strings.HasPrefix(after, h1+".") {
			t.Error("the key is the same in the next month")
		}

		// Who asked is forgotten after ninety days.
		if m.count(`SELECT count(*) FROM gate_grant`) == 0 {
			t.Error("nothing recorded")
		}
		m.Clock.Add(91 * 24 * time.Hour)
		m.granting(crmAudience, subject(amy), hold)
		if err := w.Grants.Sweep(w.Ctx); err != nil || m.count(`SELECT count(*) FROM gate_grant`) != 1 {
			t.Errorf("%d left, %v", m.count(`SELECT count(*) FROM gate_grant`), err)
		}
	})
}

// An error is a denial without a grant.
func TestG2_NoGrantBesideAnError(t *testing.T) {
	m := mount(apptest.New(t, store.SQLite))
	amy := m.Ready("Amy")
	if err := m.DB.Write(m.Ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(`UPDATE document SET retired = TRUE WHERE path = 'content/policy.yaml'`); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE document_edition SET number = number + 1`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, action := range []string{draw, hold} { // the word to hold without a policy is not given in writing
		if d, _, grant, _ := m.granting(crmAudience, subject(amy), action); *d.Decision || grant != "" || d.Context.Error == nil || d.Context.Error.Status != 503 {
			t.Errorf("%+v %s", d, grant)
		}
	}
}
