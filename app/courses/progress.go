package courses

import (
	"encoding/json"
	"strings"
	"time"

	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
)

// progress is how far one person is with one lesson.
type progress struct {
	lesson      string
	version     int // opened first
	opened      time.Time
	seconds     int
	readAt      time.Time
	checks      string // JSON of map[string]tried, decoded where it is needed
	done        time.Time
	doneVersion int
}

func (p progress) state() State {
	switch {
	case !p.done.IsZero():
		return Done
	case !p.opened.IsZero():
		return Opened
	}
	return Untouched
}

// tried is the last answer to a check and how many there were.
type tried struct {
	Response questions.Response `json:"r"`
	Mark     int                `json:"m"`
	Points   int                `json:"p"`
	Tries    int                `json:"n"`
	AtMs     int64              `json:"at"`
}

func (p progress) tried() (map[string]tried, error) {
	all := map[string]tried{}
	if p.checks == "" {
		return all, nil
	}
	return all, json.Unmarshal([]byte(p.checks), &all)
}

const progressColumns = `lesson, version, opened_ms, seconds, read_ms, checks, done_ms, done_version`

func scanProgress(row store.Row) (p progress, err error) {
	var opened, read int64
	var done, version *int64
	if err := row.Scan(&p.lesson, &p.version, &opened, &p.seconds, &read, &p.checks, &done, &version); err != nil {
		return p, err
	}
	p.opened, p.readAt, p.done = store.Time(opened), store.Time(read), store.NullTime(done)
	if version != nil {
		p.doneVersion = int(*version)
	}
	return p, nil
}

// progressIn is the person's progress with those lessons, by lesson.
func progressIn(rx *store.Rx, personID string, lessons []*lesson) (map[string]progress, error) {
	args := make([]any, 1, len(lessons)+1)
	args[0] = personID
	for _, l := range lessons {
		args = append(args, l.ref)
	}
	rows, err := store.All(rx, scanProgress, `SELECT `+progressColumns+` FROM progress WHERE person_id = ? AND lesson IN (`+
		strings.TrimSuffix(strings.Repeat("?,", len(lessons)), ",")+`)`, args...)
	return byLesson(rows), err
}

// allProgressIn is the person's progress with every lesson.
func allProgressIn(rx *store.Rx, personID string) (map[string]progress, error) {
	rows, err := store.All(rx, scanProgress, `SELECT `+progressColumns+` FROM progress WHERE person_id = ?`, personID)
	return byLesson(rows), err
}

func byLesson(rows []progress) map[string]progress {
	m := make(map[string]progress, len(rows))
	for _, p := range rows {
		m[p.lesson] = p
	}
	return m
}

func oneProgressIn(rx *store.Rx, personID, lesson string) (progress, error) {
	p, _, err := store.First(rx, scanProgress, `SELECT `+progressColumns+` FROM progress WHERE person_id = ? AND lesson = ?`, personID, lesson)
	return p, err
}

// Completed is a lesson that a person has completed, last at At.
type Completed struct {
	Ref     string
	Version int
	At      time.Time
}

// CompletedIn is every lesson that the person has completed, in no particular order.
func (l *Library) CompletedIn(rx *store.Rx, personID string) ([]Completed, error) {
	return store.All(rx, func(row store.Row) (c Completed, err error) {
		var ms int64
		err = row.Scan(&c.Ref, &c.Version, &ms)
		c.At = store.Time(ms)
		return c, err
	}, `SELECT lesson, done_version, done_ms FROM progress WHERE person_id = ? AND done_ms IS NOT NULL`, personID)
}

// CompletedSinceIn reports whether the person has completed the lesson, again or for the first time, after
// that moment.
func (l *Library) CompletedSinceIn(rx *store.Rx, personID, ref string, since time.Time) (bool, error) {
	var ms *int64
	err := rx.Row(`SELECT done_ms FROM progress WHERE person_id = ? AND lesson = ?`, personID, ref).Scan(&ms)
	if err == store.ErrNoRow {
		return false, nil
	}
	return err == nil && ms != nil && *ms > store.Ms(since), err
}

// CourseDone is a course that a person has completed: when, and which version of course.md.
type CourseDone struct {
	At      time.Time
	Version int
}

// CoursesDoneIn is every course that the person has completed, by "<track>/<course>".
func (l *Library) CoursesDoneIn(rx *store.Rx, personID string) (map[string]CourseDone, error) {
	done := map[string]CourseDone{}
	err := rx.Each(`SELECT course, version, at_ms FROM course_completion WHERE person_id = ?`, []any{personID}, func(row store.Row) error {
		var ref string
		var c CourseDone
		var ms int64
		err := row.Scan(&ref, &c.Version, &ms)
		c.At = store.Time(ms)
		done[ref] = c
		return err
	})
	return done, err
}

// CourseRecord is that a person completed every lesson of a course, for the first time or again after its course.md had
// a newer version.
type CourseRecord struct {
	Person, Course string
	Version        int // of course.md
	At             time.Time
}

// CourseRecordsIn is every such record of those people, oldest first.
func CourseRecordsIn(rx *store.Rx, personIDs ...string) ([]CourseRecord, error) {
	who, args := store.List(personIDs)
	return store.All(rx, func(row store.Row) (c CourseRecord, err error) {
		var ms int64
		err = row.Scan(&c.Person, &c.Course, &c.Version, &ms)
		c.At = store.Time(ms)
		return c, err
	}, `SELECT person_id, course, version, at_ms FROM course_completion WHERE person_id IN `+who+`
		UNION ALL SELECT person_id, course, version, at_ms FROM course_renewal WHERE person_id IN `+who+` ORDER BY at_ms, version`, append(args, args...)...)
}

// CourseDoneIn is when the person completed a course, and which version of course.md that was.
func (l *Library) CourseDoneIn(rx *store.Rx, personID, courseRef string) (at time.Time, version int, done bool, err error) {
	var ms int64
	err = rx.Row(`SELECT version, at_ms FROM course_completion WHERE person_id = ? AND course = ?`, personID, courseRef).Scan(&version, &ms)
	if err == store.ErrNoRow {
		return time.Time{}, 0, false, nil
	}
	return store.Time(ms), version, err == nil, err
}

// inOrder reports whether the person has to follow the path. Those who make or keep the courses read freely.
func inOrder(p people.Person) bool {
	return !p.Has(people.Trainer, people.HR, people.Admin)
}
