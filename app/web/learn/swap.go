package learn

import (
	"fmt"

	"bainian/app/leads"
	"bainian/app/web/page"
)

// privateView is the private pool with what can be put into it, and for what.
type privateView struct {
	Leads   []leadCard
	Room    int // in all pools whose leads the person holds
	Cap     int
	In, Out []page.Option // the leads that can be kept, and those that can be given back for them
	Request string        // names the next swap
	Err     error
}

func newPrivate(c *page.Ctx, a leads.Agenda, rules *leads.Rules) privateView {
	v := privateView{Leads: newCards(c, a.Private)}
	pools := map[string]bool{}
	last := ""
	for _, stops := range [][]leads.Stop{a.Route, a.Done, a.Later, a.Private} {
		for _, s := range stops {
			if t := rules.Pool(s.Tenure.Pool); !pools[t.Slug] {
				pools[t.Slug] = true
				v.Cap += t.PrivateCap
			}
			last = max(last, s.Tenure.ID)
		}
	}
	if len(pools) == 0 {
		v.Cap = rules.Pools[0].PrivateCap
	}
	v.Room = v.Cap - len(v.Leads)
	v.Request = fmt.Sprintf("%d/%d/%s", a.Held, len(v.Leads), last)
	seen := map[string]bool{}
	for _, stops := range [][]leads.Stop{a.Route, a.Done, a.Later, a.Private} {
		for _, s := range stops {
			if seen[s.Lead.ID] || s.Tenure.Exempt || !s.Tenure.Due.After(c.Now()) {
				continue
			}
			seen[s.Lead.ID] = true
			o := page.Option{Value: s.Lead.ID, Label: s.Lead.Company}
			if s.Lead.State == leads.Private {
				o.Label = c.T("day.swap.private", "company", s.Lead.Company)
			} else {
				v.In = append(v.In, o)
			}
			v.Out = append(v.Out, o)
		}
	}
	return v
}

// swap keeps leads in the private pool for as many that go back to the public one.
func (w *Wing) swap(c *page.Ctx) error {
	in, out := c.FormAll("in"), c.FormAll("out")
	swapped, err := w.pool.Swap(c.Context(), c.Person, in, out, c.Form("request"))
	if err == nil {
		return c.Back("/leads#private", "day.swapped", "n", len(swapped.In))
	}
	if !c.Refused(err) {
		return err
	}
	v, broken := w.readLeads(c)
	if broken != nil {
		return broken
	}
	v.Private.Err = err
	v.Private.In, v.Private.Out = ticked(v.Private.In, in), ticked(v.Private.Out, out)
	return c.Page(w.pages, "leads", v)
}

// ticked are options with those chosen that somebody ticked.
func ticked(options []page.Option, values []string) []page.Option {
	for i, o := range options {
		for _, value := range values {
			if o.Value == value {
				options[i].Chosen = true
			}
		}
	}
	return options
}
