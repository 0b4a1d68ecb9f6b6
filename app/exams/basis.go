package exams

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"bainian/app/questions"
	"bainian/app/store"
)

// basis is what a revision of a result was graded from, beyond the answers and the pinned keys; kept as a JSON
// document. A regrade changes the keys and keeps the marks of the revision before it; a mark changes the marks and
// keeps the keys.
type basis struct {
	Hand map[int][]string `json:"hand,omitempty"` // by number of the question: the marks that count, by id
	Keys map[string]int   `json:"keys,omitempty"` // by bank: the version whose keys are right, where they were corrected
}

// basisIn is the basis of one revision.
func basisIn(rx *store.Rx, attemptID string, revision int) (b basis, err error) {
	var doc, exam string
	var regrade *string
	if err = rx.Row(`SELECT r.basis, r.regrade_id, a.exam FROM result r JOIN attempt a ON a.id = r.attempt_id WHERE r.attempt_id = ? AND r.revision = ?`,
		attemptID, revision).Scan(&doc, &regrade, &exam); err != nil {
		return b, err
	}
	if doc == "" { // written before there were any: the keys of all corrections up to its own
		if regrade != nil {
			b.Keys, err = correctedKeysIn(rx, exam, *regrade)
		}
		return b, err
	}
	return b, json.Unmarshal([]byte(doc), &b)
}

// correctedKeysIn are the versions that the corrections of an exam hold for right, up to and with that one, or with
// "" all of them.
func correctedKeysIn(rx *store.Rx, exam, last string) (map[string]int, error) {
	keys, past := map[string]int{}, false
	return keys, rx.Each(`SELECT id, bank, bank_version FROM regrade WHERE exam = ? ORDER BY at_ms, id`, []any{exam}, func(row store.Row) error {
		var id, bank string
		var version int
		err := row.Scan(&id, &bank, &version)
		if !past {
			keys[bank] = version
		}
		past = past || id == last
		return err
	})
}

// hand are the points of the marks that the basis names, out of all marks of the attempt.
func (b basis) hand(marks []HandMark) Hand {
	hand := Hand{}
	for n, ids := range b.Hand {
		var counting []HandMark
		for _, id := range ids {
			if i := slices.IndexFunc(marks, func(m HandMark) bool { return m.ID == id }); i >= 0 {
				counting = append(counting, marks[i])
			}
		}
		hand[n-1] = points(counting)
	}
	return hand
}

// corrected are the banks whose keys a basis takes for right.
func (r *Room) corrected(ctx context.Context, keys map[string]int) (map[string]*bank, error) {
	return banksOf(keys, func(pin Pin) (*bank, error) { return r.bankOf(ctx, pin) })
}

// correctedIn is corrected within a transaction; whoever calls it has called the other one before, so that nothing
// is read and parsed there but what came in between.
func (r *Room) correctedIn(rx *store.Rx, keys map[string]int) (map[string]*bank, error) {
	return banksOf(keys, func(pin Pin) (*bank, error) { return r.bankIn(rx, pin) })
}

func banksOf(keys map[string]int, get func(Pin) (*bank, error)) (map[string]*bank, error) {
	banks := make(map[string]*bank, len(keys))
	for _, id := range slices.Sorted(maps.Keys(keys)) {
		b, err := get(Pin{Path: bankPath(id), Version: keys[id]})
		if err != nil {
			return nil, err
		}
		banks[id] = b
	}
	return banks, nil
}

// gradeBy marks the form with these answers, by what people gave and by corrected keys.
func (d *dealt) gradeBy(said []questions.Response, hand Hand, corrected map[string]*bank) Marks {
	return d.paper.gradeBy(d.form, d.items, said, hand, corrected)
}

// gradeBy marks a form by what people gave, and by the keys of corrected banks where they have the same questions.
func (p *paper) gradeBy(form Form, items []questions.Item, said []questions.Response, hand Hand, corrected map[string]*bank) Marks {
	if len(corrected) > 0 {
		form, items = Form{Questions: slices.Clone(form.Questions)}, slices.Clone(items)
		for n, q := range form.Questions {
			if b := corrected[q.Bank]; b != nil {
				form.Questions[n].Layout, items[n] = b.correct(items[n], q.Layout)
			}
		}
	}
	return Grade(form, items, said, hand, p.blueprint)
}
