package courses

import (
	"context"
	"time"

	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
)

// Lesson is the lesson as the person reads it, and notes that they have opened it. A lesson that is not their
// turn yet is fault.Forbidden "courses.locked", naming the one to read first; what the Guard says comes as it
// is.
func (l *Library) Lesson(ctx context.Context, p people.Person, ref string, lang locale.Lang) (LessonView, error) {
	var o *outline
	var le *lesson
	var had map[string]progress
	var now time.Time
	err := l.db.Read(ctx, func(rx *store.Rx) (err error) {
		now = rx.Now
		if o, err = l.outlineIn(rx); err != nil {
			return err
		}
		if le, err = o.lesson(ref); err != nil {
			return err
		}
		if had, err = progressIn(rx, p.ID, le.course.lessons); err != nil {
			return err
		}
		return l.closedIn(rx, o, p, le, had, lang)
	})
	if err != nil {
		return LessonView{}, err
	}
	if had[ref].opened.IsZero() {
		if err := l.open(ctx, p, le); err != nil {
			return LessonView{}, err
		}
		had[ref] = progress{lesson: ref, version: le.doc.Version, opened: now, readAt: now}
	}
	return l.view(o, p, le, had, lang)
}

func (l *Library) open(ctx context.Context, p people.Person, le *lesson) error {
	return l.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO progress (person_id, lesson, version, opened_ms, seconds, read_ms, checks) VALUES (?, ?, ?, ?, 0, ?, '')
			ON CONFLICT (person_id, lesson) DO NOTHING`, p.ID, le.ref, le.doc.Version, store.Ms(tx.Now), store.Ms(tx.Now))
		return err
	})
}

// view puts what is rendered and what is known of the person together.
func (l *Library) view(o *outline, p people.Person, le *lesson, had map[string]progress, lang locale.Lang) (LessonView, error) {
	r := l.read(o, le.doc, lang)
	mine := had[le.ref]
	tries, err := mine.tried()
	if err != nil {
		return LessonView{}, err
	}
	v := LessonView{Ref: le.ref, Track: le.course.track, Course: le.course.ref, CourseTitle: le.course.title(lang),
		Title: r.matter.Title, Number: le.number, Of: len(le.course.lessons), Objectives: r.objectives, Minutes: r.matter.Minutes,
		Headings: r.headings, Version: le.doc.Version, Edition: o.edition, Lang: r.lang, Fallback: r.lang != lang, Langs: le.doc.Langs(),
		State: mine.state(), DoneAt: mine.done, Evidence: Evidence{OpenedAt: mine.opened, Seconds: mine.seconds, Checks: len(r.order)}}
	v.Parts = make([]Part, len(r.parts))
	for i, part := range r.parts {
		v.Parts[i].HTML = part.html
		if part.check != nil {
			v.Parts[i].Check = part.check.view(tries)
		}
	}
	for _, id := range r.order {
		t, ok := tries[id]
		if !ok {
			v.Untried = append(v.Untried, id)
			continue
		}
		v.Evidence.Tried++
		if t.Mark == t.Points {
			v.Evidence.Right++
		}
	}
	free := !inOrder(p)
	for i, other := range le.course.lessons {
		link := other.link(had[other.ref], lang)
		if !free && link.State == Untouched && i > 0 && had[le.course.lessons[i-1].ref].done.IsZero() {
			link.Locked = locked(undone(le.course.lessons[:i], func(ref string) bool { return !had[ref].done.IsZero() }), lang)
		}
		v.Nav = append(v.Nav, link)
	}
	v.Prev, v.Next = neighbour(o.previous(le), le, v.Nav, lang), neighbour(o.next(le), le, v.Nav, lang)
	return v, nil
}

func (le *lesson) link(had progress, lang locale.Lang) LessonLink {
	m := in(le.matter, lang, le.doc.Lang)
	return LessonLink{Ref: le.ref, Title: m.Title, Number: le.number, Minutes: m.Minutes, State: had.state()}
}

// neighbour is the link to a neighbour of le; of one in another course, only its name is known here.
func neighbour(other, le *lesson, nav []LessonLink, lang locale.Lang) *LessonLink {
	if other == nil {
		return nil
	}
	if other.course == le.course {
		return &nav[other.number-1]
	}
	link := other.link(progress{}, lang)
	return &link
}

// view is the check as it is put to somebody who has answered that so far.
func (c *check) view(tries map[string]tried) *CheckView {
	v := &CheckView{ID: c.item.ID, Kind: c.item.Kind, Title: c.title, Stem: c.stem, Points: c.item.Points, Unit: c.item.Unit,
		Rows: pick(c.rows, c.layout.Order), Rights: pick(c.rights, c.layout.Rights)}
	if t, ok := tries[c.item.ID]; ok {
		v.Result = c.result(t)
	}
	return v
}

// result is what the person is told about a try. A try at an earlier wording whose shape no longer fits is
// shown without its answer.
func (c *check) result(t tried) *CheckResult {
	r := &CheckResult{Response: t.Response, Mark: t.Mark, Right: t.Mark == t.Points, Tries: t.Tries,
		Explanation: c.explanation, At: store.Time(t.AtMs)}
	if c.item.Check(c.layout, t.Response) != nil {
		r.Response = questions.Response{}
		return r
	}
	for _, displayed := range t.Response.Choices {
		if canonical := c.layout.Order[displayed]; canonical < len(c.feedback) && c.feedback[canonical] != "" {
			if r.Feedback == nil {
				r.Feedback = make([]markdown.HTML, len(c.layout.Order))
			}
			r.Feedback[displayed] = c.feedback[canonical]
		}
	}
	return r
}

func pick(all []markdown.HTML, order []int) []markdown.HTML {
	if len(all) == 0 {
		return nil
	}
	out := make([]markdown.HTML, len(order))
	for i, canonical := range order {
		out[i] = all[canonical]
	}
	return out
}
