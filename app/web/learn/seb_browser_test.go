package learn_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"

	"bainian/app/exams/seb"
)

// sebObject is what Safe Exam Browser 3.0 for macOS puts into every page: an object that hashes the key with the page's
// URL when it is asked to. It stands for the client, which does not run here.
const sebObject = `(() => {
  const security = { configKey: "", browserExamKey: "", updateKeys(done) {
    crypto.subtle.digest("SHA-256", new TextEncoder().encode(location.href.split("#")[0] + %q)).then((sum) => {
      security.configKey = [...new Uint8Array(sum)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      done();
    });
  } };
  window.SafeExamBrowser = { version: "Safe Exam Browser_macOS_3.0_1_org.safeexambrowser", security };
})()`

// sebByScript sits an exam in an engine that shows its keys to scripts alone: from the start URL to the room, over a
// reload, and with the keys gone in the middle.
func sebByScript(x *tab) {
	ctx := context.Background()
	x.requireSEB("required")
	x.ok(chromedp.Do(x.ctx, chromedp.Navigate(x.base+"/sittings/"+x.sitting.ID)))
	x.until(`document.querySelector("form[action$='/seb']") && !document.querySelector("[name=pledge]")`)
	engine, err := os.ReadFile("testdata/axe/axe.min.js")
	x.ok(err)
	x.axe(string(engine), "the offer", `document.querySelector("[aria-labelledby=seb]")`, true)
	file, err := x.room.SebConfig(ctx, x.person, x.sitting.ID, x.base)
	x.ok(err)
	offer, err := x.room.SebOffer(ctx, x.person, x.sitting.ID)
	x.ok(err)
	config, err := seb.Read(file, offer.Password)
	x.ok(err)

	type script struct {
		Source     string `json:"source,omitempty"`
		Identifier string `json:"identifier,omitempty"`
	}
	var injected script
	inject := func() {
		add := cdp.Command[script, script]{Method: "Page.addScriptToEvaluateOnNewDocument"}
		injected, err = chromedp.Call(x.ctx, add, script{Source: fmt.Sprintf(sebObject, seb.ConfigKey(config))})
		x.ok(err)
	}
	remove := func() {
		take := cdp.Command[script, cdp.Empty]{Method: "Page.removeScriptToEvaluateOnNewDocument"}
		_, err := chromedp.Call(x.ctx, take, injected)
		x.ok(err)
	}
	forget := func() {
		_, err := chromedp.Call(x.ctx, cdp.Command[cdp.Empty, cdp.Empty]{Method: "Network.clearBrowserCookies"}, cdp.Empty{})
		x.ok(err)
	}
	inject()
	forget()
	x.ok(chromedp.Do(x.ctx, chromedp.Navigate(config["startURL"].(string))))
	x.until(`location.pathname === "/sittings/%s" && document.querySelector("[name=pledge]")`, x.sitting.ID)
	x.js(`(document.querySelectorAll("form[action$='/attempts'] [type=checkbox]").forEach((box) => box.click()), document.querySelector("form[action$='/attempts'] button").click(), true)`)
	x.until(`document.querySelector("#room[data-ready]")`)
	x.js(`(document.querySelector(".q input[type=radio], .q input[type=checkbox]:not([data-later])").click(), true)`)
	x.until(`document.querySelector("#saved").textContent.includes("1/6")`)
	path, err := chromedp.Run(x.ctx, chromedp.Evaluate[string](`location.pathname`))
	x.ok(err)
	x.attempt = strings.TrimPrefix(path, "/attempts/")
	x.open() // again, as after a crash: without headers the session opens it, and the calls show the keys

	// What is written off-line waits for the right configuration, whatever is opened in between.
	x.offline(true)
	x.js(`(document.querySelector(".q:not([data-answered]) input[type=radio], .q:not([data-answered]) input[type=checkbox]:not([data-later])").click(), true)`)
	x.until(bandIsUp)
	x.ok(chromedp.Do(x.ctx, chromedp.Navigate("about:blank")))
	x.offline(false)
	remove()
	x.ok(chromedp.Do(x.ctx, chromedp.Navigate(x.base+path)))
	x.until(bandIsUp + ` && document.querySelector("#band").textContent.includes("Safe Exam Browser")`)
	if x.js(`document.querySelector("#room[data-ready]")`) {
		x.Error("the room opens without keys")
	}
	inject()
	x.open()
	x.until(`document.querySelector("#saved").textContent.includes("2/6")`)
	answers, err := x.room.Answers(ctx, x.person, x.attempt)
	x.ok(err)
	if len(answers) != 2 {
		x.Errorf("%d answers arrived", len(answers))
	}

	// A page of the exam in another browser says what is missing, and one with another configuration that it is another.
	remove()
	forget()
	x.ok(chromedp.Do(x.ctx, chromedp.Navigate(x.base+"/favicon.ico")))
	x.signIn(x.token)
	x.ok(chromedp.Do(x.ctx, chromedp.Navigate(x.base+path)))
	x.until(`document.querySelector("[data-part=missing]").checkVisibility() && !document.querySelector("[data-part=wrong]").checkVisibility()`)
	x.axe(string(engine), "closed outside", "document", true)
	config["startURL"] = "https://elsewhere.example.com/"
	inject()
	x.ok(chromedp.Do(x.ctx, chromedp.Reload()))
	x.until(`!document.querySelector("[data-part=missing]").checkVisibility() && document.querySelector("[data-part=wrong]").checkVisibility()`)
	if _, err := x.room.Submit(ctx, x.person, x.attempt); err != nil {
		x.Error(err)
	}
}
