// Package web is the site: it mounts the wings on one Fiber app. The kit they share is in page.
package web

import (
	"context"
	"io/fs"
	"time"

	"github.com/gofiber/fiber/v2"

	"bainian/app/cohorts"
	"bainian/app/courses"
	"bainian/app/documents"
	"bainian/app/exams"
	"bainian/app/gate"
	"bainian/app/gate/crm"
	"bainian/app/integrity"
	"bainian/app/jobs"
	"bainian/app/leads"
	"bainian/app/ledger"
	"bainian/app/people"
	"bainian/app/post"
	"bainian/app/store"
	"bainian/app/web/api"
	"bainian/app/web/learn"
	"bainian/app/web/manage"
	"bainian/app/web/page"
	"bainian/app/web/review"
	"bainian/app/web/studio"
)

// Site is everything that pages are made from.
type Site struct {
	page.Config
	DB         *store.DB
	Directory  *people.Directory
	Shelf      *documents.Shelf
	Roster     *cohorts.Roster
	Library    *courses.Library
	Room       *exams.Room
	Rehearsals *exams.Rehearsals
	Ledger     *ledger.Log
	Witnesses  []ledger.Witness
	Desk       *integrity.Desk
	Keeper     *gate.Keeper
	Grants     *gate.Grants
	Pool       *leads.Pool
	Diary      *leads.Diary
	Office     *post.Office
	CRM        *crm.Reconciler // nil unless one is configured
	Files      fs.FS           // images beside the lessons

	// Figures that metrics tell of; nil where there are none.
	Backlog func(ctx context.Context) (jobs.Backlog, error)
	Unsent  func(ctx context.Context) (n int, oldest time.Time, err error)
	Drift   func(ctx context.Context) (n int, err error)
}

// App mounts every wing. An error names the template, message or file that is wrong.
func (s *Site) App() (*fiber.App, error) {
	kit, err := page.New(s.Config)
	if err != nil {
		return nil, err
	}
	app := kit.App()
	meters := api.NewMeters(api.Gauges{Logbook: s.Keeper.Logbook(), Backlog: s.Backlog, Leads: s.Pool.Counts, Unsent: s.Unsent, Drift: s.Drift, Snapshot: s.Keeper.SnapshotAt}, s.Clock)
	if err := api.Mount(app, kit, api.Needs{DB: s.DB, Keeper: s.Keeper, Grants: s.Grants, Rehearsals: s.Rehearsals, Pools: s.knowsPool, Meters: meters}); err != nil {
		return nil, err
	}
	api.MountLedger(app, kit, s.Ledger, s.Witnesses)
	api.MountPool(app, kit, s.Directory, s.Keeper, s.Pool)
	// These two before learn, whose /leads/:id would take /leads/import and /leads/handovers.
	if err := review.Mount(app, kit, s.Directory, s.Roster, s.Library, s.Shelf, s.Room, s.Desk, s.Keeper, s.Pool, s.Office, s.CRM); err != nil {
		return nil, err
	}
	if err := manage.Mount(app, kit, s.Directory, s.Roster, s.Keeper, s.Pool, s.Diary); err != nil {
		return nil, err
	}
	if err := learn.Mount(app, kit, s.Roster, s.Library, s.Room, s.Desk, s.Keeper, s.Pool, s.Diary); err != nil {
		return nil, err
	}
	if err := studio.Mount(app, kit, s.Shelf, s.Library, s.Room, s.Roster, s.Directory, s.Desk); err != nil {
		return nil, err
	}
	return app, nil
}

// knowsPool reports whether there is a pool of that slug.
func (s *Site) knowsPool(ctx context.Context, slug string) (bool, error) {
	rules, err := s.Pool.Rules(ctx)
	if err != nil {
		return false, err
	}
	_, known := rules.PoolOf(slug)
	return known, nil
}
