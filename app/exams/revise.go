package exams

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"bainian/app/fault"
	"bainian/app/ledger"
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
// key. Attempts keep the rules of the blueprint they were dealt by, and the marks that people gave: a changed rubric
// is no correction of a key, and the diff names it as passed over. Conflict exams.regrade_changed when the
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
	earlier int            // corrections of the exam before it
	keys    map[string]int // its keys and those of the corrections before it
	banks   map[string]*bank
	after   map[string]Marks // by attempt
	before  map[string]since // by attempt
	diff    Diff
}

// since is the revision that a correction would be put on top of.
type since struct {
	revision int
	basis    basis
}

// regraded marks every ended attempt by the corrected keys; what people gave stays.
func (r *Room) regraded(ctx context.Context, c Correction) (again regraded, err error) {
	type graded struct{ attempt, marks string }
	var all []graded
	again.before = map[string]since{}
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		if again.earlier, err = correctionsIn(rx, c.Exam); err != nil {
			return err
		}
		if again.keys, err = correctedKeysIn(rx, c.Exam, ""); err != nil {
			return err
		}
		revisions := map[string]int{}
		all, err = store.All(rx, func(row store.Row) (g graded, err error) {
			var revision int
			err = row.Scan(&g.attempt, &g.marks, &revision)
			revisions[g.attempt] = revision
			return g, err
		}, `SELECT a.id, r.marks, a.revision FROM attempt a JOIN result r ON r.attempt_id = a.id AND r.revision = a.revision WHERE a.exam = ? ORDER BY a.id`, c.Exam)
		if err != nil {
			return err
		}
		for id, revision := range revisions {
			b, err := basisIn(rx, id, revision)
			if err != nil {
				return err
			}
			again.before[id] = since{revision, b}
		}
		return nil
	})
	if err != nil {
		return again, err
	}
	again.keys[c.Bank] = c.Version
	if again.banks, err = r.corrected(ctx, again.keys); err != nil {
		return again, err
	}
	before, rubrics := map[string]Marks{}, map[string]bool{}
	again.after = map[string]Marks{}
	for _, g := range all {
		var marks Marks
		if err := json.Unmarshal([]byte(g.marks), &marks); err != nil {
			return again, err
		}
		before[g.attempt] = marks
		d, err := r.dealt(ctx, g.attempt)
		if err != nil {
			return again, err
		}
		for _, item := range d.items {
			if now, ok := again.banks[c.Bank].items[item.ID]; ok && item.Kind.ByHand() && d.holds(c.Bank, item.ID) && !slices.Equal(now.Rubric, item.Rubric) {
				rubrics[item.ID] = true
			}
		}
		if err := r.db.Read(ctx, func(rx *store.Rx) error {
			again.after[g.attempt], err = r.regradeIn(rx, d, again.before[g.attempt].basis, again.banks)
			return err
		}); err != nil {
			return again, err
		}
	}
	again.diff = DiffOf(before, again.after)
	again.diff.Rubrics = slices.Sorted(maps.Keys(rubrics))
	return again, nil
}

// correctionsIn is how many corrections of an exam are on record.
func correctionsIn(rx *store.Rx, exam string) (n int, err error) {
	err = rx.Row(`SELECT count(*) FROM regrade WHERE exam = ?`, exam).Scan(&n)
	return n, err
}

// regradeIn is what an attempt earns by the corrected keys, with the marks that people gave as they are in b.
func (r *Room) regradeIn(rx *store.Rx, d *dealt, b basis, corrected map[string]*bank) (Marks, error) {
	answers, err := answersIn(rx, d.attemptID)
	if err != nil {
		return Marks{}, err
	}
	given, err := handMarksIn(rx, d.attemptID)
	if err != nil {
		return Marks{}, err
	}
	return d.gradeBy(responses(len(d.items), answers), b.hand(given), corrected), nil
}

// correct is the bank's version of an item, with the layout brought over to it; the old one where the bank
// has another question in its place, or none. A rubric has no key: an answer that was marked by one stays with it.
func (b *bank) correct(old questions.Item, l questions.Layout) (questions.Layout, questions.Item) {
	item, ok := b.items[old.ID]
	if !ok || old.Kind.ByHand() {
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
		leaf, err := ledger.CommitIn(tx, ofRegrade, regradeDigest(id, c, string(doc), actor.ID))
		if err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO regrade (id, exam, bank, bank_version, diff, reason, by_id, at_ms, leaf_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			id, c.Exam, c.Bank, c.Version, string(doc), c.Reason, actor.ID, store.Ms(tx.Now), leaf)
		return err
	})
	if err != nil {
		return err
	}
	for some := range slices.Chunk(again.diff.Changes, regradesAtOnce) {
		papers := map[string]*dealt{}
		for _, change := range some {
			if papers[change.Attempt], err = r.dealt(ctx, change.Attempt); err != nil {
				return err
			}
		}
		if err := r.db.Write(ctx, func(tx *store.Tx) error {
			for _, change := range some {
				a, ok, err := AttemptIn(tx.Rx, change.Attempt)
				if err != nil || !ok {
					return orMissing(err)
				}
				from, marks := again.before[a.ID].basis, again.after[a.ID]
				if a.Revision != again.before[a.ID].revision { // somebody marked it meanwhile
					if from, err = basisIn(tx.Rx, a.ID, a.Revision); err != nil {
						return err
					}
					if marks, err = r.regradeIn(tx.Rx, papers[a.ID], from, again.banks); err != nil {
						return err
					}
				}
				if err := resultIn(tx, &a, marks, why{regradeID: id, basis: basis{Hand: from.Hand, Keys: again.keys}}, actor.ID); err != nil {
					return err
				}
				if err := r.gradedIn(tx, a); err != nil {
					return err
				}
			}
			_, err := ledger.CommitIn(tx, regradedLeaf, regradedData(id, store.Ms(tx.Now), len(some)))
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}
