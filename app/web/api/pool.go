package api

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/leads"
	"bainian/app/people"
	"bainian/app/web/page"
)

// Directory is what the pool's API asks of people.Directory.
type Directory interface {
	ByNumber(ctx context.Context, number string) (people.Person, error)
}

// dealer answers machines that move leads. Each request says, by employee number, for whom: the machine has signed them
// in, and the rules are the person's own. Every verb is the one that the pages call.
type dealer struct {
	kit       *page.Kit
	directory Directory
	keeper    *gate.Keeper
	pool      *leads.Pool
}

// MountPool adds the routes of the lead pool.
func MountPool(app *fiber.App, kit *page.Kit, directory Directory, keeper *gate.Keeper, pool *leads.Pool) {
	d := &dealer{kit, directory, keeper, pool}
	app.Use("/api/v1", echoRequestID)
	kit.Mount(app, []page.Route{
		{Method: "GET", Path: "/api/v1/pools", Who: page.Dealing, Do: d.pools},
		{Method: "GET", Path: "/api/v1/people/:number/leads", Who: page.Dealing, Do: d.desk},
		{Method: "POST", Path: "/api/v1/leads/imports", Who: page.Dealing, Do: d.intake},
		{Method: "GET", Path: "/api/v1/leads/:id", Who: page.Dealing, Do: d.lead},
		{Method: "POST", Path: "/api/v1/leads/draws", Who: page.Dealing, Do: d.draw},
		{Method: "POST", Path: "/api/v1/leads/:id/claim", Who: page.Dealing, Do: d.claim},
		{Method: "POST", Path: "/api/v1/leads/:id/assignment", Who: page.Dealing, Do: d.assign},
		{Method: "POST", Path: "/api/v1/leads/:id/follow-ups", Who: page.Dealing, Do: d.followUp},
		{Method: "POST", Path: "/api/v1/leads/:id/return", Who: page.Dealing, Do: d.giveBack},
		{Method: "POST", Path: "/api/v1/leads/:id/reclamation", Who: page.Dealing, Do: d.reclaim},
		{Method: "POST", Path: "/api/v1/leads/:id/transfer", Who: page.Dealing, Do: d.transfer},
		{Method: "POST", Path: "/api/v1/leads/:id/stage", Who: page.Dealing, Do: d.advance},
		{Method: "POST", Path: "/api/v1/leads/:id/closing", Who: page.Dealing, Do: d.close},
		{Method: "POST", Path: "/api/v1/leads/:id/reopening", Who: page.Dealing, Do: d.reopen},
		{Method: "POST", Path: "/api/v1/swaps", Who: page.Dealing, Do: d.swap},
	})
}

// order is what a machine asks for. By and To are employee numbers; a member that a verb has no use for is passed over.
type order struct {
	By      string   `json:"by"` // who acts
	To      string   `json:"to"` // who receives
	Pool    string   `json:"pool"`
	Kind    string   `json:"kind"`
	Outcome string   `json:"outcome"`
	Next    string   `json:"next"`
	Reason  string   `json:"reason"`
	Stage   string   `json:"stage"`
	Note    string   `json:"note"`
	In      []string `json:"in"` // lead ids that go into the private pool
	Out     []string `json:"out"`
}

// leadJSON is a lead as machines read it; a masked one hides what its pool hides.
type leadJSON struct {
	ID        string      `json:"id"`
	Company   string      `json:"company"`
	Contact   string      `json:"contact"`
	Phone     string      `json:"phone"`
	Industry  string      `json:"industry"`
	Territory string      `json:"territory"`
	Source    string      `json:"source"`
	Note      string      `json:"note"`
	Pool      string      `json:"pool"`
	Stage     string      `json:"stage"`
	State     leads.State `json:"state"`
	Masked    bool        `json:"masked,omitempty"`
	Tenure    *tenureJSON `json:"tenure,omitempty"` // the open one
}

// tenureJSON is a person's time with a lead; times are RFC 3339 in the company's zone.
type tenureJSON struct {
	ID        string `json:"id"`
	Began     string `json:"began"`
	Due       string `json:"due"`    // of the next follow-up
	Latest    string `json:"latest"` // beyond which no follow-up moves it
	FollowUps int    `json:"follow_ups"`
	Private   bool   `json:"private,omitempty"`
	Exempt    bool   `json:"exempt,omitempty"` // nothing is reclaimed at its stage
	InTrust   bool   `json:"in_trust,omitempty"`
}

func (d *dealer) leadOf(l leads.Lead, t leads.Tenure) leadJSON {
	out := leadJSON{ID: l.ID, Company: l.Company, Contact: l.Contact, Phone: l.Phone, Industry: l.Industry, Territory: l.Territory,
		Source: l.Source, Note: l.Note, Pool: l.Pool, Stage: l.Stage, State: l.State, Masked: l.Masked}
	if t.ID == "" || !t.Ended.IsZero() {
		return out
	}
	at := func(t time.Time) string { return t.In(d.kit.Zone).Format(time.RFC3339) }
	out.Tenure = &tenureJSON{ID: t.ID, Began: at(t.Began), Due: at(t.Due), Latest: at(t.Hard), FollowUps: t.FollowUps,
		Private: !t.Private.IsZero(), Exempt: t.Exempt, InTrust: !t.Paused.IsZero()}
	return out
}

