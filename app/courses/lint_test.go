package courses_test

import (
	"slices"
	"strings"
	"testing"

	"bainian/app/locale"
	"bainian/app/questions"
	"bainian/app/store"
)

// Every problem of every file comes at once, each with its file and line, and nothing of what was there is lost.
func TestLintOfContent(t *testing.T) {
	const line = "content/values/culture/01-line.md"
	const english = "content/values/culture/01-line.en.md"
	fence := func(inside string) string { return lesson("高壓線", 1, "```check\n"+inside+"\n```\n") }
	for _, c := range []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"front matter", map[string]string{"content/values/culture/02-trust.md": "---\ntitle: 信任\nminutes: [1\n---\n"},
			[]string{"02-trust.md:3 markdown.yaml_broken"}},
		{"no front matter", map[string]string{"content/values/culture/02-trust.md": "信任\n"},
			[]string{"02-trust.md:1 markdown.front_missing"}},
		{"fields", map[string]string{"content/values/culture/02-trust.md": "---\ntrack: product\norder: 3\nauthor: x\n---\n"},
			[]string{"02-trust.md:1 courses.minutes_missing", "02-trust.md:1 courses.objectives_missing",
				"02-trust.md:1 courses.order_differs", "02-trust.md:1 courses.title_missing", "02-trust.md:1 courses.track_differs", "02-trust.md:4 markdown.yaml_unknown"}},
		{"a language that is not the file's", map[string]string{english: strings.Replace(lesson("The line", 1, lineCheck), "title", "lang: zh-Hans\ntitle", 1)},
			[]string{"01-line.en.md:1 courses.lang_differs"}},
		{"text in two languages", map[string]string{
			line:    lesson("高壓線", 1, "在{{nowhere}}。\n\n"+lineCheck),
			english: lesson("The line", 1, "<b>The</b> line.\n\n```check\n## Which? {#c1}\n\n- [ ] A typo\n- [x] A visit that never was\n```\n")},
			[]string{"01-line.en.md:7 markdown.raw_html", "01-line.en.md:7 markdown.raw_html", "01-line.md:7 markdown.variable_unknown"}},
		{"a check without a right choice", map[string]string{line: fence("## q {#c1}\n\n- [ ] a\n- [ ] b"), english: ""},
			[]string{"01-line.md:8 questions.no_right"}},
		{"a check that only a person can mark", map[string]string{line: fence("## q {#c1 type=scale}\n\n- a\n- b"), english: ""}, nil},
		{"a check that is not translated", map[string]string{english: lesson("The line", 1, "Nothing.\n")},
			[]string{"01-line.en.md:0 courses.check_untranslated"}},
		{"a check that sends its readers nowhere", map[string]string{line: fence("## q {#c1 lesson=values/gone}\n\n- [x] a\n- [ ] b"), english: ""},
			[]string{"01-line.md:8 courses.check_lesson"}},
		{"a check too much", map[string]string{english: lesson("The line", 1, strings.ReplaceAll(lineCheck, "c1", "c2"))},
			[]string{"01-line.en.md:0 courses.check_untranslated", "01-line.en.md:8 courses.check_extra"}},
		{"a name twice in a track", map[string]string{"content/values/history/02-line.md": lesson("又一條線", 2, "x\n")},
			[]string{"02-line.md:0 courses.slug_twice"}},
		{"a track that is none", map[string]string{"content/cooking/basics/course.md": "---\ntitle: 做菜\norder: 1\n---\n"},
			[]string{"course.md:0 courses.track_unknown"}},
		{"a course without order", map[string]string{"content/values/history/course.md": "---\ntitle: 由來\n---\n![x](gone.png)\n"},
			[]string{"course.md:1 courses.order_missing", "course.md:4 markdown.image_missing"}},
		{"company", map[string]string{"content/company.yaml": "company:\n  name: {zh-Hant: 遠帆, en: Farsail}\n  size: 12\n  list: [a]\n"},
			[]string{"company.yaml:2 courses.company_language", "company.yaml:3 courses.company_leaf", "company.yaml:4 courses.company_leaf"}},
		{"pledge", map[string]string{"content/pledge.md": "---\ntitle: ''\n---\n{{x}}\n"},
			[]string{"pledge.md:1 courses.title_missing", "pledge.md:4 markdown.variable_unknown"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, store.SQLite)
			for name, text := range c.files {
				if w.put(name, text); text == "" {
					delete(w.files, name)
				}
			}
			done, got := w.problems()
			if c.want != nil && !slices.Equal(got, c.want) || c.want == nil && len(got) == 0 {
				t.Errorf("got  %v\nwant %v", got, c.want)
			}
			if len(done.Updated) > 0 || len(done.Retired) > 0 {
				t.Errorf("something was published: %+v", done)
			}
			if v := w.open("values/line"); v.Title != "高壓線" || !strings.Contains(body(v), "線在遠帆。") {
				t.Errorf("what was there is gone: %+v", v)
			}
		})
	}
}

