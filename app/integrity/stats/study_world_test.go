package stats_test

import (
	"math"
	"math/rand/v2"
	"slices"

	"bainian/app/integrity/stats"
)

// madeUp is an exam that exists nowhere, with what makes honest papers alike in real ones, each switched on by its own
// measure (0 is off). With all of them off, papers follow the nominal response model exactly.
type madeUp struct {
	Topics     float64 // spread of what a person knows of a topic beyond their ability; a third of the items each
	Bundles    float64 // spread of a person's luck with five items that hang together
	Classes    int     // people come from so many classes
	Taught     float64 // spread of how well a class was taught an item
	Mistaught  float64 // share of a class's items on which its wrong notes pull to one wrong option
	Guessing   float64 // chance to guess, from a favourite letter more often, where one does not know
	Careless   float64 // share of people who answer three items in ten at random
	Omitting   float64 // chance to leave a hard item out
	OutOfTime  float64 // share of people who do not reach the end: half leave it empty, half fill in one letter
	Misfitting float64 // share of items whose key does not tell those who know from those who do not
}

// lifelike is everything at once, at measures that are rather above what exams of companies show.
var lifelike = madeUp{Topics: .5, Bundles: .4, Classes: 8, Taught: .35, Mistaught: .06, Guessing: .15, Careless: .05, Omitting: .1, OutOfTime: .1, Misfitting: .04}

// madeUpItem has intercepts and slopes of its options, the wrong ones summing to what the key is held against.
type madeUpItem struct {
	slope, intercept []float64
	key, topic       int
}

// madeUpExam is the items, and who has sat them.
type madeUpExam struct {
	madeUp
	items    []madeUpItem
	taught   [][]float64 // class × item
	mistaken [][]int     // class × item: the option that wrong notes pull to, or −1
}

func newExam(rng *rand.Rand, what madeUp, items int) *madeUpExam {
	e := &madeUpExam{madeUp: what}
	for i := range items {
		options := []int{4, 4, 4, 4, 5, 3}[rng.IntN(6)]
		item := madeUpItem{slope: make([]float64, options), intercept: make([]float64, options), key: rng.IntN(options), topic: i % 3}
		wrong := 0.0
		for o := range options {
			item.slope[o] = .25 * rng.NormFloat64()
			item.intercept[o] = .9 * rng.NormFloat64()
			if o != item.key {
				wrong += math.Exp(item.intercept[o])
			}
		}
		item.slope[item.key] = math.Exp(-.3 + .35*rng.NormFloat64())
		if rng.Float64() < what.Misfitting {
			item.slope[item.key] = -.2
		}
		item.intercept[item.key] = math.Log(wrong) + 1 + 1.1*rng.NormFloat64()
		e.items = append(e.items, item)
	}
	for range what.Classes {
		taught, mistaken := make([]float64, items), make([]int, items)
		for i, item := range e.items {
			taught[i], mistaken[i] = what.Taught*rng.NormFloat64(), -1
			if rng.Float64() < what.Mistaught {
				mistaken[i] = (item.key + 1 + rng.IntN(len(item.slope)-1)) % len(item.slope)
			}
		}
		e.taught, e.mistaken = append(e.taught, taught), append(e.mistaken, mistaken)
	}
	return e
}

// papers are answers, and beside each the letter by which it was chosen where content had no part in it, or −1.
type papers struct {
	stats.Answers
	byPosition [][]int8
}

// sat are the papers of so many people who answered alone.
func (e *madeUpExam) sat(rng *rand.Rand, people int) *papers {
	a := &papers{}
	for _, item := range e.items {
		a.Key, a.Options = append(a.Key, int8(item.key)), append(a.Options, len(item.slope))
	}
	for range people {
		row, letters := e.paper(rng)
		a.Chosen, a.byPosition = append(a.Chosen, row), append(a.byPosition, letters)
	}
	return a
}

