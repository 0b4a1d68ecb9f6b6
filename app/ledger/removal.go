package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"bainian/app/store"
)

// Payloads whose time is over are removed, each removal on record and committed to the tree: the entry's place, MAC and
// hash stay, so that the chain goes on proving, and a payload that is gone without such a record is still a finding.

// RemoveIn removes the payloads of some entries of a chain and commits, as a leaf, to which they were. What has gone
// before is passed over; without anything to remove there is no leaf. It returns how many it removed.
func RemoveIn(tx *store.Tx, chain string, seqs []int64) (removed int, err error) {
	entries, err := EntriesIn(tx.Rx, chain)
	if err != nil {
		return 0, err
	}
	var gone []Entry
	for _, e := range entries {
		if e.Payload != nil && slices.Contains(seqs, e.Seq) {
			gone = append(gone, e)
		}
	}
	if len(gone) == 0 {
		return 0, nil
	}
	leaf, err := CommitIn(tx, "removal", removalOf(chain, gone))
	if err != nil {
		return 0, err
	}
	for _, e := range gone {
		if _, err := tx.Exec(`UPDATE journal SET payload = NULL WHERE chain = ? AND seq = ?`, chain, e.Seq); err != nil {
			return 0, err
		}
		if _, err := tx.Exec(`INSERT INTO removal (chain, seq, leaf_id, at_ms) VALUES (?, ?, ?, ?)`, chain, e.Seq, leaf, store.Ms(tx.Now)); err != nil {
			return 0, err
		}
	}
	return len(gone), nil
}

// removalOf is what the tree holds of a removal: the chain, how many, and the SHA-256 of their numbers and hashes.
func removalOf(chain string, gone []Entry) string {
	sum := sha256.New()
	for _, e := range gone {
		fmt.Fprintf(sum, "%d %x\n", e.Seq, e.Hash)
	}
	return fmt.Sprintf("%s %d %s", chain, len(gone), hex.EncodeToString(sum.Sum(nil)))
}

// markRemovedIn marks the entries whose payloads were removed on record.
func markRemovedIn(rx *store.Rx, chain string, entries []Entry) error {
	if !slices.ContainsFunc(entries, func(e Entry) bool { return e.Payload == nil }) {
		return nil
	}
	removed := map[int64]bool{}
	if err := rx.Each(`SELECT seq FROM removal WHERE chain = ?`, []any{chain}, func(r store.Row) error {
		var seq int64
		err := r.Scan(&seq)
		removed[seq] = true
		return err
	}); err != nil {
		return err
	}
	for i := range entries {
		entries[i].Removed = removed[entries[i].Seq]
	}
	return nil
}

// VerifyRemovals holds the removals on record against the tree, each way, and returns how many there are.
func VerifyRemovals(ctx context.Context, db *store.DB) (n int, findings Findings, err error) {
	err = db.Read(ctx, func(rx *store.Rx) error {
		type removal struct {
			chain, leaf string
			seq         int64
		}
		all, err := store.All(rx, func(r store.Row) (v removal, err error) {
			err = r.Scan(&v.chain, &v.leaf, &v.seq)
			return v, err
		}, `SELECT chain, leaf_id, seq FROM removal ORDER BY leaf_id, seq`)
		if err != nil {
			return err
		}
		n = len(all)
		held := map[string]string{}
		if err := rx.Each(`SELECT id, data FROM leaf WHERE kind = 'removal'`, nil, func(r store.Row) error {
			var id, data string
			err := r.Scan(&id, &data)
			held[id] = data
			return err
		}); err != nil {
			return err
		}
		for len(all) > 0 {
			first := all[0]
			end := slices.IndexFunc(all, func(x removal) bool { return x.leaf != first.leaf })
			if end < 0 {
				end = len(all)
			}
			entries, err := EntriesIn(rx, first.chain)
			if err != nil {
				return err
			}
			var gone []Entry
			for _, x := range all[:end] {
				if i := slices.IndexFunc(entries, func(e Entry) bool { return e.Seq == x.seq && x.chain == first.chain }); i >= 0 {
					gone = append(gone, entries[i])
				}
			}
			if held[first.leaf] != removalOf(first.chain, gone) {
				findings.Add(Finding{"removal", "chain " + first.chain + fmt.Sprintf(", entry %d", first.seq), "the ledger does not hold its removal so"})
			}
			delete(held, first.leaf)
			all = all[end:]
		}
		for range held {
			findings.Add(Finding{"removal", "removals", "the ledger holds one that is not on record"})
		}
		return nil
	})
	return n, findings, err
}
