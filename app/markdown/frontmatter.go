package markdown

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"bainian/app/fault"
)

// FrontMatter reads the YAML between the two --- lines at the top of a file into a pointer, and returns what
// follows with the 1-based line it starts on. A missing or unclosed block, an unknown field and a value of
// the wrong shape are problems with the line of the file; into then holds what could be read.
func FrontMatter(src []byte, into any, file string) (body []byte, bodyLine int, problems fault.Problems) {
	src = clean(bytes.TrimPrefix(src, []byte("\uFEFF")))
	rest, ok := bytes.CutPrefix(src, []byte("---\n"))
	if !ok {
		problems.Add(file, 1, "", "markdown.front_missing")
		return src, 1, problems
	}
	matter, body, ok := bytes.Cut(append([]byte("\n"), rest...), []byte("\n---\n"))
	if !ok {
		if matter, ok = bytes.CutSuffix(matter, []byte("\n---")); !ok {
			problems.Add(file, 1, "", "markdown.front_unclosed")
			return src, 1, problems
		}
	}
	// matter starts with the line end of the first ---, so its lines are those of the file.
	return body, bytes.Count(matter, []byte("\n")) + 3, YAML(matter, into, file, 1)
}

var yamlLine = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)

var (
	yamlUnknown   = regexp.MustCompile(`^field (.+) not found in type`)
	yamlDuplicate = regexp.MustCompile(`^mapping key "?(.+?)"? already defined`)
)

// YAML reads one strict YAML document: a field that into does not have is a problem, as is a value of the
// wrong shape, each with its line. firstLine is the line of the file on which src starts.
func YAML(src []byte, into any, file string, firstLine int) (problems fault.Problems) {
	d := yaml.NewDecoder(bytes.NewReader(src))
	d.KnownFields(true)
	err := d.Decode(into)
	if err == nil || errors.Is(err, io.EOF) {
		return nil
	}
	e := (*yaml.TypeError)(nil)
	if !errors.As(err, &e) {
		line, detail := syntaxError(src, err)
		problems.Add(file, firstLine+line-1, "", "markdown.yaml_broken", "detail", detail)
		return problems
	}
	for _, m := range e.Errors {
		line := firstLine
		if at := yamlLine.FindStringSubmatch(m); at != nil {
			n, _ := strconv.Atoi(at[1])
			line, m = firstLine+n-1, at[2]
		}
		if f := yamlUnknown.FindStringSubmatch(m); f != nil {
			problems.Add(file, line, f[1], "markdown.yaml_unknown", "field", f[1])
		} else if f := yamlDuplicate.FindStringSubmatch(m); f != nil {
			problems.Add(file, line, f[1], "markdown.yaml_twice", "field", f[1])
		} else {
			problems.Add(file, line, "", "markdown.yaml_broken", "detail", m)
		}
	}
	return problems
}

// maxProbed is the longest text, in lines, in which a broken line is looked for by trying.
const maxProbed = 500

// syntaxError is the 1-based line that breaks the text and what the parser says. The parser's own lines are
// those of the construct that it was in, off by one at times, so the line is found by trying: it is the first
// with which the text, cut off after it, no longer parses however much of the rest is added.
func syntaxError(src []byte, err error) (line int, detail string) {
	detail = strings.TrimPrefix(err.Error(), "yaml: ")
	line = 1
	if at := yamlLine.FindStringSubmatch(detail); at != nil {
		line, _ = strconv.Atoi(at[1])
		detail = at[2]
	}
	lines := bytes.SplitAfter(src, []byte("\n"))
	if len(lines) > maxProbed {
		return line, detail
	}
	end := len(src)
	for n := len(lines); n > 0; n-- {
		end -= len(lines[n-1])
		var ignored yaml.Node
		if yaml.Unmarshal(src[:end], &ignored) == nil {
			return n, detail
		}
	}
	return line, detail
}
