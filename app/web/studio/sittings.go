package studio

import (
	"slices"

	"bainian/app/exams"
	"bainian/app/people"
	"bainian/app/web/page"
)

// sittingsPage is the sittings that the person watches: those that run, those to come, those that are over.
type sittingsPage struct {
	page.Base
	Groups  []sittingGroup
	Running int
	MayOpen bool
	Empty   page.Empty
}

type sittingGroup struct {
	Key  string // running, coming or over
	Rows []sittingRow
}

type sittingRow struct {
	exams.SittingView
	Name, Cohort string
}

func (w *Wing) sittings(c *page.Ctx) error {
	v := &sittingsPage{Base: page.Base{Title: c.T("studio.sittings")}, MayOpen: mayOpen(c.Person)}
	all, err := w.room.Sittings(c.Context(), c.Person)
	if err != nil {
		return err
	}
	cohorts, err := w.cohortNames(c)
	if err != nil {
		return err
	}
	v.Groups = []sittingGroup{{Key: "running"}, {Key: "coming"}, {Key: "over"}}
	for _, s := range all {
		if !watches(c.Person, s.Sitting) {
			continue
		}
		row := sittingRow{s, s.TitleIn(c.Lang), cohorts[s.CohortID]}
		if s.Named {
			row.Cohort = c.T("studio.named")
		}
		g := 0
		switch {
		case !s.ClosedAt.IsZero():
			g = 2
		case c.Now().Before(s.OpensAt):
			g = 1
		default:
			v.Running++
		}
		v.Groups[g].Rows = append(v.Groups[g].Rows, row)
	}
	slices.Reverse(v.Groups[1].Rows) // the next one first
	v.Groups = slices.DeleteFunc(v.Groups, func(g sittingGroup) bool { return len(g.Rows) == 0 })
	v.Empty = page.Empty{Title: c.T("studio.no_sittings"), Text: c.T("studio.no_sittings_text")}
	if v.MayOpen {
		v.Empty.Link, v.Empty.Action = "/studio/sittings/new", c.T("studio.open_sitting")
	}
	return c.Page(w.pages, "sittings", v)
}

func mayOpen(p people.Person) bool { return p.Has(people.Trainer, people.HR) }

// watches reports whether the person watches the sitting rather than sits it.
func watches(p people.Person, s exams.Sitting) bool {
	return mayOpen(p) || slices.Contains(s.Invigilators, p.ID)
}

// cohortNames are the names of the cohorts by id; "" is everyone.
func (w *Wing) cohortNames(c *page.Ctx) (map[string]string, error) {
	all, err := w.roster.List(c.Context())
	names := map[string]string{"": c.T("studio.everyone")}
	for _, one := range all {
		names[one.ID] = one.Name
	}
	return names, err
}
