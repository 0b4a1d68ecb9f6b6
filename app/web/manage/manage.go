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
	diary     *leads.Diary
}

// Mount adds the wing's routes. Those below /leads must be mounted before any /leads/:id.
func Mount(app *fiber.App, kit *page.Kit, directory *people.Directory, roster *cohorts.Roster, keeper *gate.Keeper, pool *leads.Pool, diary *leads.Diary) error {
	pages, err := kit.Templates(files)
	if err != nil {
		return err
	}
	w := &Wing{pages, directory, roster, keeper, pool, diary}
	manager, oversees := page.Only(people.Manager), page.Only(people.Manager, people.HR, people.Admin)
	kit.Mount(app, []page.Route{
		{Method: "GET", Path: "/board", Who: manager, Do: w.board},
		{Method: "GET", Path: "/board/outlook", Who: manager, Do: w.outlook},
		{Method: "GET", Path: "/board/people/:id", Who: manager, Do: w.member},
		{Method: "POST", Path: "/board/people/:id/sign-offs", Who: manager, Do: w.signOff},
		{Method: "POST", Path: "/board/people/:id/sign-offs/:signoff/withdrawal", Who: manager, Do: w.withdrawSignOff},
		{Method: "POST", Path: "/board/people/:id/absences", Who: manager, Do: w.leave},
		{Method: "POST", Path: "/board/people/:id/absences/:absence/withdrawal", Who: manager, Do: w.withdrawLeave},
		{Method: "GET", Path: "/reports", Who: manager, Do: w.reports},
		{Method: "POST", Path: "/reports/:id/remarks", Who: manager, Do: w.remark},
		{Method: "GET", Path: "/leads/handovers", Who: oversees, Do: w.handovers},
		{Method: "POST", Path: "/disputes/:id/ruling", Who: oversees, Do: w.rule},
		{Method: "POST", Path: "/leads/:id/reclamation", Who: manager, Do: w.reclaim},
		{Method: "GET", Path: "/leads/:id/assignment", Who: manager, Do: w.assignment},
		{Method: "POST", Path: "/leads/:id/assignment", Who: manager, Do: w.assign},
		{Method: "GET", Path: "/allocation", Who: mayAllocate(), Do: w.allocations},
		{Method: "POST", Path: "/allocation", Who: mayAllocate(), Do: w.draft},
		{Method: "GET", Path: "/allocation/:id", Who: mayAllocate(), Do: w.allocation},
		{Method: "GET", Path: "/allocation/:id/people/:person", Who: mayAllocate(), Do: w.share},
		{Method: "POST", Path: "/allocation/:id/changes", Who: mayAllocate(), Do: w.adjust},
		{Method: "POST", Path: "/allocation/:id/publication", Who: mayAllocate(), Do: w.publish},
		{Method: "POST", Path: "/allocation/:id/discarding", Who: mayAllocate(), Do: w.discard},
		{Method: "GET", Path: "/beats", Who: manager, Do: w.beats},
		{Method: "POST", Path: "/beats/:id", Who: manager, Do: w.setBeat},
	})
	return nil
}
