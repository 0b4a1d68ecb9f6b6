package studio

import (
	"errors"
	"slices"
	"strings"
	"time"

	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/web/page"
)

// accommodationsPage is who has more time in exams and why, with what was before, and the form that grants it.
type accommodationsPage struct {
	page.Base
	People []accommodated
	Pager  page.Pager
	Empty  page.Empty
	Err    error

	Numbers, Cohort, Label, Percent, Minutes, Until, Reason page.Field

	Explains     []page.Option // what it may explain
	ExplainsErr  string
	ExplainsOpen bool // some are ticked
}

type accommodated struct {
	Name, Number string
	Held, Past   []granted
}

type granted struct {
	exams.Granted
	By, EndedBy string
	LastDay     time.Time // the day before Until
}

// perPage is how many people a page of the list shows.
const perPage = 50

func (w *Wing) accommodations(c *page.Ctx) error { return w.showAccommodations(c, nil) }

func (w *Wing) showAccommodations(c *page.Ctx, refusal error) error {
	v := &accommodationsPage{Base: page.Base{Title: c.T("studio.accommodations"), Here: "/studio/sittings", Script: "js/once.js"}, Err: refusal}
	if err := w.addAccommodated(c, v); err != nil {
		return err
	}
	v.Empty = page.Empty{Title: c.T("studio.no_accommodations"), Text: c.T("studio.no_accommodations_text")}
	field := func(key, name, kind, absent string) page.Field {
		f := page.Field{Label: c.T(key), Name: name, Type: kind, Value: c.Form(name), Required: true}
		if f.Value == "" {
			f.Value = absent
		}
		return f
	}
	v.Numbers = field("studio.numbers", "numbers", "textarea", "")
	v.Numbers.Required, v.Numbers.Hint, v.Numbers.Rows = false, c.T("studio.numbers_hint"), 3
	v.Cohort = field("studio.whole_cohort", "cohort", "select", "")
	v.Label = field("studio.label", "label", "", "")
	v.Label.Hint = c.T("studio.label_hint")
	v.Percent = field("studio.percent", "percent", "number", "25")
	v.Minutes = field("studio.extra_minutes", "minutes", "number", "0")
	v.Until = field("studio.last_day", "until", "date", "")
	v.Until.Required, v.Until.Hint = false, c.T("studio.last_day_hint")
	v.Reason = field("studio.reason", "reason", "textarea", "")
	v.Reason.Hint, v.Reason.Rows = c.T("studio.accommodation_reason_hint"), 2
	for _, what := range exams.Watchable() {
		v.ExplainsOpen = v.ExplainsOpen || slices.Contains(c.FormAll("explains"), what)
		v.Explains = append(v.Explains, page.Option{Value: what, Label: c.T("signal.what_" + what), Chosen: slices.Contains(c.FormAll("explains"), what)})
	}
	explains := page.Field{}
	all, err := w.roster.List(c.Context())
	if err != nil {
		return err
	}
	v.Cohort.Options = []page.Option{{Label: c.T("studio.no_cohort")}}
	for _, one := range all {
		v.Cohort.Options = append(v.Cohort.Options, page.Option{Value: one.ID, Chosen: one.ID == c.Form("cohort"),
			Label: c.T("studio.cohort_option", "name", one.Name, "size", one.Size)})
	}
	names := map[string]*page.Field{"people": &v.Numbers, "label": &v.Label, "multiplier": &v.Percent, "percent": &v.Percent, "minutes": &v.Minutes, "until": &v.Until, "reason": &v.Reason, "explains": &explains}
	if c.Form("ending") == "" {
		v.Err = atFields(c, refusal, names)
		v.ExplainsErr = explains.Error
		v.ExplainsOpen = v.ExplainsOpen || v.ExplainsErr != ""
	}
	return c.Page(w.pages, "accommodations", v)
}

// atFields puts what an error says about fields to them, and returns what is left to be said above the form.
func atFields(c *page.Ctx, refusal error, fields map[string]*page.Field) error {
	var problems fault.Problems
	if one := (*fault.Error)(nil); errors.As(refusal, &one) {
		if f := fields[one.Field]; f != nil {
			f.Error = c.Words(refusal)
			return nil
		}
		return refusal
	}
	if !errors.As(refusal, &problems) {
		return refusal
	}
	for _, p := range problems {
		if f := fields[p.Item]; f != nil {
			f.Error = strings.TrimSpace(f.Error + " " + c.T(p.Key, p.Args...))
		}
	}
	return refusal
}

