package cohorts

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"bainian/app/fault"
	"bainian/app/people"
)

const maxText = 100 // characters of a name, title, lecturer or place

// Cohort is a class of new hires.
type Cohort struct {
	ID       string
	Number   int // 第 n 期, from 1
	Name     string
	StartsOn string // yyyy-mm-dd
	EndsOn   string // yyyy-mm-dd, the last day
}

// Summary is a cohort with how many active people are in it.
type Summary struct {
	Cohort
	Size int
}

// Membership is a time that somebody spent in a cohort.
type Membership struct {
	Cohort   Cohort
	JoinedAt time.Time
	JoinedBy string
	LeftAt   time.Time // zero for the present one
	LeftBy   string
	Reason   string // why they left
}

// Kind is what sort of session it is.
type Kind string

const (
	Lecture Kind = "lecture"
	Sharing Kind = "sharing"
	Exam    Kind = "exam"
)

// Session is an entry of a cohort's timetable.
type Session struct {
	ID       string
	CohortID string
	At       time.Time
	Kind     Kind
	Title    string
	Lecturer string
	Place    string
}

// check is everything wrong with a new cohort.
func (c Cohort) check() error {
	var problems fault.Problems
	if c.Number < 1 {
		problems.Add("", 0, "number", "cohorts.number_shape")
	}
	if !people.Legible(c.Name) || !short(c.Name) {
		problems.Add("", 0, "name", "cohorts.name_shape", "max", maxText)
	}
	starts, err := time.Parse(time.DateOnly, c.StartsOn)
	if err != nil {
		problems.Add("", 0, "starts_on", "cohorts.date_shape", "date", c.StartsOn)
	}
	ends, err := time.Parse(time.DateOnly, c.EndsOn)
	switch {
	case err != nil:
		problems.Add("", 0, "ends_on", "cohorts.date_shape", "date", c.EndsOn)
	case ends.Before(starts):
		problems.Add("", 0, "ends_on", "cohorts.ends_before_start")
	}
	return problems.Err()
}

// check is everything wrong with a new session.
func (s Session) check() error { return s.problems().Err() }

func (s Session) problems() (problems fault.Problems) {
	if s.At.IsZero() {
		problems.Add("", 0, "at", "cohorts.session_time")
	}
	if s.Kind != Lecture && s.Kind != Sharing && s.Kind != Exam {
		problems.Add("", 0, "kind", "cohorts.session_kind", "kind", string(s.Kind))
	}
	if s.Title == "" || !short(s.Title) {
		problems.Add("", 0, "title", "cohorts.session_title", "max", maxText)
	}
	if !short(s.Lecturer) {
		problems.Add("", 0, "lecturer", "cohorts.session_text", "max", maxText)
	}
	if !short(s.Place) {
		problems.Add("", 0, "place", "cohorts.session_text", "max", maxText)
	}
	return problems
}

// short reports whether a text fits on one line.
func short(s string) bool {
	return utf8.RuneCountInString(s) <= maxText && strings.IndexFunc(s, unicode.IsControl) < 0
}
