package exams

import (
	"context"
	"encoding/json"
	"time"

	"bainian/app/fault"
	"bainian/app/jobs"
	"bainian/app/people"
	"bainian/app/store"
)

// Adjustment is what somebody did to the time of all live attempts of a sitting at once.
type Adjustment struct {
	ID, SittingID string
	What          string // extended, paused or resumed
	Minutes       int    // of an extension
	Reason        string
	By            string
	At            time.Time
	Reached       int       // attempts whose time it changed
	DoneAt        time.Time // zero while it is carried out

	upto string // the last attempt that it came to
}

const (
	// stride is how many attempts one transaction changes: with their records, some 160 rows.
	stride = 32
	// jobAdjust finishes what a crash left half done; its payload is the sitting's id.
	jobAdjust = "exams.adjust"
)

// ExtendAll adds minutes to every live attempt of a sitting and returns to how many. seen is the latest adjustment
// that the actor knows of, "" for none: a form that is sent twice, or beside another's, is Conflict
// exams.adjusted_meanwhile instead of twice the time.
func (r *Room) ExtendAll(ctx context.Context, actor people.Person, sittingID string, minutes int, reason, seen string) (int, error) {
	if err := extendable(minutes); err != nil {
		return 0, err
	}
	reason, err := reasonable(reason, "reason")
	if err != nil {
		return 0, err
	}
	return r.adjustAll(ctx, actor, Adjustment{SittingID: sittingID, What: extended, Minutes: minutes, Reason: reason}, seen)
}

// PauseAll stops the clock of every live attempt of a sitting that runs, and returns of how many.
func (r *Room) PauseAll(ctx context.Context, actor people.Person, sittingID, reason, seen string) (int, error) {
	reason, err := reasonable(reason, "reason")
	if err != nil {
		return 0, err
	}
	return r.adjustAll(ctx, actor, Adjustment{SittingID: sittingID, What: paused, Reason: reason}, seen)
}

// ResumeAll starts the clock of every paused attempt of a sitting again, and returns of how many.
func (r *Room) ResumeAll(ctx context.Context, actor people.Person, sittingID, seen string) (int, error) {
	return r.adjustAll(ctx, actor, Adjustment{SittingID: sittingID, What: resumed}, seen)
}

// adjustAll puts an adjustment on record and carries it out. It reaches the attempts that are live when it is
// recorded; whoever starts after it has seen a clock that knows of it.
func (r *Room) adjustAll(ctx context.Context, actor people.Person, adj Adjustment, seen string) (int, error) {
	err := r.db.Write(ctx, func(tx *store.Tx) error {
		s, ok, err := SittingIn(tx.Rx, adj.SittingID)
		switch {
		case err != nil || !ok:
			return orMissing(err)
		case !s.watchedBy(actor):
			return errForbidden()
		}
		last, err := lastAdjustmentIn(tx.Rx, s.ID)
		if err != nil {
			return err
		}
		if last != seen {
			return fault.New(fault.Conflict, "exams.adjusted_meanwhile")
		}
		_, live, err := store.First(tx.Rx, scanText, `SELECT id FROM attempt WHERE sitting_id = ? AND state = 'live' LIMIT 1`, s.ID)
		if err != nil {
			return err
		}
		if !live {
			return fault.New(fault.Conflict, "exams.nobody_live")
		}
		adj.ID, adj.By, adj.At = tx.NewID(), actor.ID, tx.Now
		if _, err := tx.Exec(`INSERT INTO adjustment (id, sitting_id, what, minutes, reason, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			adj.ID, adj.SittingID, adj.What, adj.Minutes, adj.Reason, adj.By, store.Ms(adj.At)); err != nil {
			return err
		}
		return jobs.Add(tx, jobAdjust, adj.SittingID, tx.Now.Add(5*time.Second))
	})
	if err != nil {
		return 0, err
	}
	if err := r.carryOut(ctx, adj.SittingID); err != nil {
		return 0, err
	}
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		return rx.Row(`SELECT reached FROM adjustment WHERE id = ?`, adj.ID).Scan(&adj.Reached)
	})
	return adj.Reached, err
}

// carryOut does what the adjustments of a sitting have left to do, one after the other. Two that carry out at the
// same time share the work: every step reads where the last one ended, so that no attempt is changed twice.
func (r *Room) carryOut(ctx context.Context, sittingID string) error {
	for left := true; left; {
		if err := r.db.Write(ctx, func(tx *store.Tx) (err error) {
			left, err = stepIn(tx, sittingID)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// finishAdjustments is carryOut as a job.
func (r *Room) finishAdjustments(ctx context.Context, payload []byte) error {
	var sitting string
	if err := json.Unmarshal(payload, &sitting); err != nil {
		return err
	}
	return r.carryOut(ctx, sitting)
}

// stepIn carries the first unfinished adjustment of a sitting on by a stride; false when none is left.
func stepIn(tx *store.Tx, sittingID string) (left bool, err error) {
	adj, ok, err := store.First(tx.Rx, scanAdjustment, `SELECT `+adjustmentColumns+` FROM adjustment
		WHERE sitting_id = ? AND done_ms IS NULL ORDER BY id LIMIT 1`+tx.ForUpdate(), sittingID)
	if err != nil || !ok {
		return false, err
	}
	s, ok, err := SittingIn(tx.Rx, sittingID)
	if err != nil || !ok {
		return false, orMissing(err)
	}
	some, err := store.All(tx.Rx, scanAttempt, `SELECT `+attemptColumns+` FROM attempt a
		WHERE a.sitting_id = ? AND a.state = 'live' AND a.id > ? AND a.started_ms <= ? ORDER BY a.id LIMIT ?`, sittingID, adj.upto, store.Ms(adj.At), stride)
	if err != nil {
		return false, err
	}
	for _, a := range some {
		adj.upto = a.ID
		if a.takesChange(adj.What) != nil {
			continue // somebody paused, or resumed, this one by itself
		}
		if err := adjustIn(tx, a, s, adjustPayload{What: adj.What, Minutes: adj.Minutes, Reason: adj.Reason, By: adj.By, All: adj.ID}); err != nil {
			return false, err
		}
		adj.Reached++
	}
	if len(some) < stride {
		adj.DoneAt = tx.Now
	}
	_, err = tx.Exec(`UPDATE adjustment SET upto = ?, reached = ?, done_ms = ? WHERE id = ?`, adj.upto, adj.Reached, store.NullMs(adj.DoneAt), adj.ID)
	return true, err
}

const adjustmentColumns = `id, sitting_id, what, minutes, reason, by_id, at_ms, upto, reached, done_ms`

func scanAdjustment(row store.Row) (a Adjustment, err error) {
	var at int64
	var done *int64
	err = row.Scan(&a.ID, &a.SittingID, &a.What, &a.Minutes, &a.Reason, &a.By, &at, &a.upto, &a.Reached, &done)
	a.At, a.DoneAt = store.Time(at), store.NullTime(done)
	return a, err
}

// adjustmentsAtIn are those of a sitting, oldest first.
func adjustmentsAtIn(rx *store.Rx, sittingID string) ([]Adjustment, error) {
	return store.All(rx, scanAdjustment, `SELECT `+adjustmentColumns+` FROM adjustment WHERE sitting_id = ? ORDER BY id`, sittingID)
}

// lastAdjustmentIn is the id of the latest of a sitting, "" when there is none.
func lastAdjustmentIn(rx *store.Rx, sittingID string) (string, error) {
	id, _, err := store.First(rx, scanText, `SELECT id FROM adjustment WHERE sitting_id = ? ORDER BY id DESC LIMIT 1`, sittingID)
	return id, err
}