// person is an employee by number; the fault names the member that is wrong.
func (d *dealer) person(c *page.Ctx, number, member string) (people.Person, error) {
	if number == "" {
		return people.Person{}, missing(member)
	}
	p, err := d.directory.ByNumber(c.Context(), number)
	switch {
	case fault.Is(err, fault.NotFound):
		return p, fault.New(fault.Invalid, "gate.no_person").In(member)
	case err == nil && !p.Active:
		return p, fault.New(fault.Forbidden, "gate.reason_employed").In(member)
	}
	return p, err
}

// ordered reads an order and who gives it.
func (d *dealer) ordered(c *page.Ctx) (o order, by people.Person, err error) {
	if err = read(c, &o); err != nil {
		return o, by, err
	}
	by, err = d.person(c, o.By, "by")
	return o, by, err
}

// denied turns a closed gate into its answer, with the reasons as machines may know them; any other error stays.
func (d *dealer) denied(c *page.Ctx, err error) error {
	closed := (*leads.ClosedError)(nil)
	if !errors.As(err, &closed) {
		return err
	}
	decision := closed.Decision // the very one that was enforced
	reasons, broken := d.keeper.Titled(c.Context(), decision.Reasons(gate.Others), c.Lang)
	if broken != nil {
		return broken
	}
	return c.Status(fiber.StatusForbidden).JSON(map[string]any{"error": map[string]any{
		"kind": "forbidden", "key": "leads.closed_to", "message": c.T("leads.closed_to"),
		"level": decision.Level, "policy_version": decision.PolicyVersion, "unmet": unmetOf(c, d.kit, reasons)}})
}

// held answers with a lead that somebody has now, or with what kept it from them.
func (d *dealer) held(c *page.Ctx, status int, h leads.Holding, err error) error {
	if err != nil {
		return d.denied(c, err)
	}
	return c.Status(status).JSON(d.leadOf(h.Lead, h.Tenure))
}

// request is the key under which the same order gives the same answer; "" without one.
func request(c *page.Ctx) string { return c.Get("Idempotency-Key") }

// pools are the pools and stages in force.
func (d *dealer) pools(c *page.Ctx) error {
	rules, err := d.pool.Rules(c.Context())
	if err != nil {
		return err
	}
	type named struct {
		Name   string `json:"name"`
		Title  string `json:"title"`
		Exempt bool   `json:"exempt,omitempty"`
	}
	out := struct {
		Version int     `json:"version"`
		Pools   []named `json:"pools"`
		Stages  []named `json:"stages"`
	}{Version: rules.Version}
	for _, t := range rules.Pools {
		out.Pools = append(out.Pools, named{Name: t.Slug, Title: t.Title[c.Lang]})
	}
	for _, s := range rules.Stages {
		out.Stages = append(out.Stages, named{s.Slug, s.Title[c.Lang], s.Exempt})
	}
	return c.JSON(out)
}

// desk is what a person holds, the lead due soonest first, and what they have taken today.
func (d *dealer) desk(c *page.Ctx) error {
	p, err := d.person(c, c.Params("number"), "number")
	if err != nil {
		return err
	}
	desk, err := d.pool.Mine(c.Context(), p)
	if err != nil {
		return err
	}
	out := struct {
		Day       string     `json:"day"`
		Drawn     int        `json:"drawn"`
		Allocated int        `json:"allocated"`
		Leads     []leadJSON `json:"leads"`
	}{desk.Today.Day, desk.Today.Drawn, desk.Today.Allocated, make([]leadJSON, len(desk.Holdings))}
	for i, h := range desk.Holdings {
		out.Leads[i] = d.leadOf(h.Lead, h.Tenure)
	}
	return c.JSON(out)
}

// lead is one as the person sees it for whom the machine asks: ?by=number.
func (d *dealer) lead(c *page.Ctx) error {
	p, err := d.person(c, c.Query("by"), "by")
	if err != nil {
		return err
	}
	v, err := d.pool.Lead(c.Context(), p, c.Params("id"))
	if err != nil {
		return err
	}
	return c.JSON(d.leadOf(v.Lead, v.Tenure))
}

func (d *dealer) draw(c *page.Ctx) error {
	o, by, err := d.ordered(c)
	if err != nil {
		return err
	}
	h, err := d.pool.Draw(c.Context(), by, o.Pool, request(c))
	return d.held(c, fiber.StatusCreated, h, err)
}

func (d *dealer) claim(c *page.Ctx) error {
	_, by, err := d.ordered(c)
	if err != nil {
		return err
	}
	h, err := d.pool.Claim(c.Context(), by, c.Params("id"), request(c))
	return d.held(c, fiber.StatusCreated, h, err)
}

