package integrity

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"bainian/app/fault"
	"bainian/app/jobs"
	"bainian/app/people"
	"bainian/app/store"
)

// Step is what a case waits for.
type Step string

const (
	Triage         Step = "triage"          // a reviewer dismisses the flag or opens a case
	Notice         Step = "notice"          // the opener tells the person what it is about
	Statement      Step = "statement"       // the person says how they see it
	Decision       Step = "decision"        // two reviewers give their opinions
	Inquiry        Step = "inquiry"         // the opener finds out what a reviewer asked for
	AppealFiling   Step = "appeal"          // the person may appeal
	AppealDecision Step = "appeal_decision" // a reviewer who took no part decides the appeal
	Suspension     Step = "suspension"      // runs beside the others: the gate opens again unless a second reviewer renews it
)

// Days is how many business days a step may take.
func (s Step) Days() int {
	switch s {
	case Triage:
		return 2
	case Notice:
		return 1
	case Statement, Decision, Inquiry:
		return 5
	case AppealFiling, AppealDecision:
		return 10
	case Suspension:
		return 15
	}
	return 0
}

// ofPerson reports whether it is the person whom the step waits for, and not a reviewer.
func (s Step) ofPerson() bool { return s == Statement || s == AppealFiling }

const (
	day      = 24 * time.Hour
	clockJob = "integrity/clock"
	// morning is the hour at which reminders go out.
	morning = 9
)

// clock is a time that was set.
type clock struct {
	ID     string
	Number int
	Step   Step
	Due    time.Time
}

type clockPayload struct {
	Clock  string `json:"clock"`
	Passed bool   `json:"passed"` // its end, not the reminder before
}

// startIn sets the clock of a step, in the place of the one that ran: it is on record, it reminds once before its end,
// and it strikes once after.
func (d *Desk) startIn(tx *store.Tx, number int, step Step, by string) error {
	c, err := d.setIn(tx, number, step, by)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE integrity_case SET step = ?, due_ms = ?, clock_id = ? WHERE number = ?`, step, store.Ms(c.Due), c.ID, number)
	return err
}

// stopIn ends the clock that runs: nothing is waited for.
func stopIn(tx *store.Tx, number int) error {
	_, err := tx.Exec(`UPDATE integrity_case SET step = '', due_ms = NULL, clock_id = '' WHERE number = ?`, number)
	return err
}

// suspendIn suspends the gate from now for as long as a case may without being renewed.
func (d *Desk) suspendIn(tx *store.Tx, number int, by string) error {
	c, err := d.setIn(tx, number, Suspension, by)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE integrity_case SET review_ms = ? WHERE number = ?`, store.Ms(c.Due), number)
	return err
}

func (d *Desk) setIn(tx *store.Tx, number int, step Step, by string) (c clock, err error) {
	days, err := d.calendarIn(tx.Rx)
	if err != nil {
		return c, err
	}
	c = clock{ID: tx.NewID(), Number: number, Step: step, Due: days.Due(tx.Now, step.Days())}
	if _, err := tx.Exec(`INSERT INTO case_clock (id, number, step, due_ms, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?)`,
		c.ID, number, step, store.Ms(c.Due), by, store.Ms(tx.Now)); err != nil {
		return c, err
	}
	near := days.At(c.Due, morning)
	if step.Days() >= 5 { // who has a week is told a day ahead
		near = days.At(days.Before(c.Due), morning)
	}
	if near.After(tx.Now) {
		if err := jobs.Add(tx, clockJob, clockPayload{Clock: c.ID}, near); err != nil {
			return c, err
		}
	}
	return c, jobs.Add(tx, clockJob, clockPayload{Clock: c.ID, Passed: true}, c.Due.Add(time.Millisecond))
}

// strike is a clock that comes near its end or has reached it. One that was replaced says nothing.
func (d *Desk) strike(ctx context.Context, payload []byte) error {
	var p clockPayload
	if err := json.Unmarshal(payload, &p); err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		k, ok, err := store.First(tx.Rx, scanClock, `SELECT id, number, step, due_ms FROM case_clock WHERE id = ?`, p.Clock)
		if err != nil || !ok {
			return err
		}
		c, err := caseIn(tx.Rx, k.Number)
		if err != nil {
			return err
		}
		runs := c.clock == k.ID
		if k.Step == Suspension {
			runs = c.undecided() == nil && c.ReviewBy.Equal(k.Due)
		}
		if !runs {
			return nil
		}
		if p.Passed && k.Step.ofPerson() {
			if err := d.silentIn(tx, c, k.Step); err != nil {
				return err
			}
			return chainIn(tx, c.Number)
		}
		return d.remindIn(tx, c, k, p.Passed)
	})
}

// silentIn goes on where the person's time has passed: without a statement to the decision, without an appeal to the end.
func (d *Desk) silentIn(tx *store.Tx, c Case, step Step) error {
	if step == AppealFiling {
		return d.finalIn(tx, c)
	}
	if err := eventIn(tx, c.Number, "unheard", "", people.SystemID); err != nil {
		return err
	}
	return d.startIn(tx, c.Number, Decision, people.SystemID)
}

