package integrity

import "bainian/app/ledger"

// Evidence is what the ledger seals of the desk: what the declared test said, and everything that people put on file.
func Evidence() []ledger.Evidence {
	number := "CAST(number AS TEXT)"
	return []ledger.Evidence{
		{Kind: "declaration", From: "declaration", Key: "sitting_id", Since: "at_ms", Columns: []string{"test", "doc", "leaf_id", "at_ms"}},
		{Kind: "comparison", From: "comparison", Key: "sitting_id", Since: "at_ms", Columns: []string{"papers", "pairs", "positional", "threshold", "found", "at_ms"}},
		{Kind: "corroboration", From: "corroboration", Key: "sitting_id", Since: "at_ms", Columns: []string{"detector", "doc", "at_ms"}},
		{Kind: "finding", From: "finding", Key: "id", Columns: []string{"sitting_id", "attempt_a", "attempt_b", "alignment", "matches", "slots", "needed", "p", "at_ms"}},
		{Kind: "case", From: "integrity_case", Key: number, Since: "at_ms", Columns: []string{"person_id", "attempt_id", "sitting_id", "at_ms"}},
		{Kind: "case finding", From: "case_finding c JOIN finding f ON f.id = c.finding_id", Key: "CAST(c.number AS TEXT) || ' ' || c.finding_id", Since: "f.at_ms", Columns: []string{"c.number"}},
		{Kind: "case event", From: "case_event", Key: "id", Columns: []string{"number", "kind", "text", "by_id", "at_ms"}},
		{Kind: "case fact", From: "case_fact", Key: "id", Columns: []string{"number", "kind", "text", "origin", "by_id", "at_ms"}},
		{Kind: "retraction", From: "case_retraction", Key: "fact_id", Since: "at_ms", Columns: []string{"reason", "by_id", "at_ms"}},
		{Kind: "tie", From: "case_tie", Key: number + " || ' ' || reviewer_id", Since: "at_ms", Columns: []string{"reason", "at_ms"}},
		{Kind: "vote", From: "case_vote", Key: "id", Columns: []string{"number", "reviewer_id", "outcome", "reason", "at_ms"}},
		{Kind: "verdict record", From: "verdict", Key: number, Since: "at_ms", Columns: []string{"person_id", "attempt_id", "outcome", "leaf_id", "at_ms"}},
		{Kind: "overturning", From: "overturning", Key: number, Since: "at_ms", Columns: []string{"reason", "by_id", "at_ms"}},
	}
}
