package people

import (
	"net/mail"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"bainian/app/fault"
)

const (
	maxName   = 100 // characters
	maxEmail  = 254 // bytes, as mail servers have it
	maxReason = 500 // characters

	earliestHire = 1950 // the first year in which anyone here was hired
	hiredAhead   = 5    // years
)

var numberShape = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$`)

// fold is the form in which numbers, e-mails and searches are compared: without case, and with the full-width
// letters of a Chinese keyboard as plain ones.
func fold(s string) string { return strings.ToLower(norm.NFKC.String(strings.TrimSpace(s))) }

// NumberKey is the form in which employee numbers are compared.
func NumberKey(number string) string { return fold(number) }

// tidy is the details as they are stored: trimmed, roles in order.
func (n NewPerson) tidy() NewPerson {
	n.Number, n.Name, n.Email = strings.TrimSpace(n.Number), strings.TrimSpace(n.Name), strings.TrimSpace(n.Email)
	n.Roles = canonical(n.Roles)
	return n
}

// check appends everything that is wrong with tidy details by themselves; the problem's item is the field.
func (n NewPerson) check(problems *fault.Problems, line int, now time.Time) {
	add := func(field, key string, args ...any) { problems.Add("", line, field, key, args...) }
	if n.Number == "" {
		add("number", "people.number_missing")
	} else if !numberShape.MatchString(n.Number) {
		add("number", "people.number_shape", "number", n.Number)
	}
	if n.Name == "" {
		add("name", "people.name_missing")
	} else if !Legible(n.Name) || utf8.RuneCountInString(n.Name) > maxName {
		add("name", "people.name_shape", "max", maxName)
	}
	if n.Email == "" {
		add("email", "people.email_missing")
	} else if !emailShape(n.Email) {
		add("email", "people.email_shape", "email", n.Email)
	}
	if n.Lang != "" && !n.Lang.Valid() {
		add("lang", "people.lang_unknown", "lang", string(n.Lang))
	}
	if n.HiredOn != "" {
		day, err := time.Parse(time.DateOnly, n.HiredOn)
		if err != nil {
			add("hired_on", "people.hired_on_shape", "date", n.HiredOn)
		} else if day.Year() < earliestHire || day.After(now.AddDate(hiredAhead, 0, 0)) {
			add("hired_on", "people.hired_on_range", "date", n.HiredOn, "from", earliestHire, "years", hiredAhead)
		}
	}
}

func unknownRole(r Role) *fault.Error {
	return fault.New(fault.Invalid, "people.role_unknown", "role", string(r)).In("roles")
}

// Legible reports whether a name can be known by looking at it: it has a letter, and nothing that breaks the line or
// that nobody sees, such as a zero-width character or one that turns the direction of writing.
func Legible(name string) bool {
	lettered := false
	for _, r := range name {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point) || r == utf8.RuneError {
			return false
		}
		lettered = lettered || unicode.In(r, unicode.L, unicode.Han)
	}
	return lettered
}

// emailShape reports whether s is one bare address with a domain, no display name.
func emailShape(s string) bool {
	if len(s) > maxEmail || strings.ContainsAny(s, " \t\"<>(),") {
		return false
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s {
		return false
	}
	_, domain, _ := strings.Cut(s, "@")
	return strings.Contains(domain, ".") && !strings.HasSuffix(domain, ".")
}

// checkReason is the fault of a reason that says nothing or too much, nil when it will do.
func checkReason(reason string) error {
	if strings.TrimSpace(reason) == "" || utf8.RuneCountInString(reason) > maxReason {
		return fault.New(fault.Invalid, "people.reason_missing", "max", maxReason).In("reason")
	}
	return nil
}
