package exams

import (
	"context"
	"crypto/rand"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"bainian/app/blobs"
	"bainian/app/cohorts"
	"bainian/app/courses"
	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/jobs"
	"bainian/app/ledger"
	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

func schemas() []store.Schema {
	return []store.Schema{jobs.Schema(), ledger.Schema(), people.Schema(), documents.Schema(), cohorts.Schema(), courses.Schema(), Schema()}
}

// world is a furnished exam room: one cohort of candidates, one bank, one exam, one sitting open for a day.
type world struct {
	testing.TB
	db      *store.DB
	clock   *storetest.Clock
	dir     *people.Directory
	shelf   *documents.Shelf
	library *courses.Library
	roster  *cohorts.Roster
	signer  *ledger.Signer
	queue   *jobs.Queue
	blobs   *blobs.Store
	room    *Room
	trainer people.Person
	hr      people.Person
	cohort  string
	sitting Sitting
	words   *locale.Catalog
	files   fs.FS  // where the library finds drawings; nil is nowhere
	key     string // file of the signing key
	suffix  string // tells the people of this part from those of others
}

const testBank = `---
bank: red
title: 高壓線題庫
---

# 單選

%s
# 其他

## 哪些要通報？ {#many points=2}

- [x] 紅包正解甲
- [x] 回扣正解乙
- [ ] 茶水誤項丙
- [ ] 名片誤項丁

> 解析秘語：收禮要通報。

## 排出拜訪次序 {#order type=order}

1. 預約
2. 拜訪
3. 回報

## 配對 {#pairs type=match}

| 左 | 右 |
|---|---|
| 甲方 | 買方 |
| 乙方 | 賣方 |

## 一天要聯絡幾家？ {#calls}

= 47 ± 1

## 收回貨款叫什麼？ {#word}

= 回款秘鑰
`

const testExam = `---
exam: red
title: 高壓線考試
track: values
minutes: 40
pass: 60%%
attempts: %d
cooldown: %s
reread: [%s]
sections:
  - title: 單選
    draw: [{bank: red, category: 單選, count: 5}]
  - title: 其他
    draw: [{bank: red, category: 其他, count: 5}]
integrity: %s
feedback: {score: at-once, lessons: at-once, answers: never}
---

考前須知：不要離開**考場**。
`

// rules are what a test wants of the exam.
type rules struct {
	attempts  int
	cooldown  string
	reread    string
	integrity string // the policy, "" for the usual one
	uploads   bool   // four questions that take files, in a section of their own
	watched   bool   // the exam is invigilated
}

func usual() rules {
	return rules{attempts: 2, cooldown: "24h"}
}

func (k rules) files() fstest.MapFS {
	var singles strings.Builder
	for i := range 8 {
		fmt.Fprintf(&singles, "## 情境 %d：客戶遞來紅包 {#single-%d}\n\n第 %d 種情境，你怎麼做？\n\n- [ ] 先收下%d\n- [x] 當場婉拒%d\n- [ ] 轉交同事%d\n  > 回饋秘語%d\n- [ ] 假裝沒看見%d {credit=25}\n\n> 解析秘語 %d\n\n", i, i, i, i, i, i, i, i, i)
	}
	if k.integrity == "" {
		k.integrity = "{watch: [focus, paste], camera: off, seb: optional, invigilated: false, canaries: 0}"
	}
	bank, exam := fmt.Sprintf(testBank, singles.String()), fmt.Sprintf(testExam, k.attempts, k.cooldown, k.reread, k.integrity)
	if k.uploads {
		bank, exam = withUploads(bank, exam)
	}
	if k.watched {
		exam = strings.Replace(exam, "invigilated: false", "invigilated: true", 1)
	}
	return fstest.MapFS{
		"content/values/culture/course.md":  {Data: []byte("---\ntitle: 文化\norder: 1\n---\n")},
		"content/values/culture/01-line.md": {Data: []byte("---\ntitle: 高壓線\norder: 1\nminutes: 5\nobjectives: [認出那條線]\n---\n\n線在這裡。\n")},
		"quizzes/red.bank.md":               {Data: []byte(bank)},
		"quizzes/red.exam.md":               {Data: []byte(exam)},
	}
}

func newWorld(tb testing.TB, db *store.DB, clock *storetest.Clock, k rules) *world {
	tb.Helper()
	return newWorldIn(tb, db, clock, k, tb.TempDir())
}

// newWorldIn is newWorld with the signing key in that folder.
func newWorldIn(tb testing.TB, db *store.DB, clock *storetest.Clock, k rules, dir string) *world {
	tb.Helper()
	w := &world{TB: tb, db: db, clock: clock, key: filepath.Join(dir, "signing.key")}
	w.build(w.key)
	ctx := context.Background()
	_, problems, err := w.shelf.Load(ctx, k.files())
	w.ok(err)
	w.ok(problems.Err())
	w.trainer = w.person("trainer", people.Trainer)
	w.hr = w.person("hr", people.HR)
	w.gather(1)
	return w
}

// gather makes a cohort and opens a sitting for it.
func (w *world) gather(number int) {
	w.Helper()
	c, err := w.roster.Create(context.Background(), w.hr, cohorts.Cohort{Number: number, Name: fmt.Sprintf("第 %d 期", number), StartsOn: "2026-11-01", EndsOn: "2027-01-31"})
	w.ok(err)
	w.cohort = c.ID
	w.sitting = w.open()
}

// part is a test in a world that it shares with others.
type part struct {
	name string
	run  func(t *testing.T, w *world)
	rules
}

// inOneWorld runs the parts one after the other in one world on each engine. Every part finds the rules it
// names (or the usual), the bank as it was, a cohort and a sitting of its own, and services without hooks and
// with nothing cached. The clock goes on.
func inOneWorld(t *testing.T, parts ...part) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w := newWorld(t, db, clock, usual())
		for n, p := range parts {
			t.Run(p.name, func(t *testing.T) {
				if p.rules == (rules{}) {
					p.rules = usual()
				}
				p.run(t, w.anew(t, n+2, p.rules))
			})
		}
	}, schemas()...)
}

