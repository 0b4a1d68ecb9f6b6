package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"bainian/app/apptest"
	"bainian/app/calendar"
	"bainian/app/fault"
	"bainian/app/integrity"
	"bainian/app/people"
	"bainian/app/store"
	"bainian/app/web/api"
)

// The cases of the AuthZEN certification, at the endpoint for one decision.
func TestEvaluation(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		m := mount(w)
		amy, ben := w.Ready("Amy"), w.NewHire("Ben")

		may := object(subject(amy), draw, pool)
		for range 3 { // the same question has the same answer
			d := m.decides(true, "evaluation", may)
			if d.Context.Level != "limited" || d.Context.PolicyVersion != 1 || d.Context.Until == "" {
				t.Errorf("%+v", d.Context)
			}
		}
		for _, body := range []string{
			object(subject(amy), draw, pool, `"context":{"time":"2025-06-27T18:03-07:00","ip":"192.168.1.1"}`),
			object(subject(amy), draw, pool, `"context":{"level":"none","decision":false}`),
			object(subject(amy), draw, pool, `"foo":"bar"`, `"futureField":{"nested":true}`),
			object(`"subject":{"type":"user","id":"`+amy.Number+`","properties":{"department":"Sales"},"later":1}`, `"action":{"name":"draw","properties":{"method":"GET"}}`, pool),
			object(`"subject":{"type":"user","id":"`+strings.ToLower(amy.Number)+`"}`, draw, pool),
			" \r\n\t" + may + "\n",
		} {
			m.decides(true, "evaluation", body)
		}
		m.decides(true, "evaluation", may, "Content-Type", "Application/JSON; charset=utf-8")
		m.decides(true, "evaluation", object(subject(amy), `"action":{"name":"assign"}`, pool))
		m.decides(true, "evaluation", object(subject(ben), hold, pool))

		// A denial is 200, whatever the caller claims in context, and says everything that is left to do.
		d := m.decides(false, "evaluation", object(subject(ben), draw, pool, `"context":{"level":"full"}`))
		if len(d.Context.Unmet) != 7 || d.Context.Unmet[0].Requirement != "pledge" || d.Context.Unmet[0].Remedy != base+"/pledge" ||
			d.Context.Unmet[2].Reason != `Exam “values 考試” is not passed` || d.Context.ReasonAdmin["403"][:6] != "pledge" || d.Context.Level != "none" {
			t.Errorf("%+v", d.Context)
		}
		for lang, start := range map[string]string{"zh-TW,zh;q=0.9": "還沒簽署誠信承諾；", "zh-CN": "", "en-GB": "The honesty pledge is not signed; "} {
			got := m.decides(false, "evaluation", object(subject(ben), draw, pool), "Accept-Language", lang).Context.ReasonUser["403"]
			if !strings.HasPrefix(got, start) || lang == "zh-CN" && (strings.Contains(got, "還") || !strings.Contains(got, "还")) {
				t.Errorf("%s: %q", lang, got)
			}
		}

		// What the gate does not know is a well-formed question, and denied.
		for body, key := range map[string]string{
			object(`"subject":{"type":"user","id":"nobody"}`, draw, pool):                          "gate.no_person",
			object(`"subject":{"type":"robot","id":"`+amy.Number+`"}`, draw, pool):                 "gate.unknown_subject",
			object(subject(amy), `"action":{"name":"sell"}`, pool):                                 "gate.unknown_action",
			object(subject(amy), `"action":{"name":"Draw"}`, pool):                                 "gate.unknown_action",
			object(subject(amy), draw, `"resource":{"type":"record","id":"1"}`):                    "gate.unknown_resource",
			object(`"subject":{"type":"user","id":"`+amy.ID+`"}`, draw, pool):                      "gate.no_person",
			object(`"subject":{"type":"user","id":"' OR 1=1 --"}`, draw, pool):                     "gate.no_person",
			object(`"subject":{"type":"user","id":"system"}`, draw, pool):                          "gate.no_person",
			object(`"subject":{"type":"user","id":"`+strings.Repeat("長", 10_000)+`"}`, draw, pool): "gate.no_person",
		} {
			if d := m.decides(false, "evaluation", body); d.Context.ReasonAdmin["403"] != key {
				t.Errorf("%.80s: %+v, want %s", body, d.Context, key)
			}
		}
		unreadable(m, "evaluation", amy)
		headers(m, may)
		tokens(m, may)
	})
}

