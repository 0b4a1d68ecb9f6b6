package learn

import (
	"cmp"
	"errors"
	"slices"

	"bainian/app/courses"
	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/web/page"
)

// stand is where a sitting stands for one person.
type stand int

const (
	goingOn stand = iota // a live attempt to go on with
	ready                // can be started now
	waiting              // cannot be started yet
	done                 // nothing left to do
)

// sittingCard is one sitting in the list of somebody who may sit it.
type sittingCard struct {
	exams.SittingView
	Name   string
	Stand  stand
	Live   string // the attempt to go on with
	Why    *reason
	Result *exams.ResultView // of the latest attempt that has ended
	Unread int               // lessons of its track that are still to be read, worth knowing before the start
	First  bool              // of those that can be started: its button is the page's filled one
}

func (s sittingCard) GoingOn() bool { return s.Stand == goingOn }
func (s sittingCard) Ready() bool   { return s.Stand == ready }
func (s sittingCard) Done() bool    { return s.Stand == done }

type examsView struct {
	page.Base
	Sittings         []sittingCard
	GoingOn, ToStart int
}

// exams lists the sittings that concern the person as a candidate: a paper under way, then the others in the
// order of the path, and at the end those where nothing is left to do.
func (w *Wing) exams(c *page.Ctx) error {
	all, err := w.room.Sittings(c.Context(), c.Person)
	if err != nil {
		return err
	}
	unread, err := w.unread(c)
	if err != nil {
		return err
	}
	v := &examsView{Base: page.Base{Title: c.T("exam.list")}}
	for _, s := range all {
		if len(s.Mine) == 0 && fault.Is(s.WhyNot, fault.Forbidden) {
			continue // watched by this person, and for others
		}
		card, err := w.card(c, s)
		if err != nil {
			return err
		}
		if !card.Practice && (card.Stand == ready || card.Stand == waiting) {
			card.Unread = unread[card.Track]
		}
		switch v.Sittings = append(v.Sittings, card); card.Stand {
		case goingOn:
			v.GoingOn++
		case ready:
			v.ToStart++
		}
	}
	over := map[string]bool{} // tracks whose exam is done
	for _, s := range v.Sittings {
		over[s.Track] = over[s.Track] || !s.Practice && s.Stand == done
	}
	slices.SortStableFunc(v.Sittings, func(a, b sittingCard) int { return cmp.Compare(a.place(over), b.place(over)) })
	if n := slices.IndexFunc(v.Sittings, sittingCard.Ready); n >= 0 && v.GoingOn == 0 {
		v.Sittings[n].First = true
	}
	return c.Page(w.pages, "exams", v)
}

// place is where a sitting stands in the list: by its stop on the path, unless it is under way or done with. Practice
// comes before the exam that it is for, and once that is done, or when it is for none, after all that is to be sat.
func (s sittingCard) place(over map[string]bool) int {
	path := courses.Tracks()
	at := slices.Index(path, s.Track)
	switch {
	case s.Stand == goingOn:
		return -2
	case s.Stand == done:
		return 2*len(path) + 2
	case s.Practice && (at < 0 || over[s.Track]):
		return 2*len(path) + 1
	case s.Practice:
		return 2*at - 1
	case at < 0:
		return 2 * len(path)
	}
	return 2 * at
}

// unread is how many lessons of each track a new hire has still to read.
func (w *Wing) unread(c *page.Ctx) (map[string]int, error) {
	left := map[string]int{}
	if !c.Person.Has(people.NewHire) {
		return left, nil
	}
	tracks, err := w.library.Tracks(c.Context(), c.Person, c.Lang)
	for _, t := range tracks {
		card := newTrackCard(t)
		left[t.Name] = card.Lessons - card.Read
	}
	return left, err
}

func (w *Wing) card(c *page.Ctx, s exams.SittingView) (sittingCard, error) {
	card := sittingCard{SittingView: s, Name: s.TitleIn(c.Lang), Stand: ready}
	for _, a := range s.Mine {
		if !a.Over() {
			card.Live, card.Stand = a.ID, goingOn
			continue
		}
		result, err := w.room.Result(c.Context(), c.Person, a.ID, c.Lang)
		if err != nil {
			return card, err
		}
		card.Result = &result
	}
	if card.Stand == goingOn || s.WhyNot == nil {
		return card, nil
	}
	why, err := w.reason(c, s.WhyNot)
	card.Why, card.Stand = why, waiting
	if !s.ClosedAt.IsZero() || !c.Now().Before(s.ClosesAt) || s.Left == 0 || fault.HasKey(s.WhyNot, "exams.retry_passed") {
		card.Stand = done
	}
	return card, err
}

// reason is why something cannot be done now, in words, with the page that helps.
type reason struct{ Words, Link, Action string }

// reason puts a fault into words, a lesson by its title and with the way there.
func (w *Wing) reason(c *page.Ctx, err error) (*reason, error) {
	f := (*fault.Error)(nil)
	if !errors.As(err, &f) {
		return nil, err
	}
	r := &reason{}
	args := slices.Clone(f.Args)
	if at := slices.Index(args, any("lesson")); at >= 0 {
		titles, err := w.lessonTitles(c)
		if err != nil {
			return nil, err
		}
		ref := args[at+1].(string)
		args[at+1], r.Link, r.Action = titles.of(ref), lessonPath(ref), c.T("exam.reread")
	}
	if f.Key == "exams.pledge_first" {
		r.Link, r.Action = "/pledge", c.T("learn.way.pledge.go")
	}
	r.Words = c.T(f.Key, args...)
	return r, nil
}

// retakeView is what to know before another go, with the lessons to read again by their titles.
type retakeView struct {
	exams.Retake
	Lessons []lessonLink
}

func (w *Wing) retake(c *page.Ctx, r *exams.Retake) (*retakeView, error) {
	if r == nil {
		return nil, nil
	}
	v := &retakeView{Retake: *r}
	if len(r.Reread) == 0 {
		return v, nil
	}
	titles, err := w.lessonTitles(c)
	for _, ref := range r.Reread {
		v.Lessons = append(v.Lessons, lessonLink{titles.of(ref), lessonPath(ref)})
	}
	return v, err
}

// lessonTitles are the titles of all lessons by their refs.
type lessonTitles map[string]string

func (w *Wing) lessonTitles(c *page.Ctx) (lessonTitles, error) {
	tracks, err := w.library.Tracks(c.Context(), c.Person, c.Lang)
	titles := lessonTitles{}
	for _, t := range tracks {
		for _, course := range t.Courses {
			for _, l := range course.Lessons {
				titles[l.Ref] = l.Title
			}
		}
	}
	return titles, err
}

// of is a lesson's title, or its ref once the lesson is gone.
func (t lessonTitles) of(ref string) string {
	if title := t[ref]; title != "" {
		return title
	}
	return ref
}

func lessonPath(ref string) string { return "/lessons/" + ref }
