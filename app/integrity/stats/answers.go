package stats

import "fmt"

// Missing is the choice of somebody who gave none: the item was left out, not reached, or never dealt.
const Missing int8 = -1

// maxChoices is the most options an item of Answers can have.
const maxChoices = 64

// Answers are what a group of people chose in one exam. Chosen holds one row per person and in it one option per
// item, from 0, or Missing; Key is the right option of each item and Options how many the item has.
//
// An item that somebody left out is never evidence: it counts neither for that person's ability nor as a match,
// even where another person left it out as well.
type Answers struct {
	Chosen  [][]int8
	Key     []int8
	Options []int
}

// People is how many people answered.
func (a *Answers) People() int { return len(a.Chosen) }

// Items is how many items the exam has.
func (a *Answers) Items() int { return len(a.Key) }

// Validate says what is wrong with the shape of the answers: a key or a choice that its item does not have, or
// rows of different lengths. People and items are counted from 1 in its words.
func (a *Answers) Validate() error {
	if len(a.Options) != len(a.Key) {
		return fmt.Errorf("%d items have a key but %d have a number of options", len(a.Key), len(a.Options))
	}
	for i, k := range a.Options {
		if k < 1 || k > maxChoices {
			return fmt.Errorf("item %d has %d options; 1 to %d are possible", i+1, k, maxChoices)
		}
		if a.Key[i] < 0 || int(a.Key[i]) >= k {
			return fmt.Errorf("the key of item %d is option %d of %d", i+1, int(a.Key[i])+1, k)
		}
	}
	for p, row := range a.Chosen {
		if len(row) != len(a.Key) {
			return fmt.Errorf("person %d has answers to %d items, the key has %d", p+1, len(row), len(a.Key))
		}
		for i, c := range row {
			if c != Missing && (c < 0 || int(c) >= a.Options[i]) {
				return fmt.Errorf("person %d chose option %d of %d in item %d", p+1, int(c)+1, a.Options[i], i+1)
			}
		}
	}
	return nil
}
