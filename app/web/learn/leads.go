package learn

import (
	"errors"
	"fmt"
	"time"

	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/leads"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/web/page"
)

type leadsView struct {
	page.Base
	Tabs     []tab
	Decision gate.Decision
	For      string // the day of the route when it is not today: at a weekend the next business day
	Route    routeView
	Done     []leadCard // followed up today
	Private  privateView
	Later    []leadCard
	Paused   []leadCard // in trust: their clocks stand still
	Drawn    int        // leads drawn today
	Left     int        // still to draw
	Held     int
	Cap      int
	Pools    []page.Option // to draw from, when there are several
	Request  string        // names the next draw, so that a second click is the same one
	Closed   []gateReason  // why no lead can be taken, when the gate is closed
	Sample   []leads.Lead  // some of the pool, for those who only look on
	Err      error
}

// routeView is today's list in the order in which the person goes.
type routeView struct {
	Stops    []leadCard
	Arranged bool
}

// gateReason is one thing that keeps the gate closed, in words, with where it is mended.
type gateReason struct{ Text, Link string }

// leadCard is a lead in hand with its clock in words.
type leadCard struct {
	leads.Stop
	Due     string
	Urgent  bool // due today, or over
	Planned string
	Missed  bool   // its day is over
	Before  string // what the latest follow-up was
	N       int    // place on the route, from 1; 0 off it
	Top     bool   // the first of the route
	End     bool   // the last
	First   bool   // the one to call now: its button is the page's filled one
	Alone   bool   // on its own page, where the name stands above and the history below
	Kinds   []page.Option
	Quick   []quick
	Note    string // what was just recorded
	Request string // names the next follow-up, so that a second press is the same one
	Err     error
	Given   leads.Worked // what was refused
	Today   string       // the first day for which something can be planned
}

// MaxFiles and MaxMB are what may come with a follow-up.
func (leadCard) MaxFiles() int { return leads.MaxFiles }

func (leadCard) MaxMB() int { return leads.MaxFile >> 20 }

func (w *Wing) leads(c *page.Ctx) error {
	v, err := w.readLeads(c)
	if err != nil {
		return err
	}
	return c.Page(w.pages, "leads", v)
}

func (w *Wing) readLeads(c *page.Ctx) (*leadsView, error) {
	d, unreadable := w.keeper.Decide(c.Context(), c.Person.ID)
	if unreadable != nil && !fault.HasKey(unreadable, "gate.no_policy") { // without a policy nothing is taken, and what is held is worked
		return nil, unreadable
	}
	a, err := w.diary.Agenda(c.Context(), c.Person)
	if err != nil {
		return nil, err
	}
	v := &leadsView{Base: page.Base{Title: c.T("learn.leads"), Here: "/leads", Script: "js/day.js"}, Tabs: tabs(c, "/leads"), Decision: d,
		Drawn: a.Today.Drawn, Held: a.Held, Cap: d.Cap(), Route: newRoute(c, a), Done: newCards(c, a.Done), Later: newCards(c, a.Later), Paused: newCards(c, a.Paused)}
	if a.Day != c.Now().Format(time.DateOnly) {
		v.For = a.Day
	}
	v.Left = max(0, min(d.Limits.DrawsPerDay-a.Today.Drawn, d.PerDay()-a.Today.Drawn-a.Today.Allocated, v.Cap-v.Held))
	v.Request = drawRequest(a.Today)
	rules, err := w.rules(c)
	if err != nil {
		return nil, err
	}
	v.Private = newPrivate(c, a, rules)
	if d.Level == gate.Shadow {
		if v.Sample, err = w.pool.Sample(c.Context(), c.Person); err != nil {
			return nil, err
		}
	}
	switch {
	case unreadable != nil:
		v.Closed = []gateReason{{Text: c.Words(unreadable)}}
	case d.Allows(gate.Draw):
		v.Pools, err = w.poolOptions(c, "")
	default:
		v.Closed, err = w.reasons(c, d.Reasons(gate.ThePerson))
	}
	return v, err
}

