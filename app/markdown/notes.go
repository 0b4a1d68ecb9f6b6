package markdown

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

var (
	noteReference  = regexp.MustCompile(`\[\^([^\]\s]+)\]`)
	noteDefinition = regexp.MustCompile(`(?m)^ {0,3}\[\^([^\]\s]+)\]:`)
)

// UndefinedNotes are the names of the footnotes that a text refers to and does not define, each once, in their order.
func UndefinedNotes(src []byte) (names []string) {
	own := map[string]bool{}
	for _, m := range noteDefinition.FindAllSubmatch(src, -1) {
		own[string(m[1])] = true
	}
	for _, m := range noteReference.FindAllSubmatch(src, -1) {
		if name := string(m[1]); !own[name] && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// note writes the footnotes that the source leaves to Options.Notes below its last line, where they move no other.
func (w *work) note(src []byte) []byte {
	if len(w.Notes) == 0 {
		return src
	}
	out := bytes.NewBuffer(bytes.Clone(src))
	for _, name := range UndefinedNotes(src) {
		if text, ok := w.Notes[name]; ok {
			filled, _ := Fill(text, w.Vars)
			out.WriteString("\n\n[^" + name + "]: " + strings.Join(strings.Fields(filled), " ") + "\n")
		}
	}
	return out.Bytes()
}