// unreadable are the bodies that cannot be read: 400, with the member that is wrong.
func unreadable(m *machines, path string, amy people.Person) {
	m.Helper()
	who := subject(amy)
	for body, key := range map[string]string{
		object(draw, pool): "gate.missing_member",
		object(who, pool):  "gate.missing_member",
		object(who, draw):  "gate.missing_member",
		object(`"subject":{"id":"alice"}`, draw, pool):            "gate.missing_member",
		object(`"subject":{"type":"user"}`, draw, pool):           "gate.missing_member",
		object(`"subject":{"type":"","id":"x"}`, draw, pool):      "gate.missing_member",
		object(`"subject":{"type":"user","id":null}`, draw, pool): "gate.missing_member",
		object(`"subject":{}`, draw, pool):                        "gate.missing_member",
		object(who, `"action":{}`, pool):                          "gate.missing_member",
		object(who, `"action":{"name":""}`, pool):                 "gate.missing_member",
		object(who, draw, `"resource":{"id":"public"}`):           "gate.missing_member",
		object(who, draw, `"resource":{"type":"lead_pool"}`):      "gate.missing_member",
		`{}`:                                                          "gate.missing_member",
		object(`"subject":"alice"`, draw, pool):                       "gate.bad_member",
		object(`"subject":null`, draw, pool):                          "gate.missing_member",
		object(`"subject":["user"]`, draw, pool):                      "gate.bad_member",
		object(`"subject":{"type":"user","id":7}`, draw, pool):        "gate.bad_member",
		object(who, `"action":{"name":123}`, pool):                    "gate.bad_member",
		object(who, `"action":"draw"`, pool):                          "gate.bad_member",
		object(who, draw, `"resource":true`):                          "gate.bad_member",
		object(who, draw, `"resource":{"type":["lead_pool"]}`):        "gate.bad_member",
		object(who, draw, pool, `"context":"now"`):                    "gate.bad_member",
		object(who, draw, pool, `"context":[]`):                       "gate.bad_member",
		object(who, `"action":{"name":"draw","properties":[]}`, pool): "gate.bad_member",
		``:                            "gate.bad_member",
		`   `:                         "gate.bad_member",
		`null`:                        "gate.missing_member",
		`[]`:                          "gate.bad_member",
		`"text"`:                      "gate.bad_member",
		`{"subject":`:                 "gate.bad_member",
		object(who, draw, pool) + `}`: "gate.bad_member",
		"{\"subject\":{\"type\":\"user\",\"id\":\"\xff\"}}": "page.bad_text",
		`{"subject":{"type":"user","id":"\u0000"}}`:         "page.bad_text",
	} {
		m.refused(m.send("POST", "/access/v1/"+path, body), http.StatusBadRequest, key)
	}
	good := object(who, draw, pool)
	for _, media := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/xml", "application/jsonx"} {
		if r := m.send("POST", "/access/v1/"+path, good, "Content-Type", media); r.StatusCode != http.StatusBadRequest {
			m.Errorf("Content-Type %q: %d %s", media, r.StatusCode, r.body)
		}
	}
	if r := m.send("POST", "/access/v1/"+path, good, "Content-Encoding", "gzip"); r.StatusCode != http.StatusOK {
		m.Errorf("a claim of compression: %d %s", r.StatusCode, r.body)
	}
	m.refused(m.send("POST", "/access/v1/"+path, object(who, draw, pool, `"context":{"x":"`+strings.Repeat("x", 1<<20)+`"}`)), http.StatusRequestEntityTooLarge, "page.too_large")
}

// headers: X-Request-ID comes back, also with a refusal; nothing is cached.
func headers(m *machines, may string) {
	m.Helper()
	for _, r := range []reply{
		m.send("POST", "/access/v1/evaluation", may, "X-Request-ID", "r-1 ü"),
		m.send("POST", "/access/v1/evaluation", "{", "X-Request-ID", "r-1 ü"),
		m.send("POST", "/access/v1/evaluation", may, "X-Request-ID", "r-1 ü", "Authorization", ""),
		m.send("POST", "/access/v1/evaluations", may, "X-Request-ID", "r-1 ü"),
	} {
		if got := r.Header.Get("X-Request-ID"); got != "r-1 ü" {
			m.Errorf("%d: X-Request-ID %q", r.StatusCode, got)
		}
		if r.Header.Get("Content-Type") != "application/json" || r.Header.Get("Cache-Control") != "no-store" {
			m.Errorf("%d: headers %v", r.StatusCode, r.Header)
		}
	}
	if r := m.send("POST", "/access/v1/evaluation", may); r.StatusCode != http.StatusOK || r.Header.Get("X-Request-ID") != "" {
		m.Errorf("without X-Request-ID: %d %v", r.StatusCode, r.Header)
	}
}

