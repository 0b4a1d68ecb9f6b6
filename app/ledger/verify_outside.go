package ledger

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"bainian/app/store"
)

// Outside is the kind of a checkpoint that left the machine earlier, and comes back to be held against what is stored.
const Outside = "checkpoint from outside"

// VerifyCheckpoint holds a checkpoint that left the machine earlier against the tree as it is stored: today's tree must
// continue it. The finding names both.
func VerifyCheckpoint(ctx context.Context, db *store.DB, c Checkpoint) (findings Findings, err error) {
	record := fmt.Sprintf("size %d with root %s", c.Size, c.Root)
	return findings, db.Read(ctx, func(rx *store.Rx) error {
		size, err := sizeIn(rx)
		if err != nil {
			return err
		}
		if size < c.Size {
			findings.Add(Finding{Outside, record, fmt.Sprintf("the tree has %d leaves today: some that it signed for are gone", size)})
			return nil
		}
		root, err := tlog.TreeHash(c.Size, reader(rx))
		if errors.Is(err, store.ErrNoRow) || errors.Is(err, errStored) {
			findings.Add(Finding{Outside, record, "the tree cannot be read at that size: " + err.Error()})
			return nil
		}
		if err == nil && root != c.Root {
			findings.Add(Finding{Outside, record, fmt.Sprintf("FORK: the tree of %d leaves today has root %s at that size, and does not continue it", size, root)})
		}
		return err
	})
}

// VerifyProof holds a proof of inclusion that was checked by itself against the tree as it is stored.
func VerifyProof(ctx context.Context, db *store.DB, p Proof, public string) (findings Findings, err error) {
	c, err := OpenCheckpoint(p.Checkpoint, public)
	if err != nil {
		return nil, err
	}
	if findings, err = VerifyCheckpoint(ctx, db, c); err != nil {
		return nil, err
	}
	return findings, db.Read(ctx, func(rx *store.Rx) error {
		leaf, found, err := store.First(rx, scanPlaced, `SELECT id, kind, data, at_ms, position FROM leaf WHERE position = ?`, p.Position)
		if err == nil && (!found || string(leaf.record()) != p.Record) {
			findings.Add(Finding{"leaf", fmt.Sprintf("position %d", p.Position), "it is not the one that was proved"})
		}
		return err
	})
}

// VerifyWitnessed demands that the witness has cosigned the latest root of a day, or a checkpoint that came later, whose
// tree continues it.
func VerifyWitnessed(ctx context.Context, db *store.DB, w Witness) (findings Findings, err error) {
	return findings, db.Read(ctx, func(rx *store.Rx) error {
		r, ok, err := latestRootIn(rx)
		if err != nil {
			return err
		}
		if !ok {
			findings.Add(Finding{"witness", w.Public, "there is no root of a day yet"})
			return nil
		}
		sizes, err := store.All(rx, func(row store.Row) (size int64, err error) { return size, row.Scan(&size) },
			`SELECT size FROM cosignature WHERE witness = ? AND size >= ? ORDER BY size DESC`, w.Public, r.Size)
		if err != nil {
			return err
		}
		for _, size := range sizes {
			c, ok, err := checkpointIn(rx, size)
			if err != nil {
				return err
			}
			if _, cosigned := w.On(c); ok && cosigned {
				return nil
			}
		}
		findings.Add(Finding{"witness", w.Public, fmt.Sprintf("it has cosigned neither the root of %s, the checkpoint of size %d, nor any later one", r.Day, r.Size)})
		return nil
	})
}
