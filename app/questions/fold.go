package questions

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// fold brings words to the form in which they are compared: NFKC, case folded, runs of white space as one
// space and none beside a Han character; unless exact, 繁 and 簡 are the same.
func fold(s string, exact bool) string {
	s = cases.Fold().String(norm.NFKC.String(s))
	var b strings.Builder
	var last rune
	space := false
	for _, r := range norm.NFKC.String(s) {
		if unicode.IsSpace(r) {
			space = true
			continue
		}
		if !exact {
			r = toSame(r)
		}
		if space && last != 0 && !unicode.Is(unicode.Han, r) && !unicode.Is(unicode.Han, last) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		last, space = r, false
	}
	return b.String()
}

// creditOfWords is the best credit among the keys that say the same as the answer.
func creditOfWords(keys []Key, exact bool, answer string) int {
	said := fold(answer, exact)
	best := 0
	for _, k := range keys {
		if fold(k.Text, exact) == said {
			best = max(best, k.Credit)
		}
	}
	return best
}
