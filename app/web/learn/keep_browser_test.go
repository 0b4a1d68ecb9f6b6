package learn_test

import (
	"fmt"

	"github.com/chromedp/chromedp"

	"bainian/app/questions"
)

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
