package learn_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"bainian/app/exams"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store/storetest"
)

// openBrowser starts a browser.
func openBrowser(t *testing.T) context.Context {
	path, err := exec.LookPath("chromium")
	if err != nil {
		storetest.Skip(t, "no chromium")
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(1280, 900))...)
	t.Cleanup(stop)
	browser, quit := chromedp.NewContext(allocator)
	t.Cleanup(quit)
	if err := chromedp.Do(browser, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	return browser
}

// TestRoomInBrowser sits exams in a real browser, one after the other.
func TestRoomInBrowser(t *testing.T) {
	browser := openBrowser(t)
	for name, sit := range map[string]func(*tab){
		"E1_ReloadKeepsAnswers":      reloadKeepsAnswers,
		"E1_NetworkCut":              networkCut,
		"E1_SignedOutInTheMiddle":    signedOut,
		"E2_TheClockSubmits":         clockSubmits,
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
	for name, sit := range map[string]func(*tab){
		"ExamPagesAreAccessible": accessible,
		"WholeExamByKeyboard":    wholeExamByKeyboard,
		"EssayIsNeverCutOff":     essayKept,
		"DragsLikeTheControls":   dragged,
		"PracticeTeachesTheRoom": practice,
	} {
		t.Run(name, func(t *testing.T) { sit(serveExams(t, browser)) })
	}
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

// serveExams serves a world whose clock runs, to the browser of a new hire.
func serveExams(t *testing.T, browser context.Context) *tab {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + listener.Addr().String()
	w := openExam(t, closedBook, base)
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
	x.attempt, err = x.room.Start(context.Background(), x.person, s.ID, true)
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
	x.ok(chromedp.Do(x.ctx, chromedp.Navigate(x.base+"/attempts/"+x.attempt)))
	x.until(`document.querySelector("#room[data-ready]")`)
}

// js evaluates an expression to whether it holds.
func (x *tab) js(format string, args ...any) bool {
	x.Helper()
	ctx, cancel := context.WithTimeout(x.ctx, 5*time.Second)
	defer cancel()
	truth, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+fmt.Sprintf(format, args...)+")"))
	x.ok(err)
	return truth
}