// rules are the rules in force; a page about what is held goes without them.
func (w *Wing) rules(c *page.Ctx) (*leads.Rules, error) {
	rules, err := w.pool.Rules(c.Context())
	if fault.HasKey(err, "leads.no_rules") {
		return leads.Standard(), nil
	}
	return rules, err
}

// poolOptions are the pools that the person may draw from, none when there is no choice.
func (w *Wing) poolOptions(c *page.Ctx, chosen string) (options []page.Option, err error) {
	pools, err := w.diary.Pools(c.Context(), c.Person)
	if err != nil || len(pools) < 2 {
		return nil, err
	}
	for _, t := range pools {
		options = append(options, page.Option{Value: t.Slug, Label: titled(c, t.Title, t.Slug), Chosen: t.Slug == chosen})
	}
	return options, nil
}

// titled is a title in the reader's language, or else the name that it stands for.
func titled(c *page.Ctx, titles map[locale.Lang]string, name string) string {
	if title := titles[c.Lang]; title != "" {
		return title
	}
	return name
}

func drawRequest(today leads.Today) string { return fmt.Sprintf("%s/%d", today.Day, today.Drawn) }

// newRoute is the route of an agenda; its first stop is the one to go to now.
func newRoute(c *page.Ctx, a leads.Agenda) routeView {
	v := routeView{Stops: newCards(c, a.Route), Arranged: a.Arranged}
	for i := range v.Stops {
		v.Stops[i].N, v.Stops[i].First, v.Stops[i].Top, v.Stops[i].End = i+1, i == 0, i == 0, i == len(v.Stops)-1
	}
	return v
}

// reasons are the reasons in words, in their order, with their links.
func (w *Wing) reasons(c *page.Ctx, reasons []gate.Reason) ([]gateReason, error) {
	words, err := w.inWords(c, reasons)
	if err != nil {
		return nil, err
	}
	all := make([]gateReason, len(reasons))
	for i, r := range reasons {
		all[i] = gateReason{words[r.Requirement], r.Remedy}
	}
	return all, nil
}

func newCards(c *page.Ctx, stops []leads.Stop) []leadCard {
	cards := make([]leadCard, len(stops))
	for i, s := range stops {
		cards[i] = newLeadCard(c, s)
	}
	return cards
}

func newLeadCard(c *page.Ctx, s leads.Stop) leadCard {
	card := leadCard{Stop: s, Quick: quicks(), Kinds: kindOptions(c, leads.Call), Request: s.Last.ID, Today: c.Now().Format(time.DateOnly)}
	card.Due, card.Urgent = dueWords(c, s.Tenure.Due)
	if s.Tenure.Exempt {
		card.Due, card.Urgent = c.T("day.due.exempt"), false
	}
	if !s.Plan.Zero() {
		card.Planned, card.Missed = planWords(c, s.Plan), s.Plan.Day < card.Today
	}
	if s.Last.ID != "" {
		card.Before = c.T("day.card.before", "when", locale.DateTime(c.Lang, s.Last.At.In(c.Zone()), c.Now()), "how", c.T("learn.kind."+string(s.Last.Kind)))
	}
	return card
}

// planWords says what is planned: the kind, the day unless it is today, and the time.
func planWords(c *page.Ctx, p leads.Plan) string {
	when := ""
	if p.Day != c.Now().Format(time.DateOnly) {
		if day, err := time.ParseInLocation(time.DateOnly, p.Day, c.Zone()); err == nil {
			when = locale.Date(c.Lang, day, c.Now()) + " "
		}
	}
	if p.At != leads.Anytime {
		when += p.At.String() + " "
	}
	return when + c.T("learn.kind."+string(p.Kind))
}

func kindOptions(c *page.Ctx, chosen leads.Kind) []page.Option {
	var options []page.Option
	for _, k := range leads.Kinds() {
		options = append(options, page.Option{Value: string(k), Label: c.T("learn.kind." + string(k)), Chosen: k == chosen})
	}
	return options
}

