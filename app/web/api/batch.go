package api

import (
	"encoding/json"
	"slices"

	"github.com/gofiber/fiber/v2"

	"bainian/app/fault"
	"bainian/app/web/page"
)

// maxBatch is how many evaluations one request may hold.
const maxBatch = 1000

// The orders in which a batch may be worked through.
const (
	executeAll        = "execute_all"
	denyOnFirstDeny   = "deny_on_first_deny"
	permitOnFirstPass = "permit_on_first_permit"
)

// several is a batch: its items, and the question at the top that fills in what they lack.
type several struct {
	question
	Evaluations []json.RawMessage `json:"evaluations"`
	Options     struct {
		Order string `json:"evaluations_semantic"`
	} `json:"options"`
}

// evaluations answers POST /access/v1/evaluations: items in order, members at the top as defaults, one wrong
// item denied with its error. Without items it is a single evaluation.
func (w *Wing) evaluations(c *page.Ctx) error {
	var all several
	if err := read(c, &all); err != nil {
		return err
	}
	if len(all.Evaluations) == 0 {
		if err := all.complete(); err != nil {
			return err
		}
		return c.JSON(w.answer(c, all.question))
	}
	if len(all.Evaluations) > maxBatch {
		return fault.New(fault.Malformed, "gate.batch_long", "max", maxBatch).In("evaluations")
	}
	order := all.Options.Order
	if !slices.Contains([]string{"", executeAll, denyOnFirstDeny, permitOnFirstPass}, order) {
		return fault.New(fault.Malformed, "gate.bad_order", "order", order).In("options")
	}
	answers := make([]answer, 0, len(all.Evaluations))
	for _, raw := range all.Evaluations {
		a := w.item(c, all.question, raw)
		answers = append(answers, a)
		if order == denyOnFirstDeny && !a.Decision || order == permitOnFirstPass && a.Decision {
			break
		}
	}
	return c.JSON(batch{answers})
}

type batch struct {
	Evaluations []answer `json:"evaluations"`
}

// item answers one evaluation of a batch, read over the defaults; what is wrong with it is denied in its place.
func (w *Wing) item(c *page.Ctx, q question, raw json.RawMessage) answer {
	err := decode(raw, &q, "evaluations")
	if err == nil {
		err = q.complete()
	}
	if err != nil {
		return answer{Context: &answerContext{Error: &problem{Status: fiber.StatusBadRequest, Message: c.Words(err)}}}
	}
	return w.answer(c, q)
}
