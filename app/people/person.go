package people

import (
	"slices"
	"strings"

	"bainian/app/locale"
)

// Role is one of the things that a person may be here; a person holds several.
type Role string

const (
	NewHire     Role = "new_hire"
	Trainer     Role = "trainer"     // writes courses and exams
	Invigilator Role = "invigilator" // watches a sitting
	HR          Role = "hr"          // keeps people, cohorts and policy
	Reviewer    Role = "reviewer"    // decides integrity cases
	Manager     Role = "manager"     // has a team
	Mentor      Role = "mentor"
	Admin       Role = "admin" // keeps the system
)

// Roles are all roles in their canonical order, the order in which a person's roles are stored and shown.
func Roles() []Role {
	return []Role{NewHire, Trainer, Invigilator, HR, Reviewer, Manager, Mentor, Admin}
}

// Valid reports whether it is one of the roles.
func (r Role) Valid() bool { return slices.Contains(Roles(), r) }

// guarded reports whether only an admin may give or take the role: reviewing is apart from HR, so HR cannot
// make itself a reviewer, and nobody makes themselves an admin.
func (r Role) guarded() bool { return r == Admin || r == Reviewer }

// Person is an employee as everyone else knows them.
type Person struct {
	ID        string
	Number    string // employee number, unique without regard to case
	Name      string
	Email     string      // unique without regard to case
	Roles     []Role      // canonical order, never empty
	ManagerID string      // "" at the top of the line
	Lang      locale.Lang // "" = whatever the browser asks for
	Active    bool
	HiredOn   string // yyyy-mm-dd, or ""
}

// NewPerson is what is known of an employee on the first day. No roles means new hire, no language means
// whatever the browser asks for.
type NewPerson struct {
	Number, Name, Email string
	Roles               []Role
	ManagerID           string
	Lang                locale.Lang
	HiredOn             string // yyyy-mm-dd, or ""
}

// Has reports whether the person holds any of the roles.
func (p Person) Has(roles ...Role) bool {
	return slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(p.Roles, r) })
}

// SystemID stands in records for what the program did by itself.
const SystemID = "system"

// System is the person who acts when nobody does: for jobs, imports from the command line and the set-up.
func System() Person {
	return Person{ID: SystemID, Name: SystemID, Roles: Roles(), Active: true}
}

// canonical is the roles in order, each once; nobody is without a role, and the first one is new hire.
func canonical(roles []Role) []Role {
	var out []Role
	for _, r := range Roles() {
		if slices.Contains(roles, r) {
			out = append(out, r)
		}
	}
	if len(out) == 0 {
		return []Role{NewHire}
	}
	return out
}

// joinRoles and splitRoles are the roles' form in the one text column that a session reads.
func joinRoles(roles []Role) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	return strings.Join(words, ",")
}

func splitRoles(text string) []Role {
	words := strings.Split(text, ",")
	roles := make([]Role, len(words))
	for i, w := range words {
		roles[i] = Role(w)
	}
	return roles
}
