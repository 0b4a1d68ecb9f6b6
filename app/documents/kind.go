package documents

import (
	"path"
	"regexp"
	"strings"

	"bainian/app/locale"
	"bainian/app/people"
)

// Kind is what a document is for.
type Kind string

const (
	Company   Kind = "company"   // content/company.yaml: the facts that texts quote as {{company.name}}
	Sources   Kind = "sources"   // content/sources.yaml: what lessons cite as [^name]
	Pledge    Kind = "pledge"    // content/pledge.md
	Course    Kind = "course"    // content/<track>/<course>/course.md
	Lesson    Kind = "lesson"    // content/<track>/<course>/01-name.md
	Bank      Kind = "bank"      // quizzes/<name>.bank.md
	Exam      Kind = "exam"      // quizzes/<name>.exam.md
	Programme Kind = "programme" // content/programme.yaml: the days of a cohort
	Policy    Kind = "policy"    // content/policy.yaml
	Pools     Kind = "pools"     // content/pools.yaml: how leads move
)

// Kinds are all kinds in the order in which they are loaded: what a check looks at comes before it.
func Kinds() []Kind {
	return []Kind{Company, Sources, Pledge, Course, Lesson, Bank, Exam, Programme, Policy, Pools}
}

// OneFile reports whether all languages of such a document stand in its one file, so that it has no translations.
func (k Kind) OneFile() bool {
	switch k {
	case Company, Sources, Programme, Policy, Pools:
		return true
	}
	return false
}

// What a path says, in the order of Kinds. A path names its kind by its place alone.
var places = []struct {
	kind  Kind
	place *regexp.Regexp
}{
	{Company, regexp.MustCompile(`^content/company\.yaml$`)},
	{Sources, regexp.MustCompile(`^content/sources\.yaml$`)},
	{Pledge, regexp.MustCompile(`^content/pledge\.md$`)},
	{Course, regexp.MustCompile(`^content/[a-z0-9-]+/[a-z0-9-]+/course\.md$`)},
	{Lesson, regexp.MustCompile(`^content/[a-z0-9-]+/[a-z0-9-]+/[0-9]+-[a-z0-9-]+\.md$`)},
	{Bank, regexp.MustCompile(`^quizzes/[a-z0-9-]+\.bank\.md$`)},
	{Exam, regexp.MustCompile(`^quizzes/[a-z0-9-]+\.exam\.md$`)},
	{Programme, regexp.MustCompile(`^content/programme\.yaml$`)},
	{Policy, regexp.MustCompile(`^content/policy\.yaml$`)},
	{Pools, regexp.MustCompile(`^content/pools\.yaml$`)},
}

// KindOf is the kind of the document with that path; false when no document may be called so.
func KindOf(path string) (Kind, bool) {
	for _, p := range places {
		if p.place.MatchString(path) {
			return p.kind, true
		}
	}
	return "", false
}

// Split takes the language out of a file's name: "a/01-x.en.md" is "a/01-x.md" in English. A base file has
// no language in its name.
func Split(file string) (base string, lang locale.Lang) {
	ext := path.Ext(file)
	stem := strings.TrimSuffix(file, ext)
	if lang = locale.Lang(strings.TrimPrefix(path.Ext(stem), ".")); lang.Valid() {
		return strings.TrimSuffix(stem, "."+string(lang)) + ext, lang
	}
	return file, ""
}

// FileOf is the inverse of Split for a document whose base file is in the language base.
func FileOf(p string, lang, base locale.Lang) string {
	if lang == base {
		return p
	}
	ext := path.Ext(p)
	return strings.TrimSuffix(p, ext) + "." + string(lang) + ext
}

var frontLang = regexp.MustCompile(`(?m)^lang:[ \t]*["']?([A-Za-z-]+)["']?[ \t]*$`)

// languageOf is the language of a base file: what its front matter says, or else the default.
func languageOf(text string) locale.Lang {
	rest, ok := strings.CutPrefix(text, "---\n")
	if !ok {
		return locale.Hant
	}
	matter, _, _ := strings.Cut(rest, "\n---")
	if m := frontLang.FindStringSubmatch(matter); m != nil && locale.Lang(m[1]).Valid() {
		return locale.Lang(m[1])
	}
	return locale.Hant
}

// MayEdit reports whether the person may write and publish documents of that kind: the policy and
// the rules of the pools are HR's, the pledge and the company's facts HR's too, everything else the trainers'.
func MayEdit(p people.Person, kind Kind) bool {
	switch kind {
	case Policy, Pools:
		return p.Has(people.HR)
	case Pledge, Company:
		return p.Has(people.HR, people.Trainer, people.Admin)
	}
	return p.Has(people.Trainer, people.Admin)
}
