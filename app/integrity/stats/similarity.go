package stats

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sync"
)

// SimilarityOptions say how the pairs of an exam are compared.
type SimilarityOptions struct {
	Family  float64 // the chance of even one false finding in the whole exam; 0 means .01
	Seed    uint64  // of the simulated null; the same seed gives the same findings
	Keep    int     // how many of the most alike pairs are listed at least; 0 means 200
	Workers int     // how many goroutines; the result does not depend on it
	Model   *NRM    // the items' calibration on other people; nil calibrates on these
}

// PairStat is how alike two people (A < B, rows of the answers) are. N items were answered by both, Matches of them
// alike and WrongMatches alike and wrong. The p-values are of the theory but for LLRP: OmegaP of ω in the direction that
// is odder, doubled; GBTP and M4P without a direction. LLR is LLRmax and LLRP how likely two honest people of this exam are
// at least so alike, by the empirical null. It alone raises findings (Flagged); the others corroborate.
type PairStat struct {
	A, B                     int
	Matches, WrongMatches, N int
	OmegaP, GBTP, M4P        float64
	LLR, LLRP                float64
	Flagged                  bool
}

// Similarity is what the comparison of all pairs of an exam found.
type Similarity struct {
	Pairs     []PairStat // the most alike first: the flagged ones, at most 5,000 of them, and at least Keep
	Compared  int        // how many pairs there are
	Threshold float64    // the LLR from which a pair is flagged
	PairP     float64    // the p-value that Threshold stands for: Family over the pairs
	Spread    float64    // the correction of the null: log p is Spread times the simulated one; Expected or, where this exam's pairs are more alike than that, Observed less half its error
	Expected  float64    // the Spread of simulated honest exams
	Observed  float64    // the Spread of this exam's own pairs
	OmegaSD   float64    // the standard deviation of ω over all pairs, both ways; below 1 the theory's p-values of ω are too cautious here
	Rings     [][]int    // groups of three or more with plainly one paper; Model, Expected, Observed and OmegaSD rest on one of each
	Patterns  []int      // people whose answers follow a pattern of positions; their pairs are never flagged
	Model     NRM        // the calibration that was used
	Abilities []float64  // the maximum-likelihood ability of each person under it
}

// maxPeople bounds what is compared at once: 20,000 people make 200 million pairs, which take minutes.
const maxPeople = 20000

// maxListed bounds the list of flagged pairs: an exam where everybody handed in one paper has millions.
const maxListed = 5000

// Similar compares all pairs of people by LLRmax against an empirical null and flags those so alike that the chance of
// even one such pair among honest people is Family (Bonferroni over the pairs).
//
// Two papers without a common wrong answer are never flagged, however good they are: able people agree because they
// are right. Nor are the papers of people who answered by position (all A; A B C D A …): they would agree with their like.
//
// Where three or more plainly share one paper (rings), all pairs are compared once more, by what the others and one of
// each ring show.
func Similar(a *Answers, o SimilarityOptions) (Similarity, error) {
	if err := a.Validate(); err != nil {
		return Similarity{}, err
	}
	if n := a.People(); n > maxPeople {
		return Similarity{}, fmt.Errorf("%d people make %d pairs; at most %d people can be compared at once", n, n*(n-1)/2, maxPeople)
	}
	o.Family, o.Keep, o.Workers = cmp.Or(o.Family, .01), cmp.Or(o.Keep, 200), max(o.Workers, 1)
	n := a.People()
	out := Similarity{Compared: n * (n - 1) / 2, Spread: 1, Expected: 1, Observed: 1, Patterns: patterns(a)}
	if o.Model != nil {
		if err := o.Model.fits(a); err != nil {
			return Similarity{}, err
		}
	}
	rings := newRings(a, everybody(a), out.Patterns)
	out.pass(a, everybody(a), rings, o)
	if groups, rest := rings.found(); groups != nil {
		if more, fewer := rings.grown(groups, rest, out.Patterns, o.Workers); more != nil {
			groups, rest = more, fewer
		}
		out.Rings = groups
		out.pass(a, rest, nil, o)
	}
	return out, nil
}

