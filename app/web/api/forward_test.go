package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"bainian/app/apptest"
	"bainian/app/fault"
	"bainian/app/integrity"
	"bainian/app/people"
	"bainian/app/store"
	"bainian/app/web/api"
	"bainian/app/web/page"
)

// secret is a token of a proxy.
func (m *machines) secret(name string) string {
	m.Helper()
	plain, err := m.Directory.NewTokenFor(m.Ctx, people.System(), name, people.ForwardAuth)
	if err != nil {
		m.Fatal(err)
	}
	return plain
}

func (m *machines) session(p people.Person) string {
	m.Helper()
	token, err := m.Directory.SignInAs(m.Ctx, p.ID)
	if err != nil {
		m.Fatal(err)
	}
	return token
}

// opened is a case that a reviewer opened about what the person handed in last, with a document in it.
func (m *machines) opened(p people.Person) int {
	m.Helper()
	attempt := ""
	err := m.DB.Read(m.Ctx, func(rx *store.Rx) error {
		return rx.Row(`SELECT id FROM attempt WHERE person_id = ? ORDER BY id DESC LIMIT 1`, p.ID).Scan(&attempt)
	})
	number := 0
	if err == nil {
		number, err = m.Desk.Report(m.Ctx, m.Watch, attempt, "紙條與答案逐題一致")
	}
	if err == nil {
		err = m.Desk.Open(m.Ctx, m.Reviewer[0], number)
	}
	if err == nil {
		err = m.Desk.AddFact(m.Ctx, m.Reviewer[0], number, integrity.Fact{Kind: integrity.Document, Text: "寫著答案的一張紙條", Origin: "監考當場收走"})
	}
	if err != nil {
		m.Fatal(err)
	}
	return number
}

const byHeader = "/gate/forward-auth?action=draw&subject=header"

// front asks as a proxy does and checks status and reason; the answer has the headers and the words of its kind.
func (m *machines) front(status int, reason, path string, headers ...string) reply {
	m.Helper()
	r := m.send(http.MethodGet, path, "", append([]string{"Authorization", ""}, headers...)...)
	m.fronted(r, status, reason)
	return r
}

func (m *machines) fronted(r reply, status int, reason string) {
	m.Helper()
	got := r.Header.Get("X-Gate-Reason")
	if r.StatusCode != status || got != reason && !strings.HasPrefix(got, reason+", ") {
		m.Errorf("%d %q %s, want %d %q", r.StatusCode, got, r.body, status, reason)
	}
	level := r.Header.Get("X-Gate-Level")
	if r.Header.Get("Cache-Control") != "no-store" || (status == 200) != (got == "") || status == 200 && (level == "" || r.body != "OK") ||
		status != 200 && len(strings.TrimSpace(r.body)) < 10 || (status == 401) != (r.Header.Get("WWW-Authenticate") != "") || r.Header.Get("Location") != "" {
		m.Errorf("%d %v %s", r.StatusCode, r.Header, r.body)
	}
}

