package exams

import (
	"context"
	"encoding/json"

	"bainian/app/people"
	"bainian/app/store"
)

const presenceColumns = `COALESCE(p.blurred_ms, 0), COALESCE(p.hidden_ms, 0), COALESCE(p.claims, ''), COALESCE(p.looked, '')`

// presenceScan is where the columns of a presence go until they are read.
type presenceScan struct {
	blurred, hidden int64
	claims, looked  string
}

func (s *presenceScan) into() []any { return []any{&s.blurred, &s.hidden, &s.claims, &s.looked} }

func (s *presenceScan) presence() (p presence, err error) {
	p.blurred, p.hidden = moment(s.blurred), moment(s.hidden)
	if s.claims != "" {
		if err = json.Unmarshal([]byte(s.claims), &p.claims); err != nil {
			return p, err
		}
	}
	if s.looked != "" {
		err = json.Unmarshal([]byte(s.looked), &p.looked)
	}
	return p, err
}

// presenceIn is what the browser of an attempt claimed so far; nothing before its first claim.
func presenceIn(rx *store.Rx, attemptID string) (presence, error) {
	p, _, err := store.First(rx, func(row store.Row) (presence, error) {
		var s presenceScan
		if err := row.Scan(s.into()...); err != nil {
			return presence{}, err
		}
		return s.presence()
	}, `SELECT `+presenceColumns+` FROM pulse p WHERE p.attempt_id = ?`, attemptID)
	return p, err
}

// claimedIn folds claims into what the board shows of the attempt, in the transaction that journals them.
func claimedIn(tx *store.Tx, attemptID string, claims []Event) error {
	if len(claims) == 0 {
		return nil
	}
	p, err := presenceIn(tx.Rx, attemptID)
	if err != nil {
		return err
	}
	return keepPresenceIn(tx, attemptID, p.after(claims, tx.Now))
}

// enteredIn forgets that the page was left, since it was just opened: on this device, or again.
func enteredIn(tx *store.Tx, attemptID string) error {
	_, err := tx.Exec(`UPDATE pulse SET blurred_ms = 0, hidden_ms = 0 WHERE attempt_id = ? AND blurred_ms + hidden_ms > 0`, attemptID)
	return err
}

func keepPresenceIn(tx *store.Tx, attemptID string, p presence) error {
	claims, err := json.Marshal(p.claims)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO pulse (attempt_id, blurred_ms, hidden_ms, claims) VALUES (?, ?, ?, ?)
		ON CONFLICT (attempt_id) DO UPDATE SET blurred_ms = excluded.blurred_ms, hidden_ms = excluded.hidden_ms, claims = excluded.claims`,
		attemptID, instant(p.blurred), instant(p.hidden), string(claims))
	return err
}

// Look says, on record, that somebody who watches has looked at what the board called attention to: what was claimed
// until now asks for no look any more, and counts on.
func (r *Room) Look(ctx context.Context, actor people.Person, attemptID string) error {
	return r.db.Write(ctx, func(tx *store.Tx) error {
		a, _, err := watchedIn(tx.Rx, actor, attemptID)
		if err != nil {
			return err
		}
		p, err := presenceIn(tx.Rx, a.ID)
		if err != nil || len(p.claims) == 0 {
			return err
		}
		claims, err := json.Marshal(p.claims)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO look (id, attempt_id, claims, by_id, at_ms) VALUES (?, ?, ?, ?, ?)`,
			tx.NewID(), a.ID, string(claims), actor.ID, store.Ms(tx.Now)); err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE pulse SET looked = ? WHERE attempt_id = ?`, string(claims), a.ID)
		return err
	})
}

// watchedIn is an attempt with its sitting, for those who watch it.
func watchedIn(rx *store.Rx, actor people.Person, attemptID string) (Attempt, Sitting, error) {
	a, ok, err := AttemptIn(rx, attemptID)
	if err != nil || !ok {
		return a, Sitting{}, orMissing(err)
	}
	s, ok, err := SittingIn(rx, a.SittingID)
	switch {
	case err != nil || !ok:
		return a, s, orMissing(err)
	case !s.watchedBy(actor):
		return a, s, errForbidden()
	}
	return a, s, nil
}
