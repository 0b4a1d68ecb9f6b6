package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/chromedp"

	"bainian/app/web/page/pagetest"
)

// browser is one Chromium; every person gets a profile of their own in it.
func browser(t *testing.T) context.Context {
	t.Helper()
	return pagetest.Browser(t, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true))
}

// visitor is a signed-in person at a browser.
type visitor struct {
	*testing.T
	ctx  context.Context
	base string
}

// visit opens a window of its own and signs in by a demonstration link.
func visit(t *testing.T, browser context.Context, base, link string) *visitor {
	t.Helper()
	ctx, closeWindow := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(closeWindow)
	v := &visitor{T: t, ctx: ctx, base: base}
	v.must(chromedp.Do(ctx, chromedp.Navigate(link)))
	v.eval(new(any), "document.cookie = 'lang=zh-Hant; path=/'")
	return v
}

func (v *visitor) must(err error) {
	v.Helper()
	if err != nil {
		v.Fatal(err)
	}
}

func (v *visitor) tab() *pagetest.Tab { return &pagetest.Tab{TB: v.T, Ctx: v.ctx, Base: v.base} }

// open goes to a page.
func (v *visitor) open(path string) {
	v.Helper()
	v.tab().Load(path)
}

// eval runs a script and reads its value as JSON.
func (v *visitor) eval(into any, script string, args ...any) {
	v.Helper()
	v.must(v.try(into, script, args...))
}

func (v *visitor) try(into any, script string, args ...any) error {
	ctx, cancel := context.WithTimeout(v.ctx, 20*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("JSON.stringify("+fmt.Sprintf(script, args...)+") ?? 'null'"))
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), into)
}

// left tells whether a script found no page to run in, or lost it before it could answer, of which the browser does not
// always tell: a page on its way to the next one.
func left(err error) bool {
	var e *cdproto.Error
	return errors.As(err, &e) && e.Code == -32000 || errors.Is(err, context.DeadlineExceeded)
}

// is evaluates a condition.
func (v *visitor) is(script string, args ...any) bool {
	v.Helper()
	var truth bool
	v.eval(&truth, "Boolean("+script+")", args...)
	return truth
}

// until waits until a condition holds.
func (v *visitor) until(script string, args ...any) {
	v.Helper()
	v.tab().Until(script, args...)
}

func (v *visitor) text() (text string) {
	v.Helper()
	v.eval(&text, "document.body.innerText")
	return text
}

func (v *visitor) at() (path string) {
	v.Helper()
	v.eval(&path, "location.pathname")
	return path
}

// reads fails unless the page says something.
func (v *visitor) reads(what ...string) {
	v.Helper()
	text := v.text()
	for _, w := range what {
		if !strings.Contains(text, w) {
			v.Fatalf("the page %s does not say %q:\n%s", v.at(), w, text)
		}
	}
}

// click presses what a selector finds.
func (v *visitor) click(selector string) {
	v.Helper()
	v.until("document.querySelector(%q)", selector)
	v.eval(new(any), "document.querySelector(%q).click()", selector)
}

// send fills the form that posts to a path and hands it in by its own button, as a person does, and waits for the
// page that follows.
func (v *visitor) send(action string, fields map[string]string) {
	v.Helper()
	v.until(`document.querySelector('form[action="%s"], [formaction="%s"]')`, action, action)
	filled, err := json.Marshal(fields)
	v.must(err)
	err = v.try(new(any), `(() => {
		const button = document.querySelector('[formaction="%s"]'), form = button?.form ?? document.querySelector('form[action="%s"]')
		for (const [name, value] of Object.entries(%s ?? {})) {
			const inputs = [...form.elements].filter((e) => e.name === name)
			if (!inputs.length) throw new Error("no field " + name)
			for (const e of inputs) {
				if (e.type === "radio" || e.type === "checkbox") { if (e.value === value && !e.checked) e.click() } else { e.value = value; e.dispatchEvent(new Event("input", {bubbles: true})) }
			}
		}
		window.leaving = true
		form.requestSubmit(button ?? undefined)
	})()`, action, action, filled)
	if err != nil && !left(err) {
		v.Fatal(err)
	}
	v.until("!window.leaving && document.readyState === 'complete'")
}
