package people

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"bainian/app/fault"
)

const maxRows = 10_000

// The columns of an import, found by their names in the first line, in any order.
const (
	columnNumber  = "number"
	columnName    = "name"
	columnEmail   = "email"
	columnRoles   = "roles"   // "hr,reviewer"; empty is a new hire
	columnManager = "manager" // an employee number; empty at the top of the line
	columnHiredOn = "hired_on"
	columnCohort  = "cohort" // the number of a cohort; empty leaves the person where they are
)

// required are the columns that every file has: a missing one would silently empty what the directory knows.
func required() []string {
	return []string{columnNumber, columnName, columnEmail, columnRoles, columnManager, columnHiredOn}
}

// row is one readable line of an import.
type row struct {
	NewPerson
	line    int
	manager string // the manager's number, as written
	cohort  int    // 0 for none
}

// sheet reads the lines of an import and gathers what is wrong with them.
type sheet struct {
	header   []string
	missing  []string
	rows     []row
	problems fault.Problems
	numbers  map[string]int // folded, with the line that has it
	emails   map[string]int
}

// parse reads a CSV in UTF-8 and finds every line that is wrong by itself or repeats another; rows are those
// that can be read.
func parse(data []byte) ([]row, fault.Problems) {
	s := &sheet{numbers: map[string]int{}, emails: map[string]int{}}
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\uFEFF"))))
	in.FieldsPerRecord = -1 // counted here, to say what is wrong
	for count := 0; ; count++ {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		wrong, line := (*csv.ParseError)(nil), 0
		if errors.As(err, &wrong) {
			line = wrong.StartLine // FieldPos panics when the line broke in its first field
		} else {
			line, _ = in.FieldPos(0)
		}
		if count > maxRows {
			s.problem(line, "", "people.csv_rows", "max", maxRows)
			break
		}
		if wrong != nil {
			s.problem(line, "", "people.csv_quotes")
			continue
		}
		switch readable := s.readable(line, cells); {
		case s.header != nil:
			if readable {
				s.read(line, cells)
			}
		case !readable || !s.readHeader(line, cells):
			return nil, s.problems
		}
	}
	if len(s.rows) == 0 && s.problems == nil {
		s.problem(1, "", "people.csv_empty")
	}
	return s.rows, s.problems
}

func (s *sheet) problem(line int, column, key string, args ...any) {
	s.problems.Add("", line, column, key, args...)
}

// readable refuses bytes that are no text.
func (s *sheet) readable(line int, cells []string) bool {
	for _, cell := range cells {
		if !utf8.ValidString(cell) {
			s.problem(line, "", "people.csv_not_utf8")
			return false
		}
		if strings.ContainsRune(cell, 0) {
			s.problem(line, "", "people.csv_nul")
			return false
		}
	}
	return true
}

// readHeader learns the columns and reports whether there is any to go on with.
func (s *sheet) readHeader(line int, cells []string) bool {
	known := append(required(), columnCohort)
	for _, cell := range cells {
		name := fold(cell)
		switch {
		case !slices.Contains(known, name):
			s.problem(line, cell, "people.csv_column_unknown", "column", cell, "known", strings.Join(known, ", "))
		case slices.Contains(s.header, name):
			s.problem(line, name, "people.csv_column_twice", "column", name)
		}
		s.header = append(s.header, name)
	}
	for _, name := range required() {
		if !slices.Contains(s.header, name) {
			s.missing = append(s.missing, name)
			s.problem(line, name, "people.csv_column_missing", "column", name)
		}
	}
	return len(s.missing) < len(required())
}

// read takes one line, with all that is wrong with it.
func (s *sheet) read(line int, cells []string) {
	if len(cells) != len(s.header) {
		s.problem(line, "", "people.csv_fields", "want", len(s.header), "got", len(cells))
		return
	}
	r := row{line: line}
	said := slices.Clone(s.missing) // columns that need no second word
	cell := func(column string) string {
		i := slices.Index(s.header, column)
		if i < 0 {
			return ""
		}
		return strings.TrimSpace(cells[i])
	}
	for i, text := range cells {
		if formula(text) {
			s.problem(line, s.header[i], "people.csv_formula", "column", s.header[i], "cell", text)
			said = append(said, s.header[i])
		}
	}
	r.Number, r.Name, r.Email = cell(columnNumber), cell(columnName), cell(columnEmail)
	r.manager, r.HiredOn = cell(columnManager), cell(columnHiredOn)
	var wrong fault.Problems
	for _, word := range strings.FieldsFunc(cell(columnRoles), betweenRoles) {
		if role := Role(fold(word)); role.Valid() {
			r.Roles = append(r.Roles, role)
		} else {
			wrong.Add("", line, columnRoles, "people.role_unknown", "role", word)
		}
	}
	if text := cell(columnCohort); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			wrong.Add("", line, columnCohort, "people.cohort_unknown", "cohort", text)
		}
		r.cohort = n
	}
	r.NewPerson = r.tidy()
	r.check(&wrong, line)
	s.once(&wrong, line, columnNumber, r.Number, s.numbers)
	s.once(&wrong, line, columnEmail, r.Email, s.emails)
	for _, p := range wrong {
		if !slices.Contains(said, p.Item) {
			s.problems = append(s.problems, p)
		}
	}
	s.rows = append(s.rows, r)
}

// once finds a number or e-mail that an earlier line has.
func (s *sheet) once(wrong *fault.Problems, line int, column, text string, seen map[string]int) {
	key := fold(text)
	if key == "" {
		return
	}
	if first, found := seen[key]; found {
		wrong.Add("", line, column, "people.csv_twice", "column", column, "value", text, "line", first)
		return
	}
	seen[key] = line
}

// formula reports whether a spreadsheet would run the cell instead of showing it.
func formula(cell string) bool {
	return cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) || strings.HasPrefix(strings.TrimSpace(cell), "=")
}

func betweenRoles(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune(",;|、，；", r)
}
