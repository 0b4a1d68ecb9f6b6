package exams

import (
	"context"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"path"
	"strings"
	"time"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/jobs"
	"bainian/app/ledger"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
)

// A rehearsal puts an exam day's load on the installation itself: candidates who are nobody (people.Rehearser), a
// session for each, and one sitting of an exam of its own, the forty questions in the folder rehearsal. What it
// measures is what a real day would meet: the same database with all that is in it, the same verbs, the same
// durable commits, chains, receipts and jobs.
//
// Nothing of it counts, by two marks. Its people hold a role that nobody else can hold and hold no other, so the
// directory's lists, boards, the gate, leads and the pool do not know them. Its sitting and its attempts carry the
// name rehearsalExam, which no exam can have, so whatever goes by the exam (passes, statistics, regrades, what comes
// after what) does not meet them, and it is left out of the lists of sittings; nobody else is admitted to it, nor
// its people to any other. Findings are not declared for it, and its papers are not compared. The questions are its
// own, so a token that can rehearse shows nobody a bank.
//
// When it ends, its sitting, papers and sessions are erased whole and its people are closed. That is the one place
// where records are deleted without a person asking for it: they are made up, of nobody, and a million rows of them
// would stand in the way of real ones. What stays is the row of the rehearsal (who, when, how many) and the leaves
// that its submissions left in the ledger's tree, which are hashes and keep every proof of other leaves.

//go:embed rehearsal
var rehearsalFiles embed.FS

const (
	rehearsalFolder = "rehearsal" // of the embedded documents and, before the name, of their pins
	rehearsalExam   = "rehearsal/forty"

	rehearsalMost  = 24 * 60 // minutes
	rehearsalAfter = 15 * time.Minute

	jobRehearsal = "exams.rehearsal" // ends a rehearsal whose time is over, and erases

	comeTogether  = 60  // candidates made in one transaction, of three rows each
	goTogether    = 60  // and sent home
	eraseTogether = 150 // journal entries erased in one
	eraseSlice    = 400 // transactions of one run of the job, so that a stop need not wait for all
)

// Rehearses reports whether it is the sitting of a rehearsal.
func (s Sitting) Rehearses() bool { return s.Exam == rehearsalExam }

// rehearsalPins are those of the rehearsal's own documents. They count versions like any other: one that was sat is
// never edited, since a rehearsal may be under way while the program is replaced.
func rehearsalPins() Pins {
	pin := func(name string) Pin { return Pin{Path: rehearsalFolder + "/" + name, Version: 1} }
	return Pins{Exam: pin("rehearsal.exam.md"), Deal: dealing, Banks: map[string]Pin{"rehearsal": pin("rehearsal.bank.md")}}
}

// rehearsalDoc is the document of a pin when it is one of the rehearsal's own.
func rehearsalDoc(pin Pin) (doc documents.Doc, own bool, err error) {
	if path.Dir(pin.Path) != rehearsalFolder {
		return doc, false, nil
	}
	text, err := rehearsalFiles.ReadFile(pin.Path)
	doc.Head = documents.Head{Path: pin.Path, Lang: locale.Hant, Version: pin.Version}
	doc.Sources = map[locale.Lang]string{locale.Hant: string(text)}
	return doc, true, err
}

// Rehearsals makes rehearsals and removes them.
type Rehearsals struct {
	room      *Room
	directory *people.Directory
}

// NewRehearsals has the queue end and erase what is over.
func NewRehearsals(room *Room, directory *people.Directory, queue *jobs.Queue) *Rehearsals {
	r := &Rehearsals{room, directory}
	queue.Handle(jobRehearsal, r.work)
	return r
}

// NewRehearsal is what is asked for.
type NewRehearsal struct {
	Candidates int
	Minutes    int // how long it may last
	Passwords  int // so many of the candidates, the first ones, can sign in by the password as well
}

// Rehearsal is one, under way or over.
type Rehearsal struct {
	ID, SittingID string
	Candidates    int
	By            string // name of the API token
	At, EndsAt    time.Time
	EndedAt       time.Time // zero while it is under way
	Attempts      int       // erased so far
	ErasedAt      time.Time // zero while something is left of it
}

// Begun is a rehearsal that has just begun, with what its candidates need. It is told once.
type Begun struct {
	Rehearsal
	Password   string // of those who have one
	Candidates []people.Rehearsing
}

