package leads

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// Outcome is how it ended with a lead.
type Outcome string

const (
	OutcomeWon       Outcome = "won"     // the customer has paid
	OutcomeLost      Outcome = "lost"    // they do not want it
	OutcomeInvalid   Outcome = "invalid" // there is no such customer
	OutcomeDuplicate Outcome = "duplicate"
)

// Outcomes are all outcomes in the order in which they are offered.
func Outcomes() []Outcome {
	return []Outcome{OutcomeWon, OutcomeLost, OutcomeInvalid, OutcomeDuplicate}
}

// Closing is what a person says who closes a lead.
type Closing struct {
	Outcome Outcome
	Reason  string // may be empty for a lead that was won
}

// Closure is a closing as it was recorded.
type Closure struct {
	Closing
	ID, LeadID string
	HolderID   string // "" when nobody held the lead
	Stage      string // at which
	By         string
	At         time.Time
	Reopened   Reopening // zero while it stands
}

// Reopening says who took a closing back.
type Reopening struct {
	Reason, By string
	At         time.Time
}

// Close ends the work on a lead: by its holder or the managers above them, of a lead that nobody holds by managers, HR
// and admins. Won is what has come to a stage at which the customer has paid; everything else wants a reason. Conflict for
// a lead in trust, or closed already.
func (p *Pool) Close(ctx context.Context, actor people.Person, leadID string, c Closing) (err error) {
	if !slices.Contains(Outcomes(), c.Outcome) {
		return fault.New(fault.Invalid, "moves.outcome_unknown", "outcome", string(c.Outcome)).In("outcome")
	}
	if c.Reason = strings.TrimSpace(c.Reason); c.Reason == "" && c.Outcome != OutcomeWon || utf8.RuneCountInString(c.Reason) > maxReason {
		return fault.New(fault.Invalid, "moves.reason_missing", "max", maxReason).In("reason")
	}
	return p.db.Write(ctx, func(tx *store.Tx) error {
		lead, t, err := closableIn(tx.Rx, actor, leadID)
		if err != nil {
			return err
		}
		if c.Outcome == OutcomeWon {
			_, rules, err := p.termsIn(tx.Rx, lead.Pool)
			if err != nil {
				return err
			}
			if s, _, _ := rules.Stage(lead.Stage); !s.Won {
				return fault.New(fault.Conflict, "moves.not_won").In("outcome")
			}
		}
		return p.shutIn(tx, lead, t, ClosedOff, c, actor.ID)
	})
}

// closableIn is a lead that the actor may close, with its open tenure if there is one.
func closableIn(rx *store.Rx, actor people.Person, leadID string) (Lead, Tenure, error) {
	lead, err := leadIn(rx, leadID)
	if err != nil {
		return lead, Tenure{}, err
	}
	switch lead.State {
	case Closed:
		return lead, Tenure{}, fault.New(fault.Conflict, "moves.closed")
	case InPool, Handover:
		return lead, Tenure{}, keepsPoolIn(rx, actor)
	}
	return inChargeIn(rx, actor, leadID)
}

// shutIn closes a lead and ends its tenure, if it has one. For whom a fresh lead is kept stays as it was, so that closing and
// reopening it opens it to nobody else.
func (p *Pool) shutIn(tx *store.Tx, lead Lead, t Tenure, how Ended, c Closing, by string) error {
	var tenure *string
	moved := Tenure{LeadID: lead.ID, HolderID: by}
	if t.ID != "" {
		tenure, moved = &t.ID, t
		terms, _, err := p.termsIn(tx.Rx, t.Pool)
		if err != nil {
			return err
		}
		days, err := p.workdaysIn(tx.Rx)
		if err != nil {
			return err
		}
		if err := closeIn(tx, how, by, store.Ms(days.add(tx.Now, terms.CoolReturned)), []Tenure{t}); err != nil {
			return err
		}
	}
	n, err := tx.Exec(`UPDATE lead SET state = 'closed' WHERE id = ? AND coalesce(state, '') = ?`, lead.ID, lead.State)
	if err != nil {
		return err
	}
	if n != 1 {
		return fault.New(fault.Conflict, "moves.closed")
	}
	if _, err := tx.Exec(`INSERT INTO lead_closing (id, lead_id, tenure_id, outcome, reason, stage, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		tx.NewID(), lead.ID, tenure, c.Outcome, c.Reason, lead.Stage, by, store.Ms(tx.Now)); err != nil {
		return err
	}
	return eventsIn(tx, string(how), c.Reason, by, moved)
}

// Reopen puts a lead that was lost or found invalid back into its pool, by managers, HR and admins, with a reason. What
// was closed at an exempt stage begins anew at the first one, for nothing at such a stage is in a pool.
func (p *Pool) Reopen(ctx context.Context, actor people.Person, leadID, reason string) error {
	reason, err := said(reason, "reason", "moves.reason_missing", maxReason)
	if err != nil {
		return err
	}
	return p.db.Write(ctx, func(tx *store.Tx) error {
		if err := keepsPoolIn(tx.Rx, actor); err != nil {
			return err
		}
		lead, err := leadIn(tx.Rx, leadID)
		if err != nil {
			return err
		}
		if lead.State != Closed {
			return fault.New(fault.Conflict, "moves.not_closed")
		}
		closures, err := closuresIn(tx.Rx, ` WHERE c.lead_id = ?`, leadID)
		if err != nil {
			return err
		}
		erased, err := erasedIn(tx.Rx, leadID)
		if err != nil {
			return err
		}
		if erased {
			return fault.New(fault.Conflict, "moves.erased")
		}
		if len(closures) == 0 || closures[0].Outcome != OutcomeLost && closures[0].Outcome != OutcomeInvalid {
			return fault.New(fault.Conflict, "moves.closed_for_good")
		}
		if _, err := tx.Exec(`INSERT INTO lead_reopening (closing_id, reason, by_id, at_ms) VALUES (?, ?, ?, ?)`, closures[0].ID, reason, actor.ID, store.Ms(tx.Now)); err != nil {
			return err
		}
		rules, err := p.RulesIn(tx.Rx)
		if err != nil {
			return err
		}
		if rules.Exempt(lead.Stage) {
			if err := (staging{lead: lead, to: rules.Stages[0].Slug, note: reason, by: actor.ID}).recordIn(tx); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(`UPDATE lead SET state = 'pool' WHERE id = ?`, leadID); err != nil {
			return err
		}
		return eventsIn(tx, "reopened", reason, actor.ID, Tenure{LeadID: leadID, HolderID: actor.ID})
	})
}

// closuresIn are closings, the latest first; where begins with a space and WHERE.
func closuresIn(rx *store.Rx, where string, args ...any) ([]Closure, error) {
	return store.All(rx, func(r store.Row) (c Closure, err error) {
		var at int64
		var reopened *int64
		err = r.Scan(&c.ID, &c.LeadID, &c.HolderID, &c.Outcome, &c.Reason, &c.Stage, &c.By, &at, &c.Reopened.Reason, &c.Reopened.By, &reopened)
		c.At, c.Reopened.At = store.Time(at), store.NullTime(reopened)
		return c, err
	}, `SELECT c.id, c.lead_id, coalesce(t.holder_id, ''), c.outcome, c.reason, c.stage, c.by_id, c.at_ms, coalesce(r.reason, ''), coalesce(r.by_id, ''), r.at_ms
		FROM lead_closing c LEFT JOIN tenure t ON t.id = c.tenure_id LEFT JOIN lead_reopening r ON r.closing_id = c.id`+where+` ORDER BY c.id DESC`, args...)
}