// tokens: 401 names its scheme; a revoked token ends at once; a person's session is no token.
func tokens(m *machines, may string) {
	m.Helper()
	session, err := m.Directory.SignInAs(m.Ctx, m.HR.ID)
	if err != nil {
		m.Fatal(err)
	}
	revoked, err := m.Directory.NewToken(m.Ctx, people.System(), "old CRM")
	if err != nil {
		m.Fatal(err)
	}
	if r := m.send("POST", "/access/v1/evaluation", may, "Authorization", "Bearer "+revoked); r.StatusCode != http.StatusOK {
		m.Errorf("a fresh token: %d", r.StatusCode)
	}
	all, err := m.Directory.Tokens(m.Ctx, people.System())
	if err != nil {
		m.Fatal(err)
	}
	i := slices.IndexFunc(all, func(t people.Token) bool { return t.Name == "old CRM" })
	if err := m.Directory.RevokeToken(m.Ctx, people.System(), all[i].ID); err != nil {
		m.Fatal(err)
	}
	for _, credential := range []string{"", "Bearer", "Bearer ", "Bearer unknown", "Basic " + m.token, m.token, "Bearer " + revoked, "Bearer " + session} {
		for _, path := range []string{"evaluation", "evaluations"} {
			r := m.send("POST", "/access/v1/"+path, may, "Authorization", credential, "Cookie", "session="+session)
			if r.StatusCode != http.StatusUnauthorized || r.Header.Get("WWW-Authenticate") != "Bearer" || strings.Contains(r.body, "decision") {
				m.Errorf("%q: %d %q %s", credential, r.StatusCode, r.Header.Get("WWW-Authenticate"), r.body)
			}
		}
	}
}

// The cases of the AuthZEN certification, at the endpoint for many decisions.
func TestEvaluations(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		m := mount(w)
		amy, ben := w.Ready("Amy"), w.NewHire("Ben")
		batch := func(want string, members ...string) []decision {
			t.Helper()
			d := m.ask("evaluations", object(members...))
			got := ""
			for _, e := range d.Evaluations {
				if e.Decision == nil {
					t.Fatalf("an item without a decision: %+v", d)
				}
				got += map[bool]string{true: "y", false: "n"}[*e.Decision]
			}
			if got != want || d.Decision != nil {
				t.Errorf("%s: %q, want %q", members, got, want)
			}
			return d.Evaluations
		}
		items := func(all ...string) string { return `"evaluations":[` + strings.Join(all, ",") + `]` }
		yes, no := object(subject(amy), draw, pool), object(subject(ben), draw, pool)

		batch("yn", subject(amy), draw, pool, items(`{}`, object(subject(ben))))
		batch("ny", subject(ben), pool, items(object(draw), object(hold)))
		batch("yyn", items(yes, yes, no))
		batch("yy", subject(amy), draw, `"context":{"ip":"1"}`, items(object(pool), object(pool, `"context":{"ip":"2"}`)))
		batch("yn", subject(amy), draw, `"resource":{"type":"lead_pool"}`, items(`{"resource":{"id":"public","properties":{"a":1}}}`, `{"resource":{"type":"record","id":"2"}}`))
		batch("ny", `"subject":{"type":"user"}`, draw, pool, items(`{"subject":{"id":"`+ben.Number+`"}}`, `{"subject":{"id":"`+amy.Number+`"}}`))

		// What is wrong with one item is denied in its place.
		got := batch("ynnnnny", draw, pool, items(yes, `{}`, `{"subject":"alice"}`, `7`, `null`, object(subject(amy), `"context":1`), yes))
		for _, e := range got[1:6] {
			if e.Context.Error == nil || e.Context.Error.Status != 400 || e.Context.Error.Message == "" {
				t.Errorf("%+v", e.Context)
			}
		}

		semantic := func(name string) string { return `"options":{"evaluations_semantic":"` + name + `","later":1}` }
		mixed := items(yes, no, yes, no)
		batch("ynyn", mixed)
		batch("ynyn", `"options":{}`, mixed)
		batch("ynyn", semantic("execute_all"), mixed)
		batch("yn", semantic("deny_on_first_deny"), mixed)
		batch("y", semantic("permit_on_first_permit"), mixed)
		batch("nny", semantic("permit_on_first_permit"), items(no, `{}`, yes, no))
		batch("n", semantic("deny_on_first_deny"), items(`{}`, yes))
		m.refused(m.send("POST", "/access/v1/evaluations", object(semantic("all"), mixed)), 400, "gate.bad_order")
		for _, options := range []string{`"evaluations":{}`, `"options":7`, `"options":{"evaluations_semantic":7}`} {
			m.refused(m.send("POST", "/access/v1/evaluations", object(options, mixed)), 400, "gate.bad_member")
		}
		m.refused(m.send("POST", "/access/v1/evaluations", object(`"subject":"alice"`, mixed)), 400, "gate.bad_member")
		m.refused(m.send("POST", "/access/v1/evaluations", object(items(slices.Repeat([]string{"{}"}, 1001)...))), 400, "gate.batch_long")

		// Without items it is the other endpoint.
		for _, none := range []string{`"foo":1`, `"evaluations":[]`, `"evaluations":null`} {
			m.decides(true, "evaluations", object(subject(amy), draw, pool, none))
			m.decides(false, "evaluations", object(subject(ben), draw, pool, none))
		}
		unreadable(m, "evaluations", amy)
	})
}