func scanClock(r store.Row) (k clock, err error) {
	var due int64
	err = r.Scan(&k.ID, &k.Number, &k.Step, &due)
	k.Due = store.Time(due)
	return k, err
}

// Reminder says that somebody's time on a case comes to its end, or has: which case and until when, and nothing of what
// it is about, for a letter is read over shoulders.
type Reminder struct {
	To     []string // person ids
	Number int
	Step   Step
	Due    time.Time
	Passed bool // it is overdue
}

// remindIn reminds whom a clock waits for, once before its end and once after.
func (d *Desk) remindIn(tx *store.Tx, c Case, k clock, passed bool) error {
	var told bool
	if err := tx.Row(`SELECT EXISTS (SELECT 1 FROM case_reminder WHERE clock_id = ? AND passed = ?)`, k.ID, passed).Scan(&told); err != nil || told {
		return err
	}
	to, err := waitedForIn(tx.Rx, c, k.Step)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO case_reminder (clock_id, passed, told, at_ms) VALUES (?, ?, ?, ?)`, k.ID, passed, strings.Join(to, ","), store.Ms(tx.Now)); err != nil {
		return err
	}
	for _, f := range d.onReminder {
		if err := f(tx, Reminder{To: to, Number: c.Number, Step: k.Step, Due: k.Due, Passed: passed}); err != nil {
			return err
		}
	}
	return nil
}

// waitedForIn is whose move a step is: the person's, the opener's, or that of every reviewer who may work on it and has
// not yet done their part.
func waitedForIn(rx *store.Rx, c Case, step Step) ([]string, error) {
	if step.ofPerson() {
		return []string{c.PersonID}, nil
	}
	holders, err := people.HoldersIn(rx, people.Reviewer)
	if err != nil {
		return nil, err
	}
	var to []string
	for _, id := range holders {
		p, ok, err := people.PersonIn(rx, id)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		switch turn, err := turnIn(rx, p, c, step); {
		case err != nil:
			return nil, err
		case turn:
			to = append(to, id)
		}
	}
	return to, nil
}

// turnIn reports whether a step of a case is this reviewer's to take.
func turnIn(rx *store.Rx, p people.Person, c Case, step Step) (bool, error) {
	if err := mayReview(rx, p, c); err != nil {
		if fault.KindOf(err) == fault.Forbidden || fault.KindOf(err) == fault.NotFound {
			err = nil
		}
		return false, err
	}
	switch step {
	case "":
		return false, nil
	case Notice, Inquiry:
		turn, err := stepsInIn(rx, c, p.ID)
		return turn, err
	case Decision:
		votes, err := votesIn(rx, c.Number)
		return !voted(votes, p.ID), err
	case AppealDecision:
		part, err := tookPartIn(rx, c.Number, p.ID)
		return !part, err
	case Suspension:
		opener, err := openerIn(rx, c.Number)
		return opener != p.ID, err
	}
	return !step.ofPerson(), nil
}

// stepsInIn reports whether a reviewer may do what is the opener's to do: who opened the case, or anybody once the
// opener has left or must stand aside.
func stepsInIn(rx *store.Rx, c Case, id string) (bool, error) {
	opener, err := openerIn(rx, c.Number)
	if err != nil || opener == id {
		return err == nil, err
	}
	p, ok, err := people.PersonIn(rx, opener)
	if err != nil {
		return false, err
	}
	return !ok || !p.Active || mayReview(rx, p, c) != nil, nil
}

// tookPartIn reports whether somebody has done anything on a case that bears on its outcome.
func tookPartIn(rx *store.Rx, number int, id string) (part bool, err error) {
	err = rx.Row(`SELECT EXISTS (SELECT 1 FROM case_event WHERE number = ? AND by_id = ? AND kind IN ('flagged', 'reported', 'opened', 'noticed', 'renewed', 'inquiry', 'answered', 'voted', 'closed', 'dismissed'))
		OR EXISTS (SELECT 1 FROM case_fact WHERE number = ? AND by_id = ?) OR EXISTS (SELECT 1 FROM case_vote WHERE number = ? AND reviewer_id = ?)`, number, id, number, id, number, id).Scan(&part)
	return part, err
}

// Clock is a time that was set for a case, as it was told.
type Clock struct {
	Step    Step
	At, Due time.Time
}

func clocksIn(rx *store.Rx, number int) ([]Clock, error) {
	return store.All(rx, func(r store.Row) (c Clock, err error) {
		var at, due int64
		err = r.Scan(&c.Step, &at, &due)
		c.At, c.Due = store.Time(at), store.Time(due)
		return c, err
	}, `SELECT step, at_ms, due_ms FROM case_clock WHERE number = ? ORDER BY at_ms, id`, number)
}
