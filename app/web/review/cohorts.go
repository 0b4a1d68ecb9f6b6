package review

import (
	"strings"
	"time"

	"bainian/app/cohorts"
	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/people"
	"bainian/app/web/page"
)

type cohortsView struct {
	page.Base
	Tabs    page.Tabs
	Cohorts []cohorts.Summary
	Keeps   bool
	Form    cohortForm
	Empty   page.Empty
	Err     error
}

type cohortForm struct{ Number, Name, StartsOn, EndsOn string }

func (w *Wing) cohorts(c *page.Ctx) error { return w.showCohorts(c, cohortForm{}, nil) }

func (w *Wing) showCohorts(c *page.Ctx, form cohortForm, refused error) error {
	all, err := w.roster.List(c.Context())
	if err != nil {
		return err
	}
	return c.Page(w.pages, "cohorts", &cohortsView{Base: page.Base{Title: c.T("review.cohorts"), Here: "/people"}, Tabs: tabsOf(c, "/cohorts"), Cohorts: all,
		Keeps: c.Person.Has(people.HR, people.Admin), Form: form, Err: refused,
		Empty: page.Empty{Title: c.T("review.cohorts.none"), Text: c.T("review.cohorts.none_text")}})
}

func (w *Wing) createCohort(c *page.Ctx) error {
	form := cohortForm{c.Form("number"), c.Form("name"), c.Form("starts_on"), c.Form("ends_on")}
	number, err := c.FormInt("number")
	if err == nil {
		var made cohorts.Cohort
		made, err = w.roster.Create(c.Context(), c.Person, cohorts.Cohort{Number: number, Name: form.Name, StartsOn: form.StartsOn, EndsOn: form.EndsOn})
		if err == nil {
			return c.Back("/cohorts/"+made.ID, "review.cohorts.created", "number", number)
		}
	}
	if c.Refused(err) {
		return w.showCohorts(c, form, err)
	}
	return err
}

type cohortView struct {
	page.Base
	Cohort    cohorts.Cohort
	Members   []memberRow
	Graduates bool // the reader may say who graduates
	Waiting   int  // members who have not
	Sessions  []cohorts.Session
	Programme *programmeOffer // while nothing is scheduled and there is a programme
	Kinds     []page.Option
	Keeps     bool
	Form      sessionForm
	Numbers   string
	Err       error
}

// memberRow is a member, with their graduation from this cohort where it stands.
type memberRow struct {
	people.Person
	Graduation *cohorts.Graduation
	By         string
	Self       bool
}

// programmeOffer is the programme that a cohort without a timetable can be given.
type programmeOffer struct {
	Title          string
	Days, Sessions int
}

type sessionForm struct{ At, Kind, Title, Lecturer, Place string }

func (w *Wing) cohort(c *page.Ctx) error { return w.showCohort(c, sessionForm{}, nil) }

func (w *Wing) showCohort(c *page.Ctx, form sessionForm, refused error) error {
	one, err := w.roster.Cohort(c.Context(), c.Params("id"))
	if err != nil {
		return err
	}
	v := &cohortView{Base: page.Base{Title: c.T("review.cohort", "number", one.Number), Here: "/people"}, Cohort: one,
		Keeps: c.Person.Has(people.HR, people.Admin), Form: form, Numbers: c.Form("numbers"), Err: refused}
	v.Graduates = c.Person.Has(people.HR, people.Trainer)
	if err := w.addMembers(c, v); err != nil {
		return err
	}
	if v.Sessions, err = w.roster.Timetable(c.Context(), one.ID); err != nil {
		return err
	}
	if v.Programme, err = w.offer(c, v.Sessions); err != nil {
		return err
	}
	for _, kind := range []cohorts.Kind{cohorts.Lecture, cohorts.Sharing, cohorts.Exam} {
		v.Kinds = append(v.Kinds, page.Option{Value: string(kind), Label: c.T("cohorts.kind_" + string(kind)), Chosen: string(kind) == form.Kind})
	}
	return c.Page(w.pages, "cohort", v)
}

func (w *Wing) addMembers(c *page.Ctx, v *cohortView) error {
	graduations, err := w.roster.Graduations(c.Context(), c.Person, v.Cohort.ID)
	if err != nil {
		return err
	}
	ids, err := w.roster.Members(c.Context(), v.Cohort.ID)
	if err != nil {
		return err
	}
	for _, id := range ids {
		row := memberRow{Self: id == c.Person.ID}
		if row.Person, err = w.directory.Person(c.Context(), id); err != nil {
			return err
		}
		for _, g := range graduations {
			if g.PersonID == id && g.Stands() {
				names, err := w.names(c, g.By)
				if err != nil {
					return err
				}
				row.Graduation, row.By = &g, names[g.By]
			}
		}
		if row.Graduation == nil && !row.Self {
			v.Waiting++
		}
		v.Members = append(v.Members, row)
	}
	return nil
}

