package learn

import (
	"errors"
	"slices"

	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/web/page"
)

// stand is where a sitting stands for one person; the list shows them in this order.
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
}

func (s sittingCard) GoingOn() bool { return s.Stand == goingOn }
func (s sittingCard) Ready() bool   { return s.Stand == ready }
func (s sittingCard) Done() bool    { return s.Stand == done }

type examsView struct {
	page.Base
	Sittings         []sittingCard
	GoingOn, ToStart int
}

// exams lists the sittings that concern the person as a candidate, what can be done now first.
func (w *Wing) exams(c *page.Ctx) error {
	all, err := w.room.Sittings(c.Context(), c.Person)
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
		switch v.Sittings = append(v.Sittings, card); card.Stand {
		case goingOn:
			v.GoingOn++
		case ready:
			v.ToStart++
		}
	}
	slices.SortStableFunc(v.Sittings, func(a, b sittingCard) int { return int(a.Stand) - int(b.Stand) })
	return c.Page(w.pages, "exams", v)
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
	r.Words = c.T(f.Key, args...)
	return r, nil
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
