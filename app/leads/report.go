package leads

import (
	"context"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

const (
	maxReport = 4000 // characters of each text
	// reportDays is for how many past days a report can still be handed in.
	reportDays = 7
)

// DayReport is a person's daily report.
type DayReport struct {
	ID, PersonID   string
	Day            string // calendar day, yyyy-mm-dd
	Went, Tomorrow string // how it went and what comes next, in the person's words
	Tally          Tally  // as the records are now; once it is handed in, as they were then
	Due            time.Time
	Saved          time.Time // zero before the first time
	HandedIn       time.Time // zero while it can be changed
	Late           bool
	Remarks        []Remark // of managers, the oldest first
	Log            []Logged // what was recorded, until it was handed in
	Plans          []Coming // for the next business day, until it is handed in
}

// Logged is a follow-up as a report has it.
type Logged struct {
	Contact
	LeadID, Company string
	At              time.Time
}

// Coming is what is planned, as a report has it.
type Coming struct {
	Plan
	LeadID, Company string
}

// Remark is what a manager says to a report.
type Remark struct {
	Text string
	By   people.Person
	At   time.Time
}

// Report is the actor's report of a day, "" for today, prefilled from what the records say.
func (d *Diary) Report(ctx context.Context, actor people.Person, day string) (r DayReport, err error) {
	err = d.db.Read(ctx, func(rx *store.Rx) error {
		r, err = d.reportIn(rx, actor.ID, day)
		return err
	})
	return r, err
}

func (d *Diary) reportIn(rx *store.Rx, personID, day string) (r DayReport, err error) {
	days, err := d.workdaysIn(rx)
	if err != nil {
		return r, err
	}
	today := days.midnight(rx.Now, 0)
	on := today
	if day != "" {
		if on, err = time.ParseInLocation(time.DateOnly, day, days.Zone); err != nil || on.After(today) {
			return r, fault.New(fault.NotFound, "day.report_day")
		}
	}
	rules, err := d.standingRulesIn(rx)
	if err != nil {
		return r, err
	}
	r = DayReport{PersonID: personID, Day: on.Format(time.DateOnly), Due: rules.Pools[0].FirstDue.On(on).UTC()}
	var tally *string
	found := false
	_, found, err = store.First(rx, func(row store.Row) (struct{}, error) {
		var at int64
		var handed *int64
		err := row.Scan(&r.ID, &r.Went, &r.Tomorrow, &at, &tally, &handed, &r.Late)
		if err == nil {
			r.Saved, r.HandedIn = store.Time(at), store.NullTime(handed)
		}
		return struct{}{}, err
	}, `SELECT id, went, tomorrow, at_ms, tally, handed_ms, late FROM day_report WHERE person_id = ? AND day = ?`, personID, r.Day)
	if err != nil {
		return r, err
	}
	if tally != nil {
		if err := json.Unmarshal([]byte(*tally), &r.Tally); err != nil {
			return r, err
		}
	} else if r.Tally, err = tallyIn(rx, personID, on, days); err != nil {
		return r, err
	}
	if found {
		if r.Remarks, err = remarksIn(rx, r.ID); err != nil {
			return r, err
		}
	}
	until := store.Ms(on.AddDate(0, 0, 1))
	if !r.HandedIn.IsZero() {
		until = store.Ms(r.HandedIn) + 1
	} else if r.Plans, err = comingIn(rx, personID, days.Next(on).Format(time.DateOnly)); err != nil {
		return r, err
	}
	r.Log, err = loggedIn(rx, personID, store.Ms(on), until)
	return r, err
}

func loggedIn(rx *store.Rx, personID string, from, until int64) ([]Logged, error) {
	return store.All(rx, func(row store.Row) (l Logged, err error) {
		var at int64
		err = row.Scan(&l.LeadID, &l.Company, &l.Kind, &l.Outcome, &l.Next, &at)
		l.At = store.Time(at)
		return l, err
	}, `SELECT l.id, l.company, f.kind, f.outcome, f.next_step, f.at_ms FROM follow_up f JOIN tenure t ON t.id = f.tenure_id JOIN lead l ON l.id = t.lead_id
		WHERE f.by_id = ? AND f.at_ms >= ? AND f.at_ms < ? ORDER BY f.at_ms, f.id`, personID, from, until)
}

func comingIn(rx *store.Rx, personID, day string) ([]Coming, error) {
	return store.All(rx, func(row store.Row) (c Coming, err error) {
		var minute *int64
		err = row.Scan(&c.ID, &c.TenureID, &c.Kind, &c.Day, &minute, &c.LeadID, &c.Company)
		c.At = clockOf(minute)
		return c, err
	}, `SELECT p.id, p.tenure_id, p.kind, p.day, p.minute, l.id, l.company FROM lead_plan p JOIN tenure t ON t.id = p.tenure_id JOIN lead l ON l.id = t.lead_id
		WHERE p.person_id = ? AND p.day = ? AND p.follow_up_id IS NULL AND p.dropped_ms IS NULL AND t.ended_ms IS NULL ORDER BY coalesce(p.minute, 1440), p.id`, personID, day)
}

// standingRulesIn are the rules, or the standard ones while none can be read: the day goes on.
func (p *Pool) standingRulesIn(rx *store.Rx) (*Rules, error) {
	_, rules, err := p.termsIn(rx, "")
	return rules, err
}

// SaveReport keeps what the actor has written of a day; HandIn with it hands the report in, for good, with what the records
// say now. After the day's first follow-ups are due it is late, and says so. A report that is handed in is a Conflict.
func (d *Diary) SaveReport(ctx context.Context, actor people.Person, day, went, tomorrow string, handIn bool) (r DayReport, err error) {
	var problems fault.Problems
	for _, x := range []struct{ field, text string }{{"went", went}, {"tomorrow", tomorrow}} {
		if utf8.RuneCountInString(x.text) > maxReport {
			problems.Add("", 0, x.field, "day.report_long", "max", maxReport)
		}
	}
	if handIn && strings.TrimSpace(went) == "" {
		problems.Add("", 0, "went", "day.report_empty")
	}
	if err := problems.Err(); err != nil {
		return r, err
	}
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		if r, err = d.reportIn(tx.Rx, actor.ID, day); err != nil {
			return err
		}
		days, err := d.workdaysIn(tx.Rx)
		if err != nil {
			return err
		}
		switch {
		case !r.HandedIn.IsZero() && r.Went == strings.TrimSpace(went) && r.Tomorrow == strings.TrimSpace(tomorrow):
			return nil // the same press again
		case !r.HandedIn.IsZero():
			return fault.New(fault.Conflict, "day.report_handed", "at", d.shown(r.HandedIn))
		case r.Day < days.midnight(tx.Now, reportDays).Format(time.DateOnly):
			return fault.New(fault.Conflict, "day.report_old", "days", reportDays)
		}
		r.Went, r.Tomorrow, r.Saved = strings.TrimSpace(went), strings.TrimSpace(tomorrow), tx.Now
		var tally *string
		if handIn {
			doc, err := json.Marshal(r.Tally)
			if err != nil {
				return err
			}
			text := string(doc)
			tally, r.HandedIn, r.Late = &text, tx.Now, tx.Now.After(r.Due)
		}
		if r.ID == "" {
			r.ID = tx.NewID()
		}
		_, err = tx.Exec(`INSERT INTO day_report (id, person_id, day, went, tomorrow, at_ms, tally, handed_ms, late) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (person_id, day) DO UPDATE SET went = excluded.went, tomorrow = excluded.tomorrow, at_ms = excluded.at_ms,
			tally = excluded.tally, handed_ms = excluded.handed_ms, late = excluded.late`,
			r.ID, actor.ID, r.Day, r.Went, r.Tomorrow, store.Ms(tx.Now), tally, store.NullMs(r.HandedIn), r.Late)
		return err
	})
	return r, err
}

