package learn_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"bainian/app/exams"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/web/page/pagetest"
)

// TestRoomInBrowser sits exams in a real browser, one after the other.
func TestRoomInBrowser(t *testing.T) {
	t.Parallel()
	browser := pagetest.Browser(t)
	for name, sit := range map[string]func(*tab){
		"E1_ReloadKeepsAnswers":      reloadKeepsAnswers,
		"E1_NetworkCut":              networkCut,
		"E1_SignedOutInTheMiddle":    signedOut,
		"E2_TheClockSubmits":         clockSubmits,
		"E2_ChangesAreSeenInSeconds": changesAreSeen,
		"E1_AnotherDeviceMeanwhile":  anotherDevice,
		"E1_AnotherPersonMeanwhile":  anotherPerson,
		"E5_SecondTabNeedsTakeOver":  secondTab,
		"KeyboardOnly":               keyboardOnly,
		"E1_TypedAndLeftAtOnceStays": typedAndLeft,
		"E1_AnEarlierPagesAnswers":   earlierPage,
		"E1_WhatTwoTabsLeft":         twoTabsLeft,
		"E1_NothingIsKept":           nothingKept,
		"E1_KeptBeforeItIsSent":      keptFirst,
		"E2_TheLaptopsClockIsSet":    clockSet,
		"E2_TheClockSpeaksAsItSaid":  clockSpeaks,
		"E2_MoreTimeAtTheLastMoment": lastMoment,
	} {
		t.Run(name, func(t *testing.T) { sit(enterRoom(t, browser)) })
	}
}

// TestWholeExamInBrowser goes through the pages of an exam in a real browser, whatever kinds of item it has.
func TestWholeExamInBrowser(t *testing.T) {
	t.Parallel()
	browser := pagetest.Browser(t)
	for name, sit := range map[string]func(*tab){
		"ByKeyboardAlone":        wholeExamByKeyboard,
		"EssayIsNeverCutOff":     essayKept,
		"DragsLikeTheControls":   dragged,
		"PracticeTeachesTheRoom": practice,
		"SignalsArrive":          signalsArrive,
		"PracticeTellsNothing":   practiceTellsNothing,
		"KeysShownByScript":      sebByScript,
	} {
		t.Run(name, func(t *testing.T) { sit(serveExams(t, browser)) })
	}
}

func TestExamPagesAreAccessibleInBrowser(t *testing.T) {
	t.Parallel()
	accessible(serveExams(t, pagetest.Browser(t)))
}

// tab is a page of the room in a browser.
type tab struct {
	*examWorld
	ctx     context.Context
	base    string
	person  people.Person
	token   string
	attempt string
}

// enterRoom serves a world whose clock runs, and opens the room of a fresh attempt.
func enterRoom(t *testing.T, browser context.Context) *tab {
	x := serveExams(t, browser)
	x.start(x.sitting)
	x.open()
	return x
}

// serveExams serves a world whose clock runs, to the browser of a new hire; more adds wings to its site.
func serveExams(t *testing.T, browser context.Context, more ...func(*examWorld)) *tab {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + listener.Addr().String()
	w := openExam(t, closedBook, base)
	for _, add := range more {
		add(w)
	}
	served := make(chan error, 1)
	go func() { served <- w.app.Listener(listener) }()
	running, stop := context.WithCancel(context.Background())
	go func() {
		for before := time.Now(); running.Err() == nil; time.Sleep(20 * time.Millisecond) {
			now := time.Now()
			w.clock.Add(now.Sub(before))
			before = now
		}
	}()
	t.Cleanup(func() {
		stop()
		// A socket that the browser opened ahead of any request keeps a shutdown waiting; it holds nothing of the test's.
		if err := w.app.ShutdownWithTimeout(time.Second); !errors.Is(err, context.DeadlineExceeded) {
			w.ok(err)
		}
		w.ok(<-served)
	})
	p, token := w.person("A-1", people.NewHire)
	x := &tab{examWorld: w, base: base, person: p, token: token}
	x.ctx = x.newTab(browser)
	x.signIn(token)
	return x
}

