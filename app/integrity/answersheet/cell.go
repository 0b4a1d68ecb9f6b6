package answersheet

import (
	"strconv"
	"strings"
)

// code is what an answer's cell says: 0–25 for a letter, numbers+0 … numbers+25 for a number, Missing for no answer.
type code = int8

const numbers code = 32 // the code of the number 0

// blanks are the cells that mean "no answer", folded.
func blanks(more []string) map[string]bool {
	out := map[string]bool{}
	for _, word := range append([]string{"", "-", "–", "—", ".", "*", "?", "na", "n/a", "nan", "null", "none", "#n/a"}, more...) {
		out[fold(word)] = true
	}
	return out
}

// codeOf reads one cell: a letter in either case, a whole number (also "3.0", as tools write a column that has gaps),
// or one of the blanks; full-width forms are the same.
func codeOf(cell string, blank map[string]bool) (c code, ok bool) {
	if blank[cell] {
		return Missing, true
	}
	if len(cell) == 1 {
		if c, ok := simple(cell[0]); ok {
			return c, true
		}
	}
	cell = fold(cell)
	if blank[cell] {
		return Missing, true
	}
	if len(cell) == 1 {
		return simple(cell[0])
	}
	whole, fraction, _ := strings.Cut(cell, ".")
	if len(whole) == 0 || len(whole) > 2 || strings.Trim(fraction, "0") != "" || whole[0] < '0' || whole[0] > '9' {
		return 0, false
	}
	n, err := strconv.Atoi(whole)
	if err != nil || n >= MaxOptions {
		return 0, false
	}
	return numbers + code(n), true
}

func simple(b byte) (c code, ok bool) {
	switch {
	case b >= '0' && b <= '9':
		return numbers + code(b-'0'), true
	case b >= 'A' && b <= 'Z':
		return code(b - 'A'), true
	case b >= 'a' && b <= 'z':
		return code(b - 'a'), true
	}
	return 0, false
}
