package integrity

import (
	"context"
	"time"

	"bainian/app/people"
	"bainian/app/store"
)

// CaseHead is a case as a line of the queue.
type CaseHead struct {
	Case
	Person  string // name
	Exam    string // slug
	Matches int    // of the strongest finding, 0 without one
	Slots   int
	Votes   int
	MayWork bool // false: the actor stands too near
}

// Filter chooses which cases a queue shows.
type Filter string

const (
	Waiting Filter = "waiting" // not closed
	Done    Filter = "closed"
)

// page is how many rows a list shows.
const page = 50

// Cases are the reviewers' queue, oldest first while waiting, newest first when closed; HR sees the heads,
// reviewers work on them. A mere flag on the actor is not among them. after is the last number of the page before, 0 for the first page.
func (d *Desk) Cases(ctx context.Context, actor people.Person, f Filter, after int) (heads []CaseHead, err error) {
	if !actor.Has(people.Reviewer, people.HR) {
		return nil, forbidden("integrity.reviewers_only")
	}
	where, order := `c.state <> 'closed' AND c.number > ?`, `c.number`
	if f == Done {
		where, order = `c.state = 'closed' AND c.number < ?`, `c.number DESC`
		if after == 0 {
			after = 1 << 31
		}
	}
	err = d.db.Read(ctx, func(rx *store.Rx) error {
		heads, err = store.All(rx, scanHead, `SELECT c.number, c.person_id, c.attempt_id, c.sitting_id, c.state,
			coalesce(c.review_ms, 0), coalesce(c.outcome, ''), c.at_ms, e.name, s.exam,
			coalesce((SELECT max(f.matches) FROM case_finding cf JOIN finding f ON f.id = cf.finding_id WHERE cf.number = c.number), 0),
			coalesce((SELECT max(f.slots) FROM case_finding cf JOIN finding f ON f.id = cf.finding_id WHERE cf.number = c.number), 0),
			(SELECT count(*) FROM case_vote v WHERE v.number = c.number)
			FROM integrity_case c JOIN employee e ON e.id = c.person_id JOIN sitting s ON s.id = c.sitting_id
			WHERE `+where+` AND NOT (c.state = 'flagged' AND c.person_id = ?) ORDER BY `+order+` LIMIT ?`, after, actor.ID, page)
		if err != nil {
			return err
		}
		for i := range heads {
			heads[i].MayWork = mayReview(rx, actor, heads[i].Case) == nil
		}
		return nil
	})
	return heads, err
}

func scanHead(r store.Row) (h CaseHead, err error) {
	var review, at int64
	err = r.Scan(&h.Number, &h.PersonID, &h.AttemptID, &h.SittingID, &h.State, &review, &h.Outcome, &at,
		&h.Person, &h.Exam, &h.Matches, &h.Slots, &h.Votes)
	if review > 0 {
		h.ReviewBy = store.Time(review)
	}
	h.At = store.Time(at)
	return h, err
}

// Mine are the cases about the person that a reviewer has opened or closed: nobody learns of a mere flag, and
// everybody learns of a case.
func (d *Desk) Mine(ctx context.Context, actor people.Person) (cases []Case, err error) {
	err = d.db.Read(ctx, func(rx *store.Rx) error {
		cases, err = store.All(rx, scanCase, `SELECT `+caseColumns+` FROM integrity_case WHERE person_id = ? AND state <> 'flagged' ORDER BY number`, actor.ID)
		return err
	})
	return cases, err
}

// Overturning is an upheld appeal.
type Overturning struct {
	Reason, By string
	At         time.Time
}
