package integrity

import (
	"embed"

	"bainian/app/calendar"
	"bainian/app/exams"
	"bainian/app/jobs"
	"bainian/app/ledger"
	"bainian/app/store"
)

//go:embed schema
var schema embed.FS

// Schema is the desk's tables.
func Schema() store.Schema { return store.Schema{Domain: "integrity", Files: schema} }

// Desk compares papers, keeps cases and records what reviewers decide.
type Desk struct {
	db          *store.DB
	room        *exams.Room
	log         *ledger.Log // what packs are signed and proved with
	calendarIn  func(rx *store.Rx) (calendar.Calendar, error)
	onVerdict   []func(tx *store.Tx, v Verdict) error
	onReminder  []func(tx *store.Tx, r Reminder) error
	onSuspended []func(tx *store.Tx, personID string) error
	keepers     []Keeper
}

// New makes the desk and takes up the queue's comparisons, its clocks and its daily round. calendarIn is the company's
// calendar, by which all its times are counted.
func New(db *store.DB, room *exams.Room, log *ledger.Log, queue *jobs.Queue, calendarIn func(rx *store.Rx) (calendar.Calendar, error)) *Desk {
	d := &Desk{db: db, room: room, log: log, calendarIn: calendarIn}
	d.Keep(Keeper{Name: "events", Sweep: d.sweepEvents})
	d.Keep(Keeper{Name: "pictures", Sweep: d.sweepPictures})
	queue.Handle(compareJob, d.compareClosed)
	queue.Handle(corroborateJob, d.corroborateClosed)
	queue.Handle(finalJob, d.finalise)
	queue.Handle(clockJob, d.strike)
	queue.Every("integrity/daily", day, d.Daily)
	return d
}

// OnReminder adds what carries a reminder to people, in the transaction in which it falls due: mail, where there is any.
func (d *Desk) OnReminder(f func(tx *store.Tx, r Reminder) error) {
	d.onReminder = append(d.onReminder, f)
}

// OnVerdict adds a consequence that runs in the transaction of every verdict, of every overturning, and of every
// red line that becomes final.
func (d *Desk) OnVerdict(f func(tx *store.Tx, v Verdict) error) { d.onVerdict = append(d.onVerdict, f) }

// OnSuspended adds a consequence that runs in the transaction in which a case begins to suspend a person, or goes on to.
func (d *Desk) OnSuspended(f func(tx *store.Tx, personID string) error) {
	d.onSuspended = append(d.onSuspended, f)
}

func (d *Desk) suspendedIn(tx *store.Tx, personID string) error {
	for _, f := range d.onSuspended {
		if err := f(tx, personID); err != nil {
			return err
		}
	}
	return nil
}

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
