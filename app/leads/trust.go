package leads

import (
	"bainian/app/integrity"
	"bainian/app/store"
)

// TrustIn is what follows a red-line verdict: everything the person holds goes into trust and its clocks
// stand still. The tenures stay open; cause says why, for the record.
func (p *Pool) TrustIn(tx *store.Tx, personID, by, cause string) error {
	held, err := holdingsIn(tx.Rx, personID)
	if err != nil {
		return err
	}
	var tenures []Tenure
	var rows [][]any
	for _, h := range held {
		if h.Tenure.Paused.IsZero() {
			tenures = append(tenures, h.Tenure)
			rows = append(rows, []any{tx.NewID(), h.Tenure.ID, personID, h.Lead.State, cause, by, store.Ms(tx.Now)})
		}
	}
	if len(tenures) == 0 {
		return nil
	}
	if err := insertRows(tx, `INSERT INTO trust (id, tenure_id, person_id, was, cause, by_id, since_ms)`, rows); err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE tenure SET paused_ms = ? WHERE holder_id = ? AND ended_ms IS NULL AND paused_ms IS NULL`, store.Ms(tx.Now), personID); err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE lead SET state = 'trust' WHERE id IN (SELECT lead_id FROM tenure WHERE holder_id = ? AND ended_ms IS NULL)`, personID); err != nil {
		return err
	}
	return eventsIn(tx, "trusted", cause, by, tenures...)
}

// RestoreIn is what follows an upheld appeal: what is in trust for the person is theirs again, and its clocks
// go on with the time that they had left. While another red line stands, nothing moves.
func (p *Pool) RestoreIn(tx *store.Tx, personID, by, cause string) error {
	standing, err := integrity.StandingIn(tx.Rx, personID)
	if err != nil || standing.RedLine {
		return err
	}
	paused, err := store.All(tx.Rx, scanTenure, `SELECT `+tenureColumns+` FROM tenure t
		WHERE t.holder_id = ? AND t.ended_ms IS NULL AND t.paused_ms IS NOT NULL`, personID)
	if err != nil || len(paused) == 0 {
		return err
	}
	now := store.Ms(tx.Now)
	if _, err := tx.Exec(`UPDATE lead SET state = x.was FROM trust x JOIN tenure t ON t.id = x.tenure_id
		WHERE lead.id = t.lead_id AND x.person_id = ? AND x.ended_ms IS NULL`, personID); err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE trust SET ended_ms = ?, ended_how = 'restored', ended_by = ? WHERE person_id = ? AND ended_ms IS NULL`, now, by, personID); err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE tenure SET due_ms = due_ms + (? - paused_ms), hard_ms = hard_ms + (? - paused_ms),
		since_ms = coalesce(since_ms, began_ms) + (? - paused_ms), paused_ms = NULL
		WHERE holder_id = ? AND ended_ms IS NULL AND paused_ms IS NOT NULL`, now, now, now, personID); err != nil {
		return err
	}
	return eventsIn(tx, "restored", cause, by, paused...)
}

// ReleaseIn puts everything that a person holds back into the pool: what is in trust because the verdict is
// final, the rest because the person leaves.
func (p *Pool) ReleaseIn(tx *store.Tx, personID, by, cause string) error {
	held, err := store.All(tx.Rx, scanTenure, `SELECT `+tenureColumns+` FROM tenure t WHERE t.holder_id = ? AND t.ended_ms IS NULL`, personID)
	if err != nil {
		return err
	}
	var running, paused []Tenure
	for _, t := range held {
		if t.Paused.IsZero() {
			running = append(running, t)
		} else {
			paused = append(paused, t)
		}
	}
	if err := p.endIn(tx, Deactivated, cause, by, running...); err != nil {
		return err
	}
	return p.endIn(tx, TrustEnded, cause, by, paused...)
}
