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
	echoRequestID(c)
	req, err := read(c)
	if err != nil {
		return err
	}
	if len(req.Evaluations) == 0 {
		q, err := req.question()
		if err != nil {
			return err
		}
		a, err := w.answer(c, q)
		if err != nil {
			return err
		}
		return c.JSON(a)
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
		a, err := w.item(c, req, raw)
		if err != nil {
			return err
		}
		answers = append(answers, a)
		if order == denyOnFirstDeny && !a.Decision || order == permitOnFirstPass && a.Decision {
			break
		}
	}
	return c.JSON(map[string][]answer{"evaluations": answers})
}

func (r request) order() (string, error) {
	var options struct {
		Order string `json:"evaluations_semantic"`
	}
	if len(r.Options) > 0 {
		if err := object(r.Options, "options"); err != nil {
			return "", err
		}
		if err := json.Unmarshal(r.Options, &options); err != nil {
			return "", fault.Wrap(err, fault.Malformed, "gate.bad_member", "member", "options").In("options")
		}
	}
	if options.Order == "" {
		return executeAll, nil
	}
	if !slices.Contains([]string{executeAll, denyOnFirstDeny, permitOnFirstPass}, options.Order) {
		return "", fault.New(fault.Malformed, "gate.bad_member", "member", "options.evaluations_semantic").In("options")
	}
	return options.Order, nil
}

// item answers one evaluation of a batch; what is wrong with it is denied in its place.
func (w *Wing) item(c *page.Ctx, defaults request, raw json.RawMessage) (answer, error) {
	var one request
	err := object(raw, "evaluations")
	if err == nil {
		if e := json.Unmarshal(raw, &one); e != nil {
			err = fault.Wrap(e, fault.Malformed, "gate.bad_member", "member", "evaluations")
		}
	}
	var q question
	if err == nil {
		one.Subject = either(one.Subject, defaults.Subject)
		one.Action = either(one.Action, defaults.Action)
		one.Resource = either(one.Resource, defaults.Resource)
		one.Context = either(one.Context, defaults.Context)
		q, err = one.question()
	}
	if err != nil {
		return answer{Context: &answerContext{Error: &problem{Status: fiber.StatusBadRequest, Message: c.Words(err)}}}, nil
	}
	return w.answer(c, q)
}

func either(own, fallback json.RawMessage) json.RawMessage {
	if len(own) > 0 {
		return own
	}
	return fallback
}