// start starts an attempt without the pages before it.
func (x *tab) start(s exams.Sitting) {
	x.Helper()
	var err error
	x.attempt, err = x.room.Start(context.Background(), x.person, s.ID, agreed(x, x.room, s.ID))
	x.ok(err)
}

// sit opens a sitting of another exam.
func (x *tab) sit(exam string) exams.Sitting {
	x.Helper()
	s, err := x.room.OpenSitting(context.Background(), x.trainer, exams.NewSitting{Exam: exam, OpensAt: x.clock.Now(), ClosesAt: x.clock.Now().Add(24 * time.Hour)})
	x.ok(err)
	return s
}

func (x *tab) newTab(browser context.Context) context.Context {
	x.Helper()
	ctx, closeTab := chromedp.NewContext(browser)
	x.TB.(*testing.T).Cleanup(closeTab)
	x.ok(chromedp.Do(ctx, chromedp.Navigate(x.base+"/favicon.ico")))
	return ctx
}

func (x *tab) signIn(token string) {
	x.Helper()
	x.js(`(document.cookie = "session=%s; path=/", document.cookie = "lang=zh-Hant; path=/")`, token)
}

func (x *tab) open() {
	x.Helper()
	x.at().Load("/attempts/" + x.attempt)
	x.until(`document.querySelector("#room[data-ready]")`)
}

// at is this tab as it stands.
func (x *tab) at() *pagetest.Tab {
	return &pagetest.Tab{TB: x.TB, Ctx: x.ctx, Base: x.base, Logs: x.logs}
}

// js evaluates an expression to whether it holds.
func (x *tab) js(format string, args ...any) bool {
	x.Helper()
	return x.at().JS(format, args...)
}

// until waits until an expression holds.
func (x *tab) until(format string, args ...any) {
	x.Helper()
	x.at().Until(format, args...)
}

// awaits waits for a promise of something true, once.
func (x *tab) awaits(format string, args ...any) {
	x.Helper()
	x.js(`((window.came = undefined), (`+format+`).then((truth) => (window.came = Boolean(truth)), (error) => (window.came = String(error))), true)`, args...)
	x.until(`window.came !== undefined`)
	if !x.js(`window.came === true`) {
		why, _ := chromedp.Run(x.ctx, chromedp.Evaluate[string](`String(window.came)`))
		x.Errorf("not so: "+format+" (%s)", append(args, why)...)
	}
}

func (x *tab) press(keys ...string) {
	x.Helper()
	x.at().Press(keys...)
}

// click chooses option i of question n, which must be one with choices.
func (x *tab) click(n, i int) {
	x.Helper()
	x.js(`document.querySelectorAll("#q%d .choice input")[%d].click() || true`, n, i)
}

// offline cuts the browser from the network, or connects it again.
func (x *tab) offline(cut bool) {
	x.Helper()
	type conditions struct {
		Offline            bool    `json:"offline"`
		Latency            float64 `json:"latency"`
		DownloadThroughput float64 `json:"downloadThroughput"`
		UploadThroughput   float64 `json:"uploadThroughput"`
	}
	emulate := cdp.Command[conditions, cdp.Empty]{Method: "Network.emulateNetworkConditions"}
	_, err := chromedp.Call(x.ctx, emulate, conditions{Offline: cut, DownloadThroughput: -1, UploadThroughput: -1})
	x.ok(err)
}

// onNewDocument has a script run in every page that this tab opens from now on, before the page's own.
func (x *tab) onNewDocument(script string) {
	x.Helper()
	type source struct {
		Source string `json:"source"`
	}
	_, err := chromedp.Call(x.ctx, cdp.Command[source, struct{}]{Method: "Page.addScriptToEvaluateOnNewDocument"}, source{script})
	x.ok(err)
}

func (x *tab) paper() exams.Paper {
	x.Helper()
	p, err := x.room.Paper(context.Background(), x.person, x.attempt, locale.Hant)
	x.ok(err)
	return p
}

func (x *tab) numberOf(kind questions.Kind) int {
	x.Helper()
	for _, q := range x.paper().Questions {
		if q.Kind == kind {
			return q.N
		}
	}
	x.Fatalf("no %s on the paper", kind)
	return 0
}

