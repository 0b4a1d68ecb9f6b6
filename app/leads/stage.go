package leads

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// evidenceNote is how many characters say why a lead is at an exempt stage, at least.
const evidenceNote = 8

// StageChange is a change of a lead's stage.
type StageChange struct {
	From, To string
	Note     string
	By       string
	At       time.Time
}

// Advance takes a lead on to a stage, or back to one; its holder and the managers above them may. At an exempt stage the
// clock stands still, so coming to one wants evidence: a note, and a call or visit of this tenure since it last was at
// one; what is missing comes as fault.Problems. Coming back, the clock goes on with the business days that it had left,
// never beyond its hard maximum. Conflict for a lead in trust, or one on the way to an exempt stage whose clock has run
// out: then only a follow-up saves it.
func (p *Pool) Advance(ctx context.Context, actor people.Person, leadID, stage, note string) error {
	note = strings.TrimSpace(note)
	if utf8.RuneCountInString(note) > maxReason {
		return fault.New(fault.Invalid, "moves.note_long", "max", maxReason).In("note")
	}
	return p.db.Write(ctx, func(tx *store.Tx) error {
		lead, t, err := inChargeIn(tx.Rx, actor, leadID)
		if err != nil {
			return err
		}
		terms, rules, err := p.termsIn(tx.Rx, t.Pool)
		if err != nil {
			return err
		}
		to, _, known := rules.Stage(stage)
		switch {
		case !known:
			return fault.New(fault.Invalid, "moves.no_stage", "stage", stage).In("stage")
		case stage == lead.Stage:
			return fault.New(fault.Conflict, "moves.stage_same").In("stage")
		}
		change := staging{lead: lead, tenure: t, to: stage, note: note, by: actor.ID}
		switch {
		case to.Exempt && !t.Exempt:
			if err := evidenceIn(tx.Rx, t, note); err != nil {
				return err
			}
			change.stops = true
			change.tenure.Exempt = true
		case t.Exempt && !to.Exempt:
			days, err := p.workdaysOfIn(tx.Rx, t.HolderID)
			if err != nil {
				return err
			}
			if change.tenure, err = resumedIn(tx.Rx, t, terms, days); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(`UPDATE tenure SET exempt = ?, due_ms = ? WHERE id = ?`, change.tenure.Exempt, store.Ms(change.tenure.Due), t.ID); err != nil {
			return err
		}
		if err := change.recordIn(tx); err != nil {
			return err
		}
		return eventsIn(tx, "staged", note, actor.ID, t)
	})
}

// inChargeIn is a lead with its open tenure, which the actor holds or whose holder is below them.
func inChargeIn(rx *store.Rx, actor people.Person, leadID string) (Lead, Tenure, error) {
	lead, err := leadIn(rx, leadID)
	if err != nil {
		return lead, Tenure{}, err
	}
	t, open, err := openIn(rx, leadID)
	if err != nil {
		return lead, t, err
	}
	may := open && t.HolderID == actor.ID
	if open && !may {
		if may, err = managesIn(rx, actor, t.HolderID); err != nil {
			return lead, t, err
		}
	}
	switch {
	case !may:
		return lead, t, fault.New(fault.NotFound, "leads.not_held")
	case !t.Paused.IsZero():
		return lead, t, fault.New(fault.Conflict, "leads.in_trust")
	}
	return lead, t, nil
}

// evidenceIn is the fault that too little shows that a lead has come to an exempt stage.
func evidenceIn(rx *store.Rx, t Tenure, note string) error {
	if !t.Due.After(rx.Now) {
		return fault.New(fault.Conflict, "moves.overdue")
	}
	contacts := 0
	if err := rx.Row(`SELECT count(*) FROM follow_up WHERE tenure_id = ? AND kind IN ('call', 'visit')
		AND id > (SELECT coalesce(max(s.id), '') FROM lead_stage s WHERE s.tenure_id = ? AND s.due_ms IS NOT NULL)`, t.ID, t.ID).Scan(&contacts); err != nil {
		return err
	}
	var problems fault.Problems
	if utf8.RuneCountInString(note) < evidenceNote {
		problems.Add("", 0, "note", "moves.evidence_note", "least", evidenceNote)
	}
	if contacts == 0 {
		problems.Add("", 0, "stage", "moves.evidence_contact")
	}
	return problems.Err()
}

// resumedIn is a tenure whose lead comes back from an exempt stage.
func resumedIn(rx *store.Rx, t Tenure, terms Terms, days workdays) (Tenure, error) {
	type stop struct{ at, due int64 }
	s, stopped, err := store.First(rx, func(r store.Row) (s stop, err error) { return s, r.Scan(&s.at, &s.due) },
		`SELECT at_ms, due_ms FROM lead_stage WHERE tenure_id = ? AND due_ms IS NOT NULL ORDER BY id DESC LIMIT 1`, t.ID)
	if err != nil {
		return t, err
	}
	due := days.firstDue(rx.Now, terms.FirstDue) // it was at such a stage from its beginning
	if stopped {
		due = days.resumed(store.Time(s.at), store.Time(s.due), rx.Now)
	}
	if t.Exempt = false; due.After(t.Due) {
		t.Due = due.UTC()
	}
	if t.Due.After(t.Hard) {
		t.Due = t.Hard
	}
	return t, nil
}

// staging is a change of a lead's stage about to be made.
type staging struct {
	lead   Lead
	tenure Tenure // as it will be; zero for a lead that nobody holds
	to     string
	note   string
	by     string
	stops  bool // the clock
}

func (s staging) recordIn(tx *store.Tx) error {
	var tenure *string
	var due *int64
	if s.tenure.ID != "" {
		tenure = &s.tenure.ID
	}
	if s.stops {
		due = store.NullMs(s.tenure.Due)
	}
	if _, err := tx.Exec(`UPDATE lead SET stage = ? WHERE id = ?`, s.to, s.lead.ID); err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO lead_stage (id, lead_id, tenure_id, from_stage, to_stage, note, due_ms, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		tx.NewID(), s.lead.ID, tenure, s.lead.Stage, s.to, s.note, due, s.by, store.Ms(tx.Now))
	return err
}

// stagesIn are a lead's changes of stage under one holder, under all with "", the latest first.
func stagesIn(rx *store.Rx, leadID, holderID string) ([]StageChange, error) {
	query, args := `SELECT s.from_stage, s.to_stage, s.note, s.by_id, s.at_ms FROM lead_stage s WHERE s.lead_id = ?`, []any{leadID}
	if holderID != "" {
		query, args = query+` AND EXISTS (SELECT 1 FROM tenure t WHERE t.id = s.tenure_id AND t.holder_id = ?)`, append(args, holderID)
	}
	return store.All(rx, func(r store.Row) (c StageChange, err error) {
		var at int64
		err = r.Scan(&c.From, &c.To, &c.Note, &c.By, &at)
		c.At = store.Time(at)
		return c, err
	}, query+` ORDER BY s.id DESC`, args...)
}
