package studio

import (
	"slices"
	"strconv"
	"time"

	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/web/page"
)

// newSittingPage is the form that opens a sitting.
type newSittingPage struct {
	page.Base
	Exam, Cohort, Opens, Closes, Late, Passcode, Numbers, Score, Lessons, Answers page.Field

	HardEnd      bool
	Picking      []picked
	Invigilators []person
	Exams        []*exams.Blueprint
	Zone         string
	Err          error
}

type person struct {
	people.Person
	Chosen bool
}

// named is the choice of for whom a sitting is that names people, beside the ids of the cohorts and "" for everyone.
const named = "named"

func (w *Wing) newSitting(c *page.Ctx) error {
	begin := c.Now().Truncate(15 * time.Minute).Add(15 * time.Minute)
	return w.showNewSitting(c, sittingForm{exam: c.Query("exam"), opens: local(begin), closes: local(begin.Add(2 * time.Hour)), late: usual}, nil)
}

// sittingForm is the form as it came.
type sittingForm struct {
	exam, whom, numbers, opens, closes, late, passcode string
	score, lessons, answers                            string
	hardEnd                                            bool
	people, invigilators                               []string
}

// formTime is how a browser writes a time of day on a date, without a zone.
const formTime = "2006-01-02T15:04"

func local(t time.Time) string { return t.Format(formTime) }

func (w *Wing) showNewSitting(c *page.Ctx, f sittingForm, refusal error) error {
	v := &newSittingPage{Base: page.Base{Title: c.T("studio.open_sitting"), Script: "js/once.js"}, Zone: c.Zone().String(), HardEnd: f.hardEnd}
	field := func(key, name, kind, value string) page.Field {
		return page.Field{Label: c.T(key), Name: name, Type: kind, Value: value, Required: true}
	}
	v.Exam = field("studio.exam", "exam", "select", f.exam)
	v.Cohort = field("studio.for_whom", "cohort", "select", f.whom)
	v.Cohort.Required = false // everyone is the empty choice, which a browser would take for none
	v.Numbers = page.Field{Label: c.T("studio.numbers"), Name: "numbers", Type: "textarea", Value: f.numbers, Hint: c.T("studio.numbers_hint"), Rows: 3}
	v.Opens = field("studio.opens", "opens_at", "datetime-local", f.opens)
	v.Closes = field("studio.closes", "closes_at", "datetime-local", f.closes)
	v.Closes.Hint = c.T("studio.closes_hint", "zone", v.Zone)
	v.Late = field("studio.late", "late", "select", f.late)
	v.Late.Hint = c.T("studio.late_hint")
	v.Late.Options = lateOptions(c, f.late)
	v.Passcode = page.Field{Label: c.T("studio.passcode"), Name: "passcode", Value: f.passcode, Hint: c.T("studio.passcode_hint"), Autocomplete: "off"}
	phases := func(key, name, chosen string) page.Field {
		p := page.Field{Label: c.T(key), Name: name, Type: "select", Options: []page.Option{{Label: c.T("studio.as_exam_says")}}}
		for _, phase := range exams.Phases() {
			p.Options = append(p.Options, page.Option{Value: string(phase), Label: c.T("studio.phase_" + string(phase)), Chosen: string(phase) == chosen})
		}
		return p
	}
	v.Score, v.Lessons, v.Answers = phases("studio.show_score", "score", f.score), phases("studio.show_lessons", "lessons", f.lessons), phases("studio.show_answers", "answers", f.answers)
	v.Err = atFields(c, refusal, map[string]*page.Field{"exam": &v.Exam, "cohort": &v.Cohort, "people": &v.Numbers, "opens_at": &v.Opens, "closes_at": &v.Closes,
		"late": &v.Late, "passcode": &v.Passcode, "score": &v.Score, "lessons": &v.Lessons, "answers": &v.Answers})
	var err error
	if v.Exams, err = w.room.Exams(c.Context()); err != nil {
		return err
	}
	for _, b := range v.Exams {
		v.Exam.Options = append(v.Exam.Options, page.Option{Value: b.Slug, Chosen: b.Slug == f.exam,
			Label: c.T("studio.exam_option", "title", b.TitleIn(c.Lang), "total", b.Total(), "minutes", b.Minutes)})
	}
	v.Cohort.Options = []page.Option{{Label: c.T("studio.everyone")}, {Value: named, Label: c.T("studio.named"), Chosen: f.whom == named}}
	all, err := w.roster.List(c.Context())
	if err != nil {
		return err
	}
	for _, one := range all {
		v.Cohort.Options = append(v.Cohort.Options, page.Option{Value: one.ID, Chosen: one.ID == f.whom,
			Label: c.T("studio.cohort_option", "name", one.Name, "size", one.Size)})
	}
	ticked := map[string]bool{}
	for _, id := range f.people {
		ticked[id] = true
	}
	if v.Picking, err = w.picking(c, ticked); err != nil {
		return err
	}
	// Whoever may open a sitting may know who can watch it, which the directory itself tells HR alone.
	watchers, _, err := w.directory.People(c.Context(), people.System(), people.Filter{Role: people.Invigilator}, "")
	if err != nil {
		return err
	}
	for _, p := range watchers {
		v.Invigilators = append(v.Invigilators, person{p, slices.Contains(f.invigilators, p.ID)})
	}
	return c.Page(w.pages, "new_sitting", v)
}