func (e *madeUpExam) paper(rng *rand.Rand) (row, byPosition []int8) {
	ability, topics, bundle := rng.NormFloat64(), [3]float64{}, 0.0
	for t := range topics {
		topics[t] = e.Topics * rng.NormFloat64()
	}
	class := -1
	if e.Classes > 0 {
		class = rng.IntN(e.Classes)
	}
	careless, favourite := rng.Float64() < e.Careless, rng.IntN(4)
	row, byPosition = make([]int8, len(e.items)), make([]int8, len(e.items))
	for i, item := range e.items {
		byPosition[i] = -1
		if i%5 == 0 {
			bundle = e.Bundles * rng.NormFloat64()
		}
		options := len(item.slope)
		logits, p := make([]float64, options), make([]float64, options)
		for o := range options {
			logits[o] = item.slope[o]*ability + item.intercept[o]
		}
		logits[item.key] += topics[item.topic] + bundle
		if class >= 0 {
			logits[item.key] += e.taught[class][i]
			if o := e.mistaken[class][i]; o >= 0 {
				logits[o] += 1.5
			}
		}
		softmax(logits, p)
		switch knows := p[item.key]; {
		case careless && rng.Float64() < .3:
			row[i] = int8(rng.IntN(options))
		case rng.Float64() < e.Omitting*(1-knows):
			row[i] = stats.Missing
		case rng.Float64() < e.Guessing*(1-knows):
			if row[i] = int8(rng.IntN(options)); rng.Float64() < .4 {
				row[i] = int8(min(favourite, options-1))
			}
			byPosition[i] = row[i]
		default:
			row[i] = int8(drawn(rng, p))
		}
	}
	if rng.Float64() < e.OutOfTime {
		fill := stats.Missing
		if rng.IntN(2) == 0 {
			fill = int8(favourite)
		}
		for i := len(row) - 1 - rng.IntN(max(1, len(row)/5)); i < len(row); i++ {
			row[i] = min(fill, int8(len(e.items[i].slope)-1))
			byPosition[i] = row[i]
		}
	}
	return row, byPosition
}

func softmax(logits, p []float64) {
	sum := 0.0
	for o, l := range logits {
		p[o] = math.Exp(l)
		sum += p[o]
	}
	for o := range p {
		p[o] /= sum
	}
}

func drawn(rng *rand.Rand, p []float64) int {
	u := rng.Float64()
	for o, x := range p[:len(p)-1] {
		if u -= x; u < 0 {
			return o
		}
	}
	return len(p) - 1
}

// cohort are people and items drawn from papers without replacement.
func cohort(rng *rand.Rand, pool *papers, people, items int) *papers {
	chosen, order := rng.Perm(len(pool.Chosen))[:people], rng.Perm(len(pool.Key))[:items]
	slices.Sort(order) // what was filled in at the end stays there
	a := &papers{}
	for _, i := range order {
		a.Key, a.Options = append(a.Key, pool.Key[i]), append(a.Options, pool.Options[i])
	}
	for _, p := range chosen {
		row, letters := make([]int8, items), make([]int8, items)
		for n, i := range order {
			row[n], letters[n] = pool.Chosen[p][i], pool.byPosition[p][i]
		}
		a.Chosen, a.byPosition = append(a.Chosen, row), append(a.byPosition, letters)
	}
	return a
}

// letters are what people saw of what they chose where each had the options in an order of their own; what was chosen by
// position is the same letter in any order.
func (a *papers) letters(rng *rand.Rand) []stats.Paper {
	out := make([]stats.Paper, len(a.Chosen))
	for p, row := range a.Chosen {
		out[p] = make(stats.Paper, len(row))
		for i, c := range row {
			out[p][i] = stats.Slot{Letter: a.byPosition[p][i], Options: int8(a.Options[i])}
			if c != stats.Missing && a.byPosition[p][i] < 0 {
				out[p][i].Letter = int8(rng.Perm(a.Options[i])[c])
			}
		}
	}
	return out
}

// copied lets the copier take a share of the answers over from the source, omissions too.
func copied(rng *rand.Rand, a *stats.Answers, source, copier int, share float64) {
	for _, i := range rng.Perm(len(a.Key))[:int(math.Round(share*float64(len(a.Key))))] {
		a.Chosen[copier][i] = a.Chosen[source][i]
	}
}
