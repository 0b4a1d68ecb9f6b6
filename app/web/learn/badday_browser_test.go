package learn_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"

	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/markdown"
	"bainian/app/questions"
	"bainian/app/web/page/pagetest"
)

// TestBadDay_InBrowser is what goes wrong on the candidate's side of an exam day, in a real browser. The bad days of a
// server are in app/server/badday_test.go; two tabs, and a device that takes over, are in TestRoomInBrowser, too.
func TestBadDay_InBrowser(t *testing.T) {
	t.Parallel()
	browser := pagetest.Browser(t)
	for _, day := range []struct {
		name string
		sit  func(*tab)
	}{
		{"NetworkCutForTenMinutes", cutForTenMinutes},
		{"NetworkCutAcrossTheDeadline", cutAcrossTheDeadline},
		{"LaptopClockTwoHoursWrong", clockTwoHoursWrong},
		{"TwoTabs", twoTabs},
		{"TwoDevices", twoDevices},
		{"SessionExpiredInTheMiddle", sessionExpired},
		{"BackButton", backButton},
		{"DoubleClickOnSubmit", doubleClickOnSubmit},
		{"SubmitRacingExpiry", submitRacingExpiry},
		{"ExpiryWithTheBrowserGone", expiryWithTheBrowserGone},
		{"BankRepublishedMidSitting", bankRepublished},
		{"ExtensionRacingExpiry", extensionRacingExpiry},
	} {
		t.Run(day.name, func(t *testing.T) { day.sit(enterRoom(t, browser)) })
	}
}

// saved waits until the page says that so many answers are stored.
func (x *tab) saved(n int) {
	x.Helper()
	x.until(`document.querySelector("#saved").textContent.includes("%d/6")`, n)
}

// chosen is what the server has of a question with choices.
func (x *tab) chosen(n int) []int {
	x.Helper()
	return x.paper().Questions[n-1].Response.Choices
}

