package learn

import (
	"fmt"
	"io"
	"slices"
	"time"

	"bainian/app/blobs"
	"bainian/app/fault"
	"bainian/app/leads"
	"bainian/app/people"
	"bainian/app/web/page"
)

type leadView struct {
	page.Base
	Lead     leads.Lead
	Stage    string    // in words
	Holding  *leadCard // when the person works it now
	Paused   bool
	History  []moment
	Holder   people.Person // who works it, for those who look after them
	Due      time.Time     // of that; zero where no clock runs
	Gives    bool          // a manager may give it to somebody
	Rivals   []leads.Rival // what the person may dispute
	Reopens  bool          // the person may put it back into a pool
	Oversees bool          // it is looked at by those who manage leads, and is not theirs
	Claim    string        // names the claim of a lead that waits in a pool; "" where there is nothing to claim

	// The forms of a lead in hand. Form is the one that was refused, with Err, and Was is what it said.
	Stages, Outcomes, Pools, PlanKinds []page.Option
	Form                               string
	Was                                map[string]string
	Err                                error
}

// moment is something that happened to a lead: a follow-up or a move.
type moment struct {
	At         time.Time
	What       string
	Text, Next string
	Who        string
	FollowUp   bool
	Files      []leads.Attachment
}

func (w *Wing) lead(c *page.Ctx) error {
	v, err := w.readLead(c, c.Params("id"))
	if fault.HasKey(err, "day.not_opened") { // an address that was kept: whoever opens it says so
		return c.Back("/pool", "day.not_opened")
	}
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
	files, err := w.diary.Files(c.Context(), c.Person, id)
	if err != nil {
		return nil, err
	}
	rules, err := w.rules(c)
	if err != nil {
		return nil, err
	}
	v := &leadView{Base: page.Base{Title: shown.Lead.Company, Here: "/leads", Script: "js/day.js"}, Lead: shown.Lead, Stage: stageWords(c, rules, shown.Lead.Stage),
		Paused: !shown.Tenure.Paused.IsZero(), History: history(c, shown, files, rules)}
	switch {
	case shown.Tenure.HolderID == c.Person.ID && !v.Paused:
		err = w.inHand(c, v, rules)
	case shown.Lead.State == leads.InPool && c.Person.Has(people.NewHire, people.Manager, people.Mentor):
		var a leads.Agenda
		if a, err = w.diary.Agenda(c.Context(), c.Person); err == nil {
			v.Claim = fmt.Sprintf("%s/%s", drawRequest(a.Today), id)
		}
	}
	if err != nil {
		return nil, err
	}
	v.Oversees = v.Holding == nil && c.Person.Has(people.Manager, people.HR, people.Admin)
	if v.Oversees {
		v.Holder, v.Due, v.Gives = shown.Holder, shown.Tenure.Due, c.Person.Has(people.Manager) && (v.Lead.State == leads.InPool || v.Lead.State == leads.Handover)
		if shown.Tenure.Exempt {
			v.Due = time.Time{}
		}
		if v.Here = "/people"; c.Person.Has(people.Manager) {
			v.Here = "/board"
		}
	}
	if v.Oversees && v.Lead.State == leads.Closed && len(shown.Closures) > 0 {
		last := shown.Closures[0].Outcome
		v.Reopens = last == leads.OutcomeLost || last == leads.OutcomeInvalid
	}
	if c.Person.Has(people.NewHire, people.Manager, people.Mentor) {
		v.Rivals, err = w.pool.Rivals(c.Context(), c.Person, id)
	}
	return v, err
}

