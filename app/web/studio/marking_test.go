package studio_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"bainian/app/exams"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/web/page/pagetest"
)

// TestMarkingPages: answers are marked on the pages alone, blind, by two people, settled by a third, appealed on and
// corrected; and by keyboard in a browser.
func TestMarkingPages(t *testing.T) {
	s := open(t)
	writers := []string{"p01", "p02", "p03", "p04", "p05", "p06"}
	ids := s.write(writers...)
	script := s.queueIsBlind(writers, ids)
	s.markAndSettle(script)
	s.appealsAreDecided(ids)
	t.Run("ByKeyboardInBrowser", func(t *testing.T) { s.at(t).markByKeyboard() })
}

// at is the site in another test.
func (s *site) at(t *testing.T) *site {
	next := *s
	next.T = t
	return &next
}

// write has people hand in an essay each; the recording stays blank.
func (s *site) write(numbers ...string) (attempts []string) {
	s.Helper()
	ctx := context.Background()
	sitting, err := s.room.OpenSitting(ctx, s.people["trainer"], exams.NewSitting{Exam: "pitch", CohortID: s.cohort, OpensAt: s.clock.Now(), ClosesAt: s.clock.Now().Add(24 * time.Hour)})
	must(s.T, err)
	for _, number := range numbers {
		s.hire(number, people.NewHire)
		must(s.T, s.roster.Enrol(ctx, s.people["hr"], s.cohort, s.people[number].ID))
		id := s.start(sitting, number)
		paper, err := s.room.Paper(ctx, s.people[number], id, locale.Hant)
		must(s.T, err)
		for _, q := range paper.Questions {
			if q.Kind == questions.Essay {
				_, err := s.room.Answer(ctx, s.people[number], id, q.N, exams.Save{Device: "laptop", Seq: 1, Response: questions.Response{Text: "先停下來，<b>再</b>寫。\n\n第二段。"}})
				must(s.T, err)
			}
		}
		_, err = s.room.Submit(ctx, s.people[number], id)
		must(s.T, err)
		attempts = append(attempts, id)
	}
	return attempts
}

var (
	hidden  = regexp.MustCompile(`name="(exam|bank|item)" value="([^"]+)"`)
	control = regexp.MustCompile(`<fieldset class="criterion[^"]*" data-max="([^"]+)"`)
)

// pile is the form of the first pile on the overview.
func (s *site) pile(who string) url.Values {
	s.Helper()
	page := s.want(s.get(who, "/studio/marking"), 200)
	form := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(page.text, 3) {
		form.Set(m[1], m[2])
	}
	return form
}

// sheet fills in a marking page: every criterion full, or with lower none.
func (s *site) sheet(page answer, lower bool) url.Values {
	form := url.Values{}
	for i, m := range control.FindAllStringSubmatch(page.text, -1) {
		value := m[1]
		if lower {
			value = "0"
		}
		form.Set(fmt.Sprintf("c%d", i+1), value)
	}
	if len(form) == 0 {
		s.Fatalf("no criteria in %s", page.text)
	}
	return form
}

// queueIsBlind looks at the overview and at an answer in three languages: neither tells whose it is.
func (s *site) queueIsBlind(writers, ids []string) (script string) {
	s.Helper()
	s.want(s.get("watcher", "/studio/marking"), 403)
	s.want(s.get("p01", "/studio/marking"), 403)
	s.want(s.get("trainer", "/studio/marking"), 200, "有 6 份答案等你評分", "開始評")
	s.want(s.get("hr", "/studio/sittings"), 200, `href="/studio/marking"`, "待評")
	claimed := s.want(s.post("trainer", "/studio/marking/claims", s.pile("trainer")), 303)
	script = claimed.Header.Get("Location")
	for _, lang := range locale.Langs() {
		for _, path := range []string{"/studio/marking", script} {
			page := s.want(s.get("trainer", path, "Cookie", "lang="+string(lang)), 200)
			for i, number := range writers {
				for _, tells := range []string{ids[i], s.people[number].ID, s.people[number].Name, ">" + number + "<", s.cohort} {
					if strings.Contains(page.text, tells) {
						s.Errorf("%s tells %q", path, tells)
					}
				}
			}
		}
	}
	s.want(s.get("trainer", script), 200, "先停下來，&lt;b&gt;再&lt;/b&gt;寫。", `type="radio"`, "滿分：", "給分，下一份", "Ctrl")
	s.want(s.get("other", script), 200, "另一位評分人正在評這份答案")
	s.want(s.get("trainer", "/studio/marking/scripts/nothing"), 404)
	s.exportWaits(ids[0])
	return script
}

// exportWaits looks at the results to be taken along: what waits to be marked has no points there, not of a section either.
func (s *site) exportWaits(attempt string) {
	s.Helper()
	r, err := s.room.Result(context.Background(), s.people["trainer"], attempt, locale.Hant)
	must(s.T, err)
	page := s.want(s.get("trainer", "/studio/sittings/"+r.SittingID+"/results.csv"), 200)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(page.text, "\uFEFF"))).ReadAll()
	must(s.T, err)
	answered := slices.Index(rows[0], "作答題數")
	for _, row := range rows[1:] {
		if points := strings.Join(row[3:answered], ""); points != "" {
			s.Errorf("a paper that waits to be marked has %q", row[3:answered])
		}
	}
}

