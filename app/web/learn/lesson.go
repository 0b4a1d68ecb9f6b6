package learn

import (
	"cmp"
	"errors"
	"html/template"
	"slices"

	"github.com/gofiber/fiber/v2"

	"bainian/app/courses"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/web/page"
)

type lessonView struct {
	Lesson courses.LessonView
	Lang   locale.Lang // of the words around it
	Finish finish
	Err    error // why the completion was refused

	checks []checkForm // in their order
}

// finish is the end of a lesson: what is missing, or the button, or when it was done.
type finish struct {
	Lesson  string
	Missing []checkForm // checks that were never tried
	Done    string      // when, "" while it is not
}

func lessonRef(c *page.Ctx) string { return c.Params("track") + "/" + c.Params("lesson") }

func (w *Wing) lesson(c *page.Ctx) error {
	v, err := w.readLesson(c, lessonRef(c))
	if fault.Is(err, fault.Forbidden) {
		return w.lockedLesson(c, err)
	}
	if err != nil {
		return err
	}
	return w.showLesson(c, v)
}

func (w *Wing) readLesson(c *page.Ctx, ref string) (*lessonView, error) {
	l, err := w.library.Lesson(c.Context(), c.Person, ref, c.Lang)
	if err != nil {
		return nil, err
	}
	v := &lessonView{Lesson: l, Lang: c.Lang, Finish: finish{Lesson: ref}}
	if !l.DoneAt.IsZero() {
		v.Finish.Done = locale.DateTime(c.Lang, l.DoneAt.In(c.Zone()), c.Now())
	}
	v.checks, v.Finish.Missing = make([]checkForm, 0, l.Evidence.Checks), make([]checkForm, 0, len(l.Untried))
	for _, p := range l.Parts {
		if p.Check == nil {
			continue
		}
		form := newCheckForm(ref, len(v.checks)+1, p.Check)
		v.checks = append(v.checks, form)
		if slices.Contains(l.Untried, p.Check.ID) {
			v.Finish.Missing = append(v.Finish.Missing, form)
		}
	}
	return v, nil
}

// showLesson puts the page together from pieces that are mostly the same for every reader.
func (w *Wing) showLesson(c *page.Ctx, v *lessonView) error {
	side, err := v.side(w, c)
	if err != nil {
		return err
	}
	main, err := v.main(w, c)
	if err != nil {
		return err
	}
	return c.Assemble(w.pages, page.Base{Title: v.Lesson.Title, Here: "/courses", Script: "js/lesson.js"}, page.Pieces{Side: side, Main: main})
}

func (v *lessonView) main(w *Wing, c *page.Ctx) ([]template.HTML, error) {
	var failed error
	pieces := make([]template.HTML, 0, len(v.Lesson.Parts)+3)
	add := func(piece template.HTML, err error) {
		pieces, failed = append(pieces, piece), cmp.Or(failed, err)
	}
	add(v.top(w, c))
	if v.Err != nil {
		add(c.Piece(w.pages, "lesson_refused", v))
	}
	checks := v.checks
	for _, p := range v.Lesson.Parts {
		if p.Check == nil {
			add(template.HTML(p.HTML), nil)
			continue
		}
		add(v.check(w, c, &checks[0]))
		checks = checks[1:]
	}
	add(v.end(w, c))
	return pieces, failed
}

type lockedView struct {
	page.Base
	Err          error
	Link, Action string // to what opens it
}

// lockedLesson says why a lesson is closed and leads to what opens it.
func (w *Wing) lockedLesson(c *page.Ctx, err error) error {
	v := &lockedView{Base: page.Base{Title: c.T("learn.locked"), Here: "/courses"}, Err: err, Link: "/exams", Action: c.T("learn.locked.exams")}
	if first := argument(err, "lesson"); first != "" {
		v.Link, v.Action = lessonPath(first), c.T("learn.locked.read", "title", argument(err, "title"))
	}
	c.Status(fiber.StatusForbidden)
	return c.Page(w.pages, "locked", v)
}

// complete notes that the lesson was read and goes on: to the next lesson of the course, or after the last one
// to the path.
func (w *Wing) complete(c *page.Ctx) error {
	ref := lessonRef(c)
	if err := w.library.Complete(c.Context(), c.Person, ref); err != nil {
		if !fault.Is(err, fault.Conflict) {
			return err
		}
		v, broken := w.readLesson(c, ref)
		if broken != nil {
			return broken
		}
		v.Err = err
		c.Refused(err)
		return w.showLesson(c, v)
	}
	l, err := w.library.Lesson(c.Context(), c.Person, ref, c.Lang)
	if err != nil {
		return err
	}
	if l.Number < l.Of && l.Next != nil {
		return c.Back(lessonPath(l.Next.Ref), "learn.finished", "title", l.Title)
	}
	return c.Back("/", "learn.finished_course", "course", l.CourseTitle)
}

// reading takes the seconds that the page was in sight; they are evidence and open nothing.
func (w *Wing) reading(c *page.Ctx) error {
	seconds, err := c.FormInt("seconds")
	if err != nil {
		return err
	}
	if err := w.library.Read(c.Context(), c.Person, lessonRef(c), seconds); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// argument is one value of a fault's words, "" when it has none of that name.
func argument(err error, name string) string {
	e := (*fault.Error)(nil)
	if !errors.As(err, &e) {
		return ""
	}
	for i := 0; i+1 < len(e.Args); i += 2 {
		if e.Args[i] == name {
			s, _ := e.Args[i+1].(string)
			return s
		}
	}
	return ""
}
