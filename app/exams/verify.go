package exams

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"bainian/app/fault"
	"bainian/app/ledger"
	"bainian/app/store"
)

// Verified is what was looked through of the exams, and what of it does not hold.
type Verified struct {
	Sittings, Attempts, Entries, Answers, Results, Receipts int
	Findings                                                ledger.Findings
}

// The kinds of record that a verification compares besides those of a replay.
const (
	ofSitting    = "sitting"
	ofAttempt    = "attempt"
	ofSubmission = "submission"
)

// attemptsAtOnce is how many attempts a verification lists at a time.
const attemptsAtOnce = 500

// Verify looks through everything that is stored of the exams, and changes nothing: each sitting is committed to, each
// attempt is replayed from its journal, each revision of its result is graded again, what its row says follows from
// them, and each receipt is signed by that public key and held against the journal. What was decided (regrades, appeals on
// marks, unblindings) is what the ledger holds of it.
func (r *Room) Verify(ctx context.Context, public string) (Verified, error) {
	var v Verified
	if err := r.verifySittings(ctx, &v); err != nil {
		return v, err
	}
	if err := r.verifyPinned(ctx, &v); err != nil {
		return v, err
	}
	for after := ""; ; {
		var ids []string
		if err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
			// Of a rehearsal that has ended some may be erased already, its journals from their beginnings on.
			ids, err = store.All(rx, scanText, `SELECT a.id FROM attempt a WHERE a.id > ? AND NOT EXISTS (SELECT 1 FROM rehearsal h
				WHERE h.sitting_id = a.sitting_id AND h.ended_ms IS NOT NULL) ORDER BY a.id LIMIT ?`, after, attemptsAtOnce)
			return err
		}); err != nil {
			return v, err
		}
		for _, id := range ids {
			if err := r.verifyAttempt(ctx, &v, id, public); err != nil {
				return v, err
			}
		}
		if len(ids) < attemptsAtOnce {
			break
		}
		after = ids[len(ids)-1]
	}
	return v, r.verifyWhole(ctx, &v)
}

// verifySittings looks for the commitment that each sitting left in the ledger.
func (r *Room) verifySittings(ctx context.Context, v *Verified) error {
	return r.db.Read(ctx, func(rx *store.Rx) error {
		committed := map[string]bool{}
		if err := rx.Each(`SELECT data FROM leaf WHERE kind = 'sitting'`, nil, func(row store.Row) error {
			var data string
			err := row.Scan(&data)
			committed[data] = true
			return err
		}); err != nil {
			return err
		}
		v.Sittings = 0
		return rx.Each(`SELECT id, commitment FROM sitting ORDER BY id`, nil, func(row store.Row) error {
			var id, commitment string
			err := row.Scan(&id, &commitment)
			v.Sittings++
			if !committed[id+" "+commitment] {
				v.Findings.Add(ledger.Finding{Kind: ofSitting, Record: "sitting " + id, Why: "the ledger does not hold its commitment"})
			}
			return err
		})
	})
}

