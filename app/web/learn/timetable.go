package learn

import (
	"slices"

	"bainian/app/cohorts"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/web/page"
)

type timetableView struct {
	page.Base
	Cohort cohorts.Cohort
	Days   []timetableDay
}

// timetableDay is a day with its sessions by time.
type timetableDay struct {
	Date     string
	Today    bool
	Past     bool
	Next     bool // the first that is not past: where a reader wants to be
	Sessions []session
}

// timetable is all sessions of the person's cohort, a day at a time.
func (w *Wing) timetable(c *page.Ctx) error {
	cohort, in, err := w.roster.Of(c.Context(), c.Person.ID)
	if err != nil {
		return err
	}
	if !in {
		return fault.New(fault.NotFound, "cohorts.in_none")
	}
	all, err := w.roster.Timetable(c.Context(), cohort.ID)
	if err != nil {
		return err
	}
	v := &timetableView{Base: page.Base{Title: c.T("learn.timetable"), Here: "/"}, Cohort: cohort}
	today := locale.Date(c.Lang, c.Now(), c.Now())
	for _, s := range all {
		at := s.At.In(c.Zone())
		date := locale.Date(c.Lang, at, c.Now())
		if n := len(v.Days); n == 0 || v.Days[n-1].Date != date {
			v.Days = append(v.Days, timetableDay{Date: date, Today: date == today, Past: date != today && at.Before(c.Now())})
		}
		day := &v.Days[len(v.Days)-1]
		day.Sessions = append(day.Sessions, session{s, at.Format("15:04")})
	}
	if n := slices.IndexFunc(v.Days, func(d timetableDay) bool { return !d.Past }); n >= 0 {
		v.Days[n].Next = true
	}
	return c.Page(w.pages, "timetable", v)
}
