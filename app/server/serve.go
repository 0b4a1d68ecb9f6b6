package server

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/web"
	"bainian/app/web/page"
)

// serveCommand runs the site until it is interrupted, then stops taking work and commits what it has.
func serveCommand(ctx context.Context, p program) int {
	var asJSON bool
	c, rest, status, ok := p.configure(func(f *flag.FlagSet) {
		f.BoolVar(&asJSON, "json", false, "with -demo: print one line of JSON on standard output once listening")
	})
	if !ok {
		return status
	}
	c.JSON = asJSON
	if len(rest) > 0 {
		return p.fail(fmt.Errorf("%w: unexpected %q", errUsage, rest[0]), exitUsage)
	}
	if asJSON && !c.Demo {
		return p.fail(fmt.Errorf("%w: -json goes with -demo", errUsage), exitUsage)
	}
	if err := serve(ctx, c, p); err != nil {
		return p.fail(err, exitFailed)
	}
	return exitOK
}

// serve opens everything, listens, and returns when ctx ends and all that was begun is committed.
func serve(ctx context.Context, c Config, p program) error {
	began := time.Now()
	log := p.log(slog.LevelInfo)
	say := func(format string, args ...any) { fmt.Fprintf(p.err, format+"\n", args...) }
	say("百年大計 Bainian %s", Version)
	say("  database  %s", redacted(c.DB))

	clock := &clock{}
	h, err := OpenHouse(ctx, c, filesOf(c), clock.now, log)
	if err != nil {
		return err
	}
	defer h.Close()
	say("  key       %s", h.Signer.Public())
	loaded, problems, err := h.Load(ctx)
	if err != nil {
		return err
	}
	catalog, err := locale.Load()
	if err != nil {
		return err
	}
	say("  content   %d new, %d changed, %d as before, %d in conflict", len(loaded.New), len(loaded.Updated), len(loaded.Unchanged), len(loaded.Conflicts))
	for _, q := range problems {
		say("  problem   %s", problemLine(catalog, q))
	}

	if lines, err := h.bringHome(ctx, glassLogOf(c.Snapshot)); err != nil {
		log.Error("the log of the break-glass", "error", err)
	} else if lines > 0 {
		say("  glass     %d lines of what was decided without the database are on record now", lines)
	}

	var links *demoLinks
	if c.Demo {
		say("  demo      furnishing a demonstration company …")
		if links, err = furnish(ctx, h, clock); err != nil {
			return fmt.Errorf("furnishing the demonstration: %w", err)
		}
	}
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	c.reachedAt(listener.Addr())
	site, err := newSite(c, h, catalog, clock.now, log, links, say)
	if err != nil {
		return err
	}
	app, err := site.App()
	if err != nil {
		return err
	}
	working, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	var background sync.WaitGroup
	background.Go(func() {
		if err := h.Queue.Run(working); err != nil && !errors.Is(err, context.Canceled) {
			log.Error("queue", "error", err)
		}
	})
	background.Go(func() { h.keepLogbook(working, log) })
	if c.Snapshot != noSnapshot {
		background.Go(func() { h.keepSnapshot(working, c.Snapshot, log) })
	}
	served := make(chan error, 1)
	go func() { served <- app.Listener(listener) }()
	debug.FreeOSMemory() // loading took far more than serving will
	collectLess()
	say("  ready     %s  (%d ms)", c.URL, time.Since(began).Milliseconds())
	if links != nil {
		if err := links.announce(p, c); err != nil {
			return err
		}
	}

	var failure error
	select {
	case <-ctx.Done():
		say("stopping: no new work is taken, what was begun is finished")
	case failure = <-served:
	}
	if err := app.ShutdownWithTimeout(10 * time.Second); err != nil {
		log.Warn("some connections were cut", "error", err)
	}
	stopWork()
	background.Wait()
	return failure
}

// garbage is how much of it is let grow: four times what is live, as long as that is little. Almost all that a request
// makes dies with it; collected less often, 64 candidates flat out saved a quarter more answers a second.
const (
	garbage     = 400       // per cent
	memoryLimit = 256 << 20 // from here on it is collected as often as it takes
)

