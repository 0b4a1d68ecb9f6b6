package analysis

import (
	"fmt"
	"slices"

	"bainian/app/integrity/answersheet"
	"bainian/app/integrity/stats"
)

// fewestPeople are needed to calibrate the items on the very people who are compared.
const fewestPeople = 10

// indexed is for how many of the most alike pairs the indices without a response model are taken: each looks through
// everybody.
const indexed = 20

// filledIn is why answers were set aside.
const filledIn = "they stand in long stretches of one letter, or of one step from letter to letter, as people fill in what they have no time for, and content hardly explains them."

// seed of the simulated null: fixed, so that the same files give the same report.
const seed = 5

// compareAnswers runs LLRmax over all pairs of those who answered anything.
func (r *run) compareAnswers(test *Test) {
	x, m := r.exam, &r.out.Method
	a := &stats.Answers{Key: x.Key, Options: x.Options}
	var who []int
	for p := range x.IDs {
		if r.out.Persons[p].Answered > 0 {
			a.Chosen, who = append(a.Chosen, x.Chosen[p]), append(who, p)
		}
	}
	n := len(who)
	if silent := len(x.IDs) - n; silent > 0 {
		r.note("%s answered nothing and %s compared.", people(silent), were(silent, "not"))
	}
	test.Comparisons = n * (n - 1) / 2
	switch {
	case n < 2:
		r.note("There are not two papers to compare.")
		return
	case n < fewestPeople:
		r.note("%s %s too few to learn from what chance makes of these items: at least %d are needed. The pairs are listed by equal wrong answers and nobody is flagged.", people(n), are(n), fewestPeople)
		r.count(a, who)
		return
	case test.Comparisons > MostWork/len(x.Items):
		r.note("%d pairs of %d items are more than the program compares (%d pairs × items): no pairs were compared. What is said of single people is complete. Compare a site or a sitting at a time.", test.Comparisons, len(x.Items), MostWork)
		return
	}
	a, aside := stats.WithoutStretches(a)
	if aside > 0 {
		r.note("%d answers were set aside where pairs are compared: "+filledIn, aside)
	}
	s, err := stats.Similar(a, stats.SimilarityOptions{Family: test.FamilyWise, Seed: seed, Keep: shownPairs, Workers: r.o.Workers})
	if err != nil {
		r.note("The pairs could not be compared: %s.", err)
		return
	}
	test.Ran = true
	m.Thresholds.LLR, m.Thresholds.LLRP = Number(s.Threshold), chanceOf(s.PairP)
	m.Calibration.Answers = fmt.Sprintf("Nominal response model fitted to the answers of these %s (marginal maximum likelihood with a ridge); an omission is neither a match nor a mismatch.", people(n))
	m.Null = Null{Spread: Number(s.Spread), Expected: Number(s.Expected), Observed: Number(s.Observed),
		Pairs: fmt.Sprintf("What LLRmax is between two people of this exam who answer alone: simulated from the fitted items, and held against this exam's own %s, most of which are honest (the logarithm of a chance is %.2f times the simulated one).", pairs(s.Compared), s.Spread)}
	if k := len(s.Patterns); k > 0 {
		r.note("%s answered in a pattern of positions (one letter, or one step from letter to letter): such papers agree by habit, and their pairs are never flagged.", people(k))
	}
	for _, ring := range s.Rings {
		r.note("%s plainly share much of one paper: the pairs were compared by items fitted to the others and one of them, so that so many equal papers do not pass for what honest people answer.", people(len(ring)))
	}
	for n, p := range s.Pairs {
		pair := nothing(who[p.A], who[p.B])
		pair.Matches, pair.WrongMatches, pair.N, pair.Flagged = p.Matches, &p.WrongMatches, p.N, p.Flagged
		pair.OmegaP, pair.GBTP, pair.M4P = chanceOf(p.OmegaP), chanceOf(p.GBTP), chanceOf(p.M4P)
		pair.LLR, pair.LLRP = Number(p.LLR), chanceOf(p.LLRP)
		if n < indexed {
			there, back := a.Copying(p.A, p.B), a.Copying(p.B, p.A)
			odder := func(p, q float64) Number { return chanceOf(2 * min(p, q)) }
			pair.KP, pair.K1P, pair.K2P = odder(there.K, back.K), odder(there.K1, back.K1), odder(there.K2, back.K2)
			pair.S1P, pair.S2P = odder(there.S1, back.S1), odder(there.S2, back.S2)
		}
		r.addPair(pair, test)
	}
}

// count lists the pairs of very few people by what they share, without a word on how probable it is.
func (r *run) count(a *stats.Answers, who []int) {
	var all []Pair
	for i := range who {
		for j := range i {
			p, wrong := nothing(who[j], who[i]), 0
			for item, c := range a.Chosen[i] {
				other := a.Chosen[j][item]
				if c == answersheet.Missing || other == answersheet.Missing {
					continue
				}
				if p.N++; c == other {
					if p.Matches++; c != a.Key[item] {
						wrong++
					}
				}
			}
			p.WrongMatches = &wrong
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, func(p, q Pair) int {
		if *p.WrongMatches != *q.WrongMatches {
			return *q.WrongMatches - *p.WrongMatches
		}
		return q.Matches - p.Matches
	})
	for _, p := range all {
		r.addPair(p, &r.out.Method.Tests[0])
	}
}
