package learn

import (
	"slices"
	"strconv"
	"time"

	"bainian/app/exams"
	"bainian/app/integrity"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/web/dossier"
	"bainian/app/web/page"
)

type caseView struct {
	page.Base
	File     integrity.MyFile
	Exam     string // title
	Evidence dossier.Evidence
	Facts    []caseFact
	Text     string // of the statement or appeal that is being written
	Late     bool   // what the case waits for is overdue
	Err      error
}

// caseFact is a fact that stands, and whether the person can still take it back: their own admission.
type caseFact struct {
	integrity.Fact
	Mine bool
}

// myCase is a case as the person sees it whom it is about: what happens, until when, the evidence, and their word.
func (w *Wing) myCase(c *page.Ctx) error { return w.showMyCase(c, "", nil) }

func (w *Wing) showMyCase(c *page.Ctx, text string, refused error) error {
	number, err := c.ParamInt("number")
	if err != nil {
		return err
	}
	f, err := w.desk.MyCase(c.Context(), c.Person, number, c.Lang)
	if err != nil {
		return err
	}
	v := &caseView{Base: page.Base{Title: c.T("case.title", "number", number), Here: "/"}, File: f, Exam: f.Sitting.TitleIn(c.Lang),
		Evidence: dossier.OfMine(c, f), Text: text, Late: dossier.Late(f.Due, c.Now()), Err: refused}
	for _, x := range f.Facts {
		if x.Retracted.IsZero() {
			v.Facts = append(v.Facts, caseFact{x, x.Rests(c.Now()) && f.State != integrity.Closed})
		}
	}
	if refused == nil {
		v.Text = f.Draft.Text
	}
	return c.Page(w.pages, "case", v)
}

// onMyCase runs one verb on the person's case and goes back to it, or shows it with what was refused and what was written.
func (w *Wing) onMyCase(c *page.Ctx, done string, verb func(number int, text string) error) error {
	number, err := c.ParamInt("number")
	if err != nil {
		return err
	}
	text := c.FormText("text")
	if err := verb(number, text); err != nil {
		if c.Refused(err) {
			return w.showMyCase(c, text, err)
		}
		return err
	}
	return c.Back("/cases/mine/"+strconv.Itoa(number), done)
}

func (w *Wing) saveStatement(c *page.Ctx) error {
	return w.onMyCase(c, "case.draft_saved", func(number int, text string) error {
		return w.desk.SaveDraft(c.Context(), c.Person, number, integrity.StatementDraft, text)
	})
}

func (w *Wing) handInStatement(c *page.Ctx) error {
	return w.onMyCase(c, "case.stated", func(number int, text string) error {
		return w.desk.State(c.Context(), c.Person, number, text)
	})
}

func (w *Wing) takeBack(c *page.Ctx) error {
	return w.onMyCase(c, "case.taken_back", func(number int, _ string) error {
		return w.desk.TakeBack(c.Context(), c.Person, number, c.Params("id"), c.Form("reason"))
	})
}

func (w *Wing) saveAppeal(c *page.Ctx) error {
	return w.onMyCase(c, "case.draft_saved", func(number int, text string) error {
		return w.desk.SaveDraft(c.Context(), c.Person, number, integrity.AppealDraft, text)
	})
}

func (w *Wing) handInAppeal(c *page.Ctx) error {
	return w.onMyCase(c, "case.appealed", func(number int, text string) error {
		return w.desk.Appeal(c.Context(), c.Person, number, text)
	})
}

// openCaseOf is the person's own case about an attempt while nothing is decided: what the attempt earned is then
// provisional. Nil without one.
func (w *Wing) openCaseOf(c *page.Ctx, attemptID string) (*integrity.Case, error) {
	cases, err := w.desk.Mine(c.Context(), c.Person)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(cases, func(x integrity.Case) bool { return x.AttemptID == attemptID && x.State != integrity.Closed })
	if i < 0 {
		return nil, nil
	}
	return &cases[i], nil
}

// provisional are the numbers of the person's open cases, by the exam of which a pass is provisional.
func provisional(cases []integrity.Case, sittings []exams.SittingView) map[string]int {
	of := map[string]int{}
	for _, one := range cases {
		i := slices.IndexFunc(sittings, func(s exams.SittingView) bool { return s.ID == one.SittingID })
		if i >= 0 && one.State != integrity.Closed {
			of[sittings[i].Exam] = one.Number
		}
	}
	return of
}

// ownCasesTask is the person's own cases that wait for their word.
func (w *Wing) ownCasesTask(c *page.Ctx) (t task, waits bool, err error) {
	cases, err := w.desk.Mine(c.Context(), c.Person)
	if err != nil {
		return t, false, err
	}
	t = task{Title: c.T("case.task"), Urgent: true}
	for _, one := range cases {
		if one.Step != integrity.Statement && one.Step != integrity.AppealFiling || dossier.Late(one.Due, c.Now()) {
			continue
		}
		link := "/cases/mine/" + strconv.Itoa(one.Number)
		t.Text, t.Link, t.Action = c.T("case.task_"+string(one.Step), "date", dateOf(c, one.Due)), link, c.T("case.task_go")
		t.Lines = append(t.Lines, taskLine{c.T("case.title", "number", one.Number), t.Text, link})
	}
	t.Count = strconv.Itoa(len(t.Lines))
	return t, len(t.Lines) > 0, nil
}

// liftedTask tells managers, who were told of a suspension, that it is over and that nothing stood.
func (w *Wing) liftedTask(c *page.Ctx) (t task, any bool, err error) {
	if !c.Person.Has(people.Manager, people.HR) {
		return t, false, nil
	}
	lifted, err := w.desk.Lifted(c.Context(), c.Person)
	if err != nil || len(lifted) == 0 {
		return t, false, err
	}
	t = task{Title: c.T("case.lifted"), Text: c.T("case.lifted_text"), Count: strconv.Itoa(len(lifted))}
	for _, l := range lifted[:min(len(lifted), longest)] {
		t.Lines = append(t.Lines, taskLine{Title: l.Person, Detail: c.T("case.lifted_since", "date", dateOf(c, l.At))})
	}
	return t, true, nil
}

// dateOf is a day in words, in the company's zone.
func dateOf(c *page.Ctx, t time.Time) string { return locale.Date(c.Lang, t.In(c.Zone()), c.Now()) }

// myPack is the evidence of the person's own case to take along, signed.
func (w *Wing) myPack(c *page.Ctx) error {
	number, err := c.ParamInt("number")
	if err != nil {
		return err
	}
	a, f, err := w.desk.MyPack(c.Context(), c.Person, number, c.Lang)
	if err != nil {
		return err
	}
	return dossier.SendPack(c, w.pages, w.desk, a, c.T("review.case", "number", number), dossier.OfMine(c, f))
}
