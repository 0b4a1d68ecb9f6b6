package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"bainian/app/store"
)

// Verified is a log that was looked through.
type Verified struct {
	Leaves, Checkpoints, Cosignatures, Heads, Sealed int
	Findings                                         Findings
}

// leavesAtOnce bounds what is held of a log while it is looked through.
const leavesAtOnce = 500

// VerifyLog builds the tree again from its leaves and compares every stored hash and every signed checkpoint with
// it; then it holds against the leaves what they commit to here: the roots of days, the heads of chains, the erasures,
// and the seals of that evidence. Leaves that still wait for their place are in no checkpoint, and so nothing is said
// about them.
func VerifyLog(ctx context.Context, db *store.DB, public string, evidence []Evidence) (v Verified, err error) {
	if v, err = verifyTree(ctx, db, public); err != nil {
		return v, err
	}
	return v, db.Read(ctx, func(rx *store.Rx) error {
		if v.Cosignatures, err = verifyCosignatures(rx, &v.Findings); err != nil {
			return err
		}
		if err := verifyDays(rx, &v.Findings); err != nil {
			return err
		}
		if v.Heads, err = verifyHeads(rx, &v.Findings); err != nil {
			return err
		}
		erasures, err := verifyErasures(rx, &v.Findings)
		if err != nil {
			return err
		}
		releases, err := verifyReleases(rx, erasures, &v.Findings)
		if err != nil {
			return err
		}
		v.Sealed, err = verifySeals(rx, evidence, releases, &v.Findings)
		return err
	})
}

// verifyTree is the tree, its leaves and its checkpoints.
func verifyTree(ctx context.Context, db *store.DB, public string) (v Verified, err error) {
	tree := &growing{}
	var latest, before int64 // the size of the last checkpoint of all, and of the one before those at hand
	for more := true; more; {
		err := db.Read(ctx, func(rx *store.Rx) error {
			if latest, err = sizeIn(rx); err != nil {
				return err
			}
			from := tree.size
			leaves, err := store.All(rx, scanPlaced, `SELECT id, kind, data, at_ms, position FROM leaf WHERE position >= ? AND position < ? ORDER BY position`, from, from+leavesAtOnce)
			if err != nil {
				return err
			}
			stored, err := store.All(rx, scanText, `SELECT hash FROM tree_hash WHERE place >= ? AND place < ? ORDER BY place`,
				tlog.StoredHashIndex(0, from), tlog.StoredHashIndex(0, from+leavesAtOnce))
			if err != nil {
				return err
			}
			notes, err := store.All(rx, scanCheckpoint, `SELECT size, note, at_ms FROM checkpoint WHERE size > ? AND size <= ? ORDER BY size`, from, from+leavesAtOnce)
			if err != nil {
				return err
			}
			v.Leaves += len(leaves)
			v.Checkpoints += len(notes)
			before = v.sequence(before, notes)
			v.look(tree, leaves, stored, notes, public)
			more = tree.size == from+leavesAtOnce
			return nil
		})
		if err != nil {
			return v, err
		}
	}
	if err := db.Read(ctx, func(rx *store.Rx) error {
		beyond, found, err := store.First(rx, func(r store.Row) (place int64, err error) { return place, r.Scan(&place) },
			`SELECT min(place) FROM tree_hash WHERE place >= ? HAVING count(*) > 0`, tlog.StoredHashIndex(0, tree.size))
		if found {
			v.Findings.Add(Finding{"tree", fmt.Sprintf("place %d", beyond), "there is a hash of a leaf that is not there"})
		}
		return err
	}); err != nil {
		return v, err
	}
	if tree.size > latest {
		v.Findings.Add(Finding{"checkpoint", fmt.Sprintf("size %d", tree.size), "there are leaves up to that size, and no checkpoint signs for them"})
	}
	if tree.size < latest {
		v.Findings.Add(Finding{"leaf", fmt.Sprintf("position %d", tree.size), "it was signed for and is missing"})
	}
	return v, nil
}

// sequence looks for checkpoints that are missing between those that are there, and returns the size of the last.
func (v *Verified) sequence(before int64, notes []signedTree) int64 {
	for _, n := range notes {
		text, _, _ := strings.Cut(n.note, "\n\n")
		if c, err := parseCheckpoint(text + "\n"); err == nil && !c.At.IsZero() && c.After != before {
			v.Findings.Add(Finding{"checkpoint", fmt.Sprintf("size %d", c.After), fmt.Sprintf("it is missing: the one of size %d came after it", n.size)})
		}
		before = n.size
	}
	return before
}

// placedLeaf is a leaf in the tree.
type placedLeaf struct {
	waitingLeaf
	at, position int64
}

func scanPlaced(r store.Row) (p placedLeaf, err error) {
	err = r.Scan(&p.id, &p.kind, &p.data, &p.at, &p.position)
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
			} else if at, ok := idTime(w.id); ok && at != w.at { // the tree holds the id, and the id the time
				v.Findings.Add(Finding{"leaf", fmt.Sprintf("%s at position %d", w.id, w.position), "it was not made then"})
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

func scanText(r store.Row) (s string, err error) {
	err = r.Scan(&s)
	return s, err
}

var (
	errSignature = errors.New("its signature does not hold")
	errRoot      = errors.New("its root is not that of the leaves")
	errTime      = errors.New("it was not signed then")
)

// signs reports why a checkpoint is not this installation's word for that root.
func (s signedTree) signs(root tlog.Hash, public string) error {
	c, err := OpenCheckpoint(s.note, public)
	switch {
	case err != nil:
		return errSignature
	case c.Size != s.size || c.Root != root:
		return errRoot
	case !c.At.IsZero() && store.Ms(c.At) != s.at:
		return errTime
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
