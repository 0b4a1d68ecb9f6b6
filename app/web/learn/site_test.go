package learn_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gofiber/fiber/v2"

	"bainian/app/blobs"
	"bainian/app/cohorts"
	"bainian/app/courses"
	"bainian/app/documents"
	"bainian/app/exams"
	"bainian/app/gate"
	"bainian/app/integrity"
	"bainian/app/jobs"
	"bainian/app/leads"
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

const base = "http://learn.example.com"

// site is this wing over every domain on a fresh database, with a small school for content.
type site struct {
	testing.TB
	ctx     context.Context
	db      *store.DB
	app     *fiber.App
	fresh   func() *fiber.App // the same, with nothing kept
	clock   *storetest.Clock
	dir     *people.Directory
	shelf   *documents.Shelf
	roster  *cohorts.Roster
	library *courses.Library
	room    *exams.Room
	desk    *integrity.Desk
	keeper  *gate.Keeper
	pool    *leads.Pool
	diary   *leads.Diary
	cohort  cohorts.Cohort
	hr      people.Person
	trainer people.Person
	manager people.Person
}

// open makes a site with that content.
func open(tb testing.TB, content fs.FS) *site {
	tb.Helper()
	return openAt(tb, content, base)
}

// openAt is open at an address of its own.
func openAt(tb testing.TB, content fs.FS, base string) *site {
	tb.Helper()
	db, clock := database(tb, jobs.Schema(), ledger.Schema(), people.Schema(), documents.Schema(), cohorts.Schema(),
		courses.Schema(), exams.Schema(), integrity.Schema(), gate.Schema(), leads.Schema())
	s := &site{TB: tb, ctx: context.Background(), db: db, clock: clock}
	catalog, err := locale.Load()
	s.must(err)
	zone, err := time.LoadLocation("Asia/Taipei")
	s.must(err)
	quiet := slog.New(slog.NewTextHandler(tb.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	signer, err := ledger.LoadSigner(filepath.Join(tb.TempDir(), "key"), rand.Reader)
	s.must(err)
	files, err := blobs.Open(tb.TempDir())
	s.must(err)
	md, queue := markdown.New(catalog), jobs.New(db, quiet)
	s.dir, s.shelf = people.New(db), documents.New(db)
	s.roster = cohorts.New(db, s.shelf)
	s.library = courses.New(db, s.shelf, content, md)
	s.room = exams.New(db, s.shelf, s.library, signer, md, files, queue)
	s.keeper = gate.New(db, s.shelf, s.library, zone)
	s.desk = integrity.New(db, s.room, ledger.NewLog(db, signer), queue, s.keeper.CalendarIn)
	s.pool = leads.New(db, s.shelf, s.keeper)
	s.diary = leads.NewDiary(s.pool, files)
	_, problems, err := s.shelf.Load(s.ctx, content)
	s.must(err)
	s.must(problems.Err())
	s.fresh = func() *fiber.App {
		kit, err := page.New(page.Config{Catalog: catalog, Directory: s.dir, Static: os.DirFS("../../../static"), BaseURL: base, Zone: zone, Clock: clock.Now, Log: quiet})
		s.must(err)
		app := kit.App()
		s.must(learn.Mount(app, kit, s.roster, s.library, s.room, s.desk, s.keeper, s.pool, s.diary))
		return app
	}
	s.app = s.fresh()
	s.hr, s.trainer, s.manager = s.hire("許人資", people.HR), s.hire("蔡講師", people.Trainer), s.hire("羅主管", people.Manager)
	s.cohort, err = s.roster.Create(s.ctx, s.hr, cohorts.Cohort{Number: 42, Name: "秋季班", StartsOn: "2026-11-15", EndsOn: "2026-12-05"})
	s.must(err)
	return s
}

func (s *site) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *site) hire(name string, roles ...people.Role) people.Person {
	s.Helper()
	number := fmt.Sprintf("E-%x", name)
	p, err := s.dir.Create(s.ctx, people.System(), people.NewPerson{Number: number[:min(len(number), 20)], Name: name, Email: number[2:] + "@example.com", Roles: roles, ManagerID: s.manager.ID})
	s.must(err)
	return p
}

// newHire is a new hire in the cohort.
func (s *site) newHire(name string) people.Person {
	s.Helper()
	p := s.hire(name, people.NewHire)
	s.must(s.roster.Enrol(s.ctx, s.hr, s.cohort.ID, p.ID))
	return p
}

// visitor is somebody's browser.
type visitor struct {
	*site
	person people.Person
	cookie string
}

func (s *site) as(p people.Person) *visitor {
	s.Helper()
	token, err := s.dir.SignInAs(s.ctx, p.ID)
	s.must(err)
	return &visitor{s, p, "session=" + token}
}

// in is the visitor with a language of choice.
func (v *visitor) in(lang locale.Lang) *visitor {
	w := *v
	w.cookie += "; lang=" + string(lang)
	return &w
}

// answer is a response with its body read.
type answer struct {
	*http.Response
	text string
}

// main is what a failed test shows of a page.
func (a answer) main() string {
	_, rest, found := strings.Cut(a.text, "<main")
	if !found {
		return a.text
	}
	text, _, _ := strings.Cut(rest, "</main>")
	return text
}

func (v *visitor) send(method, target string, form url.Values, headers ...string) answer {
	v.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(form.Encode()))
	r.Host = "learn.example.com"
	r.Header.Set("Cookie", v.cookie)
	if method != http.MethodGet {
		r.Header.Set("Origin", base)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return v.answered(r)
}

// answered is the response to a request, read.
func (v *visitor) answered(r *http.Request) answer {
	v.Helper()
	response, err := v.app.Test(r, -1)
	v.must(err)
	text, err := io.ReadAll(response.Body)
	v.must(err)
	return answer{response, string(text)}
}

// get reads a page that must be there and well made.
func (v *visitor) get(target string, wants ...string) string {
	v.Helper()
	a := v.send(http.MethodGet, target, nil)
	v.want(a, http.StatusOK, wants...)
	return a.text
}

// post sends a form as a page without scripts does.
func (v *visitor) post(target string, form url.Values) answer {
	v.Helper()
	return v.send(http.MethodPost, target, form)
}

// want fails unless the answer has that status and texts, and is a well made page if it is one.
func (v *visitor) want(a answer, status int, wants ...string) {
	v.Helper()
	if a.StatusCode != status {
		v.Fatalf("%s %d, want %d\n%s", a.Header.Get("Location"), a.StatusCode, status, a.main())
	}
	if strings.HasPrefix(a.text, "<!doctype") {
		pagetest.Check(v, a.text)
	}
	if m := regexp.MustCompile(`\[[a-z]+\.[a-z_.]*\]`).FindString(a.text); m != "" {
		v.Errorf("no words for %s", m)
	}
	for _, w := range wants {
		if !strings.Contains(a.text, w) {
			v.Fatalf("%q is not in\n%s", w, a.main())
		}
	}
}

// leads fails unless the answer goes on to that address.
func (v *visitor) leads(a answer, to string) {
	v.Helper()
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != to {
		v.Fatalf("%d to %q, want 303 to %q\n%s", a.StatusCode, a.Header.Get("Location"), to, a.main())
	}
}

// read opens a lesson, tries its checks and completes it, as the library sees it.
func (s *site) read(p people.Person, refs ...string) {
	s.Helper()
	for _, ref := range refs {
		l, err := s.library.Lesson(s.ctx, p, ref, locale.Hant)
		s.must(err)
		for _, part := range l.Parts {
			if part.Check == nil {
				continue
			}
			_, err := s.library.Check(s.ctx, p, ref, part.Check.ID, someResponse(part.Check), locale.Hant)
			s.must(err)
		}
		s.must(s.library.Complete(s.ctx, p, ref))
	}
}

func someResponse(c *courses.CheckView) questions.Response {
	var r questions.Response
	switch c.Kind {
	case questions.Order:
		for i := range c.Rows {
			r.Order = append(r.Order, i)
		}
	case questions.Match:
		for i := range c.Rows {
			r.Pairs = append(r.Pairs, i)
		}
	case questions.Numeric, questions.Short:
		r.Text = "1"
	default:
		r.Choices = []int{0}
	}
	return r
}

func (s *site) sign(p people.Person) {
	s.Helper()
	text, err := s.library.Pledge(s.ctx, locale.Hant)
	s.must(err)
	s.must(s.library.SignPledge(s.ctx, p, text.Version, locale.Hant))
}

func (s *site) sitting(exam string) exams.Sitting { return s.sittingFor(exam, s.cohort.ID) }

// sittingFor opens an exam to a cohort, or to everybody when there is none.
func (s *site) sittingFor(exam, cohort string) exams.Sitting {
	s.Helper()
	now := s.clock.Now()
	sitting, err := s.room.OpenSitting(s.ctx, s.trainer, exams.NewSitting{Exam: exam, CohortID: cohort, OpensAt: now, ClosesAt: now.Add(8 * time.Hour)})
	s.must(err)
	return sitting
}

// pass sits the exam with every answer right.
func (s *site) pass(p people.Person, sitting exams.Sitting) string {
	s.Helper()
	id, err := s.room.Start(s.ctx, p, sitting.ID, agreed(s, s.room, sitting.ID))
	s.must(err)
	s.must(s.room.Lease(s.ctx, p, id, "laptop", false))
	again, err := s.room.Replay(s.ctx, id)
	s.must(err)
	for i, q := range again.Form.Questions {
		right := 0
		for displayed, canonical := range q.Layout.Order {
			if canonical == 0 {
				right = displayed
			}
		}
		s.clock.Add(10 * time.Second)
		_, err := s.room.Answer(s.ctx, p, id, i+1, exams.Save{Device: "laptop", Seq: int64(i + 1), Response: questions.Response{Choices: []int{right}}})
		s.must(err)
	}
	_, err = s.room.Submit(s.ctx, p, id)
	s.must(err)
	return id
}

// ready is a new hire to whom the gate is open.
func (s *site) ready(name string) people.Person {
	s.Helper()
	p := s.newHire(name)
	s.sign(p)
	s.read(p, "values/line", "values/trust")
	s.pass(p, s.sitting("values"))
	return p
}

// stock puts leads into the pool.
func (s *site) stock(n int) {
	s.Helper()
	var csv strings.Builder
	csv.WriteString("company,contact,phone,industry,territory,source,note\n")
	for i := range n {
		fmt.Fprintf(&csv, "永昌五金 %d,王經理,02-2345-%04d,五金,台北,展會名片,想看方案\n", i, i)
	}
	report, err := s.pool.Import(s.ctx, people.System(), strings.NewReader(csv.String()), true)
	s.must(err)
	s.must(report.Problems.Err())
}

// school is two lessons of values, with a check of each kind, and one of product; the gate asks for values.
func school() fstest.MapFS {
	files := fstest.MapFS{}
	for name, text := range map[string]string{
		"content/company.yaml":                   "company:\n  name: 測試公司\n",
		"content/pledge.md":                      "---\ntitle: 誠信承諾書\nversion_note: 第一版\n---\n\n我靠自己考試。\n",
		"content/pledge.en.md":                   "---\ntitle: The pledge\nversion_note: first\n---\n\nI take exams by myself.\n",
		"content/policy.yaml":                    schoolPolicy,
		"content/pools.yaml":                     "pools:\n  - {pool: default, title: {zh-Hant: 公海, zh-Hans: 公海, en: Pool}, newcomer_share: 0}\n",
		"content/values/culture/course.md":       "---\ntitle: 文化與底線\ntrack: values\norder: 1\n---\n\n先教什麼事不做。\n",
		"content/values/culture/course.en.md":    "---\ntitle: Culture\ntrack: values\norder: 1\n---\n\nWhat never to do.\n",
		"content/values/culture/01-line.md":      lessonText,
		"content/values/culture/02-trust.md":     "---\ntitle: 信任\ntrack: values\norder: 2\nminutes: 5\nobjectives: [說出為什麼]\n---\n\n因為信任，所以簡單。[^memoir]\n",
		"content/sources.yaml":                   "title: 出處\nsources:\n  memoir:\n    cite: 早期員工的憶述\n    caveat: 單一來源。\n",
		"content/values/culture/dot.png":         "not really a picture",
		"content/product/membership/course.md":   "---\ntitle: 會員服務\ntrack: product\norder: 1\n---\n\n產品。\n",
		"content/product/membership/01-price.md": "---\ntitle: 價格\ntrack: product\norder: 1\nminutes: 7\nobjectives: [報價]\n---\n\n一年一付。\n",
		"quizzes/values.bank.md":                 bankText(),
		"quizzes/values.exam.md":                 "---\nexam: values\ntitle: 價值觀結業考\ntrack: values\nminutes: 20\npass: 60%\nattempts: 3\ncooldown: 24h\nsections:\n  - title: 全部\n    draw: [{bank: values, count: 4}]\nintegrity: {watch: [focus], camera: off, seb: optional, invigilated: false, canaries: 0}\nfeedback: {score: at-once, lessons: at-once, answers: never}\n---\n\n須知。\n",
	} {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

const schoolPolicy = `title: 規則
levels:
  - level: full
    require: {all: [employed, no_red_line, no_open_case, {pledge: signed}, {course: values/culture}, {exam: values, within: 365d, grace: 14d}]}
  - level: shadow
    require: {all: [employed, no_red_line, {pledge: signed}]}
limits: {draws_per_day: 3, per_day: 50, cap: 200, newcomer_days: 10, newcomer_per_day: 15, newcomer_cap: 60}
`

const lessonText = `---
title: 高壓線
track: values
order: 1
minutes: 12
objectives: [分清碰線與弄錯]
---

月底最後一天，客戶笑著說話。

## 線在哪裡

![一個點](dot.png)

` + "```check\n## 哪一件碰線？ {#one}\n\n- [ ] 打錯字\n  > 這是弄錯。\n- [x] 沒去卻登拜訪\n\n> 沒發生的不能寫。\n```\n\n" +
	"```check\n## 哪些要通報？ {#many}\n\n- [x] 紅包\n- [x] 回扣\n- [ ] 名片\n```\n\n" +
	"```check\n## 排出次序 {#rows type=order}\n\n1. 停\n2. 報\n3. 護\n```\n\n" +
	"```check\n## 配對 {#pairs type=match}\n\n| 左 | 右 |\n|---|---|\n| 甲方 | 買方 |\n| 乙方 | 賣方 |\n```\n\n" +
	"```check\n## 幾小時內通報？ {#hours}\n\n= 24\n```\n\n## 尾聲\n\n就是這樣。\n"

func bankText() string {
	var b strings.Builder
	b.WriteString("---\nbank: values\ntitle: 價值觀\n---\n\n# 題目\n\n")
	for i := range 6 {
		fmt.Fprintf(&b, "## 題目 %d {#q-%d}\n\n第 %d 題？\n\n- [x] 對的 %d\n- [ ] 錯甲 %d\n- [ ] 錯乙 %d\n\n> 解析。\n\n", i, i, i, i, i, i)
	}
	return b.String()
}
