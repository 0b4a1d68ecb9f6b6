package learn_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"bainian/app/leads"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/web/page/pagetest"
)

// phone is a site that is served to a browser the size of a phone.
type phone struct {
	*site
	*tab
	seller people.Person
	ids    []string
}

// TestDayInBrowser goes through a salesperson's day on a phone.
func TestDayInBrowser(t *testing.T) {
	t.Parallel()
	browser := pagetest.Browser(t)
	for name, live := range map[string]func(*phone){
		"FromRouteToStory":           wholeDay,
		"WhatIsTypedIsKept":          typedIsKept,
		"PagesOfTheDayAreAccessible": dayAccessible,
	} {
		t.Run(name, func(t *testing.T) { live(onPhone(t, browser)) })
	}
}

func onPhone(t *testing.T, browser context.Context) *phone {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := openAt(t, school(), "http://"+listener.Addr().String())
	served := make(chan error, 1)
	go func() { served <- s.app.Listener(listener) }()
	t.Cleanup(func() {
		if err := s.app.ShutdownWithTimeout(time.Second); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		s.must(<-served)
	})
	s.stock(20)
	amy, ids := s.drawn("林予安", 2)
	x := &tab{examWorld: &examWorld{TB: t, logs: &bytes.Buffer{}}, base: "http://" + listener.Addr().String()}
	x.ctx = x.newTab(browser)
	x.ok(chromedp.Do(x.ctx, chromedp.EmulateViewport(390, 844)))
	p := &phone{site: s, tab: x, seller: amy.person, ids: ids}
	p.as(amy.person)
	return p
}

// as signs somebody in.
func (p *phone) as(who people.Person) {
	token, err := p.site.dir.SignInAs(p.site.ctx, who.ID)
	p.must(err)
	p.signIn(token)
}

func (p *phone) visit(path string) {
	p.tab.Helper()
	p.tab.at().Load(path)
	if p.js(`document.documentElement.scrollWidth > innerWidth`) {
		p.tab.Errorf("%s is wider than a phone", path)
	}
}

// until waits until an expression holds of a page that is there whole, with whatever was swapped into it: before, scripts do
// not answer to a finger yet.
func (p *phone) until(format string, args ...any) {
	p.tab.Helper()
	p.tab.until(`document.readyState === "complete" && !document.querySelector(".htmx-added, .htmx-swapping, .htmx-settling") && (`+format+`)`, args...)
}

func (p *phone) write(selector, text string) {
	p.tab.Helper()
	p.js(`(() => { const f = document.querySelector(%q); f.value = %q; f.dispatchEvent(new Event("input", { bubbles: true })); return true })()`, selector, text)
}

func wholeDay(p *phone) {
	p.visit("/leads")
	p.until(`document.querySelectorAll(".route > li").length === 2`)
	p.js(`(window.mark = document.querySelector(".route .lead-card").id, true)`)
	p.js(`(document.querySelector(".route .moves [value=down]").click(), true)`)
	p.until(`document.querySelector(".route .lead-card").id !== window.mark && document.querySelectorAll(".route > li").length === 2`)
	if !p.js(`[...document.querySelectorAll(".route a.phone, .route .moves .btn, .quick .btn")].filter((b) => b.checkVisibility()).every((b) => b.getBoundingClientRect().height >= 43)`) {
		p.tab.Error("something is too small for a thumb")
	}
	if !p.js(`document.querySelector(".route .lead-card a.go").href.startsWith("tel:02-2345")`) {
		p.tab.Error("the first stop has no number to tap")
	}

	// One tap, by a finger that trembles.
	p.js(`(() => { const b = document.querySelector(".route .quick [value=visited]"); b.click(); b.click(); return true })()`)
	p.until(`document.querySelector(".route .lead-card .flash")`)
	p.visit("/leads")
	p.until(`document.querySelectorAll(".route > li").length === 1 && document.querySelector("#done")`)
	day, err := p.site.diary.Report(p.site.ctx, p.seller, "")
	if p.must(err); day.Tally.Visits != 1 {
		p.tab.Errorf("two taps are %d visits", day.Tally.Visits)
	}

	p.js(`(document.querySelector(".exchange").open = true, document.querySelector("[name=in]").click(), true)`)
	p.until(`document.querySelector("[data-count]").textContent.includes("要一樣多")`)
	p.js(`([...document.querySelectorAll("[name=out]")].find((o) => o.value !== document.querySelector("[name=in]").value).click(), true)`)
	p.until(`document.querySelector("[data-count]").textContent === "兩邊各 1 筆"`)
	p.js(`(document.querySelector(".exchange button").click(), true)`)
	p.until(`document.querySelector("#private-head")?.textContent.includes("1／30") && document.querySelector("#notice .flash")`)

	p.visit("/day")
	p.until(`document.querySelector("#went").value.includes("拜訪見到人")`)
	p.write("#tomorrow", "先跑城東兩家")
	p.js(`(document.querySelector("[value=hand_in]").click(), true)`)
	p.until(`document.body.innerText.includes("已交") && !document.querySelector("textarea")`)

	p.visit("/sharings")
	p.js(`(document.querySelector("details.card").open = true, document.querySelector("#about").selectedIndex = 1, true)`)
	p.write("#f-met", "永昌五金的王經理，第二代在談")
	p.write("#f-said", "嫌貴，要我打 02-2345-0001 找他父親")
	p.write("#f-worked", "先問父親擔心什麼")
	p.js(`(document.querySelector("form[action='/sharings'] button").click(), true)`)
	p.until(`document.querySelector(".sharing")`)

	p.as(p.site.manager)
	p.visit("/sharings")
	p.js(`(document.querySelector(".sharing a.btn").click(), true)`)
	p.until(`document.querySelector("#f-title")`)
	p.write("#f-title", "父親簽字的廠：先問父親擔心什麼")
	p.js(`(document.querySelector("form.card button.go").click(), true)`)
	p.until(`location.pathname.startsWith("/stories/")`)
	if text := p.said(); !strings.Contains(text, "先問父親擔心什麼") || strings.Contains(text, "永昌") || strings.Contains(text, "王經理") || strings.Contains(text, "2345") {
		p.tab.Errorf("the story tells who the customer is:\n%s", text)
	}
	p.visit("/stories")
	p.until(`document.querySelector(".stories .card")`)
}

