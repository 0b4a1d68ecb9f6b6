package people

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"bainian/app/fault"
	"bainian/app/sheet"
)

const maxRows = 10_000

// The columns of an import.
const (
	columnNumber  = "number"
	columnName    = "name"
	columnEmail   = "email"
	columnRoles   = "roles"   // "hr,reviewer"; empty is a new hire
	columnManager = "manager" // an employee number; empty at the top of the line
	columnHiredOn = "hired_on"
	columnCohort  = "cohort" // the number of a cohort; empty leaves the person where they are
)

// form wants every column but the cohort: a missing one would silently empty what the directory knows. Cells
// have no limits here, since a person's details have their own words for what is too long.
func form() sheet.Form {
	f := sheet.Form{MaxRows: maxRows, Empty: "people.csv_empty", Missing: "people.csv_column_missing"}
	for _, name := range []string{columnNumber, columnName, columnEmail, columnRoles, columnManager, columnHiredOn, columnCohort} {
		f.Columns = append(f.Columns, sheet.Column{Name: name, Required: name != columnCohort, Lines: true})
	}
	return f
}

// row is one readable line of an import.
type row struct {
	NewPerson
	line    int
	manager string // the manager's number, as written
	cohort  int    // 0 for none
}

// parse reads a CSV and finds every line that is wrong by itself or repeats another; rows are those that can
// be read.
func parse(data []byte, now time.Time) (rows []row, problems fault.Problems) {
	numbers, emails := map[string]int{}, map[string]int{} // folded, with the line that has it
	for cells := range form().Rows(data, &problems) {
		r, wrong := read(cells, now)
		once(&wrong, r.line, columnNumber, r.Number, numbers)
		once(&wrong, r.line, columnEmail, r.Email, emails)
		for _, p := range wrong {
			if !slices.Contains(cells.Said, p.Item) {
				problems = append(problems, p)
			}
		}
		rows = append(rows, r)
	}
	return rows, problems
}

// read takes one line, with all that is wrong with it.
func read(cells sheet.Row, now time.Time) (r row, wrong fault.Problems) {
	r = row{line: cells.Line, manager: cells.Cell(columnManager)}
	r.Number, r.Name, r.Email, r.HiredOn = cells.Cell(columnNumber), cells.Cell(columnName), cells.Cell(columnEmail), cells.Cell(columnHiredOn)
	for _, word := range strings.FieldsFunc(cells.Cell(columnRoles), betweenRoles) {
		if role := Role(fold(word)); role.Valid() {
			r.Roles = append(r.Roles, role)
		} else {
			wrong.Add("", r.line, columnRoles, "people.role_unknown", "role", word)
		}
	}
	if text := cells.Cell(columnCohort); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			wrong.Add("", r.line, columnCohort, "people.cohort_unknown", "cohort", text)
		}
		r.cohort = n
	}
	r.NewPerson = r.tidy()
	r.check(&wrong, r.line, now)
	return r, wrong
}

// once finds a number or e-mail that an earlier line has.
func once(wrong *fault.Problems, line int, column, text string, seen map[string]int) {
	key := fold(text)
	if first, found := seen[key]; found {
		wrong.Add("", line, column, "people.csv_twice", "column", column, "value", text, "line", first)
	} else if key != "" {
		seen[key] = line
	}
}

func betweenRoles(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune(",;|、，；", r)
}
