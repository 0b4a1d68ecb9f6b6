package people

import (
	"context"
	"time"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/store"
)

// Create enters a person. Wrong details are fault.Problems, a number or e-mail that somebody has is a
// Conflict. The person cannot sign in before SetPassword.
func (d *Directory) Create(ctx context.Context, actor Person, n NewPerson) (Person, error) {
	if err := mayKeep(actor); err != nil {
		return Person{}, err
	}
	var p Person
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		n, err := n.ready(actor, nil, tx.Now)
		if err != nil {
			return err
		}
		p, err = create(tx, actor, n)
		return err
	})
	return p, err
}

// Update replaces the details of the person with p.ID by those of p; whether they are active is not a detail.
// Faults are those of Create, NotFound, Forbidden for an admin or reviewer unless an admin does it, and a Conflict for a manager who is in the person's own team.
func (d *Directory) Update(ctx context.Context, actor, p Person) (Person, error) {
	if err := mayKeep(actor); err != nil {
		return Person{}, err
	}
	var after Person
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		before, err := get(tx.Rx, p.ID)
		if err != nil {
			return err
		}
		if f := mayDescribe(actor, before); f != nil {
			return f
		}
		n, err := NewPerson{p.Number, p.Name, p.Email, p.Roles, p.ManagerID, p.Lang, p.HiredOn}.ready(actor, before.Roles, tx.Now)
		if err != nil {
			return err
		}
		after = n.as(p.ID)
		after.Active = before.Active
		if before.Has(Admin) && !after.Has(Admin) {
			if err := notLastAdmin(tx.Rx, before); err != nil {
				return err
			}
		}
		return change(tx, actor, before, after)
	})
	return after, err
}

// SetLang keeps the language that a person has chosen for themselves; "" goes back to the browser's.
func (d *Directory) SetLang(ctx context.Context, actor Person, lang locale.Lang) error {
	if lang != "" && !lang.Valid() {
		return fault.New(fault.Invalid, "people.lang_unknown", "lang", string(lang)).In("lang")
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		before, err := get(tx.Rx, actor.ID)
		if err != nil {
			return err
		}
		after := before
		after.Lang = lang
		return change(tx, actor, before, after)
	})
}

// ready is the details as they may be stored, given who stores them when and which roles there were.
func (n NewPerson) ready(actor Person, before []Role, now time.Time) (NewPerson, error) {
	for _, r := range n.Roles {
		if !r.Valid() {
			return n, unknownRole(r)
		}
	}
	n = n.tidy()
	var problems fault.Problems
	if n.check(&problems, 0, now); problems != nil {
		return n, problems
	}
	if f := mayGrant(actor, before, n.Roles); f != nil {
		return n, f
	}
	return n, nil
}

func (n NewPerson) as(id string) Person {
	return Person{ID: id, Number: n.Number, Name: n.Name, Email: n.Email, Roles: n.Roles, ManagerID: n.ManagerID,
		Lang: n.Lang, Active: true, HiredOn: n.HiredOn}
}

func create(tx *store.Tx, by Person, n NewPerson) (Person, error) {
	p := n.as(tx.NewID())
	if err := checkFree(tx.Rx, p); err != nil {
		return Person{}, err
	}
	if err := checkManager(tx.Rx, p); err != nil {
		return Person{}, err
	}
	if err := insert(tx, p); err != nil {
		return Person{}, err
	}
	return p, record(tx, by, p.ID, Change{Kind: Created})
}

// change stores the new state of a person with its record; without a difference it does nothing.
func change(tx *store.Tx, by, before, after Person) error {
	numbers, err := texts(tx.Rx, "number", []string{before.ManagerID, after.ManagerID})
	if err != nil {
		return err
	}
	fields := differences(before, after, func(id string) string { return numbers[id] })
	if fields == nil {
		return nil
	}
	if err := checkFree(tx.Rx, after); err != nil {
		return err
	}
	if before.ManagerID != after.ManagerID {
		if err := checkManager(tx.Rx, after); err != nil {
			return err
		}
	}
	if err := update(tx, after); err != nil {
		return err
	}
	return record(tx, by, after.ID, Change{Kind: Updated, Fields: fields})
}

// checkFree is the Conflict of a number or e-mail that somebody else has.
func checkFree(rx *store.Rx, p Person) error {
	others, err := store.All(rx, scanPerson,
		`SELECT `+personColumns+` FROM employee e WHERE (e.number_key = ? OR e.email_key = ?) AND e.id <> ?`,
		fold(p.Number), fold(p.Email), p.ID)
	if err != nil || others == nil {
		return err
	}
	if fold(others[0].Number) == fold(p.Number) {
		return fault.New(fault.Conflict, "people.number_taken", "number", p.Number).In("number")
	}
	return fault.New(fault.Conflict, "people.email_taken", "email", p.Email, "number", others[0].Number).In("email")
}

// checkManager is the fault of a manager who does not exist, has left, or reports to the person.
func checkManager(rx *store.Rx, p Person) error {
	if p.ManagerID == "" {
		return nil
	}
	m, found, err := PersonIn(rx, p.ManagerID)
	if err != nil {
		return err
	}
	if !found || !m.Active {
		return fault.New(fault.Invalid, "people.manager_gone").In("manager")
	}
	line, err := LineIn(rx, m.ID)
	if err != nil {
		return err
	}
	for _, id := range append(line, m.ID) {
		if id == p.ID {
			return fault.New(fault.Conflict, "people.manager_cycle", "number", p.Number, "manager", m.Number).In("manager")
		}
	}
	return nil
}

// notLastAdmin is the Conflict of taking away the only active admin: nobody could give the role again.
func notLastAdmin(rx *store.Rx, p Person) error {
	_, another, err := store.First(rx, scanText,
		`SELECT id FROM employee WHERE active AND (',' || roles || ',') LIKE ? ESCAPE '!' AND id <> ?`, holding(Admin), p.ID)
	if err == nil && !another {
		err = fault.New(fault.Conflict, "people.last_admin")
	}
	return err
}