const bandIsUp = `document.querySelector("#band").checkVisibility()`

func reloadKeepsAnswers(x *tab) {
	single, many := x.numberOf(questions.Single), x.numberOf(questions.Multiple)
	x.click(single, 2)
	x.until(`document.querySelector("#saved").textContent.includes("1/6")`)
	if got := x.paper().Answered; got != 1 {
		x.Fatalf("the page says saved, and the server has %d answers", got)
	}
	// The next answer never leaves this page; the reload must bring it.
	x.js(`(window.fetch = () => new Promise(() => {}), true)`)
	x.click(many, 1)
	x.open()
	x.until(`document.querySelector("#saved").textContent.includes("2/6")`)
	if !x.js(`document.querySelectorAll("#q%d input")[2].checked && document.querySelectorAll("#q%d input")[1].checked`, single, many) {
		x.Error("the controls lost an answer")
	}
	if !x.js(`document.querySelectorAll("#card a.on").length === 2 && document.querySelectorAll("#card a.unsaved").length === 0`) {
		x.Error("the answer card is wrong")
	}
	x.open()
	if got := x.paper(); got.Answered != 2 || got.LastSeq != 2 {
		x.Errorf("%d answers after %d saves, want 2 after 2", got.Answered, got.LastSeq)
	}
}

// An answer that never arrived is not taken for stored because another device has used its number meanwhile.
func anotherDevice(x *tab) {
	single, many, short := x.numberOf(questions.Single), x.numberOf(questions.Multiple), x.numberOf(questions.Short)
	x.click(single, 2)
	x.until(`document.querySelector("#saved").textContent.includes("1/6")`)
	x.js(`(window.fetch = () => new Promise(() => {}), true)`)
	x.click(many, 1) // number 2, which stays here
	ctx := context.Background()
	x.ok(x.room.Lease(ctx, x.person, x.attempt, "phone", true))
	_, err := x.room.Answer(ctx, x.person, x.attempt, short, exams.Save{Device: "phone", Seq: 2, Response: questions.Response{Text: "回款"}})
	x.ok(err)
	x.ok(chromedp.Do(x.ctx, chromedp.Navigate(x.base+"/attempts/"+x.attempt)))
	x.until(`document.querySelector("#elsewhere").open`)
	x.js(`document.querySelector("#take-over").click() || true`)
	x.until(`document.querySelector("#room[data-ready]") && document.querySelector("#saved").textContent.includes("3/6")`)
	if got := x.paper().Questions[many-1].Response.Choices; len(got) != 1 || got[0] != 1 {
		x.Errorf("kept %v", got)
	}
}

// An answer that waits outlasts somebody else's signing in on the same machine.
func anotherPerson(x *tab) {
	single := x.numberOf(questions.Single)
	_, other := x.examWorld.person("B-1", people.NewHire)
	x.signIn(other)
	x.click(single, 2)
	x.until(bandIsUp + ` && document.querySelector("#band-link").hidden`)
	x.signIn(x.token)
	x.open()
	x.until(`document.querySelector("#saved").textContent.includes("1/6")`)
	if got := x.paper().Questions[single-1].Response.Choices; len(got) != 1 || got[0] != 2 {
		x.Errorf("kept %v", got)
	}
}

func typedAndLeft(x *tab) {
	n := x.numberOf(questions.Short)
	x.js(`document.querySelector('#card a[data-go="%d"]').click() || true`, n)
	x.ok(chromedp.Do(x.ctx, chromedp.SendKeys(fmt.Sprintf("#q%d fieldset input", n), "回款")))
	x.open() // sooner than the pause in typing that saves
	x.until(`document.querySelector("#saved").textContent.includes("1/6")`)
	if got := x.paper().Questions[n-1].Response.Text; got != "回款" {
		x.Errorf("kept %q", got)
	}
}

