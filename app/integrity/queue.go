package integrity

import (
	"cmp"
	"context"
	"slices"
	"time"

	"bainian/app/integrity/stats"
	"bainian/app/people"
	"bainian/app/store"
)

// CaseHead is a case as a line of the queue. Of a sealed one there is its number and when, and nothing else.
type CaseHead struct {
	Case
	Person  string // name
	Exam    string // slug
	Matches int    // of the strongest finding, 0 without one
	Slots   int
	MayWork bool // false: the actor stands too near
	Turn    bool // what the case waits for is the actor's to do
	p       float64
}

// Filter chooses which cases a queue shows.
type Filter string

const (
	Waiting Filter = "waiting" // not closed
	Appeals Filter = "appeals" // closed, and appealed
	Done    Filter = "closed"  // the others
)

// page is how many rows a list shows.
const page = 50

// most bounds what is sorted at once: so many cases never wait.
const most = 1000

// Cases are the reviewers' queue: what a reviewer has opened by when it is due, then what was flagged, of which what a
// person reported comes first and then the findings by their false discovery rate; the closed ones newest first. HR sees
// the heads, reviewers work on them. A mere flag on the actor is not among them, nor the other half of its pair. after is
// the last number of the page before, 0 for the first page.
func (d *Desk) Cases(ctx context.Context, actor people.Person, f Filter, after int) (heads []CaseHead, err error) {
	if !actor.Has(people.Reviewer, people.HR) {
		return nil, forbidden("integrity.reviewers_only")
	}
	where, args := map[Filter]string{
		Waiting: `state <> 'closed'`,
		Appeals: `step = 'appeal_decision' AND person_id <> ?`,
		Done:    `state = 'closed' AND step <> 'appeal_decision' AND number < ?`,
	}[f], []any{}
	switch f {
	case Waiting:
		args = []any{actor.ID, most}
	case Appeals:
		args = []any{actor.ID, actor.ID, most}
	case Done:
		args = []any{cmp.Or(after, 1<<31), actor.ID, page}
	}
	err = d.db.Read(ctx, func(rx *store.Rx) error {
		if heads, err = headsIn(rx, where+untold+` ORDER BY number DESC LIMIT ?`, args...); err != nil {
			return err
		}
		if f != Done {
			heads = following(sorted(heads), after)
		}
		for i := range heads {
			h := &heads[i]
			h.MayWork = mayReview(rx, actor, h.Case) == nil
			if h.Turn, err = turnIn(rx, actor, h.Case, h.Step); err != nil {
				return err
			}
			if h.Sealed() {
				*h = CaseHead{Case: Case{Number: h.Number, State: h.State, Outcome: h.Outcome, At: h.At, Cleared: h.Cleared, Dismissed: h.Dismissed}, MayWork: h.MayWork}
			}
		}
		return nil
	})
	return heads, err
}

// untold leaves out what would tell somebody of a flag on themselves that nobody has opened: it, and the other half of
// its pair.
const untold = ` AND NOT EXISTS (SELECT 1 FROM integrity_case o WHERE o.person_id = ?
	AND (o.state = 'flagged' OR o.state = 'closed' AND NOT EXISTS (SELECT 1 FROM verdict v WHERE v.number = o.number))
	AND (o.number = integrity_case.number OR EXISTS (SELECT 1 FROM case_finding l JOIN case_finding m ON m.finding_id = l.finding_id
		WHERE l.number = o.number AND m.number = integrity_case.number)))`

func headsIn(rx *store.Rx, where string, args ...any) ([]CaseHead, error) {
	return store.All(rx, func(r store.Row) (h CaseHead, err error) {
		h.Case, err = scanCase(scanMore{r, []any{&h.Person, &h.Exam, &h.Matches, &h.Slots, &h.p}})
		return h, err
	}, `SELECT `+caseColumns+`, (SELECT e.name FROM employee e WHERE e.id = person_id), (SELECT s.exam FROM sitting s WHERE s.id = sitting_id),
		coalesce((SELECT max(f.matches) FROM case_finding l JOIN finding f ON f.id = l.finding_id WHERE l.number = integrity_case.number), 0),
		coalesce((SELECT max(f.slots) FROM case_finding l JOIN finding f ON f.id = l.finding_id WHERE l.number = integrity_case.number), 0),
		coalesce((SELECT min(f.p) FROM case_finding l JOIN finding f ON f.id = l.finding_id WHERE l.number = integrity_case.number), -1)
		FROM integrity_case WHERE `+where, args...)
}