// A proxy gets 200, 401 or 403 and a reason, whatever it asks.
func TestForwardAuth(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		m := mount(w, func(n *api.Needs) {
			n.Pools = func(_ context.Context, id string) (bool, error) { return id == "public", nil }
		})
		amy, ben := w.Ready("Amy"), w.NewHire("Ben")
		secret := m.secret("nginx")
		about := func(p people.Person) []string {
			return []string{"X-Gate-Secret", secret, "X-Gate-Subject", p.Number}
		}

		r := m.front(200, "", byHeader, about(amy)...)
		if r.Header.Get("X-Gate-Level") != "limited" {
			t.Errorf("%v", r.Header)
		}
		r = m.front(403, "pledge", byHeader, about(ben)...)
		if want := "pledge, course:values/culture, exam:values,"; !strings.HasPrefix(r.Header.Get("X-Gate-Reason"), want) || r.Header.Get("X-Gate-Level") != "none" {
			t.Errorf("%v", r.Header)
		}
		if !strings.HasPrefix(r.body, "The gate is closed for this.\n- The honesty pledge is not signed  "+base+"/pledge\n") {
			t.Error(r.body)
		}
		if r := m.front(403, "pledge", byHeader, append(about(ben), "Accept-Language", "zh-TW")...); !strings.Contains(r.body, "還沒簽署誠信承諾") {
			t.Error(r.body)
		}
		m.front(200, "", "/gate/forward-auth?action=hold&subject=header", about(ben)...)
		m.front(200, "", "/gate/forward-auth?subject=header&action=assign&pool=public", about(amy)...)
		m.front(403, "unknown_pool", byHeader+"&pool=east", about(amy)...)
		m.front(403, "no_person", byHeader, "X-Gate-Secret", secret, "X-Gate-Subject", "nobody")
		m.front(403, "no_person", byHeader, "X-Gate-Secret", secret, "X-Gate-Subject", "\xff長")
		m.front(401, "no_subject", byHeader, "X-Gate-Secret", secret)
		m.front(401, "no_subject", byHeader, "X-Gate-Secret", secret, "X-Gate-Subject", " ")

		// The visitor's own session, which an X-Gate-Subject that the address does not ask for changes nothing about.
		const bySession = "/gate/forward-auth?action=draw"
		m.front(401, "sign_in", bySession, "X-Gate-Secret", secret)
		m.front(401, "sign_in", bySession, "X-Gate-Secret", secret, "Cookie", "session=nonsense")
		m.front(401, "sign_in", bySession, about(amy)...)
		m.front(200, "", bySession, "X-Gate-Secret", secret, "Cookie", "session="+m.session(amy))
		m.front(403, "pledge", bySession, append(about(amy), "Cookie", "session="+m.session(ben))...)
		m.front(403, "pledge", bySession+"&subject=session", append(about(amy), "Cookie", "session="+m.session(ben))...)
		m.front(401, "no_subject", byHeader, "X-Gate-Secret", secret, "Cookie", "session="+m.session(amy))
		if err := w.DB.Write(w.Ctx, func(tx *store.Tx) error {
			token, err := people.OpenExamSessionIn(tx, amy.ID)
			tx.After(func() { m.front(401, "exam_session", bySession, "X-Gate-Secret", secret, "Cookie", "session="+token) })
			return err
		}); err != nil {
			t.Fatal(err)
		}

		// Whatever the proxy was set up with, or a visitor could add to it.
		for _, odd := range []string{"", "?", "?action=", "?action=sell", "?action=draw&action=hold", "?action=hold&action=hold", "?action=draw&subject=E001", "?action=draw&subject=",
			"?action=draw&subject=header&subject=session", "?action=draw&pool=", "?action=draw&skip=1", "?action=draw&X-Gate-Subject=E001", "/?action=DRAW"} {
			m.front(403, "proxy_set_up", "/gate/forward-auth"+odd, append(about(amy), "Cookie", "session="+m.session(amy))...)
		}
		for _, unreadable := range []string{"?action=%00", "?action=draw&subject=%ff"} {
			m.front(403, "unavailable", "/gate/forward-auth"+unreadable, about(amy)...)
		}

		// Any method that a proxy hands on is the same question, and what else it hands on is nobody's word.
		for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "OPTIONS"} {
			m.fronted(m.send(method, byHeader, "", append(about(amy), "Origin", "https://evil.example", "Content-Type", "")...), 200, "")
			m.fronted(m.send(method, byHeader, "\x00", append(about(ben), "Content-Type", "text/plain")...), 403, "unavailable")
		}
		m.front(403, "pledge", byHeader, append(about(ben), "X-Forwarded-Method", "GET", "X-Forwarded-Uri", "/healthz", "X-Forwarded-For", "127.0.0.1", "X-Forwarded-User", amy.Number,
			"X-Gate-Level", "full", "X-Gate-Reason", "", "User-Agent", "kube-probe/1.0", "X-Original-Url", "/static/x", "X_Gate_Subject", amy.Number)...)

		// The secret: none, a wrong one, one of another kind, two at once, a revoked one.
		m.front(401, "proxy_secret", byHeader, "X-Gate-Subject", amy.Number)
		m.front(401, "proxy_secret", byHeader, "X-Gate-Secret", "", "Authorization", "Bearer "+secret, "X-Gate-Subject", amy.Number)
		m.front(401, "proxy_secret", byHeader, "X-Gate-Secret", secret+"x", "X-Gate-Subject", amy.Number)
		m.front(401, "proxy_secret", byHeader, "X-Gate-Secret", m.session(amy), "X-Gate-Subject", amy.Number)
		m.front(403, "proxy_secret", byHeader, "X-Gate-Secret", m.token, "X-Gate-Subject", amy.Number)
		if r := m.send("POST", "/access/v1/evaluation", object(subject(amy), draw, pool), "Authorization", "Bearer "+secret); r.StatusCode != 403 {
			t.Errorf("a proxy's secret as a token for decisions: %d %s", r.StatusCode, r.body)
		}
		next := m.secret("nginx, new")
		m.front(200, "", byHeader, about(amy)...)
		m.front(200, "", byHeader, "X-Gate-Secret", next, "X-Gate-Subject", amy.Number)
		all, err := w.Directory.Tokens(w.Ctx, people.System())
		if err != nil {
			t.Fatal(err)
		}
		for _, token := range all {
			if token.Name == "nginx" {
				if err := w.Directory.RevokeToken(w.Ctx, people.System(), token.ID); err != nil {
					t.Fatal(err)
				}
			}
		}
		m.front(401, "proxy_secret", byHeader, about(amy)...)
		m.front(200, "", byHeader, "X-Gate-Secret", next, "X-Gate-Subject", amy.Number)
	})
}