func networkCut(x *tab) {
	single, many := x.numberOf(questions.Single), x.numberOf(questions.Multiple)
	if x.js(bandIsUp) {
		x.Fatal("a band without a reason")
	}
	x.offline(true)
	x.click(single, 1)
	x.until(bandIsUp + ` && document.querySelector("#band").textContent.includes("網路斷了") && document.querySelector("#band-count").textContent.includes("1")`)
	x.click(many, 0)
	x.click(many, 2)
	x.until(`document.querySelectorAll("#card a.unsaved").length === 2`)
	if got := x.paper().Answered; got != 0 {
		x.Fatalf("%d answers went through a cut network", got)
	}
	x.offline(false)
	x.until("!" + bandIsUp)
	x.until(`document.querySelector("#saved").textContent.includes("2/6") && document.querySelectorAll("#card a.unsaved").length === 0`)
	if got := x.paper().Questions[many-1].Response.Choices; len(got) != 2 {
		x.Errorf("kept %v", got)
	}
}

func signedOut(x *tab) {
	x.ok(x.dir.SignOut(context.Background(), x.token))
	x.click(x.numberOf(questions.Single), 1)
	x.until(bandIsUp + ` && document.querySelector("#band-link").checkVisibility()`)
	if !x.js(`document.querySelector("#band-link").getAttribute("href") === "/sign-in?next=/attempts/%s"`, x.attempt) {
		x.Error("the way to sign in does not come back here")
	}
	token, err := x.dir.SignInAs(context.Background(), x.person.ID)
	x.ok(err)
	x.signIn(token) // as another tab would
	x.until(`document.querySelector("#saved").textContent.includes("1/6")`)
	x.until("!" + bandIsUp)
}

func clockSubmits(x *tab) {
	x.click(x.numberOf(questions.Single), 1)
	x.until(`document.querySelector("#saved").textContent.includes("1/6")`)
	x.clock.Set(x.paper().Deadline.Add(-4 * time.Second))
	x.open()
	if !x.js(`/^0:0[1-4]$/.test(document.querySelector("#clock").textContent) && document.querySelector("#clock").getAttribute("aria-hidden") === "true"`) {
		x.Error("the clock does not show the last seconds")
	}
	x.until(`location.pathname.endsWith("/result") && document.querySelector("h1")`)
	if got := x.paper(); got.State != exams.Submitted || got.Answered != 1 {
		x.Errorf("%s with %d answers", got.State, got.Answered)
	}
	if !x.js(`Object.keys(localStorage).filter((k) => k.includes("%s")).length === 0`, x.attempt) {
		x.Error("something of the paper is left in the browser")
	}
	x.awaits(recordsOf+`.then((records) => records.filter((record) => record.attempt === "%s").length === 0)`, x.attempt)
}

func secondTab(x *tab) {
	single, many := x.numberOf(questions.Single), x.numberOf(questions.Multiple)
	x.click(single, 1)
	x.until(`document.querySelector("#saved").textContent.includes("1/6")`)

	second := *x
	second.ctx = x.newTab(x.ctx)
	x.ok(chromedp.Do(second.ctx, chromedp.Navigate(x.base+"/attempts/"+x.attempt)))
	second.until(`document.querySelector("#elsewhere").open`)
	if !second.js(`document.querySelectorAll("fieldset:not(:disabled)").length === 0`) {
		x.Error("the second tab can answer before it took over")
	}
	x.click(single, 2) // the first goes on
	x.until(`document.querySelector("#saved").textContent.includes("1/6") && !document.querySelector("#elsewhere").open`)

	short := x.numberOf(questions.Short)
	x.js(`(() => { const box = document.querySelector("#q%d fieldset input"); box.value = "半句"; box.dispatchEvent(new Event("input", { bubbles: true })); return true; })()`, short)
	second.js(`document.querySelector("#take-over").click() || true`) // while the first still types
	second.until(`document.querySelector("#room[data-ready]") && document.querySelectorAll("#q%d input")[2].checked`, single)
	second.until(`document.querySelector("#saved").textContent.includes("2/6") && document.querySelector("#q%d fieldset input").value === "半句"`, short)
	second.click(many, 0)
	second.until(`document.querySelector("#saved").textContent.includes("3/6")`)
	x.until(`document.querySelector("#elsewhere").open`)
	if !x.js(`document.querySelectorAll("fieldset:not(:disabled)").length === 0`) {
		x.Error("the tab that lost the paper can still answer")
	}
	// A device in another room is not told; its next save is refused.
	x.ok(x.room.Lease(context.Background(), x.person, x.attempt, "phone", true))
	second.click(single, 0)
	second.until(`document.querySelector("#elsewhere").open`)
	if got := x.paper().Questions[single-1].Response.Choices; len(got) != 1 || got[0] != 2 {
		x.Errorf("the device that lost the paper still saved: %v", got)
	}
}

