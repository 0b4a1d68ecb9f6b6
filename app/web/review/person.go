package review

import (
	"time"

	"bainian/app/cohorts"
	"bainian/app/courses"
	"bainian/app/documents"
	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/people"
	"bainian/app/web/page"
)

type personView struct {
	page.Base
	Of       people.Person
	Manager  people.Person
	Fields   personFields
	Changing bool // the details were refused: their form stands open
	Cohorts  []cohorts.Membership
	Tracks   []courses.TrackView
	Gate     *gate.Decision // nil when nothing can be decided, GateErr says why
	GateErr  error
	Steps    []step
	Waivers  []waiver
	Waivable []page.Option
	Latest   time.Time // until when a waiver may reach
	Changes  []change
	Chances  []chance
	Link     string // of an invitation, shown once
	IsHR     bool
	Self     bool
	Err      error
}

// step is a requirement of the gate with its words.
type step struct {
	gate.Step
	Label string
}

type waiver struct {
	gate.Waiver
	Label, By string
}

// chance is where the person stands at an exam, with the grants by name.
type chance struct {
	exams.Chance
	Title  string
	Grants []grant
	WhyNot string // in words, "" when another attempt can start
}

type grant struct {
	exams.Grant
	By string
}

type change struct {
	people.Change
	By string
}

func (w *Wing) person(c *page.Ctx) error { return w.showPerson(c, shown{}) }

// shown is what a page about a person shows only after a post: a fresh invitation link, or what was refused and the
// details that were.
type shown struct {
	link    string
	form    *personForm
	refused error
}

// showPerson is everything about a person.
func (w *Wing) showPerson(c *page.Ctx, s shown) error {
	p, err := w.directory.Person(c.Context(), c.Params("id"))
	if err != nil {
		return err
	}
	v := &personView{Base: page.Base{Title: p.Name, Here: "/people"}, Of: p, Link: s.link, Err: s.refused,
		IsHR: c.Person.Has(people.HR), Self: p.ID == c.Person.ID, Changing: s.form != nil}
	if p.ManagerID != "" {
		if v.Manager, err = w.directory.Person(c.Context(), p.ManagerID); err != nil {
			return err
		}
	}
	if s.form == nil {
		s.form = &personForm{Manager: v.Manager.Number, NewPerson: people.NewPerson{Number: p.Number, Name: p.Name, Email: p.Email, Roles: p.Roles, HiredOn: p.HiredOn}}
	}
	v.Fields = personFields{*s.form, roleOptions(c, s.form.Roles...), s.refused}
	if v.Cohorts, err = w.roster.History(c.Context(), c.Person, p.ID); err != nil {
		return err
	}
	if v.Tracks, err = w.library.Tracks(c.Context(), p, c.Lang); err != nil {
		return err
	}
	if err := w.addGate(c, v); err != nil {
		return err
	}
	if err := w.addChances(c, v); err != nil {
		return err
	}
	if err := w.addChanges(c, v); err != nil {
		return err
	}
	return c.Page(w.pages, "person", v)
}

// addGate adds the decision with its requirements and the waivers that may change it.
func (w *Wing) addGate(c *page.Ctx, v *personView) error {
	d, err := w.keeper.Decide(c.Context(), v.Of.ID)
	if fault.HasKey(err, "gate.no_policy") {
		v.GateErr = err
		return nil
	}
	if err != nil {
		return err
	}
	v.Gate = &d
	requirements := make([]gate.Requirement, len(d.Steps))
	for i, s := range d.Steps {
		requirements[i] = s.Requirement
	}
	policy, problems, err := w.policyInForce(c)
	if err != nil || policy == nil {
		return firstError(err, problems.Err())
	}
	labels, err := w.labels(c, append(requirements, requirementsOf(policy)...))
	if err != nil {
		return err
	}
	for _, s := range d.Steps {
		v.Steps = append(v.Steps, step{s, labels[s.Requirement.Key()]})
	}
	for _, key := range policy.Waivables() {
		v.Waivable = append(v.Waivable, page.Option{Value: key, Label: labels[key], Chosen: key == c.Form("requirement")})
	}
	v.Latest = c.Now().AddDate(0, 0, 29)
	return w.addWaivers(c, v, labels)
}

func (w *Wing) addWaivers(c *page.Ctx, v *personView, labels map[string]string) error {
	waivers, err := w.keeper.Waivers(c.Context(), c.Person, v.Of.ID)
	if err != nil {
		return err
	}
	for _, x := range waivers {
		names, err := w.names(c, x.By)
		if err != nil {
			return err
		}
		label := labels[x.Requirement]
		if label == "" {
			label = x.Requirement // no policy asks for it any more
		}
		v.Waivers = append(v.Waivers, waiver{x, label, names[x.By]})
	}
	return nil
}

// addChances adds where the person stands at the exams that they have sat.
func (w *Wing) addChances(c *page.Ctx, v *personView) error {
	chances, err := w.room.Chances(c.Context(), c.Person, v.Of.ID)
	if err != nil {
		return err
	}
	for _, x := range chances {
		one := chance{Chance: x, Title: x.TitleIn(c.Lang)}
		if x.UsedUp() {
			one.WhyNot = c.Words(x.Next.WhyNot)
		}
		for _, g := range x.Grants {
			names, err := w.names(c, g.By)
			if err != nil {
				return err
			}
			one.Grants = append(one.Grants, grant{g, names[g.By]})
		}
		v.Chances = append(v.Chances, one)
	}
	return nil
}

