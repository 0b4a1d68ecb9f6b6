package exams

import (
	"cmp"
	"unicode"

	"bainian/app/questions"
)

// How fast people read an exam in which every word counts, about two thirds of their pace with a novel.
const (
	hanPerSecond    = 5.0 // Chinese characters: 300 a minute
	lettersPerWord  = 6.0 // of other scripts, with what is around a word
	wordsPerSecond  = 3.0 // 180 a minute
	typedPerSecond  = 0.7 // words or characters of a thought-out text
	thinkingPerRow  = 4   // seconds, for each row that is to be judged, ordered or paired
	thinkingPerItem = 8   // seconds, before anything is answered
	working         = 40  // seconds, for a number that has to be worked out
)

// secondsFor is how long an item can be expected to take: what its author says, or else a rough figure from what is to be
// read, in the item's own language, and to be done.
func secondsFor(i questions.Item) int {
	if i.Seconds > 0 {
		return i.Seconds
	}
	text, _ := i.Localized(i.Lang)
	reading := readingSeconds(cmp.Or(text.Stem, text.Title))
	for _, rows := range append([][]string{text.Choices, text.Rights}, text.Gaps...) {
		for _, row := range rows {
			reading += readingSeconds(row)
		}
	}
	doing := float64(thinkingPerItem)
	switch i.Kind {
	case questions.Single, questions.Multiple, questions.TrueFalse, questions.Order, questions.Match:
		doing += float64(thinkingPerRow * len(i.Right))
	case questions.Numeric:
		doing += working
	case questions.Cloze:
		doing += float64(2 * thinkingPerRow * len(i.Gaps))
	case questions.Essay:
		doing += float64(max(i.MinWords, i.MaxWords/2, 100)) / typedPerSecond
	case questions.Upload, questions.Recording:
		doing += float64(2 * max(i.Longest, 60)) // once to try, once to keep
	}
	return int(reading + doing + 0.5)
}

func readingSeconds(s string) float64 {
	han, letters := 0, 0
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Han, r):
			han++
		case unicode.IsLetter(r), unicode.IsDigit(r):
			letters++
		}
	}
	return float64(han)/hanPerSecond + float64(letters)/lettersPerWord/wordsPerSecond
}
