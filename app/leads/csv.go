package leads

import (
	"crypto/sha256"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"bainian/app/sheet"
)

const (
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
	columnPool      = "pool" // the slug of one; without it the rules say
)

// Columns are the columns of an import by the names that they have in every language.
func Columns() []string {
	return []string{columnCompany, columnContact, columnPhone, columnIndustry, columnTerritory, columnSource, columnNote, columnPool}
}

// form refuses columns that would give a lead to somebody: leads come into the pool and leave it through the gate. What
// an export says of where a lead stands is passed over: it stood there in another house, or before.
func form() sheet.Form {
	called := func(names ...string) []string {
		for i, name := range names {
			names[i] = sheet.Fold(name)
		}
		return names
	}
	f := sheet.Form{Empty: "leads.csv_empty", Missing: "leads.csv_column_missing", Columns: []sheet.Column{
		{Name: columnCompany, Max: maxField, Required: true, Aliases: called("公司", "公司名稱", "公司名称", "企業", "企业", "企業名稱", "企业名称", "客戶", "客户", "客戶名稱", "客户名称", "單位", "单位", "company name", "organization", "organisation", "account", "account name", "customer")},
		{Name: columnContact, Max: maxField, Aliases: called("聯絡人", "联系人", "聯繫人", "姓名", "窗口", "contact name", "contact person", "name")},
		{Name: columnPhone, Max: maxField, Formula: isPhone, Aliases: called("電話", "电话", "手機", "手机", "行動電話", "聯絡電話", "联系电话", "電話號碼", "电话号码", "phone number", "telephone", "tel", "mobile", "mobile phone", "cell")}, // +886 …
		{Name: columnIndustry, Max: maxField, Aliases: called("產業", "产业", "行業", "行业", "產業別", "sector")},
		{Name: columnTerritory, Max: maxField, Aliases: called("地區", "地区", "區域", "区域", "轄區", "区县", "region", "area")},
		{Name: columnSource, Max: maxField, Aliases: called("來源", "来源", "名單來源", "lead source", "channel")},
		{Name: columnNote, Max: maxNote, Lines: true, Aliases: called("備註", "备注", "註記", "說明", "说明", "notes", "remark", "remarks", "comment", "comments")},
		{Name: columnPool, Max: maxField, Aliases: called("公海", "名單池", "名单池", "公海代號", "公海代号")},
	}}
	for _, c := range []sheet.Column{
		{Name: "state", Aliases: called("狀態", "状态")},
		{Name: "stage", Aliases: called("階段", "阶段")},
		{Name: "held_by", Aliases: called("持有者")},
		{Name: "due", Aliases: called("下次跟進期限", "下次跟进期限", "follow-up due")},
	} {
		c.Passed = true
		f.Columns = append(f.Columns, c)
	}
	for _, c := range []sheet.Column{
		{Name: "holder", Aliases: called("持有人", "負責人", "负责人", "業務", "業務員", "业务员")},
		{Name: "owner", Aliases: called("擁有者", "拥有者", "所有人", "lead owner", "account owner")},
		{Name: "assignee", Aliases: called("指派給", "分配給", "分配给", "assigned to")},
	} {
		c.Refused = "leads.csv_holder"
		f.Columns = append(f.Columns, c)
	}
	return f
}

// row is one readable line of an import.
type row struct {
	Lead
	line                 int
	companyKey, phoneKey string // "" compares with nothing
}

// seenKey stands for a phone or company in what was read of a file: a million of them are to be remembered, exactly.
type seenKey [16]byte

// seen is where the phones or companies of a file stood first, by line.
type seen map[seenKey]int32

// at is the line that has the key already, 0 for none.
func (s seen) at(key string) (line int, k seenKey) {
	sum := sha256.Sum256([]byte(key))
	k = seenKey(sum[:16])
	return int(s[k]), k
}

// scanner reads the lines of a file one after the other.
type scanner struct {
	rules             *Rules
	phones, companies seen
	problem           func(line int, column, key string, args ...any)
	duplicate         func(line int, column, key string, args ...any)
}

// read is a line as a lead, unless something is wrong with it or it repeats an earlier one, which is said.
func (s *scanner) read(cells sheet.Row) (row, bool) {
	r := row{line: cells.Line, Lead: Lead{Company: cells.Cell(columnCompany), Contact: cells.Cell(columnContact), Phone: cells.Cell(columnPhone),
		Industry: cells.Cell(columnIndustry), Territory: cells.Cell(columnTerritory), Source: cells.Cell(columnSource), Note: cells.Cell(columnNote), Pool: cells.Cell(columnPool)}}
	r.companyKey, r.phoneKey = companyKey(r.Company), phoneKey(r.Phone)
	wrong := cells.Said != nil
	complain := func(column, key string, args ...any) {
		wrong = true
		if !slices.Contains(cells.Said, column) {
			s.problem(r.line, column, key, args...)
		}
	}
	if r.Company == "" {
		complain(columnCompany, "leads.csv_company")
	}
	switch {
	case r.Phone == "" || isPhone(r.Phone):
	case scientific.MatchString(r.Phone):
		complain(columnPhone, "intake.scientific", "phone", r.Phone)
	default:
		complain(columnPhone, "leads.csv_phone", "phone", r.Phone)
	}
	if _, ok := s.rules.PoolOf(r.Pool); r.Pool != "" && !ok {
		complain(columnPool, "intake.no_pool", "pool", r.Pool, "known", strings.Join(s.rules.slugs(), ", "))
	}
	if wrong {
		return r, false
	}
	phoneLine, phone := s.phones.at(r.phoneKey)
	companyLine, company := s.companies.at(r.companyKey)
	switch {
	case r.phoneKey != "" && phoneLine > 0:
		s.duplicate(r.line, columnPhone, "leads.csv_twice", "column", columnPhone, "value", r.Phone, "line", phoneLine)
		return r, false
	case r.companyKey != "" && companyLine > 0:
		s.duplicate(r.line, columnCompany, "leads.csv_twice", "column", columnCompany, "value", r.Company, "line", companyLine)
		return r, false
	}
	if r.phoneKey != "" {
		s.phones[phone] = int32(r.line)
	}
	if r.companyKey != "" {
		s.companies[company] = int32(r.line)
	}
	return r, true
}

// scientific is what a spreadsheet makes of a long number: the digits that it shortened are lost.
var scientific = regexp.MustCompile(`^[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+$`)

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
