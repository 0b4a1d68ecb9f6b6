package review

import (
	"slices"
	"time"

	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/people"
	"bainian/app/web/page"
)

// personGateView is the gate of one person at other moments: as it was, how it came to be so, and what if.
type personGateView struct {
	page.Base
	Of      people.Person
	At      string // of the look back, as typed
	Then    *gate.Moment
	Shown   gate.Standing // of it
	Steps   []step
	Why     []string // what kept it from being open then
	Moments []moment // newest first
	Asks    []ask    // the requirements of the policy in force
	On      string   // the day that is supposed, as typed
	If      *gate.Decision
	IfSteps []step
	IfWhy   []string
	Err     error
}

// moment is a change of the standing in words.
type moment struct {
	gate.Moment
	Shown gate.Standing
	Words []string
}

// ask is a requirement of which something else can be supposed.
type ask struct {
	Key, Label string
	Done       bool
	Suppose    string // "", "met" or "unmet"
}

// personGate answers by GET alone: what is asked stands in the address, and nothing is kept.
func (w *Wing) personGate(c *page.Ctx) error {
	p, err := w.directory.Person(c.Context(), c.Params("id"))
	if err != nil {
		return err
	}
	v := &personGateView{Base: page.Base{Title: c.T("policy.person_gate", "name", p.Name), Here: "/people"}, Of: p, At: c.Query("at"), On: c.Query("on")}
	for _, part := range []func(*page.Ctx, *personGateView) error{w.addLookBack, w.addMoments, w.addWhatIf} {
		if err := part(c, v); err != nil {
			if !c.Refused(err) && !fault.HasKey(err, "gate.not_here_yet") && !fault.HasKey(err, "gate.no_policy") {
				return err
			}
			v.Err = err
		}
	}
	return c.Page(w.pages, "person_gate", v)
}

// addLookBack adds the decision of the moment that was asked for.
func (w *Wing) addLookBack(c *page.Ctx, v *personGateView) error {
	if v.At == "" {
		return nil
	}
	at, err := time.ParseInLocation("2006-01-02T15:04", v.At, c.Zone())
	if err != nil || at.After(c.Now()) {
		return fault.New(fault.Invalid, "policy.not_a_past_moment").In("at")
	}
	m, err := w.keeper.LookBack(c.Context(), c.Person, v.Of.ID, at)
	none := fault.HasKey(err, "gate.no_policy")
	if err != nil && !none {
		return err
	}
	v.Then, v.Shown = &m, toldAs(m.Standing(), m.Sealed)
	if m.Sealed { // what it rests on is nobody's business any more
		m.Steps = slices.DeleteFunc(slices.Clone(m.Steps), aboutCases)
	}
	if v.Steps, err = w.stepsInWords(c, m.Steps); err != nil {
		return err
	}
	if v.Why, err = w.reasonsInWords(c, m.Reasons(m.For(gate.ThePerson))); err == nil && none {
		v.Why = append(v.Why, c.T("policy.no_version"))
	}
	return err
}

func aboutCases(s gate.Step) bool {
	return s.Requirement.Kind == gate.NoOpenCase || s.Requirement.Kind == gate.NoRedLine
}

func (w *Wing) stepsInWords(c *page.Ctx, steps []gate.Step) ([]step, error) {
	requirements := make([]gate.Requirement, len(steps))
	for i, s := range steps {
		requirements[i] = s.Requirement
	}
	labels, err := w.labels(c, requirements)
	if err != nil {
		return nil, err
	}
	out := make([]step, len(steps))
	for i, s := range steps {
		out[i] = step{s, labels[s.Requirement.Key()]}
	}
	return out, nil
}

// addMoments adds when the standing changed, newest first.
func (w *Wing) addMoments(c *page.Ctx, v *personGateView) error {
	history, err := w.keeper.History(c.Context(), c.Person, v.Of.ID)
	if err != nil {
		return err
	}
	sealed := false // the moment before rests on a case that has been cleared
	for _, m := range history {
		one := moment{Moment: m, Shown: toldAs(m.Standing(), m.Sealed)}
		one.Before = toldAs(m.Before, sealed)
		sealed = m.Sealed
		if one.Words, err = w.reasonsInWords(c, m.Reasons(m.For(gate.ThePerson))); err != nil {
			return err
		}
		v.Moments = append(v.Moments, one)
	}
	slices.Reverse(v.Moments)
	return nil
}

// toldAs is a standing as it may be told: of a cleared case only that there was a suspension.
func toldAs(s gate.Standing, sealed bool) gate.Standing {
	if sealed && s == gate.StandingRevoked {
		return gate.StandingSuspended
	}
	return s
}

// addWhatIf adds what can be supposed, and the decision if something is.
func (w *Wing) addWhatIf(c *page.Ctx, v *personGateView) error {
	now, err := w.keeper.Decide(c.Context(), v.Of.ID)
	if err != nil {
		return err
	}
	steps, err := w.stepsInWords(c, now.Steps)
	if err != nil {
		return err
	}
	var s gate.Supposition
	for _, x := range steps {
		a := ask{Key: x.Requirement.Key(), Label: x.Label, Done: x.Done()}
		switch a.Suppose = c.Query("if." + a.Key); a.Suppose {
		case "met":
			s.Met = append(s.Met, a.Key)
		case "unmet":
			s.Unmet = append(s.Unmet, a.Key)
		default:
			a.Suppose = ""
		}
		v.Asks = append(v.Asks, a)
	}
	if v.On != "" {
		day, err := time.ParseInLocation(time.DateOnly, v.On, c.Zone())
		if err != nil {
			return fault.New(fault.Invalid, "gate.suppose_past").In("on")
		}
		s.At = day.Add(9 * time.Hour) // when people begin to draw
		if day.Format(time.DateOnly) == c.Now().Format(time.DateOnly) {
			s.At = time.Time{}
		}
	} else if len(s.Met)+len(s.Unmet) == 0 {
		return nil
	}
	d, err := w.keeper.WhatIf(c.Context(), c.Person, v.Of.ID, s)
	if err != nil {
		return err
	}
	v.If = &d
	if v.IfSteps, err = w.stepsInWords(c, d.Steps); err != nil {
		return err
	}
	v.IfWhy, err = w.reasonsInWords(c, d.Reasons(gate.ThePerson))
	return err
}
