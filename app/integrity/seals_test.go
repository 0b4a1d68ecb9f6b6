package integrity_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"bainian/app/apptest"
	"bainian/app/exams"
	"bainian/app/integrity"
	"bainian/app/ledger"
	"bainian/app/store"
)

// TestN3_EvidenceOfTheDeskIsSealed on both engines: what the desk declared, found and kept on file holds as it is, and
// each record that is changed is named.
func TestN3_EvidenceOfTheDeskIsSealed(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		copiedSitting(t, w, "兩人看向同一張紙條")
		heads, err := w.Desk.Cases(w.Ctx, w.Reviewer[0], integrity.Waiting, 0)
		must(err)
		must(w.Desk.Open(w.Ctx, w.Reviewer[0], heads[0].Number))
		must(w.Desk.AddFact(w.Ctx, w.Reviewer[0], heads[0].Number, integrity.Fact{Kind: integrity.Document, Text: "現場收走的紙條，字跡為本人", Origin: "監考員當場收走"}))
		w.Clock.Add(time.Minute)
		must(w.Queue.Drain(w.Ctx))
		found := func() string {
			log, err := ledger.VerifyLog(w.Ctx, w.DB, w.Signer.Public(), slices.Concat(ledger.OwnEvidence(), exams.Evidence(), integrity.Evidence()))
			must(err)
			desk, err := integrity.VerifyDecided(w.Ctx, w.DB)
			must(err)
			if desk.Declarations != 1 || log.Sealed < 10 {
				t.Errorf("looked at %+v and %d seals", desk, log.Sealed)
			}
			var lines []string
			for _, f := range append(log.Findings, desk.Findings...) {
				lines = append(lines, f.Error())
			}
			return strings.Join(lines, "\n")
		}
		if got := found(); got != "" {
			t.Fatal(got)
		}
		for _, c := range []struct{ change, undo, finds string }{
			{`UPDATE declaration SET doc = replace(doc, '0.01', '0.05')`, `UPDATE declaration SET doc = replace(doc, '0.05', '0.01')`, "declaration: "},
			{`UPDATE comparison SET found = found + 1`, `UPDATE comparison SET found = found - 1`, "comparison: "},
			{`UPDATE finding SET matches = matches + 1`, `UPDATE finding SET matches = matches - 1`, "finding: finding "},
			{`UPDATE case_fact SET text = text || '?'`, `UPDATE case_fact SET text = substr(text, 1, length(text) - 1)`, "case fact: case fact "},
			{`UPDATE sitting_note SET at_ms = at_ms - 1`, `UPDATE sitting_note SET at_ms = at_ms + 1`, "note: note "},
			{`UPDATE sitting SET closes_ms = closes_ms + 1`, `UPDATE sitting SET closes_ms = closes_ms - 1`, "sitting: sitting "},
		} {
			for n, statement := range []string{c.change, c.undo} {
				must(w.DB.Write(w.Ctx, func(tx *store.Tx) error {
					_, err := tx.Exec(statement)
					return err
				}))
				if got := found(); (n == 0) != strings.Contains(got, c.finds) || n == 1 && got != "" {
					t.Errorf("after %s: %q", statement, got)
				}
			}
		}
	})
}
