package people

import (
	"slices"
	"strconv"
	"time"

	"bainian/app/fault"
)

// roll is who is in the directory when an import is planned.
type roll struct {
	people  []Person
	cohorts []int          // the numbers that exist
	cohort  map[string]int // by person id, of those who are in one
	edition int            // grows with every change of the directory
	at      time.Time      // when it was read
}

// planned is a row that is new or changes something.
type planned struct {
	row
	personID string // "" for a new person
	fields   []Field
}

// planner compares the rows of a file with the directory. Managers are compared by folded number, since a
// manager may be another row of the file.
type planner struct {
	byNumber map[string]Person
	byEmail  map[string]Person
	numbers  map[string]string // person id to number
	rows     map[string]row    // of the file, by folded number
	above    map[string]string // folded number to the manager's, as the import would leave it
	problems fault.Problems
}

// plan is what the rows would change, and every row that cannot be.
func plan(actor Person, rows []row, known roll) (changes []planned, same int, problems fault.Problems) {
	p := newPlanner(rows, known)
	admins := 0
	for _, k := range known.people {
		if k.Active && k.Has(Admin) {
			admins++
		}
	}
	for _, r := range rows {
		before, exists := p.byNumber[fold(r.Number)]
		fields := p.fields(r, before)
		if f := mayDescribe(actor, before); f != nil && fields != nil {
			p.problem(r, columnNumber, f.Key, f.Args...)
		}
		p.checkRow(actor, r, before, known.cohorts)
		if exists && before.Has(Admin) && !slices.Contains(r.Roles, Admin) {
			if admins--; admins == 0 {
				p.problem(r, columnRoles, "people.last_admin")
			}
		}
		if from := known.cohort[before.ID]; r.cohort > 0 && r.cohort != from {
			fields = append(fields, Field{columnCohort, spellCohort(from), spellCohort(r.cohort)})
		}
		if exists && fields == nil {
			same++
			continue
		}
		if !exists {
			fields = nil
		}
		changes = append(changes, planned{row: r, personID: before.ID, fields: fields})
	}
	return changes, same, p.problems
}

func newPlanner(rows []row, known roll) *planner {
	p := &planner{byNumber: map[string]Person{}, byEmail: map[string]Person{}, numbers: map[string]string{},
		rows: map[string]row{}, above: map[string]string{}}
	for _, k := range known.people {
		p.byNumber[fold(k.Number)], p.byEmail[fold(k.Email)], p.numbers[k.ID] = k, k, k.Number
	}
	for _, k := range known.people {
		p.above[fold(k.Number)] = fold(p.numbers[k.ManagerID])
	}
	for _, r := range rows {
		p.rows[fold(r.Number)] = r
		p.above[fold(r.Number)] = fold(r.manager)
	}
	return p
}

func (p *planner) problem(r row, column, key string, args ...any) {
	p.problems.Add("", r.line, column, key, args...)
}

// checkRow finds what is wrong with a row beside the directory and the other rows.
func (p *planner) checkRow(actor Person, r row, before Person, cohorts []int) {
	if before.ID != "" && !before.Active {
		p.problem(r, columnNumber, "people.import_deactivated", "number", r.Number)
	}
	if other, taken := p.byEmail[fold(r.Email)]; taken && other.ID != before.ID {
		p.problem(r, columnEmail, "people.email_taken", "email", r.Email, "number", other.Number)
	}
	if f := mayGrant(actor, before.Roles, r.Roles); f != nil {
		p.problem(r, columnRoles, f.Key, f.Args...)
	}
	if r.cohort > 0 && !slices.Contains(cohorts, r.cohort) {
		p.problem(r, columnCohort, "people.cohort_unknown", "cohort", r.cohort)
	}
	if r.manager == "" {
		return
	}
	_, inFile := p.rows[fold(r.manager)]
	manager, known := p.byNumber[fold(r.manager)]
	switch {
	case !inFile && (!known || !manager.Active):
		p.problem(r, columnManager, "people.manager_unknown", "number", r.manager)
	case p.circular(fold(r.Number)):
		p.problem(r, columnManager, "people.manager_cycle", "number", r.Number, "manager", r.manager)
	}
}

// circular reports whether somebody would come to be above themselves.
func (p *planner) circular(number string) bool {
	at := p.above[number]
	for range tallestLine {
		if at == "" || at == number {
			break
		}
		at = p.above[at]
	}
	return at == number
}

// fields are the details that a row changes; a row says nothing of the language.
func (p *planner) fields(r row, before Person) []Field {
	after := before
	after.Number, after.Name, after.Email, after.Roles, after.HiredOn = r.Number, r.Name, r.Email, r.Roles, r.HiredOn
	before.ManagerID, after.ManagerID = p.numbers[before.ManagerID], p.spelled(r.manager)
	return differences(before, after, func(number string) string { return number })
}

// spelled is a number as its owner's entry has it, so that a manager in another case is no change.
func (p *planner) spelled(number string) string {
	if r, inFile := p.rows[fold(number)]; inFile {
		return r.Number
	}
	return p.byNumber[fold(number)].Number
}

func spellCohort(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
