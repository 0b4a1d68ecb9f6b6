package people

import (
	"context"

	"bainian/app/fault"
	"bainian/app/store"
)

// HasAdmin reports whether there ever was an admin; until then the program serves its set-up page alone.
func (d *Directory) HasAdmin(ctx context.Context) (bool, error) {
	has := false
	err := d.db.Read(ctx, func(rx *store.Rx) (err error) {
		has, err = hasAdminIn(rx)
		return err
	})
	return has, err
}

// SetUp creates the first admin with a password, whatever roles n names. Once there is one it is a Conflict.
func (d *Directory) SetUp(ctx context.Context, n NewPerson, password string) (Person, error) {
	n.Roles = []Role{Admin}
	err := d.db.Read(ctx, func(rx *store.Rx) (err error) {
		if n, err = n.ready(System(), nil, rx.Now); err != nil {
			return err
		}
		if has, err := hasAdminIn(rx); err != nil || has {
			return setUpDone(err)
		}
		return nil
	})
	if err != nil {
		return Person{}, err
	}
	hash, err := d.hash(ctx, password, n.as(""))
	if err != nil {
		return Person{}, err
	}
	var p Person
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		if has, err := hasAdminIn(tx.Rx); err != nil || has {
			return setUpDone(err)
		}
		if p, err = create(tx, System(), n); err != nil {
			return err
		}
		return keepPassword(tx, System(), p.ID, hash)
	})
	return p, err
}

func setUpDone(err error) error {
	if err == nil {
		err = fault.New(fault.Conflict, "people.set_up_done")
	}
	return err
}

// hasAdminIn counts deactivated admins too: an account that was closed must not open the set-up to strangers.
func hasAdminIn(rx *store.Rx) (bool, error) {
	_, has, err := store.First(rx, scanText, `SELECT id FROM employee WHERE (',' || roles || ',') LIKE ? ESCAPE '!'`, holding(Admin))
	return has, err
}
