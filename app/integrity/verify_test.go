package integrity_test

import (
	"fmt"
	"strings"
	"testing"

	"bainian/app/apptest"
	"bainian/app/integrity"
	"bainian/app/ledger"
	"bainian/app/people"
	"bainian/app/store"
)

// decided is a case with every kind of record: facts, one of them retracted, a tie, an inquiry, two votes, a verdict and
// an upheld appeal.
func decided(t *testing.T, w *apptest.World) (ben people.Person, number int) {
	t.Helper()
	_, ben = copiedSitting(t, w, "袖口掉出寫滿字母的紙條")
	number = caseOf(t, w, ben)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(w.Desk.Open(w.Ctx, w.Reviewer[0], number))
	must(w.Desk.AddFact(w.Ctx, w.Reviewer[0], number, integrity.Fact{Kind: integrity.Document, Text: "一張寫滿字母的紙條", Origin: "監考當場收走"}))
	f, err := w.Desk.Case(w.Ctx, w.Reviewer[0], number, "en")
	must(err)
	must(w.Desk.RetractFact(w.Ctx, w.Reviewer[0], number, f.Facts[0].ID, "紙條是另一場考試的"))
	must(w.Desk.DeclareTie(w.Ctx, w.Hire("表親", people.Reviewer), number, "當事人是我的表弟，必須迴避"))
	w.Heard(number)
	must(w.Desk.Inquire(w.Ctx, w.Reviewer[1], number, "請再問監考員一次"))
	must(w.Desk.Answer(w.Ctx, w.Reviewer[0], number, "監考員確認紙條的位置"))
	for _, r := range w.Reviewer[:2] {
		_, err := w.Desk.Vote(w.Ctx, r, number, integrity.Ballot{Outcome: integrity.RedLine, Reason: because})
		must(err)
	}
	must(w.Overturn(w.Reviewer[2], number, "申訴成立：紙條筆跡不符"))
	return ben, number
}

func verify(t *testing.T, w *apptest.World) integrity.Verified {
	t.Helper()
	v, err := integrity.Verify(w.Ctx, w.DB)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Whatever an administrator changes of a case by hand is named.
func TestN3_AnEditedCaseIsNamed(t *testing.T) {
	edits := map[string]string{
		"a reason":              `UPDATE case_vote SET reason = reason || '!'`,
		"a vote":                `UPDATE case_vote SET outcome = 'resit'`,
		"a statement":           `UPDATE case_event SET text = '我承認了' WHERE kind = 'statement'`,
		"when it was opened":    `UPDATE case_event SET at_ms = at_ms - 1 WHERE kind = 'opened'`,
		"a fact":                `UPDATE case_fact SET text = text || '!'`,
		"a fact's origin":       `UPDATE case_fact SET origin = origin || '!'`,
		"a retraction":          `DELETE FROM case_retraction`,
		"a tie":                 `DELETE FROM case_tie`,
		"the verdict":           `UPDATE verdict SET outcome = 'resit'`,
		"an upheld appeal":      `DELETE FROM overturning`,
		"a finding":             `UPDATE finding SET matches = matches - 1`,
		"a time limit":          `UPDATE case_clock SET due_ms = due_ms + 86400000 WHERE step = 'appeal'`,
		"the outcome":           `UPDATE integrity_case SET outcome = 'resit' WHERE outcome IS NOT NULL`,
		"the suspension":        `UPDATE integrity_case SET review_ms = review_ms + 1 WHERE review_ms IS NOT NULL`,
		"whose case it is":      `UPDATE integrity_case SET sitting_id = (SELECT max(id) FROM sitting), at_ms = at_ms + 1`,
		"the journal":           `UPDATE journal SET payload = payload || ' ' WHERE chain LIKE 'case/%' AND type = 'vote'`,
		"an entry dropped":      `DELETE FROM journal WHERE chain LIKE 'case/%' AND type = 'vote'`,
		"the end of the chain":  `DELETE FROM journal WHERE chain LIKE 'case/%' AND seq = (SELECT max(head_seq) FROM integrity_case)`,
		"the chain, unlinked":   `UPDATE integrity_case SET head_seq = 0, head_hash = ''`,
		"the chain, taken away": `UPDATE integrity_case SET head_seq = 0, head_hash = ''; DELETE FROM journal WHERE chain LIKE 'case/%'`,
		"a leaf":                `UPDATE leaf SET data = data || '0' WHERE kind = 'case'`,
		"a deed that never was": `INSERT INTO case_event (id, number, kind, text, by_id, at_ms) SELECT 'forged', number, 'renewed', '', by_id, at_ms FROM case_event WHERE kind = 'opened'`,
	}
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		_, number := decided(t, w)
		if v := verify(t, w); len(v.Findings) != 0 || v.Cases != 2 || v.Records < 25 {
			t.Fatalf("untouched: %+v", v)
		}
		if lifted, err := w.Desk.Lifted(w.Ctx, w.Manager); err != nil || len(lifted) != 1 || lifted[0].Person != "Ben" {
			t.Errorf("whoever was told of the suspension is told %+v %v", lifted, err)
		}
		if rates, err := w.Desk.Watch(w.Ctx, w.HR); err != nil || rates.All.People != 8 || rates.All.Flagged != 2 || len(rates.Groups[integrity.ByCohort]) != 1 {
			t.Errorf("rates %+v %v", rates, err)
		}
		if b, err := w.Desk.Burden(w.Ctx, w.HR); err != nil || b.Sittings != 1 || b.Pairs() != .01 {
			t.Errorf("burden %+v %v", b, err)
		}
		for what, edit := range edits {
			undone := fmt.Errorf("undo")
			err := w.DB.Write(w.Ctx, func(tx *store.Tx) error {
				for _, q := range strings.Split(edit, "; ") {
					if n, err := tx.Exec(q); err != nil || n == 0 {
						t.Errorf("%s: nothing was edited: %v", what, err)
					}
				}
				var v integrity.Verified
				if err := integrity.VerifyIn(tx.Rx, &v); err != nil {
					return err
				}
				if len(v.Findings) == 0 {
					t.Errorf("%s: nothing is found", what)
				}
				return undone
			})
			if err != undone {
				t.Fatal(what, err)
			}
		}
		err := w.DB.Write(w.Ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(`UPDATE case_event SET text = '我承認了' WHERE kind = 'statement'`)
			return err
		})
		if v := verify(t, w); err != nil || len(v.Findings) != 1 || !strings.Contains(v.Findings[0].Record, fmt.Sprintf("case %d, event", number)) {
			t.Errorf("the record is not named: %+v %v", v.Findings, err)
		}
	})
}

