package api

import (
	"bytes"
	"encoding/json"
	"mime"

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
	Type string `json:"type"`
	ID   string `json:"id"`
	Name string `json:"name"`
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
	echoRequestID(c)
	req, err := read(c)
	if err != nil {
		return err
	}
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

// question is an evaluation whose members are all there.
type question struct{ subject, action, resource entity }

func (r request) question() (q question, err error) {
	if q.subject, err = parse(r.Subject, "subject"); err != nil {
		return q, err
	}
	if q.action, err = parse(r.Action, "action"); err != nil {
		return q, err
	}
	if q.resource, err = parse(r.Resource, "resource"); err != nil {
		return q, err
	}
	switch {
	case q.subject.Type == "" || q.subject.ID == "":
		return q, missing("subject")
	case q.action.Name == "":
		return q, missing("action")
	case q.resource.Type == "" || q.resource.ID == "":
		return q, missing("resource")
	}
	return q, object(r.Context, "context")
}

// answer decides. What the gate does not know is denied, not an error: it is a well-formed question.
func (w *Wing) answer(c *page.Ctx, q question) (answer, error) {
	action := gate.Action(q.action.Name)
	switch {
	case q.subject.Type != subjectType:
		return w.denied(c, "gate.unknown_subject", "type", q.subject.Type), nil
	case q.resource.Type != resourceType:
		return w.denied(c, "gate.unknown_resource", "type", q.resource.Type), nil
	case !action.Known():
		return w.denied(c, "gate.unknown_action", "action", q.action.Name), nil
	}
	d, err := w.keeper.DecideNumber(c.Context(), q.subject.ID)
	if fault.Is(err, fault.NotFound) {
		return w.denied(c, "gate.no_person"), nil
	}
	if err != nil {
		return w.failed(c, err), nil
	}
	return w.decided(c, d, action)
}

// failed is the denial that an error is: whoever guards a pool by our word must not have to guess.
func (w *Wing) failed(c *page.Ctx, err error) answer {
	w.kit.Log.Error("decision failed", "error", err)
	a := w.denied(c, "gate.unavailable")
	a.Context.Error = &problem{Status: fiber.StatusServiceUnavailable, Message: c.T("gate.unavailable")}
	return a
}

func (w *Wing) denied(c *page.Ctx, key string, args ...any) answer {
	return answer{Context: &answerContext{
		ReasonUser:  map[string]string{"403": c.T(key, args...)},
		ReasonAdmin: map[string]string{"403": key},
	}}
}

func (w *Wing) decided(c *page.Ctx, d gate.Decision, action gate.Action) (answer, error) {
	a := answer{Decision: d.Allows(action), Context: &answerContext{Level: d.Level, PolicyVersion: d.PolicyVersion}}
	if !d.Until.IsZero() {
		a.Context.Until = d.Until.Format(timeFormat)
	}
	if a.Decision {
		return a, nil
	}
	reasons, err := w.keeper.Titled(c.Context(), d.Reasons(gate.Others), c.Lang)
	if err != nil {
		return a, err
	}
	var words, keys bytes.Buffer
	for _, r := range reasons {
		text := c.T(r.Key, r.Args...)
		u := unmet{Requirement: r.Requirement, Reason: text, AnyOf: r.AnyOf}
		if r.Remedy != "" {
			u.Remedy = w.kit.BaseURL + r.Remedy
		}
		if !r.Until.IsZero() {
			u.Until = r.Until.Format(timeFormat)
		}
		a.Context.Unmet = append(a.Context.Unmet, u)
		if words.Len() > 0 {
			words.WriteString(c.T("gate.and"))
			keys.WriteString(", ")
		}
		words.WriteString(text)
		keys.WriteString(r.Requirement)
	}
	a.Context.ReasonUser = map[string]string{"403": words.String()}
	a.Context.ReasonAdmin = map[string]string{"403": keys.String()}
	return a, nil
}

const timeFormat = "2006-01-02T15:04:05Z07:00"

// read decodes the body: JSON by its content type, an object, not empty.
func read(c *page.Ctx) (request, error) {
	media, _, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil || media != fiber.MIMEApplicationJSON {
		return request{}, fault.New(fault.Malformed, "gate.want_json")
	}
	var req request
	if err := object(c.Body(), "body"); err != nil {
		return req, err
	}
	if err := json.Unmarshal(c.Body(), &req); err != nil {
		return req, fault.Wrap(err, fault.Malformed, "gate.bad_member", "member", "body")
	}
	return req, nil
}

// parse reads one member; absent, null and anything but an object with text members is malformed.
func parse(raw json.RawMessage, member string) (e entity, err error) {
	if len(raw) == 0 {
		return e, missing(member)
	}
	if err := object(raw, member); err != nil {
		return e, err
	}
	if err := json.Unmarshal(raw, &e); err != nil {
		return e, fault.Wrap(err, fault.Malformed, "gate.bad_member", "member", member).In(member)
	}
	return e, nil
}

// object refuses what is there but is not a JSON object.
func object(raw []byte, member string) error {
	trimmed := bytes.TrimSpace(raw)
	if raw == nil || len(trimmed) > 0 && trimmed[0] == '{' && json.Valid(trimmed) {
		return nil
	}
	return fault.New(fault.Malformed, "gate.bad_member", "member", member).In(member)
}

func missing(member string) error {
	return fault.New(fault.Malformed, "gate.missing_member", "member", member).In(member)
}

// echoRequestID returns the caller's X-Request-ID, so that both sides' logs can be laid together.
func echoRequestID(c *page.Ctx) {
	if id := c.Get(fiber.HeaderXRequestID); id != "" {
		c.Set(fiber.HeaderXRequestID, id)
	}
}

// configuration is the discovery document.
func (w *Wing) configuration(c *page.Ctx) error {
	return c.JSON(map[string]string{
		"policy_decision_point":       w.kit.BaseURL,
		"access_evaluation_endpoint":  w.kit.BaseURL + "/access/v1/evaluation",
		"access_evaluations_endpoint": w.kit.BaseURL + "/access/v1/evaluations",
	})
}