// inHand fills in what the holder of a lead can do with it.
func (w *Wing) inHand(c *page.Ctx, v *leadView, rules *leads.Rules) error {
	stop, err := w.diary.Stop(c.Context(), c.Person, v.Lead.ID)
	if err != nil {
		return err
	}
	card := newLeadCard(c, stop)
	card.First, card.Alone = true, true
	v.Holding = &card
	for _, s := range rules.Stages {
		v.Stages = append(v.Stages, page.Option{Value: s.Slug, Label: titled(c, s.Title, s.Slug), Chosen: s.Slug == v.Lead.Stage})
	}
	v.Outcomes = outcomeOptions(c, leads.OutcomeLost)
	if len(rules.Pools) > 1 {
		for _, t := range rules.Pools {
			v.Pools = append(v.Pools, page.Option{Value: t.Slug, Label: titled(c, t.Title, t.Slug), Chosen: t.Slug == v.Lead.Pool})
		}
	}
	v.PlanKinds = planOptions(c, leads.Visit)
	return nil
}

func outcomeOptions(c *page.Ctx, chosen leads.Outcome) (options []page.Option) {
	for _, o := range leads.Outcomes() {
		options = append(options, page.Option{Value: string(o), Label: c.T("moves.outcome_" + string(o)), Chosen: o == chosen})
	}
	return options
}

// planOptions are the kinds of contact that can be planned.
func planOptions(c *page.Ctx, chosen leads.Kind) (options []page.Option) {
	for _, o := range kindOptions(c, chosen) {
		if o.Value != string(leads.Note) {
			options = append(options, o)
		}
	}
	return options
}

// history is what happened to a lead, the latest first.
func history(c *page.Ctx, shown leads.View, files map[string][]leads.Attachment, rules *leads.Rules) []moment {
	var all []moment
	for _, f := range shown.FollowUps {
		all = append(all, moment{At: f.At, What: c.T("learn.kind." + string(f.Kind)), Text: f.Outcome, Next: f.Next, Who: who(c, f.By), FollowUp: true, Files: files[f.ID]})
	}
	for _, e := range shown.Events {
		if e.Kind == "staged" { // said better by the change itself
			continue
		}
		all = append(all, moment{At: e.At, What: c.T("learn.event." + e.Kind), Text: e.Note, Who: who(c, e.By)})
	}
	for _, s := range shown.Stages {
		all = append(all, moment{At: s.At, What: c.T("day.stage.moved", "from", stageWords(c, rules, s.From), "to", stageWords(c, rules, s.To)), Text: s.Note, Who: who(c, s.By)})
	}
	slices.SortStableFunc(all, func(a, b moment) int { return b.At.Compare(a.At) })
	return all
}

