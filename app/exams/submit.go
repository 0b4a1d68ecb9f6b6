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
	LeafID                     string // of the ledger's tree
	Proof                      string // that its end is in that tree, as a file; "" while it waits for the next checkpoint
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
	receipt, err := r.end(ctx, d, causeSubmitted, actor.ID)
	if err != nil {
		return Receipt{}, err
	}
	if receipt == nil { // it was over
		return r.Receipt(ctx, actor, attemptID)
	}
	return *receipt, nil
}

// endLive ends an attempt unasked.
func (r *Room) endLive(ctx context.Context, attemptID, cause string) error {
	d, err := r.dealt(ctx, attemptID)
	if err != nil {
		return err
	}
	_, err = r.end(ctx, d, cause, people.SystemID)
	return err
}

// earned are the answers of an attempt at the head of its journal, and what they earn.
type earned struct {
	head    ledger.Head
	answers []Answered
	marks   Marks
}

// earned reads and grades before the transaction that ends the attempt: reading forty answers and marking them takes
// several times as long as writing down what came of it, and all writing waits for one writer. It holds for as long as
// the journal has no new entry, which the transaction looks at.
func (r *Room) earned(ctx context.Context, d *dealt) (g earned, err error) {
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		a, ok, err := AttemptIn(rx, d.attemptID)
		if err != nil || !ok {
			return orMissing(err)
		}
		g.head = a.head
		g.answers, err = answersIn(rx, a.ID)
		return err
	})
	if err == nil {
		g.marks = d.grade(g.answers)
	}
	return g, err
}

// asOf is what was graded, or what is graded now that the journal has gone on.
func (g earned) asOf(rx *store.Rx, d *dealt, a Attempt) (earned, error) {
	if g.head == a.head {
		return g, nil
	}
	answers, err := answersIn(rx, a.ID)
	if err != nil {
		return g, err
	}
	return earned{a.head, answers, d.grade(answers)}, nil
}

// end ends a live attempt and gives its receipt; it does nothing to one that is over and gives none, so that whoever
// comes second (a submission beside the expiry, a closing beside both) changes nothing.
func (r *Room) end(ctx context.Context, d *dealt, cause, by string) (receipt *Receipt, err error) {
	g, err := r.earned(ctx, d)
	if err != nil {
		return nil, err
	}
	excess := r.flood.take(d.attemptID)
	err = r.db.Write(ctx, func(tx *store.Tx) error {
		receipt = nil
		a, ok, err := AttemptIn(tx.Rx, d.attemptID)
		if err != nil || !ok {
			return orMissing(err)
		}
		if a.Over() || cause == causeExpired && (!tx.Now.After(a.DueAt) || !a.PausedAt.IsZero()) {
			return nil // a deadline may have been moved since the job looked
		}
		g, err := g.asOf(tx.Rx, d, a)
		if err != nil {
			return err
		}
		if err := sealIn(tx, &a, d.blueprint.Integrity, excess); err != nil {
			return err
		}
		receipt, err = r.endIn(tx, a, g, cause, by)
		return err
	})
	if err != nil {
		r.flood.giveBack(d.attemptID, excess)
	}
	return receipt, err
}

func (r *Room) endIn(tx *store.Tx, a Attempt, g earned, cause, by string) (*Receipt, error) {
	if err := appendIn(tx, &a, entryEnd, endPayload{Cause: cause, By: by}); err != nil {
		return nil, err
	}
	a.State, a.EndedAt, a.PausedAt = Submitted, tx.Now, time.Time{}
	if cause == causeExpired {
		a.State = Expired
	}
	if err := resultIn(tx, &a, g.marks, why{}, by); err != nil {
		return nil, err
	}
	if g.marks.Pending > 0 {
		if err := handInIn(tx, &a, g.marks); err != nil {
			return nil, err
		}
	}
	if _, err := tx.Exec(`UPDATE attempt SET state = ?, ended_ms = ?, paused_ms = NULL WHERE id = ?`, string(a.State), store.Ms(tx.Now), a.ID); err != nil {
		return nil, err
	}
	receipt, err := r.submitIn(tx, a, g.answers, cause, by)
	if err != nil {
		return nil, err
	}
	return &receipt, r.gradedIn(tx, a)
}

// submitIn signs for the paper and commits its last hash to the ledger. An Ed25519 signature takes some ten
// microseconds, and what it signs is known only here.
func (r *Room) submitIn(tx *store.Tx, a Attempt, answers []Answered, cause, by string) (receipt Receipt, err error) {
	receipt = receiptOf(a, answers, cause)
	if receipt.Signed, err = r.signer.Sign(receipt.text()); err != nil {
		return receipt, err
	}
	if receipt.LeafID, err = ledger.CommitIn(tx, a.leafKind(), a.ID+" "+a.head.Hex()); err != nil {
		return receipt, err
	}
	_, err = tx.Exec(`INSERT INTO submission (attempt_id, cause, head_seq, head_hash, receipt, leaf_id, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		a.ID, cause, a.head.Seq, a.head.Hex(), receipt.Signed, receipt.LeafID, by, store.Ms(tx.Now))
	return receipt, err
}

// leafKind names the end of an attempt in the ledger's tree: that of a rehearsal is erased, and its leaf stays.
func (a Attempt) leafKind() string {
	if a.Exam == rehearsalExam {
		return "rehearsal"
	}
	return "submission"
}

// why is what brought a later revision about, a regrade or a mark, and what it was graded from.
type why struct {
	regradeID, markID string
	basis
}

// resultIn adds the next revision of an attempt's result and makes it the one that counts.
func resultIn(tx *store.Tx, a *Attempt, m Marks, w why, by string) error {
	doc, err := json.Marshal(m)
	if err != nil {
		return err
	}
	from, err := json.Marshal(w.basis)
	if err != nil {
		return err
	}
	a.Revision++
	a.Score, a.MaxScore, a.Passed = m.Score, m.Max, m.Passed
	if _, err := tx.Exec(`INSERT INTO result (attempt_id, revision, marks, score, max_score, passed, regrade_id, mark_id, basis, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		a.ID, a.Revision, string(doc), m.Score, m.Max, m.Passed, orNull(w.regradeID), orNull(w.markID), string(from), by, store.Ms(tx.Now)); err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE attempt SET revision = ?, score = ?, max_score = ?, passed = ? WHERE id = ?`, a.Revision, m.Score, m.Max, m.Passed, a.ID)
	return err
}

// orNull is a text, or NULL for none.
func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
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
		if err != nil {
			return err
		}
		receipt = receiptOf(a, answers, end.cause)
		receipt.Signed, receipt.LeafID = end.signed, end.leaf
		proof, proved, err := ledger.ProofIn(rx, end.leaf)
		if proved {
			receipt.Proof = proof.Text()
		}
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
