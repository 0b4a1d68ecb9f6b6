// Package stats holds the pure statistics of the integrity desk: no store, no clock, no person. Every
// statistic here orders what people look at; none of them accuses anybody.
package stats

import (
	"cmp"
	"math"
	"math/bits"
	"runtime"
	"slices"
	"sync"
)

// Slot is what one person chose at one place of the comparison: Letter is the displayed position (0 = A) out
// of Options choices that the server had shuffled for this person. Letter −1 means that the place does not
// count: unanswered, answered too quickly to have been read, or not a shuffled single choice.
type Slot struct {
	Letter  int8
	Options int8
}

// Paper is one person's slots, aligned so that slot i of any two papers is compared.
type Paper []Slot

// maxOptions is the most choices an item can have and still be compared.
const maxOptions = 8

// Pair is two papers (A < B, indexes into the slice given) that agree in Matches of N comparable slots; P is
// the probability of at least so many matches between two people who answered independently of each other, and
// Needed the fewest matches in these slots that would have been found.
type Pair struct {
	A, B       int
	Matches, N int
	Needed     int
	P          float64
}

// LetterPairs compares every pair of papers and returns those whose p-value is at most threshold, in the
// order of the input.
//
// The statistic is the letter-shuffle test: since each person's options were shuffled by the server, the
// letters of two independent people agree at a slot of k options with probability 1/k, whatever they know.
// So N matches follow a Poisson-binomial law without any calibration, from two people on. It sees shared
// letters, not shared knowledge.
func LetterPairs(papers []Paper, threshold float64) []Pair {
	found := ClosestLetters(papers, threshold, 0, runtime.GOMAXPROCS(0))
	slices.SortFunc(found, func(p, q Pair) int { return cmp.Or(cmp.Compare(p.A, q.A), cmp.Compare(p.B, q.B)) })
	return found
}

// ClosestLetters is LetterPairs for a list: every pair whose p-value is at most threshold and at least the keep
// likeliest to share letters, those with the smallest p-values first. It holds no more than that of all the pairs.
func ClosestLetters(papers []Paper, threshold float64, keep, workers int) []Pair {
	packed := make([]packedPaper, len(papers))
	for i, p := range papers {
		packed[i] = pack(p)
	}
	all := &closest{threshold: threshold, keep: keep, cut: 1}
	var lock sync.Mutex
	const block = 64 // papers that share one cache of tails
	parallel(workers, (len(papers)+block-1)/block, func(piece int) {
		lock.Lock()
		mine := &closest{threshold: threshold, keep: keep, cut: all.cut}
		lock.Unlock()
		tails := tailCache{mixed: map[optionCounts][]float64{}}
		for a := piece * block; a < min(len(papers), (piece+1)*block); a++ {
			for b := a + 1; b < len(papers); b++ {
				matches, counts := packed[a].agree(&packed[b])
				tail := tails.of(&counts)
				if p := tail[matches]; p <= threshold || keep > 0 && p <= mine.cut {
					mine.put(Pair{A: a, B: b, Matches: matches, N: counts.total(), Needed: critical(tail, threshold), P: p})
				}
			}
		}
		lock.Lock()
		defer lock.Unlock()
		for _, p := range mine.pairs {
			all.put(p)
		}
	})
	all.trim()
	return all.pairs
}

// closest keeps the pairs under the threshold and the keep smallest p-values; what is above cut is neither.
type closest struct {
	threshold, cut float64
	keep           int
	pairs          []Pair
	trimmed        int
}

func (c *closest) put(p Pair) {
	if c.pairs = append(c.pairs, p); len(c.pairs) > 2*c.trimmed+4096 {
		c.trim()
	}
}

func (c *closest) trim() {
	slices.SortFunc(c.pairs, func(p, q Pair) int {
		return cmp.Or(cmp.Compare(p.P, q.P), cmp.Compare(p.A, q.A), cmp.Compare(p.B, q.B))
	})
	n := len(c.pairs)
	for n > c.keep && c.pairs[n-1].P > c.threshold {
		n--
	}
	if c.pairs, c.trimmed = c.pairs[:n], n; n > 0 && n >= c.keep {
		c.cut = c.pairs[n-1].P
	}
}

// FamilyThreshold is Bonferroni's p-value bound that holds the chance of even one false pair in the whole
// exam to family (.01), over so many comparisons.
func FamilyThreshold(family float64, comparisons int) float64 {
	if comparisons == 0 {
		return 0
	}
	return family / float64(comparisons)
}

