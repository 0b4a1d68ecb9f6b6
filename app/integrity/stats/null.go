package stats

import (
	"cmp"
	"math"
	"slices"
)

// null is how alike two people of this exam are who answered independently: the logarithm of P(LLRmax ≥ t) at rising
// values of t, from pairs simulated with the items' curves. Calibrating on the very answers that are compared makes
// honest pairs less alike than that, local dependence of real items more; spread corrects for both: the logarithm of
// the true probability is about spread times the simulated one.
type null struct {
	t, log []float64
	spread float64
}

// nullSamples is how many pairs the curve is simulated from.
const nullSamples = 8192

// proposal are the shares that pairs are simulated with. To simulate pairs that did take answers over, and to weigh
// each by how much likelier it is that way, puts the simulated pairs where the tail is: a few thousand of them show
// probabilities of 1e-20 (importance sampling; Siegmund 1976).
var proposal = [...]float64{0, .15, .3, .45, .6, .8, .95}

// simulate draws pairs of the people, each at an ability that their answers leave possible and with the items that
// they answered, and finds the curve of LLRmax between them.
func (x *likeness) simulate(people []person, seed uint64, workers int) null {
	type draw struct{ t, weight float64 }
	draws := make([]draw, nullSamples)
	const block = 64
	parallel(workers, nullSamples/block, func(b int) {
		c := chanceOf(seed, b)
		s := newSimulator(x)
		for n := b * block; n < (b+1)*block; n++ {
			i, j := twoOf(&c, len(people))
			t, ratio := s.pair(&c, &people[i], &people[j], proposal[n%len(proposal)])
			draws[n] = draw{t, 1 / ratio}
		}
	})
	slices.SortFunc(draws, func(a, b draw) int { return cmp.Or(cmp.Compare(b.t, a.t), cmp.Compare(b.weight, a.weight)) })
	out, sum := null{spread: 1}, 0.0
	for k, d := range draws {
		sum += d.weight
		if k == len(draws)-1 || draws[k+1].t < d.t {
			out.t = append(out.t, d.t)
			out.log = append(out.log, math.Min(math.Log(sum/nullSamples), 0))
		}
	}
	slices.Reverse(out.t)
	slices.Reverse(out.log)
	return out
}

// twoOf draws two different people.
func twoOf(c *chance, people int) (int, int) {
	i, j := c.below(people), c.below(people-1)
	if j >= i {
		j++
	}
	return i, j
}

// simulator makes pairs of papers.
type simulator struct {
	*likeness
	one, other person
	p          []float64
}

func newSimulator(x *likeness) *simulator {
	s := &simulator{likeness: x, p: make([]float64, maxChoices)}
	s.one.row, s.other.row = make([]int8, len(x.key)), make([]int8, len(x.key))
	return s
}

// pair simulates the papers of two people of whom the second takes each answer over with probability share, and
// returns their LLRmax and how much likelier the pair is over all shares of the proposal than between honest people.
func (s *simulator) pair(c *chance, one, other *person, share float64) (t, ratio float64) {
	atOne, atOther := one.draw(c), other.draw(c)
	var logs [len(proposal)]float64
	for i := range s.key {
		a, b := Missing, Missing
		if one.row[i] >= 0 {
			a = s.choose(c, i, atOne, s.p)
		}
		if other.row[i] >= 0 {
			if b = s.choose(c, i, atOther, s.p); a >= 0 && c.float() < share {
				b = a
			}
		}
		s.one.row[i], s.other.row[i] = a, b
		if a < 0 || b < 0 {
			continue
		}
		for k, share := range proposal {
			if a == b {
				logs[k] += math.Log(1 - share + share/s.p0(i, b, atOther))
			} else {
				logs[k] += math.Log1p(-share)
			}
		}
	}
	s.place(&s.one)
	s.place(&s.other)
	for _, l := range logs {
		ratio += math.Exp(l) / float64(len(logs))
	}
	return s.llr(&s.one, &s.other, math.Inf(-1)), ratio
}

