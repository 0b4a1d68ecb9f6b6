package pagetest

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"bainian/app/store/storetest"
)

const (
	answerIn = 20 * time.Second // a script, on a machine that has much else to do
	againIn  = 5 * time.Second  // a script that is asked again: a page that goes away may leave it without an answer
	cameIn   = 45 * time.Second // what a page does by itself
	axeIn    = time.Minute
	between  = 40 * time.Millisecond
)

// Browser starts a browser for a test, with options of its own if need be.
func Browser(t *testing.T, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		storetest.Skip(t, "no chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(1280, 900))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(options, more...)...)
	t.Cleanup(stop)
	browser, quit := chromedp.NewContext(allocator)
	t.Cleanup(quit)
	if err := chromedp.Do(browser, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	return browser
}

// Tab is a tab of a browser at a site. Its verbs fail the test instead of returning errors.
type Tab struct {
	testing.TB
	Ctx  context.Context
	Base string       // the site's address
	Logs fmt.Stringer // what the site has logged, for who reads the failure; nil for none
}

func (x *Tab) must(err error) {
	x.Helper()
	if err != nil {
		x.Fatal(err)
	}
}

// JS evaluates an expression to whether it holds.
func (x *Tab) JS(format string, args ...any) bool {
	x.Helper()
	truth, err := x.evaluate(answerIn, format, args...)
	x.must(err)
	return truth
}

func (x *Tab) evaluate(limit time.Duration, format string, args ...any) (bool, error) {
	ctx, cancel := context.WithTimeout(x.Ctx, limit)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+fmt.Sprintf(format, args...)+")"))
}

// Until waits until an expression holds.
func (x *Tab) Until(format string, args ...any) {
	x.Helper()
	x.within(cameIn, format, args...)
}

func (x *Tab) within(limit time.Duration, format string, args ...any) {
	x.Helper()
	waiting, cancel := context.WithTimeout(x.Ctx, limit)
	defer cancel()
	for waiting.Err() == nil {
		if truth, err := x.evaluate(againIn, format, args...); err == nil && truth { // a page on its way to the next has nothing to evaluate in
			return
		}
		pause, over := context.WithTimeout(waiting, between)
		<-pause.Done()
		over()
	}
	text, _ := chromedp.Run(x.Ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
	if x.Logs != nil {
		text += "\n" + x.Logs.String()
	}
	x.Fatalf("never: "+format+"\n%s", append(args, text)...)
}

// Follow does what leads to another page and waits until the scripts of that have run. The browser tells only that some
// page has loaded, which may be the one before: so the page that is left must have come whole first, and carries a mark
// that the next one lacks. It drops the mark as it goes, since the way back may lead to it as it was.
func (x *Tab) Follow(do func()) {
	x.Helper()
	x.Until(`document.readyState === "complete" && (addEventListener("pagehide", () => (window.leaving = false), { once: true }), window.leaving = true)`)
	do()
	x.Until(`!window.leaving && document.readyState === "complete"`)
}

// Load goes to a path of the site.
func (x *Tab) Load(path string) {
	x.Helper()
	x.Follow(func() { x.must(chromedp.Do(x.Ctx, chromedp.Navigate(x.Base+path))) })
}

// Press presses keys.
func (x *Tab) Press(keys ...string) {
	x.Helper()
	for _, key := range keys {
		x.must(chromedp.Do(x.Ctx, chromedp.KeyEvent(key)))
	}
}

// Axe looks at a part of the page with the rules of axe, whose source engine is. Those of colours, which take the longest
// and do not hang on the language, are asked in both themes or not at all.
func (x *Tab) Axe(engine, what, scope string, colours bool) {
	x.Helper()
	ctx, cancel := context.WithTimeout(x.Ctx, axeIn)
	defer cancel()
	if !x.JS(`window.axe`) {
		_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](engine+"\n;true"))
		x.must(err)
	}
	x.JS(`(window.found = undefined, (async () => {
		const root = document.documentElement, found = [];
		const colours = %t, looks = colours ? [["light", {}], ["dark", { runOnly: ["color-contrast"] }]] : [["light", { rules: { "color-contrast": { enabled: false } } }]];
		for (const [theme, options] of looks) {
			root.dataset.theme = theme;
			await Promise.all(document.getAnimations().map((a) => a.finished.catch(() => {})));
			const { violations } = await axe.run(%s, { resultTypes: ["violations"], preload: false, ...options });
			for (const v of violations) found.push(theme + " " + v.id + ": " + v.nodes.map((n) => n.target.join(" ") + " " + n.html.slice(0, 160) + " " + n.any.map((a) => a.message).join("; ")).join("\n    "));
		}
		window.found = found.join("\n");
	})().catch((error) => (window.found = String(error))), true)`, colours, scope)
	x.within(axeIn, `window.found !== undefined`)
	found, err := chromedp.Run(ctx, chromedp.Evaluate[string](`window.found`))
	x.must(err)
	if found = strings.TrimSpace(found); found != "" {
		x.Errorf("%s\n%s", what, found)
	}
}
