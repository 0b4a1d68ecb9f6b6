package leads

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"bainian/app/fault"
)

const (
	maxRows  = 10_000
	maxField = 100  // characters
	maxNote  = 1000 // characters
)

// The columns of an import, found by their names in the first line, in any order. Only the company must be
// there. None of them gives a lead to anybody: leads come into the pool and leave it through the gate.
const (
	columnCompany   = "company"
	columnContact   = "contact"
	columnPhone     = "phone"
	columnIndustry  = "industry"
	columnTerritory = "territory"
	columnSource    = "source"
	columnNote      = "note"
)

func columns() []string {
	return []string{columnCompany, columnContact, columnPhone, columnIndustry, columnTerritory, columnSource, columnNote}
}

// row is one readable line of an import.
type row struct {
	Lead
	line                 int
	companyKey, phoneKey string // "" compares with nothing
}

// sheet reads the lines of an import and gathers what is wrong with them.
type sheet struct {
	header     []string
	rows       []row
	problems   fault.Problems
	duplicates fault.Problems // lines that repeat an earlier one
	companies  map[string]int // by key, with the line that has it
	phones     map[string]int
}

// parse reads a CSV in UTF-8 and finds every line that is wrong by itself or repeats another; rows are those
// that can be read and repeat none.
func parse(data []byte) (rows []row, duplicates, problems fault.Problems) {
	s := &sheet{companies: map[string]int{}, phones: map[string]int{}}
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
			s.problem(line, "", "leads.csv_rows", "max", maxRows)
			break
		}
		if wrong != nil {
			s.problem(line, "", "leads.csv_quotes")
			continue
		}
		switch readable := s.readable(line, cells); {
		case s.header != nil:
			if readable {
				s.read(line, cells)
			}
		case !readable || !s.readHeader(line, cells):
			return nil, nil, s.problems
		}
	}
	if len(s.rows) == 0 && s.problems == nil {
		s.problem(1, "", "leads.csv_empty")
	}
	return s.rows, s.duplicates, s.problems
}

func (s *sheet) problem(line int, column, key string, args ...any) {
	s.problems.Add("", line, column, key, args...)
}

// readable refuses bytes that are no text.
func (s *sheet) readable(line int, cells []string) bool {
	for _, cell := range cells {
		if !utf8.ValidString(cell) || strings.ContainsRune(cell, 0) {
			s.problem(line, "", "leads.csv_not_utf8")
			return false
		}
	}
	return true
}

// readHeader learns the columns and reports whether the lines can be read by them.
func (s *sheet) readHeader(line int, cells []string) bool {
	for _, cell := range cells {
		name := fold(cell)
		switch {
		case slices.Contains([]string{"holder", "owner", "assignee"}, name):
			s.problem(line, name, "leads.csv_holder", "column", name)
		case !slices.Contains(columns(), name):
			s.problem(line, cell, "leads.csv_column_unknown", "column", cell, "known", strings.Join(columns(), ", "))
		case slices.Contains(s.header, name):
			s.problem(line, name, "leads.csv_column_twice", "column", name)
		}
		s.header = append(s.header, name)
	}
	if !slices.Contains(s.header, columnCompany) {
		s.problem(line, columnCompany, "leads.csv_column_missing", "column", columnCompany)
		return false
	}
	return true
}

// read takes one line, with all that is wrong with it.
func (s *sheet) read(line int, cells []string) {
	if len(cells) != len(s.header) {
		s.problem(line, "", "leads.csv_fields", "want", len(s.header), "got", len(cells))
		return
	}
	good := true
	problem := func(column, key string, args ...any) {
		s.problem(line, column, key, args...)
		good = false
	}
	cell := func(column string) string {
		i := slices.Index(s.header, column)
		if i < 0 {
			return ""
		}
		return strings.TrimSpace(cells[i])
	}
	for i, text := range cells {
		column, most := s.header[i], maxField
		if column == columnNote {
			most = maxNote
		}
		switch {
		case formula(text) && !(column == columnPhone && isPhone(strings.TrimSpace(text))):
			problem(column, "leads.csv_formula", "column", column, "cell", text)
		case utf8.RuneCountInString(text) > most:
			problem(column, "leads.csv_long", "column", column, "max", most)
		case column != columnNote && strings.IndexFunc(text, unicode.IsControl) >= 0:
			problem(column, "leads.csv_lines", "column", column)
		}
	}
	r := row{line: line, Lead: Lead{Company: cell(columnCompany), Contact: cell(columnContact), Phone: cell(columnPhone),
		Industry: cell(columnIndustry), Territory: cell(columnTerritory), Source: cell(columnSource), Note: cell(columnNote)}}
	if r.Company == "" {
		problem(columnCompany, "leads.csv_company")
	}
	if good && r.Phone != "" && !isPhone(r.Phone) {
		problem(columnPhone, "leads.csv_phone", "phone", r.Phone)
	}
	if !good {
		return
	}
	r.companyKey, r.phoneKey = companyKey(r.Company), phoneKey(r.Phone)
	for _, k := range []struct {
		column, value, key string
		seen               map[string]int
	}{{columnPhone, r.Phone, r.phoneKey, s.phones}, {columnCompany, r.Company, r.companyKey, s.companies}} {
		if first, found := k.seen[k.key]; found && k.key != "" {
			s.duplicates.Add("", line, k.column, "leads.csv_twice", "column", k.column, "value", k.value, "line", first)
			return
		}
	}
	s.phones[r.phoneKey], s.companies[r.companyKey] = line, line
	s.rows = append(s.rows, r)
}

// formula reports whether a spreadsheet would run the cell instead of showing it.
func formula(cell string) bool {
	return cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) || strings.HasPrefix(strings.TrimSpace(cell), "=")
}

// fold makes texts comparable: without case, full-width letters as plain ones.
func fold(s string) string { return strings.ToLower(norm.NFKC.String(strings.TrimSpace(s))) }

// isPhone reports whether a text is a telephone number: 6 to 20 digits and what people write between them.
func isPhone(s string) bool {
	digits := 0
	for i, r := range norm.NFKC.String(s) {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r == '+' && i == 0:
		case !strings.ContainsRune(" -().#/~", r):
			return false
		}
	}
	return digits >= 6 && digits <= 20
}

// phoneKey is a number's digits, the same for a number written with or without the country code of Taiwan
// (+886 2 …, 02 …) or of mainland China.
func phoneKey(phone string) string {
	plain := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, norm.NFKC.String(phone))
	if rest, ok := strings.CutPrefix(plain, "+886"); ok {
		return "0" + strings.TrimPrefix(rest, "0")
	}
	if rest, ok := strings.CutPrefix(plain, "+86"); ok {
		return rest
	}
	return strings.TrimPrefix(plain, "+")
}

// companyKey is a company's name by which it is recognised: folded, letters and digits only, without the
// words for its legal form.
func companyKey(name string) string {
	key := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, fold(name))
	for _, form := range []string{"股份有限公司", "有限責任公司", "有限责任公司", "有限公司", "coltd", "ltd", "inc", "公司"} {
		if short, cut := strings.CutSuffix(key, form); cut && short != "" {
			return short
		}
	}
	return key
}
