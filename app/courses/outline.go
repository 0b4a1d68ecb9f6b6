package courses

import (
	"cmp"
	"context"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/store"
)

// Tracks are the names of the tracks, in the order in which they are walked.
func Tracks() []string { return []string{"values", "product", "sales"} }

// outline is every course as of one edition; it never changes once it is made.
type outline struct {
	edition int64
	vars    Variables
	sources []citable
	shared  string    // hash of what every lesson draws on: the variables and the sources
	courses []*course // the path
	byRef   map[string]*course
	lessons map[string]*lesson
	index   searchIndex
}

type course struct {
	ref, track string
	place      int // in the path
	doc        documents.Doc
	matter     map[locale.Lang]courseMatter
	lessons    []*lesson
}

type lesson struct {
	ref    string
	course *course
	number int // within the course, from 1
	doc    documents.Doc
	matter map[locale.Lang]lessonMatter
}

func (c *course) title(lang locale.Lang) string { return in(c.matter, lang, c.doc.Lang).Title }
func (l *lesson) title(lang locale.Lang) string { return in(l.matter, lang, l.doc.Lang).Title }

func in[M any](m map[locale.Lang]M, lang, base locale.Lang) M {
	if v, ok := m[lang]; ok {
		return v
	}
	return m[base]
}

// previous and next are the neighbours on the whole path, nil at its ends.
func (o *outline) previous(l *lesson) *lesson {
	if l.number > 1 {
		return l.course.lessons[l.number-2]
	}
	for i := l.course.place - 1; i >= 0; i-- {
		if c := o.courses[i]; len(c.lessons) > 0 {
			return c.lessons[len(c.lessons)-1]
		}
	}
	return nil
}

func (o *outline) next(l *lesson) *lesson {
	if l.number < len(l.course.lessons) {
		return l.course.lessons[l.number]
	}
	for _, c := range o.courses[l.course.place+1:] {
		if len(c.lessons) > 0 {
			return c.lessons[0]
		}
	}
	return nil
}

var lessonFile = regexp.MustCompile(`^([0-9]+)-([a-z0-9-]+)\.md$`)

// lessonRef and courseRef are what a document is known by; number is what its file's name starts with.
func lessonRef(p string) (ref string, number int) {
	m := lessonFile.FindStringSubmatch(path.Base(p))
	if m == nil {
		return "", 0
	}
	number, _ = strconv.Atoi(m[1])
	return trackOf(p) + "/" + m[2], number
}

// LessonRefs are the refs of all published lessons that have a place on the path, for domains whose texts send
// people to read them. It reads no texts: the lint of many documents in a row asks for it.
func (l *Library) LessonRefs(ctx context.Context) (map[string]bool, error) {
	heads, err := l.shelf.Heads(ctx, documents.Course, documents.Lesson)
	courses, refs := map[string]bool{}, map[string]bool{}
	for _, h := range heads {
		courses[courseRef(h.Path)] = courses[courseRef(h.Path)] || h.Kind == documents.Course
	}
	for _, h := range heads {
		if h.Kind == documents.Lesson && courses[courseRef(h.Path)] && slices.Contains(Tracks(), trackOf(h.Path)) {
			ref, _ := lessonRef(h.Path)
			refs[ref] = true
		}
	}
	return refs, err
}

func courseRef(p string) string { return strings.TrimPrefix(path.Dir(p), "content/") }
func trackOf(p string) string   { return path.Dir(courseRef(p)) }

// outlineIn is the outline of the present edition. It is made anew after a publication, by whoever comes
// first; the closures that write take the outline from a Read before them.
func (l *Library) outlineIn(rx *store.Rx) (*outline, error) {
	edition, err := l.shelf.EditionIn(rx)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	latest := l.latest
	l.mu.Unlock()
	if latest != nil && latest.edition == edition {
		return latest, nil
	}
	made := &outline{edition: edition}
	if err := l.fill(rx, made); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.latest == nil || l.latest.edition < edition { // a slow reader of an old snapshot keeps what it made to itself
		l.latest = made
		l.forget(made)
	}
	return made, nil
}

