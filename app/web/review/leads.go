package review

import (
	"fmt"
	"net/url"

	"bainian/app/fault"
	"bainian/app/leads"
	"bainian/app/people"
	"bainian/app/sheet"
	"bainian/app/web/page"
)

type leadsView struct {
	page.Base
	Tabs     page.Tabs
	Filter   leads.Filter
	Holder   string // a number, as it was asked for
	States   []page.Option
	Pools    []page.Option
	Targets  []page.Option // pools to move to
	Lines    []leads.Line
	Titles   map[string]string // of pools
	Actions  []page.Option
	Team     []page.Option
	Outcomes []page.Option
	Order    leads.Order // as it was refused
	Query    string
	Empty    page.Empty
	Pager    page.Pager
	Most     int // that a page hands out
	Erases   bool
	Err      error
}

// leads is the list of leads that a person looks after, from which they move several at once.
func (w *Wing) leads(c *page.Ctx) error {
	return w.showLeads(c, func(name string) string { return c.Query(name) }, leads.Order{}, nil)
}

// filterOf reads a filter, with the holder by number; get is c.Query or c.Form.
func (w *Wing) filterOf(c *page.Ctx, get func(string) string) (f leads.Filter, query url.Values, err error) {
	query = url.Values{}
	for name, into := range map[string]*string{"q": &f.Text, "territory": &f.Territory, "industry": &f.Industry, "pool": &f.Pool, "state": (*string)(&f.State), "holder": &f.Holder} {
		if *into = get(name); *into != "" {
			query.Set(name, *into)
		}
	}
	if f.Holder == "" {
		return f, query, nil
	}
	holder, err := w.directory.ByNumber(c.Context(), f.Holder)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.Invalid, "intake.nobody", "number", f.Holder).In("holder")
	}
	f.Holder = holder.ID
	return f, query, err
}

func (w *Wing) showLeads(c *page.Ctx, get func(string) string, order leads.Order, refused error) error {
	f, query, err := w.filterOf(c, get)
	if err != nil && !c.Refused(err) {
		return err
	}
	v := &leadsView{Base: page.Base{Title: c.T("intake.manage"), Here: w.leadsHome(c)}, Tabs: c.TeamTabs("/leads/manage"), Filter: f, Holder: get("holder"), Query: query.Encode(), Order: order, Most: leads.WebExport, Erases: c.Person.Has(people.HR, people.Admin), Err: refused}
	if v.Err == nil {
		v.Err = err
	}
	after := get("after")
	if err == nil {
		var next string
		if v.Lines, next, err = w.pool.List(c.Context(), c.Person, f, after); err != nil {
			return err
		}
		if after != "" {
			v.Pager.First = "/leads/manage?" + query.Encode()
		}
		if next != "" {
			query.Set("after", next)
			v.Pager.Next = "/leads/manage?" + query.Encode()
		}
	}
	v.Empty = page.Empty{Title: c.T("intake.no_leads"), Text: c.T("intake.no_leads_text"), Link: "/leads/import", Action: c.T("review.import.leads")}
	if v.Query != "" {
		v.Empty = page.Empty{Title: c.T("intake.no_match"), Text: c.T("intake.no_match_text"), Link: "/leads/manage", Action: c.T("intake.all_leads")}
	}
	if order.Request == "" {
		v.Order.Request = fmt.Sprint(c.Now().UnixMilli())
	}
	return w.leadsOptions(c, v)
}

