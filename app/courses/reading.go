package courses

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"strings"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/questions"
)

// reading is a document rendered in one language, with its checks.
type reading struct {
	matter     lessonMatter
	lang       locale.Lang // that it is really in
	objectives []markdown.HTML
	parts      []part
	headings   []markdown.Heading
	chars      int
	checks     map[string]*check
	order      []string // check ids as they come
}

// part is HTML or one check.
type part struct {
	html  markdown.HTML
	check *check
}

// check is a question with its words rendered. layout is how everyone sees it.
type check struct {
	item        questions.Item
	layout      questions.Layout
	title, stem markdown.HTML
	rows        []markdown.HTML // by canonical index
	rights      []markdown.HTML
	feedback    []markdown.HTML
	explanation markdown.HTML
}

// read renders a lesson, or finds it as it was rendered before.
func (l *Library) read(o *outline, d documents.Doc, lang locale.Lang) *reading {
	key := renderKey(o, d, lang)
	l.mu.Lock()
	r := l.rendered[key]
	l.mu.Unlock()
	if r != nil {
		return r
	}
	r, _ = l.render(o.vars, o.sources, d, lang) // what was published has been linted
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rendered[key] = r
	return r
}

func renderKey(o *outline, d documents.Doc, lang locale.Lang) string {
	return d.Hash + o.shared + string(lang)
}

// forget drops what was rendered for versions that the outline no longer shows. The caller holds the lock.
func (l *Library) forget(o *outline) {
	shown := map[string]bool{}
	for _, lang := range locale.Langs() {
		for _, c := range o.courses {
			shown[renderKey(o, c.doc, lang)] = true
			for _, le := range c.lessons {
				shown[renderKey(o, le.doc, lang)] = true
			}
		}
	}
	maps.DeleteFunc(l.rendered, func(key string, _ *reading) bool { return !shown[key] })
}

// render renders a lesson in lang, or in its base language, and reports everything wrong with that text and
// with the checks in every language.
func (l *Library) render(vars Variables, sources []citable, d documents.Doc, lang locale.Lang) (*reading, fault.Problems) {
	s, problems := open[lessonMatter](d, lang)
	r := &reading{matter: s.matter, lang: s.lang}
	if bad := markdown.Bounds(s.body, s.file, s.line); len(bad) > 0 {
		return r, append(problems, bad...)
	}
	items, bad := parseChecks(vars, d)
	problems = append(problems, bad...)
	figure := l.figures(path.Dir(d.Path))
	doc, bad := l.markdown.Render(s.body, markdown.Options{Vars: vars[s.lang], Lang: s.lang, File: s.file, Line: s.line, Figure: figure, Notes: notes(sources, s.lang)})
	problems = append(problems, bad...)

	r.headings, r.chars, r.checks = doc.Headings, doc.Chars, map[string]*check{}
	for _, o := range s.matter.Objectives {
		r.objectives = append(r.objectives, l.markdown.Inline(o, vars[s.lang]))
	}
	for _, p := range doc.Parts {
		if p.Check == nil {
			r.parts = append(r.parts, part{html: p.HTML})
			continue
		}
		item, ok := items[s.lang][p.Check.Line]
		if !ok {
			continue // its problem is among the others
		}
		c, bad := l.dress(item, s.lang, s.file, p.Check.Line, figure)
		problems = append(problems, bad...)
		r.checks[item.ID] = c
		r.order = append(r.order, item.ID)
		r.parts = append(r.parts, part{check: c})
	}
	return r, problems
}

// parseChecks finds the checks of a lesson in all its languages, by the language and the line of the fence's
// inside. Translations belong together by id; problems name what is missing or too much.
func parseChecks(vars Variables, d documents.Doc) (map[locale.Lang]map[int]questions.Item, fault.Problems) {
	var problems fault.Problems
	byID := map[string][]questions.File{} // base first
	lines := map[string]map[locale.Lang]int{}
	var ids []string
	for _, lang := range d.Langs() {
		s, _ := open[lessonMatter](d, lang)
		filled, _ := markdown.Fill(string(s.body), vars[lang])
		found, bad := questions.FindChecks(questions.File{Name: s.file, Lang: lang, Source: []byte(filled), Line: s.line})
		problems = append(problems, bad...)
		seen := map[string]bool{}
		for _, c := range found {
			seen[c.ID] = true
			if lines[c.ID] == nil {
				if lang != d.Lang {
					problems.Add(s.file, c.Line, c.ID, "courses.check_extra", "check", c.ID, "base", d.Path)
					continue
				}
				lines[c.ID] = map[locale.Lang]int{}
				ids = append(ids, c.ID)
			}
			byID[c.ID] = append(byID[c.ID], c.File)
			lines[c.ID][lang] = c.Line
		}
		for _, id := range ids {
			if !seen[id] {
				problems.Add(s.file, 0, id, "courses.check_untranslated", "check", id, "base", d.Path)
			}
		}
	}
	items := map[locale.Lang]map[int]questions.Item{}
	for _, lang := range d.Langs() {
		items[lang] = map[int]questions.Item{}
	}
	for _, id := range ids {
		item, bad := questions.ParseCheck(byID[id][0], byID[id][1:]...)
		problems = append(problems, bad...)
		if len(bad) > 0 {
			continue
		}
		for lang, line := range lines[id] {
			items[lang][line] = item
		}
	}
	return items, problems
}

