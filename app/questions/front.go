package questions

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"bainian/app/locale"
)

var yamlLine = regexp.MustCompile(`line ([0-9]+): (.*)`)

// frontMatter reads the front matter as texts by name, and reports what is unknown or missing.
func (s *source) frontMatter(known ...string) map[string]string {
	values := map[string]string{}
	if !s.cutFront() {
		return values
	}
	var root yaml.Node
	start := 1
	if len(s.front) > 0 {
		start = s.front[0].n
	}
	if err := yaml.Unmarshal([]byte(joinLines(s.front)), &root); err != nil {
		n, detail := start, err.Error()
		if m := yamlLine.FindStringSubmatch(detail); m != nil {
			at, _ := strconv.Atoi(m[1])
			n, detail = start+at-1, m[2]
		}
		s.add(n, "", "front_malformed", "detail", detail)
		return values
	}
	if len(root.Content) == 0 || root.Content[0].Kind != yaml.MappingNode {
		s.add(start, "", "front_malformed", "detail", "name: value")
		return values
	}
	pairs := root.Content[0].Content
	for n := 0; n+1 < len(pairs); n += 2 {
		name, value := pairs[n], pairs[n+1]
		at := start + name.Line - 1
		switch {
		case !slices.Contains(known, name.Value):
			s.add(at, "", "front_unknown", "name", name.Value, "known", strings.Join(known, ", "))
		case value.Kind != yaml.ScalarNode || strings.TrimSpace(value.Value) == "":
			s.add(at, "", "front_value", "name", name.Value)
		default:
			values[name.Value] = strings.TrimSpace(value.Value)
		}
	}
	for _, name := range known {
		if _, there := values[name]; !there && name != "lang" {
			s.add(start, "", "front_required", "name", name)
		}
	}
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
