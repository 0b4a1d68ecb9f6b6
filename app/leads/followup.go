package leads

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// FollowUp records a contact with a lead that the actor holds and moves its clock on; a note is recorded too, but
// reaches nobody and moves nothing. As long as the lead has not been reclaimed it is never too late; the time is
// the server's. NotFound for a lead that the actor does
// not hold, Conflict for one in trust.
func (p *Pool) FollowUp(ctx context.Context, actor people.Person, leadID string, c Contact) (t Tenure, err error) {
	return p.followUp(ctx, actor, leadID, c, "", func(*store.Tx, Tenure, string) error { return nil })
}

// followUp is FollowUp with what goes with it in the same transaction, which gets the tenure and the follow-up's id. The
// same request, if not "", is one follow-up.
func (p *Pool) followUp(ctx context.Context, actor people.Person, leadID string, c Contact, request string,
	with func(tx *store.Tx, t Tenure, id string) error) (t Tenure, err error) {
	if !slices.Contains(Kinds(), c.Kind) {
		return t, fault.New(fault.Invalid, "leads.kind_unknown", "kind", string(c.Kind)).In("kind")
	}
	if c.Outcome, err = said(c.Outcome, "outcome", "leads.outcome_missing", maxOutcome); err != nil {
		return t, err
	}
	if c.Next = strings.TrimSpace(c.Next); utf8.RuneCountInString(c.Next) > maxReason {
		return t, fault.New(fault.Invalid, "leads.next_long", "max", maxReason).In("next")
	}
	err = p.db.Write(ctx, func(tx *store.Tx) error {
		if t, err = heldIn(tx.Rx, actor, leadID); err != nil {
			return err
		}
		var key *string
		if request != "" {
			key = &request
			if _, again, err := store.First(tx.Rx, scanText, `SELECT id FROM follow_up WHERE by_id = ? AND request = ?`, actor.ID, request); err != nil || again {
				return err
			}
		}
		days, err := p.workdaysOfIn(tx.Rx, actor.ID)
		if err != nil {
			return err
		}
		lead, err := leadIn(tx.Rx, leadID)
		if err != nil {
			return err
		}
		terms, _, err := p.termsIn(tx.Rx, t.Pool)
		if err != nil {
			return err
		}
		if c.Kind != Note {
			t.Due = Due(t.Due, t.Hard, tx.Now, terms.extension(t.FollowUps, lead.Stage, !t.Private.IsZero()), days.add).UTC()
			t.FollowUps++
		}
		if _, err := tx.Exec(`UPDATE tenure SET due_ms = ?, follow_ups = ? WHERE id = ?`, store.Ms(t.Due), t.FollowUps, t.ID); err != nil {
			return err
		}
		id := tx.NewID()
		if _, err := tx.Exec(`INSERT INTO follow_up (id, tenure_id, kind, outcome, next_step, due_ms, by_id, at_ms, request) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			id, t.ID, c.Kind, c.Outcome, c.Next, store.Ms(t.Due), actor.ID, store.Ms(tx.Now), key); err != nil {
			return err
		}
		return with(tx, t, id)
	})
	return t, err
}

// heldIn is the actor's own open tenure of a lead that they may work now.
func heldIn(rx *store.Rx, actor people.Person, leadID string) (Tenure, error) {
	t, open, err := openIn(rx, leadID)
	switch {
	case err != nil:
		return t, err
	case !open || t.HolderID != actor.ID:
		return t, fault.New(fault.NotFound, "leads.not_held")
	case !t.Paused.IsZero():
		return t, fault.New(fault.Conflict, "leads.in_trust")
	}
	return t, nil
}