// A resource is a pool by its slug; of one that there is not nobody takes anything. When it is not known which there are, what
// is held stays workable.
func TestPools(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		broken := error(nil)
		m := mount(w, func(n *api.Needs) {
			n.Pools = func(_ context.Context, id string) (bool, error) { return id == "public" || id == "east", broken }
		})
		amy := w.Ready("Amy")
		in := func(id string) string { return `"resource":{"type":"lead_pool","id":"` + id + `"}` }
		m.decides(true, "evaluation", object(subject(amy), draw, in("east")))
		for _, id := range []string{"west", "East", " ", strings.Repeat("x", 100_000)} {
			if d := m.decides(false, "evaluation", object(subject(amy), draw, in(id))); d.Context.ReasonAdmin["403"] != "gate.unknown_pool" {
				t.Errorf("%.10s: %+v", id, d)
			}
		}
		if d := m.ask("evaluations", object(subject(amy), draw, `"evaluations":[`+object(in("west"))+`,`+object(in("east"))+`]`)); *d.Evaluations[0].Decision || !*d.Evaluations[1].Decision {
			t.Errorf("%+v", d)
		}
		broken = fault.New(fault.Busy, "leads.no_rules")
		if d := m.decides(false, "evaluation", object(subject(amy), draw, pool)); d.Context.Error == nil || d.Context.Error.Status != 503 {
			t.Errorf("%+v", d)
		}
		m.decides(true, "evaluation", object(subject(amy), hold, pool))
	})
}

func TestDiscovery(t *testing.T) {
	m := mount(apptest.New(t, store.SQLite))
	r := m.send("GET", "/.well-known/authzen-configuration", "", "Authorization", "")
	var got map[string]string
	if err := json.Unmarshal([]byte(r.body), &got); err != nil || r.StatusCode != 200 || r.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("%d %s", r.StatusCode, r.body)
	}
	if got["policy_decision_point"] != base || len(got) != 3 {
		t.Errorf("%v", got)
	}
	for _, name := range []string{"access_evaluation_endpoint", "access_evaluations_endpoint"} {
		path, ok := strings.CutPrefix(got[name], base)
		if r := m.send("POST", path, "{}"); !ok || r.StatusCode != http.StatusBadRequest {
			t.Errorf("%s leads to %d", got[name], r.StatusCode)
		}
	}
	if r := m.send("GET", "/access/v1/evaluation", ""); r.StatusCode != http.StatusNotFound {
		t.Errorf("GET of a decision: %d", r.StatusCode)
	}
}

