package gate

import "time"

// Facts is everything about one person that a decision may rest on, read in one transaction.
type Facts struct {
	PersonID string
	Employed bool

	Pledge        int       // version signed last; 0 for none
	PledgeAt      time.Time // when
	CurrentPledge int       // version in force
	PledgeSince   time.Time // when the version in force was published

	Courses        map[string]time.Time // course ref → finished at, last
	CourseVersions map[string]int       // course ref → the version of course.md that was finished last
	CurrentCourses map[string]Edition   // course ref → its version in force, where a policy asks for that; shared by everybody's facts
	Exams          map[string]Pass      // exam slug → the latest pass that counts

	Graduated   time.Time // last graduation from a cohort that stands; zero for none
	SignedOff   time.Time // last sign-off by a manager that stands; zero for none
	SignedOffBy string    // whose

	OpenCases int       // cases that a person opened and nobody has closed
	ReviewBy  time.Time // when the oldest of them must be decided
	RedLine   bool

	Waivers []Waiver // in force, not withdrawn

	FirstLead time.Time // when the person first took a lead; zero before
}

// Pass is a passed exam: when, and the score in thousandths.
type Pass struct {
	At      time.Time
	Score   int
	Earlier []Pass // the other passes of the same exam that count, newest first
}

// Edition is a version of a text that is in force, and since when.
type Edition struct {
	Version int
	Since   time.Time
}

// addPass puts a pass among the others; they come oldest first.
func (f *Facts) addPass(exam string, at time.Time, score, most int) {
	p := Pass{At: at}
	if most > 0 {
		p.Score = score * 1000 / most
	}
	if old, had := f.Exams[exam]; had {
		p.Earlier = append([]Pass{{At: old.At, Score: old.Score}}, old.Earlier...)
	}
	if f.Exams == nil {
		f.Exams = map[string]Pass{}
	}
	f.Exams[exam] = p
}

// addCourse puts the completion of a version among the others; they come oldest first.
func (f *Facts) addCourse(ref string, at time.Time, version int) {
	if f.Courses == nil {
		f.Courses, f.CourseVersions = map[string]time.Time{}, map[string]int{}
	}
	f.Courses[ref], f.CourseVersions[ref] = at, version
}

// best is the newest pass of at least so many percent; 0 takes any.
func (p Pass) best(percent int) (Pass, bool) {
	if p.Score >= percent*10 {
		return p, true
	}
	for _, older := range p.Earlier {
		if older.Score >= percent*10 {
			return older, true
		}
	}
	return Pass{}, false
}

// since is the oldest pass at or after a time.
func (p Pass) since(t time.Time) (Pass, bool) {
	found, ok := Pass{}, false
	for _, one := range append([]Pass{p}, p.Earlier...) {
		if !one.At.Before(t) {
			found, ok = one, true // they go back in time
		}
	}
	return found, ok
}
