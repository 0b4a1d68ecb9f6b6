package people

import (
	"context"
	"encoding/json"
	"time"

	"bainian/app/store"
)

// ChangeKind says what happened to a person's entry.
type ChangeKind string

const (
	Created       ChangeKind = "created"
	Updated       ChangeKind = "updated"
	PasswordSet   ChangeKind = "password"
	SessionsEnded ChangeKind = "sessions_ended"
	Deactivated   ChangeKind = "deactivated"
	Reactivated   ChangeKind = "reactivated"
)

// Change is a record of who changed a person's entry, when, what and why.
type Change struct {
	Kind   ChangeKind
	Fields []Field // of an update
	Reason string
	ByID   string // an employee id or SystemID
	At     time.Time
}

// Field is one detail before and after; a manager appears by employee number, roles as in the CSV.
type Field struct {
	Name string `json:"field"`
	Old  string `json:"old"`
	New  string `json:"new"`
}

// differences are the details in which two states of a person differ; number tells a person's employee number.
func differences(before, after Person, number func(id string) string) []Field {
	var fields []Field
	add := func(name, old, new string) {
		if old != new {
			fields = append(fields, Field{name, old, new})
		}
	}
	add("number", before.Number, after.Number)
	add("name", before.Name, after.Name)
	add("email", before.Email, after.Email)
	add("roles", joinRoles(before.Roles), joinRoles(after.Roles))
	add("manager", number(before.ManagerID), number(after.ManagerID))
	add("lang", string(before.Lang), string(after.Lang))
	add("hired_on", before.HiredOn, after.HiredOn)
	return fields
}

// Changes are the records of a person's entry, the latest first. HR and administrators see everyone's.
func (d *Directory) Changes(ctx context.Context, actor Person, personID string) ([]Change, error) {
	if err := mayKeep(actor); err != nil {
		return nil, err
	}
	var changes []Change
	err := d.db.Read(ctx, func(rx *store.Rx) (err error) {
		changes, err = store.All(rx, scanChange,
			`SELECT kind, fields, reason, by_id, at_ms FROM employee_change WHERE employee_id = ? ORDER BY id DESC`, personID)
		return err
	})
	return changes, err
}

func scanChange(row store.Row) (Change, error) {
	var c Change
	var kind, fields string
	var at int64
	if err := row.Scan(&kind, &fields, &c.Reason, &c.ByID, &at); err != nil {
		return c, err
	}
	c.Kind, c.At = ChangeKind(kind), store.Time(at)
	return c, json.Unmarshal([]byte(fields), &c.Fields)
}
