package courses_test

import (
	"slices"
	"strings"
	"testing"

	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
)

const sourcesYAML = `title: 出處
sources:
  annual-2007:
    cite: {zh-Hant: 2007 年年報, zh-Hans: 2007 年年报, en: Annual report 2007}
  memoir:
    cite: {zh-Hant: 憶述, zh-Hans: 忆述, en: A recollection}
    caveat: {zh-Hant: 單一來源。, zh-Hans: 单一来源。, en: A single source.}
`

// archive is a source that a translation alone cites.
const archive = "  archive:\n    cite: Archive\n"

// A lesson cites by name; the words come from one place, in the reader's language, and change with it.
func TestLessonsCiteSources(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.put("content/sources.yaml", sourcesYAML+archive)
		w.put("content/values/culture/02-trust.md", lesson("信任", 2, "據憶述如此。[^memoir] 年報也這樣寫。[^annual-2007]、[^memoir] 這是我們說的。[^own]\n\n[^own]: 本公司。\n"))
		w.put("content/values/culture/02-trust.en.md", lesson("Trust", 2, "So it is told.[^memoir] So it is kept.[^archive]\n"))
		w.load()
		w.finish("values/line")
		shown := body(w.open("values/trust"))
		for _, want := range []string{"單一來源。", "2007 年年報", `href="/sources#source-memoir"`, "本公司。"} {
			if !strings.Contains(shown, want) {
				t.Errorf("%q is not in %s", want, shown)
			}
		}
		if n := strings.Count(shown, "<li id="); n != 3 {
			t.Errorf("%d notes, want 3: %s", n, shown)
		}
		v, err := w.library.Lesson(w.ctx, w.amy, "values/trust", locale.En)
		if err != nil || !strings.Contains(body(v), "A single source.") {
			t.Errorf("%v %s", err, body(v))
		}
		all, err := w.library.Sources(w.ctx, locale.En)
		if err != nil || len(all) != 3 || all[0].Name != "annual-2007" || all[1].Cite != "A recollection" || all[1].Caveat != "A single source." ||
			len(all[1].Lessons) != 1 || all[1].Lessons[0].Ref != "values/trust" || all[1].Lessons[0].Title != "Trust" || len(all[2].Lessons) != 1 {
			t.Errorf("%v %+v", err, all)
		}
		w.put("content/sources.yaml", strings.ReplaceAll(sourcesYAML+archive, "單一來源", "只有一個來源"))
		w.load()
		if shown := body(w.open("values/trust")); !strings.Contains(shown, "只有一個來源。") {
			t.Errorf("the note did not change: %s", shown)
		}
	})
}

// What cannot be cited is said with its line, and what is cited stays.
func TestLintOfSources(t *testing.T) {
	for _, c := range []struct {
		name, sources, lesson string
		want                  []string
	}{
		{"a note that is no source", sourcesYAML, "如此。[^nobody]", []string{"02-trust.md:7 markdown.footnote_unknown"}},
		{"cited and taken away", strings.Split(sourcesYAML, "  memoir:")[0], "", []string{"sources.yaml:0 courses.source_cited"}},
		{"taken away together", strings.Split(sourcesYAML, "  memoir:")[0], "沒有出處。", nil},
		{"shapes", "title: x\nsources:\n  Bad Name:\n    cite: a\n  b:\n    caveat: {zh-Hant: 乙, en: b}\n    page: 3\n", "",
			[]string{"sources.yaml:3 courses.source_name", "sources.yaml:5 courses.source_cite", "sources.yaml:6 courses.company_language", "sources.yaml:7 markdown.yaml_unknown"}},
		{"a list", "title: x\nsources: [a, b]\n", "", []string{"sources.yaml:2 courses.sources_shape"}},
		{"a field too much", "titel: x\n", "", []string{"sources.yaml:1 markdown.yaml_unknown"}},
		{"a link in what becomes one", strings.Replace(sourcesYAML, "2007 年年報", "'[年報](https://example.com)'", 1), "", []string{"sources.yaml:3 courses.source_plain"}},
		{"a heading", strings.Replace(sourcesYAML, "2007 年年報", "'# 年報'", 1), "", []string{"sources.yaml:3 courses.source_plain"}},
		{"a caveat that leads nowhere", strings.Replace(sourcesYAML, "單一來源。", "'[這裡](javascript:x)'", 1), "", []string{"sources.yaml:5 markdown.link_unsafe"}},
		{"twice", sourcesYAML + "  memoir:\n    cite: 又一次\n  x:\n    cite: a\n    cite: b\n", "", []string{"sources.yaml:12 markdown.yaml_twice", "sources.yaml:8 markdown.yaml_twice"}},
		{"an entry that is a list", sourcesYAML + "  x: [cite, 年報]\n", "", []string{"sources.yaml:8 courses.sources_shape"}},
		{"blank", sourcesYAML + "  x:\n    cite: ' '\n", "", []string{"sources.yaml:9 courses.company_language", "sources.yaml:9 courses.company_language", "sources.yaml:9 courses.company_language"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, store.SQLite)
			w.put("content/sources.yaml", sourcesYAML)
			w.put("content/values/culture/02-trust.md", lesson("信任", 2, "據憶述如此。[^memoir]\n"))
			w.load()
			w.put("content/sources.yaml", c.sources)
			if c.lesson != "" {
				w.put("content/values/culture/02-trust.md", lesson("信任", 2, c.lesson+"\n"))
			}
			_, got := w.problems()
			if !slices.Equal(got, c.want) {
				t.Errorf("got  %v\nwant %v", got, c.want)
			}
		})
	}
}

// The document stays while a lesson cites it, though its file is gone; with the lesson it goes.
func TestCitedSourcesOutliveTheirFile(t *testing.T) {
	w := newWorld(t, store.SQLite)
	w.put("content/sources.yaml", sourcesYAML)
	w.put("content/values/culture/02-trust.md", lesson("信任", 2, "據憶述如此。[^memoir]\n"))
	w.load()
	delete(w.files, "content/sources.yaml")
	done, problems := w.problems()
	if len(done.Retired) > 0 || !slices.Equal(problems, []string{"sources.yaml:0 courses.source_cited"}) {
		t.Fatalf("%v %+v", problems, done)
	}
	w.finish("values/line")
	if shown := body(w.open("values/trust")); !strings.Contains(shown, "單一來源。") {
		t.Errorf("the note is gone: %s", shown)
	}
	delete(w.files, "content/values/culture/02-trust.md")
	if done := w.load(); !slices.Equal(done.Retired, []string{"content/values/culture/02-trust.md", "content/sources.yaml"}) {
		t.Errorf("%+v", done)
	}
}

// A preview shows the notes as readers will see them.
func TestPreviewShowsNotes(t *testing.T) {
	w := newWorld(t, store.SQLite)
	w.put("content/sources.yaml", sourcesYAML)
	w.load()
	v, problems, err := w.library.Preview(w.ctx, people.System(), "content/values/culture/02-trust.md", locale.Hant, lesson("信任", 2, "如此。[^memoir]\n"))
	if err != nil || len(problems) > 0 || !strings.Contains(body(v), "單一來源。") {
		t.Errorf("%v %v %s", err, problems, body(v))
	}
}
