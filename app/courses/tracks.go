package courses

import (
	"context"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
)

// Tracks is every track with its courses and lessons, and how far the person is.
func (l *Library) Tracks(ctx context.Context, p people.Person, lang locale.Lang) (tracks []TrackView, err error) {
	err = l.db.Read(ctx, func(rx *store.Rx) error {
		o, err := l.outlineIn(rx)
		if err != nil {
			return err
		}
		courses, err := l.coursesIn(rx, o, p, lang)
		if err != nil {
			return err
		}
		tracks = nil
		for _, name := range Tracks() {
			t := TrackView{Name: name}
			for _, c := range courses {
				if c.Track == name {
					t.Courses = append(t.Courses, c)
				}
			}
			tracks = append(tracks, t)
		}
		return nil
	})
	return tracks, err
}

// Course is one course with its introduction.
func (l *Library) Course(ctx context.Context, p people.Person, ref string, lang locale.Lang) (v CourseView, err error) {
	var o *outline
	err = l.db.Read(ctx, func(rx *store.Rx) error {
		if o, err = l.outlineIn(rx); err != nil {
			return err
		}
		courses, err := l.coursesIn(rx, o, p, lang)
		if err != nil {
			return err
		}
		for _, c := range courses {
			if c.Ref == ref {
				v = c
				return nil
			}
		}
		return fault.New(fault.NotFound, "courses.course_unknown", "course", ref)
	})
	if err != nil {
		return CourseView{}, err
	}
	c := o.byRef[ref]
	r := l.read(o, c.doc, lang)
	for _, part := range r.parts {
		v.Intro += part.html
	}
	v.Lang = r.lang
	for i, le := range c.lessons {
		v.Lessons[i].Checks = len(l.read(o, le.doc, lang).order)
	}
	return v, nil
}

// coursesIn is the path as the person sees it.
func (l *Library) coursesIn(rx *store.Rx, o *outline, p people.Person, lang locale.Lang) ([]CourseView, error) {
	had, err := allProgressIn(rx, p.ID)
	if err != nil {
		return nil, err
	}
	completed, err := l.CoursesDoneIn(rx, p.ID)
	if err != nil {
		return nil, err
	}
	done := func(ref string) bool { return !had[ref].done.IsZero() }
	courseDone := func(ref string) bool { _, ok := completed[ref]; return ok }
	var views []CourseView
	for _, c := range o.courses {
		v := CourseView{Ref: c.ref, Track: c.track, Title: c.title(lang), Version: c.doc.Version, DoneAt: completed[c.ref].At}
		for _, le := range c.lessons {
			link := le.link(had[le.ref], lang)
			if inOrder(p) && link.State != Done {
				if link.Locked, err = l.lockIn(rx, o, p, le, link.State, done, courseDone, lang); err != nil {
					return nil, err
				}
			}
			if link.State == Done {
				v.Read++
			}
			v.Minutes += link.Minutes
			v.Lessons = append(v.Lessons, link)
		}
		views = append(views, v)
	}
	return views, nil
}

// lockIn is why a lesson is closed, apart from what broke while asking. The Guard is asked about the few
// lessons whose turn it is.
func (l *Library) lockIn(rx *store.Rx, o *outline, p people.Person, le *lesson, state State, done, courseDone func(string) bool, lang locale.Lang) (lock, broken error) {
	if state == Untouched {
		if first := o.first(le, done, courseDone); first != nil {
			return locked(first, lang), nil
		}
	}
	err := l.guard(rx, p, le.ref)
	if err != nil && !fault.Is(err, fault.Forbidden) {
		return nil, err
	}
	return err, nil
}