// Begin makes a rehearsal for the machine of that name. There is one at a time, until the last one is erased, since
// the candidates are the same. Faults: Invalid for numbers out of bounds, Conflict exams.rehearsal_open.
func (r *Rehearsals) Begin(ctx context.Context, by string, n NewRehearsal) (Begun, error) {
	var begun Begun
	var problems fault.Problems
	for _, bound := range []struct {
		name             string
		value, low, high int
	}{{"candidates", n.Candidates, 1, people.Rehearsers}, {"minutes", n.Minutes, 1, rehearsalMost}, {"passwords", n.Passwords, 0, n.Candidates}} {
		if bound.value < bound.low || bound.value > bound.high {
			problems.Add("", 0, bound.name, "exams.rehearsal_bounds", "low", bound.low, "high", bound.high)
		}
	}
	if problems != nil {
		return begun, problems
	}
	err := r.room.db.Write(ctx, func(tx *store.Tx) (err error) {
		begun, err = r.beginIn(tx, by, n)
		return err
	})
	if err == nil {
		err = r.gather(ctx, n, &begun)
		if err != nil {
			// Whoever asked does not know its name; left alone it would stand in the way until its time is over.
			err = errors.Join(err, r.End(context.WithoutCancel(ctx), people.SystemID, begun.ID))
		}
	}
	return begun, err
}

func (r *Rehearsals) beginIn(tx *store.Tx, by string, n NewRehearsal) (Begun, error) {
	if _, open, err := store.First(tx.Rx, scanText, `SELECT id FROM rehearsal WHERE erased_ms IS NULL LIMIT 1`); err != nil {
		return Begun{}, err
	} else if open {
		return Begun{}, fault.New(fault.Conflict, "exams.rehearsal_open")
	}
	b := Begun{Rehearsal: Rehearsal{ID: tx.NewID(), Candidates: n.Candidates, By: by, At: tx.Now, EndsAt: tx.Now.Add(time.Duration(n.Minutes)*time.Minute + rehearsalAfter)},
		Password: hex.EncodeToString(tx.Secret(16))}
	pins := rehearsalPins()
	s := Sitting{ID: tx.NewID(), Exam: rehearsalExam, ExamVersion: pins.Exam.Version, Pins: pins, Title: map[locale.Lang]string{locale.Hant: "演練", locale.Hans: "演练", locale.En: "Rehearsal"},
		Minutes: n.Minutes, OpensAt: tx.Now, ClosesAt: b.EndsAt, OpenedBy: people.SystemID}
	if err := r.room.openIn(tx, &s, ""); err != nil {
		return Begun{}, err
	}
	b.SittingID = s.ID
	if _, err := tx.Exec(`INSERT INTO rehearsal (id, sitting_id, candidates, by_name, at_ms, ends_ms) VALUES (?, ?, ?, ?, ?, ?)`,
		b.ID, s.ID, n.Candidates, by, store.Ms(tx.Now), store.Ms(b.EndsAt)); err != nil {
		return Begun{}, err
	}
	return b, jobs.Add(tx, jobRehearsal, b.ID, b.EndsAt.Add(time.Millisecond))
}

// gather has the candidates come, a few in each transaction: nobody's answer waits for twenty thousand of them.
func (r *Rehearsals) gather(ctx context.Context, n NewRehearsal, begun *Begun) error {
	hash, err := r.directory.RehearsalHash(ctx, begun.Password)
	if err != nil {
		return err
	}
	for first := 1; first <= n.Candidates; {
		with, last := "", min(first+comeTogether-1, n.Candidates)
		if first <= n.Passwords {
			with, last = hash, min(last, n.Passwords)
		}
		var some []people.Rehearsing
		if err := r.room.db.Write(ctx, func(tx *store.Tx) (err error) {
			some, err = people.RehearseIn(tx, first, last, with)
			return err
		}); err != nil {
			return err
		}
		begun.Candidates, first = append(begun.Candidates, some...), last+1
	}
	return nil
}

const rehearsalColumns = `id, sitting_id, candidates, by_name, at_ms, ends_ms, ended_ms, attempts, erased_ms`

func scanRehearsal(row store.Row) (r Rehearsal, err error) {
	var at, ends int64
	var ended, erased *int64
	err = row.Scan(&r.ID, &r.SittingID, &r.Candidates, &r.By, &at, &ends, &ended, &r.Attempts, &erased)
	r.At, r.EndsAt, r.EndedAt, r.ErasedAt = store.Time(at), store.Time(ends), store.NullTime(ended), store.NullTime(erased)
	return r, err
}

func rehearsalIn(rx *store.Rx, id string) (Rehearsal, error) {
	r, ok, err := store.First(rx, scanRehearsal, `SELECT `+rehearsalColumns+` FROM rehearsal WHERE id = ?`, id)
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "exams.rehearsal_missing")
	}
	return r, err
}

// Rehearsal is one by its id.
func (r *Rehearsals) Rehearsal(ctx context.Context, id string) (found Rehearsal, err error) {
	err = r.room.db.Read(ctx, func(rx *store.Rx) error {
		found, err = rehearsalIn(rx, id)
		return err
	})
	return found, err
}

