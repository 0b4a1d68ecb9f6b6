package learn

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"bainian/app/courses"
	"bainian/app/fault"
	"bainian/app/questions"
	"bainian/app/web/page"
)

// check marks an answer to a check of a lesson: htmx gets the check again, a plain form the lesson.
func (w *Wing) check(c *page.Ctx) error {
	ref, id := lessonRef(c), c.Params("check")
	given := givenAnswer(c)
	response, err := given.response(id)
	if err == nil {
		_, err = w.library.Check(c.Context(), c.Person, ref, id, response, c.Lang)
	}
	if err != nil && !fault.Is(err, fault.Invalid) {
		return err
	}
	if err == nil && !c.HTMX() {
		return c.Redirect(lessonPath(ref)+"#check-"+id, fiber.StatusSeeOther)
	}
	v, broken := w.readLesson(c, ref)
	if broken != nil {
		return broken
	}
	form := v.form(id)
	if form == nil {
		return fault.New(fault.NotFound, "courses.check_unknown", "check", id)
	}
	if err != nil {
		form.Given, form.Err = given, err
		c.Refused(err)
	}
	if c.HTMX() {
		return c.Fragment(w.pages, "marked", marked{*form, v.Finish})
	}
	return w.showLesson(c, v)
}

// marked is what htmx swaps after an answer: the check, and beside it the end of the lesson.
type marked struct {
	Form   checkForm
	Finish finish
}

func (v *lessonView) form(id string) *checkForm {
	for i := range v.checks {
		if v.checks[i].ID == id {
			return &v.checks[i]
		}
	}
	return nil
}

// checkForm is a check with what its form says: the last answer, or the one that was refused.
type checkForm struct {
	*courses.CheckView
	Lesson string
	Number int // within the lesson, from 1
	Given  answer
	Err    error
}

// answer is what a check's form says: places and pairs have one entry per displayed row, "" for none.
type answer struct {
	Choices, Places, Pairs []string
	Text                   string
}

// key is the same for the same answers.
func (a answer) key() string {
	return strings.Join([]string{strings.Join(a.Choices, ","), strings.Join(a.Places, ","), strings.Join(a.Pairs, ","), a.Text}, ";")
}

func newCheckForm(ref string, number int, check *courses.CheckView) checkForm {
	f := checkForm{CheckView: check, Lesson: ref, Number: number}
	if check.Result == nil {
		return f
	}
	r := check.Result.Response
	f.Given.Text = r.Text
	for _, displayed := range r.Choices {
		f.Given.Choices = append(f.Given.Choices, strconv.Itoa(displayed))
	}
	if len(r.Order) > 0 {
		f.Given.Places = make([]string, len(r.Order))
		for place, displayed := range r.Order {
			f.Given.Places[displayed] = strconv.Itoa(place + 1)
		}
	}
	for _, option := range r.Pairs {
		pair := ""
		if option >= 0 {
			pair = strconv.Itoa(option)
		}
		f.Given.Pairs = append(f.Given.Pairs, pair)
	}
	return f
}

func givenAnswer(c *page.Ctx) answer {
	return answer{Choices: c.FormAll("choice"), Places: c.FormAll("place"), Pairs: c.FormAll("pair"), Text: c.Form("text")}
}

// response is the answer as the library takes it. Rows with the same place, or some without one, are
// fault.Invalid; no place at all is no answer.
func (a answer) response(check string) (r questions.Response, err error) {
	r.Text = a.Text
	if r.Choices, err = positions(a.Choices, check); err != nil {
		return r, err
	}
	if r.Pairs, err = positions(a.Pairs, check); err != nil {
		return r, err
	}
	places, err := positions(a.Places, check)
	if err != nil || !slices.ContainsFunc(places, func(p int) bool { return p > 0 }) {
		return r, err
	}
	r.Order = make([]int, len(places))
	taken := make([]bool, len(places))
	for displayed, place := range places {
		if place < 1 || place > len(places) || taken[place-1] {
			return r, fault.New(fault.Invalid, "learn.check.places", "n", len(places)).In(check)
		}
		r.Order[place-1], taken[place-1] = displayed, true
	}
	return r, nil
}

// positions are whole numbers as a form sends them, -1 for "".
func positions(values []string, field string) ([]int, error) {
	var all []int
	for _, v := range values {
		n := -1
		if v != "" {
			var err error
			if n, err = strconv.Atoi(v); err != nil {
				return nil, fault.New(fault.Invalid, "page.not_a_number", "value", v).In(field)
			}
		}
		all = append(all, n)
	}
	return all, nil
}

// Places are the places that rows can be put in, from 1.
func (f checkForm) Places() []string {
	places := make([]string, len(f.Rows))
	for i := range places {
		places[i] = strconv.Itoa(i + 1)
	}
	return places
}

// Picked reports whether the displayed choice is ticked.
func (f checkForm) Picked(displayed int) bool {
	return slices.Contains(f.Given.Choices, strconv.Itoa(displayed))
}

// PlaceOf and PairOf are what a displayed row was given, "" for nothing.
func (f checkForm) PlaceOf(displayed int) string { return at(f.Given.Places, displayed) }
func (f checkForm) PairOf(displayed int) string  { return at(f.Given.Pairs, displayed) }

func at(values []string, i int) string {
	if i < len(values) {
		return values[i]
	}
	return ""
}

// Feedback is what is said about a displayed choice that the person ticked.
func (f checkForm) Feedback(displayed int) string {
	if f.Result == nil || f.Err != nil || displayed >= len(f.Result.Feedback) {
		return ""
	}
	return string(f.Result.Feedback[displayed])
}
