package manage

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"bainian/app/cohorts"
	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/leads"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/web/page"
)

type memberView struct {
	page.Base
	Member   member
	Cohort   cohorts.Cohort
	InCohort bool
	Holdings []holding
	Signs    []string // in words, what stands out in their follow-ups
	Empty    page.Empty
	SignOffs []signOff       // newest first
	Leave    []leads.Absence // that is not over
	Today    string          // yyyy-mm-dd
	Wished   leads.Absence   // as it was refused
	SignsOff bool            // the gate asks for a manager's word
	Note     string
	Err      error
}

// signOff is a manager's word with the names of who gave and who withdrew it.
type signOff struct {
	gate.SignOff
	By, WithdrawnBy string
}

// holding is a lead that the person has, with whether it may be taken back now.
type holding struct {
	leads.Holding
	Overdue bool
}

// member is one of the actor's team with what they hold; nobody else is to be found here.
func (w *Wing) member(c *page.Ctx) error { return w.showMember(c, nil) }

func (w *Wing) showMember(c *page.Ctx, refused error) error {
	m, err := w.teamMember(c, c.Params("id"))
	if err != nil {
		return err
	}
	v := &memberView{Base: page.Base{Title: m.Person.Name, Here: "/board", Script: "js/once.js"}, Member: m, Note: c.Form("note"), Err: refused,
		Today: c.Now().Format(time.DateOnly), Wished: leads.Absence{From: c.Form("from"), To: c.Form("to"), Reason: c.FormText("reason")},
		Empty: page.Empty{Title: c.T("manage.holds_none"), Text: c.T("manage.holds_none_text")}}
	if m.Decision.Level.Takes() {
		v.Empty.Text = c.T("manage.holds_none_open")
	}
	if v.Cohort, v.InCohort, err = w.roster.Of(c.Context(), m.Person.ID); err != nil {
		return err
	}
	signs, err := w.pool.Signs(c.Context(), c.Person, m.Person.ID)
	if err != nil {
		return err
	}
	for _, s := range signs {
		v.Signs = append(v.Signs, c.T("outlook.sign_"+string(s.Kind), "n", s.N, "of", s.Of, "text", s.Text, "at", locale.DateTime(c.Lang, s.At.In(c.Zone()), c.Now())))
	}
	desk, err := w.pool.Mine(c.Context(), m.Person)
	if err != nil {
		return err
	}
	for _, h := range desk.Holdings {
		v.Holdings = append(v.Holdings, holding{h, h.Tenure.Paused.IsZero() && !h.Tenure.Exempt && !h.Tenure.Due.After(c.Now())})
	}
	if v.Leave, err = w.pool.Absences(c.Context(), c.Person, m.Person.ID); err != nil {
		return err
	}
	if err := w.addSignOffs(c, v); err != nil {
		return err
	}
	return c.Page(w.pages, "member", v)
}

func (w *Wing) addSignOffs(c *page.Ctx, v *memberView) error {
	v.SignsOff = slices.ContainsFunc(v.Member.Decision.Steps, func(s gate.Step) bool { return s.Requirement.Kind == gate.SignedOff })
	all, err := w.keeper.SignOffs(c.Context(), c.Person, v.Member.Person.ID)
	if err != nil {
		return err
	}
	for _, s := range slices.Backward(all) {
		one := signOff{SignOff: s}
		for id, name := range map[string]*string{s.By: &one.By, s.WithdrawnBy: &one.WithdrawnBy} {
			if id == "" {
				continue
			}
			p, err := w.directory.Person(c.Context(), id)
			if err != nil {
				return err
			}
			*name = p.Name
		}
		v.SignOffs = append(v.SignOffs, one)
	}
	return nil
}

// signOff is the manager's word about a member of their team.
func (w *Wing) signOff(c *page.Ctx) error {
	return w.onMember(c, w.keeper.SignOff(c.Context(), c.Person, c.Params("id"), c.Form("note")), "policy.signed_off")
}

func (w *Wing) withdrawSignOff(c *page.Ctx) error {
	return w.onMember(c, w.keeper.WithdrawSignOff(c.Context(), c.Person, c.Params("signoff"), c.Form("reason")), "policy.sign_off_withdrawn")
}

// onMember ends one verb about the member of the path.
func (w *Wing) onMember(c *page.Ctx, err error, done string) error {
	if err == nil {
		return c.Back("/board/people/"+c.Params("id"), done)
	}
	if c.Refused(err) {
		return w.showMember(c, err)
	}
	return err
}

func (w *Wing) teamMember(c *page.Ctx, id string) (member, error) {
	lines, err := w.pool.Board(c.Context(), c.Person)
	if err != nil {
		return member{}, err
	}
	i := slices.IndexFunc(lines, func(l leads.BoardLine) bool { return l.Person.ID == id })
	if i < 0 {
		return member{}, fault.New(fault.NotFound, "people.not_found")
	}
	return w.memberOf(c, lines[i])
}

// reclaim takes an overdue lead back into the pool and asks at once who shall have it next.
func (w *Wing) reclaim(c *page.Ctx) error {
	id := c.Params("id")
	if err := w.pool.Reclaim(c.Context(), c.Person, id); err != nil {
		return err
	}
	return c.Back("/leads/"+id+"/assignment", "manage.reclaimed")
}

type assignmentView struct {
	page.Base
	Lead    leads.Lead
	Team    []page.Option // whose gate is open
	Closed  int           // of the team, whose is not
	Reasons []reason      // why the chosen person cannot have it
	Err     error
}

func (w *Wing) assignment(c *page.Ctx) error { return w.showAssignment(c, nil) }

func (w *Wing) showAssignment(c *page.Ctx, refused error) error {
	view, err := w.pool.Lead(c.Context(), c.Person, c.Params("id"))
	if err != nil {
		return err
	}
	v := &assignmentView{Base: page.Base{Title: c.T("manage.assign", "company", view.Lead.Company), Here: "/board", Script: "js/once.js"}, Lead: view.Lead, Err: refused}
	if closed := (*leads.ClosedError)(nil); errors.As(refused, &closed) {
		if v.Reasons, err = w.reasons(c, closed.Reasons); err != nil {
			return err
		}
	}
	lines, err := w.pool.Board(c.Context(), c.Person)
	if err != nil {
		return err
	}
	for _, line := range lines {
		d, err := w.keeper.Decide(c.Context(), line.Person.ID)
		if err != nil {
			return err
		}
		if !d.Allows(gate.Assign) {
			v.Closed++
			continue
		}
		v.Team = append(v.Team, page.Option{Value: line.Person.ID, Chosen: line.Person.ID == c.Form("person"),
			Label: c.T("manage.assign_option", "name", line.Person.Name, "held", strconv.Itoa(line.Held))})
	}
	return c.Page(w.pages, "assignment", v)
}

func (w *Wing) assign(c *page.Ctx) error {
	to := c.Form("person")
	_, err := w.pool.Assign(c.Context(), c.Person, c.Params("id"), to)
	if err == nil {
		var p people.Person
		if p, err = w.directory.Person(c.Context(), to); err != nil {
			return err
		}
		return c.Back("/board/people/"+to, "manage.assigned", "name", p.Name)
	}
	if c.Refused(err) {
		return w.showAssignment(c, err)
	}
	return err
}
