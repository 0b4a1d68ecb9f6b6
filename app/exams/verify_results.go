package exams

import (
	"encoding/json"
	"fmt"

	"bainian/app/ledger"
	"bainian/app/store"
)

// regradedLeaf is the kind of the leaf that says how many results one transaction of a regrade made, and when.
const regradedLeaf = "regraded"

func regradedData(regradeID string, ms int64, count int) string {
	return fmt.Sprintf("%s %d %d", regradeID, ms, count)
}

// made are by whom and when the records at an attempt's end were made, as their rows say.
type made struct {
	by string
	at int64
}

// madeIn adds who made an attempt's submission and results, and when.
func madeIn(rx *store.Rx, attemptID string) (submitted made, results []made, err error) {
	scan := func(row store.Row) (m made, err error) { return m, row.Scan(&m.by, &m.at) }
	if submitted, _, err = store.First(rx, scan, `SELECT by_id, at_ms FROM submission WHERE attempt_id = ?`, attemptID); err != nil {
		return submitted, nil, err
	}
	results, err = store.All(rx, scan, `SELECT by_id, at_ms FROM result WHERE attempt_id = ? ORDER BY revision`, attemptID)
	return submitted, results, err
}

// authors says which of an attempt's records name another author or time than what made them: the end of its journal,
// a mark, or a regrade.
func (rec records) authors(rx *store.Rx) (findings []ledger.Finding, err error) {
	a := rec.attempt
	find := func(kind, place, why string) {
		findings = append(findings, ledger.Finding{Kind: kind, Record: "attempt " + a.ID + place, Why: why})
	}
	submitted, results, err := madeIn(rx, a.ID)
	if err != nil {
		return nil, err
	}
	if a.Exam != rec.sitting.Exam {
		find(ofAttempt, "", "it is not of its sitting's exam")
	}
	if !a.DueAt.Equal(a.Deadline.Add(offlineGrace)) {
		find(ofAttempt, "", "when it is due does not follow from its deadline")
	}
	if n := len(rec.entries); rec.end != nil && n > 0 && rec.key != nil {
		var end endPayload
		last := rec.entries[n-1]
		if json.Unmarshal(last.Payload, &end) == nil && (submitted.by != end.By || rec.end.cause != end.Cause) {
			find(ofSubmission, "", "it was not made by whom it says")
		}
	}
	for n, m := range results {
		place := fmt.Sprintf(", revision %d", n+1)
		if n >= len(rec.results) {
			break
		}
		if first := rec.results[n]; n == 0 {
			if m != submitted || first.mark != "" || first.regrade != "" || !sameJSON(first.basis, basis{}) {
				find(ofResult, place, "it was not made by the end of the attempt, then and by whom it says")
			}
			continue
		}
		ok, err := madeBy(rx, rec.results[n], m)
		if err != nil {
			return nil, err
		}
		if !ok {
			find(ofResult, place, "it was not made then, or not by whom it says")
		}
	}
	return findings, nil
}

// madeBy reports whether a later revision has the author and the time of what brought it about.
func madeBy(rx *store.Rx, g graded, m made) (bool, error) {
	scan := func(row store.Row) (m made, err error) { return m, row.Scan(&m.by, &m.at) }
	if g.mark != "" {
		mark, found, err := store.First(rx, scan, `SELECT by_id, at_ms FROM hand_mark WHERE id = ?`, g.mark)
		return found && mark == m, err
	}
	regrade, found, err := store.First(rx, scan, `SELECT by_id, at_ms FROM regrade WHERE id = ?`, g.regrade)
	return found && regrade.by == m.by && m.at >= regrade.at, err
}

// pausedSince is since when the journal has an attempt paused, 0 while it is not.
func pausedSince(entries []ledger.Entry) (since int64) {
	for _, e := range entries {
		var adjust adjustPayload
		switch {
		case e.Type == entryEnd:
			since = 0
		case e.Type != entryAdjust || json.Unmarshal(e.Payload, &adjust) != nil:
		case adjust.What == paused:
			since = e.AtMs
		case adjust.What == resumed:
			since = 0
		}
	}
	return since
}

// verifyRegradesIn counts the results that each transaction of a regrade made.
func verifyRegradesIn(rx *store.Rx, v *Verified) error {
	leaves, err := store.All(rx, scanText, `SELECT data FROM leaf WHERE kind = ?`, regradedLeaf)
	if err != nil {
		return err
	}
	type step struct {
		id string
		at int64
	}
	told, known := map[step]int{}, map[string]bool{}
	for _, data := range leaves {
		var s step
		var count int
		if _, err := fmt.Sscanf(data, "%s %d %d", &s.id, &s.at, &count); err == nil {
			told[s] += count
			known[s.id] = true
		}
	}
	if len(told) == 0 {
		return nil
	}
	if err := rx.Each(`SELECT regrade_id, at_ms, count(*) FROM result WHERE regrade_id IS NOT NULL GROUP BY regrade_id, at_ms`, nil, func(row store.Row) error {
		var s step
		var count int
		err := row.Scan(&s.id, &s.at, &count)
		if known[s.id] && told[s] != count {
			v.Findings.Add(ledger.Finding{Kind: ofRegrade, Record: ofRegrade + " " + s.id, Why: "its results were not made then, or not so many"})
		}
		delete(told, s)
		return err
	}); err != nil {
		return err
	}
	for s := range told {
		v.Findings.Add(ledger.Finding{Kind: ofRegrade, Record: ofRegrade + " " + s.id, Why: "results that it made are gone, or were not made then"})
	}
	return nil
}
