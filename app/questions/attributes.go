package questions

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"bainian/app/locale"
)

// attribute is #id (name "#"), name=value, or a bare flag.
type attribute struct {
	name, value string
	flag        bool
}

// longestAttributes is how many bytes {…} may have.
const longestAttributes = 2000

var attributeName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*`)

// splitAttributes parts a line from the {…} at its end. Braces that are no attributes stay text: a choice
// may well end in {1, 2}.
func splitAttributes(s string) (text string, list []attribute, found bool) {
	s = strings.TrimRight(s, " \t")
	for i := max(0, len(s)-longestAttributes); i < len(s); i++ {
		if s[i] == '{' && (i == 0 || s[i-1] != '\\') {
			if list, ok := parseAttributes(s[i+1:]); ok {
				return strings.TrimRight(s[:i], " \t　"), list, true
			}
		}
	}
	return s, nil, false
}

// parseAttributes reads what follows the opening brace, to a closing brace at the very end.
func parseAttributes(s string) ([]attribute, bool) {
	var list []attribute
	for {
		s = strings.TrimLeftFunc(s, unicode.IsSpace)
		if s == "}" {
			return list, len(list) > 0
		}
		if strings.HasPrefix(s, "#") {
			value, rest := bareValue(s[1:])
			if value == "" {
				return nil, false
			}
			list, s = append(list, attribute{name: "#", value: value}), rest
			continue
		}
		name := attributeName.FindString(s)
		s = s[len(name):]
		switch {
		case name == "" || s == "":
			return nil, false
		case s[0] != '=':
			if first, _ := utf8.DecodeRuneInString(s); first != '}' && !unicode.IsSpace(first) {
				return nil, false
			}
			list = append(list, attribute{name: name, flag: true})
		default:
			value, rest, ok := attributeValue(s[1:])
			if !ok {
				return nil, false
			}
			list, s = append(list, attribute{name: name, value: value}), rest
		}
	}
}

// attributeValue reads a value in straight, single or curly quotes, or a bare one.
func attributeValue(s string) (value, rest string, ok bool) {
	for _, q := range [][2]string{{`"`, `"`}, {`'`, `'`}, {"“", "”"}} {
		if strings.HasPrefix(s, q[0]) {
			return strings.Cut(s[len(q[0]):], q[1])
		}
	}
	value, rest = bareValue(s)
	return value, rest, value != ""
}

func bareValue(s string) (value, rest string) {
	end := strings.IndexFunc(s, func(r rune) bool { return r == '}' || r == '{' || unicode.IsSpace(r) })
	if end < 0 {
		end = len(s)
	}
	return s[:end], s[end:]
}

// attributeKinds are the attributes of an item and the kinds they belong to, nil for all.
var attributeKinds = map[string][]Kind{
	"#": nil, "type": nil, "points": nil, "level": nil, "tags": nil, "lesson": nil, "objective": nil, "time": nil,
	"shuffle": {Single, Multiple, TrueFalse, Scale, Cloze},
	"score":   {Multiple},
	"canary":  {Single},
	"unit":    {Numeric},
	"exact":   {Short, Cloze},
	"words":   {Essay},
	"accept":  {Upload, Recording},
	"max":     {Upload, Recording},
}

const attributeNames = "#id type points level tags lesson objective shuffle score canary time unit exact words accept max"

var (
	idForm     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	lessonForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)+$`)
	pointsForm = regexp.MustCompile(`^([0-9]{1,3})(?:\.([0-9]{1,3}))?$`)
	wordsForm  = regexp.MustCompile(`^([0-9]{1,5})(?:-([0-9]{1,5}))?$`)
	fileKinds  = []string{"audio", "video", "image", "pdf", "text"}
	scorings   = []Scoring{All, PerOption, RightMinusWrong}
)

// thousandths reads "1", "0.5" or "2.125".
func thousandths(s string) (int, bool) {
	m := pointsForm.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	whole, _ := strconv.Atoi(m[1])
	part, _ := strconv.Atoi((m[2] + "000")[:3])
	return whole*1000 + part, true
}

// seconds reads "90", "90s", "3m" or "1m30s".
func seconds(s string) (int, bool) {
	if n, err := strconv.Atoi(s); err == nil {
		return n, n > 0
	}
	d, err := time.ParseDuration(s)
	return int(d / time.Second), err == nil && d >= time.Second && d%time.Second == 0 && d <= 24*time.Hour
}

// words splits "integrity sjt" or "integrity,sjt".
func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == '，' || r == '、' })
}

