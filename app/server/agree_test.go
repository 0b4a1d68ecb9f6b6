package server_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"bainian/app/apptest"
	"bainian/app/people"
)

// asks are the three ways in which a person's gate can be asked about through HTTP.
type asks struct {
	*testing.T
	base, token, pool string
}

func (a asks) send(r *http.Request, err error) (status int, body string) {
	a.Helper()
	ok(a.T, err)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	ok(a.T, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	ok(a.T, err)
	return answer.StatusCode, string(text)
}

// page reports whether the person's own page says that the gate is open, and how many of its conditions are unmet.
func (a asks) page(session string) (open bool, unmet int) {
	a.Helper()
	r, err := http.NewRequest("GET", a.base+"/gate", nil)
	r.Header.Set("Cookie", "session="+session+"; lang=en")
	_, body := a.send(r, err)
	return strings.Contains(body, `class="card gate open"`), strings.Count(body, `<li class="todo">`)
}

// api reports what the decision point says, and the requirements that it calls unmet.
func (a asks) api(number string) (allowed bool, unmet []string) {
	a.Helper()
	r, err := http.NewRequest("POST", a.base+"/access/v1/evaluation", strings.NewReader(fmt.Sprintf(
		`{"subject":{"type":"user","id":%q},"action":{"name":"draw"},"resource":{"type":"lead_pool","id":%q}}`, number, a.pool)))
	r.Header.Set("Authorization", "Bearer "+a.token)
	r.Header.Set("Content-Type", "application/json")
	status, body := a.send(r, err)
	var d struct {
		Decision bool
		Context  struct {
			Unmet []struct{ Requirement string }
		}
	}
	if err := json.Unmarshal([]byte(body), &d); err != nil || status != http.StatusOK {
		a.Fatalf("%d %s", status, body)
	}
	for _, u := range d.Context.Unmet {
		unmet = append(unmet, u.Requirement)
	}
	return d.Decision, unmet
}

// draw reports whether a real draw gave a lead.
func (a asks) draw(session string) bool {
	a.Helper()
	r, err := http.NewRequest("POST", a.base+"/leads/draws", strings.NewReader(url.Values{"pool": {a.pool}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Cookie", "session="+session)
	r.Header.Set("Origin", a.base)
	status, _ := a.send(r, err)
	return status == http.StatusSeeOther
}

// Explanation and enforcement agree: for people at random places of the path, the page that explains the gate to them,
// the API and a real draw say the same.
func TestG3_ExplanationAndEnforcementAgree(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		token, err := w.Directory.NewToken(w.Ctx, people.System(), "CRM")
		ok(t, err)
		rules, err := w.Pool.Rules(w.Ctx)
		ok(t, err)
		a := asks{t, served(t, w), token, rules.Pools[0].Slug}
		const seed, everybody = 20261128, 10
		chance := rand.New(rand.NewPCG(seed, seed))
		w.Leads(2 * everybody)
		opened := 0
		for n := range everybody {
			p := w.NewHire(fmt.Sprint("P", n))
			did := 0
			for _, step := range []func(){
				func() { w.Sign(p) },
				func() { w.Read(p, "values"); w.Sit(p, w.Sitting("values"), apptest.Knows) },
				func() { w.Read(p, "product"); w.Sit(p, w.Sitting("product"), apptest.Knows) },
				func() { w.Read(p, "sales"); w.Sit(p, w.Sitting("sales"), apptest.Knows) },
			} {
				if chance.IntN(6) == 0 {
					break
				}
				step()
				did++
			}
			session, err := w.Directory.SignInAs(w.Ctx, p.ID)
			ok(t, err)
			explained, left := a.page(session)
			allowed, unmet := a.api(p.Number)
			drawn := a.draw(session)
			if explained != allowed || drawn != allowed || left != len(unmet) || allowed != (left == 0) || allowed != (did == 4) {
				t.Errorf("seed %d, after %d steps: the page says %v with %d to do, the API %v with %v, a draw %v", seed, did, explained, left, allowed, unmet, drawn)
			}
			if allowed {
				opened++
			}
			if did == 4 && chance.IntN(2) == 0 { // and leaves: the page is gone, the draw and the API with it
				ok(t, w.Directory.Deactivate(w.Ctx, people.System(), p.ID, "離職"))
				if explained, _ := a.page(session); explained || a.draw(session) {
					t.Error("somebody who left finds the gate open")
				}
				if allowed, unmet := a.api(p.Number); allowed || fmt.Sprint(unmet) != "[employed]" {
					t.Errorf("somebody who left: %v", unmet)
				}
			}
		}
		if opened == 0 || opened == everybody {
			t.Errorf("%d of %d are open: they are not at random places", opened, everybody)
		}
	})
}