// Two requests around a red line: the first passes and the second does not, and neither learns of a case.
func TestG3_AProxyLearnsOnlyThatSomebodyIsSuspended(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		m := mount(w)
		secret, amy := m.secret("nginx"), w.Ready("Amy")
		about := []string{"X-Gate-Secret", secret, "X-Gate-Subject", amy.Number}
		m.front(200, "", byHeader, about...)
		number := m.opened(amy)
		shows := func(path string) {
			t.Helper()
			r := m.front(403, "suspended", path, about...)
			told := strings.ToLower(r.body + r.Header.Get("X-Gate-Reason") + r.Header.Get("X-Gate-Level"))
			for _, word := range []string{"case", "review", "red", "integrity", "line"} {
				if strings.Contains(told, word) {
					t.Errorf("%q is in %s", word, told)
				}
			}
		}
		shows(byHeader)
		m.front(200, "", "/gate/forward-auth?action=hold&subject=header", about...)
		w.Decide(number, integrity.RedLine)
		shows(byHeader)
		shows("/gate/forward-auth?action=hold&subject=header")
	})
}

// Trouble of ours is a 403 with words, never a status that a proxy takes for something else.
func TestG2_AProxyIsAnsweredWhateverHappens(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		m := mount(w, func(n *api.Needs) {
			n.Pools = func(ctx context.Context, id string) (bool, error) {
				switch id {
				case "panics":
					panic("a pool that panics")
				case "fails":
					return false, fault.New(fault.TooMany, "locale.internal")
				case "hangs":
					<-ctx.Done()
					return false, ctx.Err()
				}
				return true, nil
			}
		})
		amy := w.Ready("Amy")
		about := []string{"X-Gate-Secret", m.secret("nginx"), "X-Gate-Subject", amy.Number}
		m.front(200, "", byHeader, about...)
		for _, pool := range []string{"panics", "fails", "hangs"} {
			began := time.Now()
			m.front(403, "unavailable", byHeader+"&pool="+pool, about...)
			if took := time.Since(began); took >= page.Deadline {
				t.Errorf("%s: %s", pool, took)
			}
		}
		m.front(200, "", byHeader, about...)
		if err := w.DB.Close(); err != nil {
			t.Fatal(err)
		}
		r := m.front(403, "unavailable", byHeader, append(about, "Accept-Language", "zh-TW")...)
		if !strings.Contains(r.body, "無法") {
			t.Error(r.body)
		}
	})
}
