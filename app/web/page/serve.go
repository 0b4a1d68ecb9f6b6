package page

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"bainian/app/fault"
	"bainian/app/people"
)

// csp is the policy of every page: nothing inline, nothing from elsewhere.
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; " +
	"font-src 'self'; worker-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// permissions is what a page may use. Most may use nothing; those that ask the person say so by Allow.
func permissions(camera, microphone, screen bool) string {
	own := func(may bool) string {
		if may {
			return "(self)"
		}
		return "()"
	}
	return "camera=" + own(camera) + ", microphone=" + own(microphone) + ", display-capture=" + own(screen) + ", geolocation=(), payment=(), usb=()"
}

// slow is how long a request takes that is worth a line in the log.
const slow = time.Second

// outermost recovers, sets the headers that every answer has, renders what failed and writes the log line.
func (k *Kit) outermost(f *fiber.Ctx) error {
	began := time.Now()
	k.setHeaders(f)
	if err := recovered(f.Next); err != nil {
		// A panic while its page is made would end the program.
		if err := recovered(func() error { return k.fail(f, err) }); err != nil {
			k.Log.Error("error page failed", slog.Any("error", err))
			f.Status(fiber.StatusInternalServerError).Response().ResetBody()
		}
	}
	k.logRequest(f, time.Since(began))
	return nil
}

// logRequest writes a line: at Info when we failed or were slow, else at Debug, for a line costs as much as the
// session's read and thousands a second bury what matters.
func (k *Kit) logRequest(f *fiber.Ctx, took time.Duration) {
	level, status := slog.LevelDebug, f.Response().StatusCode()
	if status >= fiber.StatusInternalServerError || took >= slow {
		level = slog.LevelInfo
	}
	if ctx := context.Background(); k.Log.Enabled(ctx, level) {
		k.Log.LogAttrs(ctx, level, "request", slog.String("method", f.Method()), slog.String("route", f.Route().Path),
			slog.Int("status", status), slog.Int("bytes", sent(f)), slog.Duration("took", took))
	}
}

// sent is the size of the answer; a file is not read for it.
func sent(f *fiber.Ctx) int {
	if f.Response().IsBodyStream() {
		return f.Response().Header.ContentLength()
	}
	return len(f.Response().Body())
}

// recovered runs f and turns a panic into an error that keeps the stack for the log.
func recovered(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fault.Wrap(fmt.Errorf("panic: %v\n%s", r, debug.Stack()), fault.Internal, "locale.internal")
		}
	}()
	return f()
}

func (k *Kit) setHeaders(f *fiber.Ctx) {
	h := &f.Response().Header
	h.Set(fiber.HeaderContentSecurityPolicy, csp)
	h.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	h.Set(fiber.HeaderXFrameOptions, "DENY")
	h.Set(fiber.HeaderReferrerPolicy, "same-origin") // no-referrer would make a form's Origin "null"
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set(fiber.HeaderPermissionsPolicy, permissions(false, false, false))
	h.Set(fiber.HeaderCacheControl, "no-store") // pages hold personal data; static files say otherwise
	if k.secure {
		h.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000")
	}
}

// handler is the way of a request to its route, with a deadline on all of it.
func (k *Kit) handler(r Route) fiber.Handler {
	return func(f *fiber.Ctx) error {
		ctx, cancel := context.WithTimeout(context.Background(), r.Who.deadline())
		defer cancel()
		c := &Ctx{Ctx: f, kit: k, ctx: ctx, who: r.Who, Lang: k.langOf(f)}
		err := k.admit(c)
		if err == nil {
			err = r.Do(c)
		}
		if err != nil {
			return c.fail(err)
		}
		return nil
	}
}

// admit lets the request through to its handler, with its person known, or says why not.
func (k *Kit) admit(c *Ctx) error {
	if err := wellFormed(c.Ctx); err != nil {
		return err
	}
	if scope, machine := c.who.scope(); machine {
		if err := k.admitMachine(c, scope); err != nil || c.who != Fronting {
			return err
		}
		return k.know(c) // the proxy hands on the cookies of its visitor
	}
	if c.who == Proven {
		return nil
	}
	if err := k.sameOrigin(c.Ctx); err != nil {
		return err
	}
	if c.who == Always {
		return nil
	}
	if err := k.setUpFirst(c); err != nil {
		return err
	}
	if err := k.know(c); err != nil {
		return err
	}
	if c.Confined && !c.who.inExam() {
		return fault.New(fault.Forbidden, "page.exam_alone")
	}
	return c.who.admits(c.Person)
}

// know finds the person behind the session cookie; a session that is over leaves an anonymous request.
func (k *Kit) know(c *Ctx) error {
	token := c.Cookies(k.cookieName(sessionCookie))
	if token == "" {
		return nil
	}
	p, err := k.Directory.Session(c.ctx, token)
	if fault.Is(err, fault.Unauthenticated) {
		k.forget(c.Ctx, sessionCookie)
		return nil
	}
	if err != nil {
		return err
	}
	c.Person, c.Token, c.Confined = p, token, people.ForExam(token)
	if p.Lang != "" && c.Cookies(k.cookieName(langCookie)) == "" {
		c.Lang = p.Lang
	}
	return nil
}

func (k *Kit) admitMachine(c *Ctx, scope people.Scope) error {
	plain := c.Get(SecretHeader)
	if c.who != Fronting {
		scheme, token, ok := strings.Cut(c.Get(fiber.HeaderAuthorization), " ")
		if !ok || !strings.EqualFold(scheme, "Bearer") {
			return fault.New(fault.Unauthenticated, "page.token_missing")
		}
		plain = token
	}
	name, err := k.Directory.TokenName(c.ctx, plain, scope)
	if err != nil {
		return err
	}
	c.Machine = name
	return nil
}

// errSetUp answers everything while no admin exists: a person is sent to the set-up page, a program is told.
var errSetUp = fault.New(fault.Busy, "page.set_up_first")

func (k *Kit) setUpFirst(c *Ctx) error {
	if k.settled.Load() {
		return nil
	}
	needed, err := k.NeedsSetUp(c.ctx)
	if err != nil {
		return err
	}
	if needed {
		return errSetUp
	}
	k.settled.Store(true)
	return nil
}
