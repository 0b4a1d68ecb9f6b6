package analysis

import (
	"fmt"
	"slices"

	"bainian/app/integrity/answersheet"
	"bainian/app/integrity/stats"
)

// fewestToCheck are needed to see in the letters themselves whether options were shuffled; below, one alike pair
// would look as if they were not.
const fewestToCheck = 10

// unshuffled is how far the middle pair's share of equal letters may lie above what shuffled options give. Where
// options stand in one order for all, it is .2 and more, since most people know most answers.
const unshuffled = .1

// mostLetterPairs is how many pairs are compared by letters: those of 31,600 people.
const mostLetterPairs = 500_000_000

// mostLetters is the most options that an item can have and be compared by letters.
const mostLetters = 8

// lettersOf is every paper as displayed letters.
func lettersOf(x *answersheet.Exam) []stats.Paper {
	papers := make([]stats.Paper, len(x.IDs))
	for p, chosen := range x.Chosen {
		papers[p] = make(stats.Paper, len(chosen))
		for i, letter := range chosen {
			papers[p][i] = stats.Slot{Letter: letter, Options: int8(x.Options[i])}
		}
	}
	return papers
}

// shuffled reports whether the letters are such as shuffled options give: the share of equal letters that the middle
// one of many pairs has, and the share that it should have.
func shuffled(x *answersheet.Exam) (is bool, share, expected float64) {
	n := len(x.IDs)
	if n < fewestToCheck {
		return true, 0, 0
	}
	const most = 20_000
	pairs := n * (n - 1) / 2
	step := max(1, pairs/most)
	var excess, chances []float64
	for k := 0; k < pairs; k += step {
		a, b := pairAt(k)
		matches, expect, of := 0.0, 0.0, 0.0
		for i, letter := range x.Chosen[a] {
			other := x.Chosen[b][i]
			if letter == answersheet.Missing || other == answersheet.Missing || x.Options[i] < 2 {
				continue
			}
			of++
			expect += 1 / float64(x.Options[i])
			if letter == other {
				matches++
			}
		}
		if of > 0 {
			excess, chances = append(excess, (matches-expect)/of), append(chances, expect/of)
		}
	}
	if len(excess) == 0 {
		return true, 0, 0
	}
	slices.Sort(excess)
	slices.Sort(chances)
	middle, chance := excess[len(excess)/2], chances[len(chances)/2]
	return middle <= unshuffled, chance + middle, chance
}

// pairAt is the k-th pair of people in the order (1,0), (2,0), (2,1), (3,0), …
func pairAt(k int) (a, b int) {
	for a = 1; k >= a; a++ {
		k -= a
	}
	return k, a
}

// compareLetters runs the letter-shuffle test over everybody who did not answer by position.
func (r *run) compareLetters(test *Test) {
	all := lettersOf(r.exam)
	var papers []stats.Paper
	var who []int
	aside := 0
	for p, paper := range all {
		if !stats.Positional(paper) {
			kept, n := stats.WithoutLetterStretches(paper)
			papers, who, aside = append(papers, kept), append(who, p), aside+n
		}
	}
	if aside > 0 {
		r.note("%d letters were set aside: "+filledIn, aside)
	}
	if n := len(all) - len(papers); n > 0 {
		r.note("%s answered by position (one letter far too often) and %s compared: such papers agree by habit.", people(n), were(n, "not"))
	}
	n := len(papers)
	test.Comparisons = n * (n - 1) / 2
	threshold := stats.FamilyThreshold(test.FamilyWise, test.Comparisons)
	r.out.Method.Thresholds.LettersP = Number(threshold)
	switch {
	case test.Comparisons == 0:
		r.note("There are not two papers to compare.")
		return
	case test.Comparisons > mostLetterPairs:
		r.note("%d pairs are more than the program compares by letters (%d): no pairs were compared. Compare a site or a sitting at a time.", test.Comparisons, mostLetterPairs)
		return
	}
	wide := 0
	for _, k := range r.exam.Options {
		if k > mostLetters {
			wide++
		}
	}
	if wide > 0 {
		r.note("Items with more than %d options (%d of %d) are not compared by letters.", mostLetters, wide, len(r.exam.Options))
	}
	test.Ran = true
	for _, p := range stats.ClosestLetters(papers, threshold, shownPairs, r.o.Workers) {
		pair := nothing(who[p.A], who[p.B])
		pair.Matches, pair.N, pair.LettersP, pair.Flagged = p.Matches, p.N, chanceOf(p.P), p.P <= threshold
		r.addPair(pair, test)
	}
	r.out.Method.Null.Pairs = fmt.Sprintf("Letters of people whose options are shuffled for each of them agree at an item of k options with probability 1/k, whatever they know: a Poisson-binomial law, without calibration. %s compared.", pairs(test.Comparisons))
}
