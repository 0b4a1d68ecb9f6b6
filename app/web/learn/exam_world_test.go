package learn_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gofiber/fiber/v2"

	"bainian/app/blobs"
	"bainian/app/calendar"
	"bainian/app/cohorts"
	"bainian/app/courses"
	"bainian/app/documents"
	"bainian/app/exams"
	"bainian/app/integrity"
	"bainian/app/jobs"
	"bainian/app/ledger"
	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
	"bainian/app/store/storetest"
	"bainian/app/web/learn"
	"bainian/app/web/page"
	"bainian/app/web/page/pagetest"
)

const (
	examBase = "http://learn.example.com"
	examBank = `---
bank: red
title: 高壓線題庫
---

## 客戶遞來紅包，你怎麼做？ {#gift points=1 lesson=values/red-line}

- [ ] 先收下
- [x] 當場婉拒
- [ ] 轉交同事
  > 回饋秘語甲
- [ ] 假裝沒看見 {credit=25}

> 解析秘語甲

## 哪些要通報？ {#many points=2}

- [x] 紅包
- [x] 回扣
- [ ] 茶水
- [ ] 名片

> 解析秘語乙

## 排出拜訪次序 {#order type=order}

1. 預約
2. 拜訪
3. 回報

## 配對 {#pairs type=match}

| 左 | 右 |
|---|---|
| 甲方 | 買方 |
| 乙方 | 賣方 |

## 一天要聯絡幾家？ {#number unit=家}

= 8437 ± 1

## 收回貨款叫什麼？ {#word}

= 回款秘鑰
`
	examPaper = `---
exam: red
title: 高壓線考試
track: values
minutes: 40
pass: 60%%
attempts: 2
cooldown: 24h
sections:
  - title: 全部
    draw: [{bank: red, count: 6}]
integrity: {focus: on, visibility: on, fullscreen: on, clipboard: on, extra_tabs: on, seb: optional, invigilated: on}
feedback: {score: %s, lessons: at-once, answers: %s}
---

考前須知：不要離開**考場**。
`
)

// kindsBank has one item of every kind that a browser alone can answer; a cloze has gaps in its text, a list and a table.
const kindsBank = `---
bank: kinds
title: 各種題
---

## 客戶遞來紅包，你怎麼做？ {#k1 shuffle=false}

- [ ] 先收下
- [x] 當場婉拒

## 哪些要通報？ {#k2 shuffle=false}

- [x] 紅包
- [x] 回扣
- [ ] 茶水

## 紅包要通報。 {#k3 type=truefalse}

- [x] 對
- [ ] 錯

## 排出拜訪次序 {#k4 type=order}

1. 預約
2. 拜訪
3. 回報

## 把角色配給做的事 {#k5 type=match}

| 角色 | 做的事 |
|---|---|
| 新人 | 聽課 |
| 師傅 | 陪訪 |
| | 發薪 |

## 一天要聯絡幾家？ {#k6 unit=家}

= 8437 ± 1

## 收回貨款叫什麼？ {#k7}

= 回款秘鑰

## 補齊拜訪紀錄 {#k8 type=cloze shuffle=false}

拜訪之後要[[回報]]，並且：

- 約好[[(下次)|永遠不]]見面的時間
- 寫下金額 [[=47±1]] 萬

| 欄位 | 內容 |
|---|---|
| 狀態 | [[(簽約)\|拜訪]] |

## 寫一封婉拒紅包的信 {#k9 type=essay words=5-10}

要讓客戶**有面子**。

| 評分項目 | 分數 | 滿分的樣子 |
|---|---|---|
| 立場 | 2 | 說清楚不收的秘訣 |
| 語氣 | 1 | 有面子的秘訣 |

## 這門課對你有幫助嗎？ {#k10 type=scale}

- [ ] 很有幫助
- [ ] 普通
- [ ] 沒有
`

// kindsExam asks all of them; attempts: 0 makes it a practice exam, which teaches the room.
func kindsExam(attempts int) string {
	return fmt.Sprintf(`---
exam: kinds-%d
title: 各種題的考試
track: values
minutes: 40
pass: 60%%
attempts: %d
cooldown: 0h
sections:
  - title: 全部
    draw: [{bank: kinds, count: 9}, {bank: kinds, kind: by-hand, count: 1}]
integrity: {watch: [focus], camera: off, seb: optional, invigilated: false, canaries: 0}
feedback: {score: at-once, lessons: at-once, answers: at-once}
---

每種題一題。
`, attempts, attempts)
}

// examWorld is a site with an exam room, a trainer and one sitting that is open for a day.
type examWorld struct {
	testing.TB
	db      *store.DB
	log     *ledger.Log
	clock   *storetest.Clock
	dir     *people.Directory
	shelf   *documents.Shelf
	room    *exams.Room
	queue   *jobs.Queue
	blobs   *blobs.Store
	app     *fiber.App
	kit     *page.Kit
	roster  *cohorts.Roster
	library *courses.Library
	logs    *bytes.Buffer
	trainer people.Person
	sitting exams.Sitting
}

