package exams

import (
	"context"
	"encoding/json"
	"slices"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
)

// Correction is a regrade: the attempts of an exam by the keys of another version of one of its banks.
type Correction struct {
	Exam    string // slug
	Bank    string // id
	Version int    // of the bank, whose keys are right
	Reason  string // kept on record; needed to apply it
}

// Digest names a diff, so that what is applied is what was confirmed.
func (d Diff) Digest() (string, error) {
	doc, err := json.Marshal(d)
	return digest(string(doc)), err
}

// Regrade says what a correction would change, and with confirm, the digest of that diff, makes it so: each
// changed attempt gets a new revision of its result, on top of the old ones, and an audit record holds the
// diff. Choices are matched by their text; a question that is another one in the new version keeps its old
// key. Attempts keep the rules of the blueprint they were dealt by. Conflict exams.regrade_changed when the
// diff is no longer the one confirmed. For trainers and HR.
func (r *Room) Regrade(ctx context.Context, actor people.Person, c Correction, confirm string) (Diff, error) {
	if !actor.Has(people.Trainer, people.HR) {
		return Diff{}, errForbidden()
	}
	again, err := r.regraded(ctx, c)
	diff := again.diff
	if err != nil || confirm == "" {
		return diff, err
	}
	if digest, err := diff.Digest(); err != nil {
		return diff, err
	} else if digest != confirm {
		return diff, fault.New(fault.Conflict, "exams.regrade_changed")
	}
	if c.Reason, err = reasonable(c.Reason, "reason"); err != nil {
		return diff, err
	}
	if len(diff.Changes) == 0 {
		return diff, fault.New(fault.Conflict, "exams.regrade_nothing")
	}
	return diff, r.apply(ctx, actor, c, again)
}

// regraded is what a correction comes to.
type regraded struct {
	earlier int              // corrections of the exam before it
	after   map[string]Marks // by attempt
	diff    Diff
}

// regraded marks every ended attempt by the corrected keys.
func (r *Room) regraded(ctx context.Context, c Correction) (again regraded, err error) {
	type graded struct{ attempt, marks string }
	var all []graded
	var corrections []correction
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		if corrections, err = correctionsOfIn(rx, c.Exam); err != nil {
			return err
		}
		all, err = store.All(rx, func(row store.Row) (g graded, err error) {
			err = row.Scan(&g.attempt, &g.marks)
			return g, err
		}, `SELECT a.id, r.marks FROM attempt a JOIN result r ON r.attempt_id = a.id AND r.revision = a.revision WHERE a.exam = ? ORDER BY a.id`, c.Exam)
		return err
	})
	if err != nil {
		return again, err
	}
	again.earlier = len(corrections)
	banks, err := r.correctedBy(ctx, append(corrections, correction{bank: c.Bank, version: c.Version})) // earlier ones stay
	if err != nil {
		return again, err
	}
	before := map[string]Marks{}
	again.after = map[string]Marks{}
	for _, g := range all {
		var marks Marks
		if err := json.Unmarshal([]byte(g.marks), &marks); err != nil {
			return again, err
		}
		before[g.attempt] = marks
		if again.after[g.attempt], err = r.regradeOne(ctx, g.attempt, banks); err != nil {
			return again, err
		}
	}
	again.diff = DiffOf(before, again.after)
	return again, nil
}

// correction is a regrade on record: whose keys hold for a bank from then on.
type correction struct {
	id, bank string
	version  int
}

// correctionsOfIn are the corrections of an exam, oldest first.
func correctionsOfIn(rx *store.Rx, exam string) ([]correction, error) {
	return store.All(rx, func(row store.Row) (c correction, err error) {
		err = row.Scan(&c.id, &c.bank, &c.version)
		return c, err
	}, `SELECT id, bank, bank_version FROM regrade WHERE exam = ? ORDER BY at_ms, id`, exam)
}

// correctedBy are the banks whose keys hold after those corrections, by id.
func (r *Room) correctedBy(ctx context.Context, corrections []correction) (map[string]*bank, error) {
	banks := map[string]*bank{}
	for _, c := range corrections {
		b, err := r.bankOf(ctx, Pin{Path: bankPath(c.bank), Version: c.version})
		if err != nil {
			return nil, err
		}
		banks[c.bank] = b
	}
	return banks, nil
}

// correctionsIn is how many corrections of an exam are on record.
func correctionsIn(rx *store.Rx, exam string) (n int, err error) {
	err = rx.Row(`SELECT count(*) FROM regrade WHERE exam = ?`, exam).Scan(&n)
	return n, err
}

func (r *Room) regradeOne(ctx context.Context, attemptID string, corrected map[string]*bank) (Marks, error) {
	d, err := r.dealt(ctx, attemptID)
	if err != nil {
		return Marks{}, err
	}
	var answers []Answered
	if err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
		answers, err = answersIn(rx, attemptID)
		return err
	}); err != nil {
		return Marks{}, err
	}
	return d.paper.regrade(d.form, d.items, responses(len(d.items), answers), corrected), nil
}

// regrade marks a form by the keys of corrected banks, where they have the same questions.
func (p *paper) regrade(f Form, dealt []questions.Item, said []questions.Response, corrected map[string]*bank) Marks {
	form, items := Form{Questions: slices.Clone(f.Questions)}, slices.Clone(dealt)
	for n, q := range form.Questions {
		if b := corrected[q.Bank]; b != nil {
			form.Questions[n].Layout, items[n] = b.correct(items[n], q.Layout)
		}
	}
	return Grade(form, items, said, p.blueprint)
}

// correct is the bank's version of an item, with the layout brought over to it; the old one where the bank
// has another question in its place, or none.
func (b *bank) correct(old questions.Item, l questions.Layout) (questions.Layout, questions.Item) {
	item, ok := b.items[old.ID]
	if !ok {
		return l, old
	}
	layout, ok := Relay(old, item, l)
	if !ok {
		return l, old
	}
	return layout, item
}

// regradesAtOnce is how many attempts one transaction regrades.
const regradesAtOnce = 40

// apply makes a correction so, unless another one came first: on top of that its marks would be the old ones.
func (r *Room) apply(ctx context.Context, actor people.Person, c Correction, again regraded) error {
	doc, err := json.Marshal(again.diff)
	if err != nil {
		return err
	}
	var id string
	err = r.db.Write(ctx, func(tx *store.Tx) error {
		earlier, err := correctionsIn(tx.Rx, c.Exam)
		if err != nil {
			return err
		}
		if earlier != again.earlier {
			return fault.New(fault.Conflict, "exams.regrade_changed")
		}
		id = tx.NewID()
		_, err = tx.Exec(`INSERT INTO regrade (id, exam, bank, bank_version, diff, reason, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			id, c.Exam, c.Bank, c.Version, string(doc), c.Reason, actor.ID, store.Ms(tx.Now))
		return err
	})
	if err != nil {
		return err
	}
	for some := range slices.Chunk(again.diff.Changes, regradesAtOnce) {
		if err := r.db.Write(ctx, func(tx *store.Tx) error {
			for _, change := range some {
				a, ok, err := AttemptIn(tx.Rx, change.Attempt)
				if err != nil || !ok {
					return orMissing(err)
				}
				if err := resultIn(tx, &a, again.after[a.ID], id, actor.ID); err != nil {
					return err
				}
				if err := r.gradedIn(tx, a); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}
