package courses

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
)

// Completion is a lesson that has just been completed. CourseDone says that it was the last of its course.
type Completion struct {
	PersonID   string
	Lesson     string
	Course     string
	Version    int // of the lesson
	CourseDone bool
	At         time.Time
}

// Check marks an answer to a check of a lesson that the person has opened, and keeps it. The response is in
// displayed positions; an empty one is fault.Invalid.
func (l *Library) Check(ctx context.Context, p people.Person, ref, checkID string, response questions.Response, lang locale.Lang) (CheckResult, error) {
	o, le, err := l.find(ctx, ref)
	if err != nil {
		return CheckResult{}, err
	}
	c := l.read(o, le.doc, lang).checks[checkID]
	if c == nil {
		return CheckResult{}, fault.New(fault.NotFound, "courses.check_unknown", "check", checkID)
	}
	if err := c.item.Check(c.layout, response); err != nil {
		return CheckResult{}, err
	}
	if c.item.Blank(response) {
		return CheckResult{}, fault.New(fault.Invalid, "courses.check_blank").In(checkID)
	}
	t := tried{Response: response, Mark: c.item.Grade(c.layout, response), Points: c.item.Points}
	said, err := json.Marshal(response)
	if err != nil {
		return CheckResult{}, err
	}
	err = l.db.Write(ctx, func(tx *store.Tx) error {
		had, err := openedIn(tx.Rx, p, le)
		if err != nil {
			return err
		}
		all, err := had.tried()
		if err != nil {
			return err
		}
		t.Tries, t.AtMs = all[checkID].Tries+1, store.Ms(tx.Now)
		all[checkID] = t
		checks, err := json.Marshal(all)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO check_answer (id, person_id, lesson, version, check_id, response, mark, points, at_ms)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.NewID(), p.ID, ref, le.doc.Version, checkID, string(said), t.Mark, t.Points, t.AtMs); err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE progress SET checks = ? WHERE person_id = ? AND lesson = ?`, string(checks), p.ID, ref)
		return err
	})
	if err != nil {
		return CheckResult{}, err
	}
	return *c.result(t), nil
}

// maxBeacon is the longest reading that one beacon can report.
const maxBeacon = 5 * time.Minute

// Read adds seconds that the person's page says it was read. They are evidence and nothing more, and never
// exceed the server's own time since the last beacon.
func (l *Library) Read(ctx context.Context, p people.Person, ref string, seconds int) error {
	return l.db.Write(ctx, func(tx *store.Tx) error {
		had, err := oneProgressIn(tx.Rx, p.ID, ref)
		if err != nil || had.opened.IsZero() {
			return err
		}
		gain := min(time.Duration(seconds)*time.Second, tx.Now.Sub(had.readAt), maxBeacon) / time.Second
		if gain <= 0 {
			return nil
		}
		_, err = tx.Exec(`UPDATE progress SET seconds = seconds + ?, read_ms = ? WHERE person_id = ? AND lesson = ?`,
			int64(gain), store.Ms(tx.Now), p.ID, ref)
		return err
	})
}

// again is how soon a second completion of the same lesson is taken for a second click.
const again = time.Minute

// Complete notes that the person has read the lesson, for the first time or again. Checks that were never
// tried are fault.Conflict "courses.checks_untried".
func (l *Library) Complete(ctx context.Context, p people.Person, ref string) error {
	o, le, err := l.find(ctx, ref)
	if err != nil {
		return err
	}
	checks := l.read(o, le.doc, le.doc.Lang).order
	return l.db.Write(ctx, func(tx *store.Tx) error {
		had, err := openedIn(tx.Rx, p, le)
		if err != nil {
			return err
		}
		if inOrder(p) {
			if err := l.guard(tx.Rx, p, ref); err != nil {
				return err
			}
		}
		if !had.done.IsZero() && tx.Now.Sub(had.done) < again {
			return nil
		}
		all, err := had.tried()
		if err != nil {
			return err
		}
		untried := slices.DeleteFunc(slices.Clone(checks), func(id string) bool { _, ok := all[id]; return ok })
		if len(untried) > 0 {
			return fault.New(fault.Conflict, "courses.checks_untried", "n", len(untried))
		}
		c := Completion{PersonID: p.ID, Lesson: ref, Course: le.course.ref, Version: le.doc.Version, At: tx.Now}
		if _, err := tx.Exec(`INSERT INTO lesson_completion (id, person_id, lesson, version, seconds, at_ms) VALUES (?, ?, ?, ?, ?, ?)`,
			tx.NewID(), p.ID, ref, c.Version, had.seconds, store.Ms(tx.Now)); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE progress SET done_ms = ?, done_version = ? WHERE person_id = ? AND lesson = ?`,
			store.Ms(tx.Now), c.Version, p.ID, ref); err != nil {
			return err
		}
		if c.CourseDone, err = completeCourse(tx, p, le.course); err != nil {
			return err
		}
		for _, f := range l.onCompleted {
			if err := f(tx, c); err != nil {
				return err
			}
		}
		return nil
	})
}

// completeCourse notes that the person has completed every lesson of the course: once for the first time, and once more
// for every version of course.md since whose publication they have completed them all again.
func completeCourse(tx *store.Tx, p people.Person, c *course) (now bool, err error) {
	had, err := progressIn(tx.Rx, p.ID, c.lessons)
	if err != nil || undone(c.lessons, func(ref string) bool { return !had[ref].done.IsZero() }) != nil {
		return false, err
	}
	n, err := tx.Exec(`INSERT INTO course_completion (person_id, course, version, at_ms) VALUES (?, ?, ?, ?)
		ON CONFLICT (person_id, course) DO NOTHING`, p.ID, c.ref, c.doc.Version, store.Ms(tx.Now))
	if err != nil || n == 1 {
		return n == 1, err
	}
	if undone(c.lessons, func(ref string) bool { return had[ref].done.After(c.doc.PublishedAt) }) != nil {
		return false, nil
	}
	_, err = tx.Exec(`INSERT INTO course_renewal (person_id, course, version, at_ms) SELECT person_id, course, ?, ? FROM course_completion
		WHERE person_id = ? AND course = ? AND version < ? ON CONFLICT (person_id, course, version) DO NOTHING`,
		c.doc.Version, store.Ms(tx.Now), p.ID, c.ref, c.doc.Version)
	return false, err
}

// find is the lesson in the present outline, read before a transaction that writes.
func (l *Library) find(ctx context.Context, ref string) (o *outline, le *lesson, err error) {
	err = l.db.Read(ctx, func(rx *store.Rx) error {
		if o, err = l.outlineIn(rx); err != nil {
			return err
		}
		le, err = o.lesson(ref)
		return err
	})
	return o, le, err
}

// Taught is the source, in every language, of all lessons of the course that a lesson belongs to: what everybody had
// before them. Nothing where there is no such lesson any more.
func (l *Library) Taught(ctx context.Context, ref string) (sources []string, err error) {
	_, le, err := l.find(ctx, ref)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, each := range le.course.lessons {
		for _, lang := range each.doc.Langs() {
			sources = append(sources, each.doc.Sources[lang])
		}
	}
	return sources, nil
}

// openedIn is the person's progress with a lesson they have opened; one they have not is closed to them, for
// opening is where the order is kept.
func openedIn(rx *store.Rx, p people.Person, le *lesson) (progress, error) {
	had, err := oneProgressIn(rx, p.ID, le.ref)
	if err == nil && had.opened.IsZero() {
		err = fault.New(fault.Forbidden, "courses.not_opened", "title", le.title(p.Lang), "lesson", le.ref)
	}
	return had, err
}
