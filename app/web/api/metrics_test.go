package api_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"bainian/app/apptest"
	"bainian/app/gate"
	"bainian/app/integrity"
	"bainian/app/people"
	"bainian/app/store"
	"bainian/app/web/api"
)

// metered mounts the wing with meters over the world.
func metered(w *apptest.World, change ...func(*api.Gauges)) *machines {
	w.Helper()
	g := api.Gauges{Logbook: w.Keeper.Logbook(), Backlog: w.Queue.Backlog, Leads: w.Pool.Counts, Snapshot: w.Keeper.SnapshotAt}
	for _, f := range change {
		f(&g)
	}
	return mount(w, func(n *api.Needs) { n.Meters = api.NewMeters(g, w.Clock.Now) })
}

// scraped is the text of /metrics for a token that is for it.
func (m *machines) scraped() string {
	m.Helper()
	token, err := m.Directory.NewTokenFor(m.Ctx, people.System(), "prometheus", people.Metrics)
	if err != nil {
		m.Fatal(err)
	}
	r := m.send("GET", "/metrics", "", "Authorization", "Bearer "+token)
	if r.StatusCode != http.StatusOK || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/plain; version=0.0.4") {
		m.Fatalf("%d %v %s", r.StatusCode, r.Header, r.body)
	}
	return r.body
}

