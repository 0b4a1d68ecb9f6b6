package leads

import (
	"context"
	"time"

	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/people"
	"bainian/app/store"
)

// mostRivals is how many leads of one customer a person is told of.
const mostRivals = 5

// Dispute is two people with one customer: somebody says so of a lead that another one holds.
type Dispute struct {
	ID                   string
	Lead                 Lead
	OtherID              string // the claimant's own lead of the customer; "" when they say they worked this one before
	HolderID, ClaimantID string
	Text                 string
	At                   time.Time
}

// Dispute says that the customer of a lead which somebody else holds is the actor's: they hold a lead with the same
// telephone or company, or have held this one. Anybody else is Forbidden; one dispute of a person about a lead is open at a
// time.
func (p *Pool) Dispute(ctx context.Context, actor people.Person, leadID, text string) (d Dispute, err error) {
	if text, err = said(text, "text", "moves.dispute_text", maxReason); err != nil {
		return d, err
	}
	err = p.db.Write(ctx, func(tx *store.Tx) error {
		lead, err := leadIn(tx.Rx, leadID)
		if err != nil {
			return err
		}
		t, open, err := openIn(tx.Rx, leadID)
		switch {
		case err != nil:
			return err
		case !open:
			return fault.New(fault.Conflict, "leads.nobody_holds")
		case t.HolderID == actor.ID:
			return fault.New(fault.Conflict, "moves.dispute_own")
		}
		d = Dispute{ID: tx.NewID(), Lead: lead, HolderID: t.HolderID, ClaimantID: actor.ID, Text: text, At: tx.Now}
		if d.OtherID, err = standingIn(tx.Rx, actor.ID, leadID); err != nil {
			return err
		}
		if d.Lead, err = p.maskedIn(tx.Rx, lead); err != nil {
			return err
		}
		var other *string
		if d.OtherID != "" {
			other = &d.OtherID
		}
		waiting := false
		if err := tx.Row(`SELECT EXISTS (SELECT 1 FROM dispute WHERE lead_id = ? AND claimant_id = ? AND ruled_ms IS NULL)`, leadID, actor.ID).Scan(&waiting); err != nil {
			return err
		}
		if waiting {
			return fault.New(fault.Conflict, "moves.dispute_open")
		}
		_, err = tx.Exec(`INSERT INTO dispute (id, lead_id, holder_id, claimant_id, other_id, text, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			d.ID, leadID, d.HolderID, d.ClaimantID, other, text, store.Ms(tx.Now))
		return err
	})
	if err != nil {
		return Dispute{}, err
	}
	return d, nil
}

// standingIn is what lets a person dispute a lead: one of their own with the same customer, or "" when they held it before.
func standingIn(rx *store.Rx, personID, leadID string) (otherID string, err error) {
	otherID, found, err := store.First(rx, func(r store.Row) (id string, err error) { return id, r.Scan(&id) },
		`SELECT l.id FROM lead x JOIN lead l ON l.id <> x.id AND (l.phone_key <> '' AND l.phone_key = x.phone_key OR l.company_key <> '' AND l.company_key = x.company_key)
		JOIN tenure t ON t.lead_id = l.id AND t.ended_ms IS NULL WHERE x.id = ? AND t.holder_id = ? ORDER BY l.id LIMIT 1`, leadID, personID)
	if err != nil || found {
		return otherID, err
	}
	held := false
	err = rx.Row(`SELECT EXISTS (SELECT 1 FROM tenure WHERE lead_id = ? AND holder_id = ?)`, leadID, personID).Scan(&held)
	if err == nil && !held {
		err = fault.New(fault.Forbidden, "moves.dispute_no_standing")
	}
	return "", err
}

// Rival is a lead that somebody else holds and a person may dispute.
type Rival struct {
	LeadID string
	Waits  bool   // they have disputed it, and nobody has ruled
	Ruling string // why their last dispute of it went to the other one; "" for none
}

// Rivals are what the actor may dispute about a lead: the leads of the same customer that others hold, when they hold this
// one, or this one itself, when they held it before and another one does now. Whom a rival is with is not said.
func (p *Pool) Rivals(ctx context.Context, actor people.Person, leadID string) (all []Rival, err error) {
	err = p.db.Read(ctx, func(rx *store.Rx) error {
		all = nil
		t, open, err := openIn(rx, leadID)
		if err != nil || !open {
			return err
		}
		ids := []string{leadID}
		if t.HolderID == actor.ID {
			ids, err = store.All(rx, scanText, `SELECT l.id FROM lead x JOIN lead l ON l.id <> x.id AND (l.phone_key <> '' AND l.phone_key = x.phone_key OR l.company_key <> '' AND l.company_key = x.company_key)
				JOIN tenure t ON t.lead_id = l.id AND t.ended_ms IS NULL WHERE x.id = ? AND t.holder_id <> ? ORDER BY l.id LIMIT ?`, leadID, actor.ID, mostRivals)
		} else if _, err = standingIn(rx, actor.ID, leadID); fault.Is(err, fault.Forbidden) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, id := range ids {
			r := Rival{LeadID: id}
			if err := rx.Row(`SELECT EXISTS (SELECT 1 FROM dispute WHERE lead_id = ? AND claimant_id = ? AND ruled_ms IS NULL)`, id, actor.ID).Scan(&r.Waits); err != nil {
				return err
			}
			r.Ruling, _, err = store.First(rx, scanText, `SELECT ruling FROM dispute WHERE lead_id = ? AND claimant_id = ? AND winner_id <> claimant_id ORDER BY id DESC LIMIT 1`, id, actor.ID)
			if err != nil {
				return err
			}
			all = append(all, r)
		}
		return nil
	})
	return all, err
}

// Disputes are those that wait for a ruling, the oldest first, at most 200: for managers where both people are below them,
// for HR and admins all. HR sees the leads masked.
func (p *Pool) Disputes(ctx context.Context, actor people.Person) (all []Dispute, err error) {
	err = p.db.Read(ctx, func(rx *store.Rx) error {
		all = nil
		holder, err := oversightIn(rx, actor, "d.holder_id")
		if err != nil {
			return err
		}
		claimant, err := oversightIn(rx, actor, "d.claimant_id")
		if err != nil {
			return err
		}
		all, err = store.All(rx, scanDispute, `SELECT `+leadColumns+`, `+disputeColumns+` FROM dispute d JOIN lead l ON l.id = d.lead_id
			WHERE d.ruled_ms IS NULL`+holder.where+claimant.where+` ORDER BY d.at_ms, d.id LIMIT ?`, append(append(holder.args, claimant.args...), mostListed)...)
		if err != nil || !holder.masked {
			return err
		}
		for i, d := range all {
			if all[i].Lead, err = p.maskedIn(rx, d.Lead); err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

const disputeColumns = `d.id, coalesce(d.other_id, ''), d.holder_id, d.claimant_id, d.text, d.at_ms`

func scanDispute(r store.Row) (d Dispute, err error) {
	var at int64
	err = r.Scan(append(leadDest(&d.Lead), &d.ID, &d.OtherID, &d.HolderID, &d.ClaimantID, &d.Text, &at)...)
	d.At = store.Time(at)
	return d, err
}

// Rule decides a dispute for one of the two, by a manager above both, HR or an admin. The other one's tenure ends, who
// waits for no longer than after a return; where each had a lead, the loser's is merged into the winner's, and a claimant
// who had none is given this one under their own gate, limits and cool-down. What has changed hands since is left alone.
func (p *Pool) Rule(ctx context.Context, actor people.Person, disputeID, winnerID, reason string) error {
	reason, err := said(reason, "reason", "moves.reason_missing", maxReason)
	if err != nil {
		return err
	}
	err = p.give(ctx, func(tx *store.Tx) error {
		d, found, err := store.First(tx.Rx, scanDispute, `SELECT `+leadColumns+`, `+disputeColumns+` FROM dispute d JOIN lead l ON l.id = d.lead_id WHERE d.id = ?`, disputeID)
		if err != nil {
			return err
		}
		if !found {
			return fault.New(fault.NotFound, "moves.no_dispute")
		}
		if err := mayRuleIn(tx.Rx, actor, d); err != nil {
			return err
		}
		if winnerID != d.HolderID && winnerID != d.ClaimantID {
			return fault.New(fault.Invalid, "moves.no_winner").In("winner")
		}
		ruled, err := tx.Exec(`UPDATE dispute SET winner_id = ?, ruling = ?, ruled_by = ?, ruled_ms = ? WHERE id = ? AND coalesce(ruled_ms, 0) = 0`,
			winnerID, reason, actor.ID, store.Ms(tx.Now), d.ID)
		if err != nil {
			return err
		}
		if ruled != 1 {
			return fault.New(fault.Conflict, "moves.dispute_ruled")
		}
		return p.enforceIn(tx, d, winnerID, reason, actor.ID)
	})
	p.noteRefused(gate.ByAssign, gate.Assign, winnerID, actor.ID, err)
	return err
}

func mayRuleIn(rx *store.Rx, actor people.Person, d Dispute) error {
	if actor.ID == d.HolderID || actor.ID == d.ClaimantID {
		return fault.New(fault.Forbidden, "moves.dispute_party")
	}
	if actor.Has(people.HR, people.Admin) {
		return mayAllocateIn(rx, actor)
	}
	for _, person := range []string{d.HolderID, d.ClaimantID} {
		if err := mayAssignIn(rx, actor, person); err != nil {
			return err
		}
	}
	return nil
}

// enforceIn is what follows from a ruling.
func (p *Pool) enforceIn(tx *store.Tx, d Dispute, winnerID, reason, by string) error {
	t, held, err := partyIn(tx.Rx, d.Lead.ID, d.HolderID)
	if err != nil {
		return err
	}
	other, o, own := Lead{}, Tenure{}, false
	if d.OtherID != "" {
		if other, err = leadIn(tx.Rx, d.OtherID); err != nil {
			return err
		}
		if o, own, err = partyIn(tx.Rx, d.OtherID, d.ClaimantID); err != nil {
			return err
		}
	}
	switch {
	case winnerID == d.HolderID && held && own:
		return p.mergeIn(tx, d.Lead, t, other, o, Ruled, reason, by)
	case winnerID == d.ClaimantID && held && own:
		return p.mergeIn(tx, other, o, d.Lead, t, Ruled, reason, by)
	case winnerID == d.ClaimantID && held:
		_, err := p.transferIn(tx, d.Lead, t, winnerID, Ruled, reason, by)
		return err
	}
	return nil
}

// partyIn is the open tenure of a lead, and whether it is a certain person's; in trust it is a Conflict.
func partyIn(rx *store.Rx, leadID, personID string) (Tenure, bool, error) {
	t, open, err := openIn(rx, leadID)
	if err == nil && open && t.HolderID == personID && !t.Paused.IsZero() {
		err = fault.New(fault.Conflict, "leads.in_trust")
	}
	return t, open && t.HolderID == personID, err
}
