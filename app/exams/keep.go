package exams

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"time"

	"bainian/app/blobs"
	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
)

// StoredFile is a file of an attempt to look at. Whoever gets it closes Content.
type StoredFile struct {
	questions.Attachment
	N       int    // the question it answers
	SaveAs  string // the name to save it under, whose ending says what it is
	Inline  bool   // a browser may show it in place; else it is only to be saved
	Content *os.File
}

// FileOf is a file of an attempt by its SHA-256: for the candidate, and for those who watch the sitting, but not while
// the attempt waits to be marked. Whoever marks knows the hashes of the files, and a file that is found under an attempt
// would tell whose it is; that is why it is missing then and not forbidden.
func (r *Room) FileOf(ctx context.Context, actor people.Person, attemptID, sha256 string) (StoredFile, error) {
	return r.fileOf(ctx, attemptID, sha256, func(rx *store.Rx) error {
		a, err := visibleIn(rx, actor, attemptID)
		if err == nil && a.PersonID != actor.ID && a.Pending > 0 {
			err = errMissing()
		}
		return err
	})
}

// fileOf is a file of an attempt for whom may does not refuse.
func (r *Room) fileOf(ctx context.Context, attemptID, sha256 string, may func(*store.Rx) error) (StoredFile, error) {
	var all []File
	err := r.db.Read(ctx, func(rx *store.Rx) error {
		err := may(rx)
		if err != nil {
			return err
		}
		all, err = store.All(rx, scanFile, `SELECT `+fileColumns+` FROM upload WHERE attempt_id = ? AND sha256 = ? AND stored_ms IS NOT NULL ORDER BY id`, attemptID, sha256)
		return err
	})
	if err != nil {
		return StoredFile{}, err
	}
	n := slices.IndexFunc(all, func(f File) bool { return !f.settled || f.kept })
	if n < 0 {
		return StoredFile{}, errMissing()
	}
	content, err := r.files.Open(sha256)
	if errors.Is(err, fs.ErrNotExist) {
		return StoredFile{}, fault.Wrap(err, fault.Internal, "exams.file_lost")
	} else if err != nil {
		return StoredFile{}, err
	}
	form := blobs.FormOf(all[n].Type)
	return StoredFile{Attachment: all[n].Attachment(), N: all[n].N, SaveAs: savedAs(all[n].Name, form),
		Inline: form.Kind != blobs.Text, Content: content}, nil
}

// SweepFiles decides of the files that wait for it whether they stay, and removes what nobody needs. A file stays as
// long as the record of its attempt if the answer that counts names it; one that was never finished goes after a day,
// and one that was replaced or left behind a day after the attempt ended. What the journal says of it stays.
func (r *Room) SweepFiles(ctx context.Context) error {
	var attempts []string
	var before time.Time
	err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
		before = rx.Now.Add(-orphanAge)
		attempts, err = store.All(rx, scanText, `SELECT DISTINCT u.attempt_id FROM upload u JOIN attempt a ON a.id = u.attempt_id
			WHERE u.settled_ms IS NULL AND (u.stored_ms IS NULL AND u.at_ms < ? OR a.ended_ms < ?) ORDER BY u.attempt_id LIMIT 200`, store.Ms(before), store.Ms(before))
		return err
	})
	if err != nil {
		return err
	}
	for _, id := range attempts {
		if err := r.db.Write(ctx, func(tx *store.Tx) error { return settleFilesIn(tx, id, before) }); err != nil {
			return err
		}
	}
	return errors.Join(r.removeBlobs(ctx), r.clearTrays(ctx), r.files.Tidy(before))
}

// settleFilesIn decides of the files of one attempt.
func settleFilesIn(tx *store.Tx, attemptID string, before time.Time) error {
	a, ok, err := AttemptIn(tx.Rx, attemptID)
	if err != nil || !ok {
		return err
	}
	answers, err := answersIn(tx.Rx, attemptID)
	if err != nil {
		return err
	}
	named := map[int][]questions.Attachment{}
	for _, x := range answers {
		named[x.N] = x.Response.Files
	}
	waiting, err := store.All(tx.Rx, scanFile, `SELECT `+fileColumns+` FROM upload WHERE attempt_id = ? AND settled_ms IS NULL
		AND (stored_ms IS NULL AND at_ms < ? OR ?) ORDER BY id`, attemptID, store.Ms(before), a.Over() && a.EndedAt.Before(before))
	if err != nil {
		return err
	}
	for _, f := range waiting {
		stays := !f.StoredAt.IsZero() && slices.Contains(named[f.N], f.Attachment())
		if err := settleFileIn(tx, f, stays); err != nil {
			return err
		}
	}
	return nil
}

// settleFileIn decides of one file. The blob of one that goes is to be removed once no other file holds it.
func settleFileIn(tx *store.Tx, f File, stays bool) error {
	if _, err := tx.Exec(`UPDATE upload SET settled_ms = ?, kept = ? WHERE id = ?`, store.Ms(tx.Now), stays, f.ID); err != nil || stays || f.SHA256 == "" {
		return err
	}
	if _, held, err := store.First(tx.Rx, scanText, `SELECT id FROM upload WHERE sha256 = ? AND (settled_ms IS NULL OR kept) LIMIT 1`, f.SHA256); err != nil || held {
		return err
	}
	_, err := tx.Exec(`INSERT INTO blob_removal (sha256, at_ms) VALUES (?, ?) ON CONFLICT (sha256) DO NOTHING`, f.SHA256, store.Ms(tx.Now))
	return err
}

// ForgetFilesIn gives up all files of a person, as an erasure asks; the sweep then removes their bytes. Those of an
// attempt that is still live stay: it must end first.
func ForgetFilesIn(tx *store.Tx, personID string) error {
	all, err := store.All(tx.Rx, scanFile, `SELECT `+fileColumns+` FROM upload WHERE (settled_ms IS NULL OR kept)
		AND attempt_id IN (SELECT id FROM attempt WHERE person_id = ? AND state <> 'live') ORDER BY id`, personID)
	if err != nil {
		return err
	}
	for _, f := range all {
		if err := settleFileIn(tx, f, false); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE upload SET name = 'file', claimed = '' WHERE id = ?`, f.ID); err != nil {
			return err
		}
	}
	return nil
}

// removeBlobs removes what was decided to go, and what a crash left of an earlier round.
func (r *Room) removeBlobs(ctx context.Context) error {
	var going []string
	if err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
		going, err = store.All(rx, scanText, `SELECT sha256 FROM blob_removal ORDER BY at_ms LIMIT 1000`)
		return err
	}); err != nil {
		return err
	}
	for _, sha256 := range going {
		if err := r.files.Remove(sha256); err != nil {
			return err
		}
		if err := r.db.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(`DELETE FROM blob_removal WHERE sha256 = ?`, sha256)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// clearTrays takes away the parts of files that are stored or given up.
func (r *Room) clearTrays(ctx context.Context) error {
	names, err := r.files.Trays()
	if err != nil {
		return err
	}
	for _, name := range names {
		var wanted bool
		if err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
			_, wanted, err = store.First(rx, scanText, `SELECT id FROM upload WHERE id = ? AND settled_ms IS NULL AND stored_ms IS NULL`, name)
			return err
		}); err != nil {
			return err
		}
		if wanted {
			continue
		}
		tray, err := r.files.Tray(name)
		if err == nil {
			err = tray.Clear()
		}
		if err != nil {
			return err
		}
	}
	return nil
}
