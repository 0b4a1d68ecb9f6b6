package exams

import (
	"math"
	"math/bits"
	"slices"
	"strings"
)

// ItemStats is how an item did over many papers. A number is nil where the data cannot give it: of nothing that is
// scored, of a single paper, or where all are alike. All variances are over n−1.
type ItemStats struct {
	Bank, Item string
	N          int // papers it was in and is marked in
	Blank      int // of them left blank
	Scored     int // of them that it earns points in; 0 for a canary or a survey item

	Facility *float64 // mean share of the points
	Spread   *float64 // standard deviation of the share
	// Discrimination is the corrected item-total correlation: of the share of this item's points with the share of
	// all other points of the paper. A hundred times it is what Moodle calls the discrimination index.
	Discrimination *float64
	// Efficiency is the covariance of the two as a share of the most that it could be, with both lists sorted: how
	// well the item tells people apart for its difficulty. A hundred times it is Moodle's discriminative efficiency.
	Efficiency *float64

	Thirds        [3]int      // papers it was in, by Third
	ThirdFacility [3]*float64 // facility in each
	Choices       []ChoiceStats
	Lost          int    // papers in which a choice was ticked that the item has no longer
	Times         *Times // nil when nobody answered it
	Variants      []GroupStats
	Versions      []GroupStats // by the bank version since which it reads so, oldest first
}

// ChoiceStats is how a choice was ticked, by its place in the source. The list is as long as the last one ever ticked.
type ChoiceStats struct {
	N      int
	Thirds [3]int   // by Third
	Rest   *float64 // mean share of all other points of those who ticked it
}

// GroupStats is a part of an item's papers: those of one wording.
type GroupStats struct {
	Variant  string // of Variants; "" is the item's own wording
	Version  int    // of Versions
	N        int
	Facility *float64
}

// Times is how long an item took until it was first answered, in seconds, of the papers that answered it.
type Times struct {
	N                    int
	Lower, Median, Upper float64 // quartiles, by linear interpolation between ranks (Hyndman and Fan's seventh way)
	Width                int     // of a bin
	Bins                 [timeBins]int
}

const timeBins = 10 // of which the last holds all that took longer

// Chosen is how often a choice was ticked.
func (s ItemStats) Chosen(n int) int {
	if n >= len(s.Choices) {
		return 0
	}
	return s.Choices[n].N
}

// sample is what Items gathers of one item.
type sample struct {
	stats        ItemStats
	shares, rest []float64
	thirds       [3][]float64
	ticked       [64][]float64 // rests of those who ticked the choice
	seconds      []float64
	variants     map[string]*group
	versions     map[int32]*group
}

type group struct {
	n      int
	shares []float64
}

func (g *group) add(m tallyMark) {
	if g.n++; m.max > 0 {
		g.shares = append(g.shares, float64(m.score)/float64(m.max))
	}
}

// Items are the statistics of every item, by bank and item. The discrimination is corrected: an item does not
// count into the rest that it is compared with.
func (t *Tally) Items() []ItemStats {
	samples, thirds := make([]*sample, len(t.keys)), t.thirds()
	for n, k := range t.keys {
		samples[n] = &sample{stats: ItemStats{Bank: k.Bank, Item: k.Item}, variants: map[string]*group{}, versions: map[int32]*group{}}
	}
	for n, p := range t.papers {
		for _, m := range p.questions {
			if !m.waiting {
				samples[m.item].add(p, m, thirds[n])
			}
		}
	}
	var out []ItemStats
	for _, s := range samples {
		if s.stats.N > 0 {
			out = append(out, s.done())
		}
	}
	slices.SortFunc(out, byItem)
	return out
}

func (s *sample) add(p tallied, m tallyMark, third Third) {
	s.stats.N++
	s.stats.Thirds[third]++
	if m.blank {
		s.stats.Blank++
	}
	if m.lost {
		s.stats.Lost++
	}
	var rest float64
	compared := p.max > int(m.max)
	if compared {
		rest = float64(p.score-int(m.score)) / float64(p.max-int(m.max))
	}
	for chosen := m.chosen; chosen != 0; chosen &= chosen - 1 {
		c := bits.TrailingZeros64(chosen)
		for len(s.stats.Choices) <= c {
			s.stats.Choices = append(s.stats.Choices, ChoiceStats{})
		}
		s.stats.Choices[c].N++
		s.stats.Choices[c].Thirds[third]++
		if compared {
			s.ticked[c] = append(s.ticked[c], rest)
		}
	}
	if m.seconds > 0 {
		s.seconds = append(s.seconds, float64(m.seconds))
	}
	in(s.variants, m.variant).add(m)
	in(s.versions, m.version).add(m)
	if m.max == 0 {
		return
	}
	share := float64(m.score) / float64(m.max)
	s.stats.Scored++
	s.thirds[third] = append(s.thirds[third], share)
	s.shares = append(s.shares, share)
	if compared {
		s.rest = append(s.rest, rest)
	}
}

func in[K comparable](groups map[K]*group, key K) *group {
	if groups[key] == nil {
		groups[key] = &group{}
	}
	return groups[key]
}

func (s *sample) done() ItemStats {
	out := s.stats
	out.Facility, out.Spread = average(s.shares), deviation(s.shares)
	if len(s.rest) == len(s.shares) { // else some paper had nothing but this item
		out.Discrimination, out.Efficiency = correlation(s.shares, s.rest), efficiency(s.shares, s.rest)
	}
	for n := range s.thirds {
		out.ThirdFacility[n] = average(s.thirds[n])
	}
	for n := range out.Choices {
		out.Choices[n].Rest = average(s.ticked[n])
	}
	out.Times = timesOf(s.seconds)
	for name, g := range s.variants {
		out.Variants = append(out.Variants, GroupStats{Variant: name, N: g.n, Facility: average(g.shares)})
	}
	for version, g := range s.versions {
		out.Versions = append(out.Versions, GroupStats{Version: int(version), N: g.n, Facility: average(g.shares)})
	}
	slices.SortFunc(out.Variants, func(a, b GroupStats) int { return strings.Compare(a.Variant, b.Variant) })
	slices.SortFunc(out.Versions, func(a, b GroupStats) int { return a.Version - b.Version })
	return out
}

// timesOf are the quartiles of some seconds, and bins of a round width of which nine hold nine tenths of them.
func timesOf(seconds []float64) *Times {
	if len(seconds) == 0 {
		return nil
	}
	slices.Sort(seconds)
	t := &Times{N: len(seconds), Lower: quantile(seconds, .25), Median: quantile(seconds, .5), Upper: quantile(seconds, .75)}
	t.Width = roundUp(quantile(seconds, .9) / (timeBins - 1))
	for _, s := range seconds {
		t.Bins[min(timeBins-1, int(s)/t.Width)]++
	}
	return t
}

// roundUp is the next width that reads well on an axis.
func roundUp(seconds float64) int {
	for _, w := range []int{1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 300} {
		if float64(w) >= seconds {
			return w
		}
	}
	return 600 * int(math.Ceil(seconds/600))
}
