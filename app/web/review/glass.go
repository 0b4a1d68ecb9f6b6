package review

import (
	"strconv"
	"time"

	"bainian/app/gate"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/web/page"
)

type glassView struct {
	page.Base
	Tabs       page.Tabs
	Enrolments []enrolmentView
	Ready      int // who could authorise it now
	Needed     int
	Own        bool // the reader is enrolled
	Snapshot   time.Time
	Episodes   []gate.Episode
	Err        error
}

type enrolmentView struct {
	gate.Enrolment
	EndedBy string // by name
	May     bool   // the reader may end it
}

// glass is who may have decisions made in an outage, how that is done, and when it was.
func (w *Wing) glass(c *page.Ctx) error { return w.showGlass(c, nil) }

func (w *Wing) showGlass(c *page.Ctx, refused error) error {
	v := &glassView{Base: page.Base{Title: c.T("glass.title"), Here: "/people"}, Tabs: tabsOf(c, "/break-glass"), Needed: gate.HoldersNeeded, Snapshot: w.keeper.SnapshotAt(), Err: refused}
	all, err := w.keeper.Enrolments(c.Context(), c.Person)
	if err != nil {
		return err
	}
	for _, e := range all {
		names, err := w.names(c, e.EndedBy)
		if err != nil {
			return err
		}
		holds, own := e.EndedAt.IsZero(), e.Person.ID == c.Person.ID
		if e.Eligible {
			v.Ready++
		}
		v.Own = v.Own || holds && own
		v.Enrolments = append(v.Enrolments, enrolmentView{e, names[e.EndedBy], holds && (own || c.Person.Has(people.Admin))})
	}
	if v.Episodes, err = w.keeper.Episodes(c.Context(), c.Person); err != nil {
		return err
	}
	return c.Page(w.pages, "glass", v)
}

// enrol takes a passphrase of the reader's, who proves by the password that it is them.
func (w *Wing) enrolHolder(c *page.Ctx) error {
	verifier, err := w.directory.Passphrase(c.Context(), c.Person, c.FormText("password"), c.FormText("passphrase"))
	if err == nil {
		err = w.keeper.Enrol(c.Context(), c.Person, verifier)
	}
	switch {
	case err == nil:
		return c.Back("/break-glass", "glass.enrolled")
	case c.Refused(err):
		return w.showGlass(c, err)
	}
	return err
}

func (w *Wing) endHolder(c *page.Ctx) error {
	if err := w.keeper.EndEnrolment(c.Context(), c.Person, c.Params("person")); err != nil {
		return err
	}
	return c.Back("/break-glass", "glass.ended")
}

type episodeView struct {
	page.Base
	gate.Episode
	Wrong     bool // only those that should not have been
	Decisions []glassDecisionView
	Pager     page.Pager
}

type glassDecisionView struct {
	gate.GlassDecision
	By, Did, Person string
	Why             []string
}

// episode is one breaking of the glass: first whom the gate would not have let through, then everything.
func (w *Wing) episode(c *page.Ctx) error {
	after, err := c.QueryInt("after", 0)
	if err != nil {
		return err
	}
	all := c.Query("all") != ""
	e, decisions, next, err := w.keeper.Episode(c.Context(), c.Person, c.Params("id"), !all, after)
	if err != nil {
		return err
	}
	v := &episodeView{Base: page.Base{Title: c.T("glass.episode", "date", locale.DateTime(c.Lang, e.At.In(c.Zone()), c.Now())), Here: "/people"}, Episode: e, Wrong: !all}
	path := "/break-glass/" + e.ID + "?"
	if all {
		path += "all=yes&"
	}
	if after > 0 {
		v.Pager.First = path
	}
	if next > 0 {
		v.Pager.Next = path + "after=" + strconv.Itoa(next)
	}
	var ids, keys []string
	for _, d := range decisions {
		if d.PersonID != "" {
			ids = append(ids, d.PersonID)
		}
		keys = append(keys, d.Reasons...)
	}
	names, err := w.names(c, ids...)
	if err != nil {
		return err
	}
	words, err := w.reasonWords(c, keys)
	if err != nil {
		return err
	}
	for _, d := range decisions {
		one := glassDecisionView{GlassDecision: d, By: w.orItself(c, "glass.by_", string(d.Way)), Did: w.orItself(c, "glass.action_", string(d.Action)), Person: d.Number}
		if name := names[d.PersonID]; name != "" {
			one.Person = name
		}
		for _, key := range d.Reasons {
			one.Why = append(one.Why, words[key])
		}
		v.Decisions = append(v.Decisions, one)
	}
	return c.Page(w.pages, "episode", v)
}

func (w *Wing) acknowledge(c *page.Ctx) error {
	if err := w.keeper.Acknowledge(c.Context(), c.Person, c.Params("id")); err != nil {
		return err
	}
	return c.Back("/break-glass/"+c.Params("id"), "glass.acked")
}
