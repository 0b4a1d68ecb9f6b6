package stats

import (
	"slices"
	"unicode"
)

// Span is a passage that two texts share, as rune offsets in the originals: [AStart, AEnd) of the first reads like
// [BStart, BEnd) of the second but for case, width, spaces and punctuation.
type Span struct{ AStart, AEnd, BStart, BEnd int }

// shortestSpan is how long a shared passage must be to be shown, in letters; a character of Chinese, Japanese or Korean
// counts as two. So eight characters or sixteen letters.
const shortestSpan = 16

// mostPlaces bounds how many places of one gram are tried, so that a text of one letter costs no more than another.
const mostPlaces = 64

// Spans are the passages that two essays share, in the order of the first, none overlapping another in either text, and
// none of what was given. From left to right each passage is the longest there is at its beginning.
func (e *Essay) Spans(o *Essay) (spans []Span) {
	places := map[uint64][]int{}
	for j, h := range o.grams {
		if o.own[j] && len(places[h]) < mostPlaces {
			places[h] = append(places[h], j)
		}
	}
	taken := make([]bool, len(o.text))
	for i := 0; i < len(e.grams); {
		length, at := 0, 0
		if e.own[i] {
			for _, j := range places[e.grams[i]] {
				if n := e.run(i, o, j, taken); n > length {
					length, at = n, j
				}
			}
		}
		if weight(e.text[i:i+length]) < shortestSpan {
			i++
			continue
		}
		spans = append(spans, Span{e.text[i].start, e.text[i+length-1].end, o.text[at].start, o.text[at+length-1].end})
		for k := range length {
			taken[at+k] = true
		}
		i += length
	}
	return spans
}

// run is how many runes the texts share from i in e and j in o on, through grams of their own that are not taken in o.
func (e *Essay) run(i int, o *Essay, j int, taken []bool) int {
	n := 0
	for i+n < len(e.grams) && j+n < len(o.grams) && !taken[j+n] && e.own[i+n] && e.grams[i+n] == o.grams[j+n] {
		n++
	}
	if n > 0 {
		n += gramRunes - 1
	}
	if k := slices.Index(taken[j:j+n], true); k >= 0 {
		n = k
	}
	for k := range n { // two grams of one hash are all but impossible, a span that is not shared must be
		if e.text[i+k].r != o.text[j+k].r {
			return k
		}
	}
	return n
}

// weight is the length of a passage in letters.
func weight(text []textRune) (letters int) {
	for _, t := range text {
		letters++
		if unicode.In(t.r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) {
			letters++
		}
	}
	return letters
}