// addAccommodated adds the page of people that the query asks for.
func (w *Wing) addAccommodated(c *page.Ctx, v *accommodationsPage) error {
	all, err := w.room.Accommodations(c.Context(), c.Person)
	if err != nil {
		return err
	}
	after := c.Query("after")
	if after != "" {
		v.Pager.First = "/studio/accommodations"
		for n, p := range all {
			if p.PersonID == after {
				all = all[n+1:]
				break
			}
		}
	}
	if len(all) > perPage {
		all = all[:perPage]
		v.Pager.Next = "/studio/accommodations?after=" + all[perPage-1].PersonID
	}
	who := w.names(c)
	row := func(g exams.Granted) (granted, error) {
		one := granted{Granted: g}
		if one.Granted.Label == "" {
			one.Granted.Label = c.T("studio.unlabelled")
		}
		if !g.Until.IsZero() {
			one.LastDay = g.Until.In(c.Zone()).AddDate(0, 0, -1)
		}
		var err error
		if one.By, err = who.of(g.By); err != nil {
			return one, err
		}
		one.EndedBy, err = who.of(g.EndedBy)
		return one, err
	}
	for _, p := range all {
		person, err := w.directory.Person(c.Context(), p.PersonID)
		if err != nil {
			return err
		}
		one := accommodated{Name: person.Name, Number: person.Number}
		for _, g := range p.Held {
			r, err := row(g)
			if err != nil {
				return err
			}
			one.Held = append(one.Held, r)
		}
		for _, g := range p.Past {
			r, err := row(g)
			if err != nil {
				return err
			}
			one.Past = append(one.Past, r)
		}
		v.People = append(v.People, one)
	}
	return nil
}

// Percent is how much more of the time limit it is.
func (g granted) Percent() int { return (g.Multiplier - 1000) / 10 }

func (w *Wing) accommodate(c *page.Ctx) error {
	n, err := w.tryAccommodate(c)
	switch {
	case err == nil:
		return c.Back("/studio/accommodations", "studio.accommodated", "n", n)
	case c.Refused(err):
		return w.showAccommodations(c, err)
	}
	return err
}

func (w *Wing) tryAccommodate(c *page.Ctx) (int, error) {
	ids, err := w.byNumbers(c, c.Form("numbers"), "people")
	if err != nil {
		return 0, err
	}
	if cohort := c.Form("cohort"); cohort != "" {
		members, err := w.roster.Members(c.Context(), cohort)
		if err != nil {
			return 0, err
		}
		ids = append(ids, members...)
	}
	a := exams.Accommodation{Label: c.Form("label"), Reason: c.Form("reason"), Explains: c.FormAll("explains")}
	percent, err := c.FormInt("percent")
	if err != nil {
		return 0, err
	}
	a.Multiplier = 1000 + 10*percent
	if a.ExtraMinutes, err = c.FormInt("minutes"); err != nil {
		return 0, err
	}
	if last := c.Form("until"); last != "" {
		day, err := time.ParseInLocation(time.DateOnly, last, c.Zone())
		if err != nil {
			return 0, fault.New(fault.Invalid, "studio.bad_day").In("until")
		}
		a.Until = day.AddDate(0, 0, 1) // the last day counts whole
	}
	return w.room.AccommodateAll(c.Context(), c.Person, ids, a)
}

func (w *Wing) endAccommodation(c *page.Ctx) error {
	err := w.room.EndAccommodation(c.Context(), c.Person, c.Params("id"), c.Form("ending"))
	switch {
	case err == nil:
		return c.Back("/studio/accommodations", "studio.accommodation_ended")
	case c.Refused(err):
		return w.showAccommodations(c, err)
	}
	return err
}

// byNumbers are the ids of the people whose employee numbers a text holds, in any way that people write lists; the
// numbers that are nobody's are all told at once.
func (w *Wing) byNumbers(c *page.Ctx, text, field string) (ids []string, err error) {
	var unknown []string
	for _, number := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\n,;、，；", r) }) {
		p, err := w.directory.ByNumber(c.Context(), number)
		switch {
		case fault.Is(err, fault.NotFound):
			unknown = append(unknown, number)
		case err != nil:
			return nil, err
		}
		ids = append(ids, p.ID)
	}
	if len(unknown) > 0 {
		return nil, fault.New(fault.Invalid, "studio.numbers_unknown", "numbers", strings.Join(unknown, c.T("studio.between"))).In(field)
	}
	return ids, nil
}

// picked are the people of the latest cohorts to pick from, with those ticked that were.
type picked struct {
	Cohort string
	People []person
	Open   bool // somebody of them is ticked
}

// pickable are how many cohorts a form offers to pick from; anybody else is named by number.
const pickable = 6

func (w *Wing) picking(c *page.Ctx, chosen map[string]bool) ([]picked, error) {
	all, err := w.roster.List(c.Context())
	if err != nil {
		return nil, err
	}
	var groups []picked
	for _, one := range all[:min(pickable, len(all))] {
		members, err := w.roster.Members(c.Context(), one.ID)
		if err != nil {
			return nil, err
		}
		g := picked{Cohort: one.Name}
		for _, id := range members {
			p, err := w.directory.Person(c.Context(), id)
			if err != nil {
				return nil, err
			}
			g.People, g.Open = append(g.People, person{p, chosen[id]}), g.Open || chosen[id]
		}
		if len(g.People) > 0 {
			groups = append(groups, g)
		}
	}
	return groups, nil
}