// sorted puts what waits into its order. The false discovery rate orders the flags and decides nothing.
func sorted(heads []CaseHead) []CaseHead {
	var flagged []int
	var p []float64
	for i, h := range heads {
		if h.State == Flagged && h.p >= 0 {
			flagged, p = append(flagged, i), append(p, h.p)
		}
	}
	rate := make([]float64, len(heads)) // 0 for what no test has found
	for n, q := range stats.BenjaminiHochberg(p) {
		rate[flagged[n]] = q
	}
	order := make([]int, len(heads))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int {
		a, b := heads[x], heads[y]
		if a.State == Flagged && b.State == Flagged {
			return cmp.Or(cmp.Compare(rate[x], rate[y]), cmp.Compare(a.p, b.p), cmp.Compare(a.Number, b.Number))
		}
		if a.State == Flagged || b.State == Flagged {
			return boolean(a.State == Flagged) - boolean(b.State == Flagged)
		}
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Number, b.Number))
	})
	out := make([]CaseHead, len(heads))
	for i, n := range order {
		out[i] = heads[n]
	}
	return out
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

// following is the page of a sorted list that comes after a case.
func following(heads []CaseHead, after int) []CaseHead {
	if i := slices.IndexFunc(heads, func(h CaseHead) bool { return h.Number == after }); i >= 0 {
		heads = heads[i+1:]
	}
	return heads[:min(len(heads), page)]
}

// Burden is what the declared rate means for whoever runs exams.
type Burden struct {
	Sittings int     // whose papers were compared in the last 365 days
	Family   float64 // the chance of any innocent pair in one of them
}

// Pairs is how many innocent pairs that flags in a year at most, on average.
func (b Burden) Pairs() float64 { return float64(b.Sittings) * b.Family }

// Burden is that of the last 365 days, for HR and reviewers.
func (d *Desk) Burden(ctx context.Context, actor people.Person) (b Burden, err error) {
	if !actor.Has(people.Reviewer, people.HR) {
		return b, forbidden("integrity.reviewers_only")
	}
	b.Family = family
	err = d.db.Read(ctx, func(rx *store.Rx) error {
		return rx.Row(`SELECT count(*) FROM comparison WHERE at_ms > ?`, store.Ms(rx.Now.Add(-year))).Scan(&b.Sittings)
	})
	return b, err
}

const year = 365 * day

// Lifted is somebody of a manager's line whose gate a case had suspended, and of whom it was seen that nothing stands.
type Lifted struct {
	Person string // name
	At     time.Time
}

// liftedFor is for how long those who knew of a suspension are told that it is over.
const liftedFor = 14 * day

// Lifted are those of the last two weeks: whoever had been told of a suspension is told as visibly that it is gone.
// Managers never learn what it was about.
func (d *Desk) Lifted(ctx context.Context, actor people.Person) (all []Lifted, err error) {
	if !actor.Has(people.Manager, people.HR) {
		return nil, nil
	}
	err = d.db.Read(ctx, func(rx *store.Rx) error {
		since := store.Ms(rx.Now.Add(-liftedFor))
		cases, err := store.All(rx, scanCase, `SELECT `+caseColumns+` FROM integrity_case WHERE state = 'closed' AND (number IN (SELECT number FROM overturning WHERE at_ms > ?)
			OR number IN (SELECT number FROM verdict WHERE outcome = 'not_upheld' AND at_ms > ?)) ORDER BY number`, since, since)
		if err != nil {
			return err
		}
		for _, c := range cases {
			above, err := people.LineIn(rx, c.PersonID)
			if err != nil {
				return err
			}
			if !slices.Contains(above, actor.ID) && !actor.Has(people.HR) {
				continue
			}
			p, _, err := people.PersonIn(rx, c.PersonID)
			if err != nil {
				return err
			}
			all = append(all, Lifted{p.Name, c.Cleared})
		}
		return nil
	})
	return all, err
}
