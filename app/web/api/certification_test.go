package api_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"bainian/app/apptest"
	"bainian/app/store"
)

// The cases of the OpenID Foundation's certification of AuthZEN 1.0 decision points (Basic Core, Batch Core and
// Discovery), by their numbers, with our company in place of its fixture: alice is ready, bob is not; read is hold,
// write is draw, and record-1 is the public pool. Its Properties levels ask for a policy that decides by what the caller
// says of people, which a gate must not do; Search is optional, and neither announced nor there.
func TestAuthZENCertification(t *testing.T) {
	m := mount(apptest.New(t, store.SQLite))
	alice, bob := m.Ready("Alice"), m.NewHire("Bob")
	read, write := hold, draw
	item := func(members ...string) string { return object(members...) }
	batch := func(items ...string) string { return `"evaluations":[` + strings.Join(items, ",") + `]` }
	const other = `"resource":{"type":"lead_pool","id":"record-2"}`

	const single, many = "/access/v1/evaluation", "/access/v1/evaluations"
	for _, c := range []struct {
		name, path, body string
		status           int
		want             string // the decisions, y or n, - for either; "" with an error
	}{
		{"2.2.1 permit", single, object(subject(alice), read, pool), 200, "y"},
		{"2.2.1 permit, write", single, object(subject(alice), write, pool), 200, "y"},
		{"1.4 rule 3", single, object(subject(bob), read, pool), 200, "y"},
		{"2.2.2 deny is 200", single, object(subject(bob), write, pool), 200, "n"},
		{"2.2.3 optional context", single, object(subject(alice), read, pool, `"context":{"time":"2025-06-27T18:03-07:00","ip":"192.168.1.1"}`), 200, "y"},
		{"2.2.3 optional context of a denial", single, object(subject(bob), write, pool, `"context":{"time":"2025-06-27T18:03-07:00"}`), 200, "n"},
		{"2.2.8 additional properties", single, object(`"subject":{"type":"user","id":"`+alice.Number+`","properties":{"department":"Sales","role":"manager"}}`,
			`"action":{"name":"hold","properties":{"method":"GET"}}`, `"resource":{"type":"lead_pool","id":"public","properties":{"status":"active","owner":"bob"}}`), 200, "y"},
		{"2.2.9 unknown fields", single, object(subject(alice), read, pool, `"foo":"bar"`, `"futureField":{"nested":true}`), 200, "y"},
		{"2.4.1 missing subject", single, object(read, pool), 400, ""},
		{"2.4.1 missing action", single, object(subject(alice), pool), 400, ""},
		{"2.4.1 missing resource", single, object(subject(alice), read), 400, ""},
		{"2.4.2 subject missing type", single, object(`"subject":{"id":"alice"}`, read, pool), 400, ""},
		{"2.4.2 subject missing id", single, object(`"subject":{"type":"user"}`, read, pool), 400, ""},
		{"2.4.2 action missing name", single, object(subject(alice), `"action":{}`, pool), 400, ""},
		{"2.4.2 resource missing type", single, object(subject(alice), read, `"resource":{"id":"public"}`), 400, ""},
		{"2.4.2 resource missing id", single, object(subject(alice), read, `"resource":{"type":"lead_pool"}`), 400, ""},
		{"2.4.4 malformed JSON", single, `{"subject":`, 400, ""},
		{"2.4.5 empty body", single, ``, 400, ""},
		{"2.4.6 subject is a string", single, object(`"subject":"alice"`, read, pool), 400, ""},
		{"2.4.6 action.name is a number", single, object(subject(alice), `"action":{"name":123}`, pool), 400, ""},
		{"3.2.1 batch", many, object(subject(alice), read, batch(item(pool), item(other))), 200, "--"},
		{"3.2.2 fixture decisions in order", many, object(subject(bob), pool, batch(item(read), item(write))), 200, "yn"},
		{"3.3.2 the other order", many, object(subject(bob), pool, batch(item(write), item(read))), 200, "ny"},
		{"3.2.5 fully specified", many, object(batch(item(subject(alice), read, pool), item(subject(bob), write, pool))), 200, "yn"},
		{"3.2.6 context inheritance", many, object(subject(alice), read, `"context":{"time":"2025-06-27T18:03-07:00"}`,
			batch(item(pool), item(other, `"context":{"time":"2025-06-27T19:00-07:00","source":"batch-override"}`))), 200, "--"},
		{"3.2.7 default value merging", many, object(subject(alice), write, `"resource":{"type":"lead_pool"}`,
			batch(`{"resource":{"id":"public","properties":{"status":"active"}}}`, item(subject(bob), pool))), 200, "yn"},
		{"3.4.1 an item's own error", many, object(subject(alice), read, batch(item(pool), `{}`)), 200, "yn"},
		{"3.4.1 a whole payload's error", many, `{"evaluations":[`, 400, ""},
		{"3.4.2 missing evaluations", many, object(subject(alice), read, pool), 200, "y"},
		{"3.4.3 empty evaluations", many, object(subject(alice), read, pool, `"evaluations":[]`), 200, "y"},
		{"3.4.3 empty evaluations, deny", many, object(subject(bob), write, pool, `"evaluations":[]`), 200, "n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for range 3 { // 2.6: the same question has the same answer
				r := m.send("POST", c.path, c.body, "X-Request-ID", "id "+c.name)
				if r.StatusCode != c.status || r.Header.Get("X-Request-ID") != "id "+c.name || r.Header.Get("Content-Type") != "application/json" {
					t.Fatalf("%d %v %s", r.StatusCode, r.Header, r.body)
				}
				var answer map[string]json.RawMessage
				if err := json.Unmarshal([]byte(r.body), &answer); err != nil {
					t.Fatal(err)
				}
				all := []map[string]json.RawMessage{answer}
				if items, ok := answer["evaluations"]; ok {
					all = nil
					if err := json.Unmarshal(items, &all); err != nil || answer["decision"] != nil {
						t.Fatalf("%s: %v", r.body, err)
					}
				}
				if c.want == "" {
					if strings.Contains(r.body, "decision") {
						t.Fatalf("an error with a decision: %s", r.body)
					}
					continue
				}
				if len(all) != len(c.want) {
					t.Fatalf("%d answers: %s", len(all), r.body)
				}
				for i, a := range all {
					got := map[string]string{"true": "y", "false": "n"}[string(a["decision"])]
					if got == "" || c.want[i] != '-' && string(c.want[i]) != got {
						t.Errorf("decision %d is %s, want %c: %s", i, a["decision"], c.want[i], r.body)
					}
					if context := a["context"]; context != nil && context[0] != '{' {
						t.Errorf("context %s", context)
					}
				}
			}
		})
	}

	good := object(subject(alice), read, pool)
	t.Run("2.4.3 invalid content type", func(t *testing.T) {
		for _, path := range []string{single, many} {
			for _, kind := range []string{"", "text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/octet-stream"} {
				if r := m.send("POST", path, good, "Content-Type", kind); r.StatusCode != 400 {
					t.Errorf("%s as %q: %d %s", path, kind, r.StatusCode, r.body)
				}
			}
		}
	})
	t.Run("2.5.2 without X-Request-ID", func(t *testing.T) {
		if r := m.send("POST", single, good); r.StatusCode != 200 {
			t.Errorf("%d %s", r.StatusCode, r.body)
		}
	})
	t.Run("without credentials", func(t *testing.T) {
		if r := m.send("POST", single, good, "Authorization", ""); r.StatusCode != 401 || r.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%d %v", r.StatusCode, r.Header)
		}
	})
	t.Run("6.5 discovery", func(t *testing.T) {
		r := m.send("GET", "/.well-known/authzen-configuration", "", "Authorization", "", "Host", "another.example")
		var found map[string]any
		if err := json.Unmarshal([]byte(r.body), &found); err != nil || r.StatusCode != 200 || r.Header.Get("Content-Type") != "application/json" {
			t.Fatalf("%d %s", r.StatusCode, r.body)
		}
		if found["policy_decision_point"] != base {
			t.Errorf("%v is not the address that it was asked at", found["policy_decision_point"])
		}
		for name, value := range found {
			address, ok := value.(string)
			if u, err := url.Parse(address); !ok || err != nil || !strings.HasPrefix(address, base) || u.RawQuery+u.Fragment != "" || strings.HasPrefix(name, "search_") {
				t.Errorf("%s: %v", name, value)
			}
		}
		if found["access_evaluation_endpoint"] != base+single || found["access_evaluations_endpoint"] != base+many {
			t.Errorf("%v", found)
		}
	})
}