// dueWords says when a follow-up is due as a person would, and whether that is today or past.
func dueWords(c *page.Ctx, due time.Time) (words string, urgent bool) {
	now := c.Now()
	due = due.In(c.Zone())
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	clock := due.Format("15:04")
	switch {
	case due.Before(now):
		return c.T("learn.due.over", "at", locale.DateTime(c.Lang, due, now)), true
	case due.Before(midnight.AddDate(0, 0, 1)):
		return c.T("learn.due.today", "clock", clock), true
	case due.Before(midnight.AddDate(0, 0, 2)):
		return c.T("learn.due.tomorrow", "clock", clock), false
	}
	return c.T("learn.due.later", "at", locale.DateTime(c.Lang, due, now)), false
}

// draw takes a lead from the pool. What stands in the way is said on the page of the leads.
func (w *Wing) draw(c *page.Ctx) error {
	h, err := w.pool.Draw(c.Context(), c.Person, c.Form("pool"), c.Form("request"))
	if err == nil {
		return c.Back("/leads/"+h.Lead.ID, "learn.drawn", "company", h.Lead.Company)
	}
	return w.refuseLeads(c, err)
}

// refuseLeads shows the page of the leads with what stands in the way.
func (w *Wing) refuseLeads(c *page.Ctx, err error) error {
	if !c.Refused(err) {
		return err
	}
	v, broken := w.readLeads(c)
	if broken != nil {
		return broken
	}
	v.Err = err
	if closed := (*leads.ClosedError)(nil); errors.As(err, &closed) {
		if v.Closed, broken = w.reasons(c, closed.Reasons); broken != nil {
			return broken
		}
	}
	return c.Page(w.pages, "leads", v)
}

// moveStop changes the order of the route: htmx gets the route again, a plain form the page.
func (w *Wing) moveStop(c *page.Ctx) error {
	leadID := c.Form("lead")
	if err := w.diary.MoveStop(c.Context(), c.Person, leadID, leads.Move(c.Form("move"))); err != nil {
		return err
	}
	if !c.HTMX() {
		if leadID != "" {
			return c.Back("/leads#lead-"+leadID, "")
		}
		return c.Back("/leads#route", "")
	}
	a, err := w.diary.Agenda(c.Context(), c.Person)
	if err != nil {
		return err
	}
	return c.Fragment(w.pages, "route", newRoute(c, a))
}

type sheetView struct {
	page.Base
	Day    string
	Stops  []leadCard
	Name   string
	Number string
}

// sheet is the route on paper, as it is printed before leaving.
func (w *Wing) sheet(c *page.Ctx) error {
	a, err := w.diary.Agenda(c.Context(), c.Person)
	if err != nil {
		return err
	}
	return c.Page(w.pages, "sheet", &sheetView{Base: page.Base{Title: c.T("day.sheet"), Here: "/leads", Bare: true, Script: "js/print.js"},
		Day: a.Day, Stops: newRoute(c, a).Stops, Name: c.Person.Name, Number: c.Person.Number})
}

// tab is one page of a salesperson's day.
type tab struct {
	Path, Key string
	Here      bool
}

// tabs are the pages of the day that are the person's, in the order of the day.
func tabs(c *page.Ctx, here string) (all []tab) {
	seller := c.Person.Has(people.NewHire, people.Manager, people.Mentor)
	for _, t := range []tab{{Path: "/leads", Key: "day.tab.leads"}, {Path: "/pool", Key: "day.tab.pool"}, {Path: "/day", Key: "day.tab.day"},
		{Path: "/sharings", Key: "day.tab.sharings"}, {Path: "/stories", Key: "day.tab.stories"}} {
		if t.Here = t.Path == here; seller || t.Path == "/sharings" || t.Path == "/stories" {
			all = append(all, t)
		}
	}
	return all
}
