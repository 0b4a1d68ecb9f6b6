package studio

import (
	"errors"
	"slices"

	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/web/page"
)

// attemptPage is one candidate at one sitting, for whoever watches it.
type attemptPage struct {
	page.Base
	candidate
	Sitting  exams.Sitting
	Exam, Up string // title of the exam, address of the sitting
	Open     bool   // the sitting has not settled: notes are made at the time
	Notes    []note
	Err      error

	Note, Minutes, Extension, Pause, Report page.Field
}

type note struct {
	exams.Note
	By string
}

func (w *Wing) attempt(c *page.Ctx) error { return w.showAttempt(c, "", nil) }

// showAttempt shows the page again with what a form was refused for; form names the field it began with.
func (w *Wing) showAttempt(c *page.Ctx, form string, refusal error) error {
	s, who, err := w.candidateOf(c)
	if err != nil {
		return err
	}
	v := &attemptPage{candidate: who, Sitting: s.Sitting, Exam: s.Name, Up: s.At, Open: s.Phase != "over", Err: refusal}
	v.Title = v.Name
	names := w.names(c)
	for _, n := range v.candidate.Notes {
		by, err := names.of(n.By)
		if err != nil {
			return err
		}
		v.Notes = append(v.Notes, note{n, by})
	}
	area := func(key, name string) page.Field {
		return page.Field{Label: c.T(key), Name: name, Type: "textarea", Rows: 3, Required: true}
	}
	v.Note, v.Report = area("studio.note_text", "note"), area("studio.report_reason", "report")
	v.Note.Hint, v.Report.Hint = c.T("studio.note_text_hint"), c.T("studio.report_hint")
	v.Minutes = page.Field{Label: c.T("studio.minutes"), Name: "minutes", Type: "number", Value: "5", Required: true}
	v.Extension = page.Field{Label: c.T("studio.reason"), Name: "extension", Required: true}
	v.Pause = page.Field{Label: c.T("studio.reason"), Name: "pause", Required: true}
	for _, f := range []*page.Field{&v.Note, &v.Minutes, &v.Extension, &v.Pause, &v.Report} {
		if value := c.Form(f.Name); value != "" {
			f.Value = value
		}
		if f.Name == form && about(refusal) != "" {
			f.Error, v.Err = c.Words(refusal), nil
		}
	}
	return c.Page(w.pages, "attempt", v)
}

// candidateOf is the sitting of the path and its attempt, for whoever watches it.
func (w *Wing) candidateOf(c *page.Ctx) (*sittingPage, candidate, error) {
	s, err := w.sittingOf(c)
	if err != nil {
		return nil, candidate{}, err
	}
	i := slices.IndexFunc(s.Rows, func(r candidate) bool { return r.ID == c.Params("attempt") })
	if i < 0 {
		return nil, candidate{}, fault.New(fault.NotFound, "page.not_found")
	}
	return s, s.Rows[i], nil
}

// about is the field that a fault is about.
func about(err error) string {
	if e := (*fault.Error)(nil); errors.As(err, &e) {
		return e.Field
	}
	return ""
}

// done goes back to the attempt, or shows it again with the refusal at the field.
func (w *Wing) done(c *page.Ctx, field string, err error, key string, args ...any) error {
	switch {
	case err == nil:
		return c.Back("/studio/sittings/"+c.Params("id")+"/attempts/"+c.Params("attempt"), key, args...)
	case c.Refused(err):
		return w.showAttempt(c, field, err)
	}
	return err
}

// note writes down what was seen of a person while the sitting goes on.
func (w *Wing) note(c *page.Ctx) error {
	s, who, err := w.candidateOf(c)
	if err != nil {
		return err
	}
	err = w.room.Note(c.Context(), c.Person, s.ID, who.PersonID, c.Form("note"))
	return w.done(c, "note", err, "studio.noted")
}

func (w *Wing) extend(c *page.Ctx) error {
	minutes, err := c.FormInt("minutes")
	if err == nil {
		err = w.room.Extend(c.Context(), c.Person, c.Params("attempt"), minutes, c.Form("extension"))
	}
	field := "extension"
	if about(err) == "minutes" {
		field = "minutes"
	}
	return w.done(c, field, err, "studio.extended", "minutes", minutes)
}

func (w *Wing) pause(c *page.Ctx) error {
	return w.done(c, "pause", w.room.Pause(c.Context(), c.Person, c.Params("attempt"), c.Form("pause")), "studio.paused")
}

func (w *Wing) resume(c *page.Ctx) error {
	return w.done(c, "", w.room.Resume(c.Context(), c.Person, c.Params("attempt")), "studio.resumed")
}

// report asks the reviewers to look at the attempt. Only who watches its sitting gets as far as the desk.
func (w *Wing) report(c *page.Ctx) error {
	_, who, err := w.candidateOf(c)
	if err != nil {
		return err
	}
	_, err = w.desk.Report(c.Context(), c.Person, who.ID, c.Form("report"))
	return w.done(c, "report", err, "studio.reported")
}
