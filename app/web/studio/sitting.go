package studio

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"bainian/app/exams"
	"bainian/app/locale"
	"bainian/app/web/page"
)

// sittingPage is one sitting: while it runs its candidates, afterwards how it went.
type sittingPage struct {
	page.Base
	exams.SittingDetail
	Name, Cohort, At string
	By               string
	Watchers, Absent []string // names
	Rows             []candidate
	Phase            string // coming, running, closing or over
	MayClose         bool
	Outcome          *outcome
	Adjusted         []adjusted
	Admitted         []excepted
	Guesses          []guesses
	SebExempted      []excepted
	Adjustments      []adjustment
	LateEnds         bool // starting ends before the window does
	Err              error

	More, Extension, Pause, Latecomer, Number, Admission page.Field
	SebNumber, SebReason, Seats                          page.Field
}

// adjusted is a candidate's time that is another than the exam's.
type adjusted struct {
	exams.Adjusted
	Name, Labels string
	Cut          time.Duration // what the window's end takes of it
}

type guesses struct {
	exams.Guesses
	Name string
}

type adjustment struct {
	exams.Adjustment
	By string
}

type candidate struct {
	exams.Candidate
	Name, At string
	State    string // live, paused, silent, submitted, expired
}

// longSilence is how long a live candidate may be out of contact before the list says so.
const longSilence = time.Minute

func (w *Wing) sitting(c *page.Ctx) error {
	if c.HTMX() {
		v, err := w.sittingOf(c)
		if err != nil {
			return err
		}
		return c.Fragment(w.pages, "candidates", v)
	}
	return w.showSitting(c, "", nil)
}

func (w *Wing) sittingOf(c *page.Ctx) (*sittingPage, error) {
	d, err := w.room.Sitting(c.Context(), c.Person, c.Params("id"))
	if err != nil {
		return nil, err
	}
	v := &sittingPage{SittingDetail: d, Name: d.TitleIn(c.Lang), At: "/studio/sittings/" + d.ID, MayClose: mayOpen(c.Person)}
	v.Title, v.Script = v.Name, "js/once.js"
	v.LateEnds = d.LastStart().Before(d.ClosesAt)
	cohorts, err := w.cohortNames(c)
	if err != nil {
		return nil, err
	}
	if v.Cohort = cohorts[d.CohortID]; d.Named {
		v.Cohort = c.T("studio.named_people", "n", d.Expected)
	}
	v.Phase = phaseOf(d.Sitting, c.Now())
	who := w.names(c)
	if v.By, err = who.of(d.OpenedBy); err != nil {
		return nil, err
	}
	if v.Watchers, err = who.all(d.Invigilators); err != nil {
		return nil, err
	}
	if v.Absent, err = who.all(d.Absent); err != nil {
		return nil, err
	}
	for _, one := range d.Candidates {
		row := candidate{Candidate: one, At: v.At + "/attempts/" + one.ID, State: stateOf(one)}
		if row.Name, err = who.of(one.PersonID); err != nil {
			return nil, err
		}
		v.Rows = append(v.Rows, row)
	}
	slices.SortFunc(v.Rows, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(urgency(a.State), urgency(b.State)), strings.Compare(a.Name, b.Name))
	})
	if v.Phase == "over" && d.Counts.Decided() > 0 {
		v.Outcome, err = w.outcomeOf(c, d)
	}
	return v, err
}

// stateOf is an attempt's state with what an invigilator should notice.
func stateOf(c exams.Candidate) string {
	switch {
	case c.State != exams.Live:
		return string(c.State)
	case !c.PausedAt.IsZero():
		return "paused"
	case c.Silent > longSilence:
		return "silent"
	}
	return string(c.State)
}

// urgency puts those first who may need somebody, and those last who are done.
func urgency(state string) int {
	switch state {
	case "silent":
		return 0
	case "paused":
		return 1
	case "live":
		return 2
	}
	return 3
}

func (w *Wing) closeSitting(c *page.Ctx) error {
	id := c.Params("id")
	if err := w.room.CloseSitting(c.Context(), c.Person, id); err != nil {
		return err
	}
	return c.Back("/studio/sittings/"+id, "studio.sitting_closed")
}

// outcome is how a sitting went.
type outcome struct {
	Passed, Ended int // those whose answers wait to be marked are neither
	Rate          int // thousandths who passed
	Median        int // thousandths of the points
	PassMark      int // thousandths of the points
	Plot          page.Histogram
}

func (w *Wing) outcomeOf(c *page.Ctx, d exams.SittingDetail) (*outcome, error) {
	// The pass mark is the pinned blueprint's, which a result knows.
	result, err := w.room.Result(c.Context(), c.Person, d.Candidates[0].ID, c.Lang)
	if err != nil {
		return nil, err
	}
	o := &outcome{Passed: d.Counts.Passed, Ended: d.Counts.Decided(), PassMark: result.PassMark}
	var shares []int
	for _, a := range d.Candidates {
		if a.MaxScore > 0 && a.Pending == 0 {
			shares = append(shares, a.Score*1000/a.MaxScore)
		}
	}
	slices.Sort(shares)
	if len(shares) > 0 {
		o.Median = (shares[(len(shares)-1)/2] + shares[len(shares)/2]) / 2
	}
	o.Rate = (o.Passed*1000 + o.Ended/2) / max(1, o.Ended)
	label := c.T("studio.outcome_text", "passed", o.Passed, "ended", o.Ended, "rate", locale.Percent(o.Rate), "median", locale.Percent(o.Median))
	o.Plot = page.NewHistogram(label, exams.Tenths(shares), o.PassMark, -1)
	return o, nil
}
