package page_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/web/page"
)

const password = "a path of ten thousand li"

func TestSignInAndOut(t *testing.T) {
	s := open(t)
	p, _ := s.hire("E-Amy", "Amy", people.NewHire)
	if err := s.dir.SetPassword(context.Background(), people.System(), p.ID, password); err != nil {
		t.Fatal(err)
	}
	s.want(s.get("/sign-in?next=/exams", "Accept-Language", "en"), 200, `value="/exams"`, "Sign in")
	wrong := s.post("/sessions", url.Values{"login": {"e-amy@example.com"}, "password": {"wrong"}, "next": {"/exams"}})
	s.want(wrong, 401, `value="e-amy@example.com"`, `value="/exams"`, `role="alert"`)
	in := s.post("/sessions", url.Values{"login": {"E-Amy"}, "password": {password}, "next": {"/exams?x=1"}})
	if in.StatusCode != 303 || in.Header.Get("Location") != "/exams?x=1" {
		t.Fatalf("%d %s", in.StatusCode, in.text)
	}
	c := in.Cookies()[0]
	if c.Name != "session" || !c.HttpOnly || c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" {
		t.Errorf("cookie %+v", c)
	}
	session := cookie("session", c.Value)
	if a := s.get("/sign-in", session...); a.StatusCode != 303 || a.Header.Get("Location") != "/" {
		t.Errorf("signed in already: %d %s", a.StatusCode, a.Header.Get("Location"))
	}
	out := s.post("/sessions/end", nil, session...)
	s.want(out, 303)
	if _, err := s.dir.Session(context.Background(), c.Value); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("the session lives on: %v", err)
	}
	var flash string
	for _, c := range out.Cookies() {
		if c.Name == "flash" {
			flash = c.Value
		}
	}
	bye := s.get("/sign-in", append(cookie("flash", flash), "Accept-Language", "en")...)
	s.want(bye, 200, "You have signed out.")
	if c := bye.Cookies(); len(c) != 1 || c[0].Name != "flash" || c[0].Value != "" {
		t.Errorf("the message is not taken: %+v", c)
	}
}

func TestOwnPassword(t *testing.T) {
	s := open(t)
	p, _ := s.hire("E-Amy", "Amy", people.NewHire)
	if err := s.dir.SetPassword(context.Background(), people.System(), p.ID, password); err != nil {
		t.Fatal(err)
	}
	old, err := s.dir.SignInAs(context.Background(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	session := append(cookie("session", old), "Accept-Language", "en")
	s.want(s.get("/account", session...), 200, "Change password", "E-Amy")
	change := func(current, next string) answer {
		return s.post("/account/password", url.Values{"current": {current}, "password": {next}}, session...)
	}
	s.want(change("wrong", "another path of ten thousand"), 401, `role="alert"`)
	s.want(change(password, "short"), 422, `role="alert"`)
	done := change(password, "another path of ten thousand")
	s.want(done, 303)
	if _, err := s.dir.Session(context.Background(), old); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("the other sessions live on: %v", err)
	}
	fresh := ""
	for _, c := range done.Cookies() {
		if c.Name == "session" {
			fresh = c.Value
		}
	}
	s.want(s.get("/account", cookie("session", fresh)...), 200)
}

func TestSessionCookieOverHTTPS(t *testing.T) {
	s := open(t, func(c *page.Config) { c.BaseURL = "https://learn.example.com" })
	p, _ := s.hire("E-Amy", "Amy", people.Trainer)
	if err := s.dir.SetPassword(context.Background(), people.System(), p.ID, password); err != nil {
		t.Fatal(err)
	}
	in := s.post("/sessions", url.Values{"login": {"E-Amy"}, "password": {password}}, "Origin", "https://learn.example.com")
	if in.StatusCode != 303 || in.Header.Get("Location") != "/studio" {
		t.Fatalf("%d %s", in.StatusCode, in.Header.Get("Location"))
	}
	if c := in.Cookies()[0]; c.Name != "__Host-session" || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" {
		t.Errorf("cookie %+v", c)
	}
}

func TestNextStaysOnThisSite(t *testing.T) {
	s := open(t)
	for _, to := range []string{"//evil.example", "https://evil.example", `/\evil.example`, "/\t/evil.example", "javascript:alert(1)", ""} {
		if a := s.post("/preferences", url.Values{"theme": {"dark"}, "to": {to}}); a.Header.Get("Location") != "/" {
			t.Errorf("%q leads to %s", to, a.Header.Get("Location"))
		}
	}
}

