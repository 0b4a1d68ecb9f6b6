package studio

import (
	"errors"
	"slices"
	"time"

	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/web/page"
)

// sittingsPage is the sittings that the person watches: those that run, those to come, those that are over.
type sittingsPage struct {
	page.Base
	Groups  []sittingGroup
	Running int
	MayOpen bool
	Empty   page.Empty
}

type sittingGroup struct {
	Key  string // running, coming or over
	Rows []sittingRow
}

type sittingRow struct {
	exams.SittingView
	Name, Cohort string
}

func (w *Wing) sittings(c *page.Ctx) error {
	v := &sittingsPage{Base: page.Base{Title: c.T("studio.sittings")}, MayOpen: mayOpen(c.Person)}
	all, err := w.room.Sittings(c.Context(), c.Person)
	if err != nil {
		return err
	}
	cohorts, err := w.cohortNames(c)
	if err != nil {
		return err
	}
	v.Groups = []sittingGroup{{Key: "running"}, {Key: "coming"}, {Key: "over"}}
	for _, s := range all {
		if !watches(c.Person, s.Sitting) {
			continue
		}
		row := sittingRow{s, s.TitleIn(c.Lang), cohorts[s.CohortID]}
		g := 0
		switch {
		case !s.ClosedAt.IsZero():
			g = 2
		case c.Now().Before(s.OpensAt):
			g = 1
		default:
			v.Running++
		}
		v.Groups[g].Rows = append(v.Groups[g].Rows, row)
	}
	slices.Reverse(v.Groups[1].Rows) // the next one first
	v.Groups = slices.DeleteFunc(v.Groups, func(g sittingGroup) bool { return len(g.Rows) == 0 })
	v.Empty = page.Empty{Title: c.T("studio.no_sittings"), Text: c.T("studio.no_sittings_text")}
	if v.MayOpen {
		v.Empty.Link, v.Empty.Action = "/studio/sittings/new", c.T("studio.open_sitting")
	}
	return c.Page(w.pages, "sittings", v)
}

func mayOpen(p people.Person) bool { return p.Has(people.Trainer, people.HR) }

// watches reports whether the person watches the sitting rather than sits it.
func watches(p people.Person, s exams.Sitting) bool {
	return mayOpen(p) || slices.Contains(s.Invigilators, p.ID)
}

// cohortNames are the names of the cohorts by id; "" is everyone.
func (w *Wing) cohortNames(c *page.Ctx) (map[string]string, error) {
	all, err := w.roster.List(c.Context())
	names := map[string]string{"": c.T("studio.everyone")}
	for _, one := range all {
		names[one.ID] = one.Name
	}
	return names, err
}

// newSittingPage is the form that opens a sitting.
type newSittingPage struct {
	page.Base
	Exam, Cohort, Opens, Closes page.Field
	Invigilators                []person
	Exams                       []*exams.Blueprint
	Zone                        string
	Err                         error
}

type person struct {
	people.Person
	Chosen bool
}

func (w *Wing) newSitting(c *page.Ctx) error {
	begin := c.Now().Truncate(15 * time.Minute).Add(15 * time.Minute)
	return w.showNewSitting(c, sittingForm{exam: c.Query("exam"), opens: local(begin), closes: local(begin.Add(2 * time.Hour))}, nil)
}

// sittingForm is the form as it came.
type sittingForm struct {
	exam, cohort, opens, closes string
	invigilators                []string
}

// formTime is how a browser writes a time of day on a date, without a zone.
const formTime = "2006-01-02T15:04"

func local(t time.Time) string { return t.Format(formTime) }

func (w *Wing) showNewSitting(c *page.Ctx, f sittingForm, refusal error) error {
	v := &newSittingPage{Base: page.Base{Title: c.T("studio.open_sitting")}, Zone: c.Zone().String(), Err: refusal}
	field := func(key, name, kind, value string) page.Field {
		return page.Field{Label: c.T(key), Name: name, Type: kind, Value: value, Required: true}
	}
	v.Exam = field("studio.exam", "exam", "select", f.exam)
	v.Cohort = field("studio.for_whom", "cohort", "select", f.cohort)
	v.Cohort.Required = false // everyone is the empty choice, which a browser would take for none
	v.Opens = field("studio.opens", "opens_at", "datetime-local", f.opens)
	v.Closes = field("studio.closes", "closes_at", "datetime-local", f.closes)
	v.Closes.Hint = c.T("studio.closes_hint", "zone", v.Zone)
	about := (*fault.Error)(nil)
	if errors.As(refusal, &about) {
		for _, f := range []*page.Field{&v.Exam, &v.Cohort, &v.Opens, &v.Closes} {
			if f.Name == about.Field {
				f.Error, v.Err = c.Words(refusal), nil
			}
		}
	}
	var err error
	if v.Exams, err = w.room.Exams(c.Context()); err != nil {
		return err
	}
	for _, b := range v.Exams {
		v.Exam.Options = append(v.Exam.Options, page.Option{Value: b.Slug, Chosen: b.Slug == f.exam,
			Label: c.T("studio.exam_option", "title", titleIn(b, c.Lang), "total", b.Total(), "minutes", b.Minutes)})
	}
	v.Cohort.Options = []page.Option{{Label: c.T("studio.everyone")}}
	all, err := w.roster.List(c.Context())
	if err != nil {
		return err
	}
	for _, one := range all {
		v.Cohort.Options = append(v.Cohort.Options, page.Option{Value: one.ID, Chosen: one.ID == f.cohort,
			Label: c.T("studio.cohort_option", "name", one.Name, "size", one.Size)})
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

func titleIn(b *exams.Blueprint, lang locale.Lang) string {
	if t := b.Title[lang]; t != "" {
		return t
	}
	return b.Title[b.Lang]
}

func (w *Wing) openSitting(c *page.Ctx) error {
	f := sittingForm{c.Form("exam"), c.Form("cohort"), c.Form("opens_at"), c.Form("closes_at"), c.FormAll("invigilators")}
	opens, err := formDate(c, "opens_at", f.opens)
	if err != nil {
		return w.refusedSitting(c, f, err)
	}
	closes, err := formDate(c, "closes_at", f.closes)
	if err != nil {
		return w.refusedSitting(c, f, err)
	}
	s, err := w.room.OpenSitting(c.Context(), c.Person, exams.NewSitting{Exam: f.exam, CohortID: f.cohort, OpensAt: opens, ClosesAt: closes, Invigilators: f.invigilators})
	if err != nil {
		return w.refusedSitting(c, f, err)
	}
	return c.Back("/studio/sittings/"+s.ID, "studio.sitting_opened")
}

func (w *Wing) refusedSitting(c *page.Ctx, f sittingForm, refusal error) error {
	if !c.Refused(refusal) {
		return refusal
	}
	return w.showNewSitting(c, f, refusal)
}

// formDate reads a time of the company's zone.
func formDate(c *page.Ctx, field, text string) (time.Time, error) {
	t, err := time.ParseInLocation(formTime, text, c.Zone())
	if err != nil {
		return t, fault.New(fault.Invalid, "studio.bad_time").In(field)
	}
	return t, nil
}
