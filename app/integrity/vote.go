package integrity

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"bainian/app/fault"
	"bainian/app/ledger"
	"bainian/app/people"
	"bainian/app/store"
)

// Ballot is what a reviewer hands in.
type Ballot struct {
	Outcome Outcome
	Reason  string
}

// Vote records a reviewer's opinion and, when it is the second, the verdict with all its consequences in the same
// transaction. Every case takes two, so that one that waits for its second tells nothing of the first. Against the
// person nobody votes before they were heard; a red line is refused, naming what is missing, without a fact that can
// carry it.
func (d *Desk) Vote(ctx context.Context, actor people.Person, number int, b Ballot) (Case, error) {
	if !b.Outcome.Valid() {
		return Case{}, fault.New(fault.Invalid, "integrity.unknown_outcome").In("outcome")
	}
	if err := checkReason(b.Reason); err != nil {
		return Case{}, err
	}
	var after Case
	err := d.onCase(ctx, actor, number, func(tx *store.Tx, c Case) error {
		if err := c.undecided(); err != nil {
			return err
		}
		if c.Step == Inquiry {
			return fault.New(fault.Conflict, "integrity.inquiry_open")
		}
		votes, err := votesIn(tx.Rx, number)
		if err != nil {
			return err
		}
		if voted(votes, actor.ID) {
			return fault.New(fault.Conflict, "integrity.voted")
		}
		if b.Outcome == RedLine {
			facts, err := factsIn(tx.Rx, c)
			if err != nil {
				return err
			}
			if !carried(facts, tx.Now) {
				return fault.New(fault.Conflict, "integrity.needs_channel")
			}
		}
		if b.Outcome != NotUpheld {
			if heard, err := heardIn(tx.Rx, c); err != nil || !heard {
				return orConflict(err, "integrity.not_heard")
			}
		}
		if _, err := tx.Exec(`INSERT INTO case_vote (id, number, reviewer_id, outcome, reason, at_ms) VALUES (?, ?, ?, ?, ?, ?)`,
			tx.NewID(), number, actor.ID, b.Outcome, b.Reason, store.Ms(tx.Now)); err != nil {
			return err
		}
		if err := eventIn(tx, number, "voted", "", actor.ID); err != nil {
			return err
		}
		votes = append(slices.DeleteFunc(votes, func(v Vote) bool { return v.Tied }),
			Vote{Reviewer: actor.ID, Outcome: b.Outcome, Reason: b.Reason, At: tx.Now})
		if err := d.tallyIn(tx, c, votes); err != nil {
			return err
		}
		after, err = caseIn(tx.Rx, number)
		return err
	})
	return after, err
}

func voted(votes []Vote, reviewer string) bool {
	return slices.ContainsFunc(votes, func(v Vote) bool { return v.Reviewer == reviewer })
}

func votesIn(rx *store.Rx, number int) ([]Vote, error) {
	return store.All(rx, func(r store.Row) (v Vote, err error) {
		var at int64
		err = r.Scan(&v.Reviewer, &v.Outcome, &v.Reason, &at, &v.Tied)
		v.At = store.Time(at)
		return v, err
	}, `SELECT v.reviewer_id, v.outcome, v.reason, v.at_ms,
		EXISTS (SELECT 1 FROM case_tie t WHERE t.number = v.number AND t.reviewer_id = v.reviewer_id
			AND NOT EXISTS (SELECT 1 FROM verdict d WHERE d.number = t.number AND d.at_ms < t.at_ms))
		FROM case_vote v WHERE v.number = ? ORDER BY v.at_ms, v.id`, number)
}

func (d *Desk) tallyIn(tx *store.Tx, c Case, votes []Vote) error {
	outcome, closed := tally(votes)
	if !closed {
		_, err := tx.Exec(`UPDATE integrity_case SET state = 'second' WHERE number = ?`, c.Number)
		return err
	}
	by := make([]string, len(votes))
	for i, v := range votes {
		by[i] = v.Reviewer
	}
	v := Verdict{CaseNumber: c.Number, PersonID: c.PersonID, AttemptID: c.AttemptID, Outcome: outcome, By: by}
	leaf, err := commitIn(tx, v)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO verdict (number, person_id, attempt_id, outcome, leaf_id, at_ms) VALUES (?, ?, ?, ?, ?, ?)`,
		c.Number, c.PersonID, c.AttemptID, outcome, leaf, store.Ms(tx.Now)); err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE integrity_case SET state = 'closed', outcome = ? WHERE number = ?`, outcome, c.Number); err != nil {
		return err
	}
	if err := eventIn(tx, c.Number, "closed", string(outcome), by[len(by)-1]); err != nil {
		return err
	}
	if outcome == NotUpheld {
		err = stopIn(tx, c.Number)
	} else {
		err = d.startIn(tx, c.Number, AppealFiling, by[len(by)-1])
	}
	if err != nil {
		return err
	}
	return d.consequencesIn(tx, v)
}

func (d *Desk) consequencesIn(tx *store.Tx, v Verdict) error {
	for _, f := range d.onVerdict {
		if err := f(tx, v); err != nil {
			return err
		}
	}
	return nil
}

// commitIn puts a hash of the verdict into the ledger: that it was decided then and so, without a name.
func commitIn(tx *store.Tx, v Verdict) (string, error) {
	return ledger.CommitIn(tx, ofVerdict, committedTo(v))
}

func committedTo(v Verdict) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\n%s\n%s\n%s\n%t\n%v", v.CaseNumber, v.PersonID, v.AttemptID, v.Outcome, v.Overturned, v.By))
	return hex.EncodeToString(sum[:])
}
