package learn_test

import (
	"context"
	"time"

	"bainian/app/questions"
)

const asked = `performance.getEntriesByType("resource").filter((e) => e.name.endsWith("/state")).length`

// changesAreSeen: more time, a pause and its end show by themselves in a page that does nothing, within the five
// seconds that were promised; and a page that saves is told with each save, so that it need not ask.
func changesAreSeen(x *tab) {
	ctx := context.Background()
	within := func(what string, change func() error, seen string) {
		x.Helper()
		x.ok(change())
		from := time.Now()
		x.until("%s", seen)
		if took := time.Since(from); took > 5*time.Second {
			x.Errorf("%s was seen after %v", what, took)
		}
	}
	last := ""
	latest := func() string {
		d, err := x.room.Sitting(ctx, x.trainer, x.sitting.ID)
		x.ok(err)
		return d.LastAdjustment()
	}
	within("an extension", func() error {
		_, err := x.room.ExtendAll(ctx, x.trainer, x.sitting.ID, 10, "停電", last)
		return err
	}, `/^(49|50):\d\d$/.test(document.querySelector("#clock").textContent)`)
	last = latest()
	within("a pause", func() error {
		_, err := x.room.PauseAll(ctx, x.trainer, x.sitting.ID, "停電", last)
		return err
	}, `document.querySelector("#paused").open`)
	last = latest()
	within("its end", func() error {
		_, err := x.room.ResumeAll(ctx, x.trainer, x.sitting.ID, last)
		return err
	}, `!document.querySelector("#paused").open`)

	single := x.numberOf(questions.Single)
	x.js(`(performance.clearResourceTimings(), true)`)
	for i := range 10 {
		x.click(single, i%3)
		time.Sleep(500 * time.Millisecond)
	}
	if !x.js("%s <= 1", asked) { // one may have been under way
		x.Error("a page that saves every half a second asks for the state as well")
	}
	x.ok(x.room.Extend(ctx, x.trainer, x.attempt, 20, "火警演習"))
	x.click(single, 1)
	x.until(`/^1:0\d:\d\d$|^69:\d\d$/.test(document.querySelector("#clock").textContent)`)
}