// graduate records who of the members that were ticked has graduated.
func (w *Wing) graduate(c *page.Ctx) error {
	n, err := w.roster.Graduate(c.Context(), c.Person, c.Params("id"), c.FormAll("person")...)
	return w.onCohort(c, sessionForm{}, err, "policy.graduated", "n", n)
}

func (w *Wing) undoGraduation(c *page.Ctx) error {
	err := w.roster.UndoGraduation(c.Context(), c.Person, c.Params("graduation"), c.Form("reason"))
	return w.onCohort(c, sessionForm{}, err, "policy.graduation_undone")
}

func (w *Wing) offer(c *page.Ctx, scheduled []cohorts.Session) (*programmeOffer, error) {
	if len(scheduled) > 0 {
		return nil, nil
	}
	p, err := w.roster.Programme(c.Context())
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &programmeOffer{p.Title[c.Lang], p.Days, len(p.Events)}, nil
}

// schedule gives the cohort the whole programme, in the language of whoever asks, on the days on which the policy
// says that business is done.
func (w *Wing) schedule(c *page.Ctx) error {
	doc, err := w.shelf.Doc(c.Context(), gate.PolicyPath)
	if err != nil {
		return err
	}
	policy, problems := policyOf(doc)
	if policy == nil {
		return problems
	}
	calendar := cohorts.Calendar{Zone: c.Zone(), Off: func(day time.Time) bool { return !policy.BusinessDay(day) }}
	sessions, err := w.roster.Schedule(c.Context(), c.Person, c.Params("id"), calendar, c.Lang)
	return w.onCohort(c, sessionForm{}, err, "review.cohort.programme_done", "n", len(sessions))
}

// onCohort ends one verb about the cohort of the path.
func (w *Wing) onCohort(c *page.Ctx, form sessionForm, err error, done string, args ...any) error {
	if err == nil {
		return c.Back("/cohorts/"+c.Params("id"), done, args...)
	}
	if c.Refused(err) {
		return w.showCohort(c, form, err)
	}
	return err
}

// enrol takes employee numbers, as many as were pasted, and names every one that is nobody's.
func (w *Wing) enrol(c *page.Ctx) error {
	var ids []string
	var problems fault.Problems
	for _, number := range strings.FieldsFunc(c.Form("numbers"), func(r rune) bool { return strings.ContainsRune(" \t\n,;、，；", r) }) {
		p, err := w.directory.ByNumber(c.Context(), number)
		switch {
		case fault.Is(err, fault.NotFound):
			problems.Add("", 0, number, "review.cohort.nobody", "number", number)
		case err != nil:
			return err
		}
		ids = append(ids, p.ID)
	}
	err := problems.Err()
	if err == nil && len(ids) == 0 {
		err = fault.New(fault.Invalid, "review.cohort.numbers_missing").In("numbers")
	}
	if err == nil {
		err = w.roster.Enrol(c.Context(), c.Person, c.Params("id"), ids...)
	}
	return w.onCohort(c, sessionForm{}, err, "review.cohort.enrolled", "n", len(ids))
}

func (w *Wing) leaveCohort(c *page.Ctx) error {
	err := w.roster.Leave(c.Context(), c.Person, c.Params("person"), c.Form("reason"))
	return w.onCohort(c, sessionForm{}, err, "review.cohort.left")
}

func (w *Wing) addSession(c *page.Ctx) error {
	form := sessionForm{c.Form("at"), c.Form("kind"), c.Form("title"), c.Form("lecturer"), c.Form("place")}
	at, err := time.ParseInLocation("2006-01-02T15:04", form.At, c.Zone())
	if err != nil {
		err = fault.New(fault.Invalid, "cohorts.session_time").In("at")
	} else {
		_, err = w.roster.AddSession(c.Context(), c.Person, cohorts.Session{CohortID: c.Params("id"), At: at, Kind: cohorts.Kind(form.Kind),
			Title: form.Title, Lecturer: form.Lecturer, Place: form.Place})
	}
	return w.onCohort(c, form, err, "review.cohort.scheduled")
}

func (w *Wing) cancelSession(c *page.Ctx) error {
	return w.onCohort(c, sessionForm{}, w.roster.CancelSession(c.Context(), c.Person, c.Params("session")), "review.cohort.cancelled")
}
