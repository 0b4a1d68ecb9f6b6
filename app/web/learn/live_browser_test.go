package learn_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"bainian/app/exams"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/web/page/pagetest"
	"bainian/app/web/studio"
)

// TestLiveInvigilationInBrowser has a candidate and an invigilator in two browsers that know nothing of each other.
func TestLiveInvigilationInBrowser(t *testing.T) {
	t.Parallel()
	browser := pagetest.Browser(t)
	for _, part := range []struct {
		name string
		run  func(x, eye *tab)
	}{
		{"CallAnswerAndMessage", talked},
		{"PauseExtendAndNote", steered},
		{"E5_SecondDeviceIsApproved", secondDevice},
		{"TheBoardByKeyboardAndForEverybody", boardAccessible},
	} {
		t.Run(part.name, func(t *testing.T) {
			t.Parallel() // they mostly wait for the next question of a page
			own, closeTab := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
			t.Cleanup(closeTab)
			if err := chromedp.Do(own, chromedp.Navigate("about:blank")); err != nil {
				t.Fatal(err)
			}
			part.run(enterWatched(t, own))
		})
	}
}

// enterWatched opens the room of an attempt at a sitting that is watched, and the board of it in another browser.
func enterWatched(t *testing.T, browser context.Context) (x, eye *tab) {
	x = serveExams(t, browser, func(w *examWorld) {
		w.ok(studio.Mount(w.app, w.kit, w.shelf, w.library, w.room, w.roster, w.dir, nil))
	})
	watcher, token := x.examWorld.person("W-1", people.Invigilator)
	s, err := x.room.OpenSitting(context.Background(), x.trainer, exams.NewSitting{Exam: "red", OpensAt: x.clock.Now(), ClosesAt: x.clock.Now().Add(24 * time.Hour), Invigilators: []string{watcher.ID}})
	x.ok(err)
	x.sitting = s
	x.start(s)
	x.open()
	second := *x
	eye = &second
	eye.person, eye.token = watcher, token
	eye.ctx = x.apart(browser)
	eye.signIn(token)
	eye.ok(chromedp.Do(eye.ctx, chromedp.Navigate(x.base+"/studio/sittings/"+s.ID+"/board")))
	eye.pulse("answering")
	return x, eye
}

// apart is a page of a browser that shares nothing with the others.
func (x *tab) apart(browser context.Context) context.Context {
	x.Helper()
	ctx, closeTab := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	x.TB.(*testing.T).Cleanup(closeTab)
	x.ok(chromedp.Do(ctx, chromedp.Navigate(x.base+"/favicon.ico")))
	return ctx
}

// pulse waits until the script's own line of the first person says so.
func (x *tab) pulse(pulse string) {
	x.Helper()
	x.until(`document.querySelector("#seats .seat")?.dataset.pulse === %q`, pulse)
}

func (x *tab) do(selector string) {
	x.Helper()
	if !x.js(`(document.querySelector(%q)?.click(), document.querySelector(%q))`, selector, selector) {
		x.Fatalf("there is no %s", selector)
	}
}

func (x *tab) write(selector, text string) {
	x.Helper()
	x.js(`(document.querySelector(%q).value = %q, true)`, selector, text)
}

