package api_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bainian/app/apptest"
	"bainian/app/people"
	"bainian/app/store"
	"bainian/app/store/storetest"
	"bainian/app/web/page"
)

// crm is a stand-in for one that cannot be changed: it does whatever it is asked, and remembers it.
type crm struct {
	*httptest.Server
	mu   sync.Mutex
	done []string
}

func newCRM(t *testing.T) *crm {
	c := &crm{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.done = append(c.done, r.Method+" "+r.URL.Path+" "+string(body))
		fmt.Fprintf(w, "done; secret %q", r.Header.Get(page.SecretHeader))
	}))
	t.Cleanup(c.Close)
	return c
}

// count is how many requests have come through.
func (c *crm) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.done)
}

// proxies are the two that are tried, each with what it answers by itself when we do not.
var proxies = map[string]struct {
	down  int
	start func(m *machines, crm, ours, secret string) (address string)
}{
	"nginx": {http.StatusInternalServerError, nginx},
	"Caddy": {http.StatusBadGateway, caddy},
}

// nginx runs a real one by the configuration that the page for connecting a CRM shows.
func nginx(m *machines, crm, ours, secret string) string {
	m.Helper()
	home, address := proxyHome(m), freeAddress(m)
	server := m.snippet("nginx", crm, "listen 80;", "listen "+address+";", "SECRET", secret, base, ours)
	temp := ""
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temp += kind + "_temp_path " + filepath.Join(home, kind) + ";\n"
	}
	config := "daemon off; master_process off; pid " + home + "/pid; error_log stderr warn; events {}\nhttp { access_log off;\n" + temp + server + "}\n"
	run(m, address, home, config, "nginx", "-e", "stderr", "-p", home, "-c")
	return address
}

// caddy runs a real one, likewise.
func caddy(m *machines, crm, ours, secret string) string {
	m.Helper()
	home, address := proxyHome(m), freeAddress(m)
	site := m.snippet("Caddy", crm, "crm.example.com {", "http://"+address+" {", "SECRET", secret, base, ours)
	run(m, address, home, "{\n\tadmin off\n\tauto_https off\n}\n"+site, "caddy", "run", "--adapter", "caddyfile", "--config")
	return address
}

func proxyHome(m *machines) string {
	home, err := os.MkdirTemp("", "bainian-proxy")
	if err != nil {
		m.Fatal(err)
	}
	m.Cleanup(func() { os.RemoveAll(home) })
	return home
}

func freeAddress(m *machines) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		m.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// run starts a proxy with its configuration as the last argument, and waits until it listens.
func run(m *machines, address, home, config, program string, arguments ...string) {
	m.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		storetest.Skip(m.TB, program+" is not installed")
	}
	file := filepath.Join(home, "config")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		m.Fatal(err)
	}
	var said bytes.Buffer
	command := exec.Command(path, append(arguments, file)...)
	command.Env = append(os.Environ(), "HOME="+home, "XDG_DATA_HOME="+home, "XDG_CONFIG_HOME="+home)
	command.Stderr = &said
	if err := command.Start(); err != nil {
		m.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { command.Wait(); close(ended) }()
	stop := func() {
		command.Process.Kill()
		<-ended
	}
	for range 200 {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			m.Cleanup(stop)
			return
		}
		select {
		case <-ended:
			m.Fatalf("%s ends: %s\n%s", program, said.String(), config)
		case <-time.After(50 * time.Millisecond):
		}
	}
	stop()
	m.Fatalf("%s does not listen: %s\n%s", program, said.String(), config)
}

