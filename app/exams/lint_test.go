package exams

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/store/storetest"
)

const (
	bankFile    = "quizzes/red.bank.md"
	paperFile   = "quizzes/red.exam.md"
	companyFile = "content/company.yaml"
)

// change is one text replaced by another in a file.
type change struct{ path, old, new string }

// edited are the files with the changes made.
func (w *world) edited(files fstest.MapFS, changes ...change) fstest.MapFS {
	w.Helper()
	for _, c := range changes {
		text := string(files[c.path].Data)
		if !strings.Contains(text, c.old) {
			w.Fatalf("%s does not hold %q", c.path, c.old)
		}
		files[c.path] = &fstest.MapFile{Data: []byte(strings.Replace(text, c.old, c.new, 1))}
	}
	return files
}

// company are the usual files with facts of the company, and a drawing.
func company() fstest.MapFS {
	files := usual().files()
	files[companyFile] = &fstest.MapFile{Data: []byte("company:\n  name: {zh-Hant: 遠帆公司, zh-Hans: 远帆公司, en: Farsail}\n")}
	files["quizzes/line.svg"] = &fstest.MapFile{Data: []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7"/></svg>`)}
	return files
}

func TestLintOfBanksAndExams(t *testing.T) {
	t.Parallel()
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	rename := change{bankFile, "# 單選", "# 選擇"}
	follow := change{paperFile, "category: 單選", "category: 選擇"}
	for _, c := range []struct {
		name    string
		changes []change
		want    []string // problems as "file:line key"; a text in place of the line is on that line
	}{
		{"a category that an exam draws from is gone", []change{rename}, []string{"red.bank.md:0 bank_breaks", "red.exam.md:12 blueprint_category"}},
		{"too few items are left", []change{{bankFile, "## 情境 4：", "# 別類\n\n## 情境 4："}}, []string{"red.bank.md:0 bank_breaks", "red.exam.md:12 blueprint_few"}},
		{"the exam changes along", []change{rename, follow}, nil},
		{"the exam changes along and is refused", []change{rename, follow, {paperFile, "reread: []", "reread: [values/gone]"}},
			[]string{"red.bank.md:0 bank_breaks", "red.exam.md:12 blueprint_category", "red.exam.md:9 lesson_unknown"}},
		{"the exam changes otherwise", []change{rename, {paperFile, "minutes: 40", "minutes: 30"}}, []string{"red.bank.md:0 bank_breaks", "red.exam.md:12 blueprint_category"}},
		{"the exam asks for too much", []change{{paperFile, "category: 單選, count: 5", "category: 單選, count: 9"}}, []string{"red.exam.md:12 blueprint_few"}},
		{"another id than the file's name", []change{{bankFile, "bank: red", "bank: blue"}, {paperFile, "exam: red", "exam: blue"}}, []string{"red.bank.md:2 id_differs", "red.exam.md:2 id_differs"}},
		{"a track that is none", []change{{paperFile, "track: values", "track: cooking"}}, []string{"red.exam.md:4 track_unknown"}},
		{"a lesson that is there", []change{{paperFile, "reread: []", "reread: [values/line]"}, {bankFile, "{#word}", "{#word lesson=values/line}"}}, nil},
		{"an exam that comes after itself", []change{{paperFile, "reread: []", "reread: []\nafter: [red]"}}, []string{"red.exam.md:10 after_circle"}},
		{"an exam that comes after none", []change{{paperFile, "reread: []", "reread: []\nafter: [gone]"}}, []string{"red.exam.md:10 after_unknown"}},
		{"lessons that are not", []change{{paperFile, "reread: []", "reread: [values/line, values/none]"}, {bankFile, "{#word}", "{#word lesson=values/none}"}},
			[]string{"red.bank.md:{#word lesson_unknown", "red.exam.md:9 lesson_unknown"}},
		{"variables", []change{{bankFile, "第 3 種情境", "{{company.name}}的第 3 種情境"}, {bankFile, "當場婉拒2", "回{{company.name}}問"}, {paperFile, "考前須知", "{{company.name}}考前須知"}}, nil},
		{"variables that are none", []change{{bankFile, "第 3 種情境", "{{company.size}}第 3 種情境"}, {bankFile, "當場婉拒5", "{{x}}"}, {paperFile, "考前須知", "{{y}}考前須知"}},
			[]string{"red.bank.md:- [x] {{x}} markdown.variable_unknown", "red.bank.md:{{company.size}} markdown.variable_unknown", "red.exam.md:{{y}} markdown.variable_unknown"}},
		{"a variable in a key", []change{{bankFile, "= 回款秘鑰", "= 回款秘鑰\n= {{company.name}}"}}, []string{"red.bank.md:= {{company key_variable"}},
		{"variables in titles", []change{{paperFile, "title: 高壓線考試", "title: \"{{company.name}}考試\""}, {paperFile, "- title: 其他", "- title: \"其他{{company.name}}\""}},
			[]string{"red.exam.md:13 title_variable", "red.exam.md:3 title_variable"}},
		{"a drawing", []change{{bankFile, "> 解析秘語：", "> ![線](line.svg)\n>\n> 解析秘語："}, {bankFile, "第 3 種情境", "![線](line.svg)\n\n第 3 種情境"}, {paperFile, "考前須知", "![線](line.svg)\n\n考前須知"}}, nil},
		{"pictures that cannot be shown", []change{{bankFile, "第 3 種情境", "![線](gone.svg)\n\n![照片](photo.png)\n\n第 3 種情境"}, {bankFile, "當場婉拒5", "![線](line.svg)"}},
			[]string{"red.bank.md:![照片 drawing_missing", "red.bank.md:- [x] ![線](line drawing_place", "red.bank.md:![線](gone drawing_missing"}},
		{"raw HTML", []change{{bankFile, "第 3 種情境", "<b>第 3 種</b>情境"}}, []string{"red.bank.md:<b> markdown.raw_html"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			db, clock := storetest.SQLite(t, schemas()...)
			files := company()
			w := &world{TB: t, db: db, clock: clock, words: words, files: files}
			w.build(t.TempDir() + "/signing.key")
			_, problems, err := w.shelf.Load(context.Background(), w.files)
			w.ok(err)
			w.ok(problems.Err())
			w.edited(files, c.changes...)
			done, problems, err := w.shelf.Load(context.Background(), w.files)
			w.ok(err)
			var got, want []string
			for _, p := range problems {
				got = append(got, fmt.Sprintf("%s:%d %s", strings.TrimPrefix(p.File, "quizzes/"), p.Line, strings.TrimPrefix(p.Key, "exams.")))
			}
			for _, line := range c.want {
				want = append(want, w.onLine(line))
			}
			slices.Sort(want)
			if slices.Sort(got); !slices.Equal(slices.Compact(got), want) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
			changed := map[string]bool{}
			for _, c := range c.changes {
				changed[c.path] = true
			}
			if len(c.want) == 0 && len(done.Updated) != len(changed) {
				t.Errorf("updated %v, changed %v", done.Updated, changed)
			}
			if _, err := w.room.current(context.Background(), "red"); err != nil {
				t.Errorf("what is published cannot be dealt: %v", err)
			}
		})
	}
}

func (w *world) text(file string) string {
	w.Helper()
	text, err := fs.ReadFile(w.files, file)
	w.ok(err)
	return string(text)
}

// onLine is "file:text key" with the text's line in the file for the text.
func (w *world) onLine(want string) string {
	w.Helper()
	file, rest, _ := strings.Cut(want, ":")
	at := strings.LastIndex(rest, " ")
	before, _, ok := strings.Cut(w.text("quizzes/"+file), rest[:at])
	if strings.Trim(rest[:at], "0123456789") == "" {
		return want
	}
	if !ok {
		w.Fatalf("%s does not hold %q", file, rest[:at])
	}
	return fmt.Sprintf("%s:%d%s", file, 1+strings.Count(before, "\n"), rest[at:])
}

// What a person publishes is held to the same, and the problems name the exam and the draw.
func TestPublishingABankThatBreaksAnExamIsRefused(t *testing.T) {
	t.Parallel()
	db, clock := storetest.SQLite(t, schemas()...)
	w, ctx := newWorld(t, db, clock, usual()), context.Background()
	doc, err := w.shelf.Doc(ctx, bankFile)
	w.ok(err)
	w.ok(w.shelf.SaveDraft(ctx, w.trainer, bankFile, doc.Lang, strings.Replace(doc.Sources[doc.Lang], "# 單選", "# 選擇", 1), doc.Version))
	_, err = w.shelf.Publish(ctx, w.trainer, bankFile, "換分類", doc.Version)
	problems, ok := err.(fault.Problems)
	if !ok || len(problems) != 2 || problems[0].Key != "exams.bank_breaks" || problems[0].File != bankFile || !slices.Contains(problems[0].Args, any(paperFile)) ||
		!slices.Contains(problems[0].Args, any("12")) || problems[1].File != paperFile || problems[1].Line != 12 {
		t.Errorf("got %v", err)
	}
}

func TestTextsAreFilledInTheLanguageTheyAreShownIn(t *testing.T) {
	t.Parallel()
	db, clock := storetest.SQLite(t, schemas()...)
	w, ctx := newWorld(t, db, clock, usual()), context.Background()
	files := w.edited(company(), change{bankFile, "> 解析秘語：", "> {{company.name}}規定："}, change{bankFile, "## 收回貨款叫什麼？ {#word}\n", "## 貨款 {#word}\n\n{{company.name}}收回貨款叫什麼？\n\n![線](line.svg)\n"},
		change{bankFile, "茶水誤項丙", "{{company.name}}的茶水"}, change{paperFile, "考前須知", "{{company.name}}考前須知"}, change{paperFile, "answers: never", "answers: at-once"})
	w.files = files
	files["quizzes/red.exam.en.md"] = &fstest.MapFile{Data: []byte("---\nexam: red\ntitle: Red line\nsections:\n  - title: Single\n  - title: Others\n---\n\n{{company.name}} notice\n")}
	load := func() {
		t.Helper()
		_, problems, err := w.shelf.Load(ctx, w.files)
		w.ok(err)
		w.ok(problems.Err())
	}
	w.build(w.key)
	load()
	w.sitting = w.open()
	for lang, name := range map[locale.Lang]string{locale.Hant: "遠帆公司", locale.Hans: "遠帆公司", locale.En: "Farsail notice"} {
		b, err := w.room.Briefing(ctx, w.trainer, w.sitting.ID, lang)
		w.ok(err)
		if !strings.Contains(string(b.Notice), name) {
			t.Errorf("the notice in %s is %q", lang, b.Notice)
		}
	}
	amy := w.candidate("A001")
	id := w.start(amy)
	shown := func() string {
		t.Helper()
		p, err := w.room.Paper(ctx, amy, id, locale.En) // the bank is not translated
		w.ok(err)
		return fmt.Sprint(p.Questions[w.itemAt(id, "word")-1].Stem, p.Questions[w.itemAt(id, "many")-1].Choices)
	}
	if page := shown(); !strings.Contains(page, "遠帆公司收回貨款") || !strings.Contains(page, "<svg") || !strings.Contains(page, "遠帆公司的茶水") {
		t.Errorf("the paper shows %s", page)
	}
	w.edited(files, change{companyFile, "遠帆公司", "近帆公司"})
	load()
	if page := shown(); !strings.Contains(page, "近帆公司收回貨款") {
		t.Errorf("after the company changed its name the paper shows %s", page)
	}
	_, err := w.room.Submit(ctx, amy, id)
	w.ok(err)
	result, err := w.room.Result(ctx, amy, id, locale.Hant)
	w.ok(err)
	if text := string(result.Answers[w.itemAt(id, "many")-1].Explanation); !strings.Contains(text, "近帆公司規定") {
		t.Errorf("the explanation is %q", text)
	}
}

// The banks and exams that ship with the program have nothing that their own lint would refuse.
func TestShippedQuizzesAreClean(t *testing.T) {
	t.Parallel()
	root := os.DirFS("../..")
	if found, err := fs.Glob(root, "quizzes/*.bank.md"); err != nil || len(found) == 0 {
		t.Fatal(found, err)
	}
	db, clock := storetest.SQLite(t, schemas()...)
	w := &world{TB: t, db: db, clock: clock, files: root}
	w.build(t.TempDir() + "/signing.key")
	_, problems, err := w.shelf.Load(context.Background(), root)
	w.ok(err)
	for _, p := range problems {
		t.Errorf("%s:%d: %s %s", p.File, p.Line, p.Item, w.words.T(locale.En, p.Key, p.Args...))
	}
	exams, err := w.room.Exams(context.Background())
	w.ok(err)
	for _, b := range exams {
		if _, err := w.room.current(context.Background(), b.Slug); err != nil {
			t.Errorf("%s: %v", b.Slug, err)
		}
	}
}
