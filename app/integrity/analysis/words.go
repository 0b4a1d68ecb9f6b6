package analysis

import "fmt"

func people(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}

func pairs(n int) string {
	if n == 1 {
		return "1 pair"
	}
	return fmt.Sprintf("%d pairs", n)
}

// were is "was" or "were" with a word behind it.
func were(n int, word string) string {
	if n == 1 {
		return "was " + word
	}
	return "were " + word
}

func are(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
