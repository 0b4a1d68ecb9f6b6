package leads

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// struck is what stands where a customer's name or number was.
const struck = "○○"

var (
	mailForm = regexp.MustCompile(`[\pL\pN._%+-]+@[\pL\pN.-]+\.\pL{2,}`)
	linkForm = regexp.MustCompile(`(?i)(?:https?://|www\.)[^\s，。；、）)]+`)
	// callForm is a run of digits with what people put between them; only one with seven digits or more is a number to call.
	callForm = regexp.MustCompile(`[(（]?\+?[\d０-９](?:[\s\-－–—.·()（）#轉转ext]{0,3}[\d０-９]){6,}`)
	dateForm = regexp.MustCompile(`^(?:19|20)\d\d[-.]\d{1,2}[-.]\d{1,2}$`)
)

// kinds of company that a name ends with; what stands before them is what people call it by.
var companyEnds = []string{"股份有限公司", "有限責任公司", "有限责任公司", "科技有限公司", "有限公司", "分公司", "公司", "企業社", "企业社", "實業", "实业", "企業", "企业", "工業", "工业", "集團", "集团", "商行", "工廠", "工厂",
	"co., ltd.", "co.,ltd.", "co. ltd.", "co., ltd", "co ltd", "corporation", "limited", "ltd.", "ltd", "inc.", "inc", "corp.", "corp", "llc", "gmbh"}

// titles that are put behind a surname; the surname with one of them is a name.
var callings = []string{"總經理", "总经理", "董事長", "董事长", "副總", "副总", "副理", "經理", "经理", "廠長", "厂长", "老闆娘", "老板娘", "老闆", "老板", "課長", "课长", "主任", "會計", "会计", "先生", "小姐", "女士", "總", "总", "董", "工"}

// namesOf are all the ways in which a text may name a lead's company and contact, the longest first.
func namesOf(l Lead) (names []string) {
	add := func(name string) {
		name = strings.TrimSpace(name)
		if utf8.RuneCountInString(name) >= 2 && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	add(l.Company)
	core := withoutEnds(l.Company)
	add(core)
	if first := []rune(core); isHan(core) && len(first) >= 4 {
		add(string(first[:2])) // 永昌 of 永昌五金
	} else if words := strings.Fields(core); len(words) > 1 && len(words[0]) >= 4 {
		add(words[0])
	}
	add(l.Contact)
	for _, calling := range callings {
		if surname, ok := strings.CutSuffix(l.Contact, calling); ok && surname != "" {
			for _, other := range callings { // 林經理 is 林總 in the next sentence
				add(surname + other)
			}
			if utf8.RuneCountInString(surname) > 1 {
				add(surname)
			}
			break
		}
	}
	if words := strings.Fields(l.Contact); len(words) > 1 {
		for _, w := range words {
			if len(w) > 2 {
				add(w)
			}
		}
	} else if first := []rune(l.Contact); isHan(l.Contact) && (len(first) == 3 || len(first) == 2) && !slices.ContainsFunc(callings, func(c string) bool { return strings.HasSuffix(l.Contact, c) }) {
		for _, calling := range callings { // 陳大文 is 陳先生
			add(string(first[:1]) + calling)
		}
		if len(first) == 3 {
			add(string(first[1:]))
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return len(b) - len(a) })
	return names
}

func isHan(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.Is(unicode.Han, r) })
}

func withoutEnds(name string) string {
	for again := true; again; {
		again = false
		for _, end := range companyEnds {
			if n := len(name) - len(end); n > 0 && strings.EqualFold(name[n:], end) {
				name, again = strings.TrimSpace(strings.TrimRight(name[:n], " ,，.")), true
			}
		}
	}
	return name
}

// narrow writes letters and digits that are as wide as a Han character as the narrow ones that they are, and leaves the
// punctuation alone.
func narrow(text string) string {
	return strings.Map(func(r rune) rune {
		if n := r - '０' + '0'; n >= '0' && n <= '9' || n >= 'A' && n <= 'Z' || n >= 'a' && n <= 'z' {
			return n
		}
		return r
	}, text)
}

// scrub takes out of a text everything by which somebody could find one of the leads, and every address and number to call
// whosoever it is; n is how many places that were. It would rather strike a word too many.
func scrub(text string, leads ...Lead) (clean string, n int) {
	text = narrow(text)
	replace := func(form *regexp.Regexp, is func(string) bool) {
		text = form.ReplaceAllStringFunc(text, func(found string) string {
			if !is(found) {
				return found
			}
			n++
			return struck
		})
	}
	always := func(string) bool { return true }
	replace(mailForm, always)
	replace(linkForm, always)
	replace(callForm, func(found string) bool { return !dateForm.MatchString(found) })
	var names []string
	for _, l := range leads {
		for _, name := range namesOf(l) {
			if name = narrow(name); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return len(b) - len(a) })
	for _, name := range names {
		edge := ``
		if !strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII }) {
			edge = `\b` // Ann is not in planning
		}
		replace(regexp.MustCompile(`(?i)`+edge+regexp.QuoteMeta(name)+edge), always)
	}
	return text, n
}

// scrubbed are answers that name no customer.
func (t Three) scrubbed(leads ...Lead) (Three, int) {
	met, a := scrub(t.Met, leads...)
	said, b := scrub(t.Said, leads...)
	worked, c := scrub(t.Worked, leads...)
	return Three{met, said, worked}, a + b + c
}
