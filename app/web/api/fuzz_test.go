package api_test

import (
	"encoding/json"
	"net/http"
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
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		m.TB = t
		for _, path := range []string{"/access/v1/evaluation", "/access/v1/evaluations"} {
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