// End ends a rehearsal at once: nobody starts in it any more. Its people are sent home and its records erased by the
// queue. Ending it again changes nothing.
func (r *Rehearsals) End(ctx context.Context, by, id string) error {
	return r.room.db.Write(ctx, func(tx *store.Tx) error {
		found, err := rehearsalIn(tx.Rx, id)
		if err != nil || !found.EndedAt.IsZero() {
			return err
		}
		if err := endRehearsalIn(tx, found, by); err != nil {
			return err
		}
		return jobs.Add(tx, jobRehearsal, id, tx.Now)
	})
}

// endRehearsalIn closes the sitting as settled, too: there is nobody whose paper must be graded.
func endRehearsalIn(tx *store.Tx, r Rehearsal, by string) error {
	now := store.Ms(tx.Now)
	if _, err := tx.Exec(`UPDATE rehearsal SET ended_by = ?, ended_ms = ? WHERE id = ?`, by, now, r.ID); err != nil {
		return err
	}
	_, err := tx.Exec(`UPDATE sitting SET closed_by = COALESCE(closed_by, ?), closed_ms = COALESCE(closed_ms, ?), settled_ms = ? WHERE id = ?`,
		people.SystemID, now, now, r.SittingID)
	return err
}

// work ends a rehearsal whose time is over, and erases some of one that has ended; the rest is another job's.
func (r *Rehearsals) work(ctx context.Context, payload []byte) error {
	var id string
	if err := json.Unmarshal(payload, &id); err != nil {
		return err
	}
	for range eraseSlice {
		done := false
		if err := r.room.db.Write(ctx, func(tx *store.Tx) (err error) {
			done, err = eraseSomeIn(tx, id)
			return err
		}); err != nil || done {
			return err
		}
	}
	return r.room.db.Write(ctx, func(tx *store.Tx) error { return jobs.Add(tx, jobRehearsal, id, tx.Now) })
}

// eraseSomeIn takes one short step towards the end of a rehearsal and reports whether none is left to take now.
func eraseSomeIn(tx *store.Tx, id string) (done bool, err error) {
	r, err := rehearsalIn(tx.Rx, id)
	switch {
	case err != nil:
		return true, err
	case !r.ErasedAt.IsZero(), r.EndedAt.IsZero() && tx.Now.Before(r.EndsAt):
		return true, nil
	case r.EndedAt.IsZero():
		return false, endRehearsalIn(tx, r, people.SystemID)
	}
	var dismissed int
	if err := tx.Row(`SELECT dismissed FROM rehearsal WHERE id = ?`, id).Scan(&dismissed); err != nil {
		return true, err
	}
	if dismissed < r.Candidates {
		last := min(dismissed+goTogether, r.Candidates)
		if err := people.DismissIn(tx, dismissed+1, last); err != nil {
			return true, err
		}
		_, err := tx.Exec(`UPDATE rehearsal SET dismissed = ? WHERE id = ?`, last, id)
		return false, err
	}
	a, found, err := store.First(tx.Rx, scanAttempt, `SELECT `+attemptColumns+` FROM attempt a WHERE a.sitting_id = ? LIMIT 1`, r.SittingID)
	switch {
	case err != nil:
		return true, err
	case found:
		return false, eraseAttemptIn(tx, r.ID, a)
	}
	if _, err := tx.Exec(`DELETE FROM sitting WHERE id = ?`, r.SittingID); err != nil {
		return true, err
	}
	_, err = tx.Exec(`UPDATE rehearsal SET erased_ms = ? WHERE id = ?`, store.Ms(tx.Now), id)
	return true, err
}

// erasedWith are the tables whose rows go with their attempt; a test holds the list to the schema.
func erasedWith() []string {
	return []string{"answer", "attempt_form", "submission", "result", "extension", "pause", "set_aside", "upload", "mark_appeal", "script",
		"pulse", "look", "message_copy", "candidate_call", "takeover", "agreement", "observation", "snapshot"}
}

// eraseAttemptIn erases some of an attempt's journal, and the attempt with the last of it.
func eraseAttemptIn(tx *store.Tx, rehearsalID string, a Attempt) error {
	n, err := ledger.EraseChainIn(tx, a.ID, eraseTogether)
	if err != nil || n == eraseTogether {
		return err
	}
	for _, table := range erasedWith() {
		if _, err := tx.Exec(`DELETE FROM `+table+` WHERE attempt_id = ?`, a.ID); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(`DELETE FROM attempt WHERE id = ?`, a.ID); err != nil {
		return err
	}
	if err := ledger.EraseKeyIn(tx, a.PersonID); err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE rehearsal SET attempts = attempts + 1 WHERE id = ?`, rehearsalID)
	return err
}

// withoutRehearsals is a condition on a table that has the exam's name.
func withoutRehearsals(alias string) string {
	return strings.TrimPrefix(alias+".", ".") + `exam <> '` + rehearsalExam + `'`
}