// dress renders the words of a check, whose variables are filled in already.
func (l *Library) dress(item questions.Item, lang locale.Lang, file string, line int, figure figureFinder) (*check, fault.Problems) {
	words, _ := item.Localized(lang)
	var problems fault.Problems
	block := func(src string) markdown.HTML {
		doc, bad := l.markdown.Render([]byte(src), markdown.Options{Lang: lang, File: file, Line: line, Figure: figure})
		for _, p := range bad { // a part of an item does not know its line: the fence's is the nearest
			p.Line, p.Item = line, item.ID
			problems = append(problems, p)
		}
		return doc.HTML()
	}
	inline := func(all []string) []markdown.HTML {
		out := make([]markdown.HTML, len(all))
		for i, src := range all {
			out[i] = l.markdown.Inline(src, nil)
		}
		return out
	}
	c := &check{item: item, layout: layout(item), title: l.markdown.Inline(words.Title, nil), stem: block(words.Stem),
		rows: inline(words.Choices), rights: inline(words.Rights), explanation: block(words.Explanation)}
	for _, f := range words.Feedback {
		c.feedback = append(c.feedback, block(f))
	}
	return c, problems
}

// layout is how a check is shown: as written, except where that would be the answer. It is the same for
// everyone and in every language.
func layout(item questions.Item) questions.Layout {
	l := item.Written()
	switch item.Kind {
	case questions.Order:
		mix(item.ID, l.Order)
	case questions.Match:
		mix(item.ID, l.Rights)
	}
	return l
}

// mix moves positions about by the hash of a name, and never leaves two or more as they were.
func mix(name string, positions []int) {
	sum := sha256.Sum256([]byte(name))
	moved := false
	for i := len(positions) - 1; i > 0; i-- {
		j := int(sum[i%len(sum)]) % (i + 1)
		positions[i], positions[j] = positions[j], positions[i]
	}
	for i := 1; i < len(positions); i++ {
		moved = moved || positions[i] < positions[i-1]
	}
	if !moved && len(positions) > 1 {
		positions[0], positions[1] = positions[1], positions[0]
	}
}

type figureFinder = func(src string) (svg []byte, url string, ok bool)

var imageName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*\.(svg|png|jpg|jpeg|webp|avif|gif)$`)

// figures finds the images that lie beside a course's lessons. Drawings are inlined; the others are served by
// FileURL with a mark of their content, so that a browser may keep them.
func (l *Library) figures(folder string) figureFinder {
	return func(src string) (svg []byte, url string, ok bool) {
		name := strings.TrimPrefix(src, "./")
		if !imageName.MatchString(name) {
			return nil, "", false
		}
		content, err := fs.ReadFile(l.files, path.Join(folder, name))
		if err != nil {
			return nil, "", false
		}
		if path.Ext(name) == ".svg" {
			return content, "", true
		}
		sum := sha256.Sum256(content)
		return nil, FileURL(strings.TrimPrefix(folder, "content/"), name) + "?v=" + hex.EncodeToString(sum[:6]), true
	}
}

// Drawings finds the drawings that lie in a folder, for texts that domains outside of content/ render.
func (l *Library) Drawings(folder string) func(src string) (svg []byte, url string, ok bool) {
	find := l.figures(folder)
	return func(src string) (svg []byte, url string, ok bool) {
		svg, _, _ = find(src)
		return svg, "", svg != nil
	}
}

// FileURL is where the web serves an image that lies beside the lessons of a course.
func FileURL(course, name string) string { return "/courses/" + course + "/files/" + name }

// File is an image that lies beside the lessons of a course, for FileURL; drawings are never served.
func (l *Library) File(course, name string) ([]byte, error) {
	missing := fault.New(fault.NotFound, "courses.file_unknown", "name", name)
	if !imageName.MatchString(name) || path.Ext(name) == ".svg" || !fs.ValidPath(course) {
		return nil, missing
	}
	content, err := fs.ReadFile(l.files, path.Join("content", course, name))
	if err != nil {
		return nil, missing
	}
	return content, nil
}
