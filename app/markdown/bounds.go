package markdown

import (
	"bytes"
	"strings"

	"bainian/app/fault"
)

// What no author writes, and what makes a parser's work grow faster than the text. Each bound is several times
// what the largest lesson and the largest bank hold.
const (
	maxText     = 400 << 10 // bytes of one document
	maxBlock    = 64 << 10  // bytes without an empty line
	maxHeadings = 1000
	maxNotes    = 500   // footnotes, each of which is looked for among all
	maxFences   = 100   // code blocks with a language, each of which is looked up among hundreds
	maxCells    = 20000 // of all tables together: a row of two bytes has as many cells as the header
	maxNested   = 50    // quote and list markers at the start of one line
	maxBrackets = 500   // [ without an empty line between them
	maxRuns     = 1000  // runs of * _ ~ ` without an empty line between them
)

// Bounds reports the first thing in a document that is too much to render, with its line; nothing else of such
// a document is looked at. It takes one pass over the text. line is that of the file on which src starts.
func Bounds(src []byte, file string, line int) (problems fault.Problems) {
	line = max(line, 1)
	if len(src) > maxText {
		problems.Add(file, line, "", "markdown.too_long", "size", (len(src)+1023)>>10, "max", maxText>>10)
		return problems
	}
	var headings, notes, fences, cells int
	var b block
	for l := range bytes.Lines(src) {
		nested, words := markers(l)
		if len(words) == 0 {
			cells += b.cells()
			b = block{}
		}
		b.add(l, words)
		if heading(words, b.lines) {
			headings++
		}
		if bytes.HasPrefix(words, []byte("[^")) {
			notes++
		}
		if fence(words) {
			fences++
		}
		for _, bound := range []struct {
			key    string
			n, max int
		}{
			{"markdown.too_many_headings", headings, maxHeadings},
			{"markdown.too_many_notes", notes, maxNotes},
			{"markdown.too_many_fences", fences, maxFences},
			{"markdown.too_many_cells", cells + b.cells(), maxCells},
			{"markdown.too_nested", nested, maxNested},
			{"markdown.too_many_brackets", b.brackets, maxBrackets},
			{"markdown.too_many_runs", b.runs, maxRuns},
			{"markdown.block_too_long", b.bytes >> 10, maxBlock >> 10},
		} {
			if bound.n > bound.max {
				problems.Add(file, line, "", bound.key, "max", bound.max)
				return problems
			}
		}
		line++
	}
	return nil
}

// markers counts the quote and list markers that open a line, and returns what follows them.
func markers(line []byte) (n int, words []byte) {
	for words = bytes.TrimSpace(line); len(words) > 0; words = bytes.TrimLeft(words, " \t") {
		digits := len(words) - len(bytes.TrimLeft(words, "0123456789"))
		switch rest := words[digits:]; {
		case digits == 0 && words[0] == '>':
			words = words[1:]
		case len(rest) > 1 && isListMarker(rest[0], digits) && (rest[1] == ' ' || rest[1] == '\t'):
			words = rest[1:]
		default:
			return n, words
		}
		n++
	}
	return n, words
}

func isListMarker(c byte, digits int) bool {
	return digits == 0 && strings.IndexByte("-*+:", c) >= 0 || digits > 0 && (c == '.' || c == ')')
}

// block is a run of lines without an empty one: no paragraph and no table is longer.
type block struct{ lines, bytes, columns, brackets, runs int }

// add counts a line in; words are what follows its markers.
func (b *block) add(line, words []byte) {
	if len(words) == 0 {
		return // the empty line that parts two blocks
	}
	b.lines++
	b.bytes += len(line)
	if len(bytes.Trim(words, "|:- \t")) == 0 {
		b.columns = max(b.columns, bytes.Count(words, []byte("|")))
	}
	for i := 0; i < len(line); i++ {
		switch c := line[i]; c {
		case '\\':
			i++ // what follows is no mark, in code neither
		case '[':
			b.brackets++
		case '*', '_', '~', '`':
			if i == 0 || line[i-1] != c {
				b.runs++
			}
		}
	}
}

// cells is how many cells the block has if it is a table.
func (b *block) cells() int { return b.columns * b.lines }

// heading reports whether the line may be a heading, or the line below one; n is its number in the block.
func heading(words []byte, n int) bool {
	return bytes.HasPrefix(words, []byte("#")) ||
		n > 1 && len(words) > 0 && (len(bytes.Trim(words, "=")) == 0 || len(bytes.Trim(words, "-")) == 0)
}

// fence reports whether the line opens a code block with a language.
func fence(words []byte) bool {
	return (bytes.HasPrefix(words, []byte("```")) || bytes.HasPrefix(words, []byte("~~~"))) && len(bytes.TrimLeft(words, "`~ \t")) > 0
}