// policy is when score and answers of the exam are shown.
type policy struct{ score, answers string }

var closedBook = policy{score: "at-once", answers: "never"}

// openExam furnishes the world; base is the site's public address.
func openExam(tb testing.TB, p policy, base string) *examWorld {
	tb.Helper()
	db, clock := database(tb, jobs.Schema(), ledger.Schema(), people.Schema(), documents.Schema(), cohorts.Schema(), courses.Schema(), exams.Schema(), integrity.Schema())
	w := &examWorld{TB: tb, db: db, clock: clock, logs: &bytes.Buffer{}}
	words, err := locale.Load()
	w.ok(err)
	log := slog.New(slog.NewTextHandler(w.logs, &slog.HandlerOptions{Level: slog.LevelWarn}))
	signer, err := ledger.LoadSigner(filepath.Join(tb.TempDir(), "signing.key"), rand.Reader)
	w.ok(err)
	w.blobs, err = blobs.Open(filepath.Join(tb.TempDir(), "blobs"))
	w.ok(err)
	md, shelf := markdown.New(words), documents.New(db)
	w.shelf = shelf
	roster := cohorts.New(db, shelf)
	w.dir, w.queue = people.New(db), jobs.New(db, log)
	library := courses.New(db, shelf, fstest.MapFS{}, md)
	w.log = ledger.NewLog(db, signer)
	w.room = exams.New(db, shelf, library, signer, md, w.blobs, w.queue)
	_, problems, err := shelf.Load(context.Background(), fstest.MapFS{
		"content/values/culture/course.md":      {Data: []byte("---\ntitle: 文化\ntrack: values\norder: 1\n---\n\n先教什麼事不做。\n")},
		"content/values/culture/01-red-line.md": {Data: []byte("---\ntitle: 底線在哪裡\ntrack: values\norder: 1\nminutes: 5\nobjectives: [說出底線]\n---\n\n收禮要通報。\n")},
		"quizzes/red.bank.md":                   {Data: []byte(examBank)},
		"quizzes/red.exam.md":                   {Data: fmt.Appendf(nil, examPaper, p.score, p.answers)},
		"quizzes/kinds.bank.md":                 {Data: []byte(kindsBank)},
		"quizzes/kinds-0.exam.md":               {Data: []byte(kindsExam(0))},
		"quizzes/kinds-1.exam.md":               {Data: []byte(kindsExam(1))},
		"quizzes/watched.exam.md":               {Data: []byte(watchedExam("watched", "{preset: high-stakes, invigilated: off}", p))},
		"quizzes/unwatched.exam.md":             {Data: []byte(watchedExam("unwatched", "practice", p))},
		"quizzes/pitch.bank.md":                 {Data: []byte(pitchBank)},
		"quizzes/pitch.exam.md":                 {Data: []byte(pitchExam)},
		"quizzes/seen.exam.md":                  {Data: []byte(seenExam)},
	})
	w.ok(err)
	w.ok(problems.Err())
	w.trainer, _ = w.person("T-1", people.Trainer)
	w.sitting, err = w.room.OpenSitting(context.Background(), w.trainer, exams.NewSitting{Exam: "red", OpensAt: clock.Now(), ClosesAt: clock.Now().Add(24 * time.Hour)})
	w.ok(err)
	taipei, err := time.LoadLocation("Asia/Taipei")
	w.ok(err)
	kit, err := page.New(page.Config{Catalog: words, Directory: w.dir, Static: os.DirFS("../../../static"), BaseURL: base, Zone: taipei, Clock: clock.Now, Log: log})
	w.ok(err)
	desk := integrity.New(db, w.room, ledger.NewLog(db, signer), w.queue, func(*store.Rx) (calendar.Calendar, error) { return calendar.Calendar{Zone: taipei}, nil })
	w.app, w.kit, w.roster, w.library = kit.App(), kit, roster, library
	w.ok(learn.Mount(w.app, kit, roster, library, w.room, desk, nil, nil, nil)) // the exam pages ask nothing of keeper and pool
	return w
}

// agreed are the terms of somebody who agrees to all that a sitting needs.
func agreed(tb testing.TB, room *exams.Room, sittingID string) exams.Terms {
	tb.Helper()
	n, err := room.Notice(context.Background(), sittingID, locale.Hant)
	if err != nil {
		tb.Fatal(err)
	}
	return n.Agree()
}

// confirming is what the form of a briefing sends when all is ticked.
func (w *examWorld) confirming(sittingID string) url.Values {
	w.Helper()
	t := agreed(w.TB, w.room, sittingID)
	return url.Values{"pledge": {"yes"}, "notice": {t.Notice}, "camera": {string(t.Camera)}, "screen": {string(t.Screen)}}
}

