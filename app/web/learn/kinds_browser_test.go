package learn_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"bainian/app/questions"
)

// wholeExamByKeyboard goes from the list of exams to the result with keys alone, through every kind of item.
func wholeExamByKeyboard(x *tab) {
	s := x.sit("kinds-1")
	x.ok(chromedp.Do(x.ctx, chromedp.Navigate(x.base+"/exams")))
	x.tabTo(fmt.Sprintf("a.btn[href='/sittings/%s']", s.ID))
	x.press(kb.Enter)
	x.until(`document.querySelector("[name=pledge]")`)
	x.tabTo("[name=pledge]")
	x.press(" ")
	x.tabTo("[name=notice]")
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
