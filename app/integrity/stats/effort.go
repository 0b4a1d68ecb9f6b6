package stats

import (
	"math"
	"slices"
)

// RapidThreshold is the time in seconds below which a response to an item counts as too quick to have been
// read: 10 % of the item's mean time, at most 10 s (NT10). It tells of effort, not of cheating.
func RapidThreshold(seconds []float64) float64 {
	if len(seconds) == 0 {
		return 0
	}
	sum := 0.0
	for _, s := range seconds {
		sum += s
	}
	return math.Min(sum/float64(len(seconds))*.1, 10)
}

// fewRapid is how many rapid answers are too few to tell habit from chance.
const fewRapid = 5

// Habit reports whether answers given too quickly to have been read, in the order of the paper, were given by
// habit: one letter, or one step from letter to letter (A B C D A …), in more than 60 % of them. Two people with
// one habit would agree without knowing of each other; somebody who works off a list of letters is quick, too, but
// has none. Of fewer than five nothing can be told, and they count as habit.
func Habit(rapid []Slot) bool {
	if len(rapid) < fewRapid {
		return true
	}
	var letters, steps [maxOptions]int
	for i, s := range rapid {
		letters[int(s.Letter)%maxOptions]++
		if i > 0 && s.Options > 0 {
			steps[(int(s.Letter)-int(rapid[i-1].Letter)+int(s.Options))%int(s.Options)%maxOptions]++
		}
	}
	most := func(counts [maxOptions]int, of int) bool { return float64(slices.Max(counts[:])) > .6*float64(of) }
	return most(letters, len(rapid)) || most(steps, len(rapid)-1)
}

// Positional reports whether a person's letters are so uneven that they were hardly chosen by content: the
// options were shuffled, so letters chosen by content are uniform. Such a paper (all A, say) would agree with
// another of its kind by habit and is left out of the comparison. The test is Pearson's χ² against uniform
// over k letters, at .0001.
func Positional(p Paper) bool {
	for k := 2; k <= maxOptions; k++ {
		var seen [maxOptions]float64
		n := 0.0
		for _, s := range p {
			if int(s.Options) == k && s.Letter >= 0 && int(s.Letter) < k {
				seen[s.Letter]++
				n++
			}
		}
		if n < 5*float64(k)/2 {
			continue
		}
		expect, chi := n/float64(k), 0.0
		for l := range k {
			chi += (seen[l] - expect) * (seen[l] - expect) / expect
		}
		if chi > chiSquareCritical[k-2] {
			return true
		}
	}
	return false
}

// chiSquareCritical is the .9999 quantile of χ² with 1, 2, … 7 degrees of freedom.
var chiSquareCritical = [...]float64{15.14, 18.42, 21.11, 23.51, 25.74, 27.86, 29.88}

// Effort is each person's share of responses that were not too quick to have been read (response time effort, RTE:
// Wise & Kong 2005), with RapidThreshold of each item's times; seconds is person × item, 0 absent, and a person
// without a time has nil. A low share tells of guessing or haste, not of cheating.
func Effort(seconds [][]float64) []*float64 {
	columns := [][]float64{}
	for _, row := range seconds {
		for i, t := range row {
			for len(columns) <= i {
				columns = append(columns, nil)
			}
			if _, ok := logTime(t); ok {
				columns[i] = append(columns[i], t)
			}
		}
	}
	thresholds := make([]float64, len(columns))
	for i, c := range columns {
		thresholds[i] = RapidThreshold(c)
	}
	out := make([]*float64, len(seconds))
	for p, row := range seconds {
		n, effort := 0.0, 0.0
		for i, t := range row {
			if _, ok := logTime(t); ok {
				n++
				if t >= thresholds[i] {
					effort++
				}
			}
		}
		if n > 0 {
			share := effort / n
			out[p] = &share
		}
	}
	return out
}
