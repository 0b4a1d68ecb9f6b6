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
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/post"
	"bainian/app/store"
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

// tellOfGlassIn writes to HR and admins that the glass was broken; it waits on their home page as well.
func (h *House) tellOfGlassIn(tx *store.Tx, e gate.Episode, c Config, words *locale.Catalog) error {
	ids, err := people.HoldersIn(tx.Rx, people.HR, people.Admin)
	if err != nil {
		return err
	}
	for _, id := range ids {
		p, ok, err := people.PersonIn(tx.Rx, id)
		if err != nil {
			return err
		}
		if !ok || p.Email == "" {
			continue
		}
		lang := p.Lang
		if lang == "" {
			lang = locale.Hant
		}
		at := e.At.In(c.location()).Format("2006-01-02 15:04")
		if err := h.Office.MailIn(tx, post.Mail{Kind: "gate.glass", To: p.Email, Subject: words.T(lang, "glass.mail_subject"),
			Text: words.T(lang, "glass.mail_text", "name", p.Name, "at", at, "n", e.Allowed+e.Denied, "wrong", e.Wrong, "url", c.URL+"/break-glass") + "\n"}); err != nil {
			return err
		}
	}
	return nil
}
