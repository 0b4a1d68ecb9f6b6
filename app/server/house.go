package server

import (
	"context"
	"crypto/rand"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"bainian"
	"bainian/app/blobs"
	"bainian/app/cohorts"
	"bainian/app/courses"
	"bainian/app/documents"
	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/gate/crm"
	"bainian/app/integrity"
	"bainian/app/jobs"
	"bainian/app/leads"
	"bainian/app/ledger"
	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/people"
	"bainian/app/post"
	"bainian/app/store"
)

// House is every domain, wired.
type House struct {
	DB         *store.DB
	Queue      *jobs.Queue
	Ledger     *ledger.Log
	Signer     *ledger.Signer
	Witnesses  []ledger.Witness
	Office     *post.Office
	Directory  *people.Directory
	Shelf      *documents.Shelf
	Roster     *cohorts.Roster
	Library    *courses.Library
	Room       *exams.Room
	Rehearsals *exams.Rehearsals
	Desk       *integrity.Desk
	Keeper     *gate.Keeper
	Grants     *gate.Grants
	CRM        *crm.Reconciler // nil unless one is configured
	Pool       *leads.Pool
	Diary      *leads.Diary
	Files      fs.FS // content, quizzes and static
}

// Schemas are the tables of every domain, in the order in which they may refer to each other.
func Schemas() []store.Schema {
	return []store.Schema{jobs.Schema(), ledger.Schema(), people.Schema(), post.Schema(), documents.Schema(), cohorts.Schema(), courses.Schema(),
		exams.Schema(), integrity.Schema(), gate.Schema(), crm.Schema(), leads.Schema()}
}

// OpenHouse opens the database, brings its tables up to date and wires the domains. It loads no content;
// files holds content, quizzes and static.
func OpenHouse(ctx context.Context, c Config, files fs.FS, clock func() time.Time, log *slog.Logger) (*House, error) {
	if path, ok := strings.CutPrefix(c.DB, "sqlite:"); ok {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
	}
	db, err := store.Open(ctx, c.DB, clock)
	if err != nil {
		return nil, err
	}
	h := &House{DB: db, Files: files}
	if err := h.wire(ctx, c, log); err != nil {
		db.Close()
		return nil, err
	}
	return h, nil
}

// filesOf is where content, quizzes and static are read from.
func filesOf(c Config) fs.FS {
	if c.Root != "" {
		return os.DirFS(c.Root)
	}
	return bainian.Files
}

func (h *House) wire(ctx context.Context, c Config, log *slog.Logger) error {
	if err := h.DB.Migrate(ctx, Schemas()...); err != nil {
		return err
	}
	signer, err := ledger.LoadSigner(c.Key, rand.Reader)
	if err != nil {
		return err
	}
	h.Signer = signer
	files, err := blobs.Open(c.Blobs)
	if err != nil {
		return err
	}
	catalog, err := locale.Load()
	if err != nil {
		return err
	}
	md := markdown.New(catalog)
	h.Queue = jobs.New(h.DB, log)
	h.Ledger = ledger.NewLog(h.DB, h.Signer)
	if h.Witnesses, err = c.witnesses(); err != nil {
		return err
	}
	if h.Office, err = c.office(h.DB, h.Queue); err != nil {
		return err
	}
	h.Directory = people.New(h.DB)
	h.Shelf = documents.New(h.DB)
	h.Roster = cohorts.New(h.DB, h.Shelf)
	h.Library = courses.New(h.DB, h.Shelf, h.Files, md)
	h.Room = exams.New(h.DB, h.Shelf, h.Library, h.Signer, md, files, h.Queue)
	h.Rehearsals = exams.NewRehearsals(h.Room, h.Directory, h.Queue)
	h.Keeper = gate.New(h.DB, h.Shelf, h.Library, c.location())
	grants, err := h.Signer.Derive("bainian: grants of the gate")
	if err != nil {
		return err
	}
	h.Grants = gate.NewGrants(h.Keeper, grants)
	h.Queue.Every("gate/grants", time.Hour, h.Grants.Sweep)
	h.Desk = integrity.New(h.DB, h.Room, h.Ledger, h.Queue, h.Keeper.CalendarIn)
	h.Pool = leads.New(h.DB, h.Shelf, h.Keeper)
	cards, err := blobs.Open(filepath.Join(c.Blobs, "leads"))
	if err != nil {
		return err
	}
	h.Diary = leads.NewDiary(h.Pool, cards)
	h.Directory.EnrolIn(h.Roster)
	h.consequences()
	writes := secretary{h.Office, c, catalog}
	h.Desk.OnReminder(writes.remindIn)
	h.Pool.OnWarning(writes.warnIn)
	h.Keeper.OnBroughtHome(writes.glassIn)
	h.Queue.Every("gate/decisions", time.Hour, h.Keeper.SweepDecisions)
	h.witnessed(c)
	salesforce, err := c.crm()
	if err != nil {
		return err
	}
	if salesforce != nil {
		h.CRM = crm.New(h.DB, h.Keeper, h.Queue, salesforce)
	}
	h.Queue.Every("gate/sweep", time.Minute, h.Keeper.Sweep)
	h.Queue.Every("leads/reclaim", time.Minute, h.Pool.ReclaimDue)
	h.Queue.Every("leads/warn", time.Minute, h.Pool.Warn)
	h.Queue.Every("leads/widen", time.Minute, h.Pool.Widen)
	h.Queue.Every("leads/imports", time.Minute, h.Pool.TendImports)
	h.Queue.Every("leads/evening", time.Minute, h.Pool.Evening)
	h.Queue.Handle(leads.GiveJob, h.Pool.GiveJob)
	h.Queue.Every("leads/files", time.Hour, h.Diary.SweepFiles)
	return nil
}

// Load puts what content/ and quizzes/ hold on the shelf and says what is wrong with the rest.
func (h *House) Load(ctx context.Context) (documents.Loaded, fault.Problems, error) {
	loaded, problems, err := h.Shelf.Load(ctx, h.Files)
	if err != nil {
		return loaded, problems, fmt.Errorf("loading content: %w", err)
	}
	return loaded, problems, nil
}

// Close finishes what the database has begun.
func (h *House) Close() error { return h.DB.Close() }
