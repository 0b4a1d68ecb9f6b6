package manage

import (
	"slices"
	"strconv"
	"strings"

	"bainian/app/fault"
	"bainian/app/leads"
	"bainian/app/web/page"
)

// beatPage is how many people a page of beats has.
const beatPage = 50

type beatsView struct {
	page.Base
	Tabs                    page.Tabs
	Team                    []beatLine
	Territories, Industries []string // to choose from
	Pager                   page.Pager
	Empty                   page.Empty
	Err                     error
}

// beatLine is one of the team with where they sell, as the form has it.
type beatLine struct {
	leads.PersonBeat
	Territories, Industries string
	Err                     error
}

func (w *Wing) beats(c *page.Ctx) error { return w.showBeats(c, "", nil) }

func (w *Wing) showBeats(c *page.Ctx, refusedID string, refused error) error {
	from, err := c.QueryInt("from", 0)
	if err != nil {
		return err
	}
	all, err := w.pool.Beats(c.Context(), c.Person)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(all, func(b leads.PersonBeat) bool { return b.Person.ID == refusedID }); i >= 0 {
		from = i / beatPage * beatPage
	}
	from = min(max(from, 0), len(all))
	v := &beatsView{Base: page.Base{Title: c.T("allocation.beats"), Here: "/allocation", Script: "js/once.js"}, Tabs: c.TeamTabs("/beats"), Err: refused,
		Empty: page.Empty{Title: c.T("manage.empty"), Text: c.T("manage.empty_text")}}
	if v.Territories, v.Industries, err = w.pool.Places(c.Context()); err != nil {
		return err
	}
	for _, b := range all[from:min(from+beatPage, len(all))] {
		line := beatLine{PersonBeat: b, Territories: strings.Join(b.Beat.Territories, "、"), Industries: strings.Join(b.Beat.Industries, "、")}
		if b.Person.ID == refusedID {
			line.Territories, line.Industries, line.Err = c.Form("territories"), c.Form("industries"), refused
		}
		v.Team = append(v.Team, line)
	}
	if from+beatPage < len(all) {
		v.Pager.Next = "/beats?from=" + strconv.Itoa(from+beatPage)
	}
	if from > 0 {
		v.Pager.First = "/beats"
	}
	return c.Page(w.pages, "beats", v)
}

func (w *Wing) setBeat(c *page.Ctx) error {
	id := c.Params("id")
	err := w.pool.SetBeat(c.Context(), c.Person, id, leads.Beat{Territories: names(c.Form("territories")), Industries: names(c.Form("industries"))})
	if fault.Is(err, fault.Invalid) && c.Refused(err) {
		return w.showBeats(c, id, err)
	}
	if err != nil {
		return err
	}
	return c.Back("/beats", "allocation.beat_set")
}

// names are what a person wrote, parted by whatever stands between names in their language.
func names(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("、,，;；\n", r) })
}
