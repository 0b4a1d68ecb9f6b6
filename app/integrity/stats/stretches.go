package stats

import "math"

// A stretch is a run of answers with one letter, or one step from letter to letter (A B C D A …), or the last choice of
// each item. Who has no time left
// fills in the rest that way, and any two who do agree in it by habit, on many wrong answers. A stretch is set aside
// where it is long, or less long at the end of the paper, and where content hardly explains it.
const (
	longStretch, longChance = 7, 1e-5
	endStretch, endChance   = 5, 1e-3
)

// runs goes through the maximal runs of equal steps among n answers, the first and last of each and whether it reaches
// the end; step(i) is the step from answer i−1 to answer i.
func runs(n int, step func(i int) int, each func(first, last int, end bool)) {
	for first := 0; first < n-1; {
		last := first + 1
		for last+1 < n && step(last+1) == step(last) {
			last++
		}
		each(first, last, last == n-1)
		first = last
	}
}

// WithoutStretches is the answers with what was filled in by position taken as Missing, and how many answers that are. How
// well content explains a stretch is the product of how many people chose each of its answers, wrong ones scaled by how
// often this person is wrong elsewhere; so a run of wrong answers by somebody who knows nothing is none, nor is one that
// is right in most places. Items must stand in the order in which they were answered.
func WithoutStretches(a *Answers) (kept *Answers, aside int) {
	chosen, wrong := popularity(a)
	kept = &Answers{Chosen: make([][]int8, a.People()), Key: a.Key, Options: a.Options}
	for p, row := range a.Chosen {
		kept.Chosen[p] = row
		var at []int // the answered items
		missed := 0.0
		for i, k := range row {
			if k >= 0 {
				if at = append(at, i); k != a.Key[i] {
					missed++
				}
			}
		}
		step := func(n int) int {
			k := a.Options[at[n]]
			return (int(row[at[n]]) - int(row[at[n-1]]) + maxChoices*k) % k
		}
		// The last choice of items that have not all as many is one place, and not one letter.
		toTheEnd := func(n int) int {
			if int(row[at[n]]) == a.Options[at[n]]-1 && int(row[at[n-1]]) == a.Options[at[n-1]]-1 {
				return 0
			}
			return n
		}
		look := func(first, last int, end bool) {
			n := last - first + 1
			if n < longStretch && (n < endStretch || !end) {
				return
			}
			missedHere := 0.0
			for _, i := range at[first : last+1] {
				if row[i] != a.Key[i] {
					missedHere++
				}
			}
			if 2*missedHere < float64(n) {
				return
			}
			often := 1.0 // wrong elsewhere, beside others
			if rest := float64(len(at) - n); rest > 0 && wrong > 0 {
				often = min(max((missed-missedHere+.5)/(rest+1)/wrong, .5), 4)
			}
			chance := 1.0
			for _, i := range at[first : last+1] {
				c := chosen[i][row[i]]
				if row[i] != a.Key[i] {
					c = min(c*often, 1)
				}
				chance *= c
			}
			if chance > longChance && (!end || chance > endChance) {
				return
			}
			if &kept.Chosen[p][0] == &row[0] {
				kept.Chosen[p] = append([]int8(nil), row...)
			}
			for _, i := range at[first : last+1] {
				if kept.Chosen[p][i] != Missing {
					kept.Chosen[p][i] = Missing
					aside++
				}
			}
		}
		runs(len(at), step, look)
		runs(len(at), toTheEnd, look)
	}
	return kept, aside
}

// popularity is the share of those who answered an item that chose each option, and the share of wrong answers overall.
func popularity(a *Answers) (chosen [][]float64, wrong float64) {
	chosen = make([][]float64, a.Items())
	all := 0.0
	for i, k := range a.Options {
		chosen[i] = make([]float64, k)
		n := 0.0
		for _, row := range a.Chosen {
			if c := row[i]; c >= 0 {
				chosen[i][c]++
				n++
			}
		}
		if n == 0 {
			continue
		}
		wrong += n - chosen[i][a.Key[i]]
		all += n
		for c := range chosen[i] {
			chosen[i][c] /= n
		}
	}
	return chosen, wrong / math.Max(all, 1)
}

// WithoutLetterStretches sets aside what was filled in by position on a paper whose options were shuffled for this person,
// and says how many letters that were. There a stretch of any letter is as improbable as of any other. A list of
// letters that somebody works off has no stretches to speak of.
func WithoutLetterStretches(p Paper) (kept Paper, aside int) {
	var at []int // the answered slots
	for i, s := range p {
		if s.Letter >= 0 && s.Options > 1 {
			at = append(at, i)
		}
	}
	kept = append(Paper(nil), p...)
	step := func(n int) int {
		k := int(p[at[n]].Options)
		return (int(p[at[n]].Letter) - int(p[at[n-1]].Letter) + maxChoices*k) % k
	}
	runs(len(at), step, func(first, last int, end bool) {
		if n := last - first + 1; n >= longStretch || n >= endStretch && end {
			for _, i := range at[first : last+1] {
				if kept[i].Letter >= 0 {
					kept[i].Letter = Missing
					aside++
				}
			}
		}
	})
	return kept, aside
}