// Real proxies in front of a CRM that knows nothing of a gate, set up as the page says.
func TestG2_RealProxiesFailClosed(t *testing.T) {
	for name, proxy := range proxies {
		t.Run(name, func(t *testing.T) {
			m := mount(apptest.New(t, store.SQLite))
			amy, ben := m.Ready("Amy"), m.NewHire("Ben")
			ours, kill := listen(t, m.app)
			behind := newCRM(t)
			address := proxy.start(m, behind.URL, ours, m.secret("proxy"))
			client := &http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			ask := func(method, path string, headers ...string) reply {
				t.Helper()
				r, err := http.NewRequest(method, "http://"+address+path, strings.NewReader("lead=7"))
				if err != nil {
					t.Fatal(err)
				}
				for i := 0; i+1 < len(headers); i += 2 {
					r.Header.Set(headers[i], headers[i+1])
				}
				response, err := client.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				defer response.Body.Close()
				text, err := io.ReadAll(response.Body)
				if err != nil {
					t.Fatal(err)
				}
				return reply{response, string(text)}
			}
			passes := func(method, path string, headers ...string) {
				t.Helper()
				before := behind.count()
				r := ask(method, path, headers...)
				if r.StatusCode != 200 || r.body != `done; secret ""` || behind.count() != before+1 || behind.done[before] != method+" "+path+" lead=7" {
					t.Errorf("%s %s: %d %s %v", method, path, r.StatusCode, r.body, r.Header)
				}
			}
			closed := func(reason, method, path string, headers ...string) {
				t.Helper()
				before := behind.count()
				r := ask(method, path, headers...)
				got := r.Header.Get("X-Gate-Reason")
				if r.StatusCode != 401 && r.StatusCode != 403 || got != reason && !strings.HasPrefix(got, reason+", ") || len(r.body) < 10 || behind.count() != before {
					t.Errorf("%s %s: %d %q %s, want closed by %s", method, path, r.StatusCode, got, r.body, reason)
				}
			}
			asAmy, asBen := []string{"Cookie", "theme=dark; session=" + m.session(amy)}, []string{"Cookie", "session=" + m.session(ben)}
			const claim, assign = "/api/leads/7/claim", "/api/leads/7/assign/"

			passes("POST", "/anything", asBen...)
			passes("POST", claim, asAmy...)
			passes("PUT", claim, asAmy...)
			closed("pledge", "POST", claim, asBen...)
			closed("sign_in", "POST", claim)
			passes("POST", assign+amy.Number, asBen...)
			closed("pledge", "POST", assign+ben.Number, asAmy...)
			closed("no_person", "POST", assign+"nobody", asAmy...)
			closed("no_person", "POST", assign+"%FF", asAmy...)

			// Whatever a visitor adds.
			spoofed := append(asBen, "X-Gate-Subject", amy.Number, "X-Gate-Secret", "guess", "X-Gate-Level", "full", "X-Gate-Reason", "", "X-Forwarded-Uri", "/anything", "X-Forwarded-Method", "GET",
				"X-Forwarded-For", "127.0.0.1", "X-Forwarded-User", amy.Number, "X-Original-Url", "/anything", "X-Rewrite-Url", "/anything", "Authorization", "Bearer "+m.token, "User-Agent", "kube-probe/1.0")
			closed("pledge", "POST", claim, spoofed...)
			closed("pledge", "POST", claim+"?action=hold&subject=header", spoofed...)
			closed("pledge", "POST", assign+ben.Number+"?action=hold", spoofed...)
			for _, spelling := range []string{"/api/leads/7/claim/", "/API/leads/7/CLAIM", "/api/leads/7/%63laim", "//api//leads/7/claim", "/x/../api/leads/7/claim"} {
				closed("pledge", "POST", spelling, asBen...)
			}

			// A database that hangs, until it does not any more.
			release := occupy(m)
			began := time.Now()
			closed("unavailable", "POST", claim, asAmy...)
			if took := time.Since(began); took >= page.Deadline {
				t.Errorf("closed after %s", took)
			}
			release()
			passes("POST", claim, asAmy...)

			// What ends between two requests ends for the second.
			m.opened(amy)
			closed("suspended", "POST", claim, asAmy...)
			cid := m.Ready("Cid")
			passes("POST", assign+cid.Number, asAmy...)
			if err := m.Directory.Deactivate(m.Ctx, m.HR, cid.ID, "離職，今天最後一天"); err != nil {
				t.Fatal(err)
			}
			closed("employed", "POST", assign+cid.Number, asAmy...)
			tokens, err := m.Directory.Tokens(m.Ctx, people.System())
			if err != nil {
				t.Fatal(err)
			}
			dan := m.Ready("Dan")
			passes("POST", assign+dan.Number, asAmy...)
			for _, token := range tokens {
				if token.Name == "proxy" {
					if err := m.Directory.RevokeToken(m.Ctx, people.System(), token.ID); err != nil {
						t.Fatal(err)
					}
				}
			}
			closed("proxy_secret", "POST", assign+dan.Number, asAmy...)

			kill()
			before := behind.count()
			if r := ask("POST", assign+dan.Number, asAmy...); r.StatusCode != proxy.down || behind.count() != before {
				t.Errorf("without us: %d %s", r.StatusCode, r.body)
			}
		})
	}
}

// occupy holds every connection that can read, as a database does that does not answer.
func occupy(m *machines) (release func()) {
	done := make(chan struct{})
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			if err := m.DB.Read(m.Ctx, func(*store.Rx) error { <-done; return nil }); err != nil {
				m.Error(err)
			}
		})
	}
	time.Sleep(200 * time.Millisecond)
	return func() { close(done); all.Wait() }
}
