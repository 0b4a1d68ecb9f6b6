package learn

import (
	"slices"
	"time"

	"bainian/app/courses"
	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/web/page"
)

type pledgeView struct {
	page.Base
	Pledge   courses.PledgeText
	Signed   time.Time // the current version; zero when it waits for a signature
	Earlier  time.Time // when only an earlier version was signed
	Until    time.Time // until when that still counts
	Fallback bool
	Err      error
}

func (w *Wing) pledge(c *page.Ctx) error {
	v, err := w.readPledge(c)
	if err != nil {
		return err
	}
	return c.Page(w.pages, "pledge", v)
}

func (w *Wing) readPledge(c *page.Ctx) (*pledgeView, error) {
	text, err := w.library.Pledge(c.Context(), c.Lang)
	if err != nil {
		return nil, err
	}
	v := &pledgeView{Base: page.Base{Title: text.Title, Here: "/", Script: "js/once.js"}, Pledge: text, Fallback: text.Lang != c.Lang}
	d, err := w.keeper.Decide(c.Context(), c.Person.ID)
	if err != nil {
		return nil, err
	}
	if s, ok := step(d, "pledge"); ok {
		switch {
		case s.State == gate.Met && !s.Renew:
			v.Signed = s.At
		default:
			v.Earlier, v.Until = s.At, s.Until
		}
	}
	return v, nil
}

// signPledge takes a signature: the box must be ticked, and the version be the one in force.
func (w *Wing) signPledge(c *page.Ctx) error {
	version, err := c.FormInt("version")
	if err == nil && c.Form("agree") != "yes" {
		err = fault.New(fault.Invalid, "learn.pledge.tick_first").In("agree")
	}
	if err == nil {
		err = w.library.SignPledge(c.Context(), c.Person, version, c.Lang)
	}
	if err == nil {
		return c.Back("/", "learn.pledge.thanks")
	}
	if !c.Refused(err) {
		return err
	}
	v, broken := w.readPledge(c)
	if broken != nil {
		return broken
	}
	v.Err = err
	return c.Page(w.pages, "pledge", v)
}

// step is the decision's requirement with that key.
func step(d gate.Decision, key string) (gate.Step, bool) {
	i := slices.IndexFunc(d.Steps, func(s gate.Step) bool { return s.Requirement.Key() == key })
	if i < 0 {
		return gate.Step{}, false
	}
	return d.Steps[i], true
}