// Machines learn of a case or a red line only that somebody is suspended, and until when.
func TestG3_MachinesLearnOnlyThatSomebodyIsSuspended(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		m := mount(w)
		amy := w.NewHire("Amy")
		w.Sign(amy)
		w.Read(amy, "values")
		attempt := w.Sit(amy, w.Sitting("values"), apptest.Knows)
		number, err := w.Desk.Report(w.Ctx, w.Watch, attempt, "紙條與答案逐題一致")
		if err == nil {
			err = w.Desk.Open(w.Ctx, w.Reviewer[0], number)
		}
		if err != nil {
			t.Fatal(err)
		}
		question := object(subject(amy), draw, pool)
		r := m.send("POST", "/access/v1/evaluation", question)
		d := m.decides(false, "evaluation", question)
		first := d.Context.Unmet[0]
		until := calendar.Calendar{Zone: w.Keeper.Zone()}.Due(w.Clock.Now(), 15).Format(time.RFC3339)
		if first.Requirement != "suspended" || first.Until != until || first.Remedy != "" || first.Reason != "Suspended; please ask HR" {
			t.Errorf("%+v, want until %s", first, until)
		}
		for _, word := range []string{"case", "review", "red", "integrity", "line"} {
			if strings.Contains(strings.ToLower(r.body), word) {
				t.Errorf("%q is in %s", word, r.body)
			}
		}
		m.decides(true, "evaluation", object(subject(amy), hold, pool))

		if err := w.Desk.AddFact(w.Ctx, w.Reviewer[0], number, integrity.Fact{Kind: integrity.Document, Text: "寫著答案的一張紙條", Origin: "監考當場收走"}); err != nil {
			t.Fatal(err)
		}
		w.Decide(number, integrity.RedLine)
		d = m.decides(false, "evaluation", object(subject(amy), hold, pool))
		if first := d.Context.Unmet[0]; first.Requirement != "suspended" || first.Until != "" || d.Context.Level != "none" {
			t.Errorf("%+v", d.Context)
		}
	})
}

// An error is a denial with a reason, never an open gate and never a riddle.
func TestG2_ErrorsAreDenials(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		m := mount(w)
		amy := w.Ready("Amy")
		may, holds := object(subject(amy), draw, pool), object(subject(amy), hold, pool)
		damage := func(statement string) {
			t.Helper()
			if err := w.DB.Write(w.Ctx, func(tx *store.Tx) error {
				if _, err := tx.Exec(statement); err != nil {
					return err
				}
				_, err := tx.Exec(`UPDATE document_edition SET number = number + 1`)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		down := func(d decision, message string) {
			t.Helper()
			if d.Context.Error == nil || d.Context.Error.Status != http.StatusServiceUnavailable || !strings.Contains(d.Context.ReasonUser["403"], message) {
				t.Errorf("%+v", d.Context)
			}
		}
		m.decides(true, "evaluation", may)
		damage(`UPDATE document SET retired = TRUE WHERE path = 'content/policy.yaml'`)
		down(m.decides(false, "evaluation", may), "policy cannot be read")
		m.decides(true, "evaluation", holds) // what is held stays workable
		damage(`UPDATE document SET retired = FALSE WHERE path = 'content/policy.yaml'`)
		m.decides(true, "evaluation", may)

		damage(`ALTER TABLE gate_opening RENAME TO gate_opened`)
		down(m.decides(false, "evaluation", may), "No decision")
		down(m.decides(false, "evaluation", holds), "No decision")
		batch := m.ask("evaluations", object(draw, pool, `"evaluations":[`+object(subject(amy))+`,{}]`))
		if len(batch.Evaluations) != 2 || *batch.Evaluations[0].Decision {
			t.Errorf("%+v", batch)
		}
		down(batch.Evaluations[0], "No decision")

		if r := m.send("GET", "/readyz", "", "Authorization", ""); r.StatusCode != http.StatusOK || r.body != `{"status":"ok"}` {
			t.Errorf("ready: %d %s", r.StatusCode, r.body)
		}
		if err := w.DB.Close(); err != nil {
			t.Fatal(err)
		}
		if r := m.send("POST", "/access/v1/evaluation", may); r.StatusCode < 500 || strings.Contains(r.body, "true") {
			t.Errorf("without a database: %d %s", r.StatusCode, r.body)
		}
		if r := m.send("GET", "/healthz", "", "Authorization", ""); r.StatusCode != http.StatusOK || r.body != `{"status":"ok"}` {
			t.Errorf("alive: %d %s", r.StatusCode, r.body)
		}
		if r := m.send("GET", "/readyz", "", "Authorization", ""); r.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("ready: %d %s", r.StatusCode, r.body)
		}
	})
}
