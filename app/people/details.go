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
)

var numberShape = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$`)

// fold is the form in which numbers, e-mails and searches are compared: without case, and with the full-width
// letters of a Chinese keyboard as plain ones.
func fold(s string) string { return strings.ToLower(norm.NFKC.String(strings.TrimSpace(s))) }

// tidy is the details as they are stored: trimmed, roles in order.
func (n NewPerson) tidy() NewPerson {
	n.Number, n.Name, n.Email = strings.TrimSpace(n.Number), strings.TrimSpace(n.Name), strings.TrimSpace(n.Email)
	n.Roles = canonical(n.Roles)
	return n
}

// check appends everything that is wrong with tidy details by themselves; the problem's item is the field.
func (n NewPerson) check(problems *fault.Problems, line int) {
	add := func(field, key string, args ...any) { problems.Add("", line, field, key, args...) }
	if !numberShape.MatchString(n.Number) {
		add("number", "people.number_shape", "number", n.Number)
	}
	if !readable(n.Name) || utf8.RuneCountInString(n.Name) > maxName {
		add("name", "people.name_shape", "max", maxName)
	}
	if !emailShape(n.Email) {
		add("email", "people.email_shape", "email", n.Email)
	}
	if n.Lang != "" && !n.Lang.Valid() {
		add("lang", "people.lang_unknown", "lang", string(n.Lang))
	}
	if n.HiredOn != "" {
		if _, err := time.Parse(time.DateOnly, n.HiredOn); err != nil {
			add("hired_on", "people.hired_on_shape", "date", n.HiredOn)
		}
	}
}

func unknownRole(r Role) *fault.Error {
	return fault.New(fault.Invalid, "people.role_unknown", "role", string(r)).In("roles")
}

// readable reports whether a text says something on one line.
func readable(s string) bool { return s != "" && strings.IndexFunc(s, unicode.IsControl) < 0 }

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