func (d *dealer) assign(c *page.Ctx) error {
	o, by, err := d.ordered(c)
	if err != nil {
		return err
	}
	to, err := d.person(c, o.To, "to")
	if err != nil {
		return err
	}
	h, err := d.pool.Assign(c.Context(), by, c.Params("id"), to.ID)
	return d.held(c, fiber.StatusCreated, h, err)
}

func (d *dealer) followUp(c *page.Ctx) error {
	o, by, err := d.ordered(c)
	if err != nil {
		return err
	}
	if _, err := d.pool.FollowUp(c.Context(), by, c.Params("id"), leads.Contact{Kind: leads.Kind(o.Kind), Outcome: o.Outcome, Next: o.Next}); err != nil {
		return err
	}
	return d.shown(c, by)
}

func (d *dealer) giveBack(c *page.Ctx) error {
	o, by, err := d.ordered(c)
	if err != nil {
		return err
	}
	if err := d.pool.Return(c.Context(), by, c.Params("id"), leads.Returning{Reason: o.Reason, Pool: o.Pool}); err != nil {
		return err
	}
	return d.shown(c, by)
}

func (d *dealer) reclaim(c *page.Ctx) error {
	_, by, err := d.ordered(c)
	if err != nil {
		return err
	}
	if err := d.pool.Reclaim(c.Context(), by, c.Params("id")); err != nil {
		return err
	}
	return d.shown(c, by)
}

func (d *dealer) transfer(c *page.Ctx) error {
	o, by, err := d.ordered(c)
	if err != nil {
		return err
	}
	to, err := d.person(c, o.To, "to")
	if err != nil {
		return err
	}
	h, err := d.pool.Transfer(c.Context(), by, c.Params("id"), to.ID, o.Reason)
	return d.held(c, fiber.StatusCreated, h, err)
}

func (d *dealer) advance(c *page.Ctx) error {
	o, by, err := d.ordered(c)
	if err != nil {
		return err
	}
	if err := d.pool.Advance(c.Context(), by, c.Params("id"), o.Stage, o.Note); err != nil {
		return err
	}
	return d.shown(c, by)
}

// close ends the work on a lead; outcome is won, lost, invalid or duplicate.
func (d *dealer) close(c *page.Ctx) error {
	o, by, err := d.ordered(c)
	if err != nil {
		return err
	}
	if err := d.pool.Close(c.Context(), by, c.Params("id"), leads.Closing{Outcome: leads.Outcome(o.Outcome), Reason: o.Reason}); err != nil {
		return err
	}
	return d.shown(c, by)
}

func (d *dealer) reopen(c *page.Ctx) error {
	o, by, err := d.ordered(c)
	if err != nil {
		return err
	}
	if err := d.pool.Reopen(c.Context(), by, c.Params("id"), o.Reason); err != nil {
		return err
	}
	return d.shown(c, by)
}

// swap moves as many leads into the private pool as it gives back; both lists are the actor's own.
func (d *dealer) swap(c *page.Ctx) error {
	o, by, err := d.ordered(c)
	if err != nil {
		return err
	}
	s, err := d.pool.Swap(c.Context(), by, o.In, o.Out, request(c))
	if err != nil {
		return d.denied(c, err)
	}
	return c.Status(fiber.StatusCreated).JSON(map[string]any{"id": s.ID, "at": s.At.In(c.Zone()).Format(time.RFC3339), "in": s.In, "out": s.Out})
}

// shown answers with the lead as it is now for whoever has just done something to it.
func (d *dealer) shown(c *page.Ctx, by people.Person) error {
	v, err := d.pool.Lead(c.Context(), by, c.Params("id"))
	if err != nil {
		return err
	}
	return c.JSON(d.leadOf(v.Lead, v.Tenure))
}

// intake imports a CSV, which is the body; ?by=number says who does, ?apply=true that it is meant. The report tells
// all problems at once.
func (d *dealer) intake(c *page.Ctx) error {
	by, err := d.person(c, c.Query("by"), "by")
	if err != nil {
		return err
	}
	data, err := c.Bytes()
	if err != nil {
		return err
	}
	report, err := d.pool.Import(c.Context(), by, bytes.NewReader(data), c.QueryBool("apply"))
	if err != nil {
		return err
	}
	type problem struct {
		Line    int    `json:"line"`
		Column  string `json:"column,omitempty"`
		Key     string `json:"key"`
		Message string `json:"message"`
	}
	words := func(all fault.Problems) []problem {
		out := make([]problem, len(all))
		for i, p := range all {
			out[i] = problem{p.Line, p.Item, p.Key, c.T(p.Key, p.Args...)}
		}
		return out
	}
	return c.JSON(map[string]any{"rows": report.Rows, "new": report.New, "applied": report.Applied,
		"duplicates": words(report.Duplicates), "problems": words(report.Problems)})
}
