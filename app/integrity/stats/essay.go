package stats

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Texts are compared by winnowing (Schleimer, Wilkerson & Aiken 2003): of every windowGrams overlapping grams of
// gramRunes runes, the one of the least hash is a fingerprint, so that any passage of gramRunes+windowGrams−1 = 8 runes
// that two texts share leaves one fingerprint in both.
const (
	gramRunes   = 5
	windowGrams = 4
)

// fewestPrints are needed on both sides to compare two essays: about fifty letters.
const fewestPrints = 20

// rune of a text after normalisation, and where it came from: rune offsets start ≤ i < end in the original.
type textRune struct {
	r          rune
	start, end int
}

// normalised is what counts in a text: letters, digits and marks in NFKC (full width and ligatures made plain), small
// letters for capitals; no spaces or punctuation. Traditional and simplified characters stay different.
func normalised(text string) []textRune {
	out := make([]textRune, 0, len(text))
	var it norm.Iter
	it.InitString(norm.NFKC, text)
	start, end, at := 0, 0, 0
	for !it.Done() {
		segment := it.Next()
		if pos := it.Pos(); pos > at { // one rune can unfold into several segments, which all stem from it
			start, end, at = end, end+utf8.RuneCountInString(text[at:pos]), pos
		}
		for _, r := range string(segment) {
			if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) {
				out = append(out, textRune{unicode.ToLower(unicode.ToUpper(r)), start, end})
			}
		}
	}
	return out
}

// grams are the hashes of all grams of a normalised text: FNV-1a over the runes, stirred so that the least of some
// hashes is any of them.
func grams(text []textRune) []uint64 {
	if len(text) < gramRunes {
		return nil
	}
	out := make([]uint64, len(text)-gramRunes+1)
	for i := range out {
		h := uint64(14695981039346656037)
		for _, t := range text[i : i+gramRunes] {
			h = (h ^ uint64(t.r)) * 1099511628211
		}
		h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
		h = (h ^ h>>27) * 0x94d049bb133111eb
		out[i] = h ^ h>>31
	}
	return out
}

// Given is text that everybody had before them, the prompt and the course: what an essay shares with it, it may share
// with any other.
type Given map[uint64]struct{}

// NewGiven collects texts that everybody had before them.
func NewGiven(texts ...string) Given {
	g := Given{}
	for _, text := range texts {
		for _, h := range grams(normalised(text)) {
			g[h] = struct{}{}
		}
	}
	return g
}

// Essay is a text made ready to be compared.
type Essay struct {
	text   []textRune
	grams  []uint64
	own    []bool   // per gram: not in what was given
	prints []uint64 // fingerprints of its own grams, sorted, each once
}

// NewEssay makes a text ready to be compared, less what was given.
func NewEssay(text string, given Given) *Essay {
	e := &Essay{text: normalised(text)}
	e.grams = grams(e.text)
	e.own = make([]bool, len(e.grams))
	for i, h := range e.grams {
		_, known := given[h]
		e.own[i] = !known
	}
	for from := 0; from == 0 || from+windowGrams <= len(e.grams); from++ {
		least, found := uint64(0), false
		for i := from; i < min(from+windowGrams, len(e.grams)); i++ {
			if e.own[i] && (!found || e.grams[i] < least) {
				least, found = e.grams[i], true
			}
		}
		if found {
			e.prints = append(e.prints, least)
		}
	}
	slices.Sort(e.prints)
	e.prints = slices.Compact(e.prints)
	return e
}

// Prints is how many fingerprints of its own the essay has.
func (e *Essay) Prints() int { return len(e.prints) }

// Likeness is what two essays have in common.
type Likeness struct {
	Shared int     // fingerprints in both
	InA    float64 // share of the first one's fingerprints that are in the second (containment)
	InB    float64 // and the other way round
}

// Measure is the likeness by which pairs are ordered: the share of the shorter text that is in the longer.
func (l Likeness) Measure() float64 { return max(l.InA, l.InB) }

// Like compares two essays; false when one of them has too little text of its own to be compared.
func (e *Essay) Like(o *Essay) (l Likeness, ok bool) {
	if len(e.prints) < fewestPrints || len(o.prints) < fewestPrints {
		return Likeness{}, false
	}
	for i, j := 0, 0; i < len(e.prints) && j < len(o.prints); {
		switch {
		case e.prints[i] < o.prints[j]:
			i++
		case e.prints[i] > o.prints[j]:
			j++
		default:
			l.Shared++
			i++
			j++
		}
	}
	l.InA, l.InB = float64(l.Shared)/float64(len(e.prints)), float64(l.Shared)/float64(len(o.prints))
	return l, true
}