// verifyAttempt looks through one attempt. Records that cannot even be read are a finding, a database that does not
// answer is not.
func (r *Room) verifyAttempt(ctx context.Context, v *Verified, id, public string) error {
	v.Attempts++
	var rec records
	var leaf string
	var authors []ledger.Finding
	err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
		if rec, err = recordsIn(rx, id); err != nil {
			return err
		}
		if authors, err = rec.authors(rx); err != nil || rec.end == nil {
			return err
		}
		kind, data, _, err := ledger.CommittedIn(rx, rec.end.leaf)
		leaf = kind + " " + data
		return err
	})
	var p *paper
	if err == nil {
		p, err = r.paperOf(ctx, rec.sitting.Pins)
	}
	if unanswered(ctx, err) {
		return err
	}
	if err != nil {
		f := ledger.Finding{Kind: ofAttempt, Record: "attempt " + id, Why: "its records cannot be read: " + err.Error()}
		if rec.attempt.ID != "" && !rec.committed() { // pins that lead nowhere
			f.Kind = ofSecret
		}
		v.Findings.Add(f)
		return nil
	}
	again, findings := p.replay(rec)
	if rec.key == nil && !rec.erased {
		findings = append(findings, ledger.Finding{Kind: ofJournal, Record: "attempt " + id + ", person " + rec.attempt.PersonID, Why: "the person's key is gone, and no erasure is on record"})
	}
	if len(findings) == 0 && rec.key != nil {
		findings = append(findings, rec.row(again, p)...)
		regraded, err := r.verifyRevisions(ctx, p, rec, &again)
		if err != nil {
			return err
		}
		findings = append(findings, regraded...)
	}
	findings = append(append(findings, rec.total()...), authors...)
	findings = append(findings, rec.pictured()...)
	findings = append(findings, rec.ending(leaf, public)...)
	for _, f := range findings {
		v.Findings.Add(f)
	}
	v.Entries, v.Answers, v.Results = v.Entries+len(rec.entries), v.Answers+len(rec.answers), v.Results+len(rec.results)
	if rec.end != nil {
		v.Receipts++
	}
	return nil
}

// unanswered reports an error of the database itself, which says nothing about its records.
func unanswered(ctx context.Context, err error) bool {
	return err != nil && (ctx.Err() != nil || fault.Is(err, fault.Busy))
}

// row compares what an attempt's row says with what its journal does.
func (rec records) row(again Replayed, p *paper) (findings []ledger.Finding) {
	a := rec.attempt
	find := func(why string) {
		findings = append(findings, ledger.Finding{Kind: ofAttempt, Record: "attempt " + a.ID, Why: why})
	}
	items, err := p.itemsOf(again.Form)
	if err != nil {
		find(err.Error())
		return findings
	}
	var deadline, ended int64
	var seq int64
	state, origin := Live, ""
	for _, e := range rec.entries {
		var moved struct { // start and adjust alike
			DeadlineMs int64 `json:"deadline_ms"`
		}
		var end endPayload
		var answer answerPayload
		switch e.Type {
		case entryStart, entryAdjust:
			if json.Unmarshal(e.Payload, &moved) == nil && moved.DeadlineMs != 0 {
				deadline = moved.DeadlineMs
			}
		case entryAnswer:
			if json.Unmarshal(e.Payload, &answer) == nil {
				seq = answer.Seq
			}
		case entryOrigin:
			var from originPayload
			if json.Unmarshal(e.Payload, &from) == nil {
				origin = from.Origin
			}
		case entryEnd:
			if ended = e.AtMs; json.Unmarshal(e.Payload, &end) == nil {
				if state = Submitted; end.Cause == causeExpired {
					state = Expired
				}
			}
		}
	}
	card := strings.Repeat("0", len(items))
	for n, response := range again.Responses {
		if !items[n].Blank(response) {
			card = tick(card, n+1, true)
		}
	}
	switch {
	case len(rec.entries) == 0 || rec.entries[0].AtMs != store.Ms(a.StartedAt):
		find("it did not start then")
	case store.Ms(a.Deadline) != deadline:
		find("its deadline is not the one in the journal")
	}
	if a.State != state || instant(a.EndedAt) != ended {
		find("it did not end then, or not so")
	}
	if a.card != card {
		find("its answer card is not that of its answers")
	}
	if a.origin != origin {
		find("the network or browser that it is sat from is not the journal's")
	}
	if a.LastSeq != seq {
		find("its last save is not the journal's")
	}
	if instant(a.PausedAt) != pausedSince(rec.entries) {
		find("it is not paused as its journal says")
	}
	return findings
}

// total compares what counts of an attempt with its latest result and the verdicts on it.
func (rec records) total() (findings []ledger.Finding) {
	a := rec.attempt
	var last graded
	if len(rec.results) > 0 {
		last = rec.results[len(rec.results)-1]
	}
	if a.Revision != last.revision || a.Score != last.score || a.MaxScore != last.max || a.Passed != last.passed {
		findings = append(findings, ledger.Finding{Kind: ofAttempt, Record: "attempt " + a.ID, Why: "its score or pass is not that of its latest result"})
	}
	if a.SetAside != rec.aside {
		findings = append(findings, ledger.Finding{Kind: ofAttempt, Record: "attempt " + a.ID, Why: "no verdict on record sets it aside, or one does that it ignores"})
	}
	return findings
}