// Erasing a person's key and words leaves the chain of their case whole.
func TestErasureKeepsTheProofsOfACase(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *apptest.World) {
		ben, number := decided(t, w)
		if err := w.DB.Write(w.Ctx, func(tx *store.Tx) error {
			if _, err := tx.Exec(`UPDATE journal SET payload = NULL WHERE chain = ?`, fmt.Sprintf("case/%d", number)); err != nil {
				return err
			}
			if _, err := tx.Exec(`UPDATE case_event SET text = '' WHERE number = ?`, number); err != nil {
				return err
			}
			return ledger.EraseKeyIn(tx, ben.ID)
		}); err != nil {
			t.Fatal(err)
		}
		if v := verify(t, w); len(v.Findings) != 0 {
			t.Errorf("after an erasure: %+v", v.Findings)
		}
	})
}

// A case of an older version is taken in as it stands, and gets its clock.
func TestACaseFromBeforeChainsIsTakenIn(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *apptest.World) {
		_, ben := copiedSitting(t, w, "")
		number := caseOf(t, w, ben)
		if err := w.Desk.Open(w.Ctx, w.Reviewer[0], number); err != nil {
			t.Fatal(err)
		}
		if err := w.DB.Write(w.Ctx, func(tx *store.Tx) error { // as version 0001 left it
			for _, q := range []string{`DELETE FROM journal WHERE chain LIKE 'case/%'`, `DELETE FROM leaf WHERE kind = 'case'`, `DELETE FROM case_clock`,
				`UPDATE integrity_case SET head_seq = 0, head_hash = '', step = '', due_ms = NULL, clock_id = ''`} {
				if _, err := tx.Exec(q); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if err := w.Desk.Daily(w.Ctx); err != nil {
			t.Fatal(err)
		}
		v := verify(t, w)
		f, err := w.Desk.Case(w.Ctx, w.Reviewer[0], number, "en")
		if err != nil || len(v.Findings) != 0 || v.Records < 8 || f.Step != integrity.Notice {
			t.Errorf("%+v, waits for %q, %v", v, f.Step, err)
		}
	})
}
