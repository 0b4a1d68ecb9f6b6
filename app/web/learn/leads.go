package learn

import (
	"errors"
	"fmt"
	"slices"
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
	Decision     gate.Decision
	Today, Later []leadCard
	Paused       []leadCard // in trust: their clocks stand still
	Drawn, Left  int        // leads drawn today and still to draw
	Held, Cap    int
	Request      string       // names the next draw, so that a second click is the same one
	Closed       []gateReason // why no lead can be taken, when the gate is closed
	Sample       []leads.Lead // some of the pool, for those who only look on
	Err          error
}

// gateReason is one thing that keeps the gate closed, in words, with where it is mended.
type gateReason struct{ Text, Link string }

// leadCard is a lead in hand with its clock in words.
type leadCard struct {
	leads.Holding
	Due    string
	Urgent bool // due today, or over
	First  bool // the one to call now: its button is the page's filled one
	Alone  bool // on its own page, where the name stands above and the history below
	Kinds  []page.Option
	Quick  []quick
	Note   string // what was just recorded
	Err    error
	Given  leads.Contact // what was refused
}

func (w *Wing) leads(c *page.Ctx) error {
	v, err := w.readLeads(c)
	if err != nil {
		return err
	}
	return c.Page(w.pages, "leads", v)
}

func (w *Wing) readLeads(c *page.Ctx) (*leadsView, error) {
	d, err := w.keeper.Decide(c.Context(), c.Person.ID)
	if err != nil {
		return nil, err
	}
	desk, err := w.pool.Mine(c.Context(), c.Person)
	if err != nil {
		return nil, err
	}
	v := &leadsView{Base: page.Base{Title: c.T("learn.leads"), Here: "/leads", Script: "js/once.js"}, Decision: d,
		Drawn: desk.Today.Drawn, Held: len(desk.Holdings), Cap: d.Cap()}
	v.Left = max(0, min(d.Limits.DrawsPerDay-desk.Today.Drawn, d.PerDay()-desk.Today.Drawn-desk.Today.Allocated, v.Cap-v.Held))
	v.Request = fmt.Sprintf("%s/%d", desk.Today.Day, desk.Today.Drawn)
	for _, h := range desk.Holdings {
		switch card := newLeadCard(c, h); {
		case !h.Tenure.Paused.IsZero():
			v.Paused = append(v.Paused, card)
		case card.Urgent:
			v.Today = append(v.Today, card)
		default:
			v.Later = append(v.Later, card)
		}
	}
	if len(v.Today) > 0 {
		v.Today[0].First = true
	}
	if d.Level == gate.Shadow {
		if v.Sample, err = w.pool.Sample(c.Context(), c.Person); err != nil {
			return nil, err
		}
	}
	if !d.Allows(gate.Draw) {
		v.Closed, err = w.reasons(c, d.Reasons(gate.ThePerson))
	}
	return v, err
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

func newLeadCard(c *page.Ctx, h leads.Holding) leadCard {
	card := leadCard{Holding: h, Quick: quicks()}
	card.Due, card.Urgent = dueWords(c, h.Tenure.Due)
	card.Kinds = kindOptions(c, leads.Call)
	return card
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

type leadView struct {
	page.Base
	Lead    leads.Lead
	Holding *leadCard // when the person works it now
	Paused  bool
	History []moment
	Reason  string // of a return that was refused
	Err     error
}

// moment is something that happened to a lead: a follow-up or a move.
type moment struct {
	At         time.Time
	What       string
	Text, Next string
	Who        string
	FollowUp   bool
}

func (w *Wing) lead(c *page.Ctx) error {
	v, err := w.readLead(c, c.Params("id"))
	if err != nil {
		return err
	}
	return c.Page(w.pages, "lead", v)
}

func (w *Wing) readLead(c *page.Ctx, id string) (*leadView, error) {
	shown, err := w.pool.Lead(c.Context(), c.Person, id)
	if err != nil {
		return nil, err
	}
	v := &leadView{Base: page.Base{Title: shown.Lead.Company, Here: "/leads", Script: "js/once.js"}, Lead: shown.Lead,
		Paused: !shown.Tenure.Paused.IsZero(), History: history(c, shown)}
	if shown.Tenure.HolderID == c.Person.ID && !v.Paused {
		card := newLeadCard(c, leads.Holding{Lead: shown.Lead, Tenure: shown.Tenure})
		card.First, card.Alone = true, true
		v.Holding = &card
	}
	return v, nil
}

// history is what happened to a lead, the latest first.
func history(c *page.Ctx, shown leads.View) []moment {
	var all []moment
	for _, f := range shown.FollowUps {
		all = append(all, moment{At: f.At, What: c.T("learn.kind." + string(f.Kind)), Text: f.Outcome, Next: f.Next, Who: who(c, f.By), FollowUp: true})
	}
	for _, e := range shown.Events {
		all = append(all, moment{At: e.At, What: c.T("learn.event." + e.Kind), Text: e.Note, Who: who(c, e.By)})
	}
	slices.SortStableFunc(all, func(a, b moment) int { return b.At.Compare(a.At) })
	return all
}

// who is how a page names whoever did something: the reader, the program, or somebody else.
func who(c *page.Ctx, id string) string {
	switch id {
	case c.Person.ID:
		return c.T("learn.who.you")
	case people.SystemID:
		return c.T("learn.who.system")
	}
	return c.T("learn.who.other")
}

// quick is a follow-up that one tap records; learn.quick.<Name> is both its button and what is put on record.
type quick struct {
	Name string
	Kind leads.Kind
}

func quicks() []quick {
	return []quick{{"reached", leads.Call}, {"missed", leads.Call}, {"message", leads.Message}, {"visited", leads.Visit}}
}

// contact is the follow-up that a form says, written out or by one tap.
func contact(c *page.Ctx) leads.Contact {
	for _, q := range quicks() {
		if c.Form("quick") == q.Name {
			return leads.Contact{Kind: q.Kind, Outcome: c.T("learn.quick." + q.Name)}
		}
	}
	return leads.Contact{Kind: leads.Kind(c.Form("kind")), Outcome: c.FormText("outcome"), Next: c.Form("next")}
}

// followUp records a contact: htmx gets the lead's card again, a plain form the page it came from.
func (w *Wing) followUp(c *page.Ctx) error {
	id, said := c.Params("id"), contact(c)
	t, err := w.pool.FollowUp(c.Context(), c.Person, id, said)
	if err != nil && !fault.Is(err, fault.Invalid) {
		return err
	}
	if err == nil && !c.HTMX() {
		due, _ := dueWords(c, t.Due)
		return c.Back("/leads/"+id, "learn.followed_up", "due", due)
	}
	v, broken := w.readLead(c, id)
	if broken != nil {
		return broken
	}
	if v.Holding == nil {
		return fault.New(fault.NotFound, "leads.not_held")
	}
	if err != nil {
		v.Holding.Err, v.Holding.Given, v.Holding.Kinds = err, said, kindOptions(c, said.Kind)
		c.Refused(err)
	} else {
		v.Holding.Note = c.T("learn.followed_up", "due", v.Holding.Due)
	}
	if c.HTMX() { // from the list
		v.Holding.First, v.Holding.Alone = false, false
		return c.Fragment(w.pages, "leadcard", v.Holding)
	}
	return c.Page(w.pages, "lead", v)
}

// giveBack returns a lead to the pool with a reason for whoever takes it next.
func (w *Wing) giveBack(c *page.Ctx) error {
	id := c.Params("id")
	err := w.pool.Return(c.Context(), c.Person, id, leads.Returning{Reason: c.FormText("reason"), Pool: c.Form("pool")})
	if err == nil {
		return c.Back("/leads", "learn.returned")
	}
	if !fault.Is(err, fault.Invalid) {
		return err
	}
	v, broken := w.readLead(c, id)
	if broken != nil {
		return broken
	}
	v.Reason, v.Err = c.FormText("reason"), err
	c.Refused(err)
	return c.Page(w.pages, "lead", v)
}