func TestPreferences(t *testing.T) {
	s := open(t)
	p, token := s.hire("E-Amy", "Amy", people.NewHire)
	a := s.post("/preferences", url.Values{"lang": {"en"}, "to": {"/sign-in?next=/exams"}}, cookie("session", token)...)
	if a.StatusCode != 303 || a.Header.Get("Location") != "/sign-in?next=/exams" {
		t.Errorf("%d %s", a.StatusCode, a.Header.Get("Location"))
	}
	if p, err := s.dir.Person(context.Background(), p.ID); err != nil || p.Lang != locale.En {
		t.Errorf("language %q, %v", p.Lang, err)
	}
	s.want(s.get("/sign-in", cookie("lang", "zh-Hans")...), 200, `lang="zh-Hans"`, "登录")
	s.want(s.get("/sign-in", "Accept-Language", "fr"), 200, `<html lang="zh-Hant">`)
	s.want(s.get("/sign-in", cookie("theme", "dark")...), 200, `data-theme="dark"`)
	if a := s.get("/sign-in", cookie("theme", "\"><script>")...); strings.Contains(a.text, "data-theme") {
		t.Error(a.text)
	}
	s.want(s.post("/preferences", url.Values{"theme": {"dark"}}, "Accept", "application/json"), http.StatusNoContent)
	if a := s.get("/sign-in", cookie("flash", "eyJrIjoiPHNjcmlwdD4ifQ")...); strings.Contains(a.text, "class=\"flash\"") {
		t.Error("a made-up message is shown")
	}
}

func TestDemoLink(t *testing.T) {
	s := open(t)
	s.want(s.get("/demo/anything"), 404)
	var amy string
	demo := open(t, func(c *page.Config) {
		c.DemoSignIn = func(_ context.Context, token string) (string, error) {
			if token != "for-the-trainer" {
				return "", fault.New(fault.NotFound, "page.not_found")
			}
			return amy, nil
		}
	})
	_, amy = demo.hire("E-Amy", "Amy", people.Trainer)
	a := demo.get("/demo/for-the-trainer")
	if a.StatusCode != 303 || a.Header.Get("Location") != "/studio" || a.Cookies()[0].Value != amy {
		t.Errorf("%d %s", a.StatusCode, a.Header.Get("Location"))
	}
	demo.want(demo.get("/demo/other"), 404)
}

func TestSetUpComesFirst(t *testing.T) {
	var s *site
	s = open(t, func(c *page.Config) {
		c.NeedsSetUp = func(ctx context.Context) (bool, error) {
			has, err := s.dir.HasAdmin(ctx)
			return !has, err
		}
		c.DoSetUp = func(ctx context.Context, f page.SetUp) (string, error) {
			if f.Code != "4711" {
				return "", fault.New(fault.Invalid, "page.not_a_number", "value", f.Code).In("code")
			}
			p, err := s.dir.SetUp(ctx, people.NewPerson{Number: f.Number, Name: f.Name, Email: f.Email}, f.Password)
			if err != nil {
				return "", err
			}
			return s.dir.SignInAs(ctx, p.ID)
		}
	})
	s.kit.Mount(s.app, []page.Route{
		{"GET", "/healthz", page.Always, func(c *page.Ctx) error { return c.SendString("ok") }},
		{"GET", "/", page.SignedIn, func(c *page.Ctx) error { return c.SendString("home") }},
	})
	s.want(s.get("/healthz"), 200, "ok")
	for _, target := range []string{"/", "/sign-in", "/demo/x"} {
		if a := s.get(target); a.StatusCode != 303 || a.Header.Get("Location") != "/setup" {
			t.Errorf("%s: %d to %s", target, a.StatusCode, a.Header.Get("Location"))
		}
	}
	s.want(s.get("/", "Accept", "application/json"), 503, `"key":"page.set_up_first"`)
	s.want(s.get("/setup", "Accept-Language", "en"), 200, "It begins here.")
	form := url.Values{"code": {"1"}, "number": {"E-1"}, "name": {"Ada"}, "email": {"ada@example.com"}, "password": {password}}
	again := s.post("/setup", form)
	s.want(again, 422, `value="Ada"`, `aria-invalid="true"`)
	if strings.Contains(again.text, password) {
		t.Error("the password comes back in the page")
	}
	form.Set("code", "4711")
	done := s.post("/setup", form)
	if done.StatusCode != 303 || done.Header.Get("Location") != "/people" {
		t.Fatalf("%d %s", done.StatusCode, done.text)
	}
	s.want(s.get("/", cookie("session", done.Cookies()[0].Value)...), 200, "home")
	if a := s.get("/setup"); a.StatusCode != 303 {
		t.Errorf("the set-up is still open: %d", a.StatusCode)
	}
	s.want(s.post("/setup", form), 409)
}
