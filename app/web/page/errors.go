package page

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/gofiber/fiber/v2"

	"bainian/app/fault"
)

// statusOf is the one table from what went wrong to its HTTP status.
func statusOf(kind fault.Kind) int {
	switch kind {
	case fault.Invalid:
		return fiber.StatusUnprocessableEntity
	case fault.Malformed:
		return fiber.StatusBadRequest
	case fault.Unauthenticated:
		return fiber.StatusUnauthorized
	case fault.Forbidden:
		return fiber.StatusForbidden
	case fault.NotFound:
		return fiber.StatusNotFound
	case fault.Conflict:
		return fiber.StatusConflict
	case fault.TooLarge:
		return fiber.StatusRequestEntityTooLarge
	case fault.TooMany:
		return fiber.StatusTooManyRequests
	case fault.Busy:
		return fiber.StatusServiceUnavailable
	}
	return fiber.StatusInternalServerError
}

// fail is the app's error handler, for what went wrong before or outside a route.
func (k *Kit) fail(f *fiber.Ctx, err error) error {
	ctx, cancel := context.WithTimeout(context.Background(), Deadline)
	defer cancel()
	c := &Ctx{Ctx: f, kit: k, ctx: ctx, Lang: k.langOf(f)}
	if c.Cookies(k.cookieName(sessionCookie)) != "" && fault.Is(named(err), fault.NotFound) {
		if err := k.know(c); err != nil { // the page is then an anonymous one
			k.Log.Warn("session unknown on an error page", slog.Any("error", err))
		}
	}
	return c.fail(err)
}

// fail answers with an error. When not even its page can be made, plain words must do.
func (c *Ctx) fail(err error) error {
	broken := c.answer(err)
	if broken == nil {
		return nil
	}
	c.kit.Log.Error("error page failed", slog.Any("error", broken))
	return c.Status(fiber.StatusInternalServerError).SendString(c.T("locale.internal"))
}

// answer writes an error as JSON to a program, as a notice to htmx, as a page to a person.
func (c *Ctx) answer(err error) error {
	err = named(err)
	kind := fault.KindOf(err)
	if kind == fault.Internal {
		c.kit.Log.Error("request failed", slog.String("method", c.Method()), slog.String("route", c.Route().Path),
			slog.String("person", c.Person.ID), slog.Any("error", err))
	}
	if kind == fault.Busy {
		c.Set(fiber.HeaderRetryAfter, "1")
		if errors.Unwrap(err) != nil { // a full disk looks like this; whoever keeps the machine must hear of it
			c.kit.Log.Warn("request put off", slog.String("method", c.Method()), slog.String("route", c.Route().Path), slog.Any("error", err))
		}
	}
	c.Response().ResetBody()
	c.Status(statusOf(kind))
	switch {
	case c.wantsJSON():
		return c.failJSON(kind, err)
	case errors.Is(err, errSetUp):
		return c.Redirect("/setup", fiber.StatusSeeOther)
	case kind == fault.Unauthenticated && c.HTMX():
		c.Set("HX-Redirect", "/sign-in")
		return nil
	case kind == fault.Unauthenticated && c.Method() == fiber.MethodGet:
		return c.Redirect(signInPath(c.OriginalURL()), fiber.StatusSeeOther)
	case c.HTMX():
		c.Set("HX-Retarget", "#notice")
		c.Set("HX-Reswap", "innerHTML")
		return c.Fragment(c.kit.own, "notice", err)
	}
	return c.Page(c.kit.own, "error", &errorView{Base: Base{Title: c.T("page.error." + kind.String())}, Status: statusOf(kind), Kind: kind.String(), Err: err, Home: Home(c.Person)})
}

type errorView struct {
	Base
	Status int
	Kind   string // as fault.Kind writes it; page.error.<kind> is its heading
	Err    error
	Home   string
}

// problem is a fault.Problem in JSON, with its words.
type problem struct {
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Item    string `json:"item,omitempty"`
	Key     string `json:"key"`
	Message string `json:"message"`
}

func (c *Ctx) failJSON(kind fault.Kind, err error) error {
	if kind == fault.Unauthenticated {
		c.Set(fiber.HeaderWWWAuthenticate, "Bearer")
	}
	body := struct {
		Kind     string    `json:"kind"`
		Key      string    `json:"key"`
		Message  string    `json:"message"`
		Field    string    `json:"field,omitempty"`
		Problems []problem `json:"problems,omitempty"`
	}{Kind: kind.String(), Key: "locale.internal", Message: c.Words(err)}
	if e := (*fault.Error)(nil); errors.As(err, &e) {
		body.Key, body.Field = e.Key, e.Field
	}
	if all := (fault.Problems)(nil); errors.As(err, &all) {
		body.Key = "page.problems"
		body.Message = c.T("page.problems", "n", len(all))
		for _, p := range all {
			body.Problems = append(body.Problems, problem{p.File, p.Line, p.Item, p.Key, c.T(p.Key, p.Args...)})
		}
	}
	return c.JSON(map[string]any{"error": body})
}

// wantsJSON reports whether a program asked: by the route, by what it sent or by what it accepts.
func (c *Ctx) wantsJSON() bool {
	if _, machine := c.who.scope(); machine || c.who == Proven || mediaType(c.Ctx) == fiber.MIMEApplicationJSON {
		return true
	}
	accept := c.Get(fiber.HeaderAccept)
	return strings.Contains(accept, fiber.MIMEApplicationJSON) && !strings.Contains(accept, fiber.MIMETextHTML)
}

// named turns Fiber's own errors, and a deadline that passed, into faults with words.
func named(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fault.Wrap(err, fault.Busy, "page.too_slow")
	}
	e := (*fiber.Error)(nil)
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code {
	case fiber.StatusNotFound, fiber.StatusMethodNotAllowed:
		return fault.New(fault.NotFound, "page.not_found")
	case fiber.StatusRequestEntityTooLarge:
		return tooLarge(UploadLimit)
	case fiber.StatusRequestHeaderFieldsTooLarge, fiber.StatusBadRequest:
		return fault.Wrap(e, fault.Malformed, "page.bad_request")
	case fiber.StatusRequestTimeout:
		return fault.Wrap(e, fault.Busy, "page.too_slow")
	}
	return fault.Wrap(e, fault.Internal, "locale.internal")
}