// figure is the value of a line of metrics; ok is false when there is none.
func figureIn(text, name string) (value float64, ok bool) {
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\S+)$`).FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	value, err := strconv.ParseFloat(m[1], 64)
	return value, err == nil
}

// Every decision is counted and taken down, by whichever way it was asked for; nothing of a person is in a label.
func TestMetrics(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		m := metered(w, func(g *api.Gauges) {
			g.Unsent = func(context.Context) (int, time.Time, error) { return 3, w.Clock.Now().Add(-90 * time.Second), nil }
		})
		amy, ben := w.Ready("Amy"), w.NewHire("Ben")
		w.Leads(5)
		m.decides(true, "evaluation", object(subject(amy), draw, pool))
		m.decides(false, "evaluation", object(subject(ben), draw, pool))
		m.decides(false, "evaluation", object(subject(amy), `"action":{"name":"sell"}`, pool))
		m.decides(false, "evaluation", object(`"subject":{"type":"user","id":"nobody"}`, draw, pool))
		m.ask("evaluations", object(draw, pool, `"evaluations":[`+object(subject(amy))+`,`+object(subject(amy))+`,{}]`))
		if _, err := w.Pool.Draw(w.Ctx, amy, "", ""); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Pool.Draw(w.Ctx, ben, "", ""); err == nil {
			t.Fatal("drawn before the gate")
		}
		text := m.scraped()
		for name, want := range map[string]float64{
			`bainian_gate_decisions_total{action="draw",outcome="allowed",way="evaluation"}`: 3,
			`bainian_gate_decisions_total{action="draw",outcome="denied",way="evaluation"}`:  2,
			`bainian_gate_decisions_total{action="other",outcome="denied",way="evaluation"}`: 1,
			`bainian_gate_decisions_total{action="draw",outcome="allowed",way="draw"}`:       1,
			`bainian_gate_decisions_total{action="draw",outcome="denied",way="draw"}`:        1,
			`bainian_gate_denials_total{action="draw",reason="pledge"}`:                      2,
			`bainian_gate_denials_total{action="draw",reason="gate.no_person"}`:              1,
			`bainian_gate_decision_seconds_count{way="evaluation"}`:                          6,
			`bainian_gate_log_waiting`:                      8,
			`bainian_gate_log_dropped_total`:                0,
			`bainian_leads{state="pool"}`:                   4,
			`bainian_leads{state="held"}`:                   1,
			`bainian_leads{state="trust"}`:                  0,
			`bainian_jobs{state="failed"}`:                  0,
			`bainian_push_revocations_unsent`:               3,
			`bainian_push_oldest_unsent_revocation_seconds`: 90,
		} {
			if got, ok := figureIn(text, name); !ok || got != want {
				t.Errorf("%s is %v, %v, want %v", name, got, ok, want)
			}
		}
		for _, absent := range []string{"bainian_crm_drift", "bainian_glass_snapshot_age_seconds"} {
			if regexp.MustCompile(`(?m)^` + absent).MatchString(text) {
				t.Errorf("%s is told, and nobody knows it", absent)
			}
		}
		if !strings.Contains(text, "go_goroutines") {
			t.Error("nothing of the runtime")
		}
		for _, personal := range []string{amy.Number, ben.Number, amy.ID, "Amy", "nobody", "sell", "CRM"} {
			if strings.Contains(text, `"`+personal+`"`) {
				t.Errorf("%q is a label", personal)
			}
		}

		// What costs a look is looked up every 15 seconds; what counts itself is told at once.
		if _, err := w.Pool.Draw(w.Ctx, amy, "", ""); err != nil {
			t.Fatal(err)
		}
		if got, _ := figureIn(m.scraped(), `bainian_leads{state="pool"}`); got != 4 {
			t.Errorf("looked up again at once: %v", got)
		}
		w.Clock.Add(15 * time.Second)
		if got, _ := figureIn(m.scraped(), `bainian_leads{state="pool"}`); got != 3 {
			t.Errorf("not looked up after 15 s: %v", got)
		}

		// And it is on record for HR.
		if err := w.Keeper.Logbook().Flush(w.Ctx); err != nil {
			t.Fatal(err)
		}
		entries, _, err := w.Keeper.Decisions(w.Ctx, w.HR, ben.ID, gate.Asking{}, "")
		if err != nil || len(entries) != 2 || entries[1].Way != gate.ByEvaluation || entries[1].Actor != "CRM" || entries[1].Reasons[0] != "pledge" {
			t.Errorf("%+v, %v", entries, err)
		}
	})
}

// Metrics are opt-in: a token that an administrator made for them opens them, and nothing else.
func TestMetricsAreForTheirTokens(t *testing.T) {
	m := metered(apptest.New(t, store.SQLite))
	session, err := m.Directory.SignInAs(m.Ctx, m.HR.ID)
	if err != nil {
		t.Fatal(err)
	}
	token, err := m.Directory.NewTokenFor(m.Ctx, people.System(), "prometheus", people.Metrics)
	if err != nil {
		t.Fatal(err)
	}
	for credential, want := range map[string]int{"": 401, "Bearer " + m.token: 403, "Bearer " + session: 401, "Bearer nobody": 401} {
		if r := m.send("GET", "/metrics", "", "Authorization", credential, "Cookie", "session="+session); r.StatusCode != want || strings.Contains(r.body, "bainian_") {
			t.Errorf("%q: %d", credential, r.StatusCode)
		}
	}
	if r := m.send("POST", "/access/v1/evaluation", object(subject(m.HR), draw, pool), "Authorization", "Bearer "+token); r.StatusCode != 403 {
		t.Errorf("the token for metrics asks for decisions: %d", r.StatusCode)
	}
	if r := mount(m.World).send("GET", "/metrics", "", "Authorization", "Bearer "+token); r.StatusCode != 404 {
		t.Errorf("without meters: %d", r.StatusCode)
	}
}

// However many reasons a policy makes up, labels stay few; what cannot be looked up is left out and counted.
func TestMetricsAreBounded(t *testing.T) {
	w := apptest.New(t, store.SQLite)
	m := metered(w, func(g *api.Gauges) {
		g.Unsent = func(context.Context) (int, time.Time, error) { return 7, time.Time{}, errors.New("no") }
		g.Drift = func(context.Context) (int, error) { return 2, nil }
	})
	for n := range 1000 {
		w.Keeper.Logbook().Note(gate.Entry{Way: gate.ByEvaluation, Action: gate.Action(fmt.Sprint("do ", n)), Reasons: []string{fmt.Sprint("exam:e", n)}})
	}
	text := m.scraped()
	if n := strings.Count(text, "bainian_gate_denials_total{"); n != 65 {
		t.Errorf("%d reasons have a label", n)
	}
	if got, _ := figureIn(text, `bainian_gate_denials_total{action="other",reason="other"}`); got != 1000-64 {
		t.Errorf("%v others", got)
	}
	if _, told := figureIn(text, "bainian_push_revocations_unsent"); told {
		t.Error("told what could not be looked up")
	}
	for name, want := range map[string]float64{"bainian_metrics_failures_total": 1, "bainian_crm_drift": 2} {
		if got, ok := figureIn(text, name); !ok || got != want {
			t.Errorf("%s is %v, %v", name, got, ok)
		}
	}
}

// A case that nobody has opened, and one that was sealed, change and show nothing anywhere.
func TestG3_ASealedCaseShowsNowhere(t *testing.T) {
	w := apptest.New(t, store.SQLite)
	m := mount(w)
	amy := w.Ready("Amy")
	attempt := ""
	if err := w.DB.Read(w.Ctx, func(rx *store.Rx) error {
		return rx.Row(`SELECT id FROM attempt WHERE person_id = ? ORDER BY id LIMIT 1`, amy.ID).Scan(&attempt)
	}); err != nil {
		t.Fatal(err)
	}
	question := object(subject(amy), draw, pool)
	before := m.send("POST", "/access/v1/evaluation", question).body
	same := func(when string) {
		t.Helper()
		if after := m.send("POST", "/access/v1/evaluation", question).body; after != before {
			t.Errorf("%s: %s, before %s", when, after, before)
		}
	}
	number, err := w.Desk.Report(w.Ctx, w.Watch, attempt, "袖口裡有一張小紙條")
	if err != nil {
		t.Fatal(err)
	}
	same("flagged")
	if err := w.Desk.Open(w.Ctx, w.Reviewer[0], number); err != nil {
		t.Fatal(err)
	}
	m.decides(false, "evaluation", question)
	w.Decide(number, integrity.NotUpheld)
	same("sealed")
	if err := w.Keeper.Logbook().Flush(w.Ctx); err != nil {
		t.Fatal(err)
	}
	entries, _, err := w.Keeper.Decisions(w.Ctx, w.HR, amy.ID, gate.Asking{Denied: true}, "")
	if err != nil || len(entries) != 1 || strings.Join(entries[0].Reasons, " ") != "suspended" {
		t.Errorf("%+v, %v", entries, err)
	}
}

// Whatever is broken, nobody acquires anything and nobody is left without a reason: no database, no time left, a policy
// that cannot be read.
func TestG2_NothingIsAcquiredWhileSomethingIsBroken(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		m := mount(w)
		amy := w.Ready("Amy")
		w.Leads(3)
		lead := ""
		if err := w.DB.Read(w.Ctx, func(rx *store.Rx) error {
			return rx.Row(`SELECT id FROM lead WHERE state = 'pool' LIMIT 1`).Scan(&lead)
		}); err != nil {
			t.Fatal(err)
		}
		acquire := func(ctx context.Context, when string) {
			t.Helper()
			_, drawn := w.Pool.Draw(ctx, amy, "", "")
			_, claimed := w.Pool.Claim(ctx, amy, lead, "")
			_, assigned := w.Pool.Assign(ctx, w.Manager, lead, amy.ID)
			if drawn == nil || claimed == nil || assigned == nil {
				t.Errorf("%s: drawn %v, claimed %v, assigned %v", when, drawn, claimed, assigned)
			}
		}
		over, cancel := context.WithCancel(w.Ctx)
		cancel()
		acquire(over, "no time left")
		if _, err := w.Keeper.DecideNumber(over, amy.Number); err == nil {
			t.Error("decided without time")
		}
		if err := w.DB.Write(w.Ctx, func(tx *store.Tx) error {
			if _, err := tx.Exec(`UPDATE document_version SET sources = '{"zh-Hant":"levels: ["}' WHERE path = 'content/policy.yaml'`); err != nil {
				return err
			}
			_, err := tx.Exec(`UPDATE document_edition SET number = number + 1`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		acquire(w.Ctx, "a corrupt policy")
		if d := m.decides(false, "evaluation", object(subject(amy), draw, pool)); d.Context.ReasonAdmin["403"] != "gate.no_policy" {
			t.Errorf("%+v", d.Context)
		}
		m.decides(true, "evaluation", object(subject(amy), hold, pool))
		if err := w.DB.Close(); err != nil {
			t.Fatal(err)
		}
		acquire(w.Ctx, "no database")
		if r := m.send("POST", "/access/v1/evaluation", object(subject(amy), hold, pool)); r.StatusCode < 500 || strings.Contains(r.body, "true") {
			t.Errorf("without a database: %d %s", r.StatusCode, r.body)
		}
	})
}
