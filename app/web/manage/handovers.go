package manage

import (
	"slices"

	"bainian/app/leads"
	"bainian/app/people"
	"bainian/app/web/page"
)

type handoversView struct {
	page.Base
	Tabs     page.Tabs
	Waiting  []leads.Waiting
	Disputes []dispute
	Exempt   []exemption
	Manages  bool  // may give a lead to somebody, and see the members of a team
	Err      error // about a dispute that is no longer there
}

// dispute is two people with one customer, by name, and the ruling that was refused.
type dispute struct {
	leads.Dispute
	Holder, Claimant people.Person
	Other            leads.Lead // the claimant's own; zero when they held this one before
	Winner, Reason   string
	Err              error
}

// exemption is a lead whose clock stands still, with its stage in words.
type exemption struct {
	leads.Exemption
	Stage string
}

// handovers is what waits for somebody to decide: leads in handover, customers of two people, and, for a look, leads whose
// clocks stand still.
func (w *Wing) handovers(c *page.Ctx) error {
	v, err := w.readHandovers(c)
	if err != nil {
		return err
	}
	return c.Page(w.pages, "handovers", v)
}

func (w *Wing) readHandovers(c *page.Ctx) (*handoversView, error) {
	v := &handoversView{Base: page.Base{Title: c.T("handover.title"), Here: "/board", Script: "js/once.js"}, Tabs: c.TeamTabs("/leads/handovers"), Manages: c.Person.Has(people.Manager)}
	if !v.Manages {
		v.Here = "/people"
	}
	rules, err := w.pool.Rules(c.Context())
	if err != nil {
		return nil, err
	}
	if v.Waiting, err = w.pool.Handovers(c.Context(), c.Person); err != nil {
		return nil, err
	}
	disputes, err := w.pool.Disputes(c.Context(), c.Person)
	if err != nil {
		return nil, err
	}
	for _, d := range disputes {
		one := dispute{Dispute: d}
		if one.Holder, err = w.directory.Person(c.Context(), d.HolderID); err != nil {
			return nil, err
		}
		if one.Claimant, err = w.directory.Person(c.Context(), d.ClaimantID); err != nil {
			return nil, err
		}
		if d.OtherID != "" {
			other, err := w.pool.Lead(c.Context(), c.Person, d.OtherID)
			if err != nil {
				return nil, err
			}
			one.Other = other.Lead
		}
		v.Disputes = append(v.Disputes, one)
	}
	exempt, err := w.pool.Exempt(c.Context(), c.Person)
	if err != nil {
		return nil, err
	}
	for _, e := range exempt {
		stage, _, _ := rules.Stage(e.Lead.Stage)
		one := exemption{Exemption: e, Stage: stage.Title[c.Lang]}
		if one.Stage == "" { // no longer one of the rules
			one.Stage = e.Lead.Stage
		}
		v.Exempt = append(v.Exempt, one)
	}
	return v, nil
}

// rule decides for one of two people.
func (w *Wing) rule(c *page.Ctx) error {
	id, winner := c.Params("id"), c.Form("winner")
	err := w.pool.Rule(c.Context(), c.Person, id, winner, c.FormText("reason"))
	if err == nil {
		p, err := w.directory.Person(c.Context(), winner)
		if err != nil {
			return err
		}
		return c.Back("/leads/handovers", "handover.ruled", "name", p.Name)
	}
	if !c.Refused(err) {
		return err
	}
	v, broken := w.readHandovers(c)
	if broken != nil {
		return broken
	}
	i := slices.IndexFunc(v.Disputes, func(d dispute) bool { return d.ID == id })
	if i < 0 {
		v.Err = err
	} else {
		v.Disputes[i].Winner, v.Disputes[i].Reason, v.Disputes[i].Err = winner, c.FormText("reason"), err
	}
	return c.Page(w.pages, "handovers", v)
}
