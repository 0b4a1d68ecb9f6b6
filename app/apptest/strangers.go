package apptest

import "math/rand/v2"

// Strangers answer alone: each knows four of five answers and guesses the rest. Two of eight would be flagged by chance in
// one sitting of a thousand, so whoever comes near that says something else.
type Strangers struct {
	rng  *rand.Rand
	said []*[21]int // letters by the number of the question, which begins at 1
}

// NewStrangers are always the same; what they are asked is not.
func NewStrangers() *Strangers { return &Strangers{rng: rand.New(rand.NewPCG(1, 2))} }

// Next is how one more of them answers an exam of twenty questions, and the letters that they have said.
func (s *Strangers) Next() (say func(n, right int) int, letters *[21]int) {
	letters, before := &[21]int{}, s.said
	s.said = append(s.said, letters)
	same := make([]int, len(before))
	return func(n, right int) int {
		letter := right
		if s.rng.IntN(5) == 0 {
			letter = s.rng.IntN(4)
		}
		var times [4]int
		near := false
		for i, other := range before {
			times[other[n]]++
			near = near || same[i] >= 8 && other[n] == letter
		}
		if near {
			letter = least(times)
		}
		for i, other := range before {
			if other[n] == letter {
				same[i]++
			}
		}
		letters[n] = letter
		return letter
	}, letters
}

func least(times [4]int) (at int) {
	for i, t := range times {
		if t < times[at] {
			at = i
		}
	}
	return at
}
