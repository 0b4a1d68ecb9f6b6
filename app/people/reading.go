package people

import (
	"context"
	"slices"
	"strings"

	"bainian/app/fault"
	"bainian/app/store"
)

const pageSize = 50

// Filter narrows a list of people; the zero Filter is everyone who works here now.
type Filter struct {
	Text     string // part of the number, name or e-mail
	Role     Role
	Inactive bool // those who were deactivated, instead of those who are active
}

// People is a page of the directory by employee number, and the mark after which the next page starts, ""
// after the last. HR and administrators see everyone, a manager their whole team.
func (d *Directory) People(ctx context.Context, actor Person, f Filter, after string) ([]Person, string, error) {
	if !actor.Has(HR, Admin, Manager) {
		return nil, "", fault.New(fault.Forbidden, "people.hr_only")
	}
	from, args := "employee e", []any{}
	if !actor.Has(HR, Admin) {
		from, args = teamOf, append(args, actor.ID)
	}
	query := `SELECT ` + personColumns + ` FROM ` + from + ` WHERE e.active = ? AND e.number_key > ? AND e.roles <> ?`
	args = append(args, !f.Inactive, after, string(Rehearser))
	if f.Text != "" {
		query, args = query+` AND e.search LIKE ? ESCAPE '!'`, append(args, containing(f.Text))
	}
	if f.Role != "" {
		query, args = query+` AND (',' || e.roles || ',') LIKE ? ESCAPE '!'`, append(args, holding(f.Role))
	}
	query, args = query+` ORDER BY e.number_key LIMIT ?`, append(args, pageSize+1)
	var found []Person
	err := d.db.Read(ctx, func(rx *store.Rx) (err error) {
		found, err = store.All(rx, scanPerson, query, args...)
		return err
	})
	if err != nil || len(found) <= pageSize {
		return found, "", err
	}
	found = found[:pageSize]
	return found, fold(found[pageSize-1].Number), nil
}

// teamOf is everyone whose line holds a person, as a FROM clause; UNION ends a cycle, should there be one.
const teamOf = `(WITH RECURSIVE team (id) AS (
		SELECT id FROM employee WHERE manager_id = ?
		UNION SELECT below.id FROM employee below JOIN team ON below.manager_id = team.id)
	SELECT employee.* FROM employee JOIN team ON employee.id = team.id) e`

// ReportsIn are the active people below a manager, direct and indirect, by employee number.
func ReportsIn(rx *store.Rx, managerID string) ([]Person, error) {
	return store.All(rx, scanPerson, `SELECT `+personColumns+` FROM `+teamOf+` WHERE e.active ORDER BY e.number_key`, managerID)
}

// ActiveIn are at most n of the people who work here, by employee number, and the mark after which the next come, "" after
// the last: for whoever must look at everybody a few at a time. Those who only rehearse are none of them.
func ActiveIn(rx *store.Rx, after string, n int) (some []Person, next string, err error) {
	some, err = store.All(rx, scanPerson, `SELECT `+personColumns+` FROM employee e WHERE e.active AND e.number_key > ? AND e.roles <> ? ORDER BY e.number_key LIMIT ?`,
		after, string(Rehearser), n)
	if err == nil && len(some) == n {
		next = fold(some[n-1].Number)
	}
	return some, next, err
}

// Below is everybody below a manager, direct and indirect, former employees too: ids as a subquery, with the manager's id
// for its one argument.
const Below = `(WITH RECURSIVE below (id) AS (
		SELECT id FROM employee WHERE manager_id = ?
		UNION SELECT e.id FROM employee e JOIN below ON e.manager_id = below.id)
	SELECT id FROM below)`

// HoldersIn are the ids of the active people who hold one of the roles, each once.
func HoldersIn(rx *store.Rx, roles ...Role) ([]string, error) {
	var ids []string
	for _, role := range roles {
		holders, err := store.All(rx, scanPerson, `SELECT `+personColumns+` FROM employee e WHERE e.active AND (',' || e.roles || ',') LIKE ? ESCAPE '!' ORDER BY e.number_key`, holding(role))
		if err != nil {
			return nil, err
		}
		for _, p := range holders {
			if !slices.Contains(ids, p.ID) {
				ids = append(ids, p.ID)
			}
		}
	}
	return ids, nil
}

// Person is the person with that id, or NotFound. Whether the caller may see them is the caller's question.
func (d *Directory) Person(ctx context.Context, id string) (Person, error) {
	var p Person
	err := d.db.Read(ctx, func(rx *store.Rx) (err error) {
		p, err = get(rx, id)
		return err
	})
	return p, err
}

// ByNumber is the person with that employee number, or NotFound.
func (d *Directory) ByNumber(ctx context.Context, number string) (Person, error) {
	var p Person
	err := d.db.Read(ctx, func(rx *store.Rx) error {
		found := false
		var err error
		p, found, err = ByNumberIn(rx, number)
		if err == nil && !found {
			err = fault.New(fault.NotFound, "people.not_found")
		}
		return err
	})
	return p, err
}

// PersonIn is the person with that id and whether there is one.
func PersonIn(rx *store.Rx, id string) (Person, bool, error) {
	return store.First(rx, scanPerson, `SELECT `+personColumns+` FROM employee e WHERE e.id = ?`, id)
}

// ByNumberIn is the person with that employee number, in either case, and whether there is one.
func ByNumberIn(rx *store.Rx, number string) (Person, bool, error) {
	return store.First(rx, scanPerson, `SELECT `+personColumns+` FROM employee e WHERE e.number_key = ?`, fold(number))
}

// NamesIn are the names of people by id; an id that is nobody's is missing from the map.
func NamesIn(rx *store.Rx, ids []string) (map[string]string, error) { return texts(rx, "name", ids) }

// NumbersIn are the employee numbers of people by id; an id that is nobody's is missing from the map.
func NumbersIn(rx *store.Rx, ids []string) (map[string]string, error) {
	return texts(rx, "number", ids)
}

// texts is one text column of people by id.
func texts(rx *store.Rx, column string, ids []string) (map[string]string, error) {
	found := make(map[string]string, len(ids))
	for some := range slices.Chunk(ids, 500) {
		args := make([]any, len(some))
		for i, id := range some {
			args[i] = id
		}
		err := rx.Each(`SELECT id, `+column+` FROM employee WHERE id IN (?`+strings.Repeat(", ?", len(some)-1)+`)`, args, func(row store.Row) error {
			var id, text string
			err := row.Scan(&id, &text)
			found[id] = text
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// LineIn is the ids of the managers above a person, the nearest first; it ends even if the data had a cycle.
func LineIn(rx *store.Rx, personID string) ([]string, error) {
	ids, err := store.All(rx, scanText, `WITH RECURSIVE line (id, height) AS (
			SELECT manager_id, 1 FROM employee WHERE id = ? AND manager_id IS NOT NULL
			UNION ALL SELECT e.manager_id, line.height + 1 FROM employee e JOIN line ON e.id = line.id
			WHERE e.manager_id IS NOT NULL AND line.height < ?)
		SELECT id FROM line ORDER BY height`, personID, tallestLine)
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			return ids[:i], nil
		}
	}
	return ids, nil
}

// tallestLine is more levels of managers than any company has.
const tallestLine = 64
