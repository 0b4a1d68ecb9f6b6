// Package api is the wing of machines: the gate's decisions by the AuthZEN Authorization API 1.0, by forward auth and as
// grants to check off-line, with the page that shows how to connect a CRM to them; rehearsals of the exam room; and the
// probes of whoever keeps the program running.
package api

import (
	"context"
	"text/template"

	"github.com/gofiber/fiber/v2"

	"bainian/app/exams"
	"bainian/app/gate"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
	"bainian/app/web/page"
)

// Wing answers machines.
type Wing struct {
	kit        *page.Kit
	pages      *page.Templates
	snippets   *template.Template
	db         *store.DB
	keeper     *gate.Keeper
	grants     *gate.Grants
	rehearsals *exams.Rehearsals
	pools      func(ctx context.Context, id string) (bool, error)
	latest     latest
	byNumber   decider
	titled     func(ctx context.Context, reasons []gate.Reason, lang locale.Lang) ([]gate.Reason, error)
	note       func(gate.Entry) error // takes down what was decided; an error makes it a denial
	meters     *Meters
}

// Needs is what the wing answers from.
type Needs struct {
	DB         *store.DB
	Keeper     *gate.Keeper
	Grants     *gate.Grants
	Rehearsals *exams.Rehearsals
	// Pools reports whether there is a pool of that id; nil: any id names one.
	Pools func(ctx context.Context, id string) (bool, error)
	// Meters count what is decided; nil: nobody does, and there is no /metrics.
	Meters *Meters
}

// Mount adds the wing's routes. An error names the template or message that is wrong.
func Mount(app *fiber.App, kit *page.Kit, needs Needs) error {
	pages, err := kit.Templates(files)
	if err != nil {
		return err
	}
	copied, err := template.ParseFS(snippets, "snippets/*")
	if err != nil {
		return err
	}
	w := &Wing{kit: kit, pages: pages, snippets: copied, db: needs.DB, keeper: needs.Keeper, grants: needs.Grants, rehearsals: needs.Rehearsals,
		pools: needs.Pools, meters: needs.Meters, byNumber: needs.Keeper.DecideNumber, titled: needs.Keeper.Titled}
	w.note = func(e gate.Entry) error { needs.Keeper.Logbook().Note(e); return nil }
	if w.pools == nil {
		w.pools = func(context.Context, string) (bool, error) { return true, nil }
	}
	app.Use("/access/v1", echoRequestID)
	app.Use("/gate/grants", echoRequestID)
	app.Use(forwardAuthPath, w.sealed)
	kit.Mount(app, w.fronted())
	kit.Mount(app, []page.Route{
		{Method: "GET", Path: "/healthz", Who: page.Always, Do: w.health},
		{Method: "GET", Path: "/readyz", Who: page.Always, Do: w.ready},
		{Method: "GET", Path: "/.well-known/authzen-configuration", Who: page.Always, Do: w.configuration},
		{Method: "POST", Path: "/access/v1/evaluation", Who: page.Machine, Do: w.evaluation},
		{Method: "POST", Path: "/access/v1/evaluations", Who: page.Machine, Do: w.evaluations},
		{Method: "POST", Path: "/gate/grants", Who: page.Machine, Do: w.grant},
		{Method: "GET", Path: keysPath, Who: page.Always, Do: w.keys},
		{Method: "POST", Path: "/api/v1/rehearsals", Who: page.Rehearsing, Do: w.beginRehearsal},
		{Method: "GET", Path: "/api/v1/rehearsals/:id", Who: page.Rehearsing, Do: w.rehearsal},
		{Method: "DELETE", Path: "/api/v1/rehearsals/:id", Who: page.Rehearsing, Do: w.endRehearsal},
		{Method: "GET", Path: "/connect", Who: page.Only(people.Admin), Do: w.connect},
	})
	if w.meters != nil {
		kit.Mount(app, []page.Route{{Method: "GET", Path: "/metrics", Who: page.Measuring, Do: w.metrics}})
	}
	return nil
}

// echoRequestID returns the caller's X-Request-ID, refusals included, so that both sides' logs can be laid together.
func echoRequestID(f *fiber.Ctx) error {
	if id := f.Request().Header.Peek(fiber.HeaderXRequestID); len(id) > 0 {
		f.Response().Header.SetBytesV(fiber.HeaderXRequestID, id)
	}
	return f.Next()
}

// health says that the process answers; it looks at nothing else.
func (w *Wing) health(c *page.Ctx) error { return c.JSON(status{"ok"}) }

// ready says whether the database answers: 503 while it does not.
func (w *Wing) ready(c *page.Ctx) error {
	if err := w.db.Ping(c.Context()); err != nil {
		return c.Status(fiber.StatusServiceUnavailable).JSON(status{"database"})
	}
	return c.JSON(status{"ok"})
}

type status struct {
	Status string `json:"status"`
}
