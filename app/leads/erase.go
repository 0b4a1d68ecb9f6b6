package leads

import (
	"context"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// erasing are the statements that forget a person in a lead and in those merged into it. What has been written freely may
// name them anywhere, so all of it goes; the rows, their times and who wrote them stay. Each takes the lead's id twice.
func erasing() []string {
	const (
		these   = ` IN (SELECT id FROM lead WHERE id = ? OR merged_into = ?)`
		tenures = ` IN (SELECT t.id FROM tenure t JOIN lead l ON l.id = t.lead_id WHERE l.id = ? OR l.merged_into = ?)`
	)
	return []string{
		`UPDATE lead SET contact = '', phone = '', note = '', phone_key = '', company_key = '' WHERE id` + these,
		`UPDATE follow_up SET outcome = '', next_step = '' WHERE tenure_id` + tenures,
		`UPDATE lead_event SET note = '' WHERE lead_id` + these,
		`UPDATE lead_stage SET note = '' WHERE lead_id` + these,
		`UPDATE lead_closing SET reason = '' WHERE lead_id` + these,
		`UPDATE lead_reopening SET reason = '' WHERE closing_id IN (SELECT c.id FROM lead_closing c JOIN lead l ON l.id = c.lead_id WHERE l.id = ? OR l.merged_into = ?)`,
		`UPDATE lead_merge SET reason = '' WHERE dropped_id` + these,
		`UPDATE dispute SET text = '', ruling = CASE WHEN ruled_ms IS NULL THEN NULL ELSE '' END WHERE lead_id` + these,
		`UPDATE dispute SET text = '', ruling = CASE WHEN ruled_ms IS NULL THEN NULL ELSE '' END WHERE other_id` + these,
	}
}

// Erase forgets the person behind a lead on their request, by HR and admins: whom to ask for, the number, and everything
// that was written about them, here and in all that was merged with it, whichever of them is named. The lead is closed for
// good, its tenure ends; that it was there, the counts and who did what when stay. The reason is kept and must not repeat
// what is erased.
func (p *Pool) Erase(ctx context.Context, actor people.Person, leadID, reason string) error {
	reason, err := said(reason, "reason", "moves.reason_missing", maxReason)
	if err != nil {
		return err
	}
	if !actor.Has(people.HR, people.Admin) {
		return fault.New(fault.Forbidden, "moves.hr_only")
	}
	return p.db.Write(ctx, func(tx *store.Tx) error {
		lead, err := leadIn(tx.Rx, leadID)
		if err != nil {
			return err
		}
		kept := ""
		if err := tx.Row(`SELECT coalesce(merged_into, '') FROM lead WHERE id = ?`, leadID).Scan(&kept); err != nil {
			return err
		}
		if kept != "" { // the same person is known there
			if lead, err = leadIn(tx.Rx, kept); err != nil {
				return err
			}
		}
		leadID := lead.ID
		if erased, err := erasedIn(tx.Rx, leadID); err != nil || erased {
			if err == nil {
				err = fault.New(fault.Conflict, "moves.erased")
			}
			return err
		}
		if lead.State != Closed {
			t, _, err := openIn(tx.Rx, leadID)
			if err != nil {
				return err
			}
			if err := p.shutIn(tx, lead, t, ClosedOff, Closing{Outcome: OutcomeInvalid}, actor.ID); err != nil {
				return err
			}
		}
		if err := forgetDayIn(tx, leadID); err != nil {
			return err
		}
		for _, statement := range erasing() {
			if _, err := tx.Exec(statement, leadID, leadID); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(`INSERT INTO lead_erasure (lead_id, reason, by_id, at_ms) VALUES (?, ?, ?, ?)`, leadID, reason, actor.ID, store.Ms(tx.Now)); err != nil {
			return err
		}
		return eventsIn(tx, "erased", "", actor.ID, Tenure{LeadID: leadID, HolderID: actor.ID})
	})
}

func erasedIn(rx *store.Rx, leadID string) (erased bool, err error) {
	err = rx.Row(`SELECT EXISTS (SELECT 1 FROM lead_erasure WHERE lead_id = ?)`, leadID).Scan(&erased)
	return erased, err
}
