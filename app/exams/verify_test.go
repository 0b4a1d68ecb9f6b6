package exams

import (
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bainian/app/ledger"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

func TestE4_Verify(t *testing.T) {
	inOneWorld(t,
		part{name: "HoldsForEverythingThatHappens", run: verifyHolds},
		part{name: "HoldsAReceiptAgainstTheJournal", run: verifyReceipts})
}

// TestE4_VerifyNamesEveryTampering with an entry or a record; what is compared is the same on both engines.
func TestE4_VerifyNamesEveryTampering(t *testing.T) {
	t.Parallel()
	db, clock := storetest.SQLite(t, schemas()...)
	w := newWorld(t, db, clock, usual())
	t.Run("Entries", func(t *testing.T) { verifyNamesEntries(t, w.anew(t, 2, usual())) })
	t.Run("Records", func(t *testing.T) { verifyNamesRecords(t, w.anew(t, 3, usual())) })
}

// eventful is a person with an attempt in which most of what can happen has happened, submitted.
func (w *world) eventful(number string) (people.Person, string) {
	w.Helper()
	ctx := context.Background()
	amy := w.candidate(number)
	id := w.start(amy)
	w.ok(w.room.Lease(ctx, amy, id, "phone", false))
	w.ok(w.room.Lease(ctx, amy, id, "laptop", true))
	for n := 1; n <= 8; n++ {
		w.clock.Add(20 * time.Second)
		w.save(amy, id, n, int64(n), w.response(id, n, n%3 > 0))
	}
	w.save(amy, id, 2, 12, w.wrong(id, 2))
	w.save(amy, id, 5, 13, questions.Response{}) // taken back
	calls := w.itemAt(id, "calls")
	w.save(amy, id, calls, 14, w.right(id, calls))
	w.ok(w.room.Observe(ctx, amy, id, "laptop", []Event{{Kind: "focus_lost", AtMs: 1}}))
	w.ok(w.room.Extend(ctx, w.trainer, id, 5, "火警演習"))
	w.ok(w.room.Pause(ctx, w.trainer, id, "停電"))
	w.clock.Add(time.Minute)
	w.ok(w.room.Resume(ctx, w.trainer, id))
	w.clock.Set(w.attempt(id).Deadline.Add(time.Minute))
	_, err := w.room.Answer(ctx, amy, id, 9, Save{Device: "laptop", Seq: 15, Response: w.right(id, 9), ElapsedMs: 30_000})
	w.ok(err)
	_, err = w.room.Submit(ctx, amy, id)
	w.ok(err)
	return amy, id
}

// found verifies one attempt.
func (w *world) found(id string) ledger.Findings {
	w.Helper()
	var v Verified
	w.ok(w.room.verifyAttempt(context.Background(), &v, id, w.signer.Public()))
	return v.Findings
}

func (w *world) tamper(statement string, args ...any) {
	w.Helper()
	w.ok(w.db.Write(context.Background(), func(tx *store.Tx) error {
		n, err := tx.Exec(statement, args...)
		if err == nil && n == 0 {
			err = fmt.Errorf("it changed nothing: %s", statement)
		}
		return err
	}))
}

// whole fails unless something is found of that kind after a change, and nothing before it or once it is undone.
func (w *world) whole(kind, change, undo string) {
	w.Helper()
	for _, step := range []struct {
		statement string
		finds     bool
	}{{"", false}, {change, true}, {undo, false}} {
		if step.statement != "" {
			w.tamper(step.statement)
		}
		var v Verified
		w.ok(w.room.verifyWhole(context.Background(), &v))
		found := false
		for _, f := range v.Findings {
			found = found || f.Kind == kind
		}
		if found != step.finds {
			w.Errorf("after %q: %+v", step.statement, v.Findings)
		}
	}
}

func verifyHolds(t *testing.T, w *world) {
	ctx := context.Background()
	amy, first := w.eventful("V001")
	_, second := w.eventful("V002")
	live := w.start(w.candidate("V003"))
	blank := w.candidate("V004")
	_, err := w.room.Submit(ctx, blank, w.start(blank))
	w.ok(err)
	w.start(w.candidate("V005"))
	// Two regrades, one upon the other, and an attempt that a verdict sets aside.
	for _, c := range []struct{ old, new string }{{"= 47 ± 1", "= 99 ± 1"}, {"= 99 ± 1", "= 47 ± 1"}} {
		correction := Correction{Exam: "red", Bank: "red", Version: w.publish("quizzes/red.bank.md", c.old, c.new), Reason: "正解有誤"}
		diff, err := w.room.Regrade(ctx, w.trainer, correction, "")
		w.ok(err)
		digest, err := diff.Digest()
		w.ok(err)
		_, err = w.room.Regrade(ctx, w.trainer, correction, digest)
		w.ok(err)
	}
	if a := w.attempt(first); a.Revision != 3 {
		t.Fatalf("revision %d after two regrades", a.Revision)
	}
	w.ok(w.db.Write(ctx, func(tx *store.Tx) error { return SetAsideIn(tx, second, w.trainer.ID, "case") }))
	w.ok(w.db.Write(ctx, func(tx *store.Tx) error { return SetAsideIn(tx, first, w.trainer.ID, "case") }))
	w.ok(w.db.Write(ctx, func(tx *store.Tx) error { return ReinstateIn(tx, first, w.trainer.ID, "appeal") }))
	w.clock.Set(w.attempt(live).DueAt.Add(time.Second))
	w.ok(w.room.ExpireDue(ctx))

	w.build(w.key) // nothing cached
	v, err := w.room.Verify(ctx, w.signer.Public())
	w.ok(err)
	if len(v.Findings) > 0 || v.Attempts != 5 || v.Results < 5+2 || v.Receipts != 5 || v.Sittings < 1 || v.Answers < 18 || v.Entries < 40 {
		t.Errorf("%+v", v)
	}
	// A decision that is another one now: the regrade itself, and the ledger's side of it.
	w.whole(ofRegrade, `UPDATE regrade SET reason = reason || '?'`, `UPDATE regrade SET reason = substr(reason, 1, length(reason) - 1)`)

	other, err := ledger.LoadSigner(filepath.Join(t.TempDir(), "signing.key"), rand.Reader)
	w.ok(err)
	if v, err := w.room.Verify(ctx, other.Public()); err != nil || len(v.Findings) != 1 || v.Findings[0].Kind != ofReceipt || v.Findings[0].Count != 5 {
		t.Errorf("under another key: %+v %v", v, err)
	}

	// A revision that no correction explains, and one by other keys than were corrected.
	w.tamper(`UPDATE result SET marks = (SELECT r.marks FROM result r WHERE r.attempt_id = ? AND r.revision = 2) WHERE attempt_id = ? AND revision = 3`, first, first)
	if f := w.found(first); len(f) != 1 || f[0].Kind != ofResult || !strings.HasSuffix(f[0].Record, "revision 3") {
		t.Errorf("a later revision was changed: %+v", f)
	}
	w.tamper(`UPDATE result SET regrade_id = NULL WHERE attempt_id = ? AND revision = 2`, second)
	if f := w.found(second); len(f) != 1 || f[0].Kind != ofResult || !strings.HasSuffix(f[0].Record, "revision 2") {
		t.Errorf("a revision without a regrade: %+v", f)
	}
	// A person whose data is being erased, and was: the chain still proves, and there is nothing to grade again.
	erase := func(statement string, args ...any) {
		w.tamper(statement, args...)
		if f := w.found(first); len(f) > 0 {
			t.Errorf("after an erasure: %+v", f)
		}
	}
	w.tamper(`DELETE FROM subject_key WHERE subject = ?`, amy.ID)
	if f := w.found(first); len(f) == 0 || f[0].Kind != ofJournal {
		t.Errorf("after an erasure that nobody knows of: %+v", f)
	}
	w.tamper(`UPDATE journal SET payload = NULL WHERE chain = ?`, first)
	if f := w.found(first); len(f) != 1 || f[0].Kind != ofJournal || !strings.Contains(f[0].Record, amy.ID) {
		t.Errorf("after an erasure that nobody knows of: %+v", f)
	}
	w.ok(w.db.Write(ctx, func(tx *store.Tx) error {
		_, err := ledger.EraseIn(tx, ledger.Erasure{Subject: amy.ID, Scope: ledger.ErasePerson, Reason: "離職", By: w.trainer.ID})
		return err
	}))
	erase(`UPDATE journal SET payload = 'x' WHERE chain = ? AND seq = 2`, first)
	erase(`UPDATE journal SET payload = NULL WHERE chain = ?`, first)
}

// verifyNamesEntries flips, drops, exchanges, puts in and cuts off each entry of a journal in turn.
func verifyNamesEntries(t *testing.T, w *world) {
	ctx := context.Background()
	_, id := w.eventful("T001")
	entries := w.verified(id)
	if f := w.found(id); len(f) > 0 {
		t.Fatalf("%+v", f)
	}
	last := len(entries)
	put := func(tx *store.Tx, seq int64, e ledger.Entry) error {
		_, err := tx.Exec(`INSERT INTO journal (chain, seq, type, at_ms, payload, mac, hash) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			id, seq, e.Type, e.AtMs, string(e.Payload), ledger.Head{Hash: e.MAC}.Hex(), ledger.Head{Hash: e.Hash}.Hex())
		return err
	}
	tampered := func(name string, seq int, change func([]ledger.Entry) []ledger.Entry) {
		t.Helper()
		write := func(all []ledger.Entry) {
			w.ok(w.db.Write(ctx, func(tx *store.Tx) error {
				if _, err := tx.Exec(`DELETE FROM journal WHERE chain = ?`, id); err != nil {
					return err
				}
				for _, e := range all {
					if err := put(tx, e.Seq, e); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		write(change(append([]ledger.Entry(nil), entries...)))
		if f := w.found(id); len(f) == 0 || f[0].Kind != ofJournal || f[0].Record != fmt.Sprintf("attempt %s, entry %d", id, seq) {
			t.Errorf("%s %d: found %+v", name, seq, f)
		}
		write(entries)
	}
	for i := range entries {
		seq := i + 1
		tampered("flipped", seq, func(e []ledger.Entry) []ledger.Entry {
			p := []byte(string(e[i].Payload))
			p[len(p)/2] ^= 1
			e[i].Payload = p
			return e
		})
		tampered("retimed", seq, func(e []ledger.Entry) []ledger.Entry { e[i].AtMs--; return e })
		tampered("dropped", seq, func(e []ledger.Entry) []ledger.Entry { return append(e[:i], e[i+1:]...) })
		tampered("cut off at", seq, func(e []ledger.Entry) []ledger.Entry { return e[:i] })
		if seq < last {
			tampered("exchanged", seq, func(e []ledger.Entry) []ledger.Entry {
				e[i], e[i+1] = e[i+1], e[i]
				e[i].Seq, e[i+1].Seq = e[i+1].Seq, e[i].Seq
				return e
			})
		}
	}
	tampered("put in", last+1, func(e []ledger.Entry) []ledger.Entry { // one more behind the end
		more := e[last-1]
		more.Seq++
		more.Hash = ledger.Hash(id, more.Seq, more.Type, more.AtMs, e[last-1].Hash, more.MAC)
		return append(e, more)
	})
	if f := w.found(id); len(f) > 0 {
		t.Errorf("the journal is not as it was: %+v", f)
	}
}

// verifyNamesRecords changes one record of an attempt at a time.
func verifyNamesRecords(t *testing.T, w *world) {
	ctx := context.Background()
	_, other := w.eventful("O001")
	number := 0
	for _, c := range []struct{ kind, what, statement string }{
		{ofSecret, "secret", `UPDATE sitting SET secret = '00' WHERE id = (SELECT sitting_id FROM attempt WHERE id = ?)`},
		{ofSecret, "pins", `UPDATE sitting SET pins = replace(pins, ':1', ':2') WHERE id = (SELECT sitting_id FROM attempt WHERE id = ?)`},
		{ofForm, "form", `UPDATE attempt_form SET form = '{}' WHERE attempt_id = ?`},
		{ofForm, "nonsense for a form", `UPDATE attempt_form SET form = 'no' WHERE attempt_id = ?`},
		{ofForm, "another's form", `UPDATE attempt_form SET form = (SELECT f.form FROM attempt_form f WHERE f.attempt_id = '` + other + `') WHERE attempt_id = ?`},
		{ofAgreement, "the agreement dropped", `DELETE FROM agreement WHERE attempt_id = ?`},
		{ofAgreement, "the agreement's time", `UPDATE agreement SET at_ms = at_ms - 1 WHERE attempt_id = ?`},
		{ofAgreement, "whose agreement it is", `UPDATE agreement SET person_id = (SELECT g.person_id FROM agreement g WHERE g.attempt_id = '` + other + `') WHERE attempt_id = ?`},
		{ofAgreement, "a consent", `UPDATE agreement SET camera = 'consent' WHERE attempt_id = ?`},
		{ofAnswers, "an answer", `UPDATE answer SET response = '{"choices":[]}' WHERE n = 1 AND attempt_id = ?`},
		{ofAnswers, "an answer's words", `UPDATE answer SET response = response || ' ' WHERE n = 1 AND attempt_id = ?`},
		{ofAnswers, "an answer put in another's place", `UPDATE answer SET response = b.response, seq = b.seq, hash = b.hash FROM answer b WHERE b.attempt_id = answer.attempt_id AND b.n = 2 AND answer.n = 1 AND answer.attempt_id = ?`},
		{ofAnswers, "an answer dropped", `DELETE FROM answer WHERE n = 3 AND attempt_id = ?`},
		{ofAnswers, "an answer off the form", `UPDATE answer SET n = 11 WHERE n = 9 AND attempt_id = ?`},
		{ofAnswers, "an answer's hash", `UPDATE answer SET hash = (SELECT a.hash FROM answer a WHERE a.attempt_id = answer.attempt_id AND a.n = 1) WHERE n = 2 AND attempt_id = ?`},
		{ofAnswers, "an answer's save", `UPDATE answer SET seq = seq + 1 WHERE n = 2 AND attempt_id = ?`},
		{ofAnswers, "an answer's time", `UPDATE answer SET at_ms = at_ms - 1 WHERE n = 2 AND attempt_id = ?`},
		{ofAnswers, "an answer's first time", `UPDATE answer SET first_ms = first_ms - 1 WHERE n = 2 AND attempt_id = ?`},
		{ofAnswers, "lateness", `UPDATE answer SET late = FALSE WHERE n = 9 AND attempt_id = ?`},
		{ofResult, "marks", `UPDATE result SET marks = '{}' WHERE attempt_id = ?`},
		{ofResult, "marks, dressed up", `UPDATE result SET marks = replace(marks, '"score":0', '"score":1000') WHERE attempt_id = ?`},
		{ofResult, "a result's score", `UPDATE result SET score = score + 1 WHERE attempt_id = ?`},
		{ofResult, "a result's pass", `UPDATE result SET passed = NOT passed WHERE attempt_id = ?`},
		{ofResult, "a result dropped", `DELETE FROM result WHERE attempt_id = ?`},
		{ofResult, "a revision put in", `INSERT INTO result (attempt_id, revision, marks, score, max_score, passed, by_id, at_ms) SELECT attempt_id, 2, marks, score + 1, max_score, TRUE, by_id, at_ms FROM result WHERE attempt_id = ?`},
		{ofAttempt, "the score that counts", `UPDATE attempt SET score = score + 1 WHERE id = ?`},
		{ofAttempt, "the pass that counts", `UPDATE attempt SET passed = NOT passed WHERE id = ?`},
		{ofAttempt, "set aside", `UPDATE attempt SET aside = TRUE WHERE id = ?`},
		{ofAttempt, "the answer card", `UPDATE attempt SET card = '1111111111' WHERE id = ?`},
		{ofAttempt, "the deadline", `UPDATE attempt SET deadline_ms = deadline_ms + 1 WHERE id = ?`},
		{ofAttempt, "the start", `UPDATE attempt SET started_ms = started_ms - 1 WHERE id = ?`},
		{ofAttempt, "the end", `UPDATE attempt SET ended_ms = ended_ms - 1 WHERE id = ?`},
		{ofAttempt, "the state", `UPDATE attempt SET state = 'expired' WHERE id = ?`},
		{ofAttempt, "the last save", `UPDATE attempt SET last_seq = last_seq + 1 WHERE id = ?`},
		{ofAttempt, "a head that is none", `UPDATE attempt SET head_hash = 'no' WHERE id = ?`},
		{ofJournal, "the person", `UPDATE attempt SET person_id = (SELECT a.person_id FROM attempt a WHERE a.id = '` + other + `') WHERE id = ?`},
		{ofJournal, "the key", `UPDATE subject_key SET key = '00' WHERE subject = (SELECT person_id FROM attempt WHERE id = ?)`},
		{ofJournal, "the key dropped", `DELETE FROM subject_key WHERE subject = (SELECT person_id FROM attempt WHERE id = ?)`},
		{ofSubmission, "the submission dropped", `DELETE FROM submission WHERE attempt_id = ?`},
		{ofSubmission, "the submission's head", `UPDATE submission SET head_seq = head_seq - 1 WHERE attempt_id = ?`},
		{ofSubmission, "the leaf", `UPDATE leaf SET data = 'x' WHERE id = (SELECT leaf_id FROM submission WHERE attempt_id = ?)`},
		{ofSubmission, "the leaf dropped", `DELETE FROM leaf WHERE id = (SELECT leaf_id FROM submission WHERE attempt_id = ?)`},
		{ofReceipt, "the cause", `UPDATE submission SET cause = 'closed' WHERE attempt_id = ?`},
		{ofReceipt, "a line of the receipt", `UPDATE submission SET receipt = replace(receipt, 'answer 1 ', 'answer 2 ') WHERE attempt_id = ?`},
		{ofReceipt, "another's receipt", `UPDATE submission SET receipt = (SELECT s.receipt FROM submission s WHERE s.attempt_id = '` + other + `') WHERE attempt_id = ?`},
	} {
		number++
		w.sitting = w.open()
		_, id := w.eventful(fmt.Sprintf("R%03d", number))
		if f := w.found(id); len(f) > 0 {
			t.Fatalf("before %s: %+v", c.what, f)
		}
		w.tamper(c.statement, id)
		f := w.found(id)
		named := false
		for _, x := range f {
			named = named || x.Kind == c.kind && strings.HasPrefix(x.Record, "attempt "+id)
		}
		if !named {
			t.Errorf("%s: %+v, want %s named", c.what, f, c.kind)
		}
	}
	// The journal cut off and its head moved back, as nobody could tell by the chain alone.
	w.sitting = w.open()
	_, id := w.eventful("H001")
	entries := w.verified(id)
	before := entries[len(entries)-2]
	w.tamper(`DELETE FROM journal WHERE chain = ? AND seq > ?`, id, before.Seq)
	w.tamper(`UPDATE attempt SET head_seq = ?, head_hash = ? WHERE id = ?`, before.Seq, ledger.Head{Hash: before.Hash}.Hex(), id)
	kinds := map[string]bool{}
	for _, f := range w.found(id) {
		kinds[f.Kind] = true
	}
	if !kinds[ofAttempt] || !kinds[ofSubmission] || !kinds[ofReceipt] {
		t.Errorf("a journal without its end: %v", kinds)
	}
	// What everybody agreed to.
	w.sitting = w.open()
	_, told := w.eventful("N001")
	for _, change := range []string{`text || ' '`, `rtrim(text, ' ')`} {
		w.tamper(`UPDATE notice SET text = ` + change)
		f := w.found(told)
		if changed := change == `text || ' '`; changed != (len(f) > 0) || changed && f[0].Kind != ofAgreement {
			t.Errorf("the notice's text, %s: %+v", change, f)
		}
	}
	// A whole attempt gone, and the commitment of a sitting.
	w.sitting = w.open()
	_, gone := w.eventful("G001")
	for _, table := range []string{"answer", "result", "submission", "attempt_form", "agreement", "observation"} {
		w.tamper(`DELETE FROM `+table+` WHERE attempt_id = ?`, gone)
	}
	for _, table := range []string{"extension", "pause", "pulse"} {
		w.tamper(`DELETE FROM `+table+` WHERE attempt_id = ?`, gone)
	}
	w.tamper(`DELETE FROM attempt WHERE id = ?`, gone)
	uncommitted := w.open()
	w.tamper(`DELETE FROM leaf WHERE data = ?`, uncommitted.ID+" "+uncommitted.Commitment)
	var v Verified
	w.ok(w.room.verifySittings(ctx, &v))
	w.ok(w.room.verifyWhole(ctx, &v))
	for kind, record := range map[string]string{ofSitting: uncommitted.ID, ofAttempt: gone} {
		named := false
		for _, f := range v.Findings {
			named = named || f.Kind == kind && strings.HasSuffix(f.Record, record)
		}
		if !named {
			t.Errorf("%s %s: found %+v", kind, record, v.Findings)
		}
	}
	submissions := 0
	for _, f := range v.Findings {
		if f.Kind == ofSubmission {
			submissions = f.Count
		}
	}
	if submissions != 2 { // of this one, and of the row that was dropped above
		t.Errorf("found %+v", v.Findings)
	}
}

func verifyReceipts(t *testing.T, w *world) {
	ctx := context.Background()
	amy, id := w.eventful("P001")
	receipt, err := w.room.Receipt(ctx, amy, id)
	w.ok(err)
	public := w.room.PublicKey()
	for name, file := range map[string]string{"as it is": receipt.Signed, "through an editor": "\ufeff" + strings.ReplaceAll(receipt.Signed, "\n", "\r\n")} {
		opened, err := OpenReceipt(file, public)
		w.ok(err)
		if opened.text() != receipt.text() {
			t.Errorf("%s: read %q, written %q", name, opened.text(), receipt.text())
		}
		if f, err := w.room.VerifyReceipt(ctx, opened); err != nil || len(f) > 0 {
			t.Errorf("%s: %+v %v", name, f, err)
		}
	}
	// Forged in any line, it is not ours.
	lines := strings.Split(strings.TrimSuffix(receipt.text(), "\n"), "\n")
	for n, line := range lines {
		for what, forged := range map[string]string{
			"changed": strings.Replace(receipt.Signed, line, line[:len(line)-1]+string(line[len(line)-1]^1), 1),
			"dropped": strings.Replace(receipt.Signed, line+"\n", "", 1),
			"doubled": strings.Replace(receipt.Signed, line+"\n", line+"\n"+line+"\n", 1),
		} {
			if _, err := OpenReceipt(forged, public); err == nil {
				t.Errorf("line %d %s, and the receipt holds", n+1, what)
			}
		}
	}
	for _, not := range []string{"", "no", strings.SplitAfter(receipt.Signed, "\n\n")[0]} {
		if _, err := OpenReceipt(not, public); err == nil {
			t.Errorf("%q is a receipt", not)
		}
	}
	signed, err := w.signer.Sign("bainian receipt\nended never\n")
	w.ok(err)
	if _, err := OpenReceipt(signed, public); err == nil {
		t.Error("what cannot be read is a receipt")
	}

	// What somebody with the key might sign, or what was changed in the journal since.
	for name, forge := range map[string]func(r *Receipt){
		"another head":     func(r *Receipt) { r.Hash = r.Answers[0].Hash },
		"another place":    func(r *Receipt) { r.Seq-- },
		"another end":      func(r *Receipt) { r.At = r.At.Add(time.Second) },
		"another cause":    func(r *Receipt) { r.Cause = causeExpired },
		"another person":   func(r *Receipt) { r.PersonID = w.trainer.ID },
		"an answer's hash": func(r *Receipt) { r.Answers[3].Hash = strings.Repeat("0", 64) },
		"an old answer": func(r *Receipt) {
			for _, e := range w.verified(id) {
				if strings.HasPrefix(string(e.Payload), `{"n":2,"seq":2,`) {
					r.Answers[1].Hash, r.Answers[1].Seq = ledger.Head{Hash: e.Hash}.Hex(), 2
				}
			}
		},
		"an answer dropped": func(r *Receipt) { r.Answers = r.Answers[1:] },
		"no such attempt":   func(r *Receipt) { r.AttemptID = w.sitting.ID },
	} {
		forged := receipt
		forged.Answers = append([]ReceiptLine(nil), receipt.Answers...)
		forge(&forged)
		if f, err := w.room.VerifyReceipt(ctx, forged); err != nil || len(f) == 0 || f[0].Kind != ofReceipt {
			t.Errorf("%s: %+v %v", name, f, err)
		}
	}
}