func (s *site) markAndSettle(script string) {
	s.Helper()
	page := s.get("trainer", script)
	// What is left out or out of range is named, and what was filled in stays.
	bad := s.sheet(page, false)
	bad.Set("c1", "99")
	bad.Del("c2")
	bad.Set("comment", "寫得**清楚**")
	s.want(s.post("trainer", script+"/marks", bad), 422, "第 1 項請給 0 到", "第 2 項請給 0 到", "寫得**清楚**")
	s.want(s.post("trainer", script+"/marks", bad, "Origin", "https://evil.example"), 403)
	// A draft is kept, and one comes back to it.
	begun := url.Values{"c1": {"1"}, "comment": {"想到一半"}}
	s.want(s.post("trainer", script+"/draft", begun, "Accept", "application/json"), 204)
	s.want(s.get("trainer", script), 200, "想到一半", "這是你評到一半的", `name="c1" value="1" required aria-describedby="full-c1" checked`)
	s.want(s.post("trainer", script+"/draft", begun), 303)
	if again := s.want(s.post("trainer", "/studio/marking/claims", s.pile("trainer")), 303); again.Header.Get("Location") != script {
		s.Errorf("carried on at %s, not %s", again.Header.Get("Location"), script)
	}
	// The comment bank.
	s.want(s.post("trainer", script+"/comments", url.Values{"stock": {" "}}), 422)
	s.want(s.post("trainer", script+"/comments", url.Values{"stock": {"請寫出日期"}}), 303)
	stocked := s.want(s.get("trainer", script), 200, "請寫出日期")
	retire := regexp.MustCompile(`action="([^"]+/retirement)"`).FindStringSubmatch(stocked.text)[1]
	s.want(s.post("trainer", retire, url.Values{}), 303)
	if strings.Contains(s.get("trainer", script).text, "請寫出日期") {
		s.Error("a retired comment is still offered")
	}

	full := s.sheet(page, false)
	full.Set("comment", "都寫到了")
	if next := s.want(s.post("trainer", script+"/marks", full), 303).Header.Get("Location"); next == script {
		s.Error("not on to the next")
	}
	second := s.want(s.get("other", script), 200, "兩人分別評分")
	if strings.Contains(second.text, "都寫到了") {
		s.Error("the second marker reads the first")
	}
	s.want(s.post("hr", script+"/marks", full), 403)
	s.want(s.post("other", script+"/marks", s.sheet(second, true)), 303)
	s.want(s.get("other", script), 200, "分歧要由第三人裁定")
	s.want(s.get("hr", "/studio/marking"), 200, "等第三人裁定", "裁定分歧")
	form := s.pile("hr")
	form.Set("disputed", "1")
	if at := s.want(s.post("hr", "/studio/marking/claims", form), 303).Header.Get("Location"); at != script {
		s.Errorf("HR settles %s, not %s", at, script)
	}
	both := s.want(s.get("hr", script), 200, "兩位評分人的分數", "第 1 位評分人", "第 2 位評分人", "都寫到了")
	s.want(s.post("hr", script+"/settlement", s.sheet(both, true)), 422)
	settled := s.sheet(both, true)
	settled.Set("c1", "1")
	settled.Set("reason", "第一項有寫")
	s.want(s.post("hr", script+"/settlement", settled), 303)
	s.want(s.get("trainer", script), 200, "員工trainer 評分", "員工other 評分", "員工hr 裁定", "更正分數")
	corrected := s.sheet(s.get("trainer", script), true)
	s.want(s.post("trainer", script+"/correction", corrected), 422)
	corrected.Set("reason", "重看之後改為零分")
	s.want(s.post("trainer", script+"/correction", corrected), 303)
	s.want(s.get("hr", script), 200, "員工trainer 更正", "重看之後改為零分")
	// Looking up whose it is takes a reason, and is for HR.
	s.want(s.post("trainer", script+"/unblinding", url.Values{"unblinding": {"好奇"}}), 403)
	s.want(s.post("hr", script+"/unblinding", url.Values{"unblinding": {""}}), 422)
	s.want(s.post("hr", script+"/unblinding", url.Values{"unblinding": {"答案裡有人求救"}}), 303)
	s.want(s.get("hr", script), 200, "員工p0")
}

