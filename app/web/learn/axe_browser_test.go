package learn_test

import (
	"context"
	"fmt"
	"os"

	"github.com/chromedp/chromedp"

	"bainian/app/locale"
)

// accessible runs axe on every page of an exam, in three languages and both themes: the list, the briefing, the
// room with every kind of question and each dialog, the off-line band, the result and the receipt. Colours do not
// hang on the language, so what lies over the room is looked at in the second theme once.
func accessible(x *tab) {
	engine, err := os.ReadFile("testdata/axe/axe.min.js")
	x.ok(err)
	s, practice := x.sit("kinds-1"), x.sit("kinds-0")
	x.start(practice)
	rehearsed := x.attempt
	for _, lang := range locale.Langs() {
		x.js(`(document.cookie = "lang=%s; path=/", true)`, lang)
		look := func(what, scope string) {
			x.Helper()
			x.axe(string(engine), fmt.Sprintf("%s: %s", lang, what), scope, lang == locale.Hant || scope == "document")
		}
		visit := func(path, ready string) {
			x.Helper()
			x.ok(chromedp.Do(x.ctx, chromedp.Navigate(x.base+path)))
			x.until("%s", ready)
		}
		if lang == locale.Hant {
			visit("/sittings/"+s.ID, `document.querySelector("[name=pledge]")`)
			look("briefing", "document")
			x.start(s)
		}
		visit("/attempts/"+x.attempt, `document.querySelector("#room[data-ready]")`)
		// All questions at once, as a browser without scripts shows them.
		x.js(`document.querySelectorAll(".q").forEach((q) => (q.hidden = false)) || true`)
		look("room", "document")
		for _, dialog := range []string{"hand-in", "keys", "elsewhere", "paused", "lost"} {
			x.js(`(document.querySelector("#%s").showModal(), true)`, dialog)
			look(dialog, fmt.Sprintf("document.querySelector(%q)", "#"+dialog))
			x.js(`(document.querySelector("#%s").close(), true)`, dialog)
		}
		x.offline(true)
		x.js(`(document.querySelector(".q input[type=radio]").click(), true)`)
		x.until(bandIsUp)
		look("off-line", `document.querySelector(".room-top")`)
		x.offline(false)
		x.until("!" + bandIsUp)
		visit("/attempts/"+rehearsed, `document.querySelector("#room[data-ready]")`)
		x.js(`(document.querySelector("#tour-open").click(), true)`)
		look("tour", `document.querySelector("#tour")`)
	}
	_, err = x.room.Submit(context.Background(), x.person, x.attempt)
	x.ok(err)
	for _, lang := range locale.Langs() {
		x.js(`(document.cookie = "lang=%s; path=/", true)`, lang)
		for _, page := range []string{"/exams", "/sittings/" + s.ID, "/attempts/" + x.attempt + "/result", "/attempts/" + x.attempt + "/receipt"} {
			x.ok(chromedp.Do(x.ctx, chromedp.Navigate(x.base+page)))
			x.until(`document.querySelector("h1")`)
			x.axe(string(engine), string(lang)+": "+page, "document", true)
		}
	}
}

// axe looks at a part of the page, and at its colours in both themes.
func (x *tab) axe(engine, what, scope string, colours bool) {
	x.Helper()
	x.at().Axe(engine, what, scope, colours)
}
