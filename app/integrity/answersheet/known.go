package answersheet

import (
	"strconv"
	"strings"
)

// findKnown finds the items that are known to have leaked: by name, or else by the number of their column.
func (x *exam) findKnown(words []string) {
	known := map[int]bool{}
	for _, word := range words {
		column, ok := x.columns[fold(word)]
		if !ok {
			n, err := strconv.Atoi(word)
			column, ok = n-1, err == nil && n >= 1 && n <= len(x.place)
		}
		switch {
		case !ok:
			x.wrong.add("-known", 0, short(word), "answersheet.known_unknown", "word", short(word), "n", len(x.place))
		case x.place[column] < 0:
			x.wrong.add("-known", 0, short(word), "answersheet.known_without_key", "word", short(word))
		default:
			known[x.place[column]] = true
		}
	}
	if len(known) > 0 && len(known) == len(x.Items) {
		x.wrong.add("-known", 0, "", "answersheet.known_all")
	}
	for item := range x.Items {
		if known[item] {
			x.Known = append(x.Known, item)
		}
	}
}

// Words splits a list, in an argument or in a file, at commas, semicolons, tabs and line ends.
func Words(text string) (words []string) {
	text = strings.TrimPrefix(text, "\uFEFF")
	for field := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(",;\t\r\n", r) }) {
		if word := strings.Trim(field, " \""); word != "" {
			words = append(words, word)
		}
	}
	return words
}
