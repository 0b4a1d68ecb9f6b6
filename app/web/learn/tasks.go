package learn

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"bainian/app/cohorts"
	"bainian/app/exams"
	"bainian/app/gate"
	"bainian/app/integrity"
	"bainian/app/leads"
	"bainian/app/people"
	"bainian/app/web/dossier"
	"bainian/app/web/page"
)

// task is a first thing to do of one role: how much there is of it, what it is, and where.
type task struct {
	Title, Text  string
	Count        string // "" where nothing is counted
	Urgent       bool   // somebody waits for it
	Link, Action string
	Lines        []taskLine
}

// taskLine is one of the things a task is about.
type taskLine struct{ Title, Detail, Link string }

// longest is how many lines a task shows.
const longest = 5

type staffView struct {
	page.Base
	Tasks []task
}

func (w *Wing) staffHome(c *page.Ctx, tasks []task) error {
	sentence := c.T("learn.staff.calm")
	if i := slices.IndexFunc(tasks, func(t task) bool { return t.Urgent }); i >= 0 {
		sentence = tasks[i].Text
	}
	title := c.T("learn.home.title", "greeting", greeting(c), "sentence", sentence)
	return c.Page(w.pages, "staff", &staffView{Base: page.Base{Title: title}, Tasks: tasks})
}

// tasks are what a person's roles beside new hire have to do, what waits first.
func (w *Wing) tasks(c *page.Ctx) ([]task, error) {
	var all []task
	for _, t := range []struct {
		roles []people.Role
		read  func(*page.Ctx) (task, error)
	}{
		{[]people.Role{people.Reviewer, people.HR}, w.casesTask},
		{[]people.Role{people.Trainer, people.Invigilator, people.HR}, w.sittingsTask},
		{[]people.Role{people.Trainer, people.HR}, w.markingTask},
		{[]people.Role{people.Manager}, w.teamTask},
		{[]people.Role{people.Manager}, w.waitingTask},
		{[]people.Role{people.Manager, people.Mentor}, w.ownTask},
		{[]people.Role{people.HR, people.Trainer, people.Admin}, w.cohortsTask},
		{[]people.Role{people.Trainer}, studioTask},
		{[]people.Role{people.Admin}, importTask},
		{[]people.Role{people.Mentor}, leadsTask},
	} {
		if !c.Person.Has(t.roles...) {
			continue
		}
		one, err := t.read(c)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	lifted, some, err := w.liftedTask(c)
	if err != nil {
		return nil, err
	}
	if some {
		all = append(all, lifted)
	}
	broken, some, err := w.glassTask(c)
	if err != nil {
		return nil, err
	}
	if some {
		all = append(all, broken)
	}
	slices.SortStableFunc(all, func(a, b task) int { return urgency(b) - urgency(a) })
	return all, nil
}

func urgency(t task) int {
	if t.Urgent {
		return 1
	}
	return 0
}

// casesTask is the cases that wait: for a reviewer those of which the next step is theirs, for HR all.
func (w *Wing) casesTask(c *page.Ctx) (task, error) {
	var heads []integrity.CaseHead
	for _, f := range []integrity.Filter{integrity.Waiting, integrity.Appeals} {
		some, err := w.desk.Cases(c.Context(), c.Person, f, 0)
		if err != nil {
			return task{}, err
		}
		heads = append(heads, some...)
	}
	reviews := c.Person.Has(people.Reviewer)
	if reviews {
		heads = slices.DeleteFunc(heads, func(h integrity.CaseHead) bool { return !h.Turn })
	}
	t := task{Title: c.T("learn.task.cases"), Text: c.T("learn.task.cases.none"), Count: strconv.Itoa(len(heads)), Link: "/cases", Action: c.T("learn.task.cases.go")}
	switch {
	case len(heads) > 0 && reviews:
		t.Urgent, t.Text = true, c.T("learn.task.cases.some", "n", len(heads))
	case len(heads) > 0:
		t.Text = c.T("learn.task.cases.waiting", "n", len(heads))
	}
	for _, h := range heads[:min(len(heads), longest)] {
		line := taskLine{c.T("learn.task.case", "number", h.Number, "person", h.Person), c.T("case.step_"+string(h.Step), "date", dateOf(c, h.Due)), "/cases/" + strconv.Itoa(h.Number)}
		if dossier.Late(h.Due, c.Now()) {
			line.Detail = c.T("case.step_late", "step", line.Detail)
		}
		t.Lines = append(t.Lines, line)
	}
	return t, nil
}

// sittingsTask is the sittings of today, the running ones with who is in them.
func (w *Wing) sittingsTask(c *page.Ctx) (task, error) {
	all, err := w.room.Sittings(c.Context(), c.Person)
	if err != nil {
		return task{}, err
	}
	now := c.Now()
	tomorrow := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, now.Location())
	today := slices.DeleteFunc(all, func(s exams.SittingView) bool {
		return !s.ClosedAt.IsZero() || s.ClosesAt.Before(now) || !s.OpensAt.Before(tomorrow)
	})
	slices.SortStableFunc(today, func(a, b exams.SittingView) int { return a.OpensAt.Compare(b.OpensAt) })
	t := task{Title: c.T("learn.task.sittings"), Text: c.T("learn.task.sittings.none"), Count: strconv.Itoa(len(today)), Link: "/studio/sittings", Action: c.T("learn.task.sittings.go")}
	if len(today) > 0 {
		t.Text = c.T("learn.task.sittings.some", "n", len(today))
	}
	for _, s := range today[:min(len(today), longest)] {
		detail := c.T("learn.task.sitting.later", "clock", s.OpensAt.In(c.Zone()).Format("15:04"))
		if !s.OpensAt.After(now) {
			detail = c.T("learn.task.sitting.now", "live", s.Counts.Live, "ended", s.Counts.Ended, "passed", s.Counts.Passed)
			t.Urgent = t.Urgent || s.Counts.Live > 0
		}
		t.Lines = append(t.Lines, taskLine{s.TitleIn(c.Lang), detail, "/studio/sittings/" + s.ID})
	}
	return t, nil
}

