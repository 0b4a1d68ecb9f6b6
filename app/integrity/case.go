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

// suspension is how long an open case suspends the gate before a second reviewer must renew it: 15 business
// days, as the three calendar weeks that hold them.
const suspension = 21 * 24 * time.Hour

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
}

const caseColumns = `number, person_id, attempt_id, sitting_id, state, coalesce(review_ms, 0), coalesce(outcome, ''), at_ms`

func scanCase(r store.Row) (c Case, err error) {
	var review, at int64
	err = r.Scan(&c.Number, &c.PersonID, &c.AttemptID, &c.SittingID, &c.State, &review, &c.Outcome, &at)
	if review > 0 {
		c.ReviewBy = store.Time(review)
	}
	c.At = store.Time(at)
	return c, err
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
// seen now.
func flagIn(tx *store.Tx, attemptID, personID, sittingID, by, why string) (int, error) {
	c, ok, err := store.First(tx.Rx, scanCase, `SELECT `+caseColumns+` FROM integrity_case WHERE attempt_id = ?`, attemptID)
	if err != nil {
		return 0, err
	}
	if ok {
		return c.Number, eventIn(tx, c.Number, "reported", why, by)
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
	return number, eventIn(tx, number, "flagged", why, by)
}

// eventIn records what happened to a case, by whom and when.
func eventIn(tx *store.Tx, number int, kind, text, by string) error {
	_, err := tx.Exec(`INSERT INTO case_event (id, number, kind, text, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?)`,
		tx.NewID(), number, kind, text, by, store.Ms(tx.Now))
	return err
}

// Open takes up a flagged case: from now on it suspends the person's gate until ReviewBy.
func (d *Desk) Open(ctx context.Context, actor people.Person, number int) error {
	return d.onCase(ctx, actor, number, func(tx *store.Tx, c Case) error {
		if c.State != Flagged {
			return fault.New(fault.Conflict, "integrity.already_open", "number", number)
		}
		if _, err := tx.Exec(`UPDATE integrity_case SET state = 'open', review_ms = ? WHERE number = ?`,
			store.Ms(tx.Now.Add(suspension)), number); err != nil {
			return err
		}
		return eventIn(tx, number, "opened", "", actor.ID)
	})
}

// Renew prolongs the suspension of a case that is still undecided. Only a reviewer other than the one who
// opened it may: a suspension is never indefinite by one person's will.
func (d *Desk) Renew(ctx context.Context, actor people.Person, number int, reason string) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	return d.onCase(ctx, actor, number, func(tx *store.Tx, c Case) error {
		if c.State != Open && c.State != Second {
			return fault.New(fault.Conflict, "integrity.not_open", "number", number)
		}
		var opener string
		if err := tx.Row(`SELECT by_id FROM case_event WHERE number = ? AND kind = 'opened'`, number).Scan(&opener); err != nil {
			return err
		}
		if opener == actor.ID {
			return forbidden("integrity.renew_second")
		}
		if _, err := tx.Exec(`UPDATE integrity_case SET review_ms = ? WHERE number = ?`, store.Ms(tx.Now.Add(suspension)), number); err != nil {
			return err
		}
		return eventIn(tx, number, "renewed", reason, actor.ID)
	})
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
		return f(tx, c)
	})
}

// Standing is what of a person's cases the gate may know.
type Standing struct {
	RedLine   bool
	OpenCases int       // opened by a person, undecided, within their suspension
	ReviewBy  time.Time // the earliest of their ends
}

// StandingIn is a person's standing now. A flag alone is nothing; a suspension that nobody renewed has ended.
func StandingIn(rx *store.Rx, personID string) (s Standing, err error) {
	var review int64
	err = rx.Row(`SELECT count(*), coalesce(min(review_ms), 0),
		EXISTS (SELECT 1 FROM verdict v WHERE v.person_id = ? AND v.outcome = 'red_line'
			AND NOT EXISTS (SELECT 1 FROM overturning o WHERE o.number = v.number))
		FROM integrity_case WHERE person_id = ? AND state IN ('open', 'second') AND review_ms > ?`,
		personID, personID, store.Ms(rx.Now)).Scan(&s.OpenCases, &review, &s.RedLine)
	if s.OpenCases > 0 {
		s.ReviewBy = store.Time(review)
	}
	return s, err
}
