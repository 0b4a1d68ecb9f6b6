package exams

import (
	"fmt"
	"strconv"
	"strings"

	"bainian/app/ledger"
	"bainian/app/store"
)

// The kinds of decision that a verification compares with the ledger.
const (
	ofRegrade    = "regrade"
	ofAppeal     = "mark appeal"
	ofUnblinding = "unblinding"
)

// decisionKinds are those kinds, each with the table it is kept in and what of a row the ledger holds the hash of. Those
// of the time before the ledger had them name no leaf.
func decisionKinds() []decisionKind {
	return []decisionKind{
		{ofRegrade, `SELECT id, leaf_id, exam, bank, bank_version, diff, reason, by_id FROM regrade WHERE leaf_id <> '' ORDER BY id`, func(row store.Row) (d decision, err error) {
			var exam, bank, diff, reason, by string
			var version int
			err = row.Scan(&d.id, &d.leaf, &exam, &bank, &version, &diff, &reason, &by)
			d.digest = regradeDigest(d.id, Correction{Exam: exam, Bank: bank, Version: version, Reason: reason}, diff, by)
			return d, err
		}},
		{ofAppeal, `SELECT id, coalesce(leaf_id, ''), attempt_id, state, answer, coalesce(mark_id, ''), coalesce(decided_by, '') FROM mark_appeal WHERE state <> 'open' ORDER BY id`, func(row store.Row) (d decision, err error) {
			var attempt, state, answer, mark, by string
			err = row.Scan(&d.id, &d.leaf, &attempt, &state, &answer, &mark, &by)
			d.digest = appealDigest(d.id, attempt, AppealState(state), answer, mark, by)
			return d, err
		}},
		{ofUnblinding, `SELECT id, script_id, reason, by_id FROM unblinding ORDER BY id`, func(row store.Row) (d decision, err error) {
			var script, reason, by string
			err = row.Scan(&d.id, &script, &reason, &by)
			d.digest = unblindingDigest(d.id, script, reason, by)
			return d, err
		}},
	}
}

type decisionKind struct {
	kind, query string
	scan        func(store.Row) (decision, error)
}

// decision is a record as stored: the leaf that it names, "" where it names none and is found by what the leaf holds, and
// the digest that this leaf must hold.
type decision struct{ id, leaf, digest string }

func regradeDigest(id string, c Correction, diff, by string) string {
	return digestOf(id, c.Exam, c.Bank, strconv.Itoa(c.Version), diff, c.Reason, by)
}

func appealDigest(id, attemptID string, state AppealState, answer, markID, by string) string {
	return digestOf(id, attemptID, string(state), answer, markID, by)
}

func unblindingDigest(id, scriptID, reason, by string) string {
	return digestOf(id, scriptID, reason, by)
}

// digestOf is the SHA-256 of fields, each with its length before it: what people wrote may hold any character, and no
// word of it can move from one field to the next.
func digestOf(fields ...string) string {
	var all strings.Builder
	for _, field := range fields {
		fmt.Fprintf(&all, "%d:%s", len(field), field)
	}
	return digest(all.String())
}

// verifyDecisionsIn looks for each decision in the ledger, and for what the ledger holds of decisions that are gone.
func verifyDecisionsIn(rx *store.Rx, v *Verified) error {
	for _, k := range decisionKinds() {
		held, byData := map[string]string{}, map[string]string{} // what a leaf holds, and the leaf that holds it
		if err := rx.Each(`SELECT id, data FROM leaf WHERE kind = ?`, []any{k.kind}, func(row store.Row) error {
			var id, data string
			err := row.Scan(&id, &data)
			held[id], byData[data] = data, id
			return err
		}); err != nil {
			return err
		}
		all, err := store.All(rx, k.scan, k.query)
		if err != nil {
			return err
		}
		for _, d := range all {
			leaf := d.leaf
			if k.kind == ofUnblinding {
				leaf = byData[d.digest]
			}
			if held[leaf] != d.digest {
				v.Findings.Add(ledger.Finding{Kind: k.kind, Record: k.kind + " " + d.id, Why: "it is not what the ledger holds of it"})
			}
			delete(held, leaf)
		}
		for range held {
			v.Findings.Add(ledger.Finding{Kind: k.kind, Record: k.kind + "s", Why: "the ledger holds one that is not on record so"})
		}
	}
	return nil
}
