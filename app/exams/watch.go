package exams

import (
	"context"
	"time"

	"bainian/app/cohorts"
	"bainian/app/people"
	"bainian/app/store"
)

// SittingDetail is a sitting with everyone who sat it, for those who watch it.
type SittingDetail struct {
	Sitting
	Passcode    string   // for candidates to be told, "" for none
	Shown       Feedback // when they see what, by the sitting or by its exam
	Counts      Counts
	Expected    int          // members of the cohort or people named, 0 when it is for everyone
	Candidates  []Candidate  // by start
	Absent      []string     // person ids who were expected and have not started
	Adjusted    []Adjusted   // whose time is another than the exam's, as of a start now or at the opening; none once it is over
	Admitted    []Exception  // late joiners whom somebody let in
	Guesses     []Guesses    // wrong passcodes
	Adjustments []Adjustment // what was done to all of them at once, oldest first
	Seb         string       // whether Safe Exam Browser is asked for: NeedOff, NeedOptional, NeedRequired
	SebExempted []Exception
}

// LastAdjustment is the id of the latest adjustment, "" when there is none.
func (d SittingDetail) LastAdjustment() string {
	if len(d.Adjustments) == 0 {
		return ""
	}
	return d.Adjustments[len(d.Adjustments)-1].ID
}

// Adjusted is the time that one person will have at a sitting, accommodations included.
type Adjusted struct {
	PersonID string
	Held     []Granted     // nil for those who only watch: a label may tell of somebody's health
	Limit    time.Duration // what the window cuts off taken away
	Whole    time.Duration // as it would be if the sitting closed later
}

// Candidate is one attempt of a sitting with what was noted about it.
type Candidate struct {
	Attempt
	Silent time.Duration // since the last contact, while it is live
	Notes  []Note
}

// Sitting is one sitting in full, for trainers, HR and its invigilators.
func (r *Room) Sitting(ctx context.Context, actor people.Person, id string) (d SittingDetail, err error) {
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		s, ok, err := SittingIn(rx, id)
		if err != nil || !ok || !s.watchedBy(actor) {
			return orMissing(err)
		}
		attempts, err := attemptsAtIn(rx, id)
		if err != nil {
			return err
		}
		notes, err := notesAtIn(rx, id)
		if err != nil {
			return err
		}
		d = SittingDetail{Sitting: s}
		sat := map[string]bool{}
		for _, a := range attempts {
			c := Candidate{Attempt: a, Notes: notes[a.PersonID]}
			if a.State == Live {
				c.Silent = rx.Now.Sub(a.ContactAt)
			}
			d.Candidates, sat[a.PersonID] = append(d.Candidates, c), true
			d.Counts.count(a)
		}
		expected, err := expectedIn(rx, s)
		if err != nil {
			return err
		}
		for _, m := range expected {
			if !sat[m] {
				d.Absent = append(d.Absent, m)
			}
		}
		d.Expected = len(expected)
		return r.detailIn(rx, &d, expected)
	})
	if !mayAccommodate(actor) {
		for n := range d.Adjusted {
			d.Adjusted[n].Held = nil
		}
	}
	return d, err
}

func (c *Counts) count(a Attempt) {
	switch {
	case a.State == Live:
		c.Live++
	case a.Passed:
		c.Ended++
		c.Passed++
	case a.Pending > 0 && !a.SetAside:
		c.Ended++
		c.Pending++
	default:
		c.Ended++
	}
}

// detailIn adds to a sitting what its watchers decided and were told of.
func (r *Room) detailIn(rx *store.Rx, d *SittingDetail, expected []string) error {
	b, err := r.blueprintIn(rx, d.Pins.Exam)
	if err != nil {
		return err
	}
	d.Shown, d.Seb = d.FeedbackBy(b), b.Integrity.Seb
	if d.SebExempted, err = exceptionsIn(rx, "seb_exemption", d.ID); err != nil {
		return err
	}
	if d.Passcode, err = passcodeIn(rx, d.ID); err != nil {
		return err
	}
	if d.Admitted, err = exceptionsIn(rx, "admission", d.ID); err != nil {
		return err
	}
	if d.Guesses, err = guessesAtIn(rx, d.ID); err != nil {
		return err
	}
	if d.Adjustments, err = adjustmentsAtIn(rx, d.ID); err != nil || !d.ClosedAt.IsZero() {
		return err
	}
	d.Adjusted, err = adjustedIn(rx, d.Sitting, expected)
	return err
}

// adjustedIn are those of the expected people, or of all where it is for everyone, who have another limit.
func adjustedIn(rx *store.Rx, s Sitting, expected []string) ([]Adjusted, error) {
	start := rx.Now
	if start.Before(s.OpensAt) {
		start = s.OpensAt
	}
	everyone, in := !s.Named && s.CohortID == "", map[string]bool{}
	for _, id := range expected {
		in[id] = true
	}
	granted, order, err := grantedToAllIn(rx)
	if err != nil {
		return nil, err
	}
	var all []Adjusted
	for _, id := range order {
		held := holding(granted[id], start)
		if len(held) == 0 || !everyone && !in[id] {
			continue
		}
		t := Timing{Start: start, Minutes: s.Minutes, WindowEnd: s.ClosesAt, HardEnd: s.HardEnd}
		t.Multiplier, t.ExtraMinutes = most(held)
		whole, _ := t.Cut()
		all = append(all, Adjusted{PersonID: id, Held: held, Limit: t.Deadline().Sub(start), Whole: whole.Sub(start)})
	}
	return all, nil
}

// expectedIn are the active people whom the sitting is for, none where it is for everyone.
func expectedIn(rx *store.Rx, s Sitting) ([]string, error) {
	switch {
	case s.Named:
		return store.All(rx, scanText, `SELECT e.id FROM sitting_person p JOIN employee e ON e.id = p.person_id WHERE p.sitting_id = ? AND e.active ORDER BY e.number_key`, s.ID)
	case s.CohortID != "":
		return cohorts.MembersIn(rx, s.CohortID)
	}
	return nil, nil
}
