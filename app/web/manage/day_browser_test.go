package manage_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"bainian/app/apptest"
	"bainian/app/leads"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
	"bainian/app/web"
	"bainian/app/web/page"
	"bainian/app/web/page/pagetest"
)

// dayPolicy asks for little, and for the manager's word.
const dayPolicy = `title: 規則
levels:
  - level: full
    require:
      all: [employed, no_red_line, no_open_case, {pledge: signed}, {exam: values, within: 365d}, {sign_off: manager}]
  - level: shadow
    require: {all: [employed, no_red_line, {pledge: signed}]}
limits: {draws_per_day: 10, per_day: 20, cap: 200, newcomer_days: 10, newcomer_per_day: 20, newcomer_cap: 60}
`

// phoneWidth is the narrowest screen that pages are made for.
const phoneWidth = 320

// shift is a manager's day at the whole site: its browser, and who and what the day is about.
type shift struct {
	*pagetest.Tab
	w                   *apptest.World
	amy, cleo, dan, ben people.Person // two who sell, one who waits for the manager's word, one who has just begun
	signing             leads.Lead    // at the contract stage, of somebody who has left
	disputed, own       leads.Lead    // one customer: Cleo's, and Amy's
}

// TestDayInBrowser goes through a manager's day, from the board in the afternoon to what the team finds next morning.
func TestDayInBrowser(t *testing.T) {
	t.Parallel()
	d := begin(t)
	for _, part := range []struct {
		name string
		live func(*shift)
	}{
		{"WhatWaitsIsOnTheBoard", board},
		{"PagesOfTheDayAreAccessible", dayAccessible},
		{"AWordOpensAGate", givesTheirWord},
		{"LeaveMovesTheClocks", approvesLeave},
		{"WhoHasLeftIsFollowed", handsOver},
		{"TwoWithOneCustomer", rules},
		{"ReportsAreAnswered", readsReports},
		{"LateIsTakenBack", reclaims},
		{"TheEveningByKeyboard", evening},
		{"TwoTabsPublishOnce", twoTabs},
		{"TheNextMorning", morning},
	} {
		if !t.Run(part.name, func(t *testing.T) {
			d.w.TB, d.TB = t, t
			part.live(d)
		}) {
			return // the rest of the day builds on it
		}
	}
}

// begin is Tuesday afternoon: people have sold for two days.
func begin(t *testing.T) *shift {
	browser := pagetest.Browser(t)
	w := apptest.New(t, store.SQLite)
	w.Publish("content/policy.yaml", dayPolicy)
	logs := &bytes.Buffer{}
	d := &shift{w: w, Tab: &pagetest.Tab{TB: t, Logs: logs}}
	d.Base = d.serve(t, io.MultiWriter(logs, t.Output()))
	ctx, closeTab := chromedp.NewContext(browser)
	t.Cleanup(closeTab)
	d.Ctx = ctx
	d.ok(chromedp.Do(ctx, chromedp.EmulateViewport(phoneWidth, 844)))
	d.ok(chromedp.Do(ctx, chromedp.Navigate(d.Base+"/favicon.ico")))

	w.Leads(40)
	d.stock("永昌五金,王經理,02-2345-0001,五金,台北,展會,想看方案\n永昌五金桃園廠,王太太,02-2345-0002,五金,桃園,轉介,分公司\n")
	values := w.Sitting("values")
	sells := func(name string, word bool) people.Person {
		p := w.NewHire(name)
		w.Sign(p)
		w.Sit(p, values, apptest.Knows)
		if word {
			d.ok(w.Keeper.SignOff(w.Ctx, w.Manager, p.ID, "跟過三次拜訪，可以自己跑。"))
		}
		return p
	}
	d.amy, d.cleo, d.dan, d.ben = sells("林予安", true), sells("陳可雲", true), sells("張大偉", false), w.NewHire("吳小本")
	gone := sells("周要走", true)
	d.own, d.disputed = d.claim(d.amy, "王經理"), d.claim(d.cleo, "王太太")
	d.ok(w.DB.Write(w.Ctx, func(tx *store.Tx) error { // which no import lets in any more
		_, err := tx.Exec(`UPDATE lead SET phone_key = (SELECT phone_key FROM lead WHERE id = ?) WHERE id = ?`, d.own.ID, d.disputed.ID)
		return err
	}))
	for range 3 {
		d.draw(d.amy)
		d.draw(d.cleo)
	}
	d.signing = d.draw(gone)
	_, err := w.Pool.FollowUp(w.Ctx, gone, d.signing.ID, leads.Contact{Kind: leads.Visit, Outcome: "老闆同意簽約"})
	d.ok(err)
	d.ok(w.Pool.Advance(w.Ctx, gone, d.signing.ID, "contract", "合約已經寄出，等對方用印，週五回簽"))
	w.Clock.Add(24 * time.Hour)
	d.ok(w.Directory.Deactivate(w.Ctx, w.HR, gone.ID, "離職"))
	_, err = w.Pool.Dispute(w.Ctx, d.amy, d.disputed.ID, "上週三拜訪過王經理，談到報價")
	d.ok(err)
	_, err = w.Diary.Work(w.Ctx, d.amy, d.own.ID, leads.Worked{Contact: leads.Contact{Kind: leads.Visit, Outcome: "見到老闆，要想想", Next: "報價"}})
	d.ok(err)
	w.Clock.Set(time.Date(2026, 11, 24, 18, 30, 0, 0, w.Keeper.Zone()))
	_, err = w.Diary.SaveReport(w.Ctx, d.amy, "2026-11-24", "今天拜訪一家，對方嫌貴。", "先跑城東兩家", true)
	d.ok(err)
	d.as(w.Manager)
	return d
}

