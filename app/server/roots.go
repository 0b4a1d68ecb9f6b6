package server

import (
	"context"
	"fmt"
	"slices"
	"time"

	"bainian/app/exams"
	"bainian/app/gate"
	"bainian/app/integrity"
	"bainian/app/ledger"
	"bainian/app/post"
	"bainian/app/store"
)

// evidence is what the ledger seals, of every domain that keeps some.
func evidence() []ledger.Evidence {
	return slices.Concat(ledger.OwnEvidence(), exams.Evidence(), integrity.Evidence(), gate.Sealed())
}

// witnessed is what makes the ledger grow and leave the machine: each second what waits comes into the tree under a new
// checkpoint, each minute the heads of the chains that are being written and the seals of new evidence do, and once a day
// the root goes out by mail and webhook.
func (h *House) witnessed(c Config) {
	h.Queue.Every("ledger/integrate", time.Second, h.Ledger.Integrate)
	h.Queue.Every("ledger/anchor", time.Minute, h.anchor)
	h.Queue.Every("ledger/day", time.Minute, func(ctx context.Context) error {
		return h.Ledger.Daily(ctx, c.location(), func(tx *store.Tx, r ledger.Root) error { return h.sendRootIn(tx, r, c.RootsTo) })
	})
}

func (h *House) anchor(ctx context.Context) error {
	if err := h.Ledger.Anchor(ctx, exams.LiveHeads); err != nil {
		return err
	}
	return h.Ledger.Seal(ctx, evidence())
}

// rootKind is the kind of the mail and the event by which the root of a day leaves.
const rootKind = "ledger.root"

// rootEvent is the root of a day as the webhook tells it.
type rootEvent struct {
	Day        string `json:"day"`
	Size       int64  `json:"size"`
	Root       string `json:"root"`
	Key        string `json:"key"`
	Checkpoint string `json:"checkpoint"` // the signed note
}

// sendRootIn sends the root of a day out of the house. The text of the mail is the checkpoint alone, so that it can be
// kept as it came and given to bainian verify -checkpoint.
func (h *House) sendRootIn(tx *store.Tx, r ledger.Root, to string) error {
	if to != "" {
		if err := h.Office.MailIn(tx, post.Mail{Kind: rootKind, To: to, Text: r.Note,
			Subject: fmt.Sprintf("Bainian ledger: root of %s, %d leaves", r.Day, r.Size)}); err != nil {
			return err
		}
	}
	return h.Office.HookIn(tx, post.Hook{Kind: rootKind, Data: rootEvent{r.Day, r.Size, r.Root.String(), h.Signer.Public(), r.Note}})
}
