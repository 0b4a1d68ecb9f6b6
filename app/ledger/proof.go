package ledger

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"bainian/app/fault"
	"bainian/app/store"
)

// Proof shows that a leaf is in the tree of a signed checkpoint.
type Proof struct {
	Position   int64
	Record     string // the leaf as hashed
	Path       tlog.RecordProof
	Checkpoint string // signed note
}

// proofHeader begins a proof in its text form (C2SP tlog-proof).
const proofHeader = "c2sp.org/tlog-proof@v1"

// Text is the proof as a file: C2SP tlog-proof, with the record as its extra data.
func (p Proof) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nextra %s\nindex %d\n", proofHeader, base64.StdEncoding.EncodeToString([]byte(p.Record)), p.Position)
	writeHashes(&b, p.Path)
	b.WriteString("\n" + p.Checkpoint)
	return b.String()
}

var errProof = errors.New("ledger: this is no proof of inclusion")

// ParseProof reads what Text writes; nothing of it is believed yet.
func ParseProof(text string) (p Proof, err error) {
	head, checkpoint, found := strings.Cut(Normalised(text), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 || lines[0] != proofHeader {
		return p, errProof
	}
	extra, ok := strings.CutPrefix(lines[1], "extra ")
	record, err := base64.StdEncoding.DecodeString(extra)
	if err != nil || !ok {
		return p, errProof
	}
	index, ok := strings.CutPrefix(lines[2], "index ")
	if p.Position, err = strconv.ParseInt(index, 10, 64); err != nil || !ok || p.Position < 0 {
		return p, errProof
	}
	if p.Path, err = parseHashes(lines[3:]); err != nil {
		return p, errProof
	}
	p.Record, p.Checkpoint = string(record), checkpoint
	return p, nil
}

// CutProof parts a file into what stands before a proof and the proof; false when there is none.
func CutProof(file string) (before, proof string, ok bool) {
	file = Normalised(file)
	if i := strings.Index(file, "\n"+proofHeader+"\n"); i >= 0 {
		return file[:i], file[i+1:], true
	}
	return file, "", false
}

// Leaf is the id, the kind and the data of the leaf that is proved.
func (p Proof) Leaf() (id, kind, data string) {
	id, rest, _ := strings.Cut(strings.TrimSuffix(p.Record, "\n"), "\n")
	kind, data, _ = strings.Cut(rest, "\n")
	return id, kind, data
}

// Check verifies a proof off-line, with nothing but the public key; an *ErrOtherLog is a proof of another log.
func (p Proof) Check(public string) error {
	c, err := OpenCheckpoint(p.Checkpoint, public)
	if err != nil {
		return err
	}
	if p.Position >= c.Size {
		return errProof
	}
	return tlog.CheckRecord(p.Path, c.Size, c.Root, p.Position, tlog.RecordHash([]byte(p.Record)))
}

// Consistency shows that the tree of a checkpoint is the tree of an earlier size with leaves added behind it.
type Consistency struct {
	Old        int64
	Path       tlog.TreeProof
	Checkpoint string // the later one, signed
}

// Text is the proof as a file, in the form of a request to a witness (C2SP tlog-witness): the old size, the path, and
// the later checkpoint.
func (c Consistency) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "old %d\n", c.Old)
	writeHashes(&b, c.Path)
	b.WriteString("\n" + c.Checkpoint)
	return b.String()
}

var errConsistency = errors.New("ledger: this is no proof of consistency")

// ParseConsistency reads what Text writes; nothing of it is believed yet.
func ParseConsistency(text string) (c Consistency, err error) {
	head, checkpoint, found := strings.Cut(Normalised(text), "\n\n")
	lines := strings.Split(head, "\n")
	old, ok := strings.CutPrefix(lines[0], "old ")
	if c.Old, err = strconv.ParseInt(old, 10, 64); err != nil || !ok || !found || c.Old < 0 {
		return c, errConsistency
	}
	if c.Path, err = parseHashes(lines[1:]); err != nil {
		return c, errConsistency
	}
	c.Checkpoint = checkpoint
	return c, nil
}

// A Fork is two checkpoints that one key has signed and of which neither continues the other: leaves were changed or
// taken away, or two parties are told different stories.
type Fork struct {
	Earlier, Later Checkpoint
	Cause          error
}

