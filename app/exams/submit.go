package exams

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"bainian/app/ledger"
	"bainian/app/people"
	"bainian/app/store"
)

// The causes for which an attempt ends.
const (
	causeSubmitted = "submitted" // by the candidate
	causeExpired   = "expired"   // at its deadline and the off-line grace
	causeClosed    = "closed"    // with its sitting
)

// Graded is what an attempt earned, for those that must react to it.
type Graded struct {
	Attempt  Attempt
	Revision int // 1 when the attempt ended, more after a regrade
}

// Receipt is our signed word that we have a paper: every answer by the hash of its journal entry.
type Receipt struct {
	AttemptID, SittingID, Exam string
	PersonID                   string
	At                         time.Time // when the attempt ended
	Cause                      string    // submitted, expired or closed
	Answered, Total            int
	Seq                        int64  // entries in the journal
	Hash                       string // of the last of them
	Answers                    []ReceiptLine
	Signed                     string // a signed note (Ed25519) over all of the above
	LeafID                     string // of the ledger's tree, for a proof of inclusion
}

// ReceiptLine is one answer on a receipt.
type ReceiptLine struct {
	N    int
	Seq  int64
	At   time.Time
	Late bool
	Hash string
}

// endPayload is the last entry of a journal.
type endPayload struct {
	Cause string `json:"cause"`
	By    string `json:"by"`
}

// Submit ends the actor's attempt, grades it and returns the receipt. Submitting again returns the same one.
func (r *Room) Submit(ctx context.Context, actor people.Person, attemptID string) (Receipt, error) {
	d, err := r.dealt(ctx, attemptID)
	if err != nil {
		return Receipt{}, err
	}
	if d.personID != actor.ID {
		return Receipt{}, errMissing()
	}
	if err := r.end(ctx, d, causeSubmitted, actor.ID); err != nil {
		return Receipt{}, err
	}
	return r.Receipt(ctx, actor, attemptID)
}

// endLive ends an attempt unasked.
func (r *Room) endLive(ctx context.Context, attemptID, cause string) error {
	d, err := r.dealt(ctx, attemptID)
	if err != nil {
		return err
	}
	return r.end(ctx, d, cause, people.SystemID)
}

// end ends a live attempt and does nothing to one that is over, so that whoever comes second (a submission
// beside the expiry, a closing beside both) changes nothing.
func (r *Room) end(ctx context.Context, d *dealt, cause, by string) error {
	return r.db.Write(ctx, func(tx *store.Tx) error {
		a, ok, err := AttemptIn(tx.Rx, d.attemptID)
		if err != nil || !ok {
			return orMissing(err)
		}
		if a.Over() || cause == causeExpired && (!tx.Now.After(a.DueAt) || !a.PausedAt.IsZero()) {
			return nil // a deadline may have been moved since the job looked
		}
		return r.endIn(tx, d, a, cause, by)
	})
}

func (r *Room) endIn(tx *store.Tx, d *dealt, a Attempt, cause, by string) error {
	if err := appendIn(tx, &a, entryEnd, endPayload{Cause: cause, By: by}); err != nil {
		return err
	}
	answers, err := answersIn(tx.Rx, a.ID)
	if err != nil {
		return err
	}
	marks := d.grade(answers)
	a.State, a.EndedAt, a.PausedAt = Submitted, tx.Now, time.Time{}
	if cause == causeExpired {
		a.State = Expired
	}
	if err := resultIn(tx, &a, marks, "", by); err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE attempt SET state = ?, ended_ms = ?, paused_ms = NULL WHERE id = ?`, string(a.State), store.Ms(tx.Now), a.ID); err != nil {
		return err
	}
	if err := r.submitIn(tx, a, answers, cause, by); err != nil {
		return err
	}
	return r.gradedIn(tx, a)
}

// submitIn signs for the paper and commits its last hash to the ledger. An Ed25519 signature takes some ten
// microseconds, and what it signs is known only here.
func (r *Room) submitIn(tx *store.Tx, a Attempt, answers []Answered, cause, by string) error {
	receipt := receiptOf(a, answers, cause)
	signed, err := r.signer.Sign(receipt.text())
	if err != nil {
		return err
	}
	leaf, err := ledger.CommitIn(tx, "submission", a.ID+" "+a.head.Hex())
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO submission (attempt_id, cause, head_seq, head_hash, receipt, leaf_id, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		a.ID, cause, a.head.Seq, a.head.Hex(), signed, leaf, by, store.Ms(tx.Now))
	return err
}

// resultIn adds the next revision of an attempt's result and makes it the one that counts.
func resultIn(tx *store.Tx, a *Attempt, m Marks, regradeID, by string) error {
	doc, err := json.Marshal(m)
	if err != nil {
		return err
	}
	a.Revision++
	a.Score, a.MaxScore, a.Passed = m.Score, m.Max, m.Passed
	var regrade *string
	if regradeID != "" {
		regrade = &regradeID
	}
	if _, err := tx.Exec(`INSERT INTO result (attempt_id, revision, marks, score, max_score, passed, regrade_id, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		a.ID, a.Revision, string(doc), m.Score, m.Max, m.Passed, regrade, by, store.Ms(tx.Now)); err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE attempt SET revision = ?, score = ?, max_score = ?, passed = ? WHERE id = ?`, a.Revision, m.Score, m.Max, m.Passed, a.ID)
	return err
}

func (r *Room) gradedIn(tx *store.Tx, a Attempt) error {
	for _, hook := range r.onGraded {
		if err := hook(tx, Graded{Attempt: a, Revision: a.Revision}); err != nil {
			return err
		}
	}
	return nil
}

// Receipt is the receipt of an attempt that has ended: for the candidate, and for those who watch its sitting.
func (r *Room) Receipt(ctx context.Context, actor people.Person, attemptID string) (receipt Receipt, err error) {
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		a, err := visibleIn(rx, actor, attemptID)
		if err != nil {
			return err
		}
		end, err := submissionIn(rx, attemptID)
		if err != nil {
			return err
		}
		if end == nil {
			return errMissing()
		}
		a.head = end.head
		answers, err := answersIn(rx, attemptID)
		receipt = receiptOf(a, answers, end.cause)
		receipt.Signed, receipt.LeafID = end.signed, end.leaf
		return err
	})
	return receipt, err
}

func receiptOf(a Attempt, answers []Answered, cause string) Receipt {
	r := Receipt{AttemptID: a.ID, SittingID: a.SittingID, Exam: a.Exam, PersonID: a.PersonID, At: a.EndedAt, Cause: cause,
		Answered: a.Answered, Total: a.Total, Seq: a.head.Seq, Hash: a.head.Hex()}
	for _, x := range answers {
		r.Answers = append(r.Answers, ReceiptLine{N: x.N, Seq: x.Seq, At: x.At, Late: x.Late, Hash: x.Hash})
	}
	return r
}

// text is what is signed.
func (r Receipt) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "bainian receipt\nattempt %s\nsitting %s\nexam %s\nperson %s\nended %s %s\nanswered %d of %d\njournal %d %s\n",
		r.AttemptID, r.SittingID, r.Exam, r.PersonID, r.At.UTC().Format(time.RFC3339Nano), r.Cause, r.Answered, r.Total, r.Seq, r.Hash)
	for _, x := range r.Answers {
		fmt.Fprintf(&b, "answer %d %d %s\n", x.N, x.Seq, x.Hash)
	}
	return b.String()
}
