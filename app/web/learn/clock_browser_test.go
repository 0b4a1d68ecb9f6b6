package learn_test

import (
	"context"
	"time"

	"github.com/chromedp/chromedp"

	"bainian/app/exams"
	"bainian/app/questions"
)

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
