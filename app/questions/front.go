package questions

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"bainian/app/fault"
	"bainian/app/locale"
)

var (
	yamlLine = regexp.MustCompile(`line ([0-9]+): (.*)`)
	// The library counts lines from 0 in what its parser says, and from 1 in what its scanner says.
	yamlFromZero = regexp.MustCompile(`^did not find expected (node content|key|'-'|',')`)
)

// FrontMatter reads a file's front matter as a YAML mapping whose nodes have the lines of the file, and the
// text that follows. The mapping is nil exactly when there are problems.
func FrontMatter(f File) (fields *yaml.Node, body string, problems fault.Problems) {
	s, ok := readSource(f, &problems)
	if !ok {
		return nil, "", problems
	}
	fields = s.mapping()
	return fields, strings.TrimSpace(joinLines(s.body)), problems
}

// mapping cuts the front matter off the body and parses it; nil when it cannot.
func (s *source) mapping() *yaml.Node {
	start := s.body[0].n
	front, ok := s.cutFront()
	if !ok {
		return nil
	}
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(joinLines(front)), &root); err != nil {
		n, detail := start, err.Error()
		if m := yamlLine.FindStringSubmatch(detail); m != nil {
			at, _ := strconv.Atoi(m[1])
			if n, detail = start+at, m[2]; yamlFromZero.MatchString(detail) {
				n++
			}
			n = min(n, start+len(front)) // what ends too early is found at the fence
		}
		s.add(n, "", "front_malformed", "detail", detail)
		return nil
	}
	if len(root.Content) == 0 || root.Content[0].Kind != yaml.MappingNode {
		s.add(start, "", "front_malformed", "detail", "name: value")
		return nil
	}
	fields := root.Content[0]
	shift(fields, start)
	fields.Line = start
	return fields
}

// shift moves the lines of a parsed front matter to where they stand in the file.
func shift(n *yaml.Node, by int) {
	n.Line += by
	for _, c := range n.Content {
		shift(c, by)
	}
}

// bankFields are what the front matter of a bank may hold.
var bankFields = []string{"bank", "title", "lang"}

// frontMatter reads a bank's front matter as texts by name, settles the language, and reports what is unknown
// or missing.
func (s *source) frontMatter() map[string]string {
	values, known := map[string]string{}, bankFields
	fields := s.mapping()
	if fields == nil {
		return values
	}
	for n := 0; n+1 < len(fields.Content); n += 2 {
		name, value := fields.Content[n], fields.Content[n+1]
		switch {
		case !slices.Contains(known, name.Value):
			s.add(name.Line, "", "front_unknown", "name", name.Value, "known", strings.Join(known, ", "))
		case value.Kind != yaml.ScalarNode || strings.TrimSpace(value.Value) == "":
			s.add(name.Line, "", "front_value", "name", name.Value)
			values[name.Value] = ""
		default:
			values[name.Value] = strings.TrimSpace(value.Value)
		}
	}
	for _, name := range known {
		if _, there := values[name]; !there && name != "lang" {
			s.add(fields.Line, "", "front_required", "name", name)
		}
	}
	s.language(values["lang"])
	return values
}

// language settles the file's language between what the caller knows and what the file says.
func (s *source) language(stated string) {
	switch lang := locale.Lang(stated); {
	case stated == "" && s.lang == "":
		s.add(1, "", "front_required", "name", "lang")
	case stated != "" && !lang.Valid():
		s.add(1, "", "lang_unknown", "lang", stated)
	case stated != "" && s.lang != "" && s.lang != lang:
		s.add(1, "", "lang_differs", "lang", stated, "want", string(s.lang))
	case stated != "":
		s.lang = lang
	}
}
