package integrity

import (
	"embed"

	"bainian/app/exams"
	"bainian/app/jobs"
	"bainian/app/store"
)

//go:embed schema
var schema embed.FS

// Schema is the desk's tables.
func Schema() store.Schema { return store.Schema{Domain: "integrity", Files: schema} }

// Desk compares papers, keeps cases and records what reviewers decide.
type Desk struct {
	db        *store.DB
	room      *exams.Room
	onVerdict []func(tx *store.Tx, v Verdict) error
}

// New makes the desk and takes up the queue's comparisons and the ends of its appeal times.
func New(db *store.DB, room *exams.Room, queue *jobs.Queue) *Desk {
	d := &Desk{db: db, room: room}
	queue.Handle(compareJob, d.compareClosed)
	queue.Handle(finalJob, d.finalise)
	return d
}

// OnVerdict adds a consequence that runs in the transaction of every verdict, of every overturning, and of every
// red line that becomes final.
func (d *Desk) OnVerdict(f func(tx *store.Tx, v Verdict) error) { d.onVerdict = append(d.onVerdict, f) }

// Verdict is what closes a case; or, Overturned, what undoes it; or, Final, that no appeal can undo it any more.
type Verdict struct {
	CaseNumber int
	PersonID   string
	AttemptID  string
	Outcome    Outcome
	Overturned bool     // an appeal was upheld: the outcome no longer holds
	Final      bool     // the time for appeals is over
	By         []string // who decided
}
