package learn

import (
	"time"

	"bainian/app/exams"
	"bainian/app/gate"
	"bainian/app/integrity"
	"bainian/app/web/page"
)

type gateView struct {
	page.Base
	Decision gate.Decision
	Rows     []gateRow
	Unmet    int
	Cases    []gateCase
}

// gateRow is one requirement: how it stands, when and until when, and where it is mended.
type gateRow struct {
	State          gate.State
	Label          string
	At, Until      time.Time
	Renew, Either  bool   // due again but within its grace; one of several alternatives
	Why            string // of a waiver: what HR wrote
	Remedy, Action string
	Case           bool // it is about cases: dates are those of a review
	Provisional    int  // number of the open case that makes this pass a provisional one, 0 without one
}

// gateCase is a case about the person, in the words for them.
type gateCase struct {
	integrity.Case
	Exam string
}

func (w *Wing) gate(c *page.Ctx) error {
	d, err := w.keeper.Decide(c.Context(), c.Person.ID)
	if err != nil {
		return err
	}
	v := &gateView{Base: page.Base{Title: c.T("learn.gate"), Here: "/"}, Decision: d, Unmet: len(d.Unmet())}
	if v.Rows, err = w.gateRows(c, d); err != nil {
		return err
	}
	cases, err := w.desk.Mine(c.Context(), c.Person)
	if err != nil || len(cases) == 0 {
		if err == nil {
			err = c.Page(w.pages, "gate", v)
		}
		return err
	}
	sittings, err := w.room.Sittings(c.Context(), c.Person)
	if err != nil {
		return err
	}
	for _, one := range cases {
		v.Cases = append(v.Cases, gateCase{one, examTitle(c, sittings, one.SittingID)})
	}
	of := provisional(cases, sittings)
	for i, s := range d.Steps {
		if s.Requirement.Kind == gate.Exam && s.Done() {
			v.Rows[i].Provisional = of[s.Requirement.Ref]
		}
	}
	return c.Page(w.pages, "gate", v)
}

func examTitle(c *page.Ctx, sittings []exams.SittingView, id string) string {
	for _, s := range sittings {
		if s.ID == id {
			return s.TitleIn(c.Lang)
		}
	}
	return c.T("learn.case.some_exam")
}

func (w *Wing) gateRows(c *page.Ctx, d gate.Decision) ([]gateRow, error) {
	labels, err := w.stepLabels(c, d)
	if err != nil {
		return nil, err
	}
	waivers, err := w.keeper.Waivers(c.Context(), c.Person, c.Person.ID)
	if err != nil {
		return nil, err
	}
	rows := make([]gateRow, len(d.Steps))
	for i, s := range d.Steps {
		r := gateRow{State: s.State, Label: labels[s.Requirement.Key()], At: s.At, Until: s.Until, Renew: s.Renew,
			Either: s.AnyOf > 0, Case: s.Requirement.Kind == gate.NoOpenCase}
		if s.State == gate.Waived {
			for _, waiver := range waivers {
				if waiver.Requirement == s.Requirement.Key() {
					r.Why = waiver.Reason
				}
			}
		}
		if !s.Done() || s.Renew {
			r.Remedy, r.Action = remedy(c, s.Requirement)
		}
		rows[i] = r
	}
	return rows, nil
}

// remedy is the page where a requirement is met, and the words of its link; none where only waiting helps.
func remedy(c *page.Ctx, r gate.Requirement) (path, action string) {
	switch r.Kind {
	case gate.Pledge:
		return "/pledge", c.T("learn.remedy.pledge")
	case gate.Course:
		return "/courses/" + r.Ref, c.T("learn.remedy.course")
	case gate.Exam, gate.InOrder:
		return "/exams", c.T("learn.remedy.exam")
	}
	return "", ""
}

// stepLabels are the requirements of a decision in words, by key, with the titles of courses and exams.
func (w *Wing) stepLabels(c *page.Ctx, d gate.Decision) (map[string]string, error) {
	reasons := make([]gate.Reason, len(d.Steps))
	for i, s := range d.Steps {
		reasons[i] = gate.Reason{Requirement: s.Requirement.Key(), Key: "learn.step." + string(s.Requirement.Kind)}
		if s.Requirement.Ref != "" {
			reasons[i].Args = []any{string(s.Requirement.Kind), s.Requirement.Ref}
		}
	}
	return w.inWords(c, reasons)
}

// inWords are reasons as the person reads them, by requirement.
func (w *Wing) inWords(c *page.Ctx, reasons []gate.Reason) (map[string]string, error) {
	titled, err := w.keeper.Titled(c.Context(), reasons, c.Lang)
	if err != nil {
		return nil, err
	}
	words := make(map[string]string, len(titled))
	for _, r := range titled {
		words[r.Requirement] = c.T(r.Key, r.Args...)
	}
	return words, nil
}
