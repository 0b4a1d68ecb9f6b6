package people

import (
	"context"
	"time"

	"bainian/app/fault"
	"bainian/app/store"
)

const invitationLasts = 7 * 24 * time.Hour

// Invite makes the token of a link with which a person chooses their password, good once and for a week. An
// earlier link stops working, as this one will when a password is set or the account closed. Who may set the
// password may invite: nobody themselves, or a session left open would be enough to take an account over.
func (d *Directory) Invite(ctx context.Context, actor Person, personID string) (string, error) {
	if actor.ID == personID {
		return "", fault.New(fault.Forbidden, "people.own_password")
	}
	token := ""
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		p, err := get(tx.Rx, personID)
		if err != nil {
			return err
		}
		if err := mayEnter(actor, p); err != nil {
			return err
		}
		if !p.Active {
			return fault.New(fault.Conflict, "people.already_deactivated")
		}
		if err := voidInvitations(tx, personID); err != nil {
			return err
		}
		token = newToken(tx)
		_, err = tx.Exec(`INSERT INTO invitation (hash, employee_id, by_id, at_ms, expires_ms) VALUES (?, ?, ?, ?, ?)`,
			digest(token), personID, actor.ID, store.Ms(tx.Now), store.Ms(tx.Now.Add(invitationLasts)))
		return err
	})
	return token, err
}

// Invited is whom an invitation is for, or Unauthenticated when it works no more.
func (d *Directory) Invited(ctx context.Context, token string) (Person, error) {
	var p Person
	err := d.db.Read(ctx, func(rx *store.Rx) (err error) {
		p, err = invitedIn(rx, token)
		return err
	})
	return p, err
}

// Accept uses an invitation: it sets the password, ends the person's sessions and opens one, whose token it
// returns. After a weak password the invitation is as good as before.
func (d *Directory) Accept(ctx context.Context, token, password string) (string, Person, error) {
	p, err := d.Invited(ctx, token)
	if err != nil {
		return "", Person{}, err
	}
	hash, err := d.hash(ctx, password, p)
	if err != nil {
		return "", Person{}, err
	}
	session := ""
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		if p, err = invitedIn(tx.Rx, token); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE invitation SET used_ms = ? WHERE hash = ?`, store.Ms(tx.Now), digest(token)); err != nil {
			return err
		}
		if err := keepPassword(tx, p, p.ID, hash); err != nil {
			return err
		}
		session, err = openSession(tx, p.ID)
		return err
	})
	return session, p, err
}

func invitedIn(rx *store.Rx, token string) (Person, error) {
	p, found, err := store.First(rx, scanPerson, `SELECT `+personColumns+` FROM invitation i JOIN employee e ON e.id = i.employee_id
		WHERE i.hash = ? AND i.used_ms IS NULL AND i.expires_ms > ? AND e.active`, digest(token), store.Ms(rx.Now))
	if err == nil && !found {
		err = fault.New(fault.Unauthenticated, "people.invitation_over")
	}
	return p, err
}

func voidInvitations(tx *store.Tx, personID string) error {
	_, err := tx.Exec(`UPDATE invitation SET expires_ms = ? WHERE employee_id = ? AND used_ms IS NULL AND expires_ms > ?`,
		store.Ms(tx.Now), personID, store.Ms(tx.Now))
	return err
}
