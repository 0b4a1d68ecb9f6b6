package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"bainian/app/store"
)

// The scopes of an erasure.
const (
	ErasePerson  = "person"  // the key goes and every payload with it; what is sealed of the person may go
	EraseRecords = "records" // some records that were kept long enough
)

// Erasure says what was erased, by whom and why.
type Erasure struct{ Subject, Scope, Reason, By string }

const erasureLeaf = "erasure"

// EraseIn puts an erasure on record, and of a person deletes the key: the chains then prove what happened and nobody
// can tell any more what was said. The payloads are the caller's to erase in steps (ErasePayloadsIn), beside the
// transaction or after it; the returned id lets sealed records go (ReleaseIn).
func EraseIn(tx *store.Tx, e Erasure) (id string, err error) {
	if e.Scope == ErasePerson {
		if err := EraseKeyIn(tx, e.Subject); err != nil {
			return "", err
		}
	}
	id = tx.NewID()
	leaf, err := CommitIn(tx, erasureLeaf, e.digest(id, store.Ms(tx.Now)))
	if err != nil {
		return "", err
	}
	_, err = tx.Exec(`INSERT INTO erasure (id, subject, scope, reason, by_id, leaf_id, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		id, e.Subject, e.Scope, e.Reason, e.By, leaf, store.Ms(tx.Now))
	return id, err
}

func (e Erasure) digest(id string, ms int64) string {
	sum := sha256.New()
	for _, field := range []string{id, e.Subject, e.Scope, e.Reason, e.By, fmt.Sprint(ms)} {
		fmt.Fprintf(sum, "%d:%s", len(field), field)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// ErasePayloadsIn takes the words out of up to limit entries of a chain and returns of how many; their hashes stay. The
// subject's key must be gone, or what is left would no longer hold.
func ErasePayloadsIn(tx *store.Tx, chain string, limit int) (int, error) {
	n, err := tx.Exec(`UPDATE journal SET payload = NULL WHERE chain = ? AND seq IN
		(SELECT seq FROM journal WHERE chain = ? AND payload IS NOT NULL ORDER BY seq LIMIT ?)`, chain, chain, limit)
	return int(n), err
}

// ErasedIn reports whether a person's erasure is on record.
func ErasedIn(rx *store.Rx, subject string) (bool, error) {
	_, erased, err := store.First(rx, scanText, `SELECT id FROM erasure WHERE subject = ? AND scope = 'person' LIMIT 1`, subject)
	return erased, err
}

const releaseLeaf = "release"

// ReleaseIn lets sealed records of a kind be erased or hold less: their seals stay, with the leaf that says which erasure
// allows it, and for which records.
func ReleaseIn(tx *store.Tx, erasureID, kind string, records ...string) error {
	var going []sealed
	for _, record := range records {
		_, held, err := store.First(tx.Rx, scanText, `SELECT record FROM seal WHERE kind = ? AND record = ? AND release_id IS NULL`, kind, record)
		if err != nil {
			return err
		}
		if held {
			going = append(going, sealed{kind: kind, record: record})
		}
	}
	if len(going) == 0 {
		return nil
	}
	leaf, err := CommitIn(tx, releaseLeaf, erasureID+" "+digestOf(going))
	if err != nil {
		return err
	}
	for _, s := range going {
		if _, err := tx.Exec(`UPDATE seal SET release_id = ? WHERE kind = ? AND record = ?`, leaf, s.kind, s.record); err != nil {
			return err
		}
	}
	return nil
}

// verifyReleases are the leaves by which records may have gone: each names an erasure that holds, and those records.
func verifyReleases(rx *store.Rx, erasures map[string]bool, findings *Findings) (hold map[string]bool, err error) {
	leaves, err := leavesOf(rx, releaseLeaf)
	if err != nil {
		return nil, err
	}
	going := map[string][]sealed{}
	if err := rx.Each(`SELECT release_id, kind, record FROM seal WHERE release_id IS NOT NULL`, nil, func(r store.Row) error {
		var id string
		var s sealed
		err := r.Scan(&id, &s.kind, &s.record)
		going[id] = append(going[id], s)
		return err
	}); err != nil {
		return nil, err
	}
	hold = map[string]bool{}
	for id, some := range going {
		erasure, sum, _ := strings.Cut(leaves[id].data, " ")
		if hold[id] = erasures[erasure] && sum == digestOf(some); !hold[id] {
			findings.Add(Finding{releaseLeaf, some[0].kind + " " + some[0].record, "no erasure on record lets it go"})
		}
		delete(leaves, id)
	}
	for id := range leaves {
		findings.Add(Finding{releaseLeaf, "leaf " + id, "the records that it lets go are not marked so"})
	}
	return hold, nil
}

// verifyErasures holds what was erased against the leaves, and returns the ids of the erasures that hold.
func verifyErasures(rx *store.Rx, findings *Findings) (hold map[string]bool, err error) {
	leaves, err := leavesOf(rx, erasureLeaf)
	if err != nil {
		return nil, err
	}
	hold = map[string]bool{}
	err = rx.Each(`SELECT id, subject, scope, reason, by_id, leaf_id, at_ms FROM erasure ORDER BY id`, nil, func(r store.Row) error {
		var id, leaf string
		var e Erasure
		var at int64
		if err := r.Scan(&id, &e.Subject, &e.Scope, &e.Reason, &e.By, &leaf, &at); err != nil {
			return err
		}
		if c, ok := leaves[leaf]; !ok || c.data != e.digest(id, at) {
			findings.Add(Finding{erasureLeaf, "erasure " + id, "it is not what the ledger holds of it"})
		} else {
			hold[id] = true
		}
		delete(leaves, leaf)
		return nil
	})
	for id := range leaves {
		findings.Add(Finding{erasureLeaf, "leaf " + id, "the ledger holds an erasure that is not on record so"})
	}
	return hold, err
}
