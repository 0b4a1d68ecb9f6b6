package integrity

import (
	"context"
	"fmt"
	"slices"

	"bainian/app/ledger"
	"bainian/app/store"
)

// Decided is what was looked through of declarations and verdicts, and what of it does not hold.
type Decided struct {
	Declarations, Verdicts int
	Findings               ledger.Findings
}

// The kinds of record that are committed to by a leaf of their own.
const (
	ofDeclaration = "declaration"
	ofVerdict     = "verdict"
)

// VerifyDecided holds what the desk declared and decided against the leaves that it left in the ledger, each way, and
// changes nothing; a comparison must have as many findings as it counts.
func VerifyDecided(ctx context.Context, db *store.DB) (v Decided, err error) {
	return v, db.Read(ctx, func(rx *store.Rx) error {
		if err := verifyDeclarationsIn(rx, &v); err != nil {
			return err
		}
		return verifyVerdictsIn(rx, &v)
	})
}

func (v *Decided) find(kind, record, why string) {
	v.Findings.Add(ledger.Finding{Kind: kind, Record: record, Why: why})
}

// leavesIn are the leaves of a kind by id.
func leavesIn(rx *store.Rx, kind string) (map[string]string, error) {
	leaves := map[string]string{}
	return leaves, rx.Each(`SELECT id, data FROM leaf WHERE kind = ?`, []any{kind}, func(r store.Row) error {
		var id, data string
		err := r.Scan(&id, &data)
		leaves[id] = data
		return err
	})
}

func verifyDeclarationsIn(rx *store.Rx, v *Decided) error {
	leaves, err := leavesIn(rx, "declaration")
	if err != nil {
		return err
	}
	if err := rx.Each(`SELECT sitting_id, doc, leaf_id FROM declaration ORDER BY sitting_id`, nil, func(r store.Row) error {
		var sitting, doc, leaf string
		err := r.Scan(&sitting, &doc, &leaf)
		v.Declarations++
		if leaves[leaf] != sitting+" "+doc {
			v.find(ofDeclaration, "sitting "+sitting, "what is declared is not what the ledger has held since before it opened")
		}
		delete(leaves, leaf)
		return err
	}); err != nil {
		return err
	}
	for id := range leaves {
		v.find(ofDeclaration, "leaf "+id, "the ledger holds a declaration that is not on record so")
	}
	return rx.Each(`SELECT c.sitting_id FROM comparison c WHERE c.found <> (SELECT count(*) FROM finding f WHERE f.sitting_id = c.sitting_id) ORDER BY c.sitting_id`, nil, func(r store.Row) error {
		var sitting string
		err := r.Scan(&sitting)
		v.find("comparison", "sitting "+sitting, "it did not find as many pairs as there are findings")
		return err
	})
}

// ruling is a verdict, or its overturning, as stored.
type ruling struct {
	Verdict
	leaf string
	at   int64
}

func verifyVerdictsIn(rx *store.Rx, v *Decided) error {
	leaves, err := leavesIn(rx, ofVerdict)
	if err != nil {
		return err
	}
	verdicts, err := store.All(rx, func(r store.Row) (d ruling, err error) {
		return d, r.Scan(&d.CaseNumber, &d.PersonID, &d.AttemptID, &d.Outcome, &d.leaf, &d.at)
	}, `SELECT number, person_id, attempt_id, outcome, leaf_id, at_ms FROM verdict ORDER BY number`)
	if err != nil {
		return err
	}
	for _, d := range verdicts {
		v.Verdicts++
		record := fmt.Sprintf("case %d", d.CaseNumber)
		if d.By, err = store.All(rx, scanText, `SELECT v.reviewer_id FROM case_vote v WHERE v.number = ? AND NOT EXISTS
			(SELECT 1 FROM case_tie t WHERE t.number = v.number AND t.reviewer_id = v.reviewer_id AND t.at_ms <= ?) ORDER BY v.at_ms, v.id`, d.CaseNumber, d.at); err != nil {
			return err
		}
		if leaves[d.leaf] != committedTo(d.Verdict) {
			v.find(ofVerdict, record, "it is not what the ledger holds of it, or was not decided by these votes")
		}
		delete(leaves, d.leaf)
		by, overturned, err := store.First(rx, scanText, `SELECT by_id FROM overturning WHERE number = ?`, d.CaseNumber)
		if err != nil {
			return err
		}
		if overturned {
			d.Overturned, d.By = true, []string{by}
			if !take(leaves, committedTo(d.Verdict)) {
				v.find(ofVerdict, record+", overturned", "the ledger holds no such overturning")
			}
		}
	}
	for id := range leaves {
		v.find(ofVerdict, "leaf "+id, "the ledger holds a verdict, or an overturning, that is not on record so")
	}
	return nil
}

// take removes the leaf that holds those data, if there is one.
func take(leaves map[string]string, data string) bool {
	ids := []string{}
	for id, held := range leaves {
		if held == data {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return false
	}
	delete(leaves, slices.Min(ids))
	return true
}
