package exams

import (
	"encoding/json"

	"bainian/app/ledger"
	"bainian/app/store"
)

const ofSnapshot = "snapshot"

// snapshotRow is a picture's row with the size, which nobody else asks for.
type snapshotRow struct {
	id          string
	size, faces int
	at          int64
}

// snapshotRowsIn are the rows of an attempt's pictures, by id.
func snapshotRowsIn(rx *store.Rx, attemptID string) (map[string]snapshotRow, error) {
	rows := map[string]snapshotRow{}
	err := rx.Each(`SELECT id, size, faces, at_ms FROM snapshot WHERE attempt_id = ?`, []any{attemptID}, func(row store.Row) error {
		var s snapshotRow
		err := row.Scan(&s.id, &s.size, &s.faces, &s.at)
		rows[s.id] = s
		return err
	})
	return rows, err
}

// pictured compares the rows of an attempt's pictures with what the journal says was taken: none more, none fewer, none
// changed. Of an erased person the journal tells only how many there were.
func (rec records) pictured() (findings []ledger.Finding) {
	find := func(id, why string) {
		findings = append(findings, ledger.Finding{Kind: ofSnapshot, Record: "attempt " + rec.attempt.ID + ", picture " + id, Why: why})
	}
	left, taken := len(rec.snapshots), 0
	seen := map[string]bool{}
	for _, e := range rec.entries {
		if e.Type != entrySnapshot {
			continue
		}
		taken++
		if e.Payload == nil {
			continue
		}
		var p snapshotPayload
		if json.Unmarshal(e.Payload, &p) != nil {
			find("?", "its entry cannot be read")
			continue
		}
		seen[p.ID] = true
		switch row, ok := rec.snapshots[p.ID]; {
		case !ok:
			find(p.ID, "its row is missing")
		case row != snapshotRow{p.ID, p.Size, p.Faces, e.AtMs}:
			find(p.ID, "its row is not what the journal says")
		}
	}
	for id := range rec.snapshots {
		if rec.key != nil && !seen[id] {
			find(id, "the journal does not know it")
		}
	}
	if rec.key == nil && left != taken {
		find("?", "the journal has another number of them")
	}
	return findings
}
