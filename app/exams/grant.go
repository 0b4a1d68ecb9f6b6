package exams

import (
	"context"
	"slices"
	"time"

	"bainian/app/cohorts"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
)

// Grant is one more attempt at an exam for a person who had none left.
type Grant struct {
	ID, PersonID, Exam string
	Reason, By         string
	At                 time.Time
}

// Chance is where a person stands at an exam that has a limit of attempts.
type Chance struct {
	Exam   string
	Title  map[locale.Lang]string
	Lang   locale.Lang // of the exam's own title
	Used   int         // attempts that have ended and were not set aside
	Next   Next
	Grants []Grant // oldest first
}

// TitleIn is the exam's title in that language, or in its own.
func (c Chance) TitleIn(lang locale.Lang) string {
	if t := c.Title[lang]; t != "" {
		return t
	}
	return c.Title[c.Lang]
}

// UsedUp reports whether nothing but a grant, or perhaps the next cohort, gives the person another attempt.
func (c Chance) UsedUp() bool { return usedUp(c.Next) }

func usedUp(n Next) bool {
	return fault.HasKey(n.WhyNot, "exams.retry_used") || fault.HasKey(n.WhyNot, "exams.retry_used_twice")
}

// GrantAttempt gives a person who has none left one more attempt at an exam. HR may, for others, with a reason that is
// kept on record. The cooldown and what is to be read again stay as they are. Conflict exams.grant_unneeded while there
// is another way.
func (r *Room) GrantAttempt(ctx context.Context, actor people.Person, personID, exam, reason string) error {
	reason, err := reasonable(reason, "reason")
	switch {
	case err != nil:
		return err
	case !actor.Has(people.HR) || actor.ID == personID:
		return errForbidden()
	}
	paper, err := r.current(ctx, exam)
	if err != nil {
		return err
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		if _, ok, err := people.PersonIn(tx.Rx, personID); err != nil || !ok {
			return orMissing(err)
		}
		attempts, err := attemptsOfIn(tx.Rx, personID, exam)
		if err != nil {
			return err
		}
		next, err := r.nextIn(tx.Rx, personID, attempts, paper.blueprint)
		if err != nil {
			return err
		}
		if !usedUp(next) {
			return fault.New(fault.Conflict, "exams.grant_unneeded").In("exam")
		}
		_, err = tx.Exec(`INSERT INTO attempt_grant (id, person_id, exam, reason, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?)`,
			tx.NewID(), personID, exam, reason, actor.ID, store.Ms(tx.Now))
		return err
	})
}

// Chances are where a person stands at each published exam with a limit that they have sat, for HR and administrators.
func (r *Room) Chances(ctx context.Context, actor people.Person, personID string) ([]Chance, error) {
	if !actor.Has(people.HR, people.Admin) {
		return nil, errForbidden()
	}
	published, err := r.Exams(ctx)
	if err != nil {
		return nil, err
	}
	var all []Chance
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		for _, b := range published {
			attempts, err := attemptsOfIn(rx, personID, b.Slug)
			if err != nil {
				return err
			}
			if b.Attempts == 0 || len(attempts) == 0 {
				continue
			}
			c := Chance{Exam: b.Slug, Title: b.Title, Lang: b.Lang}
			for _, a := range attempts {
				if a.Over() && !a.SetAside {
					c.Used++
				}
			}
			if c.Next, err = r.nextIn(rx, personID, attempts, b); err != nil {
				return err
			}
			if c.Grants, err = grantsIn(rx, personID, b.Slug); err != nil {
				return err
			}
			all = append(all, c)
		}
		return nil
	})
	return all, err
}

func grantsIn(rx *store.Rx, personID, exam string) ([]Grant, error) {
	return store.All(rx, func(row store.Row) (g Grant, err error) {
		var at int64
		err = row.Scan(&g.ID, &g.PersonID, &g.Exam, &g.Reason, &g.By, &at)
		g.At = store.Time(at)
		return g, err
	}, `SELECT id, person_id, exam, reason, by_id, at_ms FROM attempt_grant WHERE person_id = ? AND exam = ? ORDER BY at_ms, id`, personID, exam)
}

// waysOnIn is what may give another attempt to a person who has used up those of the exam.
func waysOnIn(rx *store.Rx, personID, exam string) (granted []time.Time, joined []Joined, err error) {
	grants, err := grantsIn(rx, personID, exam)
	if err != nil {
		return nil, nil, err
	}
	for _, g := range grants {
		granted = append(granted, g.At)
	}
	memberships, err := cohorts.HistoryIn(rx, personID)
	for _, m := range slices.Backward(memberships) {
		joined = append(joined, Joined{m.Cohort.ID, m.JoinedAt})
	}
	return granted, joined, err
}
