package manage

import (
	"bainian/app/leads"
	"bainian/app/web/page"
)

type outlookView struct {
	page.Base
	Tabs         page.Tabs
	Days, Due    int // leads that fall due in the forecast's days
	Forecast     bars
	Ages, Stages bars
	Soon         []leads.DueLead
	Shares       []leads.Received
	ShareDays    int
	Most, Least  int // received, newcomers aside
	Compared     bool
}

// outlook is what a manager sees coming.
func (w *Wing) outlook(c *page.Ctx) error {
	o, err := w.pool.Outlook(c.Context(), c.Person)
	if err != nil {
		return err
	}
	v := &outlookView{Base: page.Base{Title: c.T("outlook.title"), Here: "/board"}, Tabs: c.TeamTabs("/board/outlook"), Days: len(o.Forecast), Soon: o.Soon,
		Shares: o.Shares, ShareDays: leads.ShareDays}
	v.Forecast.Said = c.T("outlook.forecast_said")
	for _, d := range o.Forecast {
		v.Due += d.N
		v.Forecast.row(weekday(c, d.Day), d.N)
	}
	v.Ages.Said = c.T("outlook.ages_said")
	bounds := leads.AgeBounds()
	for i, n := range o.Ages {
		if i < len(bounds) {
			v.Ages.row(c.T("outlook.age_upto", "n", bounds[i]), n)
		} else {
			v.Ages.row(c.T("outlook.age_over", "n", bounds[len(bounds)-1]), n)
		}
	}
	v.Stages.Said = c.T("outlook.stages_said", "won", o.Won, "lost", o.Lost)
	for _, s := range o.Stages {
		v.Stages.row(s.Stage.Title[c.Lang], s.N)
	}
	for _, s := range o.Shares {
		switch {
		case s.Newcomer:
			continue
		case !v.Compared:
			v.Most, v.Least = s.Total(), s.Total()
		}
		v.Compared, v.Most, v.Least = true, max(v.Most, s.Total()), min(v.Least, s.Total())
	}
	return c.Page(w.pages, "outlook", v)
}
