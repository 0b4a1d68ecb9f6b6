package api

import (
	"bytes"
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

// entity is a subject, an action or a resource. Unknown members are ignored, as the protocol asks.
type entity struct {
	Type       string          `json:"type"`
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	Properties json.RawMessage `json:"properties"` // the gate decides by its own facts; a caller's properties change nothing
}

// request is one evaluation; in a batch the members at the top are defaults for every item.
type request struct {
	Subject     json.RawMessage   `json:"subject"`
	Action      json.RawMessage   `json:"action"`
	Resource    json.RawMessage   `json:"resource"`
	Context     json.RawMessage   `json:"context"`
	Options     json.RawMessage   `json:"options"`
	Evaluations []json.RawMessage `json:"evaluations"`
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

type problem struct {
	Status  int    `json:"status"`
	Message string `json:"message"`
}

// evaluation answers POST /access/v1/evaluation. A denial is 200; 400 is only for what cannot be read.
func (w *Wing) evaluation(c *page.Ctx) error {
	req, err := read(c)
	if err != nil {
		return err
	}
	q, err := question{}.with(req)
	if err == nil {
		err = q.complete()
	}
	if err != nil {
		return err
	}
	return c.JSON(w.answer(c, q))
}

// question is what an evaluation asks.
type question struct{ subject, action, resource entity }

// with is the question with a request's members in it. A member that the request lacks, and the type, id or name
// that its member lacks, stay as they are.
func (q question) with(r request) (question, error) {
	for _, m := range []struct {
		name string
		raw  json.RawMessage
		into *entity
	}{{"subject", r.Subject, &q.subject}, {"action", r.Action, &q.action}, {"resource", r.Resource, &q.resource}} {
		if m.raw == nil {
			continue
		}
		if !isObject(m.raw) || json.Unmarshal(m.raw, m.into) != nil || m.into.Properties != nil && !isObject(m.into.Properties) {
			return q, malformed(m.name)
		}
	}
	if r.Context != nil && !isObject(r.Context) {
		return q, malformed("context")
	}
	return q, nil
}

// complete names the first member that is missing.
func (q question) complete() error {
	switch {
	case q.subject.Type == "" || q.subject.ID == "":
		return missing("subject")
	case q.action.Name == "":
		return missing("action")
	case q.resource.Type == "" || q.resource.ID == "":
		return missing("resource")
	}
	return nil
}

// answer decides. What the gate does not know is denied, not an error: it is a well-formed question. An error is a
// denial too; only holding may be allowed beside one, while there is no policy to acquire anything by.
func (w *Wing) answer(c *page.Ctx, q question) answer {
	action := gate.Action(q.action.Name)
	switch {
	case q.subject.Type != subjectType:
		return denied(c, "gate.unknown_subject", "type", q.subject.Type)
	case q.resource.Type != resourceType:
		return denied(c, "gate.unknown_resource", "type", q.resource.Type)
	case !action.Known():
		return denied(c, "gate.unknown_action", "action", q.action.Name)
	}
	d, err := w.keeper.DecideNumber(c.Context(), q.subject.ID)
	switch {
	case d.Allows(action):
		return allowed(d)
	case fault.Is(err, fault.NotFound):
		return denied(c, "gate.no_person")
	case err != nil:
		return w.failed(c, err)
	}
	a, err := w.explained(c, d)
	if err != nil {
		return w.failed(c, err)
	}
	return a
}

func allowed(d gate.Decision) answer {
	a := answer{Decision: true, Context: &answerContext{Level: d.Level, PolicyVersion: d.PolicyVersion}}
	if !d.Until.IsZero() {
		a.Context.Until = d.Until.Format(time.RFC3339)
	}
	return a
}

func denied(c *page.Ctx, key string, args ...any) answer {
	return answer{Context: &answerContext{
		ReasonUser:  map[string]string{"403": c.T(key, args...)},
		ReasonAdmin: map[string]string{"403": key},
	}}
}

// failed is the denial that an error is: whoever guards a pool by our word must not have to guess.
func (w *Wing) failed(c *page.Ctx, err error) answer {
	w.kit.Log.Error("decision failed", "error", err)
	key := "gate.unavailable"
	if fault.HasKey(err, "gate.no_policy") {
		key = "gate.no_policy"
	}
	a := denied(c, key)
	a.Context.Error = &problem{Status: fiber.StatusServiceUnavailable, Message: c.T(key)}
	return a
}

// explained is a denial with everything that is unmet, as machines may know it.
func (w *Wing) explained(c *page.Ctx, d gate.Decision) (answer, error) {
	reasons, err := w.keeper.Titled(c.Context(), d.Reasons(gate.Others), c.Lang)
	if err != nil {
		return answer{}, err
	}
	a := answer{Context: &answerContext{Level: d.Level, PolicyVersion: d.PolicyVersion, Unmet: make([]unmet, len(reasons))}}
	words, keys := make([]string, len(reasons)), make([]string, len(reasons))
	for i, r := range reasons {
		words[i], keys[i] = c.T(r.Key, r.Args...), r.Requirement
		u := unmet{Requirement: r.Requirement, Reason: words[i], AnyOf: r.AnyOf}
		if r.Remedy != "" {
			u.Remedy = w.kit.BaseURL + r.Remedy
		}
		if !r.Until.IsZero() {
			u.Until = r.Until.In(c.Zone()).Format(time.RFC3339)
		}
		a.Context.Unmet[i] = u
	}
	a.Context.ReasonUser = map[string]string{"403": strings.Join(words, c.T("gate.and"))}
	a.Context.ReasonAdmin = map[string]string{"403": strings.Join(keys, ", ")}
	return a, nil
}

// read decodes the body: JSON by its content type, and an object.
func read(c *page.Ctx) (req request, err error) {
	media, _, _ := strings.Cut(c.Get(fiber.HeaderContentType), ";")
	if !strings.EqualFold(strings.TrimSpace(media), fiber.MIMEApplicationJSON) {
		return req, fault.New(fault.Malformed, "gate.want_json")
	}
	body := bytes.TrimLeft(c.Body(), " \t\r\n")
	if !isObject(body) {
		return req, malformed("body")
	}
	if err := json.Unmarshal(body, &req); err != nil {
		if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
			return req, malformed(wrong.Field)
		}
		return req, malformed("body")
	}
	return req, nil
}

// isObject reports whether a JSON value, without space before it, is an object.
func isObject(value []byte) bool { return len(value) > 0 && value[0] == '{' }

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