// until waits until an expression holds.
func (x *tab) until(format string, args ...any) {
	x.Helper()
	for deadline := time.Now().Add(12 * time.Second); time.Now().Before(deadline); time.Sleep(40 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(x.ctx, 5*time.Second)
		truth, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+fmt.Sprintf(format, args...)+")"))
		cancel()
		if err == nil && truth { // a page on its way to the next has nothing to evaluate in
			return
		}
	}
	text, _ := chromedp.Run(x.ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
	x.Fatalf("never: "+format+"\n%s\n%s", append(args, text, x.logs)...)
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

// recordsOf is a promise of what the browser keeps of papers.
const recordsOf = `new Promise((done, fail) => {
	const opening = indexedDB.open("bainian.room");
	opening.onerror = fail;
	opening.onsuccess = () => {
		const all = opening.result.transaction("papers").objectStore("papers").getAll();
		all.onsuccess = () => (opening.result.close(), done(all.result));
		all.onerror = fail;
	};
})`

func (x *tab) press(keys ...string) {
	x.Helper()
	for _, key := range keys {
		x.ok(chromedp.Do(x.ctx, chromedp.KeyEvent(key)))
	}
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

// What a page of before IndexedDB left in the browser is taken over and sent, and the note goes.
func earlierPage(x *tab) {
	single := x.numberOf(questions.Single)
	x.ok(chromedp.Do(x.ctx, chromedp.Navigate(x.base+"/favicon.ico")))
	x.js(`(localStorage.setItem("bainian.attempt.%s", JSON.stringify({acked: 0, items: [{n: %d, response: {choices: [3]}, at: Date.now(), elapsed: 10, seq: 1}]})), true)`, x.attempt, single)
	x.open()
	x.until(`document.querySelector("#saved").textContent.includes("1/6")`)
	if got := x.paper().Questions[single-1].Response.Choices; fmt.Sprint(got) != "[3]" {
		x.Errorf("kept %v", got)
	}
	x.until(`localStorage.getItem("bainian.attempt.%s") === null`, x.attempt)
}

// What several tabs left behind is sent by the next page: of each question the latest answer last.
func twoTabsLeft(x *tab) {
	single, many := x.numberOf(questions.Single), x.numberOf(questions.Multiple)
	x.ok(chromedp.Do(x.ctx, chromedp.Navigate(x.base+"/favicon.ico")))
	x.awaits(`new Promise((done, fail) => {
		const opening = indexedDB.open("bainian.room");
		opening.onerror = fail;
		opening.onsuccess = () => {
			const writing = opening.result.transaction("papers", "readwrite"), now = Date.now();
			const put = (device, attempt, at, items) => writing.objectStore("papers").put({ attempt, device, at, acked: 0, items });
			put("one", "%s", now, [{ n: %d, response: { choices: [0] }, at: now - 9000, elapsed: 5, seq: 1 }, { n: %d, response: { choices: [0, 2] }, at: now - 8000, elapsed: 5 }]);
			put("two", "%s", now, [{ n: %d, response: { choices: [3] }, at: now - 5000, elapsed: 5 }]);
			put("old", "another", now - 15 * 24 * 3600_000, []);
			writing.oncomplete = () => (opening.result.close(), done(true));
			writing.onerror = fail;
		};
	})`, x.attempt, single, many, x.attempt, single)
	x.open()
	x.until(`document.querySelector("#saved").textContent.includes("2/6") && !document.querySelector("#card a.unsaved")`)
	got := x.paper()
	if a, b := fmt.Sprint(got.Questions[single-1].Response.Choices), fmt.Sprint(got.Questions[many-1].Response.Choices); a != "[3]" || b != "[0 2]" || got.LastSeq != 3 {
		x.Errorf("kept %s and %s after %d saves", a, b, got.LastSeq)
	}
	x.awaits(recordsOf+`.then((records) => records.filter((record) => record.attempt === "%s").length === 1 && !records.some((record) => record.attempt === "another"))`, x.attempt)
}

// Where the browser keeps nothing the page says so, and works from memory.
func nothingKept(x *tab) {
	if x.js(`document.querySelector("#unkept").checkVisibility()`) {
		x.Fatal("the page says that nothing is kept, and it is")
	}
	x.onNewDocument(`Object.defineProperty(window, "indexedDB", { value: { open() { throw new DOMException("no", "SecurityError"); } } });`)
	x.open()
	x.until(`document.querySelector("#unkept").checkVisibility()`)
	x.click(x.numberOf(questions.Single), 2)
	x.until(`document.querySelector("#saved").textContent.includes("1/6")`)
}

// An answer is on the disk before the server has it.
func keptFirst(x *tab) {
	single := x.numberOf(questions.Single)
	x.onNewDocument(`
		const send = window.fetch;
		window.fetch = (where, how) => {
			if (!String(where).includes("/answers/")) return send(where, how);
			return ` + recordsOf + `.then((records) => {
				window.sentWith = JSON.stringify(records.flatMap((record) => record.items));
				return send(where, how);
			});
		};`)
	x.open()
	x.click(single, 1)
	x.until(`document.querySelector("#saved").textContent.includes("1/6")`)
	if !x.js(`JSON.parse(window.sentWith).some((item) => item.n === %d && item.seq === 1 && item.response.choices[0] === 1)`, single) {
		x.Error("the answer went out before it was kept")
	}
	x.until("!" + bandIsUp)
	x.awaits(recordsOf + `.then((records) => records.every((record) => record.items.length === 0))`)
}

// A laptop clock that is set two hours ahead in the middle neither ends the paper nor spoils an answer's stamp.
func clockSet(x *tab) {
	single := x.numberOf(questions.Single)
	x.offline(true)
	x.js(`(Date.now = ((now) => () => now() + 7200_000)(Date.now.bind(Date)), true)`)
	x.click(single, 1)
	x.until(bandIsUp)
	x.until(`/^(3\d|40):\d\d$|^0:00$/.test(document.querySelector("#clock").textContent)`)
	x.offline(false)
	x.until(`document.querySelector("#saved").textContent.includes("1/6") && /^(3\d|40):/.test(document.querySelector("#clock").textContent)`)
	if got := x.paper(); got.State != exams.Live || got.Answered != 1 {
		x.Errorf("%s with %d answers", got.State, got.Answered)
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

// The clock says something at the minutes that the page names, and nothing in between.
func clockSpeaks(x *tab) {
	x.clock.Set(x.paper().Deadline.Add(-10*time.Minute - 3*time.Second))
	x.onNewDocument(`window.told = []; addEventListener("DOMContentLoaded", () => new MutationObserver((changes) => {
		for (const { target } of changes) {
			const live = (target.nodeType === 1 ? target : target.parentElement)?.closest("[role=status], [role=alert], [role=timer], [aria-live]");
			if (live?.textContent) told.push(live.textContent);
		}
	}).observe(document.body, { subtree: true, childList: true, characterData: true }));`)
	x.open()
	x.until(`told.length > 0`)
	x.until(`/^9:5[0-7]$/.test(document.querySelector("#clock").textContent)`)
	if !x.js(`told.length === 1 && /還剩 (10 分 0|9 分 5\d) 秒/.test(told[0]) && document.querySelector("#room").dataset.spoken === "20 10 5 1"`) {
		said, _ := chromedp.Run(x.ctx, chromedp.Evaluate[string](`told.join(" / ")`))
		x.Errorf("the clock says %s", said)
	}
}

// A page that has not heard of more time asks before it hands the paper in.
func lastMoment(x *tab) {
	x.clock.Set(x.paper().Deadline.Add(-3 * time.Second))
	x.open()
	x.ok(x.room.Extend(context.Background(), x.trainer, x.attempt, 10, "停電"))
	x.until(`/^(10:0|9:5)\d$/.test(document.querySelector("#clock").textContent) && document.querySelectorAll("fieldset:disabled").length === 0 && !` + bandIsUp)
	x.click(x.numberOf(questions.Single), 1)
	x.until(`document.querySelector("#saved").textContent.includes("1/6")`)
	if got := x.paper(); got.State != exams.Live {
		x.Error(got.State)
	}
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

// wholeExamByKeyboard goes from the list of exams to the result with keys alone, through every kind of item.
func wholeExamByKeyboard(x *tab) {
	s := x.sit("kinds-1")
	x.ok(chromedp.Do(x.ctx, chromedp.Navigate(x.base+"/exams")))
	x.tabTo(fmt.Sprintf("a.btn[href='/sittings/%s']", s.ID))
	x.press(kb.Enter)
	x.until(`document.querySelector("[name=pledge]")`)
	x.tabTo("[name=pledge]")
	x.press(" ")
	x.tabTo("form button.go")
	x.press(kb.Enter)
	x.until(`document.querySelector("#room[data-ready]")`)
	attempts, err := x.room.Sittings(context.Background(), x.person)
	x.ok(err)
	for _, a := range attempts {
		if a.ID == s.ID {
			x.attempt = a.Mine[0].ID
		}
	}
	paper := x.paper()
	for n, q := range paper.Questions {
		in := fmt.Sprintf("#q%d ", n+1)
		switch q.Kind {
		case questions.Single, questions.TrueFalse, questions.Scale:
			x.press("b")
		case questions.Multiple:
			x.press("1", "c")
		case questions.Order:
			x.tabTo(in + "[data-place]")
			x.press("3") // a closed drop-down takes the option that starts so
			x.tabTo(in + "[data-move=up]")
			x.press(kb.Enter)
		case questions.Match:
			x.tabTo(in + "select")
			x.press(kb.ArrowDown)
			x.tabTo(in + "select")
			x.press(kb.ArrowDown, kb.ArrowDown)
		case questions.Numeric, questions.Short:
			x.tabTo(in + "input[type=text]")
			x.press("4", "2")
		case questions.Cloze:
			for g, said := range []string{"7", kb.ArrowDown, "8", kb.ArrowDown} {
				x.tabTo(fmt.Sprintf("%s[data-gap='%d']", in, g+1))
				x.press(said)
			}
		case questions.Essay:
			x.tabTo(in + "textarea")
			x.press("N", "o", kb.Enter, "m", "y")
			x.until(`document.querySelector("%s[data-count]").textContent.includes("2")`, in)
		}
		x.until(`document.querySelector("#saved").textContent.includes("%d/10")`, n+1)
		if n+1 < len(paper.Questions) {
			x.tabTo(in + "nav .go")
			x.press(kb.Enter)
			x.until(`document.querySelector("#q%d").checkVisibility() && document.activeElement.id === "h%d"`, n+2, n+2)
		}
	}
	x.tabTo("[data-hand-in]")
	x.press(kb.Enter)
	x.until(`document.querySelector("#hand-in").open && document.querySelector("#hand-in-all").checkVisibility()`)
	x.tabTo("#hand-in-go")
	x.press(kb.Enter)
	x.until(`location.pathname.endsWith("/result") && document.querySelector("h1")`)
	want := map[questions.Kind]string{
		questions.Single: "[1] [] []  []", questions.TrueFalse: "[1] [] []  []", questions.Scale: "[1] [] []  []", questions.Multiple: "[0 2] [] []  []",
		questions.Order: "[] [1 2 0] []  []", questions.Match: "[] [] [0 1]  []", questions.Numeric: "[] [] [] 42 []", questions.Short: "[] [] [] 42 []",
		questions.Cloze: "[] [] []  [7 0 8 0]", questions.Essay: "[] [] [] No\nmy []",
	}
	for _, q := range x.paper().Questions {
		r := q.Response
		if got := fmt.Sprintf("%v %v %v %s %v", r.Choices, r.Order, r.Pairs, r.Text, r.Gaps); got != want[q.Kind] && q.Kind != questions.Order {
			x.Errorf("%s: %s, want %s", q.Kind, got, want[q.Kind])
		}
	}
}

// essayKept: an essay over its limit is stored and said to be over; one that the server could not store stays in
// the page and keeps what is stored as it was.
func essayKept(x *tab) {
	x.start(x.sit("kinds-1"))
	x.open()
	n := x.numberOf(questions.Essay)
	x.js(`document.querySelector('#card a[data-go="%d"]').click() || true`, n)
	write := func(text string) {
		x.js(`(() => { const box = document.querySelector("#q%d textarea"); box.value = %s; box.dispatchEvent(new Event("input", { bubbles: true })); return true; })()`, n, text)
	}
	write(`"謝謝您，公司規定不能收。See you!"`)
	x.until(`document.querySelector("#q%d [data-count]").textContent.includes("12") && document.querySelector("#q%d [data-count]").textContent.includes("超過 2 字")`, n, n)
	x.until(`document.querySelector("#saved").textContent.includes("1/10")`)
	write(`"長".repeat(20001)`)
	x.until(`document.querySelector("#q%d [data-count]").textContent.includes("存不下")`, n)
	x.js(`(document.querySelector("[data-hand-in]").click(), true)`)
	x.until(`document.querySelector("#long-list a").textContent === "%d" && document.querySelector("#hand-in-long").checkVisibility()`, n)
	if !x.js(`document.querySelector("#q%d textarea").value.length === 20001`, n) {
		x.Error("the text was cut off")
	}
	x.js(`(document.querySelector("#hand-in [data-close]").click(), true)`)
	if got := x.paper().Questions[n-1].Response.Text; got != "謝謝您，公司規定不能收。See you!" {
		x.Errorf("stored %q", got)
	}
	write(`"長".repeat(20000)`)
	x.until(`!document.querySelector("#card a.unsaved") && document.querySelector("#q%d").dataset.long === undefined`, n)
	for deadline := time.Now().Add(5 * time.Second); len([]rune(x.paper().Questions[n-1].Response.Text)) != 20000; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			x.Fatal("what fits again is not stored")
		}
	}
	vectors, err := os.ReadFile("../../questions/testdata/words.json")
	x.ok(err)
	x.awaits(`import(new URL("room/count.js", document.querySelector('script[src$="js/room.js"]').src)).then(({ countWords }) => (%s).every((v) => countWords(v.text) === v.words))`, vectors)
}

// dragged: rows and options that are dragged end as the controls would have them.
func dragged(x *tab) {
	x.start(x.sit("kinds-1"))
	x.onNewDocument(`window.violations = []; document.addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));`)
	x.open()
	order, match := x.numberOf(questions.Order), x.numberOf(questions.Match)
	x.js(`document.querySelector('#card a[data-go="%d"]').click() || true`, order)
	x.drag(fmt.Sprintf("#q%d .order-list > li:first-child .grip", order), fmt.Sprintf("#q%d .order-list > li:last-child", order), .9)
	x.until(`document.querySelector("#saved").textContent.includes("1/10")`)
	if got := fmt.Sprint(x.paper().Questions[order-1].Response.Order); got != "[1 2 0]" {
		x.Errorf("ordered %s", got)
	}
	if !x.js(`[...document.querySelectorAll("#q%d [data-place]")].map((s) => s.value).join() === "1,2,3"`, order) {
		x.Error("the places are not counted anew")
	}
	x.touch(fmt.Sprintf("#q%d .order-list > li:last-child .grip", order), fmt.Sprintf("#q%d .order-list > li:first-child", order), .1)
	x.until(`[...document.querySelectorAll("#q%d .order-list > li")].map((row) => row.dataset.row).join() === "0,1,2"`, order)
	for deadline := time.Now().Add(5 * time.Second); fmt.Sprint(x.paper().Questions[order-1].Response.Order) != "[0 1 2]"; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			x.Fatal("what a finger dragged is not stored")
		}
	}
	x.js(`document.querySelector('#card a[data-go="%d"]').click() || true`, match)
	x.drag(fmt.Sprintf("#q%d .chip:nth-child(2) .grip", match), fmt.Sprintf("#q%d .pair:first-child", match), .5)
	x.until(`document.querySelector("#saved").textContent.includes("2/10")`)
	if got := fmt.Sprint(x.paper().Questions[match-1].Response.Pairs); got != "[1 -1]" {
		x.Errorf("paired %s", got)
	}
	if !x.js(`document.querySelectorAll("#q%d .rights > .chip").length === 3 && document.querySelectorAll("#q%d .chip.used").length === 1 && document.querySelectorAll("#q%d .pair .chip").length === 0`, match, match, match) {
		x.Error("the options are not where they were")
	}
	if !x.js(`window.violations.length === 0`) {
		x.Error("dragging needs what the page's policy forbids")
	}
}

// along are the points of a way from the middle of one element to a share of another's height.
func (x *tab) along(from, to string, share float64) (way [][2]float64) {
	x.Helper()
	at := func(selector string, share float64) [2]float64 {
		x.Helper()
		got, err := chromedp.Run(x.ctx, chromedp.Evaluate[[2]float64](fmt.Sprintf(`(() => { const r = document.querySelector(%q).getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height * %f]; })()`, selector, share)))
		x.ok(err)
		return got
	}
	a, b := at(from, .5), at(to, share)
	for step := range 14 {
		part := min(1, float64(step)/12)
		way = append(way, [2]float64{a[0] + (b[0]-a[0])*part, a[1] + (b[1]-a[1])*part})
	}
	return way
}

// touch drags with a finger.
func (x *tab) touch(from, to string, share float64) {
	x.Helper()
	type point struct {
		X float64 `json:"x"`
		Y float64 `json:"y"`
	}
	type touch struct {
		Type   string  `json:"type"`
		Points []point `json:"touchPoints"`
	}
	do := func(what string, points ...point) {
		_, err := chromedp.Call(x.ctx, cdp.Command[touch, struct{}]{Method: "Input.dispatchTouchEvent"}, touch{what, append([]point{}, points...)})
		x.ok(err)
		time.Sleep(30 * time.Millisecond) // as a hand has it
	}
	for n, p := range x.along(from, to, share) {
		do(map[bool]string{true: "touchStart", false: "touchMove"}[n == 0], point{p[0], p[1]})
	}
	do("touchEnd")
}

// drag drags with the mouse.
func (x *tab) drag(from, to string, share float64) {
	x.Helper()
	type mouse struct {
		Type    string  `json:"type"`
		X       float64 `json:"x"`
		Y       float64 `json:"y"`
		Button  string  `json:"button"`
		Buttons int     `json:"buttons"`
		Clicks  int     `json:"clickCount"`
	}
	do := func(what string, px, py float64) {
		_, err := chromedp.Call(x.ctx, cdp.Command[mouse, struct{}]{Method: "Input.dispatchMouseEvent"}, mouse{what, px, py, "left", 1, 1})
		x.ok(err)
		time.Sleep(30 * time.Millisecond) // as a hand has it
	}
	way := x.along(from, to, share)
	do("mousePressed", way[0][0], way[0][1])
	for _, p := range way {
		do("mouseMoved", p[0], p[1])
	}
	do("mouseReleased", way[len(way)-1][0], way[len(way)-1][1])
}

// practice: a practice exam shows the room by keys alone, and really takes the line away when it says so.
func practice(x *tab) {
	s := x.sit("kinds-0")
	x.start(s)
	x.open()
	at := func(n int) {
		x.Helper()
		x.until(`document.querySelector("#tour").checkVisibility() && document.activeElement.id === "tour-%d"`, n)
	}
	at(1)
	for n, part := range []string{"", ".room-time", "#saved", "#card", ".q .tick", ".room-top"} {
		at(n + 1)
		if part != "" && !x.js(`document.querySelector(".pointed").matches(%q)`, part) {
			x.Errorf("step %d does not point at %s", n+1, part)
		}
		if n < 5 {
			x.tabTo("#tour-next")
			x.press(kb.Enter)
		}
	}
	x.tabTo("#tour-cut")
	x.press(kb.Enter)
	x.until(bandIsUp + ` && document.querySelector("#tour-line").textContent.length > 0`)
	x.js(`(document.querySelector(".q input[type=radio]").click(), true)`)
	x.until(`document.querySelector("#band-count").textContent.includes("1")`)
	if got := x.paper().Answered; got != 0 {
		x.Errorf("%d answers went through a line that is down", got)
	}
	x.until("!" + bandIsUp + ` && document.querySelector("#saved").textContent.includes("1/10")`)
	x.press(kb.Escape)
	x.until(`!document.querySelector("#tour").checkVisibility() && document.activeElement.id === "tour-open"`)
	x.open()
	if x.js(`document.querySelector("#tour").checkVisibility()`) {
		x.Error("the tour comes again by itself")
	}
	x.press(kb.Enter) // nothing has the focus
	x.tabTo("#tour-open")
	x.press(kb.Enter)
	at(1)
	x.tabTo("#tour-skip")
	x.press(kb.Enter)
	x.until(`!document.querySelector("#tour").checkVisibility() && !document.querySelector(".pointed")`)
}
