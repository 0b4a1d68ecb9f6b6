package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"bainian/app/gate"
	"bainian/app/people"
)

const (
	snapshotEvery = 5 * time.Minute
	noSnapshot    = "none"
	lastWrite     = 5 * time.Second // what the logbook has to finish in when the program ends
)

// glassLogOf is where the log of a glass over that snapshot is kept unless it is said otherwise.
func glassLogOf(snapshot string) string { return snapshot + ".log" }

// keepSnapshot writes the gate to a file at once and every five minutes from then on. Each process writes its own, since
// in an outage the file that is needed is the one on the machine that is left. One that cannot be written leaves the one
// before it, which ages and says so in the metrics.
func (h *House) keepSnapshot(ctx context.Context, path string, log *slog.Logger) {
	tick := time.NewTicker(snapshotEvery)
	defer tick.Stop()
	for {
		if err := h.writeSnapshot(ctx, path); err != nil && ctx.Err() == nil {
			log.Error("snapshot of the gate", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (h *House) writeSnapshot(ctx context.Context, path string) error {
	s, err := h.Keeper.TakeSnapshot(ctx)
	if err != nil {
		return err
	}
	file, err := s.Sign(h.Signer)
	if err != nil {
		return err
	}
	if err := replaceFile(path, file); err != nil {
		return err
	}
	h.Keeper.Kept(s)
	return nil
}

// keepLogbook writes what the gate decided every second, or sooner when much waits, and the rest when ctx ends.
func (h *House) keepLogbook(ctx context.Context, log *slog.Logger) {
	book := h.Keeper.Logbook()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	flush := func(ctx context.Context) {
		if err := book.Flush(ctx); err != nil {
			log.Error("decisions are not on record yet", "waiting", book.Strain().Waiting, "error", err)
		}
	}
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWrite)
			defer cancel()
			flush(last)
			return
		case <-tick.C:
		case <-book.Full():
		}
		flush(ctx)
	}
}

// bringHome puts on record what a glass on this machine did while the database was away, if one did.
func (h *House) bringHome(ctx context.Context, path string) (lines int, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	log, broken := gate.ReadGlassLog(f)
	if broken != nil { // what stands before it is still true, and its reader should hear of it
		broken = fmt.Errorf("%s: %w", path, broken)
	}
	lines, err = h.Keeper.BringHome(ctx, people.System(), log)
	return lines, errors.Join(err, broken)
}