func (l *Library) fill(rx *store.Rx, o *outline) error {
	company, err := l.documentIn(rx, CompanyPath)
	if err != nil {
		return err
	}
	sources, err := l.documentIn(rx, SourcesPath)
	if err != nil {
		return err
	}
	o.vars, _ = parseCompany(company) // what was published has been linted
	o.sources, _ = parseSources(sources)
	o.shared = company.Hash + sources.Hash
	courses, err := l.shelf.DocsIn(rx, documents.Course)
	if err != nil {
		return err
	}
	lessons, err := l.shelf.DocsIn(rx, documents.Lesson)
	if err != nil {
		return err
	}
	o.arrange(courses, lessons)
	return nil
}

// documentIn is a document that a school need not have; the zero one stands for none.
func (l *Library) documentIn(rx *store.Rx, path string) (documents.Doc, error) {
	d, err := l.shelf.DocIn(rx, path)
	if fault.Is(err, fault.NotFound) {
		return documents.Doc{}, nil
	}
	return d, err
}

// arrange puts courses and lessons in their order. Lessons of a folder without a course.md have no place.
func (o *outline) arrange(courses, lessons []documents.Doc) {
	o.byRef, o.lessons = map[string]*course{}, map[string]*lesson{}
	for _, d := range courses {
		c := &course{ref: courseRef(d.Path), track: trackOf(d.Path), doc: d, matter: matters[courseMatter](d)}
		if slices.Contains(Tracks(), c.track) {
			o.byRef[c.ref] = c
			o.courses = append(o.courses, c)
		}
	}
	slices.SortFunc(o.courses, func(a, b *course) int {
		return cmp.Or(slices.Index(Tracks(), a.track)-slices.Index(Tracks(), b.track),
			in(a.matter, a.doc.Lang, a.doc.Lang).Order-in(b.matter, b.doc.Lang, b.doc.Lang).Order, strings.Compare(a.ref, b.ref))
	})
	for i, c := range o.courses {
		c.place = i
	}
	slices.SortFunc(lessons, func(a, b documents.Doc) int {
		_, m := lessonRef(a.Path)
		_, n := lessonRef(b.Path)
		return cmp.Or(m-n, strings.Compare(a.Path, b.Path))
	})
	for _, d := range lessons {
		ref, _ := lessonRef(d.Path)
		c := o.byRef[courseRef(d.Path)]
		if c == nil || o.lessons[ref] != nil {
			continue
		}
		le := &lesson{ref: ref, course: c, number: len(c.lessons) + 1, doc: d, matter: matters[lessonMatter](d)}
		c.lessons = append(c.lessons, le)
		o.lessons[ref] = le
	}
}

func matters[M any](d documents.Doc) map[locale.Lang]M {
	all := map[locale.Lang]M{}
	for _, lang := range d.Langs() {
		s, _ := open[M](d, lang)
		all[lang] = s.matter
	}
	return all
}

func (o *outline) lesson(ref string) (*lesson, error) {
	if l := o.lessons[ref]; l != nil {
		return l, nil
	}
	return nil, fault.New(fault.NotFound, "courses.lesson_unknown", "lesson", ref)
}

// first is the lesson to read before l for somebody who goes in order, nil when l is open: the earliest one
// not done before it in its course or, for the first of a course, in the earliest course not done.
func (o *outline) first(l *lesson, done, courseDone func(ref string) bool) *lesson {
	if l.number > 1 {
		if done(l.course.lessons[l.number-2].ref) {
			return nil
		}
		return undone(l.course.lessons[:l.number-1], done)
	}
	for _, c := range o.courses[:l.course.place] {
		if len(c.lessons) > 0 && !courseDone(c.ref) {
			if missing := undone(c.lessons, done); missing != nil {
				return missing
			}
		}
	}
	return nil
}

func undone(lessons []*lesson, done func(ref string) bool) *lesson {
	for _, l := range lessons {
		if !done(l.ref) {
			return l
		}
	}
	return nil
}
