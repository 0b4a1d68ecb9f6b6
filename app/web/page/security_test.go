package page_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"bainian/app/people"
	"bainian/app/web/page"
)

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; worker-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

func TestHeadersOnEveryAnswer(t *testing.T) {
	s := open(t)
	for _, target := range []string{"/sign-in", "/nowhere", "/favicon.ico", "/demo/x"} {
		h := s.get(target).Header
		for name, want := range map[string]string{
			"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY",
		} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", target, name, h.Get(name))
			}
		}
	}
	if h := s.get("/sign-in").Header; h.Get("Cache-Control") != "no-store" || h.Get("Strict-Transport-Security") != "" {
		t.Errorf("headers %v", h)
	}
	safe := open(t, func(c *page.Config) { c.BaseURL = "https://learn.example.com" })
	if h := safe.get("/sign-in").Header; h.Get("Strict-Transport-Security") == "" {
		t.Error("https without HSTS")
	}
}

func TestChangesComeFromOurOwnPages(t *testing.T) {
	s := open(t)
	for name, test := range map[string]struct {
		origin, site string
		ok           bool
	}{
		"our origin, no metadata":        {base, "", true},
		"our origin, same-origin":        {base, "same-origin", true},
		"same-origin alone":              {"", "same-origin", true},
		"typed by the person":            {"", "none", true},
		"by the name in the browser":     {"http://learn.example.com", "same-origin", true},
		"neither":                        {"", "", false},
		"foreign origin":                 {"http://evil.example", "", false},
		"foreign origin, same-origin":    {"http://evil.example", "same-origin", false},
		"our origin, cross-site":         {base, "cross-site", false},
		"sister site":                    {"http://other.example.com", "same-site", false},
		"no origin to speak of":          {"null", "", false},
		"our origin as a prefix":         {base + ".evil.example", "", false},
		"our origin on another port":     {base + ":8081", "", false},
		"our origin with another scheme": {"https://learn.example.com", "", false},
		"made-up metadata":               {base, "sure", false},
	} {
		a := s.post("/preferences", url.Values{"theme": {"dark"}}, "Origin", test.origin, "Sec-Fetch-Site", test.site, "Accept-Language", "en")
		if test.ok {
			s.want(a, http.StatusSeeOther)
		} else {
			s.want(a, http.StatusForbidden, base)
			if len(a.Cookies()) > 0 {
				t.Errorf("%s: refused, and yet it changed something", name)
			}
		}
		if t.Failed() {
			t.Fatal(name)
		}
	}
	for _, method := range []string{"PUT", "PATCH", "DELETE"} {
		s.kit.Mount(s.app, []page.Route{{method, "/thing", page.Anyone, func(c *page.Ctx) error { return c.SendStatus(204) }}})
		s.want(s.send(method, "/thing", nil, "Origin", ""), http.StatusForbidden)
		s.want(s.send(method, "/thing", nil), http.StatusNoContent)
	}
}

func TestTextThatCannotBeStored(t *testing.T) {
	s := open(t)
	echo := func(c *page.Ctx) error { return c.SendString(c.Form("a")) }
	s.kit.Mount(s.app, []page.Route{{"GET", "/things/:name", page.Anyone, echo}, {"POST", "/things/:name", page.Anyone, echo}})
	form, json := []string{"Content-Type", "application/x-www-form-urlencoded"}, []string{"Content-Type", "application/json"}
	post := func(target, body string, headers []string) answer {
		return s.send("POST", target, strings.NewReader(body), headers...)
	}
	for name, a := range map[string]answer{
		"NUL in the path":         s.get("/things/a%00b"),
		"bad UTF-8 in the path":   s.get("/things/%ff"),
		"NUL in the query":        s.get("/things/a?q=%00"),
		"bad UTF-8 in a name":     s.get("/things/a?%c3%28=1"),
		"NUL in a form":           post("/things/a", "a=x%00", form),
		"bad UTF-8 in a form":     post("/things/a", "a=%e8%aa", form),
		"bad UTF-8 in JSON":       post("/things/a", "{\"a\":\"\xff\"}", json),
		"NUL escaped in JSON":     post("/things/a", `{"a":"\u0000"}`, json),
		"NUL after a backslash":   post("/things/a", `{"a":"\\\u0000"}`, json),
		"a broken multipart body": post("/things/a", "--nothing", []string{"Content-Type", "multipart/form-data; boundary=x"}),
	} {
		if a.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: status %d %s", name, a.StatusCode, a.text)
		}
	}
	s.want(post("/things/a", `{"a":"\\u0000"}`, json), 200)
	s.want(post("/things/a", "a=%E7%99%BE%E5%B9%B4", form), 200, "百年")
	s.want(s.get("/things/%E8%AA%B2?q=%E8%AA%B2"), 200)
	s.want(post("/things/a", "a="+strings.Repeat("x", page.FormLimit), form), http.StatusRequestEntityTooLarge, "4 MB")
	s.want(post("/things/a", `"`+strings.Repeat("x", page.JSONLimit)+`"`, json), http.StatusRequestEntityTooLarge, `"key":"page.too_large"`)
}

