package people

import (
	"encoding/json"
	"strings"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/store"
)

const personColumns = `e.id, e.number, e.name, e.email, e.roles, COALESCE(e.manager_id, ''), e.lang, e.active, e.hired_on`

func scanPerson(row store.Row) (Person, error) {
	var p Person
	var roles, lang string
	err := row.Scan(&p.ID, &p.Number, &p.Name, &p.Email, &roles, &p.ManagerID, &lang, &p.Active, &p.HiredOn)
	p.Roles, p.Lang = splitRoles(roles), locale.Lang(lang)
	return p, err
}

func scanText(row store.Row) (string, error) {
	var s string
	return s, row.Scan(&s)
}

// get is the person with that id, or the fault that there is none.
func get(rx *store.Rx, id string) (Person, error) {
	p, found, err := PersonIn(rx, id)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "people.not_found")
	}
	return p, err
}

func insert(tx *store.Tx, p Person) error {
	_, err := tx.Exec(`INSERT INTO employee (id, number, number_key, name, email, email_key, search, roles, manager_id, lang, active, hired_on, created_ms)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, TRUE, ?, ?)`,
		p.ID, p.Number, fold(p.Number), p.Name, p.Email, fold(p.Email), searchable(p), joinRoles(p.Roles), nullable(p.ManagerID),
		string(p.Lang), p.HiredOn, store.Ms(tx.Now))
	return err
}

func update(tx *store.Tx, p Person) error {
	_, err := tx.Exec(`UPDATE employee SET number = ?, number_key = ?, name = ?, email = ?, email_key = ?, search = ?, roles = ?,
		manager_id = ?, lang = ?, hired_on = ? WHERE id = ?`,
		p.Number, fold(p.Number), p.Name, p.Email, fold(p.Email), searchable(p), joinRoles(p.Roles),
		nullable(p.ManagerID), string(p.Lang), p.HiredOn, p.ID)
	return err
}

// record writes down a change of a person.
func record(tx *store.Tx, by Person, personID string, c Change) error {
	_, err := tx.Exec(`INSERT INTO employee_change (id, employee_id, kind, fields, reason, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		tx.NewID(), personID, string(c.Kind), encodeFields(c.Fields), c.Reason, by.ID, store.Ms(tx.Now))
	return err
}

func encodeFields(fields []Field) string {
	if len(fields) == 0 {
		return "[]"
	}
	text, err := json.Marshal(fields)
	if err != nil {
		panic(err) // three strings cannot fail
	}
	return string(text)
}

// searchable is what a search in the directory looks through.
func searchable(p Person) string { return fold(p.Number + " " + p.Email + " " + p.Name) }

// containing is a LIKE pattern with ! as its escape. Both sides are folded, so the engines agree.
func containing(word string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(fold(word)) + "%"
}

// holding is a LIKE pattern for a role in (',' || roles || ',').
func holding(r Role) string {
	return "%," + strings.ReplaceAll(string(r), "_", "!_") + ",%"
}

func nullable(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
