package api

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/web/page"
)

// The types of the AuthZEN Authorization API 1.0 that this decision point knows.
const (
	subjectType  = "user"
	resourceType = "lead_pool"
)

// question is one evaluation. Members that it does not name are ignored, as the protocol asks; so is what a caller
// says in properties and context, though it must be an object: the gate decides by its own facts.
type question struct {
	Subject struct {
		Type       string   `json:"type"`
		ID         string   `json:"id"`
		Properties struct{} `json:"properties"`
	} `json:"subject"`
	Action struct {
		Name       string   `json:"name"`
		Properties struct{} `json:"properties"`
	} `json:"action"`
	Resource struct {
		Type       string   `json:"type"`
		ID         string   `json:"id"`
		Properties struct{} `json:"properties"`
	} `json:"resource"`
	Context struct{} `json:"context"`
}

// complete names the first member that is missing.
func (q *question) complete() error {
	switch {
	case q.Subject.Type == "" || q.Subject.ID == "":
		return missing("subject")
	case q.Action.Name == "":
		return missing("action")
	case q.Resource.Type == "" || q.Resource.ID == "":
		return missing("resource")
	}
	return nil
}

func (q *question) asked(by way) asked {
	return asked{by, q.Subject.Type, q.Subject.ID, q.Action.Name, q.Resource.Type, q.Resource.ID}
}

// answer is one decision with its reasons.
type answer struct {
	Decision bool           `json:"decision"`
	Context  *answerContext `json:"context,omitempty"`
}

type answerContext struct {
	Level         gate.Level        `json:"level,omitempty"`
	Until         string            `json:"until,omitempty"` // RFC 3339; when the decision ends by itself
	PolicyVersion int               `json:"policy_version,omitempty"`
	ReasonUser    map[string]string `json:"reason_user,omitempty"`  // in the language of Accept-Language
	ReasonAdmin   map[string]string `json:"reason_admin,omitempty"` // requirement keys, for logs
	Unmet         []unmet           `json:"unmet,omitempty"`
	Error         *problem          `json:"error,omitempty"`
}

type unmet struct {
	Requirement string `json:"requirement"`
	Reason      string `json:"reason"`
	Remedy      string `json:"remedy,omitempty"` // absolute link
	Until       string `json:"until,omitempty"`  // RFC 3339; when a suspension is decided
	AnyOf       int    `json:"any_of,omitempty"` // reasons with the same number are alternatives
}

// unmetOf are reasons with their titles as machines read them.
func unmetOf(c *page.Ctx, kit *page.Kit, reasons []gate.Reason) []unmet {
	all := make([]unmet, len(reasons))
	for i, r := range reasons {
		all[i] = unmet{Requirement: r.Requirement, Reason: c.T(r.Key, r.Args...), AnyOf: r.AnyOf}
		if r.Remedy != "" {
			all[i].Remedy = kit.BaseURL + r.Remedy
		}
		if !r.Until.IsZero() {
			all[i].Until = r.Until.In(c.Zone()).Format(time.RFC3339)
		}
	}
	return all
}

type problem struct {
	Status  int    `json:"status"`
	Message string `json:"message"`
}

// evaluation answers POST /access/v1/evaluation. A denial is 200; 400 is only for what cannot be read.
func (w *Wing) evaluation(c *page.Ctx) error {
	var q question
	if err := read(c, &q); err != nil {
		return err
	}
	if err := q.complete(); err != nil {
		return err
	}
	return c.JSON(w.answer(c, q))
}

// answer puts the ruling on a question into the protocol's words.
func (w *Wing) answer(c *page.Ctx, q question) answer {
	return w.worded(c, w.decide(c, q.asked(byEvaluation), w.byNumber))
}

func (w *Wing) worded(c *page.Ctx, r ruling) answer {
	a := answer{Decision: r.allowed, Context: &answerContext{}}
	if d := r.decision; d != nil {
		a.Context.Level, a.Context.PolicyVersion = d.Level, d.PolicyVersion
		if r.allowed && !d.Until.IsZero() {
			a.Context.Until = d.Until.Format(time.RFC3339)
		}
	}
	switch {
	case r.allowed:
	case r.decision != nil:
		w.explain(c, a.Context, r.reasons)
	default:
		text := c.T(r.key, r.args...)
		a.Context.ReasonUser, a.Context.ReasonAdmin = map[string]string{"403": text}, map[string]string{"403": r.key}
		if r.err != nil {
			a.Context.Error = &problem{Status: fiber.StatusServiceUnavailable, Message: text}
		}
	}
	return a
}

// explain lists everything that is unmet.
func (w *Wing) explain(c *page.Ctx, a *answerContext, reasons []gate.Reason) {
	a.Unmet = unmetOf(c, w.kit, reasons)
	words, keys := make([]string, len(reasons)), make([]string, len(reasons))
	for i, u := range a.Unmet {
		words[i], keys[i] = u.Reason, u.Requirement
	}
	a.ReasonUser = map[string]string{"403": strings.Join(words, c.T("gate.and"))}
	a.ReasonAdmin = map[string]string{"403": strings.Join(keys, ", ")}
}

// read decodes a body that says it is JSON. What a compressed one would unpack to is not looked at.
func read(c *page.Ctx, into any) error {
	media, _, _ := strings.Cut(c.Get(fiber.HeaderContentType), ";")
	if !strings.EqualFold(strings.TrimSpace(media), fiber.MIMEApplicationJSON) {
		return fault.New(fault.Malformed, "gate.want_json")
	}
	return decode(c.Request().Body(), into, "body")
}

// decode reads a JSON object over what into holds already; the fault names the member that is wrong.
func decode(text []byte, into any, name string) error {
	err := json.Unmarshal(text, into)
	if err == nil {
		return nil
	}
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) && wrong.Field != "" {
		name = strings.TrimPrefix(wrong.Field, "question.")
	}
	return malformed(name)
}

func malformed(member string) error {
	return fault.New(fault.Malformed, "gate.bad_member", "member", member).In(member)
}

func missing(member string) error {
	return fault.New(fault.Malformed, "gate.missing_member", "member", member).In(member)
}

// configuration is the discovery document.
func (w *Wing) configuration(c *page.Ctx) error {
	return c.JSON(map[string]string{
		"policy_decision_point":       w.kit.BaseURL,
		"access_evaluation_endpoint":  w.kit.BaseURL + "/access/v1/evaluation",
		"access_evaluations_endpoint": w.kit.BaseURL + "/access/v1/evaluations",
	})
}
