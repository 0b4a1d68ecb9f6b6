package api

import (
	"cmp"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/gofiber/fiber/v2"

	"bainian/app/gate"
	"bainian/app/locale"
	"bainian/app/web/page"
)

// The forward-auth endpoint answers a proxy in front of a CRM that cannot be changed, before each request that the
// proxy lets through (nginx auth_request, Caddy forward_auth, Traefik ForwardAuth). A proxy sees the method and the
// address of a request and nothing of its body, so which requests are asked about is for the proxy to say, and so is
// what they do:
//
//	/gate/forward-auth?action=draw                   may the visitor, by the session of the cookie, draw?
//	/gate/forward-auth?action=assign&subject=header  may the employee whose number is in X-Gate-Subject be given a lead?
//	/gate/forward-auth?action=draw&pool=east         the same, about one pool
//
// X-Gate-Secret must hold a token for forward auth; two tokens that work at once let it be changed without a gap. Of
// all that the proxy hands on nothing else is believed, neither X-Forwarded-… nor an X-Gate-Subject that the address
// does not ask for: the proxy replaces what it sets itself, and the rest is the visitor's.
//
// The answer is 200, 401 (nobody is signed in, or the secret is wrong) or 403, whatever happens in here, since proxies
// take every other status for trouble of their own and show no reason. X-Gate-Reason says in ASCII what is unmet, X-Gate-Level
// how far the gate is open, and the body says it in the visitor's language. Only a request that is no readable HTTP
// is refused before it comes here; to a proxy that is closed, too.
const forwardAuthPath = "/gate/forward-auth"

const byForwardAuth way = "forward-auth"

const (
	reasonHeader  = "X-Gate-Reason"
	levelHeader   = "X-Gate-Level"
	subjectHeader = "X-Gate-Subject"
)

// fronted are the routes of the endpoint. It changes nothing, so it takes the method that a proxy hands on, too.
func (w *Wing) fronted() []page.Route {
	var routes []page.Route
	for _, method := range []string{fiber.MethodGet, fiber.MethodPost, fiber.MethodPut, fiber.MethodPatch, fiber.MethodDelete, fiber.MethodOptions} {
		routes = append(routes, page.Route{Method: method, Path: forwardAuthPath, Who: page.Fronting, Do: w.forwardAuth})
	}
	return routes
}

// refusal is an answer without a question to the gate.
type refusal struct {
	status       int
	reason, text string
}

func (w *Wing) forwardAuth(c *page.Ctx) error {
	q, no := w.frontedQuestion(c)
	if no != nil {
		return shut(c.Ctx, no.status, no.reason, no.text)
	}
	r := w.decide(c, q, w.byNumber)
	level := gate.None
	if r.decision != nil {
		level = r.decision.Level
	}
	c.Set(levelHeader, string(level))
	if r.allowed {
		return c.SendStatus(fiber.StatusOK)
	}
	return shut(c.Ctx, fiber.StatusForbidden, r.keys(), w.lines(c, r))
}

// frontedQuestion reads what the proxy asks. An address that is not as described decides nothing: a visitor could have
// added to it.
func (w *Wing) frontedQuestion(c *page.Ctx) (asked, *refusal) {
	given, odd := map[string]string{"subject": "session"}, ""
	names := map[string]bool{"action": true, "subject": true, "pool": true}
	c.Request().URI().QueryArgs().VisitAll(func(name, value []byte) {
		n, v := string(name), string(value)
		if !names[n] || v == "" {
			odd = n + "=" + v
		}
		names[n] = false // a second time would be one too many
		given[n] = v
	})
	q := asked{way: byForwardAuth, subjectType: subjectType, action: given["action"], resourceType: resourceType, poolID: given["pool"]}
	if odd == "" && !gate.Action(q.action).Known() {
		odd = "action=" + q.action
	}
	no := (*refusal)(nil)
	switch given["subject"] {
	case "session":
		q.subject, no = w.visitor(c)
	case "header":
		q.subject = strings.TrimSpace(strings.ToValidUTF8(c.Get(subjectHeader), "\uFFFD"))
		if len(c.Request().Header.PeekAll(subjectHeader)) > 1 {
			odd = cmp.Or(odd, subjectHeader)
		}
		if q.subject == "" {
			no = &refusal{fiber.StatusUnauthorized, "no_subject", c.T("ways.no_subject")}
		}
	default:
		odd = cmp.Or(odd, "subject="+given["subject"])
	}
	if odd != "" {
		no = &refusal{fiber.StatusForbidden, "proxy_set_up", c.T("ways.proxy_set_up", "what", odd)}
	}
	return q, no
}

// visitor is the employee number of whoever is signed in here, by the cookie that the proxy hands on.
func (w *Wing) visitor(c *page.Ctx) (string, *refusal) {
	switch {
	case c.Person.ID == "":
		return "", &refusal{fiber.StatusUnauthorized, "sign_in", c.T("ways.sign_in", "link", w.kit.BaseURL+"/sign-in")}
	case c.Confined:
		return "", &refusal{fiber.StatusUnauthorized, "exam_session", c.T("ways.exam_session")}
	}
	return c.Person.Number, nil
}

// lines are a denial for a person to read: a line for each thing that is unmet, with the page where it is mended.
func (w *Wing) lines(c *page.Ctx, r ruling) string {
	if r.decision == nil {
		return c.T(r.key, r.args...)
	}
	lines := []string{c.T("ways.closed")}
	for _, reason := range r.reasons {
		line := "- " + c.T(reason.Key, reason.Args...)
		if reason.Remedy != "" {
			line += "  " + w.kit.BaseURL + reason.Remedy
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// shut answers a proxy that the request is not let through.
func shut(f *fiber.Ctx, status int, reason, text string) error {
	f.Response().ResetBody()
	f.Set(reasonHeader, reason)
	f.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	if status == fiber.StatusUnauthorized {
		f.Set(fiber.HeaderWWWAuthenticate, "Bearer")
	}
	return f.Status(status).SendString(text + "\n")
}

// sealed stands around the endpoint and lets nothing out but its three answers, each with its reason.
func (w *Wing) sealed(f *fiber.Ctx) error {
	if err := unbroken(f); err != nil {
		w.kit.Log.Error("decision failed", "way", string(byForwardAuth), "error", err)
		f.Status(fiber.StatusInternalServerError)
	}
	status, reason, level := f.Response().StatusCode(), f.GetRespHeader(reasonHeader), f.GetRespHeader(levelHeader)
	refused := status == fiber.StatusUnauthorized || status == fiber.StatusForbidden
	switch {
	case refused && reason != "", status == fiber.StatusOK && level != "":
		return nil
	case refused: // by the kit, which looks at the secret
		return shut(f, status, "proxy_secret", w.say(f, "ways.proxy_secret"))
	}
	return shut(f, fiber.StatusForbidden, "unavailable", w.say(f, "gate.unavailable"))
}

// unbroken goes on to the endpoint; a panic there is an error.
func unbroken(f *fiber.Ctx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return f.Next()
}

// say is a message where the request's own language is not known yet.
func (w *Wing) say(f *fiber.Ctx, key string) string {
	return w.kit.Catalog.T(locale.Match(f.Get(fiber.HeaderAcceptLanguage)), key)
}
