package integrity

import (
	"context"
	"encoding/json"
	"fmt"

	"bainian/app/exams"
	"bainian/app/jobs"
	"bainian/app/ledger"
	"bainian/app/people"
	"bainian/app/store"
)

const compareJob = "integrity/compare"

type comparePayload struct {
	Sitting string `json:"sitting"`
}

// DeclareIn fixes, in the transaction that opens a sitting, the one test that may raise findings in it.
func (d *Desk) DeclareIn(tx *store.Tx, s exams.Sitting) error {
	declaration := declared()
	doc, err := json.Marshal(declaration)
	if err != nil {
		return err
	}
	leaf, err := ledger.CommitIn(tx, "declaration", s.ID+" "+string(doc))
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO declaration (sitting_id, test, doc, leaf_id, at_ms) VALUES (?, ?, ?, ?, ?)`,
		s.ID, declaration.Test, string(doc), leaf, store.Ms(tx.Now))
	return err
}

// CompareIn asks, in the transaction that closes a sitting, for the comparison of its papers.
func (d *Desk) CompareIn(tx *store.Tx, s exams.Sitting) error {
	return jobs.Add(tx, compareJob, comparePayload{s.ID}, tx.Now)
}

// compareClosed runs the declared test over a closed sitting and flags one case per person of each pair. It
// may run twice: a sitting is compared once.
func (d *Desk) compareClosed(ctx context.Context, payload []byte) error {
	var p comparePayload
	if err := json.Unmarshal(payload, &p); err != nil {
		return err
	}
	done := false
	err := d.db.Read(ctx, func(rx *store.Rx) (err error) {
		done, err = comparedIn(rx, p.Sitting)
		return err
	})
	if err != nil || done {
		return err
	}
	papers, err := d.room.Papers(ctx, p.Sitting)
	if err != nil {
		return err
	}
	result := compare(papers)
	return d.db.Write(ctx, func(tx *store.Tx) error { return d.recordIn(tx, p.Sitting, papers, result) })
}

func comparedIn(rx *store.Rx, sittingID string) (done bool, err error) {
	err = rx.Row(`SELECT EXISTS (SELECT 1 FROM comparison WHERE sitting_id = ?)`, sittingID).Scan(&done)
	return done, err
}

func (d *Desk) recordIn(tx *store.Tx, sittingID string, papers []exams.SatPaper, result compared) error {
	if done, err := comparedIn(tx.Rx, sittingID); err != nil || done {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO comparison (sitting_id, papers, pairs, positional, threshold, found, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		sittingID, result.papers, result.pairs, result.positional, result.threshold, len(result.found), store.Ms(tx.Now)); err != nil {
		return err
	}
	for _, m := range result.found {
		a, b := papers[m.a], papers[m.b]
		id := tx.NewID()
		if _, err := tx.Exec(`INSERT INTO finding (id, sitting_id, attempt_a, attempt_b, alignment, matches, slots, needed, p, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			id, sittingID, a.ID, b.ID, m.alignment, m.matches, m.of, m.needed, m.p, store.Ms(tx.Now)); err != nil {
			return err
		}
		for _, paper := range []exams.SatPaper{a, b} {
			number, err := d.flagIn(tx, paper.ID, paper.PersonID, sittingID, people.SystemID, fmt.Sprintf("%d/%d", m.matches, m.of))
			if err != nil {
				return err
			}
			if _, err := tx.Exec(`INSERT INTO case_finding (number, finding_id) VALUES (?, ?)`, number, id); err != nil {
				return err
			}
			if err := chainIn(tx, number); err != nil {
				return err
			}
		}
	}
	return corroborateIn(tx, sittingID)
}
