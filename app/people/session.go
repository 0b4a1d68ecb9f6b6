package people

import (
	"context"
	"encoding/base64"
	"time"

	"bainian/app/fault"
	"bainian/app/store"
)

const (
	sessionLasts = 12 * time.Hour // from the sign-in, whatever happens in between
	tokenBytes   = 32
)

// Session is the person whose session that token opened. An unknown, ended or expired session, or one of a
// deactivated person, is Unauthenticated. It is one read, and every request makes it.
func (d *Directory) Session(ctx context.Context, token string) (Person, error) {
	var p Person
	found := false
	err := d.db.ReadOne(ctx, func(rx *store.Rx) (err error) {
		p, found, err = store.First(rx, scanPerson, `SELECT `+personColumns+` FROM session s JOIN employee e ON e.id = s.employee_id
			WHERE s.hash = ? AND s.ended_ms IS NULL AND s.expires_ms > ? AND e.active`, digest(token), store.Ms(rx.Now))
		return err
	})
	if err == nil && !found {
		err = fault.New(fault.Unauthenticated, "people.session_over")
	}
	return p, err
}

// SignInAs opens a session without a password, for demo links and the first admin; the caller decides when.
func (d *Directory) SignInAs(ctx context.Context, personID string) (string, error) {
	token := ""
	err := d.db.Write(ctx, func(tx *store.Tx) (err error) {
		token, err = OpenSessionIn(tx, personID)
		return err
	})
	return token, err
}

// OpenSessionIn opens a session for somebody who proved who they are in another way than by a password, and returns its
// token; the caller decides when. Forbidden people.deactivated for somebody who has left.
func OpenSessionIn(tx *store.Tx, personID string) (string, error) {
	p, err := get(tx.Rx, personID)
	if err != nil {
		return "", err
	}
	if !p.Active {
		return "", fault.New(fault.Forbidden, "people.deactivated")
	}
	return openSession(tx, personID)
}

// SignOut ends the session of that token. Ending one that has ended is no fault.
func (d *Directory) SignOut(ctx context.Context, token string) error {
	return d.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE session SET ended_ms = ?, ended_by = employee_id WHERE hash = ? AND ended_ms IS NULL`,
			store.Ms(tx.Now), digest(token))
		return err
	})
}

// EndSessions ends all sessions of a person: their own, or as HR anyone's.
func (d *Directory) EndSessions(ctx context.Context, actor Person, personID string) error {
	return d.db.Write(ctx, func(tx *store.Tx) error {
		p, err := get(tx.Rx, personID)
		if err != nil {
			return err
		}
		if actor.ID != p.ID {
			if err := mayClose(actor, p); err != nil {
				return err
			}
		}
		n, err := endSessions(tx, actor, personID)
		if err != nil || n == 0 {
			return err
		}
		return record(tx, actor, personID, Change{Kind: SessionsEnded})
	})
}

func openSession(tx *store.Tx, personID string) (token string, err error) {
	token = newToken(tx)
	_, err = tx.Exec(`INSERT INTO session (hash, employee_id, started_ms, expires_ms) VALUES (?, ?, ?, ?)`,
		digest(token), personID, store.Ms(tx.Now), store.Ms(tx.Now.Add(sessionLasts)))
	return token, err
}

func endSessions(tx *store.Tx, by Person, personID string) (int64, error) {
	return tx.Exec(`UPDATE session SET ended_ms = ?, ended_by = ? WHERE employee_id = ? AND ended_ms IS NULL`,
		store.Ms(tx.Now), by.ID, personID)
}

// newToken is a secret fit for a cookie or a link.
func newToken(tx *store.Tx) string {
	return base64.RawURLEncoding.EncodeToString(tx.Secret(tokenBytes))
}
