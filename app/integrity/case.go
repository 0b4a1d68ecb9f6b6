package integrity

import (
	"context"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// State is where a case stands.
type State string

const (
	Flagged State = "flagged" // waits for a person; touches nothing
	Open    State = "open"    // a reviewer has taken it up; suspends the gate until ReviewBy
	Second  State = "second"  // waits for a second reviewer
	Closed  State = "closed"
)

// Case is one person's file about one attempt.
type Case struct {
	Number    int
	PersonID  string
	AttemptID string
	SittingID string
	State     State
	ReviewBy  time.Time // zero while flagged
	Outcome   Outcome   // "" until closed
	At        time.Time // when it was flagged
	Step      Step      // what is waited for; "" when nothing is
	Due       time.Time // until when; zero when nothing is waited for
	Cleared   time.Time // when it was seen that nothing stands, by a verdict or an upheld appeal; zero otherwise
	Dismissed bool      // a reviewer saw no case in the flag: nobody else learned of it

	clock string // id of the clock that runs
}

// Sealed reports whether the file is shut: nothing stands, and it is nobody's business any more.
func (c Case) Sealed() bool { return !c.Cleared.IsZero() || c.Dismissed }

const caseColumns = `number, person_id, attempt_id, sitting_id, state, coalesce(review_ms, 0), coalesce(outcome, ''), at_ms, step, coalesce(due_ms, 0), clock_id,
	coalesce((SELECT o.at_ms FROM overturning o WHERE o.number = integrity_case.number), (SELECT v.at_ms FROM verdict v WHERE v.number = integrity_case.number AND v.outcome = 'not_upheld'), 0),
	state = 'closed' AND NOT EXISTS (SELECT 1 FROM verdict v WHERE v.number = integrity_case.number)`

func scanCase(r store.Row) (c Case, err error) {
	var review, at, due, cleared int64
	err = r.Scan(&c.Number, &c.PersonID, &c.AttemptID, &c.SittingID, &c.State, &review, &c.Outcome, &at, &c.Step, &due, &c.clock, &cleared, &c.Dismissed)
	c.ReviewBy, c.Due, c.Cleared = moment(review), moment(due), moment(cleared)
	c.At = store.Time(at)
	return c, err
}

// moment is a time that is kept as 0 while there is none.
func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return store.Time(ms)
}

func caseIn(rx *store.Rx, number int) (Case, error) {
	c, ok, err := store.First(rx, scanCase, `SELECT `+caseColumns+` FROM integrity_case WHERE number = ?`, number)
	if err == nil && !ok {
		err = noCase(number)
	}
	return c, err
}

func noCase(number int) error {
	return fault.New(fault.NotFound, "integrity.no_case", "number", number)
}

// flagIn puts a case into the queue for one attempt, or finds the one that is there and keeps with it what was
// seen now. What a reviewer had dismissed is looked at again.
func (d *Desk) flagIn(tx *store.Tx, attemptID, personID, sittingID, by, why string) (int, error) {
	c, ok, err := store.First(tx.Rx, scanCase, `SELECT `+caseColumns+` FROM integrity_case WHERE attempt_id = ?`, attemptID)
	if err != nil {
		return 0, err
	}
	if ok {
		if err := eventIn(tx, c.Number, "reported", why, by); err != nil || !c.Dismissed {
			return c.Number, err
		}
		if _, err := tx.Exec(`UPDATE integrity_case SET state = 'flagged', outcome = NULL WHERE number = ?`, c.Number); err != nil {
			return 0, err
		}
		return c.Number, d.startIn(tx, c.Number, Triage, by)
	}
	var last int
	if err := tx.Row(`SELECT coalesce(max(number), 0) FROM integrity_case`).Scan(&last); err != nil {
		return 0, err
	}
	number := last + 1
	_, err = tx.Exec(`INSERT INTO integrity_case (number, person_id, attempt_id, sitting_id, state, at_ms) VALUES (?, ?, ?, ?, 'flagged', ?)`,
		number, personID, attemptID, sittingID, store.Ms(tx.Now))
	if err != nil {
		return 0, err
	}
	if err := eventIn(tx, number, "flagged", why, by); err != nil {
		return 0, err
	}
	return number, d.startIn(tx, number, Triage, by)
}

// eventIn records what happened to a case, by whom and when.
func eventIn(tx *store.Tx, number int, kind, text, by string) error {
	_, err := tx.Exec(`INSERT INTO case_event (id, number, kind, text, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?)`,
		tx.NewID(), number, kind, text, by, store.Ms(tx.Now))
	return err
}

