package learn

import (
	"slices"
	"strings"
	"time"

	"bainian/app/courses"
	"bainian/app/exams"
	"bainian/app/gate"
	"bainian/app/locale"
	"bainian/app/web/page"
)

// way is what the path of one person is drawn from.
type way struct {
	c        *page.Ctx
	decision gate.Decision
	tracks   []courses.TrackView
	sittings []exams.SittingView
	labels   map[string]string // of the requirements, by key
}

// next is what a person does now: the words of the opening sentence and where it is done.
type next struct {
	Sentence string
	Link     string
}

// stops are the path: the pledge, the tracks in their order, exams that belong to none, and the gate. The first
// that is not done is where the person is; it alone keeps its button.
func (w way) stops() ([]page.Stop, next) {
	var stops []page.Stop
	var todo []next
	add := func(s page.Stop, n next) { stops, todo = append(stops, s), append(todo, n) }
	if _, asked := step(w.decision, "pledge"); asked {
		add(w.pledge())
	}
	ofTrack := map[string]bool{}
	for _, t := range w.tracks {
		ofTrack["exam:"+t.Name] = true
		if card := newTrackCard(t); card.Lessons > 0 {
			add(w.track(card))
		}
	}
	for _, s := range w.decision.Steps {
		if key := s.Requirement.Key(); s.Requirement.Kind == gate.Exam && !ofTrack[key] {
			add(w.exam(s))
		}
	}
	add(w.door())
	here := slices.IndexFunc(stops, func(s page.Stop) bool { return s.State != page.Done })
	for i := range stops {
		if i > here {
			stops[i].Action = ""
		}
		if i != here { // a bar that is full or empty says no more than the sign
			stops[i].Total = 0
		}
	}
	if stops[here].State == page.Todo {
		stops[here].State, stops[here].Tag = page.At, w.c.T("learn.home.now")
	}
	return stops, todo[here]
}

func (w way) pledge() (page.Stop, next) {
	s, _ := step(w.decision, "pledge")
	stop := page.Stop{State: page.Todo, Label: w.c.T("learn.pledge"), Detail: w.c.T("learn.way.pledge"), Link: "/pledge", Action: w.c.T("learn.way.pledge.go")}
	switch {
	case s.Done() && s.Renew:
		stop.State, stop.Detail, stop.Action = page.Done, w.c.T("learn.way.pledge.renew", "date", w.date(s.Until)), w.c.T("learn.way.pledge.go")
	case s.Done():
		stop.State, stop.Detail, stop.Action = page.Done, w.c.T("learn.way.pledge.done", "date", w.date(s.At)), ""
	}
	return stop, next{w.c.T("learn.home.pledge"), "/pledge"}
}

// track is the stop of a track: its lessons, and then the exam of the same name where the policy asks for one.
func (w way) track(t trackCard) (page.Stop, next) {
	name := w.c.T("courses.track_" + t.Name)
	stop := page.Stop{State: page.Todo, Label: name, Done: t.Read, Total: t.Lessons, Link: "/courses",
		Detail: w.c.T("learn.way.track", "n", t.Lessons, "minutes", t.Minutes)}
	if lesson, ok := courses.Next([]courses.TrackView{t.TrackView}); ok && t.Read < t.Lessons {
		stop.Detail = w.c.T("learn.way.lesson", "number", lesson.Number, "title", lesson.Title, "minutes", lesson.Minutes)
		stop.Link, stop.Action = lessonPath(lesson.Ref), w.c.T("learn.way.lesson.go")
		if lesson.State == courses.Opened {
			stop.Link, stop.Action = stop.Link+"#resume", w.c.T("learn.way.lesson.resume")
		}
		return stop, next{w.c.T("learn.home.lesson", "track", name, "number", lesson.Number), stop.Link}
	}
	if t.Read < t.Lessons {
		return stop, next{w.c.T("learn.home.track", "track", name), "/courses"}
	}
	read := w.c.T("learn.way.read", "n", t.Lessons)
	s, asked := step(w.decision, "exam:"+t.Name)
	if !asked {
		stop.State, stop.Detail = page.Done, read
		return stop, next{}
	}
	exam, todo := w.exam(s)
	exam.Label, exam.Done, exam.Total = name, t.Read, t.Lessons
	exam.Detail = w.c.T("learn.way.join", "a", read, "b", exam.Detail)
	return exam, todo
}