// verifyRevisions grades the later revisions of a result again, each by the marks that people had given and by the
// corrections that were on record when it was made, and keeps them all in again. Once nothing waits to be marked, the
// last one counts what the marks on record come to.
func (r *Room) verifyRevisions(ctx context.Context, p *paper, rec records, again *Replayed) (findings []ledger.Finding, err error) {
	a := rec.attempt
	find := func(kind, place, why string) {
		findings = append(findings, ledger.Finding{Kind: kind, Record: "attempt " + a.ID + place, Why: why})
	}
	for _, id := range rec.forged {
		find(ofMarks, ", mark "+id, "it is not what the ledger holds of it")
	}
	if len(rec.results) == 0 {
		return findings, nil
	}
	again.Revisions = append(again.Revisions, again.Marks)
	items, err := p.itemsOf(again.Form)
	if err != nil {
		return findings, err
	}
	var corrections map[string]bool
	if err := r.db.Read(ctx, func(rx *store.Rx) error {
		corrections, err = correctionIDsIn(rx, a.Exam)
		return err
	}); err != nil {
		return findings, err
	}
	for n, g := range rec.results[1:] {
		place := fmt.Sprintf(", revision %d", n+2)
		switch given := slices.ContainsFunc(rec.given, func(m HandMark) bool { return m.ID == g.mark }); {
		case g.mark == "" && !corrections[g.regrade]:
			find(ofResult, place, "no regrade on record made it")
			continue
		case g.mark != "" && !given:
			find(ofResult, place, "no mark on record made it")
			continue
		}
		banks, err := r.corrected(ctx, g.basis.Keys)
		if unanswered(ctx, err) {
			return findings, err
		}
		if err != nil {
			find(ofResult, place, "its corrected keys cannot be read: "+err.Error())
			continue
		}
		marks := p.gradeBy(again.Form, items, again.Responses, g.basis.hand(rec.given), banks)
		if again.Revisions = append(again.Revisions, marks); !g.is(n+2, marks) {
			find(ofResult, place, "it is not what the answers earn by the corrected keys and the marks that were given")
		}
	}
	waits := 0
	for _, s := range rec.scripts {
		if s.State != ScriptMarked {
			waits++
		}
	}
	last, counts := rec.results[len(rec.results)-1], counting(rec.scripts, rec.given, p.blueprint.Marking)
	if a.Pending != waits {
		find(ofMarks, "", "what waits to be marked is not what its row says")
	} else if waits == 0 && (len(counts) > 0 || len(last.basis.Hand) > 0) && !sameJSON(last.basis.Hand, counts) {
		find(ofMarks, "", "its result does not count the marks that were given last")
	}
	return findings, nil
}

// correctionIDsIn are the regrades of an exam.
func correctionIDsIn(rx *store.Rx, exam string) (map[string]bool, error) {
	ids, err := store.All(rx, scanText, `SELECT id FROM regrade WHERE exam = ?`, exam)
	known := map[string]bool{}
	for _, id := range ids {
		known[id] = true
	}
	return known, err
}

// ending compares an attempt's submission with its journal, its receipt and the ledger.
func (rec records) ending(leaf, public string) (findings []ledger.Finding) {
	a, end := rec.attempt, rec.end
	find := func(kind, why string) {
		findings = append(findings, ledger.Finding{Kind: kind, Record: "attempt " + a.ID, Why: why})
	}
	if (end == nil) == a.Over() {
		find(ofSubmission, "it has ended without a submission, or has one and goes on")
	}
	if end == nil {
		return findings
	}
	if leaf != a.leafKind()+" "+a.ID+" "+end.head.Hex() {
		find(ofSubmission, "the ledger does not hold the end of its journal")
	}
	if i := end.head.Seq - 1; i < 0 || i >= int64(len(rec.entries)) || rec.entries[i].Hash != end.head.Hash || rec.entries[i].Type != entryEnd {
		find(ofSubmission, "it does not name the end of the journal")
	}
	receipt, err := OpenReceipt(end.signed, public)
	if err != nil {
		find(ofReceipt, "it does not hold under the public key: "+err.Error())
		return findings
	}
	return append(findings, receipt.against(rec)...)
}

