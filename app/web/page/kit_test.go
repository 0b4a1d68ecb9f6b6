package page_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gofiber/fiber/v2"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store/storetest"
	"bainian/app/web/page"
	"bainian/app/web/page/pagetest"
)

const base = "http://learn.example.com"

// site is a kit on a real database, with its app and what it logged.
type site struct {
	*testing.T
	kit  *page.Kit
	app  *fiber.App
	dir  *people.Directory
	logs *bytes.Buffer
}

// open makes a site; change may alter what its kit is made with.
func open(t *testing.T, change ...func(*page.Config)) *site {
	t.Helper()
	db, clock := storetest.SQLite(t, people.Schema())
	s := &site{T: t, dir: people.New(db), logs: &bytes.Buffer{}}
	c := config(t, s.dir, clock.Now, slog.New(slog.NewTextHandler(s.logs, nil)))
	for _, f := range change {
		f(&c)
	}
	kit, err := page.New(c)
	if err != nil {
		t.Fatal(err)
	}
	s.kit, s.app = kit, kit.App()
	return s
}

func config(t testing.TB, dir page.Directory, clock func() time.Time, log *slog.Logger) page.Config {
	catalog, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Asia/Taipei")
	if err != nil {
		t.Fatal(err)
	}
	return page.Config{Catalog: catalog, Directory: dir, Static: os.DirFS("../../../static"), BaseURL: base, Zone: zone, Clock: clock, Log: log}
}

// hire makes a person and signs them in.
func (s *site) hire(number, name string, roles ...people.Role) (people.Person, string) {
	s.Helper()
	ctx := context.Background()
	p, err := s.dir.Create(ctx, people.System(), people.NewPerson{Number: number, Name: name, Email: number + "@example.com", Roles: roles})
	if err != nil {
		s.Fatal(err)
	}
	token, err := s.dir.SignInAs(ctx, p.ID)
	if err != nil {
		s.Fatal(err)
	}
	return p, token
}

// answer is a response with its body read.
type answer struct {
	*http.Response
	text string
}

// send makes a request; headers are name, value pairs. A request that changes something comes from our own page
// unless a header says otherwise.
func (s *site) send(method, target string, body io.Reader, headers ...string) answer {
	s.Helper()
	r := httptest.NewRequest(method, "http://placeholder/", body)
	u, err := url.ParseRequestURI(target)
	if err != nil {
		s.Fatal(err)
	}
	r.URL, r.RequestURI, r.Host = u, target, "learn.example.com"
	if method != http.MethodGet {
		r.Header.Set("Origin", base)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if r.Header.Set(headers[i], headers[i+1]); headers[i+1] == "" {
			r.Header.Del(headers[i])
		}
	}
	response, err := s.app.Test(r, -1)
	if err != nil {
		s.Fatal(err)
	}
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.Fatal(err)
	}
	return answer{response, string(text)}
}

func (s *site) get(target string, headers ...string) answer {
	s.Helper()
	return s.send(http.MethodGet, target, nil, headers...)
}

func (s *site) post(target string, form url.Values, headers ...string) answer {
	s.Helper()
	return s.send(http.MethodPost, target, strings.NewReader(form.Encode()), append([]string{"Content-Type", "application/x-www-form-urlencoded"}, headers...)...)
}

// want fails the test unless the status is that one and the page says all of these.
func (s *site) want(a answer, status int, words ...string) {
	s.Helper()
	if a.StatusCode != status {
		s.Errorf("status %d, want %d: %s\n%s", a.StatusCode, status, a.text, s.logs)
	}
	for _, w := range words {
		if !strings.Contains(a.text, w) {
			s.Errorf("the answer does not say %q: %s", w, a.text)
		}
	}
	if strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") && strings.Contains(a.text, "<body") {
		pagetest.Check(s.T, a.text)
	}
}

func reader(text string) io.Reader { return strings.NewReader(text) }

func ours(key string) bool { return strings.HasPrefix(key, "page.") }

// places are a message's {places}, sorted.
func places(text string) string {
	found := regexp.MustCompile(`\{\w+\}`).FindAllString(text, -1)
	slices.Sort(found)
	return strings.Join(slices.Compact(found), " ")
}

func cookie(name, value string) []string { return []string{"Cookie", name + "=" + value} }

func TestBootRefusesWhatLeadsNowhere(t *testing.T) {
	s := open(t)
	for name, test := range map[string]struct{ text, want string }{
		"template":  {`{{template "nowhere" .}}`, `no template "nowhere"`},
		"message":   {`{{if .Title}}{{t "page.nothing"}}{{end}}`, `no message "page.nothing"`},
		"static":    {`{{static "css/none.css"}}`, `no static file "css/none.css"`},
		"icon":      {`{{icon "none"}}`, `no icon "none"`},
		"in a pipe": {`{{with dict "A" (t "page.nothing")}}{{end}}`, `no message "page.nothing"`},
		"syntax":    {`{{if}}`, "templates/x.html"},
	} {
		_, err := s.kit.Templates(fstest.MapFS{"templates/x.html": {Data: []byte(test.text)}})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one with %s", name, err, test.want)
		}
	}
	if _, err := s.kit.Templates(fstest.MapFS{"templates/x.html": {Data: []byte(`{{template "row" .}}`)}, "templates/_row.html": {Data: []byte(`{{t "page.brand"}}`)}}); err != nil {
		t.Error(err)
	}
}

func TestBootRefusesPublicAddress(t *testing.T) {
	for _, address := range []string{"", "learn.example.com", "ftp://x", "http://"} {
		c := config(t, nil, time.Now, slog.Default())
		c.BaseURL = address
		if _, err := page.New(c); err == nil {
			t.Errorf("%q was taken for a public address", address)
		}
	}
}