// exam is the stop of an exam: passed with its mark, or the sitting to go to.
func (w way) exam(s gate.Step) (page.Stop, next) {
	title := w.titleOf(s.Requirement.Ref)
	if s.Done() && !s.Renew {
		return page.Stop{State: page.Done, Label: title, Link: "/exams", Detail: w.passed(s)}, next{}
	}
	stop := page.Stop{State: page.Todo, Label: title, Link: "/exams", Action: w.c.T("learn.way.exam.see"), Detail: w.c.T("learn.way.exam.none", "exam", title)}
	if s.Renew {
		stop.State = page.Done
	}
	if v, ok := w.sitting(s.Requirement.Ref); ok {
		switch {
		case live(v) != "":
			stop.Link, stop.Action, stop.Detail = "/attempts/"+live(v), w.c.T("learn.way.exam.resume"), w.c.T("learn.way.exam.live", "exam", title)
		case v.WhyNot == nil:
			stop.Link, stop.Action = "/sittings/"+v.ID, w.c.T("learn.way.exam.go")
			stop.Detail = w.c.T("learn.way.exam", "exam", title, "minutes", v.Minutes)
		default:
			stop.Link, stop.Detail = "/sittings/"+v.ID, w.c.T("learn.way.exam.waits", "exam", title, "why", w.c.Words(v.WhyNot))
		}
	}
	return stop, next{w.c.T("learn.home.exam", "exam", title), stop.Link}
}

func (w way) passed(s gate.Step) string {
	if s.State == gate.Waived {
		return w.c.T("learn.way.waived", "date", w.date(s.Until))
	}
	for _, v := range w.sittings {
		for _, a := range v.Mine {
			if v.Exam == s.Requirement.Ref && a.Passed && !a.SetAside && a.EndedAt.Equal(s.At) && a.MaxScore > 0 {
				return w.c.T("learn.way.passed.score", "date", w.date(s.At), "score", locale.Percent(a.Score*1000/a.MaxScore))
			}
		}
	}
	return w.c.T("learn.way.passed", "date", w.date(s.At))
}

// sitting is where the exam can be taken: one with a live attempt, one that can be started now, or the first
// that is still to come or says why not.
func (w way) sitting(exam string) (exams.SittingView, bool) {
	best, rank := exams.SittingView{}, 0
	for _, v := range w.sittings {
		r := 1
		switch {
		case v.Exam != exam || !v.ClosedAt.IsZero():
			continue
		case live(v) != "":
			r = 3
		case v.WhyNot == nil:
			r = 2
		}
		if r > rank || r == rank && v.OpensAt.Before(best.OpensAt) {
			best, rank = v, r
		}
	}
	return best, rank > 0
}

// live is the attempt that the person has under way at a sitting, "" for none.
func live(v exams.SittingView) string {
	for _, a := range v.Mine {
		if !a.Over() {
			return a.ID
		}
	}
	return ""
}

func (w way) titleOf(exam string) string {
	for _, v := range w.sittings {
		if v.Exam == exam {
			return v.TitleIn(w.c.Lang)
		}
	}
	for _, t := range courses.Tracks() {
		if t == exam {
			return w.c.T("courses.track_" + t)
		}
	}
	return strings.TrimSpace(w.labels["exam:"+exam])
}

// door is the gate at the end.
func (w way) door() (page.Stop, next) {
	d := w.decision
	stop := page.Stop{State: page.Door, Label: w.c.T("learn.gate"), Link: "/gate"}
	switch {
	case d.Level.Takes():
		stop.State, stop.Detail = page.Open, w.c.T("learn.way.door.open")
		if !d.Until.IsZero() {
			stop.Detail = w.c.T("learn.way.door.until", "date", w.date(d.Until))
		}
		return stop, next{}
	case d.RedLine:
		stop.Detail = w.c.T("learn.way.door.closed")
		return stop, next{w.c.T("learn.home.closed"), "/gate"}
	case d.Suspended:
		stop.Detail = w.c.T("learn.way.door.suspended", "date", w.date(d.ReviewBy))
		return stop, next{w.c.T("learn.home.suspended"), "/gate"}
	}
	stop.Detail = w.c.T("learn.way.door", "n", len(d.Unmet()))
	return stop, next{w.c.T("learn.home.gate"), "/gate"}
}

func (w way) date(t time.Time) string { return locale.Date(w.c.Lang, t.In(w.c.Zone()), w.c.Now()) }
