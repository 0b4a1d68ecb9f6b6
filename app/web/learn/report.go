package learn

import (
	"net/url"
	"strings"
	"time"

	"bainian/app/leads"
	"bainian/app/locale"
	"bainian/app/web/page"
)

type reportView struct {
	page.Base
	Tabs           []tab
	Report         leads.DayReport
	Day            time.Time
	Today          bool
	Before, After  string // the days beside it, "" where there is none to write
	Went, Tomorrow string // in the form
	Err            error
}

// report is the daily report, prefilled from what was recorded.
func (w *Wing) report(c *page.Ctx) error {
	v, err := w.readReport(c, c.Query("day"))
	if err != nil {
		return err
	}
	return c.Page(w.pages, "report", v)
}

func (w *Wing) readReport(c *page.Ctx, day string) (*reportView, error) {
	r, err := w.diary.Report(c.Context(), c.Person, day)
	if err != nil {
		return nil, err
	}
	on, err := time.ParseInLocation(time.DateOnly, r.Day, c.Zone())
	if err != nil {
		return nil, err
	}
	v := &reportView{Base: page.Base{Here: "/leads", Script: "js/day.js"}, Tabs: tabs(c, "/day"), Report: r, Day: on,
		Today: r.Day == c.Now().Format(time.DateOnly), Went: r.Went, Tomorrow: r.Tomorrow, Before: on.AddDate(0, 0, -1).Format(time.DateOnly)}
	v.Title = c.T("day.report.of", "day", locale.Date(c.Lang, on, c.Now()))
	if !v.Today {
		v.After = on.AddDate(0, 0, 1).Format(time.DateOnly)
	}
	if r.Saved.IsZero() {
		v.Went, v.Tomorrow = logWords(c, r.Log), planLines(c, r.Plans)
	}
	return v, nil
}

// logWords are a day's follow-ups as lines to go on writing from.
func logWords(c *page.Ctx, log []leads.Logged) string {
	var b strings.Builder
	for _, l := range log {
		b.WriteString(c.T("day.report.line", "at", l.At.In(c.Zone()).Format("15:04"), "company", l.Company, "how", c.T("learn.kind."+string(l.Kind)), "what", l.Outcome))
		if l.Next != "" {
			b.WriteString(c.T("day.report.next", "next", l.Next))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func planLines(c *page.Ctx, plans []leads.Coming) string {
	var b strings.Builder
	for _, p := range plans {
		b.WriteString(c.T("day.report.plan", "what", planWords(c, p.Plan), "company", p.Company))
		b.WriteByte('\n')
	}
	return b.String()
}

// saveReport keeps the report, or hands it in.
func (w *Wing) saveReport(c *page.Ctx) error {
	day, went, tomorrow, handIn := c.Form("day"), c.FormText("went"), c.FormText("tomorrow"), c.Form("do") == "hand_in"
	_, err := w.diary.SaveReport(c.Context(), c.Person, day, went, tomorrow, handIn)
	if err == nil {
		said := "day.report.saved"
		if handIn {
			said = "day.report.handed_in"
		}
		return c.Back("/day?day="+url.QueryEscape(day), said)
	}
	if !c.Refused(err) {
		return err
	}
	v, broken := w.readReport(c, day)
	if broken != nil {
		return broken
	}
	v.Went, v.Tomorrow, v.Err = went, tomorrow, err
	return c.Page(w.pages, "report", v)
}
