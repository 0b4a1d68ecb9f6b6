package gate

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"bainian/app/people"
	"bainian/app/store"
)

// Way is how a decision was asked for.
type Way string

const (
	ByEvaluation Way = "evaluation"   // a machine asked the decision point, for one or in a batch
	ByForward    Way = "forward-auth" // a proxy asked before it let a request through
	ByGrant      Way = "grant"        // a machine asked for an entitlement to carry away
	ByDraw       Way = "draw"         // a person drew a lead
	ByAssign     Way = "assign"       // a manager gave one: one by one, by an allocation, a transfer or a ruling
	BySwap       Way = "swap"         // a person put leads into their private pool
	ByGlass      Way = "glass"        // the broken glass answered, and its log was brought home
)

// Ways are all ways, for labels.
func Ways() []Way { return []Way{ByEvaluation, ByForward, ByGrant, ByDraw, ByAssign, BySwap, ByGlass} }

// Entry is one decision in the logbook: who asked for whom, and what was answered. Reasons are what others may know
// (Audience Others): of a case nothing but that the person is suspended.
type Entry struct {
	At            time.Time // zero where nobody could tell: when it is written
	Way           Way
	PersonID      string // "" when it is not known whom the caller meant
	Number        string // what a machine called the person; kept only where nobody is found by it
	Action        Action // as it was asked for, known or not
	Allowed       bool
	Level         Level
	Reasons       []string // Requirement.Key, "suspended", or the message key of what stood in the way
	PolicyVersion int
	Actor         string // the id of the person who acted, or the name of the machine's token
	Count         int    // how many of the kind this stands for; more than 1 when they came too fast to be kept apart
}

// EntryOf is a decision as the logbook keeps it.
func EntryOf(d Decision, way Way, a Action, actor string) Entry {
	e := Entry{At: d.At, Way: way, PersonID: d.PersonID, Action: a, Allowed: d.Allows(a), Level: d.Level, PolicyVersion: d.PolicyVersion, Actor: actor}
	if !e.Allowed {
		for _, r := range d.Reasons(Others) {
			e.Reasons = append(e.Reasons, r.Requirement)
		}
	}
	return e
}

// Refusal is a decision that rests on no facts: the question was not one for the gate, or it could not be answered, for
// the reason of that message key.
func Refusal(at time.Time, way Way, number string, a Action, actor, key string) Entry {
	return Entry{At: at, Way: way, Number: number, Action: a, Level: None, Reasons: []string{key}, Actor: actor}
}

const (
	apart    = 200    // entries that wait before those of one kind are counted together: what one transaction takes
	mostKept = 20_000 // entries that wait at most
	mostText = 64     // characters of what a caller says
)

// Logbook takes down every decision without keeping anybody waiting for it: entries gather in memory and are written
// together, at most 200 a transaction. When more than that wait, those that say the same are counted as one; when
// 20,000 do, what is new is dropped. Both are counted (Strain): nothing is lost unseen.
type Logbook struct {
	db       *store.DB
	mu       sync.Mutex
	waiting  []Entry
	latest   map[sameness]int // where in waiting the latest entry of that kind is
	strain   Strain
	full     chan struct{}
	onNoted  []func(Entry)
	flushing sync.Mutex
}

// Strain is how the logbook keeps up, since the program began.
type Strain struct {
	Waiting   int // entries not written yet
	Written   int // rows
	Coalesced int // entries that are counted in another's row
	Dropped   int // entries that are not kept at all
	Failed    int // tries at writing that failed; what they would have written goes on waiting
}

// sameness is what makes two entries one when they come too fast.
type sameness struct {
	way            Way
	person, number string
	action         Action
	allowed        bool
	reasons        string
}

func newLogbook(db *store.DB) *Logbook {
	return &Logbook{db: db, latest: map[sameness]int{}, full: make(chan struct{}, 1)}
}

// OnNoted has f see every entry at once, before it is written. f must be quick, and is set before anybody notes.
func (l *Logbook) OnNoted(f func(Entry)) { l.onNoted = append(l.onNoted, f) }

