package ledger

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"bainian/app/fault"
	"bainian/app/store"
)

// Observed is the memory of a witness: the largest checkpoint of a log that it has cosigned.
type Observed struct {
	Log  string `json:"log"`  // the public key
	Note string `json:"note"` // the checkpoint, as signed; "" before the first
}

// Last is the checkpoint that was cosigned last; false before the first.
func (o Observed) Last() (c Checkpoint, ok bool, err error) {
	if o.Note == "" {
		return c, false, nil
	}
	c, err = OpenCheckpoint(o.Note, o.Log)
	return c, err == nil, err
}

// Next is the memory after a checkpoint that continues what was seen by that path; a *Fork when it does not, an
// *ErrOtherLog when another key signed it. What was seen is never forgotten for less.
func (o Observed) Next(signed string, path tlog.TreeProof) (Checkpoint, Observed, error) {
	c, err := OpenCheckpoint(signed, o.Log)
	if err != nil {
		return c, o, err
	}
	last, seen, err := o.Last()
	if err != nil {
		return c, o, fmt.Errorf("ledger: what the witness remembers does not hold: %w", err)
	}
	if seen {
		if err := Continues(last, c, path); err != nil {
			return c, o, err
		}
	}
	return c, Observed{o.Log, c.Note}, nil
}

// Cosigned takes a checkpoint with the cosignatures of witnesses, which prove themselves: Invalid unless it is one of
// this log as it stands here, Forbidden when none of the witnesses that are known has cosigned it. A witness is heard once
// on each.
func (l *Log) Cosigned(ctx context.Context, signed string, witnesses []Witness) error {
	c, err := OpenCheckpoint(signed, l.signer.Public())
	other := (*ErrOtherLog)(nil)
	switch {
	case errors.As(err, &other):
		return fault.Wrap(err, fault.Invalid, "ledger.other_log", "origin", other.Origin)
	case err != nil:
		return fault.Wrap(err, fault.Malformed, "ledger.not_checkpoint")
	}
	var heard []Cosignature
	for _, w := range witnesses {
		if x, ok := w.On(c); ok {
			heard = append(heard, x)
		}
	}
	if len(heard) == 0 {
		return fault.New(fault.Forbidden, "ledger.no_witness")
	}
	return l.db.Write(ctx, func(tx *store.Tx) error {
		own, err := existingIn(tx.Rx, c.Size)
		if err != nil {
			return err
		}
		if own.Root != c.Root || !own.At.Equal(c.At) {
			return fault.New(fault.Invalid, "ledger.other_root", "size", c.Size)
		}
		for _, x := range heard {
			if _, err := tx.Exec(`INSERT INTO cosignature (size, witness, line, at_ms) VALUES (?, ?, ?, ?) ON CONFLICT (size, witness) DO NOTHING`,
				c.Size, x.Witness, x.Line, store.Ms(tx.Now)); err != nil {
				return err
			}
		}
		return nil
	})
}

// verifyCosignatures looks at what is stored of witnesses: each line holds under the key it names.
func verifyCosignatures(rx *store.Rx, findings *Findings) (looked int, err error) {
	type row struct {
		size          int64
		witness, line string
	}
	rows, err := store.All(rx, func(r store.Row) (x row, err error) {
		err = r.Scan(&x.size, &x.witness, &x.line)
		return x, err
	}, `SELECT size, witness, line FROM cosignature ORDER BY size, witness`)
	for _, x := range rows {
		c, ok, err := loggedIn(rx, x.size)
		w, bad := ParseWitness(x.witness)
		if ok && err == nil && bad == nil {
			c.Note += x.line
			said, holds := w.On(c)
			ok = holds && said.Line == x.line
		}
		if !ok || err != nil || bad != nil {
			findings.Add(Finding{"cosignature", fmt.Sprintf("size %d by %s", x.size, x.witness), "it does not hold"})
		}
	}
	return len(rows), err
}
