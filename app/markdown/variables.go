package markdown

import (
	"bytes"
	"regexp"
	"strings"
)

var variable = regexp.MustCompile(`\{\{[ \t]*([\p{L}\p{N}_.-]+)[ \t]*\}\}`)

// Fill puts variables in place; names that are not among them stay as they stand and are returned.
func Fill(src string, vars map[string]string) (filled string, unknown []string) {
	filled = variable.ReplaceAllStringFunc(src, func(m string) string {
		name := variable.FindStringSubmatch(m)[1]
		value, ok := vars[name]
		if !ok {
			unknown = append(unknown, name)
			return m
		}
		return strings.Join(strings.Fields(value), " ") // a value never moves the lines below it
	})
	return filled, unknown
}

// fill puts the variables into the source line by line, so that an unknown one is reported where it stands.
func (w *work) fill(src []byte) []byte {
	if !bytes.Contains(src, []byte("{{")) {
		return src
	}
	lines := strings.SplitAfter(string(src), "\n")
	for n, line := range lines {
		filled, unknown := Fill(line, w.Vars)
		for _, name := range unknown {
			w.problem(w.base()+n, "markdown.variable_unknown", "name", name)
		}
		lines[n] = filled
	}
	return []byte(strings.Join(lines, ""))
}