func (w *Wing) addChanges(c *page.Ctx, v *personView) error {
	changes, err := w.directory.Changes(c.Context(), c.Person, v.Of.ID)
	if err != nil {
		return err
	}
	var ids []string
	for _, x := range changes {
		ids = append(ids, x.ByID)
	}
	names, err := w.names(c, ids...)
	if err != nil {
		return err
	}
	for _, x := range changes {
		v.Changes = append(v.Changes, change{x, names[x.ByID]})
	}
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// onPerson ends one verb about the person of the path: back to their page, or the page with what was refused.
func (w *Wing) onPerson(c *page.Ctx, err error, done string, args ...any) error {
	if err == nil {
		return c.Back("/people/"+c.Params("id"), done, args...)
	}
	if c.Refused(err) {
		return w.showPerson(c, shown{refused: err})
	}
	return err
}

func (w *Wing) changePerson(c *page.Ctx) error {
	form, err := w.personForm(c)
	if err == nil {
		var p people.Person
		if p, err = w.directory.Person(c.Context(), c.Params("id")); err == nil {
			p.Number, p.Name, p.Email, p.Roles, p.ManagerID, p.HiredOn = form.Number, form.Name, form.Email, form.Roles, form.ManagerID, form.HiredOn
			_, err = w.directory.Update(c.Context(), c.Person, p)
		}
	}
	if c.Refused(err) {
		return w.showPerson(c, shown{form: &form, refused: err})
	}
	return w.onPerson(c, err, "review.person.changed")
}

// invite shows the link in the answer itself, the only time it is seen.
func (w *Wing) invite(c *page.Ctx) error {
	token, err := w.directory.Invite(c.Context(), c.Person, c.Params("id"))
	if err != nil {
		return w.onPerson(c, err, "")
	}
	return w.showPerson(c, shown{link: w.kit.BaseURL + "/invitations/" + token})
}

func (w *Wing) setPassword(c *page.Ctx) error {
	err := w.directory.SetPassword(c.Context(), c.Person, c.Params("id"), c.FormText("password"))
	return w.onPerson(c, err, "review.person.password_set")
}

func (w *Wing) endSessions(c *page.Ctx) error {
	return w.onPerson(c, w.directory.EndSessions(c.Context(), c.Person, c.Params("id")), "review.person.sessions_ended")
}

func (w *Wing) deactivate(c *page.Ctx) error {
	return w.onPerson(c, w.directory.Deactivate(c.Context(), c.Person, c.Params("id"), c.Form("reason")), "review.person.deactivated")
}

func (w *Wing) reactivate(c *page.Ctx) error {
	return w.onPerson(c, w.directory.Reactivate(c.Context(), c.Person, c.Params("id"), c.Form("reason")), "review.person.reactivated")
}

// accommodate gives a person more time in every exam from now on, those under way included.
func (w *Wing) accommodate(c *page.Ctx) error {
	a := exams.Accommodation{Label: c.Form("label"), Reason: c.Form("reason"), Multiplier: 1000}
	percent, err := c.FormInt("percent")
	if err == nil {
		a.Multiplier += 10 * percent
		a.ExtraMinutes, err = c.FormInt("minutes")
	}
	if err == nil {
		err = w.room.Accommodate(c.Context(), c.Person, c.Params("id"), a)
	}
	return w.onPerson(c, err, "review.person.accommodated")
}

// grantAttempt gives a person who has used up their attempts at an exam one more.
func (w *Wing) grantAttempt(c *page.Ctx) error {
	return w.onPerson(c, w.room.GrantAttempt(c.Context(), c.Person, c.Params("id"), c.Form("exam"), c.Form("reason")), "review.person.granted")
}

func (w *Wing) waive(c *page.Ctx) error {
	// The last day counts whole: it ends with its midnight in the company's zone.
	day, err := time.ParseInLocation(time.DateOnly, c.Form("until"), c.Zone())
	if err != nil {
		err = fault.New(fault.Invalid, "cohorts.date_shape", "date", c.Form("until")).In("until")
	} else {
		err = w.keeper.Waive(c.Context(), c.Person, c.Params("id"), c.Form("requirement"), day.AddDate(0, 0, 1), c.Form("reason"))
	}
	return w.onPerson(c, err, "review.waiver.granted")
}

func (w *Wing) withdraw(c *page.Ctx) error {
	return w.onPerson(c, w.keeper.Withdraw(c.Context(), c.Person, c.Params("waiver")), "review.waiver.withdrawn")
}

// policyInForce is the policy that the gate applies, or what is wrong with the one that is published.
func (w *Wing) policyInForce(c *page.Ctx) (*gate.Policy, fault.Problems, error) {
	doc, err := w.shelf.Doc(c.Context(), gate.PolicyPath)
	if err != nil {
		return nil, nil, err
	}
	policy, problems := policyOf(doc)
	return policy, problems, nil
}

func policyOf(doc documents.Doc) (*gate.Policy, fault.Problems) {
	policy, problems := gate.ParsePolicy(doc.Path, []byte(doc.Sources[doc.Lang]))
	if policy != nil {
		policy.Version = doc.Version
	}
	return policy, problems
}