func (w *world) anew(t *testing.T, number int, k rules) *world {
	t.Helper()
	next := *w
	next.TB, next.suffix = t, fmt.Sprintf(".%d", number)
	next.build(w.key)
	files := k.files()
	for _, path := range []string{"quizzes/red.bank.md", "quizzes/red.exam.md"} {
		doc, err := next.shelf.Doc(context.Background(), path)
		next.ok(err)
		if text := string(files[path].Data); doc.Sources[doc.Lang] != text {
			doc.Sources[doc.Lang] = text
			_, err := next.shelf.Adopt(context.Background(), next.trainer, doc, "如初")
			next.ok(err)
		}
	}
	next.gather(number)
	return &next
}

// build makes the services over the database, as a start of the program does.
func (w *world) build(key string) {
	w.Helper()
	var err error
	if w.words == nil { // the catalogs are the program's, whatever starts anew
		w.words, err = locale.Load()
		w.ok(err)
	}
	w.dir, w.shelf = people.New(w.db), documents.New(w.db)
	w.roster = cohorts.New(w.db, w.shelf)
	md := markdown.New(w.words)
	files := w.files
	if files == nil {
		files = fstest.MapFS{}
	}
	w.library = courses.New(w.db, w.shelf, files, md)
	w.queue = jobs.New(w.db, slog.New(slog.DiscardHandler))
	w.signer, err = ledger.LoadSigner(key, rand.Reader)
	w.ok(err)
	w.blobs, err = blobs.Open(filepath.Join(filepath.Dir(key), "blobs"))
	w.ok(err)
	w.room = New(w.db, w.shelf, w.library, w.signer, md, w.blobs, w.queue)
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// refused fails unless err is a fault of that kind and key.
func (w *world) refused(err error, kind fault.Kind, key string) {
	w.Helper()
	if !fault.Is(err, kind) || !fault.HasKey(err, key) {
		w.Fatalf("got %v, want %s %s", err, kind, key)
	}
}

func (w *world) person(number string, roles ...people.Role) people.Person {
	w.Helper()
	number += w.suffix
	p, err := w.dir.Create(context.Background(), people.System(), people.NewPerson{Number: number, Name: "員工" + number, Email: number + "@example.com", Roles: roles})
	w.ok(err)
	return p
}

// candidate is a new hire in the cohort.
func (w *world) candidate(number string) people.Person {
	w.Helper()
	p := w.person(number, people.NewHire)
	w.ok(w.roster.Enrol(context.Background(), people.System(), w.cohort, p.ID))
	return p
}

// open opens a sitting for the cohort from now on, for a day.
func (w *world) open() Sitting {
	w.Helper()
	s, err := w.room.OpenSitting(context.Background(), w.trainer, NewSitting{Exam: "red", CohortID: w.cohort, OpensAt: w.clock.Now(), ClosesAt: w.clock.Now().Add(24 * time.Hour)})
	w.ok(err)
	return s
}

// terms are those of somebody who agrees to all that a sitting needs; of a sitting that is not there, to something.
func (w *world) terms(sittingID string) Terms {
	n, err := w.room.Notice(context.Background(), sittingID, locale.Hant)
	if err != nil {
		return Terms{Pledge: true, Notice: "0"}
	}
	return n.Agree()
}

func (w *world) start(p people.Person) string {
	w.Helper()
	id, err := w.room.Start(context.Background(), p, w.sitting.ID, w.terms(w.sitting.ID))
	w.ok(err)
	return id
}

// right is the response to question n that earns full marks, wrong one that earns none.
func (w *world) right(attempt string, n int) questions.Response { return w.response(attempt, n, true) }
func (w *world) wrong(attempt string, n int) questions.Response { return w.response(attempt, n, false) }

func (w *world) response(attempt string, n int, right bool) questions.Response {
	w.Helper()
	d, err := w.room.dealt(context.Background(), attempt)
	w.ok(err)
	item, layout := d.items[n-1], d.form.Questions[n-1].Layout
	var r questions.Response
	switch item.Kind {
	case questions.Single, questions.TrueFalse, questions.Multiple:
		for shown, row := range layout.Order {
			if item.Right[row] == right && (item.Kind == questions.Multiple || len(r.Choices) == 0) && (right || item.Credit == nil || item.Credit[row] == 0) {
				r.Choices = append(r.Choices, shown)
			}
		}
	case questions.Order:
		r.Order = make([]int, len(layout.Order))
		for shown, row := range layout.Order {
			if !right {
				row = len(layout.Order) - 1 - row
			}
			r.Order[row] = shown
		}
	case questions.Match:
		r.Pairs = make([]int, len(layout.Order))
		for shown, row := range layout.Order {
			for option, of := range layout.Rights {
				if (of == row) == right {
					r.Pairs[shown] = option
				}
			}
		}
	case questions.Numeric:
		r.Text = map[bool]string{true: "47", false: "99"}[right]
	case questions.Short:
		r.Text = map[bool]string{true: "回款秘鑰", false: "別的"}[right]
	}
	if got := item.Grade(layout, r); right && got != item.Points || !right && got != 0 {
		w.Fatalf("response to %s earns %d of %d, right=%v", item.ID, got, item.Points, right)
	}
	return r
}

func (w *world) save(p people.Person, attempt string, n int, seq int64, r questions.Response) Saved {
	w.Helper()
	saved, err := w.room.Answer(context.Background(), p, attempt, n, Save{Device: "laptop", Seq: seq, Response: r})
	w.ok(err)
	return saved
}

func (w *world) attempt(id string) (a Attempt) {
	w.Helper()
	w.ok(w.db.Read(context.Background(), func(rx *store.Rx) (err error) {
		a, _, err = AttemptIn(rx, id)
		return err
	}))
	return a
}

// verified fails unless the attempt's journal holds from its first entry to the head in its row.
func (w *world) verified(id string) []ledger.Entry {
	w.Helper()
	a := w.attempt(id)
	var entries []ledger.Entry
	var key []byte
	w.ok(w.db.Read(context.Background(), func(rx *store.Rx) (err error) {
		if entries, err = ledger.EntriesIn(rx, id); err != nil {
			return err
		}
		key, _, err = ledger.KeyOfIn(rx, a.PersonID)
		return err
	}))
	w.ok(ledger.VerifyChain(id, entries, a.head, key))
	return entries
}

// publish publishes the document with one text replaced by another, and returns the new version.
func (w *world) publish(path, old, new string) int {
	w.Helper()
	ctx := context.Background()
	doc, err := w.shelf.Doc(ctx, path)
	w.ok(err)
	text := strings.Replace(doc.Sources[doc.Lang], old, new, 1)
	if text == doc.Sources[doc.Lang] {
		w.Fatalf("%s does not hold %q", path, old)
	}
	w.ok(w.shelf.SaveDraft(ctx, w.trainer, path, doc.Lang, text, doc.Version))
	head, err := w.shelf.Publish(ctx, w.trainer, path, "更正", doc.Version)
	w.ok(err)
	return head.Version
}