// teamTask is what a manager's team holds, whose leads fall due today first.
func (w *Wing) teamTask(c *page.Ctx) (task, error) {
	board, err := w.pool.Board(c.Context(), c.Person)
	if err != nil {
		return task{}, err
	}
	held := 0
	for _, l := range board {
		held += l.Held
	}
	t := task{Title: c.T("learn.task.team"), Text: c.T("learn.task.team.calm", "n", len(board), "held", held), Count: strconv.Itoa(len(board)), Link: "/board", Action: c.T("learn.task.team.go")}
	due := slices.DeleteFunc(slices.Clone(board), func(l leads.BoardLine) bool { return l.Due.IsZero() })
	slices.SortStableFunc(due, func(a, b leads.BoardLine) int { return a.Due.Compare(b.Due) })
	urgent := 0
	for i, l := range due {
		words, soon := dueWords(c, l.Due)
		if soon {
			urgent++
		}
		if i < longest {
			t.Lines = append(t.Lines, taskLine{l.Person.Name, c.T("learn.task.member", "held", l.Held, "due", words), "/board"})
		}
	}
	if urgent > 0 {
		t.Urgent, t.Text = true, c.T("learn.task.team.due", "n", urgent)
	}
	return t, nil
}

// waitingTask is who of a manager's team waits before the gate, and for what.
func (w *Wing) waitingTask(c *page.Ctx) (task, error) {
	board, err := w.pool.Board(c.Context(), c.Person)
	if err != nil {
		return task{}, err
	}
	t := task{Title: c.T("learn.task.waiting"), Text: c.T("learn.task.waiting.none"), Link: "/board", Action: c.T("learn.task.team.go")}
	waiting := 0
	for _, l := range board {
		d, err := w.keeper.Decide(c.Context(), l.Person.ID)
		if err != nil {
			return task{}, err
		}
		reasons := d.Reasons(gate.Others)
		if d.Level.Takes() || len(reasons) == 0 {
			continue
		}
		if waiting++; waiting > longest {
			continue
		}
		words, err := w.reasons(c, reasons[:1])
		if err != nil {
			return task{}, err
		}
		t.Lines = append(t.Lines, taskLine{l.Person.Name, c.T("learn.task.waits", "reason", words[0].Text, "n", len(reasons)), "/board"})
	}
	t.Count = strconv.Itoa(waiting)
	if waiting > 0 {
		t.Text = c.T("learn.task.waiting.some", "n", waiting)
	}
	return t, nil
}

