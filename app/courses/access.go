package courses

import (
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
)

// closedIn is why the lesson is closed to the person, nil when it is open. had is their progress with the
// lessons of its course.
func (l *Library) closedIn(rx *store.Rx, o *outline, p people.Person, le *lesson, had map[string]progress, lang locale.Lang) error {
	if !inOrder(p) {
		return nil
	}
	if had[le.ref].opened.IsZero() {
		done := func(ref string) bool { return !had[ref].done.IsZero() }
		courseDone := func(string) bool { return false }
		if le.number == 1 && le.course.place > 0 {
			courses, err := l.CoursesDoneIn(rx, p.ID)
			if err != nil {
				return err
			}
			all, err := allProgressIn(rx, p.ID)
			if err != nil {
				return err
			}
			done = func(ref string) bool { return !all[ref].done.IsZero() }
			courseDone = func(ref string) bool { _, ok := courses[ref]; return ok }
		}
		if first := o.first(le, done, courseDone); first != nil {
			return locked(first, lang)
		}
	}
	return l.guard(rx, p, le.ref)
}

// locked is the fault that names the lesson to read first.
func locked(first *lesson, lang locale.Lang) error {
	return fault.New(fault.Forbidden, "courses.locked", "title", first.title(lang), "lesson", first.ref)
}
