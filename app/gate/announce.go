package gate

import (
	"context"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// Change is that a person's gate stands differently from now on. It holds the whole state, not a difference, so that
// whoever hears of it twice or out of order keeps the one with the highest sequence and is right.
type Change struct {
	PersonID      string
	Number        string // the employee number, by which machines know the person
	Sequence      int64  // 1 for the first change of the person, then one more each time
	Standing      Standing
	Level         Level
	Until         time.Time // when the level ends by itself, or the suspension must be decided; zero for neither
	PolicyVersion int
	At            time.Time
}

// OnChanged adds what must happen in the transaction in which a gate comes to stand differently, before the program
// starts to serve.
func (k *Keeper) OnChanged(f func(*store.Tx, Change) error) { k.onChanged = append(k.onChanged, f) }

// announced is what is told of a decision: nothing of a case but that the person is suspended, and until when.
func (d Decision) announced() (s Standing, l Level, until time.Time) {
	s, l = d.Standing(), d.Level
	switch s {
	case StandingOpen, StandingLimited, StandingShadow:
		until = d.Until
	case StandingSuspended:
		until = d.ReviewBy
	}
	return s, l, until
}

// oftenEnough is how long a decision is not looked at again although nothing is known that would change it.
const oftenEnough = 24 * time.Hour

// lookAgain is when time alone may next change a decision: something runs out, a suspension does, or the day turns for a
// newcomer. Everybody is looked at once a day, whatever was missed.
func (d Decision) lookAgain() time.Time {
	next := d.At.Add(oftenEnough)
	sooner := func(t time.Time) {
		if t.After(d.At) && t.Before(next) {
			next = t
		}
	}
	sooner(d.Until)
	sooner(d.ReviewBy)
	for _, s := range d.Steps {
		sooner(s.Until)
	}
	if d.Level == Limited && d.Newcomer {
		y, m, day := d.At.Date()
		sooner(time.Date(y, m, day+1, 0, 0, 0, 0, d.At.Location()))
	}
	return next
}

// state is what was told last about a person.
type state struct {
	sequence int64
	standing Standing
	level    Level
	until    int64 // ms; 0 for none
}

func stateIn(rx *store.Rx, personID string) (state, bool, error) {
	return store.First(rx, func(r store.Row) (s state, err error) {
		return s, r.Scan(&s.sequence, &s.standing, &s.level, &s.until)
	}, `SELECT sequence, standing, level, coalesce(until_ms, 0) FROM gate_state WHERE person_id = ?`, personID)
}

// of is the state that a decision would tell, as the next after s.
func (s state) of(d Decision) state {
	standing, level, until := d.announced()
	next := state{sequence: s.sequence, standing: standing, level: level}
	if !until.IsZero() {
		next.until = store.Ms(until)
	}
	if next != s {
		next.sequence++
	}
	return next
}

// NoticeIn looks at a person's gate in the transaction of whatever may have changed it. If it stands differently than it
// was told last, that is put on record and told; if not, nothing happens. A policy that cannot be read closes the gate
// here as it does everywhere.
func (k *Keeper) NoticeIn(tx *store.Tx, personID string) error {
	p, ok, err := people.PersonIn(tx.Rx, personID)
	if err != nil || !ok || p.Has(people.Rehearser) {
		return err
	}
	d, err := k.DecideIn(tx.Rx, personID)
	if err != nil && !fault.HasKey(err, "gate.no_policy") {
		return err
	}
	before, known, err := stateIn(tx.Rx, personID)
	if err != nil {
		return err
	}
	if !known { // who was never spoken of is closed
		before = state{standing: StandingClosed, level: None}
	}
	after := before.of(d)
	until := any(nil)
	if after.until != 0 {
		until = after.until
	}
	if _, err := tx.Exec(`INSERT INTO gate_state (person_id, sequence, standing, level, until_ms, due_ms, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (person_id) DO UPDATE SET sequence = excluded.sequence, standing = excluded.standing, level = excluded.level,
			until_ms = excluded.until_ms, due_ms = excluded.due_ms, at_ms = excluded.at_ms`,
		personID, after.sequence, string(after.standing), string(after.level), until, store.Ms(d.lookAgain()), store.Ms(tx.Now)); err != nil {
		return err
	}
	if after == before {
		return nil
	}
	c := Change{PersonID: personID, Number: p.Number, Sequence: after.sequence, Standing: after.standing, Level: after.level,
		PolicyVersion: d.PolicyVersion, At: tx.Now}
	if after.until != 0 {
		c.Until = store.Time(after.until)
	}
	if _, err := tx.Exec(`INSERT INTO gate_change (person_id, sequence, standing, level, until_ms, policy_version, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		personID, c.Sequence, string(c.Standing), string(c.Level), until, c.PolicyVersion, store.Ms(tx.Now)); err != nil {
		return err
	}
	for _, f := range k.onChanged {
		if err := f(tx, c); err != nil {
			return err
		}
	}
	return nil
}

// Taker is somebody whose gate was open when it was looked at last.
type Taker struct{ PersonID, Number string }

// Takers are at most n of the people whose gate is open, after one of them, by id.
func (k *Keeper) Takers(ctx context.Context, after string, n int) (some []Taker, err error) {
	err = k.db.ReadOne(ctx, func(rx *store.Rx) (err error) {
		some, err = store.All(rx, func(r store.Row) (t Taker, err error) { return t, r.Scan(&t.PersonID, &t.Number) },
			`SELECT s.person_id, e.number FROM gate_state s JOIN employee e ON e.id = s.person_id
				WHERE s.person_id > ? AND s.standing IN ('open', 'limited') ORDER BY s.person_id LIMIT ?`, after, n)
		return err
	})
	return some, err
}
