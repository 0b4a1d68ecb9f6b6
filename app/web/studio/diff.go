package studio

import (
	"strconv"

	"bainian/app/documents"
)

// fold is one line of a comparison, or a stretch of Skipped equal ones that nobody needs to read.
type fold struct {
	documents.DiffLine
	Skipped int
}

// around is how many equal lines stand on either side of a change.
const around = 3

// folded keeps the changes and the lines around them; nil when the texts are the same.
func folded(lines []documents.DiffLine) (out []fold) {
	keep := make([]bool, len(lines))
	changed := false
	for n, l := range lines {
		if l.Op == documents.Same {
			continue
		}
		changed = true
		for m := max(0, n-around); m <= min(len(lines)-1, n+around); m++ {
			keep[m] = true
		}
	}
	if !changed {
		return nil
	}
	for n, l := range lines {
		switch last := len(out) - 1; {
		case keep[n]:
			out = append(out, fold{DiffLine: l})
		case last >= 0 && out[last].Skipped > 0:
			out[last].Skipped++
		default:
			out = append(out, fold{Skipped: 1})
		}
	}
	return out
}

func number(n int) string { return strconv.Itoa(n) }
