package questions

import "unicode"

// CountWords is how many words a text has for a limit on an essay: every Han character, kana, hangul syllable and
// bopomofo letter is one, as these are written without spaces; of other scripts a run of letters and digits is
// one, with what binds it inside ("follow-up", "don't", "1,200.5"). The exam room counts by the same rule as
// somebody types (static/js/room/count.js); testdata/words.json holds both to it.
func CountWords(text string) int {
	words := 0
	within, bound := false, false // in a word; or after what binds one, if a letter follows
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo):
			words++
			within, bound = false, false
		case unicode.In(r, unicode.L, unicode.M, unicode.N):
			if !within && !bound {
				words++
			}
			within, bound = true, false
		default:
			bound = within && binds(r)
			within = false
		}
	}
	return words
}

func binds(r rune) bool {
	switch r {
	case '\'', '’', '-', '.', ',':
		return true
	}
	return false
}