func talked(x, eye *tab) {
	x.do("#call")
	x.until(`document.querySelector("#calling").open`)
	x.write("#calling-text", "第三題的圖看不清楚")
	x.do("#calling-form .go")
	x.until(`!document.querySelector("#calling").open && document.querySelector("#call-state").textContent.includes("等他回應")`)
	eye.until(`document.querySelector("#urgent").checkVisibility() && document.querySelector("#urgent").textContent.includes("第三題的圖看不清楚")`)
	eye.pulse("calling")
	eye.until(`document.title.startsWith("(1) ") && document.querySelector("#told").textContent.includes("呼叫監考員")`)
	x.open() // a call outlasts a reload
	x.until(`document.querySelector("#call-state").textContent.includes("等他回應")`)
	eye.write("#urgent input[name=reply]", "馬上過去")
	eye.do("#urgent .go")
	eye.until(`document.querySelector("#urgent").hidden`)
	x.until(`document.querySelector("#message").open && document.querySelector("#message-text").textContent === "馬上過去" && document.querySelector("#call-state").textContent.includes("員工W-1")`)
	eye.until(`document.querySelector("#seats .seat").textContent.includes("1 則未讀")`)
	x.press(" ", kb.Enter) // what was being typed must not answer
	if !x.js(`document.querySelector("#message").open`) {
		x.Error("a key that was on its way has read the message")
	}
	x.open() // nor does a reload
	x.until(`document.querySelector("#message").open`)
	x.do("#message-seen")
	eye.until(`!document.querySelector("#seats .seat").textContent.includes("未讀") && document.querySelector("#seats .seat").textContent.includes("員工W-1 已回應")`)

	eye.write("#f-all", "還剩三十分鐘。\n請檢查答案卡。")
	eye.do("#to-all ~ form .btn")
	x.until(`document.querySelector("#message").open && document.querySelector("#message-text").textContent === "還剩三十分鐘。\n請檢查答案卡。" && document.querySelector("#message-from").textContent.includes("給所有人")`)
	x.offline(true)
	x.do("#message-seen") // the word waits for the line
	x.until(bandIsUp)
	x.offline(false)
	x.until("!" + bandIsUp)
	eye.ok(chromedp.Do(eye.ctx, chromedp.Reload()))
	eye.until(`document.querySelector("#said [data-seen]").textContent.includes("1 人收到，1 人已讀")`)
	x.until(`document.querySelectorAll("#messages-list li").length === 2`)
}

func steered(x, eye *tab) {
	single := x.numberOf(questions.Single)
	x.click(single, 1)
	eye.until(`/^1\D+6/.test(document.querySelector("#seats [data-progress]").textContent)`)
	eye.do("#seats .seat a")
	eye.until(`document.querySelector("#panel-now")`)
	eye.write("#f-pause", "火警演習")
	eye.do(`#panel form[action$="/pauses"] .btn`)
	x.until(`document.querySelector("#paused").open`)
	eye.pulse("paused")
	eye.until(`document.querySelector('#panel form[action$="/resumptions"]')`)
	eye.do(`#panel form[action$="/resumptions"] .btn`)
	x.until(`!document.querySelector("#paused").open`)
	eye.until(`document.querySelector('#panel form[action$="/extensions"]')`)
	before := x.left()
	eye.write("#f-minutes", "15")
	eye.write("#f-extension", "火警演習")
	eye.do(`#panel form[action$="/extensions"] .btn`)
	for deadline := time.Now().Add(12 * time.Second); x.left() < before+14*60; time.Sleep(40 * time.Millisecond) {
		if time.Now().After(deadline) {
			x.Fatalf("%d seconds left, as before", x.left())
		}
	}
	eye.do(`#panel [name="preset"]`)
	eye.until(`document.querySelector("#panel .log").textContent.includes("離開座位")`)
	// Away as the browser says it, until it says otherwise.
	x.js(`(window.dispatchEvent(new Event("blur")), true)`)
	eye.pulse("away")
	x.js(`(window.dispatchEvent(new Event("focus")), true)`)
	eye.pulse("answering")
	x.handsIn()
	eye.pulse("finished")
}

func secondDevice(x, eye *tab) {
	single := x.numberOf(questions.Single)
	x.click(single, 1)
	x.saved(1)
	phone := *x
	phone.ctx = x.apart(eye.ctx)
	phone.signIn(x.token)
	ask := func() {
		x.Helper()
		phone.ok(chromedp.Do(phone.ctx, chromedp.Navigate(x.base+"/attempts/"+x.attempt)))
		phone.until(`document.querySelector("#elsewhere").open`)
		phone.do("#take-over")
		phone.until(`document.querySelector("#asking").open`)
		eye.pulse("asking")
		eye.until(`document.querySelector("#urgent").textContent.includes("Chrome")`)
	}
	ask()
	x.click(single, 2) // the first device keeps the paper
	x.until(`document.querySelector("#saved").textContent.includes("1/6") && !document.querySelector("#elsewhere").open`)
	eye.do(`#urgent [value="refuse"]`)
	phone.until(`document.querySelector("#declined").open && !document.querySelector("#asking").open`)
	phone.do("#ask-again")
	phone.until(`document.querySelector("#asking").open && !document.querySelector("#declined").open`)
	eye.until(`document.querySelector('#urgent [value="approve"]')`)
	eye.do(`#urgent [value="approve"]`)
	phone.until(`document.querySelector("#room[data-ready]") && document.querySelectorAll("#q%d input")[2].checked`, single)
	x.click(single, 0)
	x.until(`document.querySelector("#elsewhere").open`)
	eye.pulse("answering")
}