func keyboardOnly(x *tab) {
	for n := 1; n <= 6; n++ {
		if !x.js(`document.querySelector("#q%d").checkVisibility() && document.querySelectorAll(".q:not([hidden])").length === 1`, n) {
			x.Fatalf("question %d is not the one shown", n)
		}
		switch x.paper().Questions[n-1].Kind {
		case questions.Single:
			x.press("b")
		case questions.Multiple:
			x.press("1", "C")
		case questions.Order:
			x.tabTo(fmt.Sprintf("#q%d [data-move=down]", n))
			x.press(kb.Enter)
		case questions.Match:
			x.tabTo(fmt.Sprintf("#q%d select", n))
			x.press(kb.ArrowDown)
			x.tabTo(fmt.Sprintf("#q%d nav a, #q%d nav button", n, n))
		case questions.Numeric, questions.Short:
			x.tabTo(fmt.Sprintf("#q%d input[type=text]", n))
			x.press("4", "2") // digits are text here, and choose nothing
			x.tabTo(fmt.Sprintf("#q%d nav a, #q%d nav button", n, n))
		}
		x.until(`document.querySelector("#saved").textContent.includes("%d/6")`, n)
		x.press("m")
		if n < 6 {
			x.press(map[bool]string{true: kb.ArrowRight, false: "j"}[n%2 == 0])
		}
	}
	if !x.js(`document.querySelectorAll("#card a.flag").length === 6`) {
		x.Error("not all are marked for later")
	}
	x.press(kb.ArrowLeft, "k")
	if !x.js(`document.querySelector("#q4").checkVisibility()`) {
		x.Error("← and K do not go back")
	}
	x.press("?")
	x.until(`document.querySelector("#keys").open`)
	x.press(kb.Escape)
	x.until(`!document.querySelector("#keys").open`)
	x.press("?")
	x.tabTo("#single-keys")
	x.press(" ", kb.Escape)
	x.until(`!document.querySelector("#keys").open`)
	x.press("m", "k")
	if !x.js(`document.querySelectorAll("#card a.flag").length === 6 && document.querySelector("#q4").checkVisibility()`) {
		x.Error("single keys still work after they were switched off")
	}
	x.js(`(document.querySelector("#single-keys").click(), true)`)
	x.press("t")
	x.until(`document.querySelector("#say").textContent.includes("還剩")`)
	x.tabTo("aside [data-hand-in]")
	x.press(kb.Enter)
	x.until(`document.querySelector("#hand-in").open && document.querySelector("#hand-in-all").checkVisibility() && document.querySelectorAll("#later-list a").length === 6`)
	x.tabTo("#hand-in-go")
	x.press(kb.Enter)
	x.until(`location.pathname.endsWith("/result")`)
	answers := x.paper()
	if r := answers.Questions[x.numberOf(questions.Multiple)-1].Response; fmt.Sprint(r.Choices) != "[0 2]" {
		x.Errorf("several choices: %v", r)
	}
	if r := answers.Questions[x.numberOf(questions.Order)-1].Response; fmt.Sprint(r.Order) != "[1 0 2]" {
		x.Errorf("ordering: %v", r)
	}
	if r := answers.Questions[x.numberOf(questions.Match)-1].Response; fmt.Sprint(r.Pairs) != "[0 -1]" {
		x.Errorf("matching: %v", r)
	}
	if r := answers.Questions[x.numberOf(questions.Numeric)-1].Response; r.Text != "42" {
		x.Errorf("number: %v", r)
	}
}

// tabTo presses Tab until the focus is where a selector says.
func (x *tab) tabTo(selector string) {
	x.Helper()
	for range 60 {
		x.press(kb.Tab)
		if x.js(`document.activeElement.matches(%q)`, selector) {
			return
		}
	}
	x.Fatalf("Tab never reaches %s", selector)
}
