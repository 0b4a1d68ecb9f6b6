package people

import (
	"context"
	"encoding/base64"
	"strings"
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

// SessionDigestsIn are the sessions of a person that hold now, by the digest of their tokens (TokenDigest), with the time
// at which each ends. One that was opened for an exam alone is known by its token and told apart by ForExam.
func SessionDigestsIn(rx *store.Rx, personID string) (map[string]time.Time, error) {
	ends := map[string]time.Time{}
	err := rx.Each(`SELECT hash, expires_ms FROM session WHERE employee_id = ? AND ended_ms IS NULL AND expires_ms > ?`, []any{personID, store.Ms(rx.Now)}, func(r store.Row) error {
		var hash string
		var ms int64
		err := r.Scan(&hash, &ms)
		ends[hash] = store.Time(ms)
		return err
	})
	return ends, err
}

// SignInAs opens a session without a password, for demo links and the first admin; the caller decides when.
func (d *Directory) SignInAs(ctx context.Context, personID string) (string, error) {
	token := ""
	err := d.db.Write(ctx, func(tx *store.Tx) (err error) {
		token, err = openActive(tx, personID, newToken(tx))
		return err
	})
	return token, err
}

// examMark ends the token of a session that was opened for an exam alone. A session is known by the hash of its whole
// token, so that nobody makes another session of it by leaving the mark away.
const examMark = "!exam"

// ForExam reports whether the session of that token opens the pages of exams and nothing else.
func ForExam(token string) bool { return strings.HasSuffix(token, examMark) }

// OpenExamSessionIn opens a session for an exam alone, for somebody who proved who they are in another way than by a
// password, and returns its token; the caller decides when. Forbidden people.deactivated for somebody who has left.
func OpenExamSessionIn(tx *store.Tx, personID string) (string, error) {
	return openActive(tx, personID, newToken(tx)+examMark)
}

func openActive(tx *store.Tx, personID, token string) (string, error) {
	p, err := get(tx.Rx, personID)
	if err != nil {
		return "", err
	}
	if !p.Active {
		return "", fault.New(fault.Forbidden, "people.deactivated")
	}
	return keepSession(tx, personID, token)
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
	return keepSession(tx, personID, newToken(tx))
}

func keepSession(tx *store.Tx, personID, token string) (string, error) {
	_, err := tx.Exec(`INSERT INTO session (hash, employee_id, started_ms, expires_ms) VALUES (?, ?, ?, ?)`,
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