func TestWho(t *testing.T) {
	s := open(t)
	_, trainer := s.hire("E-Tian", "Tian", people.Trainer)
	_, hire := s.hire("E-Amy", "Amy", people.NewHire)
	plain, err := s.dir.NewToken(context.Background(), people.System(), "crm")
	if err != nil {
		t.Fatal(err)
	}
	ok := func(c *page.Ctx) error { return c.SendString("in as " + c.Person.Name + c.Machine) }
	s.kit.Mount(s.app, []page.Route{
		{"GET", "/always", page.Always, ok},
		{"GET", "/anyone", page.Anyone, ok},
		{"GET", "/signed-in", page.SignedIn, ok},
		{"GET", "/studio", page.Only(people.Trainer, people.Admin), ok},
		{"POST", "/machine", page.Machine, ok},
	})
	session := func(token string) []string { return cookie("session", token) }
	s.want(s.get("/always"), 200, "in as ")
	s.want(s.get("/anyone", session(trainer)...), 200, "in as Tian")
	s.want(s.get("/anyone", session("forged")...), 200, "in as ")
	s.want(s.get("/signed-in", session(hire)...), 200, "in as Amy")
	s.want(s.get("/studio", session(trainer)...), 200, "in as Tian")
	s.want(s.get("/studio", session(hire)...), 403, "角色")
	if a := s.get("/studio?x=1"); a.StatusCode != 303 || a.Header.Get("Location") != "/sign-in?next=%2Fstudio%3Fx%3D1" {
		t.Errorf("anonymous: %d to %s", a.StatusCode, a.Header.Get("Location"))
	}
	s.want(s.send("HEAD", "/studio", nil, session(trainer)...), 200)
	s.want(s.send("POST", "/machine", nil, "Authorization", "Bearer "+plain, "Origin", ""), 200, "in as crm")
	s.want(s.send("POST", "/machine", nil, "Authorization", "Bearer bn_FORGED"), 401, `"kind":"unauthenticated"`)
	s.want(s.send("POST", "/machine", nil, session(trainer)...), 401, `"key":"page.token_missing"`)
}

func TestPanicIsAnErrorPageAndALogLine(t *testing.T) {
	s := open(t)
	s.want(s.get("/sign-in"), 200, "")
	if s.logs.Len() > 0 {
		t.Errorf("a request that went well is in the log: %s", s.logs)
	}
	s.kit.Mount(s.app, []page.Route{{"GET", "/panic", page.Anyone, func(*page.Ctx) error { panic("the secret of the house") }}})
	a := s.get("/panic", "Accept-Language", "en")
	s.want(a, 500, "Something broke")
	if strings.Contains(a.text, "secret") || !strings.Contains(s.logs.String(), "secret") || !strings.Contains(s.logs.String(), "status=500") {
		t.Errorf("the panic belongs in the log alone: %s\n%s", a.text, s.logs)
	}
}

// brokenDirectory panics as soon as it is asked about a session.
type brokenDirectory struct{ page.Directory }

func (brokenDirectory) Session(context.Context, string) (people.Person, error) {
	panic("the secret of the house")
}

// TestPanicWhileFailing: making an error page looks at the session, too, and must not end the program.
func TestPanicWhileFailing(t *testing.T) {
	s := open(t, func(c *page.Config) { c.Directory = brokenDirectory{c.Directory} })
	a := s.get("/nowhere", cookie("session", "x")...)
	s.want(a, 500)
	if strings.Contains(a.text, "secret") || !strings.Contains(s.logs.String(), "error page failed") {
		t.Errorf("the panic belongs in the log alone: %s\n%s", a.text, s.logs)
	}
}

func TestErrorsByWhoAsks(t *testing.T) {
	s := open(t)
	var problems fault.Problems
	problems.Add("people.csv", 3, "E-7", "page.not_a_number", "value", "x")
	s.kit.Mount(s.app, []page.Route{
		{"GET", "/busy", page.Anyone, func(*page.Ctx) error { return fault.New(fault.Busy, "page.too_slow") }},
		{"GET", "/late", page.Anyone, func(*page.Ctx) error { return context.DeadlineExceeded }},
		{"GET", "/problems", page.Anyone, func(*page.Ctx) error { return problems }},
		{"GET", "/halfway", page.Anyone, func(c *page.Ctx) error {
			if err := c.SendString("half a page"); err != nil {
				return err
			}
			return io.ErrUnexpectedEOF
		}},
	})
	s.want(s.get("/problems", "Accept-Language", "en"), 422, "people.csv", "line 3", "E-7", "not a whole number")
	s.want(s.get("/problems", "Accept", "application/json", "Accept-Language", "en"), 422, `"kind":"invalid"`, `"line":3`, `"item":"E-7"`, `"key":"page.not_a_number"`, `not a whole number`)
	part := s.get("/problems", "HX-Request", "true")
	s.want(part, 422, "people.csv")
	if part.Header.Get("HX-Retarget") != "#notice" || strings.Contains(part.text, "<body") {
		t.Errorf("htmx wants a notice: %v %s", part.Header, part.text)
	}
	s.want(s.get("/nowhere", "Accept-Language", "zh-CN"), 404, "找不到这一页")
	s.want(s.get("/late"), 503)
	busy := s.get("/busy")
	s.want(busy, 503)
	if busy.Header.Get("Retry-After") == "" {
		t.Error("busy without Retry-After")
	}
	if a := s.get("/halfway"); a.StatusCode != 500 || strings.Contains(a.text, "half a page") {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
}