// typedIsKept: a session that ends while somebody writes loses no word, and what has arrived does not come back.
func typedIsKept(p *phone) {
	p.visit("/sharings")
	p.write("#f-met", "包裝廠")
	p.write("#f-said", "要想想")
	p.write("#f-worked", "問他擔心什麼")
	p.js(`(document.cookie = "session=gone; path=/", document.querySelector("details.card").open = true, document.querySelector("form[action='/sharings'] button").click(), true)`)
	p.until(`!document.querySelector("#f-met")`)
	p.as(p.seller)
	p.visit("/sharings")
	p.until(`document.querySelector("#f-worked").value === "問他擔心什麼" && document.querySelector("details.card").open`)
	p.js(`(document.querySelector("form[action='/sharings'] button").click(), true)`)
	p.until(`document.querySelector(".sharing")`)
	p.visit("/sharings")
	if p.js(`document.querySelector("#f-met").value !== ""`) {
		p.tab.Error("what was shared is in the form again")
	}

	// Nor does it for who is gone before the scripts of the answer have run, of which a sending by script has none.
	p.write("#f-met", "印刷廠")
	p.write("#f-said", "先看別家")
	p.write("#f-worked", "留了樣品")
	p.awaits(`(() => {
		const form = document.querySelector("form[action='/sharings']");
		return new Promise((done) => {
			form.addEventListener("submit", (event) => (event.preventDefault(), fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) }).then((answer) => done(answer.ok))));
			form.requestSubmit();
		});
	})()`)
	p.visit("/sharings")
	if !p.js(`document.querySelector("#f-met").value === "" && document.querySelectorAll(".sharing").length === 2`) {
		p.tab.Error("what was shared and left is in the form again, or was not shared")
	}

	// Somebody else at the same phone sees nothing of it.
	p.visit("/day")
	p.write("#went", "給主管看的話")
	p.as(p.site.manager)
	p.visit("/day")
	if p.js(`document.querySelector("#went").value.includes("主管看的話")`) {
		p.tab.Error("one person's words are in another's form")
	}
}

// dayAccessible runs axe on the pages of the day, and looks that none is wider than its screen.
func dayAccessible(p *phone) {
	engine, err := os.ReadFile("testdata/axe/axe.min.js")
	p.ok(err)
	_, err = p.site.diary.Work(p.site.ctx, p.seller, p.ids[0], leads.Worked{Contact: leads.Contact{Kind: leads.Visit, Outcome: "見到老闆", Next: "報價"}, NextDay: "2026-11-25", NextClock: "14:00"})
	p.must(err)
	three := leads.Three{Met: "包裝廠", Said: "要想想", Worked: "問他擔心什麼"}
	kept, err := p.site.diary.Share(p.site.ctx, p.seller, p.ids[0], three, "")
	p.must(err)
	story, err := p.site.diary.KeepStory(p.site.ctx, p.site.manager, leads.Story{SharingID: kept, Title: "先問擔心什麼", Three: three, Stage: "needs", Objection: "價格"})
	p.must(err)
	open, err := p.site.diary.Share(p.site.ctx, p.seller, "", three, "")
	p.must(err)
	for _, lang := range locale.Langs() {
		for _, path := range []string{"/leads", "/leads/" + p.ids[0], "/leads/print", "/pool", "/day", "/sharings?lead=" + p.ids[0], "/stories", "/stories/" + story} {
			p.js(`(document.cookie = "lang=%s; path=/", true)`, lang)
			p.visit(path)
			p.js(`(document.querySelectorAll("details").forEach((d) => (d.open = true)), true)`)
			p.axe(string(engine), fmt.Sprintf("%s: %s", lang, path), "document", lang == locale.Hant)
		}
	}
	p.as(p.site.manager)
	p.visit("/sharings/" + url.PathEscape(open) + "/story")
	p.axe(string(engine), "keep", "document", true)
}

// said is the text of the page.
func (p *phone) said() string {
	p.tab.Helper()
	text, err := chromedp.Run(p.tab.ctx, chromedp.Evaluate[string](`document.body.innerText`))
	p.ok(err)
	return text
}
