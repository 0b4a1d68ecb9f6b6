package ledger

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"bainian/app/store"
)

// Verified is a log that was looked through.
type Verified struct {
	Leaves, Checkpoints int
	Findings            Findings
}

// leavesAtOnce bounds what is held of a log while it is looked through.
const leavesAtOnce = 500

// VerifyLog builds the tree again from its leaves and compares every stored hash and every signed checkpoint with
// it. Leaves that still wait for their place are in no checkpoint, and so nothing is said about them.
func VerifyLog(ctx context.Context, db *store.DB, public string) (v Verified, err error) {
	tree := &growing{}
	var latest int64
	for more := true; more; {
		err := db.Read(ctx, func(rx *store.Rx) error {
			if latest, err = sizeIn(rx); err != nil {
				return err
			}
			from := tree.size
			leaves, err := store.All(rx, scanPlaced, `SELECT id, kind, data, position FROM leaf WHERE position >= ? AND position < ? ORDER BY position`, from, from+leavesAtOnce)
			if err != nil {
				return err
			}
			stored, err := store.All(rx, scanText, `SELECT hash FROM tree_hash WHERE place >= ? AND place < ? ORDER BY place`,
				tlog.StoredHashIndex(0, from), tlog.StoredHashIndex(0, from+leavesAtOnce))
			if err != nil {
				return err
			}
			notes, err := store.All(rx, scanCheckpoint, `SELECT size, note FROM checkpoint WHERE size > ? AND size <= ? ORDER BY size`, from, from+leavesAtOnce)
			if err != nil {
				return err
			}
			v.Leaves += len(leaves)
			v.Checkpoints += len(notes)
			v.look(tree, leaves, stored, notes, public)
			more = tree.size == from+leavesAtOnce
			return nil
		})
		if err != nil {
			return v, err
		}
	}
	if tree.size < latest {
		v.Findings.Add(Finding{"leaf", fmt.Sprintf("position %d", tree.size), "it was signed for and is missing"})
	}
	return v, nil
}

// placedLeaf is a leaf in the tree.
type placedLeaf struct {
	waitingLeaf
	position int64
}

func scanPlaced(r store.Row) (p placedLeaf, err error) {
	err = r.Scan(&p.id, &p.kind, &p.data, &p.position)
	return p, err
}

// look compares a stretch of the log. Where a leaf and its stored hash disagree, the tree goes on with the stored
// one: a checkpoint then tells which of the two was changed, and what follows is not named for it.
func (v *Verified) look(tree *growing, leaves []placedLeaf, stored []string, notes []signedTree, public string) {
	for len(leaves) > 0 {
		var h tlog.Hash
		first := tlog.Hash{}
		known := false
		if len(stored) > 0 {
			var err error
			first, err = tlog.ParseHash(stored[0])
			known = err == nil
		}
		switch w := leaves[0]; {
		case w.position != tree.size:
			v.Findings.Add(Finding{"leaf", fmt.Sprintf("position %d", tree.size), "it is missing"})
			h = first
		default:
			leaves = leaves[1:]
			if h = tlog.RecordHash(w.record()); !known || h != first {
				v.Findings.Add(Finding{"leaf", fmt.Sprintf("%s at position %d", w.id, w.position), "it is not the one that was put into the tree"})
				if known {
					h = first
				}
			}
		}
		for level, h := range tree.add(h) {
			if level > 0 && (len(stored) == 0 || stored[0] != h.String()) {
				v.Findings.Add(Finding{"tree", fmt.Sprintf("level %d above position %d", level, tree.size-1), "the stored hash is not that of the leaves"})
			}
			stored = stored[min(1, len(stored)):]
		}
		if len(notes) > 0 && notes[0].size == tree.size {
			if err := notes[0].signs(tree.root(), public); err != nil {
				v.Findings.Add(Finding{"checkpoint", fmt.Sprintf("size %d", tree.size), err.Error()})
			}
			notes = notes[1:]
		}
	}
	for _, n := range notes {
		v.Findings.Add(Finding{"checkpoint", fmt.Sprintf("size %d", n.size), "leaves that it signs are missing"})
	}
}

// signedTree is a checkpoint as stored.
type signedTree struct {
	size int64
	note string
}

func scanCheckpoint(r store.Row) (s signedTree, err error) {
	err = r.Scan(&s.size, &s.note)
	return s, err
}

func scanText(r store.Row) (s string, err error) {
	err = r.Scan(&s)
	return s, err
}

var (
	errSignature = errors.New("its signature does not hold")
	errRoot      = errors.New("its root is not that of the leaves")
)

// signs reports why a checkpoint is not this installation's word for that root.
func (s signedTree) signs(root tlog.Hash, public string) error {
	text, err := Open(s.note, public)
	if err != nil {
		return errSignature
	}
	if text != checkpointText(s.size, root) {
		return errRoot
	}
	return nil
}

// growing is a Merkle tree that remembers its right edge only: the roots of its whole subtrees, largest first.
type growing struct {
	size int64
	edge []tlog.Hash
}

// add takes a leaf and returns the hashes that become known by it, in the order in which they are stored.
func (g *growing) add(h tlog.Hash) []tlog.Hash {
	known := []tlog.Hash{h}
	g.size++
	for whole := g.size; whole%2 == 0; whole /= 2 {
		left := g.edge[len(g.edge)-1]
		g.edge = g.edge[:len(g.edge)-1]
		h = tlog.NodeHash(left, h)
		known = append(known, h)
	}
	g.edge = append(g.edge, h)
	return known
}

func (g *growing) root() tlog.Hash {
	root := g.edge[len(g.edge)-1]
	for n := len(g.edge) - 2; n >= 0; n-- {
		root = tlog.NodeHash(g.edge[n], root)
	}
	return root
}

// CommittedIn is what a leaf commits to; false when there is no such leaf.
func CommittedIn(rx *store.Rx, leafID string) (kind, data string, ok bool, err error) {
	w, ok, err := store.First(rx, scanLeaf, `SELECT id, kind, data FROM leaf WHERE id = ?`, leafID)
	return w.kind, w.data, ok, err
}
