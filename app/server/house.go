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
	"bainian/app/cohorts"
	"bainian/app/courses"
	"bainian/app/documents"
	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/integrity"
	"bainian/app/jobs"
	"bainian/app/leads"
	"bainian/app/ledger"
	"bainian/app/markdown"
	"bainian/app/people"
	"bainian/app/store"
)

// house is every domain, wired.
type house struct {
	db        *store.DB
	queue     *jobs.Queue
	log       *ledger.Log
	signer    *ledger.Signer
	directory *people.Directory
	shelf     *documents.Shelf
	roster    *cohorts.Roster
	library   *courses.Library
	room      *exams.Room
	desk      *integrity.Desk
	keeper    *gate.Keeper
	pool      *leads.Pool
	files     fs.FS // content, quizzes and static
}

// schemas are the tables of every domain, in the order in which they may refer to each other.
func schemas() []store.Schema {
	return []store.Schema{jobs.Schema(), ledger.Schema(), people.Schema(), documents.Schema(), cohorts.Schema(), courses.Schema(),
		exams.Schema(), integrity.Schema(), gate.Schema(), leads.Schema()}
}

// openHouse opens the database, brings its tables up to date and wires the domains. It loads no content.
func openHouse(ctx context.Context, c Config, clock func() time.Time, log *slog.Logger) (*house, error) {
	return openHouseOn(ctx, c, filesOf(c), clock, log)
}

// openHouseOn is openHouse with content, quizzes and static from somewhere else.
func openHouseOn(ctx context.Context, c Config, files fs.FS, clock func() time.Time, log *slog.Logger) (*house, error) {
	if path, ok := strings.CutPrefix(c.DB, "sqlite:"); ok {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
	}
	db, err := store.Open(ctx, c.DB, clock)
	if err != nil {
		return nil, err
	}
	h := &house{db: db, files: files}
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

func (h *house) wire(ctx context.Context, c Config, log *slog.Logger) (err error) {
	if err := h.db.Migrate(ctx, schemas()...); err != nil {
		return err
	}
	if h.signer, err = ledger.LoadSigner(c.Key, rand.Reader); err != nil {
		return err
	}
	md := markdown.New()
	h.queue = jobs.New(h.db, log)
	h.log = ledger.NewLog(h.db, h.signer)
	h.directory = people.New(h.db)
	h.shelf = documents.New(h.db)
	h.roster = cohorts.New(h.db)
	h.library = courses.New(h.db, h.shelf, h.files, md)
	h.room = exams.New(h.db, h.shelf, h.library, h.roster, h.signer, md, h.queue)
	h.desk = integrity.New(h.db, h.room, h.queue)
	h.keeper = gate.New(h.db, h.shelf, h.library, c.location())
	h.pool = leads.New(h.db, h.keeper)
	h.directory.EnrolIn(h.roster)
	h.consequences()
	h.queue.Every("ledger/integrate", time.Second, h.log.Integrate)
	h.queue.Every("leads/reclaim", time.Minute, h.pool.ReclaimDue)
	return nil
}

// load puts what content/ and quizzes/ hold on the shelf and says what is wrong with the rest.
func (h *house) load(ctx context.Context) (documents.Loaded, fault.Problems, error) {
	loaded, problems, err := h.shelf.Load(ctx, h.files)
	if err != nil {
		return loaded, problems, fmt.Errorf("loading content: %w", err)
	}
	return loaded, problems, nil
}

// Close finishes what the database has begun.
func (h *house) Close() error { return h.db.Close() }
