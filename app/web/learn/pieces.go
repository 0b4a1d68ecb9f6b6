package learn

import (
	"html/template"
	"strings"

	"bainian/app/courses"
	"bainian/app/locale"
	"bainian/app/web/page"
)

// pieceKey is everything that a piece of a lesson's page is made of. The first four give all its words; the rest
// is what two readers can differ in, and thousands of them share a handful of it.
type pieceKey struct {
	part    string // its template
	edition int64
	lesson  string
	lang    locale.Lang

	check string // its id
	tried bool
	given string // the answer to the check
	mark  int    // what that earned
	right bool

	states string // of the lessons in the course, a letter each
	done   string // when the lesson was completed
	missed string // checks that were never tried
}

// piece renders a part of a lesson's page, or finds it as it was rendered before.
func (w *Wing) piece(c *page.Ctx, key pieceKey, data any) (template.HTML, error) {
	return w.kept.Get(key, func() (template.HTML, error) { return c.Piece(w.pages, key.part, data) })
}

func (v *lessonView) key(part string) pieceKey {
	return pieceKey{part: part, edition: v.Lesson.Edition, lesson: v.Lesson.Ref, lang: v.Lang}
}

// side is the lessons of the course, as far as the reader is with them.
func (v *lessonView) side(w *Wing, c *page.Ctx) (template.HTML, error) {
	key := v.key("lesson_side")
	states := make([]byte, len(v.Lesson.Nav))
	for i, l := range v.Lesson.Nav {
		switch {
		case l.Locked != nil:
			states[i] = 'x'
		case l.State == courses.Done:
			states[i] = 'd'
		default:
			states[i] = '-'
		}
	}
	key.states = string(states)
	return w.piece(c, key, &v.Lesson)
}

// top is the lesson's title, what it is about and its objectives.
func (v *lessonView) top(w *Wing, c *page.Ctx) (template.HTML, error) {
	return w.piece(c, v.key("lesson_top"), &v.Lesson)
}

// check is a check's form with the reader's last answer; a refused answer is rendered for its reader alone.
func (v *lessonView) check(w *Wing, c *page.Ctx, f *checkForm) (template.HTML, error) {
	if f.Err != nil {
		return c.Piece(w.pages, "check", f)
	}
	key := v.key("check")
	key.check = f.ID
	if f.Result != nil {
		key.tried, key.given, key.mark, key.right = true, f.Given.key(), f.Result.Mark, f.Result.Right
	}
	return w.piece(c, key, f)
}

// end is what is missing or the button, the ways on, and the list of headings beside it all.
func (v *lessonView) end(w *Wing, c *page.Ctx) (template.HTML, error) {
	key := v.key("lesson_end")
	key.done, key.missed = v.Finish.Done, strings.Join(v.Lesson.Untried, " ")
	return w.piece(c, key, v)
}