// left is the time that the page shows, in seconds.
func (x *tab) left() int {
	x.Helper()
	ctx, cancel := context.WithTimeout(x.ctx, 5*time.Second)
	defer cancel()
	seconds, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.querySelector("#clock").textContent.split(":").reduce((sum, part) => sum * 60 + Number(part), 0)`))
	x.ok(err)
	return seconds
}

// handsIn says so, and says so again where the room asks.
func (x *tab) handsIn() {
	x.Helper()
	x.js(`document.querySelector("[data-hand-in]").click() || true`)
	x.until(`document.querySelector("#hand-in").open`)
	x.js(`document.querySelector("#hand-in-go").click() || true`)
}

func (x *tab) atResult() {
	x.Helper()
	x.until(`location.pathname === "/attempts/%s/result" && document.querySelector("h1")`, x.attempt)
}

// onceOnly fails unless the attempt ended once, with one result and one receipt that the key has signed.
func (x *tab) onceOnly(cause string, answered int) {
	x.Helper()
	ctx := context.Background()
	r, err := x.room.Receipt(ctx, x.person, x.attempt)
	x.ok(err)
	if _, err := exams.OpenReceipt(r.Signed, x.room.PublicKey()); err != nil {
		x.Error(err)
	}
	if r.Cause != cause || r.Answered != answered {
		x.Errorf("ended %s with %d answers, want %s with %d", r.Cause, r.Answered, cause, answered)
	}
	result, err := x.room.Result(ctx, x.trainer, x.attempt, "zh-Hant")
	x.ok(err)
	if len(result.Revisions) != 1 {
		x.Errorf("%d results", len(result.Revisions))
	}
	if _, err := x.room.Replay(ctx, x.attempt); err != nil {
		x.Error(err)
	}
}

// history presses the browser's own button. A page that it brings back whole fires no load, so there is none to wait for.
func (x *tab) history(way string) {
	x.Helper()
	x.js(`(setTimeout(() => history.%s(), 0), true)`, way)
}

// goOffline cuts the network and waits until the page says so.
func (x *tab) goOffline(n, i int) {
	x.Helper()
	x.offline(true)
	x.click(n, i)
	x.until(bandIsUp + ` && document.querySelector("#band").textContent.includes("網路斷了")`)
}

// Ten minutes without a network in the middle: the candidate works on, and everything arrives by itself, in time.
func cutForTenMinutes(x *tab) {
	single, many, short := x.numberOf(questions.Single), x.numberOf(questions.Multiple), x.numberOf(questions.Short)
	x.click(single, 0)
	x.saved(1)
	x.goOffline(single, 3)
	x.click(many, 0)
	x.js(`document.querySelector('#card a[data-go="%d"]').click() || true`, short)
	x.ok(chromedp.Do(x.ctx, chromedp.SendKeys(fmt.Sprintf("#q%d fieldset input", short), "回款")))
	x.until(`document.querySelectorAll("#card a.unsaved").length === 3`)
	x.clock.Add(10 * time.Minute)
	if got := x.paper(); got.Answered != 1 || got.LastSeq != 1 {
		x.Fatalf("%d answers went through a cut network", got.Answered)
	}
	x.offline(false)
	x.saved(3)
	x.until("!" + bandIsUp)
	p := x.paper()
	if got := x.chosen(single); len(got) != 1 || got[0] != 3 {
		x.Errorf("the answer changed off-line is %v", got)
	}
	if got := p.Questions[short-1].Response.Text; got != "回款" {
		x.Errorf("kept %q", got)
	}
	for _, q := range p.Questions {
		if q.Late {
			x.Errorf("question %d is marked late within the time", q.N)
		}
	}
	detail, err := x.room.Sitting(context.Background(), x.trainer, x.sitting.ID)
	x.ok(err)
	if detail.Candidates[0].Answered != 3 {
		x.Errorf("the trainer sees %d answers", detail.Candidates[0].Answered)
	}
	x.handsIn()
	x.atResult()
	x.onceOnly("submitted", 3)
}

// The same across the deadline: what was given before it is taken within the grace and marked late, and then the
// paper goes in by itself.
func cutAcrossTheDeadline(x *tab) {
	single, many := x.numberOf(questions.Single), x.numberOf(questions.Multiple)
	x.click(single, 0)
	x.saved(1)
	x.clock.Set(x.paper().Deadline.Add(-4 * time.Minute))
	x.open() // a contact at that time
	x.goOffline(many, 1)
	x.clock.Add(10 * time.Minute) // six minutes after the end
	x.offline(false)
	x.atResult()
	p := x.paper()
	if p.State != exams.Submitted || p.Answered != 2 || !p.Questions[many-1].Late || p.Questions[single-1].Late {
		x.Errorf("%s with %d answers, late %v and %v", p.State, p.Answered, p.Questions[many-1].Late, p.Questions[single-1].Late)
	}
	if at := p.Questions[many-1].SavedAt; at.After(p.Deadline) || at.Before(p.Deadline.Add(-5*time.Minute)) {
		x.Errorf("stamped %v, deadline %v", at, p.Deadline)
	}
	x.onceOnly("submitted", 2)
	x.ok(chromedp.Do(x.ctx, chromedp.Navigate(x.base+"/attempts/"+x.attempt+"/receipt")))
	x.until(`document.body.innerText.includes("補送")`)
}

// shifted is a script that sets a page's clock wrong by what window.wrong says, in milliseconds.
const shifted = `{
	const Real = Date
	globalThis.wrong = Number(sessionStorage.wrong ?? %d)
	globalThis.Date = class extends Real {
		constructor(...parts) { parts.length ? super(...parts) : super(Real.now() + globalThis.wrong) }
		static now() { return Real.now() + globalThis.wrong }
	}
}`

// A laptop clock that is two hours wrong, either way, and one that is set right in the middle of the exam: the server's
// time is shown, counts, and ends the paper; nothing else does.
func clockTwoHoursWrong(x *tab) {
	type script struct {
		Source string `json:"source"`
	}
	add := cdp.Command[script, struct {
		Identifier string `json:"identifier"`
	}]{Method: "Page.addScriptToEvaluateOnNewDocument"}
	for round, wrong := range []time.Duration{2 * time.Hour, -2 * time.Hour} {
		_, err := chromedp.Call(x.ctx, add, script{fmt.Sprintf(shifted, wrong.Milliseconds())})
		x.ok(err)
		x.open()
		if !x.js(`Math.abs(Date.now() - %d) > 3000000`, time.Now().UnixMilli()) {
			x.Fatal("the page's clock is not wrong")
		}
		if real := int(x.paper().Deadline.Sub(x.clock.Now()).Seconds()); x.left() < real-3 || x.left() > real+3 {
			x.Errorf("with a clock wrong by %v the page shows %d s, %d are left", wrong, x.left(), real)
		}
		single := x.numberOf(questions.Single)
		x.click(single, round)
		x.until(`document.querySelector("#saved").textContent.includes("1/6") && document.querySelectorAll("#card a.unsaved").length === 0`)
		if got := x.paper().Questions[single-1]; got.Response.Choices[0] != round || x.clock.Now().Sub(got.SavedAt).Abs() > 20*time.Second {
			x.Errorf("saved %v at %v, now %v", got.Response, got.SavedAt, x.clock.Now())
		}
		// The machine's clock is set right: by two hours back or forth, which is no sleep and no end of the time.
		x.js(`(globalThis.wrong = 0, true)`)
		time.Sleep(2500 * time.Millisecond) // two ticks of the clock
		x.click(single, 3-round)
		x.until(`document.querySelectorAll("#card a.unsaved").length === 0 && location.pathname === "/attempts/%s"`, x.attempt)
		x.until(`!document.querySelector("fieldset").disabled`)
		for tries := 0; ; tries++ { // at the latest the server's next word puts the page right
			real := int(x.paper().Deadline.Sub(x.clock.Now()).Seconds())
			if left := x.left(); left >= real-3 && left <= real+3 {
				break
			} else if tries == 100 {
				x.Fatalf("after the clock was set right the page shows %d s, %d are left", left, real)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if got := x.paper(); got.State != exams.Live || got.Questions[single-1].Response.Choices[0] != 3-round {
			x.Fatalf("%s, %v", got.State, got.Questions[single-1].Response)
		}
	}
	x.clock.Set(x.paper().Deadline.Add(-2 * time.Second))
	x.open()
	x.atResult()
	x.onceOnly("submitted", 1)
}

// Two tabs: the second sees the first one's answers and only takes the paper when it is told to; what the first one
// had not sent is not lost.
func twoTabs(x *tab) {
	single, many := x.numberOf(questions.Single), x.numberOf(questions.Multiple)
	x.click(single, 1)
	x.saved(1)
	second := *x
	second.ctx = x.newTab(x.ctx)
	x.ok(chromedp.Do(second.ctx, chromedp.Navigate(x.base+"/attempts/"+x.attempt)))
	second.until(`document.querySelector("#elsewhere").open`)
	x.click(many, 0)
	x.saved(2)
	second.js(`document.querySelector("#take-over").click() || true`)
	second.until(`document.querySelector("#room[data-ready]") && document.querySelectorAll("#q%d input")[0].checked && document.querySelectorAll("#q%d input")[1].checked`, many, single)
	x.until(`document.querySelector("#elsewhere").open`)
	second.click(many, 2)
	second.until(`document.querySelectorAll("#card a.unsaved").length === 0`)
	second.handsIn()
	second.atResult()
	x.onceOnly("submitted", 2)
	if got := x.chosen(many); fmt.Sprint(got) != "[0 2]" {
		x.Errorf("kept %v", got)
	}
}

// Two devices, which share nothing but the person: taking over is asked for, and the one that lost the paper is told
// at its next save, which is not taken.
func twoDevices(x *tab) {
	single, many := x.numberOf(questions.Single), x.numberOf(questions.Multiple)
	x.click(single, 1)
	x.saved(1)
	phone := *x
	var closePhone context.CancelFunc
	phone.ctx, closePhone = chromedp.NewContext(x.ctx, chromedp.WithNewBrowserContext())
	x.TB.(*testing.T).Cleanup(closePhone)
	token, err := x.dir.SignInAs(context.Background(), x.person.ID)
	x.ok(err)
	x.ok(chromedp.Do(phone.ctx, chromedp.Navigate(x.base+"/favicon.ico")))
	phone.signIn(token)
	x.ok(chromedp.Do(phone.ctx, chromedp.Navigate(x.base+"/attempts/"+x.attempt)))
	phone.until(`document.querySelector("#elsewhere").open`)
	x.click(single, 2) // the laptop still has it
	x.until(`document.querySelectorAll("#card a.unsaved").length === 0 && document.querySelector("#saved").textContent.includes("1/6")`)
	phone.js(`document.querySelector("#take-over").click() || true`)
	phone.until(`document.querySelector("#room[data-ready]") && document.querySelectorAll("#q%d input")[2].checked`, single)
	phone.click(many, 1)
	phone.saved(2)
	x.click(single, 0)
	x.until(`document.querySelector("#elsewhere").open`)
	if !x.js(`document.querySelectorAll("fieldset:not(:disabled)").length === 0`) {
		x.Error("the laptop can still answer")
	}
	if got := x.chosen(single); len(got) != 1 || got[0] != 2 {
		x.Errorf("the laptop still saved: %v", got)
	}
	phone.handsIn()
	phone.atResult()
	x.onceOnly("submitted", 2)
}

// A session that runs out by itself in the middle: nothing is lost, the band leads to the sign-in, and the page goes
// on where it was once somebody has signed in.
func sessionExpired(x *tab) {
	ctx := context.Background()
	single, many := x.numberOf(questions.Single), x.numberOf(questions.Multiple)
	x.click(single, 1)
	x.saved(1)
	for range 3 { // more time than a session has
		x.ok(x.room.Extend(ctx, x.trainer, x.attempt, 240, "整天的考試"))
	}
	x.clock.Add(12*time.Hour + time.Minute)
	x.click(many, 1)
	x.until(bandIsUp + ` && document.querySelector("#band-link").checkVisibility()`)
	x.click(single, 3)
	x.until(`document.querySelectorAll("#card a.unsaved").length === 2`)
	token, err := x.dir.SignInAs(ctx, x.person.ID)
	x.ok(err)
	x.signIn(token) // as another tab would
	x.saved(2)
	x.until("!" + bandIsUp + ` && document.querySelectorAll("#card a.unsaved").length === 0`)
	if got := x.chosen(single); len(got) != 1 || got[0] != 3 {
		x.Errorf("kept %v", got)
	}
	x.handsIn()
	x.atResult()
	x.onceOnly("submitted", 2)
}

// The back button leads out of the room and its sister back into it, with every answer and the right to go on; after
// the end it leads into no live paper.
func backButton(x *tab) {
	single, many := x.numberOf(questions.Single), x.numberOf(questions.Multiple)
	x.ok(chromedp.Do(x.ctx, chromedp.Navigate(x.base+"/exams")))
	x.open()
	x.click(single, 1)
	x.saved(1)
	x.click(many, 2) // and back at once, sooner than anything is acknowledged
	x.history("back")
	x.until(`location.pathname === "/exams" && document.readyState === "complete"`)
	x.history("forward")
	x.until(`location.pathname === "/attempts/%s" && document.querySelector("#room[data-ready]")`, x.attempt)
	x.saved(2)
	if !x.js(`document.querySelectorAll("#q%d input")[1].checked && document.querySelectorAll("#q%d input")[2].checked && !document.querySelector("#elsewhere").open`, single, many) {
		x.Error("the room is not as it was left")
	}
	x.click(single, 0)
	x.until(`document.querySelectorAll("#card a.unsaved").length === 0`)
	x.handsIn()
	x.atResult()
	x.history("back")
	x.until(`["/exams", "/attempts/%s/result"].includes(location.pathname) && document.readyState === "complete" && !document.querySelector("#room")`, x.attempt)
	x.ok(chromedp.Do(x.ctx, chromedp.Navigate(x.base+"/attempts/"+x.attempt)))
	x.atResult()
	if got := x.chosen(single); len(got) != 1 || got[0] != 0 {
		x.Errorf("kept %v", got)
	}
	x.onceOnly("submitted", 2)
}

// A double click hands in once.
func doubleClickOnSubmit(x *tab) {
	x.click(x.numberOf(questions.Single), 1)
	x.js(`document.querySelector("[data-hand-in]").click() || true`)
	x.until(`document.querySelector("#hand-in").open`)
	x.js(`(() => { const go = document.querySelector("#hand-in-go"); go.click(); go.click(); go.form.requestSubmit(); return true })()`)
	x.atResult()
	x.onceOnly("submitted", 1) // with the answer that was still on its way
}

// Handing in at the moment at which the server grades the paper unasked: whoever comes first, it ends once.
func submitRacingExpiry(x *tab) {
	x.click(x.numberOf(questions.Single), 1)
	x.saved(1)
	x.js(`document.querySelector("[data-hand-in]").click() || true`)
	x.until(`document.querySelector("#hand-in").open`)
	x.clock.Set(x.paper().Deadline.Add(x.paper().Grace + time.Second))
	expired := make(chan error, 1)
	go func() {
		var failed error
		for range 20 {
			failed = errors.Join(failed, x.room.ExpireDue(context.Background()))
			time.Sleep(5 * time.Millisecond)
		}
		expired <- failed
	}()
	x.js(`document.querySelector("#hand-in-go").click() || true`)
	x.atResult()
	x.ok(<-expired)
	r, err := x.room.Receipt(context.Background(), x.person, x.attempt)
	x.ok(err)
	if r.Cause != "submitted" && r.Cause != "expired" {
		x.Errorf("ended %s", r.Cause)
	}
	x.onceOnly(r.Cause, 1)
}

// The time runs out while no browser is there: graded all the same, and the candidate who comes back finds the result.
func expiryWithTheBrowserGone(x *tab) {
	x.click(x.numberOf(questions.Single), 1)
	x.saved(1)
	x.ok(chromedp.Do(x.ctx, chromedp.Navigate("about:blank")))
	x.clock.Set(x.paper().Deadline.Add(x.paper().Grace + time.Second))
	x.ok(x.queue.Drain(context.Background()))
	x.ok(chromedp.Do(x.ctx, chromedp.Navigate(x.base+"/attempts/"+x.attempt)))
	x.atResult()
	if got := x.paper().State; got != exams.Expired {
		x.Error(got)
	}
	x.onceOnly("expired", 1)
}

// A bank republished with other words, another key and fewer items while somebody sits: their paper keeps the words,
// and is graded by the keys, that it was dealt from.
func bankRepublished(x *tab) {
	ctx := context.Background()
	n := x.numberOf(questions.Single)
	stem := x.paper().Questions[n-1]
	right := -1
	for i, c := range stem.Choices {
		if strings.Contains(string(c), "婉拒") {
			right = i
		}
	}
	x.click(n, right)
	x.saved(1)
	doc, err := x.shelf.Doc(ctx, "quizzes/red.bank.md")
	x.ok(err)
	doc.Sources[doc.Lang] = strings.NewReplacer("你怎麼做？", "如今怎麼做？", "- [ ] 先收下", "- [x] 先收下", "- [x] 當場婉拒", "- [ ] 當場拒絕",
		"## 收回貨款叫什麼？ {#word}", "## 收回貨款又叫什麼？ {#word-again}").Replace(doc.Sources[doc.Lang])
	head, err := x.shelf.Adopt(ctx, x.trainer, doc, "改題")
	x.ok(err)
	if head.Version < 2 {
		x.Fatal("nothing was republished")
	}
	x.open()
	if !x.js(`document.querySelector("#q%d").innerText.includes("你怎麼做？") && document.querySelectorAll("#q%d .choice input")[%d].checked`, n, n, right) {
		x.Error("the paper changed under the candidate")
	}
	again := x.paper().Questions[n-1]
	if fmt.Sprint([]markdown.HTML(again.Choices)) != fmt.Sprint([]markdown.HTML(stem.Choices)) {
		x.Errorf("choices %v, were %v", again.Choices, stem.Choices)
	}
	x.handsIn()
	x.atResult()
	result, err := x.room.Result(ctx, x.trainer, x.attempt, "zh-Hant")
	x.ok(err)
	if result.Answers[n-1].Score != result.Answers[n-1].Max || result.Max == 0 {
		x.Errorf("graded %d of %d by another key than it was dealt with", result.Answers[n-1].Score, result.Answers[n-1].Max)
	}
	x.onceOnly("submitted", 1)
}

// An extension in the last second: if the server took it, the page goes on, though its own clock said that the time
// was up before it could hear of it.
func extensionRacingExpiry(x *tab) {
	single := x.numberOf(questions.Single)
	x.click(single, 1)
	x.saved(1)
	x.clock.Set(x.paper().Deadline.Add(-4 * time.Second))
	x.open()
	x.until(`/^0:0[01]$/.test(document.querySelector("#clock").textContent)`)
	err := x.room.Extend(context.Background(), x.trainer, x.attempt, 10, "火警演習")
	if fault.HasKey(err, "exams.over") {
		x.Fatal("the paper was handed in before its time")
	}
	x.ok(err)
	x.until(`/^(9|10):\d\d$/.test(document.querySelector("#clock").textContent) && !document.querySelector("fieldset").disabled`)
	x.click(single, 2)
	x.until(`document.querySelectorAll("#card a.unsaved").length === 0`)
	if got := x.paper(); got.State != exams.Live || got.Questions[single-1].Response.Choices[0] != 2 {
		x.Errorf("%s, %v", got.State, got.Questions[single-1].Response)
	}
	x.handsIn()
	x.atResult()
	x.onceOnly("submitted", 1)
}