// stageWords is a stage as a person would say it.
func stageWords(c *page.Ctx, rules *leads.Rules, slug string) string {
	stage, _, _ := rules.Stage(slug)
	return titled(c, stage.Title, slug)
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

// worked is the follow-up that a form says, written out or by one tap.
func worked(c *page.Ctx) (leads.Worked, error) {
	for _, q := range quicks() {
		if c.Form("quick") == q.Name {
			return leads.Worked{Contact: leads.Contact{Kind: q.Kind, Outcome: c.T("learn.quick." + q.Name)}, Request: c.Form("request")}, nil
		}
	}
	said := leads.Worked{Contact: leads.Contact{Kind: leads.Kind(c.Form("kind")), Outcome: c.FormText("outcome"), Next: c.Form("next")},
		NextDay: c.Form("day"), NextClock: c.Form("clock"), Request: c.Form("request")}
	form, err := c.MultipartForm()
	if err != nil { // no file can come with it
		return said, nil
	}
	for _, header := range form.File["file"] {
		if header.Size == 0 {
			continue
		}
		file, err := header.Open()
		if err != nil {
			return said, err
		}
		data, err := io.ReadAll(io.LimitReader(file, leads.MaxFile+1))
		file.Close()
		if err != nil {
			return said, err
		}
		said.Files = append(said.Files, leads.Upload{Name: header.Filename, Data: data})
	}
	return said, nil
}

// followUp records a contact: htmx gets the lead's card again, a plain form the page it came from.
func (w *Wing) followUp(c *page.Ctx) error {
	id := c.Params("id")
	said, err := worked(c)
	if err != nil {
		return err
	}
	t, err := w.diary.Work(c.Context(), c.Person, id, said)
	if err != nil && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLarge) {
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

// refuseLead shows a lead's page again with the form that was refused, open and as it was filled in.
func (w *Wing) refuseLead(c *page.Ctx, form string, err error, fields ...string) error {
	if fault.Is(err, fault.Forbidden) || !c.Refused(err) {
		return err
	}
	v, broken := w.readLead(c, c.Params("id"))
	if broken != nil {
		return broken
	}
	v.Form, v.Err, v.Was = form, err, map[string]string{}
	for _, f := range fields {
		v.Was[f] = c.FormText(f)
	}
	chosen := map[string][]page.Option{"stage": v.Stages, "outcome": v.Outcomes, "pool": v.Pools, "plan": v.PlanKinds}
	for _, f := range fields {
		for i, o := range chosen[f] {
			chosen[f][i].Chosen = o.Value == v.Was[f]
		}
	}
	return c.Page(w.pages, "lead", v)
}

// giveBack returns a lead to the pool with a reason for whoever takes it next.
func (w *Wing) giveBack(c *page.Ctx) error {
	err := w.pool.Return(c.Context(), c.Person, c.Params("id"), leads.Returning{Reason: c.FormText("reason"), Pool: c.Form("pool")})
	if err == nil {
		return c.Back("/leads", "learn.returned")
	}
	return w.refuseLead(c, "return", err, "reason", "pool")
}

// advance takes a lead on to another stage.
func (w *Wing) advance(c *page.Ctx) error {
	id := c.Params("id")
	err := w.pool.Advance(c.Context(), c.Person, id, c.Form("stage"), c.FormText("note"))
	if err == nil {
		return c.Back("/leads/"+id, "day.staged")
	}
	return w.refuseLead(c, "stage", err, "stage", "note")
}

// closeLead ends the work on a lead.
func (w *Wing) closeLead(c *page.Ctx) error {
	err := w.pool.Close(c.Context(), c.Person, c.Params("id"), leads.Closing{Outcome: leads.Outcome(c.Form("outcome")), Reason: c.FormText("reason")})
	if err == nil {
		return c.Back("/leads", "day.closed")
	}
	return w.refuseLead(c, "close", err, "outcome", "reason")
}

// planLead puts the next contact down for a day.
func (w *Wing) planLead(c *page.Ctx) error {
	id := c.Params("id")
	p, err := w.diary.Plan(c.Context(), c.Person, id, leads.Kind(c.Form("plan")), c.Form("day"), c.Form("clock"))
	if err == nil {
		return c.Back("/leads/"+id, "day.planned", "what", planWords(c, p))
	}
	return w.refuseLead(c, "plan", err, "plan", "day", "clock")
}

func (w *Wing) dropPlans(c *page.Ctx) error {
	id := c.Params("id")
	if err := w.diary.DropPlans(c.Context(), c.Person, id); err != nil {
		return err
	}
	return c.Back("/leads/"+id, "day.plan_dropped")
}

// dispute says that somebody else's lead is of the customer of this one.
func (w *Wing) dispute(c *page.Ctx) error {
	id := c.Params("id")
	_, err := w.pool.Dispute(c.Context(), c.Person, c.Form("rival"), c.FormText("text"))
	if err == nil {
		return c.Back("/leads/"+id, "handover.disputed")
	}
	return w.refuseLead(c, "dispute", err, "text")
}

// reopen puts a lead that was closed back into its pool.
func (w *Wing) reopen(c *page.Ctx) error {
	id := c.Params("id")
	err := w.pool.Reopen(c.Context(), c.Person, id, c.FormText("reason"))
	if err == nil {
		return c.Back("/leads/"+id, "handover.reopened")
	}
	return w.refuseLead(c, "reopen", err, "reason")
}

// leadFile is a file of a follow-up, for whoever may see it.
func (w *Wing) leadFile(c *page.Ctx) error {
	f, err := w.diary.File(c.Context(), c.Person, c.Params("id"), c.Params("file"))
	if err != nil {
		return err
	}
	return c.SendFile(page.File{Name: f.Name, Type: f.Type, Inline: blobs.FormOf(f.Type).Kind == blobs.Image, ETag: f.SHA256, Size: f.Size, Content: f.Content})
}
