package questions

import (
	"bytes"
	"strings"

	"bainian/app/fault"
)

// FixIDs gives an id to every item of a bank that has none, and changes nothing else of the file; n is how
// many. A file that cannot be read comes back as it is.
func FixIDs(f File) (fixed []byte, n int) {
	var unread fault.Problems // ParseBank is where they are told
	s, ok := readSource(f, &unread)
	if !ok {
		return f.Source, 0
	}
	prefix := s.frontMatter()["bank"]
	s.dropComments()
	proposals := proposeIDs(s.cutItems(), prefix)
	lines := bytes.Split(f.Source, []byte("\n"))
	for at, id := range proposals {
		i := at - max(f.Line, 1)
		lines[i] = withID(lines[i], id)
	}
	return bytes.Join(lines, []byte("\n")), len(proposals)
}

// withID adds the id to a heading's attributes, or as its only one.
func withID(heading []byte, id string) []byte {
	text := strings.TrimRight(string(heading), " \t\r")
	end := string(heading[len(text):])
	if title, _, found := splitAttributes(text); found {
		brace := len(title) + strings.IndexByte(text[len(title):], '{') + 1
		return []byte(text[:brace] + "#" + id + " " + text[brace:] + end)
	}
	return []byte(text + " {#" + id + "}" + end)
}