// appealsAreDecided: the one whose paper is marked appeals, and HR upholds it.
func (s *site) appealsAreDecided(ids []string) {
	s.Helper()
	ctx := context.Background()
	filed := 0
	for i, id := range ids {
		who := fmt.Sprintf("p0%d", i+1)
		r, err := s.room.Result(ctx, s.people[who], id, locale.Hant)
		must(s.T, err)
		for _, marked := range r.Marked {
			must(s.T, s.room.AppealMark(ctx, s.people[who], id, marked.N, "第一項確實寫了"))
			must(s.T, s.room.AppealMark(ctx, s.people[who], id, 3-marked.N, "錄音沒有錄到"))
			filed += 2
		}
	}
	if filed != 2 {
		s.Fatalf("%d appeals", filed)
	}
	// p01 to p04 are not named here either.
	list := s.want(s.get("other", "/studio/marking"), 200, "第一項確實寫了", "錄音沒有錄到")
	at := regexp.MustCompile(`href="(/studio/marking/appeals/[^"]+)"`).FindAllStringSubmatch(list.text, -1)
	for _, lang := range locale.Langs() {
		for _, m := range at {
			page := s.want(s.get("other", m[1], "Cookie", "lang="+string(lang)), 200)
			if strings.Contains(page.text, "員工p0") || strings.Contains(page.text, "/attempts/") {
				s.Error("an appeal tells whose it is")
			}
		}
	}
	s.hire("chief", people.Trainer)
	for _, m := range at {
		page := s.want(s.get("chief", m[1]), 200)
		if !strings.Contains(page.text, "第一項確實寫了") {
			s.want(s.post("chief", m[1]+"/decision", url.Values{"answer": {"沒有錄到就沒有分數"}}), 303)
			continue
		}
		s.want(s.get("trainer", m[1]), 200, "這個分數是你給的")
		form := s.sheet(page, false)
		form.Set("uphold", "1")
		s.want(s.post("chief", m[1]+"/decision", form), 422)
		form.Set("answer", "確實寫了，給滿分")
		s.want(s.post("chief", m[1]+"/decision", form), 303)
		s.want(s.get("chief", m[1]), 200, "准予", "確實寫了，給滿分")
	}
	s.want(s.get("chief", "/studio/marking"), 200, "最近決定的申請（2）")
}

// markByKeyboard marks an answer in a real browser with keys alone, and comes to the next.
func (s *site) markByKeyboard() {
	browser := pagetest.Browser(s.T)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(s.T, err)
	served := make(chan error, 1)
	go func() { served <- s.app.Listener(listener) }()
	s.Cleanup(func() {
		if err := s.app.ShutdownWithTimeout(time.Second); !errors.Is(err, context.DeadlineExceeded) {
			must(s.T, err)
		}
		must(s.T, <-served)
	})
	x := &pagetest.Tab{TB: s.T, Ctx: browser, Base: "http://" + listener.Addr().String()}
	until, press := x.Until, x.Press
	pile := exams.Pile{}
	for _, p := range s.queue("chief") {
		if p.ForMe >= 2 {
			pile = p
		}
	}
	script, err := s.room.NextToMark(context.Background(), s.people["chief"], pile, "")
	must(s.T, err)
	must(s.T, s.room.AddComment(context.Background(), s.people["chief"], script, "再寫一次"))
	must(s.T, chromedp.Do(browser, chromedp.Navigate(x.Base+"/favicon.ico")))
	until(`(document.cookie = "session=%s; path=/", document.cookie = "lang=zh-Hant; path=/")`, s.tokens["chief"])
	x.Load("/studio/marking/scripts/" + script)
	until(`document.querySelector("#marks[data-ready]") && document.activeElement.name === "c1"`)
	// Keys set points, halves too, and move; a comment of the bank comes into the field; the draft is kept meanwhile.
	press("1", ".")
	until(`document.querySelector("input[name=c1]:checked")?.value === "1.5"`)
	press(kb.ArrowDown, "f")
	until(`document.activeElement.name === "c2" && document.querySelector("input[name=c2]:checked").value === document.activeElement.closest("fieldset").dataset.max`)
	press(kb.ArrowUp, "0", kb.ArrowDown, kb.ArrowDown, "1", kb.ArrowDown, "1")
	until(`[...document.querySelectorAll("#marks fieldset")].every((f) => f.querySelector("input:checked"))`)
	press("?")
	until(`document.getElementById("keys").open`)
	press(kb.Escape)
	until(`!document.getElementById("keys").open`)
	press("c")
	until(`document.activeElement.name === "comment"`)
	press(kb.Escape)
	until(`document.activeElement.closest(".criterion")`)
	press("b", "1")
	until(`document.activeElement.value.includes("再寫一次")`) // the driver types its keys even where the page takes them
	until(`document.getElementById("kept").textContent === "草稿已存。"`)
	must(s.T, chromedp.Do(browser, chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)))) // Ctrl
	until(`location.pathname !== "/studio/marking/scripts/%s" && document.querySelector("#marks[data-ready]") && document.activeElement.name === "c1"`, script)
	v, err := s.room.Script(context.Background(), s.people["chief"], script, locale.Hant)
	must(s.T, err)
	if len(v.Standing.Given) != 1 || !strings.Contains(v.Standing.Given[0].Comment, "再寫一次") || v.Standing.Given[0].Points[0] != 0 || v.Standing.Given[0].Points[2] != 1000 {
		s.Errorf("by keyboard: %+v", v.Standing.Given)
	}
}

func (s *site) queue(who string) []exams.Pile {
	s.Helper()
	piles, err := s.room.Queue(context.Background(), s.people[who], locale.Hant)
	must(s.T, err)
	return piles
}
