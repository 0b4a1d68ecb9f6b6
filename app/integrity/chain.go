package integrity

import (
	"encoding/json"
	"fmt"

	"bainian/app/ledger"
	"bainian/app/store"
)

// record is one record of a case as its chain holds it: which, by whom, when, and what it says.
type record struct {
	Kind string `json:"-"` // the entry's type
	ID   string `json:"id"`
	By   string `json:"by"`
	AtMs int64  `json:"at_ms"`
	A    string `json:"a"`
	B    string `json:"b"`
	C    string `json:"c"`
}

// text is the record as a payload; nothing in it can fail to be JSON.
func (r record) text() string {
	b, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func recordsIn(rx *store.Rx, number int) ([]record, error) {
	return store.All(rx, func(row store.Row) (r record, err error) {
		err = row.Scan(&r.Kind, &r.ID, &r.By, &r.AtMs, &r.A, &r.B, &r.C)
		return r, err
	}, `SELECT kind, id, by_id, at_ms, a, b, c FROM case_record WHERE number = ? ORDER BY at_ms, kind, id`, number)
}

// chainOf names a case's chain in the ledger.
func chainOf(number int) string { return fmt.Sprintf("case/%d", number) }

// leafOf is what the tree holds of an entry: which it is, and its hash.
func leafOf(number int, head ledger.Head) string {
	return fmt.Sprintf("%d %d %s", number, head.Seq, head.Hex())
}

// chainIn puts every record of the case that its chain does not hold yet at the chain's end, under the person's key,
// and commits the new end to the tree. Every verb on a case ends with it; of a case from before there were chains, the
// first takes in all that is on record.
func chainIn(tx *store.Tx, number int) error {
	var person, hash string
	var seq int64
	if err := tx.Row(`SELECT person_id, head_seq, head_hash FROM integrity_case WHERE number = ?`, number).Scan(&person, &seq, &hash); err != nil {
		return err
	}
	head := ledger.Head{}
	if seq > 0 {
		var err error
		if head, err = ledger.ParseHead(seq, hash); err != nil {
			return err
		}
	}
	held, err := ledger.EntriesIn(tx.Rx, chainOf(number))
	if err != nil {
		return err
	}
	known := make(map[string]bool, len(held))
	for _, e := range held {
		known[e.Type+string(e.Payload)] = true
	}
	records, err := recordsIn(tx.Rx, number)
	if err != nil {
		return err
	}
	key, err := ledger.SubjectKeyIn(tx, person)
	if err != nil {
		return err
	}
	before := head
	for _, r := range records {
		text := r.text()
		if known[r.Kind+text] {
			continue
		}
		if head, err = ledger.AppendIn(tx, chainOf(number), head, key, r.Kind, []byte(text)); err != nil {
			return err
		}
	}
	if head == before {
		return nil
	}
	if _, err := ledger.CommitIn(tx, "case", leafOf(number, head)); err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE integrity_case SET head_seq = ?, head_hash = ? WHERE number = ?`, head.Seq, head.Hex(), number)
	return err
}