// serve serves the whole site, and says where.
func (d *shift) serve(t *testing.T, logs io.Writer) (base string) {
	w := d.w
	catalog, err := locale.Load()
	d.ok(err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	d.ok(err)
	base = "http://" + listener.Addr().String()
	site := &web.Site{Config: page.Config{Catalog: catalog, Directory: w.Directory, Static: os.DirFS("../../../static"), BaseURL: base, Zone: w.Keeper.Zone(), Clock: w.Clock.Now,
		Log: slog.New(slog.NewTextHandler(logs, &slog.HandlerOptions{Level: slog.LevelError}))},
		DB: w.DB, Directory: w.Directory, Shelf: w.Shelf, Roster: w.Roster, Library: w.Library, Room: w.Room, Rehearsals: w.Rehearsals, Ledger: w.Ledger, Desk: w.Desk,
		Keeper: w.Keeper, Pool: w.Pool, Diary: w.Diary, Office: w.Office, Files: w.Files}
	app, err := site.App()
	d.ok(err)
	served := make(chan error, 1)
	go func() { served <- app.Listener(listener) }()
	t.Cleanup(func() {
		// A socket that the browser opened ahead of any request keeps a shutdown waiting.
		if err := app.ShutdownWithTimeout(time.Second); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return base
}

func (d *shift) ok(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// stock puts leads into the pool that the day needs to know by name.
func (d *shift) stock(rows string) {
	d.Helper()
	report, err := d.w.Pool.Import(d.w.Ctx, people.System(), strings.NewReader("company,contact,phone,industry,territory,source,note\n"+rows), true)
	d.ok(err)
	d.ok(report.Problems.Err())
}

func (d *shift) draw(p people.Person) leads.Lead {
	d.Helper()
	h, err := d.w.Pool.Draw(d.w.Ctx, p, "", "")
	d.ok(err)
	return h.Lead
}

// claim takes the lead with that contact.
func (d *shift) claim(p people.Person, contact string) leads.Lead {
	d.Helper()
	id := ""
	d.ok(d.w.DB.Read(d.w.Ctx, func(rx *store.Rx) error { return rx.Row(`SELECT id FROM lead WHERE contact = ?`, contact).Scan(&id) }))
	h, err := d.w.Pool.Claim(d.w.Ctx, p, id, "")
	d.ok(err)
	return h.Lead
}

// as signs somebody in, in the browser's every tab.
func (d *shift) as(p people.Person) {
	d.Helper()
	token, err := d.w.Directory.SignInAs(d.w.Ctx, p.ID)
	d.ok(err)
	d.JS(`(document.cookie = "session=%s; path=/", document.cookie = "lang=zh-Hant; path=/")`, token)
}

// visit goes to a page and looks that it is no wider than the screen.
func (d *shift) visit(path string) {
	d.Helper()
	d.Load(path)
	d.fits()
}

func (d *shift) fits() {
	d.Helper()
	if d.JS(`document.documentElement.scrollWidth > innerWidth`) {
		where, _ := chromedp.Run(d.Ctx, chromedp.Evaluate[string](`location.pathname + ": " + [...document.querySelectorAll("main *")].filter((e) => e.getBoundingClientRect().right > innerWidth).map((e) => e.outerHTML.slice(0, 120)).join("\n")`))
		d.Errorf("wider than the screen: %s", where)
	}
}

// reads fails unless the page says something.
func (d *shift) reads(words ...string) {
	d.Helper()
	text := d.text()
	for _, w := range words {
		if !strings.Contains(text, w) {
			d.Fatalf("the page does not say %q:\n%s", w, text)
		}
	}
}

func (d *shift) text() string {
	d.Helper()
	text, err := chromedp.Run(d.Ctx, chromedp.Evaluate[string](`document.querySelector("#main").innerText`))
	d.ok(err)
	return text
}

// write fills a field as its keyboard would.
func (d *shift) write(selector, text string) {
	d.Helper()
	d.JS(`(() => { const f = document.querySelector(%q); f.value = %q; f.dispatchEvent(new Event("input", { bubbles: true })); return true })()`, selector, text)
}

// press presses the button or the link that a selector finds, by a finger that trembles, and waits for the page that follows.
func (d *shift) press(selector string) {
	d.Helper()
	d.Follow(func() {
		d.JS(`(() => { const b = document.querySelector(%q); b.closest("details")?.setAttribute("open", ""); b.click(); b.click(); return true })()`, selector)
	})
	d.fits()
}

// holds are the leads in somebody's hand, and until when.
func (d *shift) holds(p people.Person) map[string]leads.Tenure {
	d.Helper()
	desk, err := d.w.Pool.Mine(d.w.Ctx, p)
	d.ok(err)
	held := map[string]leads.Tenure{}
	for _, h := range desk.Holdings {
		held[h.Lead.ID] = h.Tenure
	}
	return held
}

func (d *shift) takes(p people.Person) bool {
	d.Helper()
	decision, err := d.w.Keeper.Decide(d.w.Ctx, p.ID)
	d.ok(err)
	return decision.Level.Takes()
}

// at sets the clock to a time of that week.
func (d *shift) at(day, hour, minute int) {
	d.w.Clock.Set(time.Date(2026, 11, day, hour, minute, 0, 0, d.w.Keeper.Zone()))
}

func board(d *shift) {
	d.visit("/board")
	d.reads("團隊 4 人，2 人可以領取線索", "沒有人逾期", "誰卡在哪一步", "張大偉", "吳小本", "見習")
	if !d.JS(`[...document.querySelectorAll("li")].some((l) => l.querySelector(".condition")?.textContent.includes("主管") && l.textContent.includes("張大偉"))`) {
		d.Error("the board does not say for whose word Dan waits")
	}
	stats, err := d.w.Pool.Stats(d.w.Ctx, d.w.Manager)
	d.ok(err)
	if said := fmt.Sprintf("公海 %d 筆，有人跟進 %d 筆，暫管 0 筆，交接 1 筆", stats.States[leads.InPool], stats.States[leads.Held]); !d.JS(`document.querySelector("svg.plot[role=img]").getAttribute("aria-label").includes(%q)`, said) {
		d.Errorf("the funnel does not say %q", said)
	}
	d.press(`a[href="/board/outlook"]`)
	due := 0
	for _, p := range []people.Person{d.amy, d.cleo} {
		for _, tenure := range d.holds(p) {
			if tenure.Due.Before(d.w.Clock.Now().Add(5 * time.Hour)) {
				due++
			}
		}
	}
	if due != 7 {
		d.Fatalf("%d leads fall due tonight", due)
	}
	d.reads("將到期的線索", "手上線索的天數", "最快到期", "最近 5 個工作日分到多少", "林予安", "陳可雲")
	if !d.JS(`[...document.querySelectorAll("table.team")][0].querySelectorAll("tbody tr").length >= %d`, due) {
		d.Error("the outlook does not name what falls due")
	}
	for _, p := range []people.Person{d.amy, d.cleo} {
		if !d.JS(`[...document.querySelectorAll("tr")].some((row) => row.querySelector("th a")?.textContent === %q && row.querySelector("[data-label=合計]")?.textContent === "4")`, p.Name) {
			d.Errorf("the outlook does not say that %s has received four", p.Name)
		}
	}
}

// dayAccessible runs axe on the pages of the day, with everything waiting that can, in three languages and both themes.
func dayAccessible(d *shift) {
	engine, err := os.ReadFile("../learn/testdata/axe/axe.min.js")
	d.ok(err)
	d.visit("/allocation")
	d.press(`form[action="/allocation"] button`)
	at, err := chromedp.Run(d.Ctx, chromedp.Evaluate[string](`location.pathname`))
	d.ok(err)
	for _, lang := range locale.Langs() {
		d.JS(`(document.cookie = "lang=%s; path=/", true)`, lang)
		for _, path := range []string{"/board", "/board/outlook", "/board/people/" + d.amy.ID, "/board/people/" + d.dan.ID, "/allocation", at, at + "/people/" + d.amy.ID + "?more=1", "/beats",
			"/reports", "/leads/manage", "/leads/import", "/leads/handovers", "/leads/" + d.signing.ID + "/assignment"} {
			d.visit(path)
			d.JS(`(document.querySelectorAll("details").forEach((one) => (one.open = true)), true)`)
			d.fits()
			if d.JS(`[...document.querySelectorAll(".plot.bars text:not(.strong)")].some((t) => t.getBBox().width > +t.nextElementSibling.getAttribute("x"))`) {
				d.Errorf("%s: %s: a name runs into its bar", lang, path)
			}
			d.Axe(string(engine), fmt.Sprintf("%s: %s", lang, path), "document", lang == locale.Hant)
		}
	}
	d.JS(`(document.cookie = "lang=zh-Hant; path=/", true)`)

	// What one tab has discarded another does not publish.
	d.visit(at)
	stale := d.second(at)
	d.press(`form[action$="/discarding"] button`)
	stale.Follow(func() { stale.JS(`(document.querySelector("form[action$='/publication'] button").click(), true)`) })
	stale.Until(`document.querySelector(".trouble").textContent.includes("這份草稿已經捨棄")`)
	d.ok(d.w.Queue.Drain(d.w.Ctx))
	if got := len(d.holds(d.dan)); got != 0 {
		d.Errorf("a discarded draft gave %d leads", got)
	}
}

// second is another tab of the browser at a page.
func (d *shift) second(path string) *pagetest.Tab {
	d.Helper()
	ctx, closeTab := chromedp.NewContext(d.Ctx)
	d.TB.(*testing.T).Cleanup(closeTab)
	d.ok(chromedp.Do(ctx, chromedp.Navigate(d.Base+"/favicon.ico")))
	x := &pagetest.Tab{TB: d.TB, Ctx: ctx, Base: d.Base, Logs: d.Logs}
	x.Load(path)
	return x
}

func givesTheirWord(d *shift) {
	if d.takes(d.dan) {
		d.Fatal("the gate is open before the manager's word")
	}
	d.visit("/board/people/" + d.dan.ID)
	d.write("#f-note", "  ")
	d.press(`form[action$="/sign-offs"] button`)
	d.Until(`document.querySelector("#f-note-error, .trouble").checkVisibility()`)
	d.write("#f-note", "一起跑過五家，敢問價也不亂答應。")
	d.press(`form[action$="/sign-offs"] button`)
	d.Follow(func() { d.ok(chromedp.Do(d.Ctx, chromedp.Reload())) })
	d.reads("一起跑過五家")
	all, err := d.w.Keeper.SignOffs(d.w.Ctx, d.w.Manager, d.dan.ID)
	if d.ok(err); len(all) != 1 || !d.takes(d.dan) {
		d.Errorf("%d sign-offs, gate open: %v", len(all), d.takes(d.dan))
	}
}

func approvesLeave(d *shift) {
	before := d.holds(d.cleo)
	d.visit("/board/people/" + d.cleo.ID)
	d.write("#leave-from", "2026-11-26")
	d.write("#leave-to", "2026-11-25")
	d.write("#leave-reason", "看牙")
	d.press(`form[action$="/absences"] button`)
	d.Until(`document.querySelector("[aria-labelledby=leave] .trouble").textContent.includes("結束日不早於開始日")`)
	if !d.JS(`document.querySelector("#leave-reason").value === "看牙" && document.querySelector("#leave-from").checkVisibility()`) {
		d.Error("what was typed is gone with the refusal")
	}
	d.write("#leave-from", "2026-11-25")
	d.press(`form[action$="/absences"] button`)
	d.reads("已核准", "看牙")
	all, err := d.w.Pool.Absences(d.w.Ctx, d.w.Manager, d.cleo.ID)
	if d.ok(err); len(all) != 1 || all[0].From != "2026-11-25" || all[0].To != "2026-11-25" {
		d.Errorf("%+v", all)
	}
	for id, tenure := range d.holds(d.cleo) {
		if !tenure.Hard.After(before[id].Hard) {
			d.Error("the clock of a lead runs on through the leave")
		}
	}
}

func handsOver(d *shift) {
	d.visit("/leads/handovers")
	d.reads(d.signing.Company, "離職", "周要走")
	d.press(fmt.Sprintf(`main a[href="/leads/%s/assignment"]`, d.signing.ID))
	d.reads("正在等人接手")
	d.write("[name=person]", d.amy.ID)
	d.press(`form[action$="/assignment"] button`)
	d.reads("已分配給林予安", d.signing.Company)
	if _, has := d.holds(d.amy)[d.signing.ID]; !has {
		d.Error("Amy does not hold what she was given")
	}
	d.visit("/leads/handovers")
	d.reads("沒有線索在等交接")
}

func rules(d *shift) {
	d.visit("/leads/handovers")
	d.reads("上週三拜訪過王經理", "林予安提報陳可雲持有的這筆線索")
	stale := d.second("/leads/handovers")
	pick := `document.querySelector("form[action$='/ruling'] input[value='` + d.amy.ID + `']")`
	d.JS(`(%s.click(), true)`, pick)
	d.write(`form[action$="/ruling"] textarea`, " ")
	d.press(`form[action$="/ruling"] button`)
	d.reads("請寫下理由")
	if !d.JS(`%s.checked && %s.checkVisibility()`, pick, pick) {
		d.Error("the choice is gone with the refusal")
	}
	d.write(`form[action$="/ruling"] textarea`, "總公司由予安先談，分公司併過去。")
	d.press(`form[action$="/ruling"] button`)
	d.reads("已裁定給林予安", "沒有撞單在等裁定")
	if _, has := d.holds(d.cleo)[d.disputed.ID]; has {
		d.Error("Cleo still holds what was ruled Amy's")
	}
	if _, has := d.holds(d.amy)[d.own.ID]; !has {
		d.Error("Amy lost her customer")
	}
	// The other tab rules for the other one, too late.
	stale.JS(`(document.querySelector("form[action$='/ruling'] input[value='%s']").click(), document.querySelector("form[action$='/ruling'] textarea").value = "可雲先來", true)`, d.cleo.ID)
	stale.Follow(func() { stale.JS(`(document.querySelector("form[action$='/ruling'] button").click(), true)`) })
	stale.Until(`document.querySelector(".trouble").textContent.includes("已經裁定") && document.querySelector("#disputes")`)
	if _, has := d.holds(d.cleo)[d.disputed.ID]; has {
		d.Error("a second ruling undid the first")
	}
}

func readsReports(d *shift) {
	d.visit("/reports")
	d.reads("今天拜訪一家，對方嫌貴。", "先跑城東兩家", "吳小本")
	d.write(`form[action$="/remarks"] textarea`, "嫌貴就先問他拿什麼比。")
	d.press(`form[action$="/remarks"] button`)
	d.reads("嫌貴就先問他拿什麼比。")
	report, err := d.w.Diary.Report(d.w.Ctx, d.amy, "")
	if d.ok(err); len(report.Remarks) != 1 || report.Remarks[0].By.ID != d.w.Manager.ID {
		d.Errorf("%+v", report.Remarks)
	}
	d.as(d.amy)
	d.visit("/day")
	d.reads("嫌貴就先問他拿什麼比。")
	d.as(d.w.Manager)
}

// reclaims takes a lead from who let it lie, before the evening does, and gives it to somebody else.
func reclaims(d *shift) {
	d.at(24, 22, 40)
	d.visit("/board")
	d.reads("2 人手上有逾期的線索")
	d.press(fmt.Sprintf(`a[href="/board/people/%s"]`, d.amy.ID))
	before := len(d.holds(d.amy))
	action, err := chromedp.Run(d.Ctx, chromedp.Evaluate[string](`document.querySelector("form[action$='/reclamation']").getAttribute("action")`))
	d.ok(err)
	lead := strings.Split(action, "/")[2]
	d.press(`form[action$="/reclamation"] button`)
	d.reads("已收回公海")
	d.write("[name=person]", d.dan.ID)
	d.press(`form[action$="/assignment"] button`)
	d.reads("已分配給張大偉")
	if _, has := d.holds(d.dan)[lead]; !has || len(d.holds(d.amy)) != before-1 {
		d.Errorf("Dan has it: %v; Amy holds %d of %d", has, len(d.holds(d.amy)), before)
	}

	// Back to the form, and once more.
	d.Follow(func() { d.ok(chromedp.Do(d.Ctx, chromedp.NavigateBack())) })
	d.reads("不在公海")
	if d.JS(`document.querySelector("form[action$='/assignment']")`) {
		d.Error("a lead that somebody holds is offered again")
	}
}

// evening finds the draft that the night has laid down and changes it, by the keyboard alone, at a desk.
func evening(d *shift) {
	d.at(24, 23, 0)
	d.ok(d.w.Queue.Drain(d.w.Ctx))
	d.ok(chromedp.Do(d.Ctx, chromedp.EmulateViewport(1280, 900)))
	d.Load("/allocation")
	d.tabTo(`main a.go[href^="/allocation/"]`)
	d.enter(kb.Enter)
	d.reads("草稿", "領取資格未開啟", "休假")
	drafts, err := d.w.Pool.Drafts(d.w.Ctx, d.w.Manager)
	d.ok(err)
	id := drafts.Own.ID
	planned := func(p people.Person) []string {
		d.Helper()
		s, err := d.w.Pool.Share(d.w.Ctx, d.w.Manager, id, p.ID, false)
		d.ok(err)
		return s.Share.LeadIDs
	}
	hers, his := planned(d.amy), planned(d.dan)
	if len(hers) < 3 || len(his) < 1 {
		d.Fatalf("%d and %d leads are planned", len(hers), len(his))
	}
	d.tabTo(fmt.Sprintf(`main a[href$="/people/%s"]`, d.amy.ID))
	d.enter(kb.Enter)
	d.tabTo(`[name=lead]`)
	first := d.focused("value")
	d.Press(" ")
	d.tabTo(`button[value=remove]`)
	d.enter(kb.Enter)
	d.reads("已調整 1 筆")
	if got := planned(d.amy); len(got) != len(hers)-1 || slices.Contains(got, first) {
		d.Errorf("removing leaves %d of %d", len(got), len(hers))
	}
	d.tabTo(`main a[href*="more=1"]`)
	d.enter(kb.Enter)
	if !d.JS(`document.querySelector("#more").checkVisibility()`) {
		d.Fatal("nothing to add")
	}
	d.tabTo(`section[aria-labelledby=more] [name=lead]`)
	added := d.focused("value")
	d.Press(" ")
	d.tabTo(`button[value=add]`)
	d.enter(kb.Enter)
	if got := planned(d.amy); len(got) != len(hers) || !slices.Contains(got, added) {
		d.Errorf("adding makes %d of %d", len(got), len(hers))
	}
	d.tabTo(`[name=lead]`)
	moved := d.focused("value")
	d.Press(" ")
	d.tabTo(`select[name=to]`)
	if !d.JS(`document.activeElement.options.length === 1 && document.activeElement.value === %q`, d.dan.ID) {
		d.Error("somebody is offered who cannot get a lead that day")
	}
	d.tabTo(`button[value=move]`)
	d.enter(kb.Enter)
	if got := planned(d.dan); !slices.Contains(got, moved) || slices.Contains(planned(d.amy), moved) {
		d.Error("moving did not move")
	}
}

// tabTo presses Tab until the focus is where a selector says. On the way every stop is seen to have the focus, lies where
// nothing covers it, and is not above the one before it.
func (d *shift) tabTo(selector string) {
	d.Helper()
	d.JS(`(document.documentElement.style.scrollBehavior = "auto", window.before = null, true)`)
	for range 80 {
		d.Press(kb.Tab)
		why, err := chromedp.Run(d.Ctx, chromedp.Evaluate[string](`(() => {
			const a = document.activeElement, main = document.querySelector("#main");
			if (a === document.body || !main.contains(a)) return "";
			const r = a.getBoundingClientRect(), seen = (e) => { const s = getComputedStyle(e); return (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== "none"; };
			if (!seen(a) && !seen(a.closest("label") ?? a)) return "the focus does not show";
			const over = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
			if (!over || !(a.contains(over) || over.contains(a) || a.closest("label")?.contains(over))) return "something covers it";
			const y = r.top + scrollY, before = window.before;
			window.before = { top: y, bottom: y + r.height, left: r.left };
			if (before && y + r.height <= before.top) return "it is above the stop before it";
			return "";
		})()`))
		d.ok(err)
		if why != "" {
			d.Errorf("on the way to %s: %s: %s", selector, why, d.focused("outerHTML"))
		}
		if d.JS(`document.activeElement.matches(%q)`, selector) {
			return
		}
	}
	d.Fatalf("Tab never reaches %s\n%s", selector, d.text())
}

func (d *shift) focused(property string) string {
	d.Helper()
	text, err := chromedp.Run(d.Ctx, chromedp.Evaluate[string](`String(document.activeElement.`+property+`)`))
	d.ok(err)
	return text
}

// enter presses a key that leads to another page.
func (d *shift) enter(key string) {
	d.Helper()
	d.Follow(func() { d.Press(key) })
}

// twoTabs publishes one draft in two tabs, and what somebody took meanwhile is not given twice.
func twoTabs(d *shift) {
	drafts, err := d.w.Pool.Drafts(d.w.Ctx, d.w.Manager)
	d.ok(err)
	at := "/allocation/" + drafts.Own.ID
	his, err := d.w.Pool.Share(d.w.Ctx, d.w.Manager, drafts.Own.ID, d.dan.ID, false)
	d.ok(err)
	d.Load(at + "/people/" + d.dan.ID)
	d.JS(`(document.querySelector("[name=lead]").click(), true)`)
	d.press(`button[value=remove]`)
	d.reads("已調整 1 筆", fmt.Sprintf("安排 %d 筆", his.Share.Planned-1))
	d.Load(at)
	other, sharing := d.second(at), d.second(at+"/people/"+d.amy.ID)
	share, err := d.w.Pool.Share(d.w.Ctx, d.w.Manager, drafts.Own.ID, d.amy.ID, false)
	d.ok(err)
	before, taken := d.holds(d.amy), share.Leads[0]
	_, err = d.w.Pool.Claim(d.w.Ctx, d.dan, taken.ID, "")
	d.ok(err)
	held := len(d.holds(d.dan))
	theirs, err := d.w.Pool.Share(d.w.Ctx, d.w.Manager, drafts.Own.ID, d.dan.ID, false)
	d.ok(err)

	d.tabTo(`form[action$="/publication"] button`)
	d.enter(kb.Enter)
	d.reads("分配中", "已發布")
	other.Follow(func() { other.JS(`(document.querySelector("form[action$='/publication'] button").click(), true)`) })
	other.Until(`document.querySelector("#notice").textContent.includes("先前已經發布")`)
	d.ok(d.w.Queue.Drain(d.w.Ctx))
	d.Until(`document.querySelector("#allocation h1 + .tag").textContent === "已發布" && !document.querySelector("[hx-trigger]")`) // by itself
	d.reads("剛剛被別人拿走了")
	after := d.holds(d.amy)
	if len(after) != len(before)+len(share.Leads)-1 {
		d.Errorf("%d held, %d planned, one of them taken: now %d", len(before), len(share.Leads), len(after))
	}
	if _, twice := after[taken.ID]; twice {
		d.Error("a lead that Dan took was given to Amy")
	}
	if got := len(d.holds(d.dan)); got != held+len(theirs.Leads) {
		d.Errorf("Dan holds %d, not %d and %d", got, held, len(theirs.Leads))
	}
	sharing.Follow(func() {
		sharing.JS(`(document.querySelector("[name=lead]").click(), document.querySelector("button[value=remove]").click(), true)`)
	})
	sharing.Until(`document.querySelector(".trouble").textContent.includes("已經發布，不能再調整")`)
	d.press(`#allocation a[href$="/people/` + d.amy.ID + `"]`)
	d.reads(taken.Company, "剛剛被別人拿走了")
}

// morning is what Amy finds on her phone.
func morning(d *shift) {
	d.at(25, 8, 0)
	d.ok(chromedp.Do(d.Ctx, chromedp.EmulateViewport(phoneWidth, 844)))
	d.as(d.amy)
	d.visit("/leads")
	for id := range d.holds(d.amy) {
		view, err := d.w.Pool.Lead(d.w.Ctx, d.amy, id)
		d.ok(err)
		d.reads(view.Lead.Company)
	}
}
