package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"bainian/app/apptest"
	"bainian/app/people"
)

// dealing is a machine that moves leads.
func dealing(w *apptest.World) *machines {
	m := mount(w)
	token, err := w.Directory.NewTokenFor(w.Ctx, people.System(), "CRM", people.LeadPool)
	if err != nil {
		w.Fatal(err)
	}
	m.token = token
	return m
}

// order posts to the pool and wants a status; the body is the lead as the answer has it.
func (m *machines) order(status int, path, body string, headers ...string) (l struct {
	ID, Company, Phone, Pool, Stage, State string
	Masked                                 bool
	Tenure                                 *struct {
		ID, Began, Due, Latest string
		FollowUps              int `json:"follow_ups"`
	}
}) {
	m.Helper()
	r := m.send(http.MethodPost, "/api/v1/leads/"+path, body, headers...)
	if r.StatusCode != status {
		m.Fatalf("%s %s: %d %s, want %d", path, body, r.StatusCode, r.body, status)
	}
	if err := json.Unmarshal([]byte(r.body), &l); err != nil {
		m.Fatal(err)
	}
	return l
}

func by(p people.Person, more ...string) string {
	return object(append([]string{`"by":"` + p.Number + `"`}, more...)...)
}

func TestAMachineMovesALead(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		m := dealing(w)
		amy, bob := w.Ready("Amy"), w.Ready("Bob")
		w.Leads(5)

		drawn := m.order(201, "draws", by(amy), "Idempotency-Key", "k1")
		if again := m.order(201, "draws", by(amy), "Idempotency-Key", "k1"); again.ID != drawn.ID {
			t.Errorf("the same order gave %s and %s", drawn.ID, again.ID)
		}
		if drawn.State != "held" || drawn.Masked || drawn.Phone == "" || drawn.Tenure == nil || drawn.Pool != "default" || drawn.Stage != "lead" {
			t.Errorf("%+v", drawn)
		}
		m.refused(m.send("POST", "/api/v1/leads/"+drawn.ID+"/claim", by(bob)), 409, "leads.taken")
		m.refused(m.send("POST", "/api/v1/leads/"+drawn.ID+"/assignment", by(w.Manager, `"to":"`+bob.Number+`"`)), 409, "leads.taken")
		if f := m.order(200, drawn.ID+"/follow-ups", by(amy, `"kind":"call","outcome":"接通了"`)); f.Tenure.FollowUps != 1 || f.Tenure.Due <= drawn.Tenure.Due {
			t.Errorf("%+v", f.Tenure)
		}
		m.refused(m.send("POST", "/api/v1/leads/"+drawn.ID+"/follow-ups", by(bob, `"kind":"call","outcome":"x"`)), 404, "leads.not_held")
		m.refused(m.send("POST", "/api/v1/leads/"+drawn.ID+"/reclamation", by(w.Manager)), 409, "leads.not_due")
		if back := m.order(200, drawn.ID+"/return", by(amy, `"reason":"產業不合"`)); back.State != "pool" || !back.Masked || back.Tenure != nil {
			t.Errorf("%+v", back)
		}
		m.refused(m.send("POST", "/api/v1/leads/"+drawn.ID+"/claim", by(amy)), 409, "leads.cooling")
		if given := m.order(201, drawn.ID+"/assignment", by(w.Manager, `"to":"`+bob.Number+`"`)); given.State != "held" {
			t.Errorf("%+v", given)
		}
		r := m.send("GET", "/api/v1/people/"+bob.Number+"/leads", "")
		if r.StatusCode != 200 || !strings.Contains(r.body, drawn.ID) || !strings.Contains(r.body, `"allocated":1`) {
			t.Errorf("%d %s", r.StatusCode, r.body)
		}
	})
}

func TestG1_AMachineTakesNothingThroughAClosedGate(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		m := dealing(w)
		w.Leads(5)
		young := w.NewHire("Young")
		for _, path := range []string{"draws"} {
			r := m.send("POST", "/api/v1/leads/"+path, by(young))
			m.refused(r, 403, "leads.closed_to")
			if !strings.Contains(r.body, `"requirement":"exam:values"`) || !strings.Contains(r.body, base+"/exams") {
				t.Errorf("no way out: %s", r.body)
			}
		}
		m.refused(m.send("POST", "/api/v1/leads/draws", by(w.HR)), 403, "leads.closed_to")
	})
}

func TestWhatAMachineAsksOfThePoolWrongly(t *testing.T) {
	w := apptest.New(t, 0)
	m := dealing(w)
	amy := w.Ready("Amy")
	w.Leads(1)
	for _, c := range []struct {
		body    string
		status  int
		key     string
		headers []string
	}{
		{``, 400, "gate.bad_member", nil},
		{`[]`, 400, "gate.bad_member", nil},
		{`{"by":7}`, 400, "gate.bad_member", nil},
		{`{}`, 400, "gate.missing_member", nil},
		{by(amy), 400, "gate.want_json", []string{"Content-Type", "text/plain"}},
		{`{"by":"nobody"}`, 422, "gate.no_person", nil},
		{by(amy, `"pool":"atlantis"`), 404, "leads.no_pool", nil},
		{by(amy), 400, "leads.request_long", []string{"Idempotency-Key", strings.Repeat("k", 101)}},
		{by(amy), 401, "page.token_missing", []string{"Authorization", ""}},
		{by(amy), 201, "", nil},
		{by(amy), 409, "leads.empty", nil},
	} {
		r := m.send("POST", "/api/v1/leads/draws", c.body, c.headers...)
		if c.key == "" && r.StatusCode == c.status {
			continue
		}
		m.refused(r, c.status, c.key)
	}
	m.refused(m.send("POST", "/api/v1/leads/none/claim", by(amy)), 404, "leads.not_found")
	decisions := mount(w)
	m.refused(decisions.send("POST", "/api/v1/leads/draws", by(amy)), 403, "people.token_scope")
}
