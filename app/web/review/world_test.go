package review_test

import (
	"bytes"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"bainian/app/apptest"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
	"bainian/app/web/page"
	"bainian/app/web/page/pagetest"
	"bainian/app/web/review"
)

// site is the wing over a furnished world.
type site struct {
	*apptest.World
	app *fiber.App
}

// open is the site as it stands after whatever is to be done before it opens.
func open(t *testing.T, before ...func(*site)) *site {
	t.Helper()
	s := &site{World: apptest.New(t, store.SQLite)}
	for _, f := range before {
		f(s)
	}
	catalog, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	kit, err := page.New(page.Config{Catalog: catalog, Directory: s.Directory, Static: os.DirFS("../../../static"), BaseURL: "http://localhost",
		Zone: s.Keeper.Zone(), Clock: s.Clock.Now, Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))})
	if err != nil {
		t.Fatal(err)
	}
	s.app = kit.App()
	if err := review.Mount(s.app, kit, s.Directory, s.Roster, s.Library, s.Shelf, s.Room, s.Desk, s.Keeper, s.Pool, s.Office, s.CRM); err != nil {
		t.Fatal(err)
	}
	return s
}

// browser is one person's, in one language.
type browser struct {
	*site
	session string
	lang    locale.Lang
	origin  string
}

func (s *site) as(p people.Person) browser {
	s.Helper()
	token, err := s.Directory.SignInAs(s.Ctx, p.ID)
	if err != nil {
		s.Fatal(err)
	}
	return browser{s, token, locale.Hant, "http://localhost"}
}

func (b browser) in(lang locale.Lang) browser {
	b.lang = lang
	return b
}

// get is the page at a path, which must come with that status and be well made.
func (b browser) get(path string, status int) string {
	b.Helper()
	html, _ := b.do(httptest.NewRequest("GET", path, nil), status)
	return html
}

// post sends a form and gives the page, or where it leads.
func (b browser) post(path string, status int, pairs ...string) (html, location string) {
	b.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r, status)
}

// upload sends a form with a file.
func (b browser) upload(path string, status int, name, content string, pairs ...string) (html, location string) {
	b.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if name != "" {
		file, err := form.CreateFormFile("file", name)
		if err != nil {
			b.Fatal(err)
		}
		io.WriteString(file, content)
	}
	for i := 0; i < len(pairs); i += 2 {
		form.WriteField(pairs[i], pairs[i+1])
	}
	form.Close()
	r := httptest.NewRequest("POST", path, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return b.do(r, status)
}

func (b browser) do(r *http.Request, status int) (html, location string) {
	b.Helper()
	r.Header.Set("Cookie", "session="+b.session+"; lang="+string(b.lang))
	r.Header.Set("Origin", b.origin)
	r.Header.Set("Accept", "text/html")
	answer, err := b.app.Test(r, -1)
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.Fatal(err)
	}
	if answer.StatusCode != status {
		b.Fatalf("%s %s: status %d, want %d\n%s", r.Method, r.URL, answer.StatusCode, status, words(string(body)))
	}
	if strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
		pagetest.Check(b, string(body))
	}
	return string(body), answer.Header.Get("Location")
}

// words are what follows a page's beginning of its main content.
func words(html string) string {
	_, main, found := strings.Cut(html, `id="main"`)
	if !found {
		return html
	}
	return main
}

func has(t testing.TB, html string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(html, text) {
			t.Errorf("the page lacks %q:\n%s", text, words(html))
		}
	}
}

func lacks(t testing.TB, html string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(html, text) {
			t.Errorf("the page has %q:\n%s", text, words(html))
		}
	}
}
