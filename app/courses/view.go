package courses

import (
	"time"

	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/questions"
)

// State is how far a person is with a lesson.
type State string

const (
	Untouched State = "none"
	Opened    State = "opened"
	Done      State = "done"
)

// TrackView is a track as one person sees it; its title is the message "courses.track_<name>".
type TrackView struct {
	Name    string
	Courses []CourseView
}

// CourseView is a course as one person sees it.
type CourseView struct {
	Ref, Track, Title string
	Intro             markdown.HTML // Course alone fills it
	Version           int
	Lang              locale.Lang // of the intro
	Lessons           []LessonLink
	Read              int       // lessons done
	Minutes           int       // of all lessons
	DoneAt            time.Time // zero while the course is not completed
}

// LessonLink is a lesson in a list.
type LessonLink struct {
	Ref, Title string
	Number     int // within its course, from 1
	Minutes    int
	Checks     int // known once the lesson has been rendered; only Lesson's Nav and Course fill it
	State      State
	Locked     error // why it is closed to the person, nil when it is open
}

// LessonView is a lesson as one person reads it.
type LessonView struct {
	Ref, Track          string
	Course, CourseTitle string
	Title               string
	Number, Of          int // which lesson of how many in the course
	Objectives          []markdown.HTML
	Minutes             int
	Parts               []Part
	Headings            []markdown.Heading
	Version             int
	Lang                locale.Lang // that it is shown in
	Fallback            bool        // Lang is not what was asked for: there is no translation yet
	Langs               []locale.Lang
	Prev, Next          *LessonLink // on the whole path
	Nav                 []LessonLink
	State               State
	DoneAt              time.Time // last completion; zero when there is none
	Evidence            Evidence
	Edition             int64    // of the courses: whatever is not the person's own is the same for one edition, Ref and Lang asked for
	Untried             []string // ids of the checks to try before the lesson can be completed
}

// Evidence is what the program saw of the reading.
type Evidence struct {
	OpenedAt             time.Time
	Seconds              int
	Checks, Tried, Right int
}

// Part is a stretch of a lesson: HTML or a check.
type Part struct {
	HTML  markdown.HTML
	Check *CheckView
}

// CheckView is a check as it is put to a person: positions are displayed ones, and nothing in it tells the
// answer before there is a Result.
type CheckView struct {
	ID          string
	Kind        questions.Kind
	Title, Stem markdown.HTML
	Rows        []markdown.HTML // choices, rows to order, or left cells
	Rights      []markdown.HTML // of a match
	Points      int             // thousandths of a point
	Unit        string          // of a number
	Result      *CheckResult    // of the person's last try
}

// CheckResult is what came of a try.
type CheckResult struct {
	Response    questions.Response // what the person said, in displayed positions
	Mark        int                // thousandths of a point, of CheckView.Points
	Right       bool               // full marks
	Tries       int
	Feedback    []markdown.HTML // per displayed row, only where the person chose one that has some
	Explanation markdown.HTML
	At          time.Time
}

// Next is where a person goes on: the lesson that is open and not done, the last opened one first.
func Next(tracks []TrackView) (LessonLink, bool) {
	var next LessonLink
	found := false
	for _, t := range tracks {
		for _, c := range t.Courses {
			for _, l := range c.Lessons {
				if l.Locked == nil && l.State != Done && (!found || l.State == Opened && next.State != Opened) {
					next, found = l, true
				}
			}
		}
	}
	return next, found
}
