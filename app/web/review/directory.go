package review

import (
	"net/url"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/web/page"
)

// tabsOf are the pages about people.
func tabsOf(c *page.Ctx, at string) page.Tabs {
	keeps, admin := []people.Role{people.HR, people.Admin}, []people.Role{people.Admin}
	return c.TabsFor(c.T("review.people.tabs"), at, page.Tab{Path: "/people", Key: "review.people", Roles: keeps}, page.Tab{Path: "/cohorts", Key: "review.cohorts"},
		page.Tab{Path: "/leads/manage", Key: "intake.manage", Roles: keeps}, page.Tab{Path: "/break-glass", Key: "glass.title", Roles: keeps},
		page.Tab{Path: "/tokens", Key: "review.tokens", Roles: admin}, page.Tab{Path: "/webhooks", Key: "push.webhooks", Roles: admin})
}

type peopleView struct {
	page.Base
	Tabs     page.Tabs
	Filter   people.Filter
	Roles    []page.Option
	People   []people.Person
	Managers map[string]string
	Empty    page.Empty
	Pager    page.Pager
}

func (w *Wing) people(c *page.Ctx) error {
	f := people.Filter{Text: c.Query("q"), Role: people.Role(c.Query("role")), Inactive: c.Query("inactive") != ""}
	if f.Role != "" && !f.Role.Valid() {
		return fault.New(fault.NotFound, "page.not_found")
	}
	found, next, err := w.directory.People(c.Context(), c.Person, f, c.Query("after"))
	if err != nil {
		return err
	}
	v := &peopleView{Base: page.Base{Title: c.T("review.people")}, Tabs: tabsOf(c, "/people"), Filter: f, Roles: roleOptions(c, f.Role), People: found}
	v.Roles = append([]page.Option{{Label: c.T("review.people.any_role")}}, v.Roles...)
	ids := make([]string, len(found))
	for i, p := range found {
		ids[i] = p.ManagerID
	}
	if v.Managers, err = w.names(c, ids...); err != nil {
		return err
	}
	query := url.Values{}
	for name, value := range map[string]string{"q": f.Text, "role": string(f.Role), "inactive": c.Query("inactive")} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if c.Query("after") != "" {
		v.Pager.First = "/people?" + query.Encode()
	}
	if next != "" {
		query.Set("after", next)
		v.Pager.Next = "/people?" + query.Encode()
	}
	v.Empty = page.Empty{Title: c.T("review.people.none"), Text: c.T("review.people.none_text"), Link: "/people/import", Action: c.T("review.import.people")}
	if f != (people.Filter{}) {
		v.Empty = page.Empty{Title: c.T("review.people.no_match"), Text: c.T("review.people.no_match_text"), Link: "/people", Action: c.T("review.people.everyone")}
	}
	return c.Page(w.pages, "people", v)
}

func roleOptions(c *page.Ctx, chosen ...people.Role) []page.Option {
	var options []page.Option
	for _, r := range people.Roles() {
		options = append(options, page.Option{Value: string(r), Label: c.T("people.role_" + string(r)), Chosen: people.Person{Roles: chosen}.Has(r)})
	}
	return options
}

// personForm is the details of a person as posted, with the manager by number.
type personForm struct {
	people.NewPerson
	Manager string
}

// personFields is the part of a form with a person's details.
type personFields struct {
	Form  personForm
	Roles []page.Option
	Err   error
}

type newPersonView struct {
	page.Base
	Fields personFields
}

func (w *Wing) newPerson(c *page.Ctx) error {
	return w.showNewPerson(c, personForm{NewPerson: people.NewPerson{Roles: []people.Role{people.NewHire}}}, nil)
}

func (w *Wing) showNewPerson(c *page.Ctx, form personForm, refused error) error {
	return c.Page(w.pages, "person_new", &newPersonView{Base: page.Base{Title: c.T("review.person.new"), Here: "/people"},
		Fields: personFields{form, roleOptions(c, form.Roles...), refused}})
}

func (w *Wing) createPerson(c *page.Ctx) error {
	form, err := w.personForm(c)
	if err == nil {
		var p people.Person
		if p, err = w.directory.Create(c.Context(), c.Person, form.NewPerson); err == nil {
			return c.Back("/people/"+p.ID, "review.person.created", "name", p.Name)
		}
	}
	if c.Refused(err) {
		return w.showNewPerson(c, form, err)
	}
	return err
}

// personForm reads the posted details; a manager's number that is nobody's is an Invalid fault in that field.
func (w *Wing) personForm(c *page.Ctx) (personForm, error) {
	f := personForm{Manager: c.Form("manager"), NewPerson: people.NewPerson{Number: c.Form("number"), Name: c.Form("name"), Email: c.Form("email"), HiredOn: c.Form("hired_on")}}
	for _, r := range c.FormAll("roles") {
		f.Roles = append(f.Roles, people.Role(r))
	}
	if f.Manager == "" {
		return f, nil
	}
	m, err := w.directory.ByNumber(c.Context(), f.Manager)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.Invalid, "people.manager_unknown", "number", f.Manager).In("manager")
	}
	f.ManagerID = m.ID
	return f, err
}
