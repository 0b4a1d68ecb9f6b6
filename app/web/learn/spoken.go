package learn

import (
	"strconv"
	"strings"
)

// spoken are the minutes left at which the clock of the exam room speaks; otherwise it keeps still, and people
// ask it. They are told before the start.
type spoken []int

// spokenIn are those of a paper of so many minutes: half of them, and ten, five and one.
func spokenIn(minutes int) spoken {
	var s spoken
	if half := minutes / 2; half > 10 {
		s = append(s, half)
	}
	for _, left := range []int{10, 5, 1} {
		if left < minutes {
			s = append(s, left)
		}
	}
	return s
}

// String is what the page's clock reads: "20 10 5 1".
func (s spoken) String() string { return s.join(" ") }

// Words are for people: "20、10、5、1".
func (s spoken) Words(between string) string { return s.join(between) }

func (s spoken) join(between string) string {
	words := make([]string, len(s))
	for n, left := range s {
		words[n] = strconv.Itoa(left)
	}
	return strings.Join(words, between)
}