// collectLess leaves the choice to whoever runs the program, if they made one.
func collectLess() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(garbage)
		debug.SetMemoryLimit(memoryLimit)
	}
}

// newSite is the web with its hooks: first admin and demonstration links.
func newSite(c Config, h *House, catalog *locale.Catalog, now func() time.Time, log *slog.Logger, links *demoLinks, say func(string, ...any)) (*web.Site, error) {
	static, err := fs.Sub(h.Files, "static")
	if err != nil {
		return nil, err
	}
	config := page.Config{Catalog: catalog, Directory: h.Directory, Static: static, BaseURL: c.URL, Zone: c.location(), Clock: now, Log: log}
	code := ""
	if exists, err := h.Directory.HasAdmin(context.Background()); err != nil {
		return nil, err
	} else if !exists {
		code = secret(10)
		say("  set-up    no admin exists yet: open %s/setup and enter this one-time code:  %s", c.URL, code)
		config.NeedsSetUp = func(ctx context.Context) (bool, error) {
			exists, err := h.Directory.HasAdmin(ctx)
			return !exists, err
		}
		config.DoSetUp = func(ctx context.Context, s page.SetUp) (string, error) { return h.setUp(ctx, s, code) }
	}
	if links != nil {
		config.DemoSignIn = func(ctx context.Context, token string) (string, error) { return links.signIn(ctx, h.Directory, token) }
	}
	return &web.Site{Config: config, DB: h.DB, Directory: h.Directory, Shelf: h.Shelf, Roster: h.Roster, Library: h.Library,
		Room: h.Room, Rehearsals: h.Rehearsals, Ledger: h.Ledger, Witnesses: h.Witnesses, Desk: h.Desk, Keeper: h.Keeper, Grants: h.Grants, Pool: h.Pool, Diary: h.Diary,
		Office: h.Office, CRM: h.CRM, Files: h.Files, Backlog: h.Queue.Backlog, Unsent: h.unsent, Drift: h.drift()}, nil
}

// setUp makes the first admin for whoever has read the code off the console.
func (h *House) setUp(ctx context.Context, s page.SetUp, code string) (string, error) {
	given := strings.ToUpper(strings.TrimSpace(s.Code))
	if subtle.ConstantTimeCompare([]byte(given), []byte(code)) != 1 {
		return "", fault.New(fault.Forbidden, "server.wrong_code").In("code")
	}
	p, err := h.Directory.SetUp(ctx, people.NewPerson{Number: s.Number, Name: s.Name, Email: s.Email}, s.Password)
	if err != nil {
		return "", err
	}
	return h.Directory.SignInAs(ctx, p.ID)
}

// redacted is a database address without its secrets: the password may stand before the host or, like the
// passphrase of a key, among the parameters.
func redacted(db string) string {
	if strings.HasPrefix(db, "sqlite:") {
		return db
	}
	address, err := url.Parse(db)
	if err != nil {
		return "postgres://…" // what cannot be read cannot be redacted
	}
	address.RawQuery = ""
	return address.Redacted()
}

func problemLine(catalog *locale.Catalog, p fault.Problem) string {
	text := catalog.T(locale.En, p.Key, p.Args...)
	if p.Item != "" {
		text = p.Item + ": " + text
	}
	switch {
	case p.File == "":
		return text
	case p.Line == 0:
		return fmt.Sprintf("%s: %s", p.File, text)
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, text)
}

// problemJSON is a problem as scripts read it.
type problemJSON struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Item    string `json:"item"`
	Key     string `json:"key"`
	Message string `json:"message"`
}

func (p program) printProblems(catalog *locale.Catalog, problems fault.Problems, asJSON bool) error {
	encoder := json.NewEncoder(p.out)
	encoder.SetEscapeHTML(false)
	for _, q := range problems {
		if !asJSON {
			fmt.Fprintln(p.out, problemLine(catalog, q))
			continue
		}
		if err := encoder.Encode(problemJSON{q.File, q.Line, q.Item, q.Key, catalog.T(locale.En, q.Key, q.Args...)}); err != nil {
			return err
		}
	}
	return nil
}