func boardAccessible(x, eye *tab) {
	engine, err := os.ReadFile("testdata/axe/axe.min.js")
	x.ok(err)
	ctx := context.Background()
	x.ok(x.room.Call(ctx, x.person, x.attempt, "elsewhere", "看不清楚"))
	for n, p := range []string{"B-1", "C-1"} {
		other, _ := x.examWorld.person(p, people.NewHire)
		id, err := x.room.Start(ctx, other, x.sitting.ID, agreed(x, x.room, x.sitting.ID))
		x.ok(err)
		x.ok(x.room.Lease(ctx, other, id, "laptop", false))
		if n == 0 {
			x.ok(x.room.AskTakeOver(ctx, other, id, "phone", "Firefox/140 Windows"))
		} else {
			x.ok(x.room.Observe(ctx, other, id, "laptop", []exams.Event{{Kind: "second_tab", AtMs: 1}, {Kind: "paste", AtMs: 2, N: 90}}))
		}
	}
	eye.until(`document.querySelectorAll("#seats .seat").length === 3 && document.querySelectorAll("#urgent-list li").length === 2`)
	for _, lang := range locale.Langs() {
		eye.js(`(document.cookie = "lang=%s; path=/", true)`, lang)
		eye.ok(chromedp.Do(eye.ctx, chromedp.Navigate(x.base+"/studio/sittings/"+x.sitting.ID+"/board?of="+x.attempt)))
		eye.until(`document.querySelectorAll("#seats .seat[data-pulse]").length === 3`)
		eye.axe(string(engine), string(lang)+": board", "document", lang == locale.Hant)
		if eye.js(`/\[live|\[studio|\{\w+\}/.test(document.body.innerText)`) {
			x.Errorf("%s: a message is missing or has a hole", lang)
		}
	}
	eye.tabTo("#seats .seat a")
	eye.press(kb.ArrowDown, kb.ArrowDown, kb.ArrowUp)
	if !eye.js(`document.activeElement === document.querySelectorAll("#seats .seat a")[1]`) {
		x.Error("the arrows do not go from line to line")
	}
	eye.press(kb.Enter)
	eye.until(`document.activeElement?.closest("#panel") && document.querySelector("#panel h2").textContent.includes("B-1")`)
	eye.do(`#tabs [data-show="flagged"]`)
	eye.until(`document.querySelectorAll("#seats .seat").length === 1 && document.querySelector("#seats .seat").textContent.includes("C-1") && document.querySelector("#seats .seat").textContent.includes("Another tab: 1")`)
	eye.do(`#seats .seat a`)
	eye.until(`document.querySelector('#panel form[action$="/looks"]')`)
	eye.do(`#panel form[action$="/looks"] .btn`)
	eye.until(`document.querySelectorAll("#seats .seat").length === 0 && document.querySelector("#nobody").checkVisibility()`)
	x.do("#call")
	if !x.js(`document.querySelector("#calling").open || document.querySelector("#call-back").checkVisibility()`) {
		x.Error("the call does not open")
	}
	for _, dialog := range []string{"message", "asking", "declined", "calling"} {
		x.js(`(document.querySelectorAll("dialog[open]").forEach((d) => d.close()), document.querySelector("#%s").showModal(), true)`, dialog)
		x.axe(string(engine), dialog, fmt.Sprintf("document.querySelector(%q)", "#"+dialog), true)
	}
}
