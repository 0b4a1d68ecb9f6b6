package api

import (
	"github.com/gofiber/fiber/v2"

	"bainian/app/fault"
	"bainian/app/ledger"
	"bainian/app/web/page"
)

// public answers with the ledger's proofs. There is nothing secret in them: leaves hold hashes and ids alone.
type public struct {
	log       *ledger.Log
	witnesses []ledger.Witness
}

// MountLedger adds the routes by which anybody can hold us to what the ledger said, and a witness can cosign it.
//
//	GET  /ledger/checkpoint                  the latest checkpoint (C2SP tlog-checkpoint), with its cosignatures
//	GET  /ledger/checkpoints/:size           the checkpoint of that size
//	GET  /ledger/checkpoints/:size?old=SIZE  the proof that it continues the tree of the old size, and the checkpoint, in
//	                                         the form of a request to a witness (C2SP tlog-witness)
//	GET  /ledger/roots/latest                the root of the latest day
//	GET  /ledger/leaves/:id/proof            the proof that a leaf is in the tree (C2SP tlog-proof)
//	POST /ledger/cosignatures                a checkpoint with cosignatures (C2SP tlog-cosignature) of witnesses that are known
func MountLedger(app *fiber.App, kit *page.Kit, log *ledger.Log, witnesses []ledger.Witness) {
	w := &public{log, witnesses}
	kit.Mount(app, []page.Route{
		{Method: "GET", Path: "/ledger/checkpoint", Who: page.Proven, Do: w.latest},
		{Method: "GET", Path: "/ledger/checkpoints/:size", Who: page.Proven, Do: w.checkpoint},
		{Method: "GET", Path: "/ledger/roots/latest", Who: page.Proven, Do: w.root},
		{Method: "GET", Path: "/ledger/leaves/:id/proof", Who: page.Proven, Do: w.proof},
		{Method: "POST", Path: "/ledger/cosignatures", Who: page.Proven, Do: w.cosign},
	})
}

func (w *public) latest(c *page.Ctx) error {
	latest, ok, err := w.log.Latest(c.Context())
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "ledger.empty")
	}
	if err != nil {
		return err
	}
	return plain(c, latest.Note)
}

func (w *public) checkpoint(c *page.Ctx) error {
	size, err := c.ParamInt("size")
	if err != nil {
		return err
	}
	if !c.Request().URI().QueryArgs().Has("old") {
		checkpoint, err := w.log.Checkpoint(c.Context(), int64(size))
		if err != nil {
			return err
		}
		return plain(c, checkpoint.Note)
	}
	old, err := c.QueryInt("old", 0)
	if err != nil {
		return err
	}
	proof, err := w.log.Consistency(c.Context(), int64(old), int64(size))
	if err != nil {
		return err
	}
	return plain(c, proof.Text())
}

func (w *public) root(c *page.Ctx) error {
	root, ok, err := w.log.LatestRoot(c.Context())
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "ledger.empty")
	}
	if err != nil {
		return err
	}
	return plain(c, root.Note)
}

func (w *public) proof(c *page.Ctx) error {
	proof, ok, err := w.log.Proof(c.Context(), c.Params("id"))
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "ledger.no_proof")
	}
	if err != nil {
		return err
	}
	return plain(c, proof.Text())
}

func (w *public) cosign(c *page.Ctx) error {
	if err := w.log.Cosigned(c.Context(), string(c.Body()), w.witnesses); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

func plain(c *page.Ctx, text string) error {
	c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	return c.SendString(text)
}
