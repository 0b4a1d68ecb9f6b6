package courses

import (
	"context"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/markdown"
	"bainian/app/store"
)

// VarsNow are the variables as published, for a lint: while many documents are loaded, every one is a new
// edition, and Vars would arrange the whole path anew for each.
func (l *Library) VarsNow(ctx context.Context) (vars Variables, err error) {
	var d documents.Doc
	err = l.db.Read(ctx, func(rx *store.Rx) error {
		d, err = l.documentIn(rx, CompanyPath)
		return err
	})
	vars, _ = parseCompany(d)
	return vars, err
}

func (l *Library) lintLesson(ctx context.Context, d documents.Doc) (fault.Problems, error) {
	vars, err := l.VarsNow(ctx)
	if err != nil {
		return nil, err
	}
	sources, err := l.sourcesNow(ctx)
	if err != nil {
		return nil, err
	}
	var problems fault.Problems
	_, number := lessonRef(d.Path)
	for n, lang := range d.Langs() {
		s, bad := open[lessonMatter](d, lang)
		if readable(bad) {
			lintMatter(&problems, s.file, d, s.matter.Title, s.matter.Lang, s.matter.Track, string(lang))
			if s.matter.Order != 0 && s.matter.Order != number {
				problems.Add(s.file, 1, "order", "courses.order_differs", "order", s.matter.Order, "number", number)
			}
			if s.matter.Minutes < 1 || s.matter.Minutes > 240 {
				problems.Add(s.file, 1, "minutes", "courses.minutes_missing")
			}
			if len(s.matter.Objectives) == 0 {
				problems.Add(s.file, 1, "objectives", "courses.objectives_missing")
			}
		}
		_, bad = l.render(vars, sources, d, lang)
		for _, p := range bad {
			// What is wrong with the checks comes with every language; once is enough.
			if n == 0 || p.File == s.file && !slices.ContainsFunc(problems, func(q fault.Problem) bool { return reflect.DeepEqual(p, q) }) {
				problems = append(problems, p)
			}
		}
	}
	unknown, err := l.sentNowhere(ctx, d, vars)
	if err != nil {
		return nil, err
	}
	problems = append(problems, unknown...)
	twin, err := l.twin(ctx, d)
	if err != nil {
		return nil, err
	}
	if twin != "" {
		problems.Add(d.Path, 0, "", "courses.slug_twice", "other", twin)
	}
	return problems, nil
}

// sentNowhere are the checks of a lesson that send their readers to a lesson that is neither published nor
// about to be.
func (l *Library) sentNowhere(ctx context.Context, d documents.Doc, vars Variables) (problems fault.Problems, err error) {
	refs, err := l.LessonRefs(ctx)
	if err != nil {
		return nil, err
	}
	for _, other := range append(d.Beside, d) {
		if ref, _ := lessonRef(other.Path); ref != "" {
			refs[ref] = true
		}
	}
	items, _ := parseChecks(vars, d)
	for _, line := range slices.Sorted(maps.Keys(items[d.Lang])) {
		if i := items[d.Lang][line]; i.Lesson != "" && !refs[i.Lesson] {
			problems.Add(d.Path, i.Line, i.ID, "courses.check_lesson", "lesson", i.Lesson)
		}
	}
	return problems, nil
}

// twin is another lesson of the same track that would be known by the same name.
func (l *Library) twin(ctx context.Context, d documents.Doc) (string, error) {
	heads, err := l.shelf.Heads(ctx, documents.Lesson)
	ref, _ := lessonRef(d.Path)
	for _, h := range heads {
		if other, _ := lessonRef(h.Path); other == ref && h.Path != d.Path {
			return h.Path, err
		}
	}
	return "", err
}

func (l *Library) lintCourse(ctx context.Context, d documents.Doc) (fault.Problems, error) {
	vars, err := l.VarsNow(ctx)
	if err != nil {
		return nil, err
	}
	var problems fault.Problems
	for _, lang := range d.Langs() {
		s, bad := open[courseMatter](d, lang)
		problems = append(problems, bad...)
		if readable(bad) {
			lintMatter(&problems, s.file, d, s.matter.Title, s.matter.Lang, s.matter.Track, string(lang))
			if s.matter.Order < 1 {
				problems.Add(s.file, 1, "order", "courses.order_missing")
			}
		}
		_, bad = l.markdown.Render(s.body, markdown.Options{Vars: vars[lang], Lang: lang, File: s.file, Line: s.line, Figure: l.figures(path.Dir(d.Path))})
		problems = append(problems, bad...)
	}
	return problems, nil
}

func (l *Library) lintPledge(ctx context.Context, d documents.Doc) (fault.Problems, error) {
	vars, err := l.VarsNow(ctx)
	if err != nil {
		return nil, err
	}
	var problems fault.Problems
	for _, lang := range d.Langs() {
		s, bad := open[pledgeMatter](d, lang)
		problems = append(problems, bad...)
		if readable(bad) && strings.TrimSpace(s.matter.Title) == "" {
			problems.Add(s.file, 1, "title", "courses.title_missing")
		}
		_, bad = l.markdown.Render(s.body, markdown.Options{Vars: vars[lang], Lang: lang, File: s.file, Line: s.line})
		problems = append(problems, bad...)
	}
	return problems, nil
}

// readable reports whether the front matter could be read: of one that could not, nothing is missing.
func readable(problems fault.Problems) bool {
	return !slices.ContainsFunc(problems, func(p fault.Problem) bool { return p.Key != "markdown.yaml_unknown" })
}

// lintMatter checks what the front matter of lessons and courses has in common.
func lintMatter(problems *fault.Problems, file string, d documents.Doc, title, lang, track, fileLang string) {
	if strings.TrimSpace(title) == "" {
		problems.Add(file, 1, "title", "courses.title_missing")
	}
	if lang != "" && lang != fileLang {
		problems.Add(file, 1, "lang", "courses.lang_differs", "lang", lang, "file", fileLang)
	}
	switch folder := trackOf(d.Path); {
	case !slices.Contains(Tracks(), folder):
		problems.Add(file, 0, "track", "courses.track_unknown", "track", folder, "known", strings.Join(Tracks(), ", "))
	case track != "" && track != folder:
		problems.Add(file, 1, "track", "courses.track_differs", "track", track, "folder", folder)
	}
}