// Note takes an entry down. It waits for nothing and never fails.
func (l *Logbook) Note(e Entry) {
	e.Number, e.Action, e.Actor = shortened(e.Number), Action(shortened(string(e.Action))), shortened(e.Actor)
	e.Count = max(e.Count, 1)
	for _, f := range l.onNoted {
		f(e)
	}
	same := sameness{e.Way, e.PersonID, e.Number, e.Action, e.Allowed, strings.Join(e.Reasons, " ")}
	l.mu.Lock()
	defer l.mu.Unlock()
	at, before := l.latest[same]
	switch {
	case before && len(l.waiting) >= apart:
		l.waiting[at].Count += e.Count
		l.strain.Coalesced += e.Count
	case len(l.waiting) >= mostKept:
		l.strain.Dropped += e.Count
	default:
		l.latest[same] = len(l.waiting)
		l.waiting = append(l.waiting, e)
	}
	if len(l.waiting) >= apart {
		select {
		case l.full <- struct{}{}:
		default:
		}
	}
}

// Full receives when so much waits that it should be written before its second is over.
func (l *Logbook) Full() <-chan struct{} { return l.full }

// Strain tells how the logbook keeps up.
func (l *Logbook) Strain() Strain {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.strain
	s.Waiting = len(l.waiting)
	return s
}

// Flush writes what waits. After a failure it goes on waiting.
func (l *Logbook) Flush(ctx context.Context) error {
	l.flushing.Lock()
	defer l.flushing.Unlock()
	waiting := l.take()
	for len(waiting) > 0 {
		some := waiting[:min(len(waiting), apart)]
		if err := l.db.Write(ctx, func(tx *store.Tx) error { return enterIn(tx, some) }); err != nil {
			l.putBack(waiting)
			return err
		}
		waiting = waiting[len(some):]
		l.mu.Lock()
		l.strain.Written += len(some)
		l.mu.Unlock()
	}
	return nil
}

func (l *Logbook) take() []Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	waiting := l.waiting
	l.waiting = nil
	clear(l.latest)
	return waiting
}

// putBack puts what could not be written before what came meanwhile; of more than there is room for, the oldest goes.
func (l *Logbook) putBack(waiting []Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.strain.Failed++
	moved := len(waiting)
	l.waiting = append(slices.Clip(waiting), l.waiting...)
	for same, at := range l.latest {
		l.latest[same] = at + moved
	}
	over := max(len(l.waiting)-mostKept, 0)
	for _, e := range l.waiting[:over] {
		l.strain.Dropped += e.Count
	}
	l.waiting = slices.Clone(l.waiting[over:])
	for same, at := range l.latest {
		if l.latest[same] = at - over; at < over {
			delete(l.latest, same)
		}
	}
}

// shortened keeps what a caller says to what a row should hold.
func shortened(text string) string {
	if utf8.RuneCountInString(text) <= mostText {
		return text
	}
	return string([]rune(text)[:mostText-1]) + "…"
}

// enterIn writes entries; whom a machine meant is looked up here, off the way of whoever asked.
func enterIn(tx *store.Tx, some []Entry) error {
	const row = `(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	values, args := make([]string, 0, len(some)), make([]any, 0, 12*len(some))
	for _, e := range some {
		if e.PersonID == "" && e.Number != "" {
			p, found, err := people.ByNumberIn(tx.Rx, e.Number)
			if err != nil {
				return err
			}
			if found {
				e.PersonID = p.ID
			}
		}
		if e.PersonID != "" {
			e.Number = ""
		}
		if e.At.IsZero() {
			e.At = tx.Now
		}
		values = append(values, row)
		args = append(args, tx.NewID(), store.Ms(e.At), string(e.Way), e.PersonID, e.Number, string(e.Action), e.Allowed, string(e.Level),
			strings.Join(e.Reasons, " "), e.PolicyVersion, e.Actor, e.Count)
	}
	_, err := tx.Exec(`INSERT INTO gate_decision (id, at_ms, way, person_id, number, action, allowed, level, reasons, policy_version, actor, entries) VALUES `+strings.Join(values, ", "), args...)
	return err
}