// ownTask is what those who lead still owe themselves: the pledge, the courses and the exams of the year, which they
// sit like everybody else.
func (w *Wing) ownTask(c *page.Ctx) (task, error) {
	d, err := w.keeper.Decide(c.Context(), c.Person.ID)
	if err != nil {
		return task{}, err
	}
	labels, err := w.stepLabels(c, d)
	if err != nil {
		return task{}, err
	}
	t := task{Title: c.T("learn.task.own"), Text: c.T("learn.task.own.none"), Link: "/gate", Action: c.T("learn.task.own.go")}
	due := 0
	for _, s := range d.Steps {
		path, action := remedy(c, s.Requirement)
		if s.Done() && !s.Renew || path == "" {
			continue
		}
		if due++; due <= longest {
			t.Lines = append(t.Lines, taskLine{labels[s.Requirement.Key()], action, path})
		}
	}
	t.Count = strconv.Itoa(due)
	if due > 0 {
		t.Text = c.T("learn.task.own.some", "n", due)
	}
	return t, nil
}

// cohortsTask is the cohorts that are running or still to come.
func (w *Wing) cohortsTask(c *page.Ctx) (task, error) {
	all, err := w.roster.List(c.Context())
	if err != nil {
		return task{}, err
	}
	today := c.Now().Format(time.DateOnly)
	all = slices.DeleteFunc(all, func(s cohorts.Summary) bool { return s.EndsOn < today })
	slices.SortStableFunc(all, func(a, b cohorts.Summary) int { return cmp.Compare(a.StartsOn, b.StartsOn) })
	t := task{Title: c.T("learn.task.cohorts"), Text: c.T("learn.task.cohorts.none"), Count: strconv.Itoa(len(all))}
	if c.Person.Has(people.HR, people.Admin) {
		t.Link, t.Action = "/people", c.T("learn.task.cohorts.go")
	}
	if len(all) > 0 {
		t.Text = c.T("learn.task.cohorts.some", "n", len(all))
	}
	for _, s := range all[:min(len(all), longest)] {
		detail := c.T("learn.task.cohort.starts", "n", s.Size, "date", s.StartsOn)
		if day, days := dayOf(s.Cohort, c.Now()); day > 0 {
			detail = c.T("learn.task.cohort.day", "n", s.Size, "day", day, "days", days)
		}
		t.Lines = append(t.Lines, taskLine{Title: cohortName(c, s.Cohort), Detail: detail})
	}
	return t, nil
}

// cohortName is the cohort's name, with its number where the name does not say it.
func cohortName(c *page.Ctx, cohort cohorts.Cohort) string {
	if strings.Contains(cohort.Name, strconv.Itoa(cohort.Number)) {
		return cohort.Name
	}
	return c.T("learn.task.cohort", "number", cohort.Number, "name", cohort.Name)
}

func studioTask(c *page.Ctx) (task, error) {
	return task{Title: c.T("learn.task.studio"), Text: c.T("learn.task.studio.text"), Link: "/studio", Action: c.T("learn.task.studio.go")}, nil
}

func importTask(c *page.Ctx) (task, error) {
	return task{Title: c.T("learn.task.import"), Text: c.T("learn.task.import.text"), Link: "/people/import", Action: c.T("learn.task.import.go")}, nil
}

func leadsTask(c *page.Ctx) (task, error) {
	return task{Title: c.T("learn.leads"), Text: c.T("learn.task.leads.text"), Link: "/leads", Action: c.T("learn.task.leads.go")}, nil
}