// critical is the fewest matches whose p-value is at most threshold; one more than there can be when none is.
func critical(tail []float64, threshold float64) int {
	for m := range tail {
		if tail[m] <= threshold {
			return m
		}
	}
	return len(tail)
}

// optionCounts is how many comparable slots there are by number of options.
type optionCounts [maxOptions + 1]uint16

func (c *optionCounts) total() int {
	sum := 0
	for _, n := range c {
		sum += int(n)
	}
	return sum
}

// packedPaper holds, for each number of options, one bit set of answered slots and one per letter.
type packedPaper struct{ groups []packedGroup }

type packedGroup struct {
	options  int
	answered []uint64
	letters  [][]uint64
}

func pack(p Paper) packedPaper {
	words := (len(p) + 63) / 64
	var out packedPaper
	for k := 2; k <= maxOptions; k++ {
		g := packedGroup{options: k}
		for i, s := range p {
			if int(s.Options) != k || s.Letter < 0 || int(s.Letter) >= k {
				continue
			}
			if g.answered == nil {
				g.answered = make([]uint64, words)
				g.letters = make([][]uint64, k)
				for l := range g.letters {
					g.letters[l] = make([]uint64, words)
				}
			}
			g.answered[i/64] |= 1 << (i % 64)
			g.letters[s.Letter][i/64] |= 1 << (i % 64)
		}
		if g.answered != nil {
			out.groups = append(out.groups, g)
		}
	}
	return out
}

func (p *packedPaper) agree(q *packedPaper) (matches int, counts optionCounts) {
	for i := range p.groups {
		g := &p.groups[i]
		for j := range q.groups {
			h := &q.groups[j]
			if g.options != h.options {
				continue
			}
			n := 0
			for w := range min(len(g.answered), len(h.answered)) {
				n += bits.OnesCount64(g.answered[w] & h.answered[w])
				for l := range g.letters {
					matches += bits.OnesCount64(g.letters[l][w] & h.letters[l][w])
				}
			}
			counts[g.options] = uint16(n)
		}
	}
	return matches, counts
}

// tailCache keeps the upper tail of each mix of slots: an exam has few of them, and most have one number of options.
type tailCache struct {
	mixed map[optionCounts][]float64
	plain [maxOptions + 1][][]float64 // by options and slots
}

// of is the probability of at least 0, 1, 2, … matches in those slots.
func (c *tailCache) of(counts *optionCounts) []float64 {
	options, kinds := 0, 0
	for k, n := range counts {
		if n > 0 {
			options = k
			kinds++
		}
	}
	if kinds > 1 {
		tail, ok := c.mixed[*counts]
		if !ok {
			tail = tailOf(counts)
			c.mixed[*counts] = tail
		}
		return tail
	}
	n := int(counts[options])
	for len(c.plain[options]) <= n {
		c.plain[options] = append(c.plain[options], nil)
	}
	if c.plain[options][n] == nil {
		c.plain[options][n] = tailOf(counts)
	}
	return c.plain[options][n]
}

func tailOf(counts *optionCounts) []float64 {
	f := []float64{1}
	for k, n := range counts {
		if n > 0 {
			f = convolve(f, binomial(int(n), 1/float64(k)))
		}
	}
	return upperTail(f)
}

// binomial is the probability of each count 0…n of successes, by logarithms so that 0.25^100 survives.
func binomial(n int, p float64) []float64 {
	f := make([]float64, n+1)
	top, _ := math.Lgamma(float64(n + 1))
	for m := range f {
		lm, _ := math.Lgamma(float64(m + 1))
		lr, _ := math.Lgamma(float64(n - m + 1))
		f[m] = math.Exp(top - lm - lr + float64(m)*math.Log(p) + float64(n-m)*math.Log1p(-p))
	}
	return f
}

func convolve(f, g []float64) []float64 {
	out := make([]float64, len(f)+len(g)-1)
	for i, a := range f {
		for j, b := range g {
			out[i+j] += a * b
		}
	}
	return out
}

// upperTail turns probabilities of each count into P(at least so many), summed from the small end.
func upperTail(f []float64) []float64 {
	tail := make([]float64, len(f))
	sum := 0.0
	for m := len(f) - 1; m >= 0; m-- {
		sum += f[m]
		tail[m] = math.Min(sum, 1)
	}
	return tail
}
