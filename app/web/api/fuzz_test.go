package api_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"bainian/app/apptest"
	"bainian/app/store"
)

// Whatever is sent, the answer is 200, 400 or 413, it is JSON, and nobody who does not exist is let through: the
// only people here have learnt nothing, so the only permission there can be is to go on holding.
func FuzzEvaluation(f *testing.F) {
	m := mount(apptest.New(f, store.SQLite))
	amy := m.NewHire("Amy")
	for _, seed := range []string{
		object(subject(amy), draw, pool), object(subject(amy), hold, pool), object(subject(amy), draw, pool, `"context":{}`),
		object(draw, pool, `"evaluations":[`+object(subject(amy))+`,{},7]`, `"options":{"evaluations_semantic":"deny_on_first_deny"}`),
		`{"subject":"alice"}`, `{"subject":{"type":1}}`, `{"evaluations":{}}`, `[]`, `nul`, ``, "\xff", `{"subject":{"type":"user","id":"\u0000"}}`,
		`{"subject":{"type":"user","id":"E001"},"SUBJECT":{"id":"E002"},"action":{"name":"hold"},"resource":{"type":"lead_pool","id":"x"}}`,
		object(subject(amy), draw, pool, `"context":`+nested(9_000)), object(subject(amy), draw, pool, `"context":`+nested(100_000)), nested(200_000),
		object(subject(amy), draw, pool, `"evaluations":[`+strings.Repeat(`{},`, 1000)+`{}]`), object(crmAudience, subject(amy), hold),
		object(subject(amy), draw, `"resource":{"type":"lead_pool","id":"`+strings.Repeat("x", 100_000)+`"}`), `{"subject":{"type":"user","id":1e400}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		m.TB = t
		for _, path := range []string{"/access/v1/evaluation", "/access/v1/evaluations", "/gate/grants"} {
			r := m.send(http.MethodPost, path, body)
			var d decision
			switch r.StatusCode {
			case http.StatusOK:
				if err := json.Unmarshal([]byte(r.body), &d); err != nil || d.Decision == nil && len(d.Evaluations) == 0 {
					t.Fatalf("%q: %s", body, r.body)
				}
			case http.StatusBadRequest, http.StatusRequestEntityTooLarge:
			default:
				t.Fatalf("%q: %d %s", body, r.StatusCode, r.body)
			}
			for _, one := range append(d.Evaluations, d) {
				if one.Decision != nil && *one.Decision && !json.Valid([]byte(body)) || one.Context.Level == "full" || one.Context.Level == "limited" {
					t.Fatalf("%q is let through: %s", body, r.body)
				}
			}
		}
	})
}

// nested is a JSON text of that depth.
func nested(depth int) string {
	return `{"x":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + `}`
}

// Whatever an address and the headers say, a proxy gets one of three answers with a reason, and nobody is let through
// to a lead.
func FuzzForwardAuth(f *testing.F) {
	m := mount(apptest.New(f, store.SQLite))
	amy, secret := m.NewHire("Amy"), m.secret("proxy")
	for _, seed := range [][3]string{
		{"action=draw", amy.Number, m.session(amy)}, {"action=draw&subject=header", amy.Number, ""}, {"action=hold&subject=header", amy.Number, ""},
		{"action=draw&action=hold", "", ""}, {"action=%00", "\xff", "\xfe"}, {"subject=header;action=draw", "e'--", "a=b"}, {"action=draw&subject=header&pool=%E6%B1%A0", "長", ""}, {"%", "", ""},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, query, subject, session string) {
		m.TB = t
		control := func(c rune) bool { return c < ' ' || c == 0x7f }
		if _, err := url.Parse("/gate/forward-auth?" + query); err != nil || strings.ContainsFunc(query+subject+session, control) || strings.Contains(query, " ") {
			return // no request that could be sent
		}
		r := m.send(http.MethodGet, "/gate/forward-auth?"+query, "", "Authorization", "", "X-Gate-Secret", secret, "X-Gate-Subject", subject, "Cookie", "session="+session)
		reason := r.Header.Get("X-Gate-Reason")
		switch {
		case r.StatusCode == http.StatusOK && reason == "" && r.Header.Get("X-Gate-Level") == "none" && strings.Contains(query, "hold"):
		case (r.StatusCode == http.StatusUnauthorized || r.StatusCode == http.StatusForbidden) && reason != "" && r.body != "":
			for _, c := range []byte(reason) {
				if c < ' ' || c > '~' {
					t.Fatalf("%q: the reason %q is not ASCII", query, reason)
				}
			}
		default:
			t.Fatalf("%q %q: %d %v %s", query, subject, r.StatusCode, r.Header, r.body)
		}
	})
}
