package learn

import (
	"html/template"
	"slices"
	"sync"

	"bainian/app/courses"
	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/web/page"
)

// keptLimit is how many parts are kept; beyond it the shelf starts anew.
const keptLimit = 4096

// keptParts are parts of lesson pages as they were rendered before. Thousands of readers see the same ones, or a
// check with one of a handful of answers, and to execute their templates anew is most of what a page costs.
type keptParts struct {
	mu  sync.RWMutex
	all map[partKey]keptPart
}

// partKey is which part of which lesson it is, and what of it can differ between two readers.
type partKey struct {
	part   string // its template
	lang   locale.Lang
	lesson string
	check  string // its id
	given  string // the answer to it
	mark   int    // what that earned
}

// keptPart is a rendered part and the words that it was made of, which a new version of the lesson changes. They
// are strings of the library's own rendering, so that to compare them is to compare addresses.
type keptPart struct {
	words []markdown.HTML
	html  template.HTML
}

// opening is the lesson's title, what it is about and its objectives.
func (k *keptParts) opening(w *Wing, c *page.Ctx, l courses.LessonView) (template.HTML, error) {
	words := append([]markdown.HTML{markdown.HTML(l.Title), markdown.HTML(l.CourseTitle), markdown.HTML(l.Lang)}, l.Objectives...)
	return k.part(w, c, partKey{part: "opening", lang: c.Lang, lesson: l.Ref, mark: l.Number*1000 + l.Of}, words, l)
}

// contents is the lesson's list of headings.
func (k *keptParts) contents(w *Wing, c *page.Ctx, l courses.LessonView) (template.HTML, error) {
	words := make([]markdown.HTML, len(l.Headings))
	for i, h := range l.Headings {
		words[i] = markdown.HTML(h.ID)
	}
	return k.part(w, c, partKey{part: "contents", lang: c.Lang, lesson: l.Ref}, words, l.Headings)
}

// check is a check's form with the reader's last answer; a refused answer is rendered for its reader alone.
func (k *keptParts) check(w *Wing, c *page.Ctx, f checkForm) (template.HTML, error) {
	if f.Err != nil {
		return w.render(c, "check", f)
	}
	key := partKey{part: "check", lang: c.Lang, lesson: f.Lesson, check: f.ID, mark: -1}
	words := slices.Concat([]markdown.HTML{f.Title, f.Stem}, f.Rows, f.Rights)
	if f.Result != nil {
		key.given, key.mark = f.Given.key(), f.Result.Mark
		words = slices.Concat(words, []markdown.HTML{f.Result.Explanation}, f.Result.Feedback)
	}
	return k.part(w, c, key, words, f)
}

func (k *keptParts) part(w *Wing, c *page.Ctx, key partKey, words []markdown.HTML, data any) (template.HTML, error) {
	k.mu.RLock()
	had, ok := k.all[key]
	k.mu.RUnlock()
	if ok && slices.Equal(had.words, words) {
		return had.html, nil
	}
	html, err := w.render(c, key.part, data)
	if err != nil {
		return "", err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.all == nil || len(k.all) >= keptLimit {
		k.all = map[partKey]keptPart{}
	}
	k.all[key] = keptPart{words, html}
	return html, nil
}

// render is a part by itself, made in the answer's buffer and taken out of it.
func (w *Wing) render(c *page.Ctx, name string, data any) (template.HTML, error) {
	defer c.Response().ResetBody()
	if err := c.Fragment(w.pages, name, data); err != nil {
		return "", err
	}
	return template.HTML(c.Response().Body()), nil
}
