// Package manage is the wing of managers: their team on the path to the gate, the leads it holds, the funnel.
package manage

import (
	"embed"

	"github.com/gofiber/fiber/v2"

	"bainian/app/cohorts"
	"bainian/app/gate"
	"bainian/app/leads"
	"bainian/app/people"
	"bainian/app/web/page"
)

//go:embed templates/*.html
var files embed.FS

// Wing is what the pages of this wing work with.
type Wing struct {
	pages     *page.Templates
	directory *people.Directory
	roster    *cohorts.Roster
	keeper    *gate.Keeper
	pool      *leads.Pool
}

// Mount adds the wing's routes.
func Mount(app *fiber.App, kit *page.Kit, directory *people.Directory, roster *cohorts.Roster, keeper *gate.Keeper, pool *leads.Pool) error {
	pages, err := kit.Templates(files)
	if err != nil {
		return err
	}
	w := &Wing{pages, directory, roster, keeper, pool}
	manager := page.Only(people.Manager)
	kit.Mount(app, []page.Route{
		{Method: "GET", Path: "/board", Who: manager, Do: w.board},
		{Method: "GET", Path: "/board/outlook", Who: manager, Do: w.outlook},
		{Method: "GET", Path: "/board/people/:id", Who: manager, Do: w.member},
		{Method: "POST", Path: "/board/people/:id/sign-offs", Who: manager, Do: w.signOff},
		{Method: "POST", Path: "/board/people/:id/sign-offs/:signoff/withdrawal", Who: manager, Do: w.withdrawSignOff},
		{Method: "POST", Path: "/leads/:id/reclamation", Who: manager, Do: w.reclaim},
		{Method: "GET", Path: "/leads/:id/assignment", Who: manager, Do: w.assignment},
		{Method: "POST", Path: "/leads/:id/assignment", Who: manager, Do: w.assign},
	})
	return nil
}