// The late entries that a form offers: as is usual, some minutes, or until the window ends.
const usual, whole = "usual", "window"

func lateOptions(c *page.Ctx, chosen string) []page.Option {
	options := []page.Option{{Value: usual, Label: c.T("studio.late_usual")}}
	for _, minutes := range []int{5, 10, 15, 20, 30, 60} {
		options = append(options, page.Option{Value: strconv.Itoa(minutes), Label: c.T("studio.late_minutes", "n", minutes)})
	}
	options = append(options, page.Option{Value: whole, Label: c.T("studio.late_window")})
	for n := range options {
		options[n].Chosen = options[n].Value == chosen
	}
	return options
}

// lateOf is a late entry as the room takes it; what the form did not offer is none of it.
func lateOf(chosen string) (int, error) {
	switch chosen {
	case usual, "":
		return exams.UsualLate, nil
	case whole:
		return 0, nil
	}
	minutes, err := strconv.Atoi(chosen)
	if err != nil || minutes < 1 {
		return 0, fault.New(fault.Invalid, "page.not_a_number", "value", chosen).In("late")
	}
	return minutes, nil
}

func (w *Wing) openSitting(c *page.Ctx) error {
	f := sittingForm{exam: c.Form("exam"), whom: c.Form("cohort"), numbers: c.Form("numbers"), opens: c.Form("opens_at"), closes: c.Form("closes_at"),
		late: c.Form("late"), passcode: c.Form("passcode"), score: c.Form("score"), lessons: c.Form("lessons"), answers: c.Form("answers"),
		hardEnd: c.Form("hard_end") == "yes", people: c.FormAll("people"), invigilators: c.FormAll("invigilators")}
	n, err := w.decided(c, f)
	if err == nil {
		var s exams.Sitting
		if s, err = w.room.OpenSitting(c.Context(), c.Person, n); err == nil {
			return c.Back("/studio/sittings/"+s.ID, "studio.sitting_opened")
		}
	}
	if !c.Refused(err) {
		return err
	}
	return w.showNewSitting(c, f, err)
}

// decided is what a form decides, or everything in it that cannot be read.
func (w *Wing) decided(c *page.Ctx, f sittingForm) (n exams.NewSitting, err error) {
	n = exams.NewSitting{Exam: f.exam, HardEnd: f.hardEnd, Passcode: f.passcode, Invigilators: f.invigilators,
		Feedback: exams.Feedback{Score: exams.Phase(f.score), Lessons: exams.Phase(f.lessons), Answers: exams.Phase(f.answers)}}
	var wrong fault.Problems
	note := func(err error) error {
		one, ok := err.(*fault.Error)
		if err != nil && (!ok || one.Kind != fault.Invalid) {
			return err
		}
		if err != nil {
			wrong.Add("", 0, one.Field, one.Key, one.Args...)
		}
		return nil
	}
	var opens, closes, late, numbers error
	n.OpensAt, opens = formDate(c, "opens_at", f.opens)
	n.ClosesAt, closes = formDate(c, "closes_at", f.closes)
	n.LateMinutes, late = lateOf(f.late)
	n.People, numbers = w.byNumbers(c, f.numbers, "people")
	for _, err := range []error{opens, closes, late, numbers} {
		if err := note(err); err != nil {
			return n, err
		}
	}
	n.People = append(n.People, f.people...)
	switch {
	case f.whom != named:
		if n.CohortID = f.whom; len(n.People) > 0 {
			wrong.Add("", 0, "cohort", "studio.named_unused")
		}
	case len(n.People) == 0 && numbers == nil:
		wrong.Add("", 0, "people", "studio.named_none")
	}
	return n, wrong.Err()
}

// formDate reads a time of the company's zone.
func formDate(c *page.Ctx, field, text string) (time.Time, error) {
	t, err := time.ParseInLocation(formTime, text, c.Zone())
	if err != nil {
		return t, fault.New(fault.Invalid, "studio.bad_time").In(field)
	}
	return t, nil
}