// attributes applies the attributes of a base file's item and reports what is wrong with them.
func (r reader) attributes(i *Item, raw rawItem) {
	switch i.Kind {
	case TrueFalse, Scale:
		i.Shuffle = false
	case Multiple:
		i.Score = All
	}
	var points *int
	seen := map[string]bool{}
	for _, a := range raw.attributes {
		kinds, known := attributeKinds[a.name]
		switch {
		case !known:
			r.add(raw.n, raw.id, "attribute_unknown", "name", a.name, "known", attributeNames)
			continue
		case seen[a.name]:
			r.add(raw.n, raw.id, "attribute_twice", "name", a.name)
			continue
		case kinds != nil && !slices.Contains(kinds, i.Kind):
			r.add(raw.n, raw.id, "attribute_kind", "name", a.name, "kind", string(i.Kind))
		}
		seen[a.name] = true
		if want := i.set(a); want != "" {
			r.add(raw.n, raw.id, "attribute_value", "name", a.name, "value", a.value, "want", want)
		} else if a.name == "points" {
			points = &i.Points
		}
	}
	if i.Canary > 0 && i.Kind == Single && (i.Canary > len(i.Right) || i.Right[i.Canary-1]) {
		r.add(raw.n, raw.id, "canary", "n", i.Canary, "choices", len(i.Right))
	}
	sum := 0
	for _, p := range i.Rubric {
		sum += p
	}
	switch {
	case i.Kind == Scale:
		i.Points = 0
	case i.Rubric != nil && points == nil:
		i.Points = sum
	case i.Rubric != nil && *points != sum:
		r.add(raw.n, raw.id, "rubric_sum", "sum", locale.Points(sum), "points", locale.Points(*points))
	}
}

// set applies one attribute; want is what its value should be when it is not that.
func (i *Item) set(a attribute) (want string) {
	ok := a.value != ""
	switch a.name {
	case "type":
		ok, want = slices.Contains(Kinds(), Kind(a.value)), joined(Kinds())
	case "points":
		i.Points, ok = thousandths(a.value)
		ok, want = ok && i.Points > 0, "1, 0.5, 2.25"
	case "level":
		ok, want = slices.Contains(Levels(), a.value), joined(Levels())
		i.Level = a.value
	case "tags":
		i.Tags = words(a.value)
		ok, want = len(i.Tags) > 0, `tags="integrity sjt"`
	case "lesson":
		ok, want = lessonForm.MatchString(a.value), "values/red-line"
		i.Lesson = a.value
	case "objective":
		i.Objective, ok = count(a.value)
		want = "1, 2, 3 …"
	case "shuffle", "exact":
		ok, want = a.flag || a.value == "true" || a.value == "false", "true, false"
		if on := a.value != "false"; a.name == "exact" {
			i.Exact = on
		} else {
			i.Shuffle = on && i.Kind != TrueFalse && i.Kind != Scale
		}
	case "score":
		ok, want = slices.Contains(scorings, Scoring(a.value)), joined(scorings)
		i.Score = Scoring(a.value)
	case "canary":
		i.Canary, ok = count(a.value)
		want = "1, 2, 3 …"
	case "time":
		i.Seconds, ok = seconds(a.value)
		want = "90s, 3m, 1m30s"
	case "max":
		i.Longest, ok = seconds(a.value)
		want = "90s, 3m, 1m30s"
	case "unit":
		i.Unit, want = a.value, `unit="%"`
	case "words":
		m := wordsForm.FindStringSubmatch(a.value)
		if ok, want = m != nil, "300, 100-300"; ok {
			i.MinWords, i.MaxWords = wordLimits(m[1], m[2])
			ok = i.MinWords <= i.MaxWords
		}
	case "accept":
		i.Accept = words(a.value)
		ok, want = len(i.Accept) > 0, joined(fileKinds)
		for _, kind := range i.Accept {
			ok = ok && slices.Contains(fileKinds, kind)
		}
	}
	if ok {
		return ""
	}
	return want
}

// wordLimits reads "300" as at most 300 and "100-300" as a range.
func wordLimits(first, second string) (fewest, most int) {
	if second == "" {
		first, second = "0", first
	}
	fewest, _ = strconv.Atoi(first)
	most, _ = strconv.Atoi(second)
	return fewest, most
}

func count(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n > 0 && n < 1000
}

func joined[T ~string](names []T) string {
	all := make([]string, len(names))
	for n, name := range names {
		all[n] = string(name)
	}
	return strings.Join(all, ", ")
}
