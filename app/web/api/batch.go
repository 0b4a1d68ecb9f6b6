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

// evaluations answers POST /access/v1/evaluations: items in order, members at the top as defaults, one wrong
// item denied with its error. Without items it is a single evaluation.
func (w *Wing) evaluations(c *page.Ctx) error {
	req, err := read(c)
	if err != nil {
		return err
	}
	defaults, err := question{}.with(req)
	if err != nil {
		return err
	}
	if len(req.Evaluations) == 0 {
		if err := defaults.complete(); err != nil {
			return err
		}
		return c.JSON(w.answer(c, defaults))
	}
	if len(req.Evaluations) > maxBatch {
		return fault.New(fault.Malformed, "gate.batch_long", "max", maxBatch).In("evaluations")
	}
	order, err := req.order()
	if err != nil {
		return err
	}
	answers := make([]answer, 0, len(req.Evaluations))
	for _, raw := range req.Evaluations {
		a := w.item(c, defaults, raw)
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

func (r request) order() (string, error) {
	var options struct {
		Order string `json:"evaluations_semantic"`
	}
	if r.Options != nil && (!isObject(r.Options) || json.Unmarshal(r.Options, &options) != nil) {
		return "", malformed("options")
	}
	if options.Order == "" {
		return executeAll, nil
	}
	if !slices.Contains([]string{executeAll, denyOnFirstDeny, permitOnFirstPass}, options.Order) {
		return "", fault.New(fault.Malformed, "gate.bad_order", "order", options.Order).In("options")
	}
	return options.Order, nil
}

// item answers one evaluation of a batch; what is wrong with it is denied in its place.
func (w *Wing) item(c *page.Ctx, defaults question, raw json.RawMessage) answer {
	var one request
	if !isObject(raw) || json.Unmarshal(raw, &one) != nil {
		return wrong(c, malformed("evaluations"))
	}
	q, err := defaults.with(one)
	if err == nil {
		err = q.complete()
	}
	if err != nil {
		return wrong(c, err)
	}
	return w.answer(c, q)
}

func wrong(c *page.Ctx, err error) answer {
	return answer{Context: &answerContext{Error: &problem{Status: fiber.StatusBadRequest, Message: c.Words(err)}}}
}
