package learn

import (
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"bainian/app/courses"
	"bainian/app/fault"
	"bainian/app/web/page"
)

type lessonView struct {
	page.Base
	Lesson courses.LessonView
	Parts  []lessonPart
	Finish finish
	Err    error // why the completion was refused
}

// lessonPart is a stretch of prose or a check, the latter with what its form says.
type lessonPart struct {
	courses.Part
	Form checkForm
}

// finish is the end of a lesson: what is missing, or the button, or where to go on.
type finish struct {
	Lesson  string
	Missing []checkForm // checks that were never tried
	DoneAt  time.Time
	Next    *courses.LessonLink
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
	return c.Page(w.pages, "lesson", v)
}

func (w *Wing) readLesson(c *page.Ctx, ref string) (*lessonView, error) {
	l, err := w.library.Lesson(c.Context(), c.Person, ref, c.Lang)
	if err != nil {
		return nil, err
	}
	v := &lessonView{Base: page.Base{Title: l.Title, Here: "/courses", Script: "js/lesson.js"}, Lesson: l, Parts: make([]lessonPart, len(l.Parts)),
		Finish: finish{Lesson: ref, DoneAt: l.DoneAt, Next: l.Next}}
	number := 0
	for i, p := range l.Parts {
		v.Parts[i].Part = p
		if p.Check == nil {
			continue
		}
		number++
		v.Parts[i].Form = newCheckForm(ref, number, p.Check)
		if slices.Contains(l.Untried, p.Check.ID) {
			v.Finish.Missing = append(v.Finish.Missing, v.Parts[i].Form)
		}
	}
	return v, nil
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
		return c.Page(w.pages, "lesson", v)
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
	e, ok := err.(*fault.Error)
	if !ok {
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