// ReportLine is one person of a team and their report of a day.
type ReportLine struct {
	Person people.Person
	Report DayReport
}

// Reports are the reports of the actor's team, direct and indirect, of a day, "" for today. What is not handed in shows no
// words yet.
func (d *Diary) Reports(ctx context.Context, actor people.Person, day string) (lines []ReportLine, err error) {
	if !actor.Has(people.Manager) {
		return nil, fault.New(fault.Forbidden, "leads.managers_only")
	}
	err = d.db.Read(ctx, func(rx *store.Rx) error {
		team, err := people.ReportsIn(rx, actor.ID)
		if err != nil {
			return err
		}
		lines = nil
		for _, p := range team {
			r, err := d.reportIn(rx, p.ID, day)
			if err != nil {
				return err
			}
			if r.HandedIn.IsZero() {
				r.Went, r.Tomorrow = "", ""
			}
			lines = append(lines, ReportLine{p, r})
		}
		return nil
	})
	return lines, err
}

// RemarkOn adds what a manager above its author, or an admin, says to a report that is handed in.
func (d *Diary) RemarkOn(ctx context.Context, actor people.Person, reportID, text string) error {
	text, err := said(text, "remark", "day.remark_missing", maxReason)
	if err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		author, found, err := store.First(tx.Rx, scanText, `SELECT person_id FROM day_report WHERE id = ? AND handed_ms IS NOT NULL`, reportID)
		if err != nil {
			return err
		}
		if !found {
			return fault.New(fault.NotFound, "day.no_report")
		}
		may, err := managesIn(tx.Rx, actor, author)
		if err != nil {
			return err
		}
		if !may {
			return fault.New(fault.Forbidden, "leads.not_your_report")
		}
		if _, again, err := store.First(tx.Rx, scanText, `SELECT id FROM day_report_remark WHERE report_id = ? AND by_id = ? AND remark = ?`, reportID, actor.ID, text); err != nil || again {
			return err // pressed twice
		}
		_, err = tx.Exec(`INSERT INTO day_report_remark (id, report_id, remark, by_id, at_ms) VALUES (?, ?, ?, ?, ?)`, tx.NewID(), reportID, text, actor.ID, store.Ms(tx.Now))
		return err
	})
}

func remarksIn(rx *store.Rx, reportID string) ([]Remark, error) {
	return store.All(rx, func(row store.Row) (m Remark, err error) {
		var at int64
		err = row.Scan(&m.Text, &m.By.ID, &m.By.Name, &m.By.Number, &at)
		m.At = store.Time(at)
		return m, err
	}, `SELECT m.remark, e.id, e.name, e.number, m.at_ms FROM day_report_remark m JOIN employee e ON e.id = m.by_id WHERE m.report_id = ? ORDER BY m.id`, reportID)
}