// cohort simulates honest papers of all the people.
func (x *likeness) cohort(c *chance, people []person) [][]int8 {
	p := make([]float64, maxChoices)
	rows := make([][]int8, len(people))
	for j := range people {
		at := people[j].draw(c)
		rows[j] = make([]int8, len(x.key))
		for i := range rows[j] {
			if rows[j][i] = Missing; people[j].row[i] >= 0 {
				rows[j][i] = x.choose(c, i, at, p)
			}
		}
	}
	return rows
}

// choose draws an option of an item at an ability; p is room to work in.
func (x *likeness) choose(c *chance, item, at int, p []float64) int8 {
	k := x.options[item]
	for o := range k {
		p[o] = x.p0(item, int8(o), at)
	}
	return int8(c.pick(p[:k]))
}

// logP is the logarithm of the probability that two honest people are at least so alike.
func (n *null) logP(t float64) float64 { return n.corrected(n.raw(t)) }

// raw reads the simulated curve. Beyond its end it falls by one per unit of t, as every likelihood ratio's does at
// least.
func (n *null) raw(t float64) float64 {
	last := len(n.t) - 1
	if t > n.t[last] {
		return n.log[last] - (t - n.t[last])
	}
	at, _ := slices.BinarySearch(n.t, t)
	return n.log[at]
}

// threshold is the smallest t whose logP is at most log.
func (n *null) threshold(log float64) float64 {
	log = n.uncorrected(log)
	at, _ := slices.BinarySearchFunc(n.log, log, func(l, want float64) int { return cmp.Compare(want, l) })
	if last := len(n.log) - 1; at > last {
		return n.t[last] + n.log[last] - log
	}
	return n.t[at]
}

// bulk is down to where a spread above 1 is taken at its word; farther out the corrected curve falls as the
// simulated one does.
const bulk = -16.0

func (n *null) corrected(log float64) float64 {
	if n.spread > 1 && log < bulk {
		return log + bulk*(n.spread-1)
	}
	return log * n.spread
}

func (n *null) uncorrected(log float64) float64 {
	if n.spread > 1 && log < bulk*n.spread {
		return log - bulk*(n.spread-1)
	}
	return log / n.spread
}

// levels are the probabilities at which the spread is read: far enough out to show the tail, and near enough that
// a few pairs that did work together do not show.
var levels = [...]float64{.03, .01, .003}

// narrowest bounds the correction where half an exam was copied.
const narrowest = .25

// tally counts pairs by the levels of the simulated curve that they reach.
type tally struct {
	at, log [len(levels)]float64 // where each level is, and the logarithm of its probability
	reached [len(levels)]int
	all     int
}

func (n *null) tally() (out tally) {
	raw := null{n.t, n.log, 1}
	for l, level := range levels {
		out.at[l] = raw.threshold(math.Log(level))
		out.log[l] = raw.raw(out.at[l])
	}
	return out
}

func (y *tally) count(t float64) {
	y.all++
	for l, at := range y.at {
		if t >= at {
			y.reached[l]++
		}
	}
}

func (y *tally) add(other tally) {
	y.all += other.all
	for l, n := range other.reached {
		y.reached[l] += n
	}
}

// spread is how much faster (above 1) or slower the counted pairs thin out than the simulated curve, and about its
// standard error. Levels where fewer than five pairs are expected are not asked; where none can be, the curve is believed.
func (y *tally) spread() (spread, doubt float64) {
	n := 0.0
	for l, log := range y.log {
		if math.Exp(log)*float64(y.all) >= 5 {
			reached := float64(y.reached[l]) + .5
			spread += math.Log(reached/(float64(y.all)+.5)) / log
			doubt -= 1 / math.Sqrt(reached) / log
			n++
		}
	}
	if n == 0 {
		return 1, 0
	}
	return math.Max(spread/n, narrowest), doubt / n
}
