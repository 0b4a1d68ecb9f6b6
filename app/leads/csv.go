package leads

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"bainian/app/fault"
	"bainian/app/sheet"
)

const (
	maxRows  = 10_000
	maxField = 100  // characters
	maxNote  = 1000 // characters
)

// The columns of an import. Only the company must be there.
const (
	columnCompany   = "company"
	columnContact   = "contact"
	columnPhone     = "phone"
	columnIndustry  = "industry"
	columnTerritory = "territory"
	columnSource    = "source"
	columnNote      = "note"
)

// form refuses columns that would give a lead to somebody: leads come into the pool and leave it through the gate.
func form() sheet.Form {
	f := sheet.Form{MaxRows: maxRows, Empty: "leads.csv_empty", Missing: "leads.csv_column_missing", Columns: []sheet.Column{
		{Name: columnCompany, Max: maxField, Required: true},
		{Name: columnContact, Max: maxField},
		{Name: columnPhone, Max: maxField, Formula: isPhone}, // +886 …
		{Name: columnIndustry, Max: maxField},
		{Name: columnTerritory, Max: maxField},
		{Name: columnSource, Max: maxField},
		{Name: columnNote, Max: maxNote, Lines: true},
	}}
	for _, name := range []string{"holder", "owner", "assignee"} {
		f.Columns = append(f.Columns, sheet.Column{Name: name, Refused: "leads.csv_holder"})
	}
	return f
}

// row is one readable line of an import.
type row struct {
	Lead
	line                 int
	companyKey, phoneKey string // "" compares with nothing
}

// parse reads a CSV and finds every line that is wrong by itself or repeats another; rows are those that can
// be read and repeat none.
func parse(data []byte) (rows []row, duplicates, problems fault.Problems) {
	phones, companies := map[string]int{}, map[string]int{} // by key, with the line that has it
	for cells := range form().Rows(data, &problems) {
		r := row{line: cells.Line, Lead: Lead{Company: cells.Cell(columnCompany), Contact: cells.Cell(columnContact), Phone: cells.Cell(columnPhone),
			Industry: cells.Cell(columnIndustry), Territory: cells.Cell(columnTerritory), Source: cells.Cell(columnSource), Note: cells.Cell(columnNote)}}
		r.companyKey, r.phoneKey = companyKey(r.Company), phoneKey(r.Phone)
		switch {
		case r.Company == "":
			problems.Add("", r.line, columnCompany, "leads.csv_company")
		case cells.Said != nil:
		case r.Phone != "" && !isPhone(r.Phone):
			problems.Add("", r.line, columnPhone, "leads.csv_phone", "phone", r.Phone)
		case r.repeats(columnPhone, r.Phone, r.phoneKey, phones, &duplicates):
		case r.repeats(columnCompany, r.Company, r.companyKey, companies, &duplicates):
		default:
			phones[r.phoneKey], companies[r.companyKey] = r.line, r.line
			rows = append(rows, r)
		}
	}
	return rows, duplicates, problems
}

// repeats finds a phone or company that an earlier line has.
func (r row) repeats(column, value, key string, seen map[string]int, duplicates *fault.Problems) bool {
	first, found := seen[key]
	if found = found && key != ""; found {
		duplicates.Add("", r.line, column, "leads.csv_twice", "column", column, "value", value, "line", first)
	}
	return found
}

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

// companyKey is a company's name by which it is recognised: letters and digits only, without case,
// full-width ones as plain ones, and without the words for its legal form.
func companyKey(name string) string {
	key := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, strings.ToLower(norm.NFKC.String(name)))
	for _, form := range []string{"股份有限公司", "有限責任公司", "有限责任公司", "有限公司", "coltd", "ltd", "inc", "公司"} {
		if short, cut := strings.CutSuffix(key, form); cut && short != "" {
			return short
		}
	}
	return key
}
