package documents

import (
	"strings"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// DiffOp says what became of a line.
type DiffOp string

const (
	Same    DiffOp = "same"
	Added   DiffOp = "added"
	Removed DiffOp = "removed"
)

// DiffLine is one line of a comparison; Old and New are its 1-based numbers on either side, 0 where it is not.
type DiffLine struct {
	Op       DiffOp
	Old, New int
	Text     string
}

// Compare is the difference between two texts, line by line.
func Compare(before, after string) []DiffLine {
	differ := diffmatchpatch.New()
	a, b, table := differ.DiffLinesToRunes(ended(before), ended(after))
	var out []DiffLine
	old, now := 0, 0
	for _, d := range differ.DiffCharsToLines(differ.DiffMainRunes(a, b, false), table) {
		for line := range strings.Lines(d.Text) {
			l := DiffLine{Text: strings.TrimSuffix(line, "\n")}
			switch d.Type {
			case diffmatchpatch.DiffEqual:
				old, now = old+1, now+1
				l.Op, l.Old, l.New = Same, old, now
			case diffmatchpatch.DiffDelete:
				old++
				l.Op, l.Old = Removed, old
			case diffmatchpatch.DiffInsert:
				now++
				l.Op, l.New = Added, now
			}
			out = append(out, l)
		}
	}
	return out
}

// ended closes the last line, so that a missing line end is no difference.
func ended(text string) string {
	if text == "" || strings.HasSuffix(text, "\n") {
		return text
	}
	return text + "\n"
}
