package manage

import (
	"net/url"
	"time"

	"bainian/app/fault"
	"bainian/app/leads"
	"bainian/app/locale"
	"bainian/app/web/page"
)

type reportsView struct {
	page.Base
	Tabs          page.Tabs
	Day           string
	Before, After string // the days beside it, "" where there is none
	Lines         []reportLine
	Idle          []leads.ReportLine // of whom the records have nothing, and no report has come
	Team          int
	Handed, Late  int
	Empty         page.Empty
}

// reportLine is one of the team with their report, and the remark that was refused.
type reportLine struct {
	leads.ReportLine
	Said string
	Err  error
}

// reports are the daily reports of the team.
func (w *Wing) reports(c *page.Ctx) error {
	v, err := w.readReports(c, c.Query("day"))
	if err != nil {
		return err
	}
	return c.Page(w.pages, "reports", v)
}

func (w *Wing) readReports(c *page.Ctx, day string) (*reportsView, error) {
	lines, err := w.diary.Reports(c.Context(), c.Person, day)
	if err != nil {
		return nil, err
	}
	today := c.Now().Format(time.DateOnly)
	if day == "" {
		day = today
	}
	on, err := time.ParseInLocation(time.DateOnly, day, c.Zone())
	if err != nil {
		return nil, fault.New(fault.NotFound, "day.report_day")
	}
	v := &reportsView{Base: page.Base{Title: c.T("day.reports.of", "day", locale.Date(c.Lang, on, c.Now())), Here: "/reports", Script: "js/once.js"}, Tabs: c.TeamTabs("/reports"), Day: day,
		Before: on.AddDate(0, 0, -1).Format(time.DateOnly), Empty: page.Empty{Title: c.T("manage.empty"), Text: c.T("manage.empty_text")}}
	if day < today {
		v.After = on.AddDate(0, 0, 1).Format(time.DateOnly)
	}
	v.Team = len(lines)
	for _, l := range lines {
		if l.Report.HandedIn.IsZero() && l.Report.Tally.FollowUps() == 0 && l.Report.Tally.Planned == 0 {
			v.Idle = append(v.Idle, l)
			continue
		}
		v.Lines = append(v.Lines, reportLine{ReportLine: l})
		if !l.Report.HandedIn.IsZero() {
			v.Handed++
		}
		if l.Report.Late {
			v.Late++
		}
	}
	return v, nil
}

// remark adds what the manager says to a report.
func (w *Wing) remark(c *page.Ctx) error {
	id, day := c.Params("id"), c.Form("day")
	err := w.diary.RemarkOn(c.Context(), c.Person, id, c.FormText("remark"))
	if err == nil {
		return c.Back("/reports?day="+url.QueryEscape(day)+"#report-"+id, "day.remarked")
	}
	if !fault.Is(err, fault.Invalid) {
		return err
	}
	v, broken := w.readReports(c, day)
	if broken != nil {
		return broken
	}
	for i, l := range v.Lines {
		if l.Report.ID == id {
			v.Lines[i].Said, v.Lines[i].Err = c.FormText("remark"), err
		}
	}
	c.Refused(err)
	return c.Page(w.pages, "reports", v)
}
