package gate

import "bainian/app/ledger"

// Sealed is the evidence that the ledger seals of the gate: whatever a person did that let somebody
// through it or kept them out, beyond what the exams and the desk have on file.
func Sealed() []ledger.Evidence {
	const by, at = "by_id", "at_ms"
	return []ledger.Evidence{
		{Kind: "waiver", From: "waiver", Key: "id", Columns: []string{"person_id", "requirement", "until_ms", "reason", by, at}},
		{Kind: "withdrawal of a waiver", From: "waiver_withdrawal", Key: "waiver_id", Since: at, Columns: []string{by, at}},
		{Kind: "sign-off", From: "sign_off", Key: "id", Columns: []string{"person_id", "note", by, at}},
		{Kind: "withdrawal of a sign-off", From: "sign_off_withdrawal", Key: "sign_off_id", Since: at, Columns: []string{"reason", by, at}},
		{Kind: "override of a lock-out", From: "policy_override", Key: "id", Columns: []string{"hash", "open_before", "open_after", "reason", by, at}},
		{Kind: "breaking of the glass", From: "break_glass", Key: "id", Since: "imported_ms",
			Columns: []string{at, "snapshot_ms", "digest", "policy_version", "by_ids", "by_names", "reason", "machine", "imported_ms", "imported_by"}},
		{Kind: "reading about a broken glass", From: "break_glass_reading", Key: "glass_id || ' ' || person_id", Since: at, Columns: []string{at}},
	}
}