// pass compares all pairs with the items calibrated on some of the people and the null corrected by their pairs, and
// joins those who are plainly alike where rings are looked for.
func (s *Similarity) pass(a *Answers, basis []int, rings *rings, o SimilarityOptions) {
	if o.Model != nil {
		s.Model = *o.Model
	} else {
		s.Model = priorNRM(a)
		s.Model.fit(a.only(basis), 100, 1e-3, o.Workers)
	}
	s.Abilities = make([]float64, a.People())
	parallel(o.Workers, a.People(), func(p int) { s.Abilities[p] = s.Model.Ability(a.Chosen[p]) })
	if s.Compared == 0 || a.Items() == 0 {
		return
	}
	x, people := meet(&s.Model, a, o.Workers)
	curve := x.simulate(people, o.Seed, o.Workers)
	s.Expected = x.rehearse(&curve, a, basis, &s.Model, o, people)
	s.PairP = o.Family / float64(s.Compared)

	curve.spread = s.Expected
	top := x.compare(people, basis, newChances(&s.Model, a, s.Abilities, o.Workers), rings, curve.tally(), curve.threshold(math.Log(s.PairP)), o)
	s.OmegaSD = top.omegaSD()
	observed, doubt := top.spread()
	s.Observed = observed
	s.Spread = math.Max(math.Min(s.Expected, observed-doubt/2), narrowest) // what is not known well is taken strictly
	curve.spread = s.Spread
	s.Threshold = curve.threshold(math.Log(s.PairP))
	s.list(a, &curve, top.pairs)
}

// meet places everybody on the scale of the items.
func meet(m *NRM, a *Answers, workers int) (*likeness, []person) {
	x := newLikeness(m, a)
	people := make([]person, a.People())
	parallel(workers, len(people), func(p int) {
		people[p].row = a.Chosen[p]
		x.place(&people[p])
	})
	return x, people
}

// rehearse finds the spread of honest exams: the whole cohort is simulated again and again, the items are calibrated on it
// as they were on the real one, and its pairs are counted.
func (x *likeness) rehearse(curve *null, a *Answers, basis []int, m *NRM, o SimilarityOptions, people []person) float64 {
	const most = 20000 // pairs of one simulated cohort that are counted at most
	if o.Model != nil {
		return 1
	}
	replicates := min(max(1600/len(people), 2), 40)
	tallies := make([]tally, replicates)
	parallel(o.Workers, replicates, func(r int) {
		c := chanceOf(o.Seed, nullSamples, r)
		again := &Answers{x.cohort(&c, people), a.Key, a.Options}
		fitted := m.clone()
		fitted.fit(again.only(basis), 8, 1e-3, 1)
		y, crowd := meet(&fitted, again, 1)
		tallies[r] = curve.tally()
		if n := len(crowd); n*(n-1)/2 <= most {
			for i := range crowd {
				for j := range i {
					tallies[r].count(y.llr(&crowd[i], &crowd[j], tallies[r].at[0]))
				}
			}
			return
		}
		for range most {
			i, j := twoOf(&c, len(crowd))
			tallies[r].count(y.llr(&crowd[i], &crowd[j], tallies[r].at[0]))
		}
	})
	sum := curve.tally()
	for _, t := range tallies {
		sum.add(t)
	}
	spread, _ := sum.spread()
	return spread
}

// likely is one pair of the list.
type likely struct {
	llr  float64
	a, b int
}

// alike orders pairs: the most alike first, ties by their places.
func alike(p, q likely) int {
	return cmp.Or(cmp.Compare(q.llr, p.llr), cmp.Compare(p.a, q.a), cmp.Compare(p.b, q.b))
}

// toplist keeps the most alike of the pairs it is shown: the first keep, and up to maxListed that reach floor.
type toplist struct {
	tally
	keep       int
	floor, cut float64 // cut is below the keep-th: what is less alike need not be looked at
	pairs      []likely
	omega      [][2]float64 // per person, the sums of ω and ω² with those before
}

func (l *toplist) omegaSD() float64 {
	sum, squares := 0.0, 0.0
	for _, o := range l.omega {
		sum, squares = sum+o[0], squares+o[1]
	}
	n := 2 * float64(l.all)
	return math.Sqrt(math.Max(squares/n-square(sum/n), 0))
}