func (w *examWorld) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// person is somebody with a session.
func (w *examWorld) person(number string, roles ...people.Role) (people.Person, string) {
	w.Helper()
	p, err := w.dir.Create(context.Background(), people.System(), people.NewPerson{Number: number, Name: "員工" + number, Email: number + "@example.com", Roles: roles})
	w.ok(err)
	token, err := w.dir.SignInAs(context.Background(), p.ID)
	w.ok(err)
	return p, token
}

// candidate is a new hire's browser.
func (w *examWorld) candidate(number string) *browser {
	w.Helper()
	p, token := w.person(number, people.NewHire)
	return &browser{w, p, token, "zh-Hant"}
}

// browser sends requests as one person.
type browser struct {
	*examWorld
	person people.Person
	token  string
	lang   string
}

type reply struct {
	*http.Response
	text string
}

func (b *browser) send(method, target, kind, body string, headers ...string) reply {
	b.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Host = "learn.example.com"
	r.Header.Set("Cookie", "session="+b.token+"; lang="+b.lang)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if method != http.MethodGet {
		r.Header.Set("Origin", examBase)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := b.app.Test(r, -1)
	b.ok(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	b.ok(err)
	return reply{response, string(text)}
}

func (b *browser) get(target string, headers ...string) reply {
	b.Helper()
	return b.send(http.MethodGet, target, "", "", headers...)
}

func (b *browser) post(target string, form url.Values) reply {
	b.Helper()
	return b.send(http.MethodPost, target, fiber.MIMEApplicationForm, form.Encode())
}

func (b *browser) put(target string, body any, headers ...string) reply {
	b.Helper()
	doc, err := json.Marshal(body)
	b.ok(err)
	return b.send(http.MethodPut, target, fiber.MIMEApplicationJSON, string(doc), headers...)
}

// want fails unless the status is that and the answer says all of these; a page must be well made.
func (b *browser) want(r reply, status int, words ...string) {
	b.Helper()
	if r.StatusCode != status {
		b.Fatalf("%s %s: status %d, want %d: %s\n%s", r.Request.Method, r.Request.URL, r.StatusCode, status, r.text, b.logs)
	}
	for _, word := range words {
		if !strings.Contains(r.text, word) {
			b.Errorf("the answer does not say %q: %s", word, r.text)
		}
	}
	if strings.Contains(r.text, "<body") {
		pagetest.Check(b.TB, r.text)
		if strings.Contains(r.text, "[exam.") || strings.Contains(r.text, "[exams.") {
			b.Errorf("a message is missing: %s", r.text)
		}
	}
}

// start starts the exam through its pages and returns the attempt's id.
func (b *browser) start() string {
	b.Helper()
	r := b.post("/sittings/"+b.sitting.ID+"/attempts", b.confirming(b.sitting.ID))
	b.want(r, 303)
	id, ok := strings.CutPrefix(r.Header.Get("Location"), "/attempts/")
	if !ok {
		b.Fatal(r.Header.Get("Location"))
	}
	return id
}

// save is a save as the room sends it.
type save struct {
	Device    string             `json:"device"`
	Seq       int64              `json:"seq"`
	Response  questions.Response `json:"response"`
	ElapsedMs int64              `json:"elapsed_ms"`
}

func (b *browser) save(attempt string, n int, s save) reply {
	b.Helper()
	return b.put(fmt.Sprintf("/attempts/%s/answers/%d", attempt, n), s)
}

// answering is some answer to question n that the paper takes.
func (b *browser) answering(attempt string, n int) questions.Response {
	b.Helper()
	paper, err := b.room.Paper(context.Background(), b.person, attempt, locale.Hant)
	b.ok(err)
	switch q := paper.Questions[n-1]; q.Kind {
	case questions.Order:
		return questions.Response{Order: []int{2, 0, 1}}
	case questions.Match:
		return questions.Response{Pairs: []int{0, -1}}
	case questions.Numeric, questions.Short:
		return questions.Response{Text: "47"}
	}
	// Never the key of the single choice, wherever it was dealt: a wrong answer is what names a lesson to read again.
	wrong := slices.IndexFunc(paper.Questions[n-1].Choices, func(c markdown.HTML) bool { return !strings.Contains(string(c), "婉拒") })
	return questions.Response{Choices: []int{wrong}}
}

// numberOf is the number of the first question of that kind on the person's paper.
func (b *browser) numberOf(attempt string, kind questions.Kind) int {
	b.Helper()
	paper, err := b.room.Paper(context.Background(), b.person, attempt, locale.Hant)
	b.ok(err)
	for _, q := range paper.Questions {
		if q.Kind == kind {
			return q.N
		}
	}
	b.Fatalf("no %s on the paper", kind)
	return 0
}