// Open takes up a flagged case: from now on it suspends the person's gate until ReviewBy, and the person is to be told
// why within a business day.
func (d *Desk) Open(ctx context.Context, actor people.Person, number int) error {
	return d.onCase(ctx, actor, number, func(tx *store.Tx, c Case) error {
		if c.State != Flagged {
			return fault.New(fault.Conflict, "integrity.already_open", "number", number)
		}
		if err := eventIn(tx, number, "opened", "", actor.ID); err != nil {
			return err
		}
		if err := d.suspendIn(tx, number, actor.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE integrity_case SET state = 'open' WHERE number = ?`, number); err != nil {
			return err
		}
		if err := d.startIn(tx, number, Notice, actor.ID); err != nil {
			return err
		}
		return d.suspendedIn(tx, c.PersonID)
	})
}

// Dismiss ends a flag in which a reviewer sees no case, with the reason: nothing has touched the person, who is not told.
func (d *Desk) Dismiss(ctx context.Context, actor people.Person, number int, reason string) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	return d.onCase(ctx, actor, number, func(tx *store.Tx, c Case) error {
		if c.State != Flagged {
			return fault.New(fault.Conflict, "integrity.already_open", "number", number)
		}
		if _, err := tx.Exec(`UPDATE integrity_case SET state = 'closed', outcome = 'not_upheld' WHERE number = ?`, number); err != nil {
			return err
		}
		if err := eventIn(tx, number, "dismissed", reason, actor.ID); err != nil {
			return err
		}
		return stopIn(tx, number)
	})
}

// Renew prolongs the suspension of a case that is still undecided. Only a reviewer other than the one who
// opened it may: a suspension is never indefinite by one person's will.
func (d *Desk) Renew(ctx context.Context, actor people.Person, number int, reason string) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	return d.onCase(ctx, actor, number, func(tx *store.Tx, c Case) error {
		if err := c.undecided(); err != nil {
			return err
		}
		opener, err := openerIn(tx.Rx, number)
		if err != nil {
			return err
		}
		if opener == actor.ID {
			return forbidden("integrity.renew_second")
		}
		if err := eventIn(tx, number, "renewed", reason, actor.ID); err != nil {
			return err
		}
		if err := d.suspendIn(tx, number, actor.ID); err != nil {
			return err
		}
		return d.suspendedIn(tx, c.PersonID)
	})
}

// undecided is the fault of a case that nobody has opened, or that is decided.
func (c Case) undecided() error {
	if c.State != Open && c.State != Second {
		return fault.New(fault.Conflict, "integrity.not_open", "number", c.Number)
	}
	return nil
}

// openerIn is the reviewer who opened the case.
func openerIn(rx *store.Rx, number int) (id string, err error) {
	err = rx.Row(`SELECT by_id FROM case_event WHERE number = ? AND kind = 'opened' ORDER BY at_ms DESC LIMIT 1`, number).Scan(&id)
	return id, err
}

// onCase is one transaction on a case by a reviewer who may work on it.
func (d *Desk) onCase(ctx context.Context, actor people.Person, number int, f func(tx *store.Tx, c Case) error) error {
	return d.db.Write(ctx, func(tx *store.Tx) error {
		c, err := caseIn(tx.Rx, number)
		if err != nil {
			return err
		}
		if err := mayReview(tx.Rx, actor, c); err != nil {
			return err
		}
		if err := f(tx, c); err != nil {
			return err
		}
		return chainIn(tx, number)
	})
}

// onMine is one transaction on a case by the person whom it is about, once a reviewer has opened it.
func (d *Desk) onMine(ctx context.Context, actor people.Person, number int, f func(tx *store.Tx, c Case) error) error {
	return d.db.Write(ctx, func(tx *store.Tx) error {
		c, err := mineIn(tx.Rx, actor, number)
		if err != nil {
			return err
		}
		if err := f(tx, c); err != nil {
			return err
		}
		return chainIn(tx, number)
	})
}

// mineIn is a case for the person whom it is about; of a mere flag, dismissed or not, nobody learns, and anybody
// else's is not there.
func mineIn(rx *store.Rx, actor people.Person, number int) (Case, error) {
	c, err := caseIn(rx, number)
	if err == nil && (c.PersonID != actor.ID || c.State == Flagged || c.Dismissed) {
		err = noCase(number)
	}
	return c, err
}

// Standing is what of a person's cases the gate may know.
type Standing struct {
	RedLine   bool
	OpenCases int       // opened by a person, undecided, within their suspension
	ReviewBy  time.Time // the earliest of their ends
}

// StandingIn is a person's standing now. A flag alone is nothing; a suspension that nobody renewed has ended.
func StandingIn(rx *store.Rx, personID string) (Standing, error) {
	all, err := StandingsIn(rx, personID)
	return all[personID], err
}

// StandingsIn is StandingIn of several people, by id; whoever has no entry has a clean one.
func StandingsIn(rx *store.Rx, personIDs ...string) (map[string]Standing, error) {
	who, args := store.List(personIDs)
	args = append(append(args, store.Ms(rx.Now)), args...)
	var all map[string]Standing
	err := rx.Each(`SELECT person_id, count(*), min(review_ms) FROM integrity_case
			WHERE person_id IN `+who+` AND state IN ('open', 'second') AND review_ms > ? GROUP BY person_id
		UNION ALL SELECT person_id, 0, 0 FROM verdict v
			WHERE person_id IN `+who+` AND outcome = 'red_line' AND NOT EXISTS (SELECT 1 FROM overturning o WHERE o.number = v.number)`, args, func(r store.Row) error {
		var person string
		var open int
		var review int64
		if err := r.Scan(&person, &open, &review); err != nil {
			return err
		}
		if all == nil {
			all = map[string]Standing{}
		}
		s := all[person]
		if open > 0 {
			s.OpenCases, s.ReviewBy = open, store.Time(review)
		} else {
			s.RedLine = true
		}
		all[person] = s
		return nil
	})
	return all, err
}
