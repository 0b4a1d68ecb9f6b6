package exams

import (
	"bainian/app/ledger"
	"bainian/app/store"
)

// Evidence is what the ledger seals of the exam room: decisions about sittings, people and time. Answers, forms, results
// and receipts need no seal: they follow from the journals, and are held against them.
func Evidence() []ledger.Evidence {
	const by = "by_id"
	return []ledger.Evidence{
		{Kind: "sitting", From: "sitting", Key: "id", Where: withoutRehearsals(""), Columns: []string{"exam", "exam_version", "pins", "title", "minutes", "cohort_id",
			"opens_ms", "closes_ms", "commitment", by, "at_ms", "named", "passcode", "late_minutes", "hard_end", "feedback"}},
		{Kind: "sitting closing", From: "sitting", Key: "id", Since: "closed_ms", Where: "closed_ms IS NOT NULL AND " + withoutRehearsals(""), Columns: []string{"closed_by", "closed_ms"}},
		{Kind: "sitting settlement", From: "sitting", Key: "id", Since: "settled_ms", Where: "settled_ms IS NOT NULL AND " + withoutRehearsals(""), Columns: []string{"settled_ms"}},
		{Kind: "invigilator", From: "sitting_invigilator i JOIN sitting s ON s.id = i.sitting_id", Key: "i.sitting_id || ' ' || i.person_id", Since: "s.at_ms",
			Where: withoutRehearsals("s"), Columns: []string{"i.person_id"}},
		{Kind: "named person", From: "sitting_person p JOIN sitting s ON s.id = p.sitting_id", Key: "p.sitting_id || ' ' || p.person_id", Since: "s.at_ms",
			Where: withoutRehearsals("s"), Columns: []string{"p.person_id"}},
		{Kind: "note", From: "sitting_note", Key: "id", Columns: []string{"sitting_id", "person_id", "text", by, "at_ms"}},
		{Kind: "passcode try", From: "passcode_try", Key: "id", Columns: []string{"sitting_id", "person_id", "passed", "at_ms"}},
		{Kind: "admission", From: "admission", Key: "id", Columns: []string{"sitting_id", "person_id", "reason", by, "at_ms"}},
		{Kind: "adjustment", From: "adjustment", Key: "id", Columns: []string{"sitting_id", "what", "minutes", "reason", by, "at_ms"}},
		{Kind: "accommodation", From: "accommodation", Key: "id", Columns: []string{"person_id", "multiplier", "extra_minutes", "reason", by, "at_ms", "label", "until_ms"}},
		{Kind: "signal of an accommodation", From: "accommodation_signal g JOIN accommodation a ON a.id = g.accommodation_id", Key: "a.id || ' ' || g.signal", Since: "a.at_ms", Columns: []string{"g.signal"}},
		{Kind: "notice", From: "notice n", Key: "n.digest", Since: "n.at_ms", Columns: []string{"n.version", "n.lang", "n.text", "n.at_ms"}},
		{Kind: "seating", From: "seating", Key: "id", Columns: []string{"sitting_id", "seats", by, "at_ms"}},
		{Kind: "exemption from SEB", From: "seb_exemption", Key: "id", Columns: []string{"sitting_id", "person_id", "reason", by, "at_ms"}},
		{Kind: "configuration of SEB", From: "seb_config", Key: "id", Columns: []string{"sitting_id", "person_id", "config_key", "token_hash", "at_ms"}},
		{Kind: "visit of SEB", From: "seb_visit", Key: "id", Columns: []string{"sitting_id", "person_id", "attempt_id", "verdict", "url", "expected", "received", "at_ms"}},
		{Kind: "snapshot", From: "snapshot", Key: "id", Columns: []string{"attempt_id", "sha256", "size", "faces", "at_ms"}},
		{Kind: "snapshot removal", From: "snapshot_removal", Key: "snapshot_id", Since: "at_ms", Columns: []string{"reason", by, "at_ms"}},
		{Kind: "end of accommodation", From: "accommodation_end", Key: "accommodation_id", Since: "at_ms", Columns: []string{"reason", by, "at_ms"}},
		{Kind: "extension", From: "extension x JOIN attempt a ON a.id = x.attempt_id", Key: "x.id", Where: withoutRehearsals("a"),
			Columns: []string{"x.attempt_id", "x.minutes", "x.reason", "x." + by, "x.at_ms"}},
		{Kind: "pause", From: "pause p JOIN attempt a ON a.id = p.attempt_id", Key: "p.id", Where: withoutRehearsals("a"),
			Columns: []string{"p.attempt_id", "p.reason", "p." + by, "p.at_ms"}},
		{Kind: "end of pause", From: "pause p JOIN attempt a ON a.id = p.attempt_id", Key: "p.id", Since: "p.ended_ms", Where: "p.ended_ms IS NOT NULL AND " + withoutRehearsals("a"),
			Columns: []string{"p.ended_by", "p.ended_ms"}},
		{Kind: "setting aside", From: "set_aside", Key: "id", Columns: []string{"attempt_id", "reason", by, "at_ms"}},
		{Kind: "reinstatement", From: "set_aside", Key: "id", Since: "undone_ms", Where: "undone_ms IS NOT NULL", Columns: []string{"undone_reason", "undone_by", "undone_ms"}},
		{Kind: "message", From: "sitting_message m JOIN sitting s ON s.id = m.sitting_id", Key: "m.id", Where: withoutRehearsals("s"), Columns: []string{"m.sitting_id", "m.to_id", "m.text", "m." + by, "m.at_ms"}},
		{Kind: "look", From: "look l JOIN attempt a ON a.id = l.attempt_id", Key: "l.id", Where: withoutRehearsals("a"), Columns: []string{"l.attempt_id", "l.claims", "l." + by, "l.at_ms"}},
		{Kind: "call", From: "candidate_call c JOIN attempt a ON a.id = c.attempt_id", Key: "c.id", Where: withoutRehearsals("a"), Columns: []string{"c.sitting_id", "c.attempt_id", "c.text", "c.at_ms"}},
		{Kind: "answer to a call", From: "candidate_call c JOIN attempt a ON a.id = c.attempt_id", Key: "c.id", Since: "c.answered_ms", Where: "c.answered_ms IS NOT NULL AND " + withoutRehearsals("a"),
			Columns: []string{"c.answered_by", "c.answered_ms"}},
		{Kind: "withdrawal of a call", From: "candidate_call c JOIN attempt a ON a.id = c.attempt_id", Key: "c.id", Since: "c.withdrawn_ms", Where: "c.withdrawn_ms IS NOT NULL AND " + withoutRehearsals("a"),
			Columns: []string{"c.withdrawn_ms"}},
		{Kind: "takeover request", From: "takeover t JOIN attempt a ON a.id = t.attempt_id", Key: "t.id", Where: withoutRehearsals("a"),
			Columns: []string{"t.sitting_id", "t.attempt_id", "t.device", "t.holder", "t.browser", "t.at_ms"}},
		{Kind: "takeover decision", From: "takeover t JOIN attempt a ON a.id = t.attempt_id", Key: "t.id", Since: "t.decided_ms", Where: "t.decided_ms IS NOT NULL AND " + withoutRehearsals("a"),
			Columns: []string{"t.decision", "t.decided_by", "t.decided_ms"}},
		{Kind: "takeover", From: "takeover t JOIN attempt a ON a.id = t.attempt_id", Key: "t.id", Since: "t.used_ms", Where: "t.used_ms IS NOT NULL AND " + withoutRehearsals("a"), Columns: []string{"t.used_ms"}},
		{Kind: "grant", From: "attempt_grant", Key: "id", Columns: []string{"person_id", "exam", "reason", by, "at_ms"}},
		{Kind: "script", From: "script", Key: "attempt_id || ' ' || n", Since: "handed_ms", Columns: []string{"id", "exam", "bank", "item", "handed_ms"}},
		{Kind: "hand mark", From: "hand_mark", Key: "id", Columns: []string{"script_id", "kind", "points", "score", "comment", "reason", by, "at_ms", "leaf_id"}},
		{Kind: "unblinding record", From: "unblinding", Key: "id", Columns: []string{"script_id", "reason", by, "at_ms"}},
		{Kind: "mark appeal filed", From: "mark_appeal", Key: "id", Columns: []string{"attempt_id", "n", "text", "at_ms"}},
		{Kind: "mark appeal decided", From: "mark_appeal", Key: "id", Since: "decided_ms", Where: "decided_ms IS NOT NULL", Columns: []string{"state", "answer", "mark_id", "decided_by", "decided_ms", "leaf_id"}},
		{Kind: "regrade record", From: "regrade", Key: "id", Columns: []string{"exam", "bank", "bank_version", "diff", "reason", by, "at_ms", "leaf_id"}},
		{Kind: "file", From: "upload u JOIN attempt a ON a.id = u.attempt_id", Key: "u.id", Where: withoutRehearsals("a"),
			Columns: []string{"u.attempt_id", "u.n", "u.size", "u.seconds", "u.parts", "u." + by, "u.at_ms", "u.given_ms"}},
		{Kind: "stored file", From: "upload u JOIN attempt a ON a.id = u.attempt_id", Key: "u.id", Since: "u.stored_ms", Where: "u.stored_ms IS NOT NULL AND " + withoutRehearsals("a"),
			Columns: []string{"u.sha256", "u.type", "u.stored_ms"}},
	}
}

// LiveHeads are how far the journals of all live attempts have come, those of a rehearsal apart.
func LiveHeads(rx *store.Rx) ([]ledger.ChainHead, error) {
	return store.All(rx, func(row store.Row) (h ledger.ChainHead, err error) {
		var seq int64
		var hash string
		if err = row.Scan(&h.Chain, &seq, &hash); err != nil {
			return h, err
		}
		h.Head, err = ledger.ParseHead(seq, hash)
		return h, err
	}, `SELECT id, head_seq, head_hash FROM attempt WHERE state = 'live' AND `+withoutRehearsals("")+` ORDER BY id`)
}
