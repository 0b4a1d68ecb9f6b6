package api

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/locale"
	"bainian/app/web/page"
)

// Glass is what answers while the database cannot be reached.
type Glass interface {
	DecideNumber(ctx context.Context, number string) (gate.Decision, error)
	// Note puts an answer on record before it is given; one that cannot be is a denial.
	Note(gate.Entry) error
	// Taken is when the snapshot was, from which it answers.
	Taken() time.Time
}

// snapshotHeader says in every answer of the glass of when its facts are.
const snapshotHeader = "X-Gate-Snapshot"

// MountGlass adds the routes by which machines ask for decisions, answered by a broken glass, and nothing else: whoever
// comes for a page is told so.
func MountGlass(app *fiber.App, kit *page.Kit, g Glass) {
	w := &Wing{kit: kit, byNumber: g.DecideNumber, note: g.Note}
	w.pools = func(context.Context, string) (bool, error) { return true, nil }
	w.titled = func(_ context.Context, reasons []gate.Reason, _ locale.Lang) ([]gate.Reason, error) {
		return reasons, nil
	}
	app.Use(func(f *fiber.Ctx) error {
		f.Set(snapshotHeader, g.Taken().Format(time.RFC3339))
		return f.Next()
	})
	app.Use("/access/v1", echoRequestID)
	app.Use(forwardAuthPath, w.sealed)
	kit.Mount(app, w.fronted())
	kit.Mount(app, []page.Route{
		{Method: "GET", Path: "/healthz", Who: page.Always, Do: w.health},
		{Method: "GET", Path: "/.well-known/authzen-configuration", Who: page.Always, Do: w.configuration},
		{Method: "POST", Path: "/access/v1/evaluation", Who: page.Machine, Do: w.evaluation},
		{Method: "POST", Path: "/access/v1/evaluations", Who: page.Machine, Do: w.evaluations},
	})
	app.Use(func(*fiber.Ctx) error { return fault.New(fault.Busy, "glass.decisions_alone") })
}
