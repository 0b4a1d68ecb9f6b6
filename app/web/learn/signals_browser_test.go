package learn_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"bainian/app/exams"
)

// happenings make a page notice all that can be watched, as real as a browser without a screen can be made to.
const happenings = `(async () => {
	const soon = (ms) => new Promise((done) => setTimeout(done, ms));
	const hide = (hidden) => {
		Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
		document.dispatchEvent(new Event("visibilitychange"));
	};
	dispatchEvent(new Event("blur"));
	hide(true);
	await soon(300);
	hide(false);
	dispatchEvent(new Event("focus"));
	const data = new DataTransfer();
	data.setData("text", "貼上的七個字呀");
	document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data }));
	getSelection().selectAllChildren(document.querySelector("h1"));
	document.dispatchEvent(new ClipboardEvent("copy"));
	document.dispatchEvent(new ClipboardEvent("cut"));
	dispatchEvent(new Event("beforeprint"));
	extended = true;
	screen.dispatchEvent(new Event("change"));
	navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
	return true;
})()`

// beyondTheScreen has the page believe in a second screen that comes and goes.
const beyondTheScreen = `window.extended = false; Object.defineProperty(Screen.prototype, "isExtended", { configurable: true, get: () => window.extended });`

// sentReports collects what the page reports.
const sentReports = `window.sent = []; { const plain = fetch; window.fetch = (address, options) => {
	if (String(address).endsWith("/signals")) sent.push(...JSON.parse(options.body).events.map((event) => event.kind));
	return plain(address, options);
}; }`

func (x *tab) traces() exams.Traces {
	x.Helper()
	t, err := x.room.Traces(context.Background(), x.attempt)
	x.ok(err)
	return t
}

// untilSignals waits until all of these have arrived, and returns everything that has.
func (x *tab) untilSignals(kinds ...string) []exams.Signal {
	x.Helper()
	var missing []string
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		all := x.traces().Signals
		missing = nil
		for _, kind := range kinds {
			if !slices.ContainsFunc(all, func(s exams.Signal) bool { return s.Kind == kind }) {
				missing = append(missing, kind)
			}
		}
		if len(missing) == 0 {
			return all
		}
	}
	x.Fatalf("never arrived: %q\n%s", missing, x.logs)
	return nil
}

// signalsArrive has everything happen that an exam can have watched, and cuts the line in between.
func signalsArrive(x *tab) {
	x.onNewDocument(beyondTheScreen)
	x.start(x.sit("watched"))
	x.open()
	x.awaits(happenings)
	x.ok(chromedp.Do(x.ctx, chromedp.Click("#full")))
	x.until(`document.fullscreenElement`)
	x.js(`document.exitFullscreen() || true`)
	x.until(`document.querySelector("#left-full").checkVisibility()`)
	x.js(`document.querySelector("#full-not").click() || true`)
	x.until(`!document.querySelector("#left-full").checkVisibility()`)
	x.ok(chromedp.Do(x.ctx, chromedp.EmulateViewport(900, 700)))
	x.press(kb.ArrowRight)
	x.untilSignals("focus_lost", "hidden", "fullscreen_off", "resize", "paste", "copy", "cut", "print", "screen_added", "device_change")
	x.offline(true)
	x.until(bandIsUp)
	x.js(`dispatchEvent(new Event("blur")) || true`)
	x.offline(false)
	x.until("!(" + bandIsUp + ")")
	second := x.newTab(x.ctx)
	x.ok(chromedp.Do(second, chromedp.Navigate(x.base+"/attempts/"+x.attempt)))
	lost, sizes := 0, map[string]int{}
	for _, s := range x.untilSignals("offline", "second_tab") {
		if sizes[s.Kind] = s.Amount; s.Kind == "focus_lost" {
			lost++
		}
		if len(s.Marks) > 0 {
			x.Errorf("an honest page's %s is marked %q", s.Kind, s.Marks)
		}
		if s.Seen && s.Kind != "gap" {
			x.Errorf("the server saw %s", s.Kind)
		}
	}
	if lost != 2 || sizes["paste"] != 7 || sizes["copy"] == 0 || sizes["resize"] != 900 {
		x.Errorf("%d losses of focus, sizes %v", lost, sizes)
	}
	if shown := x.traces().Items[0].Shown; shown <= 0 {
		x.Error("nobody knows how long the first question was on the screen")
	}
}

// practiceTellsNothing: where nothing is watched the page sends signs of life and nothing else.
func practiceTellsNothing(x *tab) {
	x.onNewDocument(beyondTheScreen + sentReports)
	x.start(x.sit("unwatched"))
	x.open()
	x.awaits(happenings)
	x.ok(chromedp.Do(x.ctx, chromedp.EmulateViewport(900, 700)))
	x.press(kb.ArrowRight)
	x.js(`(window.late = false, setTimeout(() => (window.late = true), 2500), true)`) // two reports' time
	x.until(`late && sent.includes("heartbeat")`)
	if x.js(`sent.some((kind) => kind !== "heartbeat")`) {
		kinds, _ := chromedp.Run(x.ctx, chromedp.Evaluate[string](`sent.join(" ")`))
		x.Errorf("a practice reports %s", kinds)
	}
	if all := x.traces().Signals; len(all) > 0 {
		x.Errorf("%+v", all)
	}
}

// watchedExam is the red exam under another policy.
func watchedExam(slug, integrity string, p policy) string {
	text := fmt.Sprintf(examPaper, p.score, p.answers)
	text = strings.Replace(text, "exam: red", "exam: "+slug, 1)
	from := strings.Index(text, "integrity: ")
	to := from + strings.Index(text[from:], "\n")
	return text[:from] + "integrity: " + integrity + text[to:]
}