func (f *Fork) Error() string {
	return fmt.Sprintf("ledger: FORK: the checkpoint of size %d with root %s does not continue the one of size %d with root %s (%v)",
		f.Later.Size, f.Later.Root, f.Earlier.Size, f.Earlier.Root, f.Cause)
}

// Continues checks that a later checkpoint continues an earlier one by the path between their sizes; a *Fork when it
// does not. Both were opened before, so that their signatures hold.
func Continues(earlier, later Checkpoint, path tlog.TreeProof) error {
	fork := &Fork{Earlier: earlier, Later: later}
	switch {
	case later.Size < earlier.Size:
		fork.Cause = errors.New("it is smaller")
	case later.Size == earlier.Size && later.Root != earlier.Root:
		fork.Cause = errors.New("the roots differ")
	case later.Size > earlier.Size:
		fork.Cause = tlog.CheckTree(path, later.Size, later.Root, earlier.Size, earlier.Root)
	}
	if fork.Cause != nil {
		return fork
	}
	return nil
}

func writeHashes(b *strings.Builder, hashes []tlog.Hash) {
	for _, h := range hashes {
		b.WriteString(h.String() + "\n")
	}
}

func parseHashes(lines []string) (hashes []tlog.Hash, err error) {
	for _, line := range lines {
		h, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, h)
	}
	return hashes, nil
}

// Latest is the latest checkpoint; false while there is none.
func (l *Log) Latest(ctx context.Context) (c Checkpoint, ok bool, err error) {
	err = l.db.Read(ctx, func(rx *store.Rx) error {
		size, err := sizeIn(rx)
		if err != nil || size == 0 {
			return err
		}
		c, ok, err = checkpointIn(rx, size)
		return err
	})
	return c, ok, err
}

// Checkpoint is the checkpoint of that size. NotFound ledger.no_checkpoint when none was signed at it.
func (l *Log) Checkpoint(ctx context.Context, size int64) (c Checkpoint, err error) {
	err = l.db.Read(ctx, func(rx *store.Rx) error {
		c, err = existingIn(rx, size)
		return err
	})
	return c, err
}

func existingIn(rx *store.Rx, size int64) (Checkpoint, error) {
	c, ok, err := checkpointIn(rx, size)
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "ledger.no_checkpoint", "size", size)
	}
	return c, err
}

// Proof is the inclusion proof of a leaf under the latest checkpoint; false while it still waits, and when there is no
// such leaf.
func (l *Log) Proof(ctx context.Context, leafID string) (p Proof, ok bool, err error) {
	err = l.db.Read(ctx, func(rx *store.Rx) error {
		p, ok, err = ProofIn(rx, leafID)
		return err
	})
	return p, ok, err
}

// ProofIn is Proof within a transaction.
func ProofIn(rx *store.Rx, leafID string) (p Proof, ok bool, err error) {
	leaf, found, err := store.First(rx, scanPlaced, `SELECT id, kind, data, at_ms, position FROM leaf WHERE id = ? AND position IS NOT NULL`, leafID)
	if err != nil || !found {
		return p, false, err
	}
	size, err := sizeIn(rx)
	if err != nil {
		return p, false, err
	}
	c, err := existingIn(rx, size)
	if err != nil {
		return p, false, err
	}
	p = Proof{Position: leaf.position, Record: string(leaf.record()), Checkpoint: c.Note}
	p.Path, err = tlog.ProveRecord(size, p.Position, reader(rx))
	return p, err == nil, err
}

// Consistency is the proof that the checkpoint of size continues the tree of an earlier size. NotFound
// ledger.no_checkpoint, Invalid ledger.sizes unless 0 ≤ old ≤ size.
func (l *Log) Consistency(ctx context.Context, old, size int64) (proof Consistency, err error) {
	err = l.db.Read(ctx, func(rx *store.Rx) error {
		c, err := existingIn(rx, size)
		if err != nil {
			return err
		}
		if old < 0 || old > size {
			return fault.New(fault.Invalid, "ledger.sizes", "old", old, "size", size).In("old")
		}
		proof = Consistency{Old: old, Checkpoint: c.Note}
		if old > 0 {
			proof.Path, err = tlog.ProveTree(size, old, reader(rx))
		}
		return err
	})
	return proof, err
}