// verifyWhole looks for what no attempt that is there can tell: that others are gone, and what was decided of them.
func (r *Room) verifyWhole(ctx context.Context, v *Verified) error {
	return r.db.Read(ctx, func(rx *store.Rx) error {
		gone, err := store.All(rx, scanText, `SELECT data FROM leaf WHERE kind = 'submission' AND id NOT IN (SELECT leaf_id FROM submission) ORDER BY id`)
		if err != nil {
			return err
		}
		for _, data := range gone {
			id, _, _ := strings.Cut(data, " ")
			v.Findings.Add(ledger.Finding{Kind: ofSubmission, Record: "attempt " + id, Why: "the ledger holds the end of its journal, and there is no submission"})
		}
		unmarked, err := store.All(rx, scanText, `SELECT id FROM leaf WHERE kind = 'mark' AND id NOT IN (SELECT leaf_id FROM hand_mark) ORDER BY id`)
		if err != nil {
			return err
		}
		for _, id := range unmarked {
			v.Findings.Add(ledger.Finding{Kind: ofMarks, Record: "leaf " + id, Why: "the ledger holds a mark that is not on record"})
		}
		lost, err := store.All(rx, scanText, `SELECT DISTINCT chain FROM journal WHERE chain NOT LIKE '%/%' AND chain NOT IN (SELECT id FROM attempt) ORDER BY chain`)
		for _, id := range lost {
			v.Findings.Add(ledger.Finding{Kind: ofAttempt, Record: "attempt " + id, Why: "there is a journal, and no attempt"})
		}
		if err != nil {
			return err
		}
		keys, err := store.All(rx, scanText, `SELECT subject FROM subject_key WHERE subject NOT IN (SELECT id FROM employee) ORDER BY subject`)
		if err != nil {
			return err
		}
		for _, id := range keys {
			v.Findings.Add(ledger.Finding{Kind: ofJournal, Record: "key of " + id, Why: "there is no such person"})
		}
		for _, table := range erasedWith() {
			strays, err := store.All(rx, scanText, `SELECT DISTINCT attempt_id FROM `+table+` WHERE attempt_id NOT IN (SELECT id FROM attempt) ORDER BY attempt_id`)
			if err != nil {
				return err
			}
			for _, id := range strays {
				v.Findings.Add(ledger.Finding{Kind: ofAttempt, Record: "attempt " + id, Why: "there is a row of it in " + table + ", and no attempt"})
			}
		}
		if err := verifyRegradesIn(rx, v); err != nil {
			return err
		}
		return verifyDecisionsIn(rx, v)
	})
}

// VerifyReceipt holds a receipt that the public key has signed against the records of its attempt: the journal, its
// end, and every answer by its hash. What does not hold comes back; a receipt for an attempt that is not there too.
func (r *Room) VerifyReceipt(ctx context.Context, receipt Receipt) (findings ledger.Findings, err error) {
	var rec records
	var found bool
	if err := r.db.Read(ctx, func(rx *store.Rx) error {
		rec, found, err = receiptIn(rx, receipt)
		return err
	}); err != nil {
		return nil, err
	}
	if !found {
		findings.Add(ledger.Finding{Kind: ofReceipt, Record: "attempt " + receipt.AttemptID, Why: "there is no such attempt"})
		return findings, nil
	}
	p, err := r.paperOf(ctx, rec.sitting.Pins)
	if err != nil {
		return nil, err
	}
	_, all := p.replay(rec)
	for _, f := range append(all, receipt.against(rec)...) {
		findings.Add(f)
	}
	return findings, nil
}
