package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"bainian/app/store"
)

// ChainHead is how far a chain has come.
type ChainHead struct {
	Chain string
	Head
}

// headsLeaf is the kind of the leaf that holds the hash of a list of heads.
const headsLeaf = "heads"

// Anchor puts the heads of the chains that are being written into the tree, as one leaf, where any of them has gone on
// since the last time. From then on a chain that is cut off, or gone with everything that knew of it, is missed.
func (l *Log) Anchor(ctx context.Context, heads func(*store.Rx) ([]ChainHead, error)) error {
	var list string
	if err := l.db.Read(ctx, func(rx *store.Rx) error {
		all, err := heads(rx)
		if err != nil || len(all) == 0 {
			return err
		}
		last, _, err := store.First(rx, scanText, `SELECT list FROM chain_heads ORDER BY leaf_id DESC LIMIT 1`)
		list = headsList(all, last)
		return err
	}); err != nil || list == "" {
		return err
	}
	sum := sha256.Sum256([]byte(list))
	return l.db.Write(ctx, func(tx *store.Tx) error {
		leaf, err := CommitIn(tx, headsLeaf, hex.EncodeToString(sum[:]))
		if err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO chain_heads (leaf_id, list, at_ms) VALUES (?, ?, ?)`, leaf, list, store.Ms(tx.Now))
		return err
	})
}

// headsList are the heads that are not in the last list, a line each.
func headsList(heads []ChainHead, last string) string {
	known := map[string]bool{}
	for line := range strings.Lines(last) {
		known[line] = true
	}
	var b strings.Builder
	for _, h := range heads {
		if line := fmt.Sprintf("%s %d %s\n", h.Chain, h.Seq, h.Hex()); !known[line] {
			b.WriteString(line)
		}
	}
	return b.String()
}

// verifyHeads holds every list of heads against its leaf and against the chains as they are.
func verifyHeads(rx *store.Rx, findings *Findings) (looked int, err error) {
	leaves, err := leavesOf(rx, headsLeaf)
	if err != nil {
		return 0, err
	}
	type listed struct {
		leaf, list string
		at         int64
	}
	lists, err := store.All(rx, func(r store.Row) (x listed, err error) {
		return x, r.Scan(&x.leaf, &x.list, &x.at)
	}, `SELECT leaf_id, list, at_ms FROM chain_heads ORDER BY leaf_id`)
	if err != nil {
		return 0, err
	}
	for _, x := range lists {
		sum := sha256.Sum256([]byte(x.list))
		if leaf, ok := leaves[x.leaf]; !ok || leaf.data != hex.EncodeToString(sum[:]) || leaf.at != x.at {
			findings.Add(Finding{headsLeaf, "list " + x.leaf, "it is not the one that was put into the tree"})
		}
		delete(leaves, x.leaf)
		for line := range strings.Lines(x.list) {
			var chain, hash string
			var seq int64
			if _, err := fmt.Sscanf(line, "%s %d %s\n", &chain, &seq, &hash); err != nil {
				continue // its own hash has told
			}
			looked++
			if _, ok, err := store.First(rx, scanText, `SELECT chain FROM journal WHERE chain = ? AND seq = ? AND hash = ?`, chain, seq, hash); err != nil {
				return looked, err
			} else if !ok {
				findings.Add(Finding{"journal", fmt.Sprintf("attempt %s, entry %d", chain, seq),
					"it is missing, or not the one that the tree has held since " + store.Time(x.at).Format("2006-01-02 15:04:05 UTC")})
			}
		}
	}
	for id := range leaves {
		findings.Add(Finding{headsLeaf, "list " + id, "it is missing"})
	}
	return looked, nil
}

// committed is what a leaf holds, and when it was made.
type committed struct {
	data string
	at   int64
}

// leavesOf are the leaves of a kind, by id.
func leavesOf(rx *store.Rx, kind string) (map[string]committed, error) {
	leaves := map[string]committed{}
	return leaves, rx.Each(`SELECT id, data, at_ms FROM leaf WHERE kind = ?`, []any{kind}, func(r store.Row) error {
		var id string
		var c committed
		err := r.Scan(&id, &c.data, &c.at)
		leaves[id] = c
		return err
	})
}
