package page

import (
	"context"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"

	"bainian/app/locale"
	"bainian/app/people"
)

// Limits of one request.
const (
	Deadline      = 10 * time.Second
	UploadLimit   = 12 << 20 // a multipart body
	FormLimit     = 4 << 20  // a form: a megabyte of Chinese is three when percent-encoded
	BytesLimit    = 1 << 20  // a part of a file
	JSONLimit     = 1 << 20  // any other body
	headerLimit   = 8 << 10
	readTimeout   = 30 * time.Second
	writeTimeout  = 30 * time.Second
	idleTimeout   = 75 * time.Second
	sessionCookie = "session"

	// FrontingDeadline is the limit where a proxy asks in the middle of a request of its own.
	FrontingDeadline = 2 * time.Second
)

// SecretHeader carries the token of a proxy in front of a CRM. Authorization would not do: it belongs to the CRM, and
// a proxy hands on what the visitor's browser says in it.
const SecretHeader = "X-Gate-Secret"

// Directory is what the kit asks of people.Directory.
type Directory interface {
	SignIn(ctx context.Context, login, password string) (token string, p people.Person, err error)
	Session(ctx context.Context, token string) (people.Person, error)
	SignOut(ctx context.Context, token string) error
	ChangePassword(ctx context.Context, actor people.Person, current, password string) (token string, err error)
	SetLang(ctx context.Context, actor people.Person, lang locale.Lang) error
	TokenName(ctx context.Context, plain string, scope people.Scope) (string, error)
}

// SetUp is the form of the first admin.
type SetUp struct {
	Code                          string // the one-time code from the console
	Number, Name, Email, Password string
}

// Config is everything the kit needs from outside.
type Config struct {
	Catalog   *locale.Catalog
	Directory Directory
	Static    fs.FS          // the folder static/: css, js, img, vendor
	BaseURL   string         // the public address, such as https://learn.example.com; decides Origin and cookies
	Zone      *time.Location // in which times are shown
	Clock     func() time.Time
	Log       *slog.Logger

	// NeedsSetUp reports that no admin exists; DoSetUp makes the first one and opens a session. Both nil: no set-up.
	NeedsSetUp func(ctx context.Context) (bool, error)
	DoSetUp    func(ctx context.Context, s SetUp) (sessionToken string, err error)
	// DemoSignIn opens a session for a demo link's token; nil where there is no demo.
	DemoSignIn func(ctx context.Context, token string) (sessionToken string, err error)
}

// Kit holds what is made once at boot, templates and static files, and what is kept of what they drew.
type Kit struct {
	Config
	origin  string // scheme://host[:port] of BaseURL
	secure  bool
	static  *static
	base    map[locale.Lang]*template.Template // the parts
	own     *Templates                         // the kit's own pages
	layouts map[locale.Lang]*template.Template
	frames  Kept[frameKey, frame]
	drawn   Kept[switchesKey, template.HTML]
	langs   negotiated
	settled atomic.Bool // an admin exists, which no later event undoes
}

// New makes the kit; an error names the template, the key or the file that is wrong.
func New(c Config) (*Kit, error) {
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("page: the public address %q is not http://… or https://…", c.BaseURL)
	}
	c.Catalog = c.Catalog.In(c.Zone)
	k := &Kit{Config: c, origin: u.Scheme + "://" + u.Host, secure: u.Scheme == "https"}
	k.settled.Store(c.NeedsSetUp == nil)
	if k.static, err = readStatic(c.Static); err != nil {
		return nil, err
	}
	if k.base, err = k.parseBase(); err != nil {
		return nil, err
	}
	if k.layouts, err = k.parseLayouts(); err != nil {
		return nil, err
	}
	if k.own, err = k.Templates(ownFiles); err != nil {
		return nil, err
	}
	return k, nil
}

// App is a Fiber app with the kit's limits, error handler, static files and own pages; Mount adds routes to it.
func (k *Kit) App() *fiber.App {
	app := k.Bare()
	k.Mount(app, k.routes())
	return app
}

// Bare is App without the kit's own pages, for a program that has no people.
func (k *Kit) Bare() *fiber.App {
	app := fiber.New(fiber.Config{
		Immutable:             true,
		UnescapePath:          true,
		BodyLimit:             UploadLimit,
		ReadBufferSize:        headerLimit,
		ReadTimeout:           readTimeout,
		WriteTimeout:          writeTimeout,
		IdleTimeout:           idleTimeout,
		DisableStartupMessage: true,
		// A broken multipart body is then our fault to name, not a connection that ends.
		DisablePreParseMultipartForm: true,
		ErrorHandler:                 k.fail,
	})
	app.Use(k.outermost)
	app.Get("/static/:hash/*", k.static.serve)
	app.Get("/favicon.ico", k.static.favicon)
	return app
}

// Route is one line of a wing's table: what, where, who, and the handler.
type Route struct {
	Method, Path string
	Who          Who
	Do           func(*Ctx) error
}

// Mount adds routes to the app. HEAD follows GET.
func (k *Kit) Mount(app *fiber.App, routes []Route) {
	for _, r := range routes {
		app.Add(r.Method, r.Path, k.handler(r))
		if r.Method == fiber.MethodGet {
			app.Add(fiber.MethodHead, r.Path, k.handler(r))
		}
	}
}