func TestUpload(t *testing.T) {
	s := open(t)
	s.kit.Mount(s.app, []page.Route{{"POST", "/import", page.Anyone, func(c *page.Ctx) error {
		name, data, err := c.Upload("file")
		if err != nil {
			return err
		}
		return c.SendString(c.Form("note") + " " + name + " " + string(data))
	}}})
	send := func(fileName, note string, data []byte) answer {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		if err := w.WriteField("note", note); err != nil {
			t.Fatal(err)
		}
		part, err := w.CreateFormFile("file", fileName)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(data); err != nil || w.Close() != nil {
			t.Fatal(err)
		}
		return s.send("POST", "/import", &b, "Content-Type", w.FormDataContentType(), "Accept-Language", "en")
	}
	s.want(send("people.csv", "第一批", []byte("number,name")), 200, "第一批 people.csv number,name")
	s.want(send("people.csv", "", nil), 422, "Choose a file")
	s.want(send("people.csv", "\x00", []byte("x")), 400)
}

func TestStatic(t *testing.T) {
	s := open(t)
	page := s.get("/sign-in").text
	_, rest, _ := strings.Cut(page, `<link rel="stylesheet" href="`)
	address, _, _ := strings.Cut(rest, `"`)
	if !strings.HasPrefix(address, "/static/") {
		t.Fatal(page)
	}
	css := s.get(address)
	s.want(css, 200, "--paper")
	if cc := css.Header.Get("Cache-Control"); !strings.Contains(cc, "immutable") || !strings.HasPrefix(css.Header.Get("Content-Type"), "text/css") {
		t.Errorf("%v", css.Header)
	}
	s.want(s.get(address, "If-None-Match", css.Header.Get("ETag")), 304)
	if zipped := s.get(address, "Accept-Encoding", "gzip"); zipped.Header.Get("Content-Encoding") != "gzip" || len(zipped.text) >= len(css.text) {
		t.Error("the style sheet is not compressed")
	}
	old := s.get("/static/0123456789ab/css/bainian.css")
	if s.want(old, 200); old.Header.Get("Cache-Control") != "no-cache" {
		t.Error("an older build's address must not be kept")
	}
	s.want(s.get("/static/x/../../go.mod"), 404)
	s.want(s.get("/static/x/%2e%2e/%2e%2e/go.mod"), 404)
	s.want(s.get("/static/x/none.css"), 404)
	s.want(s.get("/favicon.ico"), 200, "<svg")
}

func TestRailShowsTheUnionOfRoles(t *testing.T) {
	s := open(t)
	wing, err := s.kit.Templates(gallery)
	if err != nil {
		t.Fatal(err)
	}
	s.kit.Mount(s.app, []page.Route{{"GET", "/*", page.SignedIn, func(c *page.Ctx) error {
		return c.Page(wing, "plain", &plainView{Base: page.Base{Title: "x"}})
	}}})
	_, both := s.hire("E-Wen", "Wen", people.Trainer, people.Manager, people.Admin)
	a := s.get("/studio/banks/values", append(cookie("session", both), "Accept-Language", "en")...)
	s.want(a, 200, `href="/studio/banks" aria-current="page"`, `href="/board"`, "More", "Wen")
	if strings.Contains(a.text, `href="/cases"`) || strings.Count(a.text, `aria-current="page"`) != 1 {
		t.Error(a.text)
	}
	_, hire := s.hire("E-Amy", "Amy", people.NewHire)
	a = s.get("/", cookie("session", hire)...)
	s.want(a, 200, "我的進度", "課程", "考試", "線索")
	if strings.Contains(a.text, "<details") {
		t.Error("four places need no more")
	}
}