// A check may name a lesson that is published with it for the first time, and only lessons on the path are named.
func TestChecksNameLessons(t *testing.T) {
	w := newWorld(t, store.SQLite)
	w.put("content/values/culture/01-line.md", lesson("高壓線", 1, "```check\n## q {#c1 lesson=values/later}\n\n- [x] a\n- [ ] b\n```\n"))
	delete(w.files, "content/values/culture/01-line.en.md")
	w.put("content/values/culture/09-later.md", lesson("後來", 9, "後來的事。\n"))
	w.put("content/values/nowhere/01-lost.md", lesson("沒有課程的課", 1, "沒有位置。\n"))
	w.load()
	refs, err := w.library.LessonRefs(w.ctx)
	if err != nil || !refs["values/line"] || !refs["values/later"] || refs["values/lost"] || refs["values/gone"] {
		t.Errorf("%v %v", refs, err)
	}
	taught, err := w.library.Taught(w.ctx, "values/line") // what its whole course says, in each language
	if all := strings.Join(taught, "\n"); err != nil || !strings.Contains(all, "後來的事。") || strings.Contains(all, "沒有位置。") || len(taught) < 3 {
		t.Errorf("%q %v", taught, err)
	}
	if none, err := w.library.Taught(w.ctx, "values/gone"); err != nil || none != nil {
		t.Errorf("%q %v", none, err)
	}
}

// What is to be put in order or paired must not be shown as the key has it.
func TestChecksDoNotShowTheirAnswer(t *testing.T) {
	w := newWorld(t, store.SQLite)
	w.put("content/values/culture/01-line.md", lesson("高壓線", 1, "```check\n## 排 {#o type=order}\n\n1. 停\n2. 報\n3. 存\n4. 護\n```\n\n"+
		"```check\n## 配 {#m type=match}\n\n| 左 | 右 |\n|---|---|\n| 甲 | 一 |\n| 乙 | 二 |\n```\n\n```check\n## 幾個？ {#n}\n\n= 47 ± 1\n```\n"))
	delete(w.files, "content/values/culture/01-line.en.md")
	w.load()
	v := w.open("values/line")
	if len(v.Parts) != 3 {
		t.Fatalf("%+v", v.Parts)
	}
	o, m := v.Parts[0].Check, v.Parts[1].Check
	if slices.IsSorted(positions(o.Rows, "停", "報", "存", "護")) || len(o.Rows) != 4 || len(m.Rows) != 2 || m.Rights[0] != "二" {
		t.Fatalf("%+v %+v", o, m)
	}
	ask := func(id string, r questions.Response, right bool) {
		t.Helper()
		got, err := w.library.Check(w.ctx, w.amy, "values/line", id, r, locale.Hant)
		if err != nil || got.Right != right {
			t.Errorf("%s: %+v %v", id, got, err)
		}
	}
	key := make([]int, 4)
	for displayed, canonical := range positions(o.Rows, "停", "報", "存", "護") {
		key[canonical] = displayed
	}
	ask("o", questions.Response{Order: []int{0, 1, 2, 3}}, false)
	ask("o", questions.Response{Order: key}, true)
	ask("m", questions.Response{Pairs: []int{0, 1}}, false)
	ask("m", questions.Response{Pairs: []int{1, 0}}, true)
	ask("n", questions.Response{Text: "４８"}, true)
	again := w.open("values/line")
	if r := again.Parts[0].Check.Result; r == nil || !r.Right || r.Tries != 2 || !slices.Equal(r.Response.Order, key) {
		t.Errorf("%+v", r)
	}
}

// positions are the canonical positions of what is displayed.
func positions[S ~string](displayed []S, canonical ...string) []int {
	var at []int
	for _, d := range displayed {
		at = append(at, slices.Index(canonical, string(d)))
	}
	return at
}

// A new version shows at once, and a try at a check whose shape has changed is kept without its answer.
func TestANewVersionShowsAtOnce(t *testing.T) {
	w := newWorld(t, store.SQLite)
	w.open("values/line")
	w.check("values/line", "c1", 1)
	w.put("content/values/culture/01-line.md", lesson("新高壓線", 1, "新的。\n\n```check\n## 幾條？ {#c1}\n\n= 7\n```\n"))
	delete(w.files, "content/values/culture/01-line.en.md")
	w.load()
	v := w.open("values/line")
	if v.Title != "新高壓線" || v.Version != 2 || v.Evidence.OpenedAt.IsZero() {
		t.Errorf("%+v", v)
	}
	r := v.Parts[1].Check.Result
	if r == nil || len(r.Response.Choices) != 0 || r.Tries != 1 || len(v.Untried) != 0 {
		t.Errorf("%+v", r)
	}
}
