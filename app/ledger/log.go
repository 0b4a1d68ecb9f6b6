package ledger

import (
	"context"
	"embed"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"bainian/app/store"
)

//go:embed schema
var schema embed.FS

// Schema is the ledger's tables.
func Schema() store.Schema { return store.Schema{Domain: "ledger", Files: schema} }

// CommitIn leaves a commitment for the tree, in the transaction of its cause; the sequencer takes it within
// a second. The leaf's data is public by design: put hashes in it, never a person's words.
func CommitIn(tx *store.Tx, kind, data string) (leafID string, err error) {
	leafID = tx.NewID()
	_, err = tx.Exec(`INSERT INTO leaf (id, kind, data, at_ms) VALUES (?, ?, ?, ?)`, leafID, kind, data, store.Ms(tx.Now))
	return leafID, err
}

// Log is the sequencer: it gives waiting leaves their place in the Merkle tree and signs its checkpoints.
type Log struct {
	db     *store.DB
	signer *Signer
}

// NewLog makes a sequencer over the database's leaves.
func NewLog(db *store.DB, signer *Signer) *Log { return &Log{db, signer} }

// batch keeps one transaction of the sequencer short.
const batch = 50

// Integrate takes every waiting leaf into the tree and signs a checkpoint after each batch. Leaves are taken
// by key, not by time: commits arrive out of order, and none may be stepped over.
func (l *Log) Integrate(ctx context.Context) error {
	for {
		var took int
		err := l.db.Write(ctx, func(tx *store.Tx) error {
			n, err := l.integrateIn(tx)
			took = n
			return err
		})
		if err != nil || took < batch {
			return err
		}
	}
}

type waitingLeaf struct{ id, kind, data string }

// record is what of a leaf enters the tree.
func (w waitingLeaf) record() []byte { return []byte(w.id + "\n" + w.kind + "\n" + w.data + "\n") }

func scanLeaf(r store.Row) (w waitingLeaf, err error) {
	err = r.Scan(&w.id, &w.kind, &w.data)
	return w, err
}

func (l *Log) integrateIn(tx *store.Tx) (int, error) {
	waiting, err := store.All(tx.Rx, scanLeaf, `SELECT id, kind, data FROM leaf WHERE position IS NULL ORDER BY id LIMIT ?`, batch)
	if err != nil || len(waiting) == 0 {
		return 0, err
	}
	before, err := sizeIn(tx.Rx)
	if err != nil {
		return 0, err
	}
	size := before
	reader := reader(tx.Rx)
	for _, w := range waiting {
		hashes, err := tlog.StoredHashes(size, w.record(), reader)
		if err != nil {
			return 0, err
		}
		place := tlog.StoredHashIndex(0, size)
		for i, h := range hashes {
			if _, err := tx.Exec(`INSERT INTO tree_hash (place, hash) VALUES (?, ?)`, place+int64(i), h.String()); err != nil {
				return 0, err
			}
		}
		if _, err := tx.Exec(`UPDATE leaf SET position = ? WHERE id = ?`, size, w.id); err != nil {
			return 0, err
		}
		size++
	}
	root, err := tlog.TreeHash(size, reader)
	if err != nil {
		return 0, err
	}
	signed, err := l.signer.Sign(Checkpoint{Origin: l.signer.Name(), Size: size, Root: root, At: tx.Now, After: before}.text())
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(`INSERT INTO checkpoint (size, note, at_ms) VALUES (?, ?, ?)`, size, signed, store.Ms(tx.Now))
	return len(waiting), err
}

func sizeIn(rx *store.Rx) (int64, error) {
	var size int64
	err := rx.Row(`SELECT coalesce(max(size), 0) FROM checkpoint`).Scan(&size)
	return size, err
}

// errStored is a stored hash that is none.
var errStored = errors.New("ledger: this is no hash: the stored one of place")

func reader(rx *store.Rx) tlog.HashReader {
	return tlog.HashReaderFunc(func(places []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(places))
		for i, place := range places {
			var s string
			if err := rx.Row(`SELECT hash FROM tree_hash WHERE place = ?`, place).Scan(&s); err != nil {
				return nil, fmt.Errorf("ledger: tree hash %d: %w", place, err)
			}
			h, err := tlog.ParseHash(s)
			if err != nil {
				return nil, fmt.Errorf("%w %d", errStored, place)
			}
			hashes[i] = h
		}
		return hashes, nil
	})
}