// leadsOptions fills in what can be chosen, and shows the list.
func (w *Wing) leadsOptions(c *page.Ctx, v *leadsView) error {
	rules, err := w.pool.Rules(c.Context())
	if err != nil {
		return err
	}
	v.States = []page.Option{{Label: c.T("intake.any_state")}}
	for _, s := range leads.States() {
		v.States = append(v.States, page.Option{Value: string(s), Label: c.T("leads.state_" + string(s)), Chosen: s == v.Filter.State})
	}
	v.Pools, v.Titles = []page.Option{{Label: c.T("intake.any_pool")}}, map[string]string{}
	v.Targets = []page.Option{{Label: c.T("intake.choose")}}
	for _, t := range rules.Pools {
		v.Titles[t.Slug] = t.Title[c.Lang]
		v.Pools = append(v.Pools, page.Option{Value: t.Slug, Label: t.Title[c.Lang], Chosen: t.Slug == v.Filter.Pool})
		v.Targets = append(v.Targets, page.Option{Value: t.Slug, Label: t.Title[c.Lang], Chosen: t.Slug == v.Order.Pool})
	}
	for _, a := range leads.BulkActions(c.Person) {
		v.Actions = append(v.Actions, page.Option{Value: string(a), Label: c.T("intake.bulk_" + string(a)), Chosen: a == v.Order.Action})
	}
	for _, o := range leads.Outcomes() {
		if o != leads.OutcomeWon {
			v.Outcomes = append(v.Outcomes, page.Option{Value: string(o), Label: c.T("intake.outcome_" + string(o)), Chosen: o == v.Order.Outcome})
		}
	}
	if c.Person.Has(people.Manager) {
		team, err := w.pool.Board(c.Context(), c.Person)
		if err != nil {
			return err
		}
		v.Team = []page.Option{{Label: c.T("intake.choose")}}
		for _, m := range team {
			v.Team = append(v.Team, page.Option{Value: m.Person.ID, Label: m.Person.Name + " " + m.Person.Number, Chosen: m.Person.ID == v.Order.Person})
		}
	}
	return c.Page(w.pages, "leads", v)
}

// carryLeads does the same with several leads; the report says of each what came of it.
func (w *Wing) carryLeads(c *page.Ctx) error {
	o := leads.Order{Action: leads.BulkAction(c.Form("action")), Leads: c.FormAll("lead"), Person: c.Form("person"), Pool: c.Form("to"),
		Outcome: leads.Outcome(c.Form("outcome")), Reason: c.FormText("reason"), Request: c.Form("request")}
	if c.Form("all") != "" {
		o.Leads = c.FormAll("shown")
	}
	id, err := w.pool.Carry(c.Context(), c.Person, o)
	if err == nil {
		return c.Back("/leads/bulk/"+id, "")
	}
	if c.Refused(err) {
		return w.showLeads(c, func(name string) string { return c.Form(name) }, o, err)
	}
	return err
}

type bulkView struct {
	page.Base
	Bulk              leads.Bulk
	Done, Failed, Due int
}

func (w *Wing) carriedLeads(c *page.Ctx) error {
	b, err := w.pool.Carried(c.Context(), c.Person, c.Params("id"))
	if err != nil {
		return err
	}
	v := &bulkView{Base: page.Base{Title: c.T("intake.report", "action", c.T("intake.bulk_"+string(b.Action))), Here: w.leadsHome(c)}, Bulk: b}
	for _, i := range b.Items {
		switch {
		case !i.Done:
			v.Due++
		case i.Failed != nil:
			v.Failed++
		default:
			v.Done++
		}
	}
	return c.Page(w.pages, "leads_report", v)
}

// exportLeads hands out the leads of a filter as a file that an import reads again.
func (w *Wing) exportLeads(c *page.Ctx) error {
	get := func(name string) string { return c.Form(name) }
	f, _, err := w.filterOf(c, get)
	var rows [][]any
	if err == nil {
		err = w.pool.Export(c.Context(), c.Person, f, leads.WebExport, func(l leads.Line) error {
			rows = append(rows, cellsOf(c, l))
			return nil
		})
	}
	if err != nil {
		if c.Refused(err) {
			return w.showLeads(c, get, leads.Order{}, err)
		}
		return err
	}
	name := "leads.csv"
	if c.Form("format") == "xlsx" {
		name = "leads.xlsx"
	}
	return c.Spreadsheet(name, sheet.Table{Name: c.T("intake.manage"), Heads: headsOf(c), Rows: func(yield func([]any) bool) {
		for _, row := range rows {
			if !yield(row) {
				return
			}
		}
	}})
}

// headsOf are the names of an export's columns, such as an import knows.
func headsOf(c *page.Ctx) (heads []string) {
	for _, column := range append(leads.Columns(), "state", "stage", "held_by", "due") {
		heads = append(heads, c.T("intake.column_"+column))
	}
	return heads
}

func cellsOf(c *page.Ctx, l leads.Line) []any {
	cells := []any{l.Lead.Company, l.Lead.Contact, l.Lead.Phone, l.Lead.Industry, l.Lead.Territory, l.Lead.Source, l.Lead.Note, l.Lead.Pool,
		c.T("leads.state_" + string(l.Lead.State)), l.Lead.Stage, nil, nil}
	if l.Holder.ID != "" {
		cells[10], cells[11] = l.Holder.Name+" "+l.Holder.Number, l.Due.In(c.Zone())
	}
	return cells
}