func (l *toplist) put(p likely) {
	if p.llr >= l.floor || p.llr >= l.cut {
		l.pairs = append(l.pairs, p)
		if len(l.pairs) >= 2*max(l.keep, maxListed) {
			l.trim()
		}
	}
}

func (l *toplist) trim() {
	slices.SortFunc(l.pairs, alike)
	n := min(len(l.pairs), max(l.keep, maxListed))
	for n > l.keep && l.pairs[n-1].llr < l.floor {
		n--
	}
	l.pairs = l.pairs[:n]
	if n >= l.keep {
		l.cut = l.pairs[l.keep-1].llr
	}
}

// compare takes LLRmax and ω of every pair and keeps the most alike.
func (x *likeness) compare(people []person, basis []int, theory *chances, rings *rings, empty tally, floor float64, o SimilarityOptions) *toplist {
	all := &toplist{tally: empty, keep: o.Keep, floor: floor, cut: math.Inf(-1), omega: make([][2]float64, len(people))}
	counts := make([]bool, len(people))
	for _, p := range basis {
		counts[p] = true
	}
	var lock sync.Mutex
	parallel(o.Workers, len(people), func(b int) {
		lock.Lock()
		mine := &toplist{tally: empty, keep: o.Keep, floor: floor, cut: all.cut}
		lock.Unlock()
		var joined []int
		for a := range b {
			t := x.llr(&people[a], &people[b], min(mine.at[0], mine.cut))
			mine.put(likely{t, a, b})
			if rings != nil && t >= mine.at[0] && rings.plain(a, b) {
				joined = append(joined, a)
			}
			if !counts[a] || !counts[b] {
				continue
			}
			mine.count(t)
			for _, w := range [2]float64{theory.omega(a, b), theory.omega(b, a)} {
				all.omega[b][0] += w
				all.omega[b][1] += w * w
			}
		}
		lock.Lock()
		defer lock.Unlock()
		all.add(mine.tally)
		for _, a := range joined {
			rings.join(a, b)
		}
		for _, p := range mine.pairs {
			all.put(p)
		}
	})
	all.trim()
	return all
}

// list fills in the other statistics of the listed pairs and flags them.
func (s *Similarity) list(a *Answers, curve *null, pairs []likely) {
	s.Pairs = make([]PairStat, len(pairs))
	for n, p := range pairs {
		one, other := a.Chosen[p.a], a.Chosen[p.b]
		there := s.Model.Directional(one, other, a.Key, s.Abilities[p.b])
		back := s.Model.Directional(other, one, a.Key, s.Abilities[p.a])
		both := s.Model.Unconditional(one, other, a.Key, s.Abilities[p.a], s.Abilities[p.b])
		s.Pairs[n] = PairStat{
			A: p.a, B: p.b, Matches: both.Count, WrongMatches: both.Wrong, N: both.N,
			OmegaP: math.Min(2*UpperNormal(math.Max(there.Omega(), back.Omega())), 1), GBTP: both.GBT(), M4P: both.M4(),
			LLR: p.llr, LLRP: math.Max(math.Exp(curve.logP(p.llr)), tiny),
			Flagged: p.llr >= s.Threshold && both.Wrong > 0 && !slices.Contains(s.Patterns, p.a) && !slices.Contains(s.Patterns, p.b),
		}
	}
}

// patterns are the people who gave the same letter, or the same step from letter to letter, in more than 80 % of at
// least ten answers, and whose right answers do not explain it.
func patterns(a *Answers) (found []int) {
	for p, row := range a.Chosen {
		var letters, steps [maxChoices]int
		answered, right, last := 0, 0, -1
		for i, k := range row {
			if k < 0 {
				continue
			}
			answered++
			letters[k]++
			if k == a.Key[i] {
				right++
			}
			if last >= 0 {
				steps[(int(k)-last+maxChoices*a.Options[i])%a.Options[i]]++
			}
			last = int(k)
		}
		most := float64(max(slices.Max(letters[:]), slices.Max(steps[:])))
		if answered >= 10 && most > .8*float64(answered) && float64(right) < .6*float64(answered) {
			found = append(found, p)
		}
	}
	return found
}
