package courses_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"bainian/app/courses"
	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

// world is a small school: two courses of values and one of product.
type world struct {
	t       testing.TB
	ctx     context.Context
	db      *store.DB
	clock   *storetest.Clock
	shelf   *documents.Shelf
	library *courses.Library
	files   fstest.MapFS
	amy     people.Person // new hire
	tom     people.Person // trainer
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(engine.String(), func(t *testing.T) { f(t, newWorld(t, engine)) })
	}
}

func newWorld(t testing.TB, engine store.Engine) *world {
	db, clock := storetest.Open(t, engine, people.Schema(), documents.Schema(), courses.Schema())
	return furnish(t, db, clock)
}

func furnish(t testing.TB, db *store.DB, clock *storetest.Clock) *world {
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, ctx: context.Background(), db: db, clock: clock, shelf: documents.New(db), files: school()}
	w.library = courses.New(db, w.shelf, w.files, markdown.New(words))
	directory := people.New(db)
	for _, who := range []struct {
		p    *people.Person
		name string
		role people.Role
	}{{&w.amy, "amy", people.NewHire}, {&w.tom, "tom", people.Trainer}} {
		*who.p, err = directory.Create(w.ctx, people.System(), people.NewPerson{Number: who.name, Name: who.name,
			Email: who.name + "@example.com", Roles: []people.Role{who.role}})
		if err != nil {
			t.Fatal(err)
		}
	}
	w.load()
	return w
}

func (w *world) load() documents.Loaded {
	w.t.Helper()
	done, problems, err := w.shelf.Load(w.ctx, w.files)
	if err := errors.Join(err, problems.Err()); err != nil {
		w.t.Fatal(err)
	}
	return done
}

// problems loads the files, of which some may be turned away, and tells where and what is wrong, sorted.
func (w *world) problems() (done documents.Loaded, places []string) {
	w.t.Helper()
	done, problems, err := w.shelf.Load(w.ctx, w.files)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, p := range problems {
		places = append(places, fmt.Sprintf("%s:%d %s", p.File[strings.LastIndex(p.File, "/")+1:], p.Line, p.Key))
	}
	slices.Sort(places)
	return done, places
}

func (w *world) put(name, text string) { w.files[name] = &fstest.MapFile{Data: []byte(text)} }

func (w *world) open(ref string) courses.LessonView {
	w.t.Helper()
	v, err := w.library.Lesson(w.ctx, w.amy, ref, locale.Hant)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

func (w *world) check(ref, id string, choice int) courses.CheckResult {
	w.t.Helper()
	r, err := w.library.Check(w.ctx, w.amy, ref, id, questions.Response{Choices: []int{choice}}, locale.Hant)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// finish opens, answers and completes lessons.
func (w *world) finish(refs ...string) {
	w.t.Helper()
	for _, ref := range refs {
		for _, p := range w.open(ref).Parts {
			if p.Check != nil {
				w.check(ref, p.Check.ID, 0)
			}
		}
		if err := w.library.Complete(w.ctx, w.amy, ref); err != nil {
			w.t.Fatal(err)
		}
	}
}

func want(t testing.TB, err error, kind fault.Kind, key string) {
	t.Helper()
	if !fault.Is(err, kind) || !fault.HasKey(err, key) {
		t.Fatalf("got %v, want %v %s", err, kind, key)
	}
}

func body(v courses.LessonView) string {
	var b strings.Builder
	for _, p := range v.Parts {
		b.WriteString(string(p.HTML))
	}
	return b.String()
}

func lesson(title string, number int, text string) string {
	return fmt.Sprintf("---\ntitle: %s\norder: %d\nminutes: 5\nobjectives: ['讀懂{{company.name}}']\n---\n%s", title, number, text)
}

const lineCheck = "```check\n## 哪一件是碰線？ {#c1}\n\n- [ ] 打錯字\n  > 這是**弄錯**。\n- [x] 沒去卻登記已拜訪\n\n> 沒發生的事不能寫。\n```\n"

func school() fstest.MapFS {
	files := map[string]string{
		"content/company.yaml":                   "company:\n  name: {zh-Hant: 遠帆, zh-Hans: 远帆, en: Farsail}\n",
		"content/pledge.md":                      "---\ntitle: 承諾書\n---\n我不作弊。\n",
		"content/pledge.en.md":                   "---\ntitle: The pledge\n---\nI do not cheat.\n",
		"content/values/culture/course.md":       "---\ntitle: 文化\ntrack: values\norder: 1\n---\n第一門課。\n",
		"content/values/culture/01-line.md":      lesson("高壓線", 1, "線在{{company.name}}。\n\n![一張圖](map.svg)\n\n"+lineCheck+"\n尾聲。\n"),
		"content/values/culture/01-line.en.md":   lesson("The line", 1, "The line at {{company.name}}.\n\n```check\n## Which one crosses it? {#c1}\n\n- [ ] A typo\n- [x] A visit that never was\n```\n"),
		"content/values/culture/map.svg":         `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="4"/></svg>`,
		"content/values/culture/02-trust.md":     lesson("信任", 2, "因為信任，所以簡單。\n"),
		"content/values/history/course.md":       "---\ntitle: 由來\norder: 2\n---\n",
		"content/values/history/01-names.md":     lesson("名字", 1, "百年大計。\n"),
		"content/product/membership/course.md":   "---\ntitle: 會員\norder: 1\n---\n",
		"content/product/membership/01-price.md": lesson("價格", 1, "一年一付。\n"),
	}
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}
