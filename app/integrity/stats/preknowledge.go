package stats

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// ErrKnownSet is that the leaked items are none or all of the exam: then there is nothing to compare.
var ErrKnownSet = errors.New("some items must be known to have leaked and some must be secure")

// Foreknown is how much better one person did, and how much quicker they were, on the leaked items than their
// answers to the secure ones let expect, in standard deviations of people who knew none of them. A value is nil when
// it is absent: nothing answered, or no time, in one of the sets.
type Foreknown struct {
	Scores, Times *float64
	Z             *float64 // both together, scores alone where there are no times: the value to order by
}

// Null is what honest people show in a statistic: its middle and spread, by which it is standardised. The spread
// is never below the one the model promises, 1.
type Null struct{ Middle, Spread float64 }

func (n Null) of(v float64) float64 { return (v - n.Middle) / n.Spread }

// PreknowledgeTest is the outcome of Preknowledge: one row per person, in their order, and the nulls used.
type PreknowledgeTest struct {
	Persons             []Foreknown
	Scores, Times, Both Null
}

// knowing is how often somebody with preknowledge is taken to have known an item of the leaked set; the outcome hardly
// depends on it.
const knowing = .5

// suspicious is the standardised value beyond which, to either side, somebody has no part in saying what an honest
// person does with the leaked items.
const suspicious = 2.0

// consistency times the median deviation of a normal sample cut at ±suspicious is the standard deviation of the whole.
const consistency = 1.5655

// rounds is how often the honest are told from the others and the leaked items fitted to them. The first takes the
// spread that the model promises, from which the others widen it as far as the honest ask: from a wide beginning, those
// who knew would keep it wide.
const rounds = 6

// enoughForNull is how many people must be left to standardise by them; with fewer, the model's null stands.
const enoughForNull = 30

// Preknowledge tests everybody for knowledge of leaked items (known, one per item) by scores (1 right, 0 wrong,
// Missing) and, where seconds is not nil and has them, by times (person × item, 0 absent).
//
// Those who knew the items have also bent what is known of them. Ability and speed therefore come from the secure
// items alone, calibrated by themselves; the leaked items are then put on that scale by people who do not stand
// out, in a few rounds. The statistic is the likelihood ratio of having known each leaked item with chance ½ – answered
// rightly the more tellingly the harder it is, and quickly – against having known none, P averaged over what the secure
// items say of θ and standardised by its mean, variance and skew under it. Each time is held against those of people who
// answered the item alike (Toton & Maynes 2019), and of the leaked items only those answered rightly. By times alone it is
// Sinharay's (2020) difference of speeds, with Huber's estimates. All are standardised once more by the median and
// median deviation of those who do not stand out.
//
// Fewer than ten people are ErrTooFew, a set without items ErrKnownSet; the outcome has a row per person even then.
func Preknowledge(scores [][]int8, seconds [][]float64, known []bool) (PreknowledgeTest, error) {
	out := PreknowledgeTest{Persons: make([]Foreknown, len(scores)), Scores: Null{0, 1}, Times: Null{0, 1}, Both: Null{0, 1}}
	items, err := shape(scores)
	switch {
	case err != nil:
		return out, err
	case len(scores) > 0 && len(known) != items:
		return out, fmt.Errorf("%d items are said to have leaked or not, the exam has %d", len(known), items)
	case !slices.Contains(known, true) || !slices.Contains(known, false):
		return out, ErrKnownSet
	case seconds != nil && len(seconds) != len(scores):
		return out, fmt.Errorf("%d people have times, %d scores", len(seconds), len(scores))
	case len(scores) < fewestPeople:
		return out, fmt.Errorf("%w: %d, at least %d are needed", ErrTooFew, len(scores), fewestPeople)
	}
	for p, row := range seconds {
		if len(row) != items {
			return out, fmt.Errorf("person %d has times of %d items, the exam has %d", p+1, len(row), items)
		}
	}

	byScores, byTimes := newScoreTest(scores, known), newTimeTest(scores, seconds, known)
	s, t, both := make([]*float64, len(scores)), make([]*float64, len(scores)), make([]*float64, len(scores))
	honest := make([]bool, len(scores))
	for p := range honest {
		honest[p] = true
	}
	for round := range rounds {
		sample := sampleOf(honest)
		byScores.refit(sample)
		byTimes.refit(sample)
		parallel(crew, len(scores), func(p int) {
			s[p], t[p] = byScores.statistic(p, nil), byTimes.statistic(p)
			both[p] = byScores.statistic(p, byTimes.residuals(p))
		})
		out.Scores, out.Times = nullOf(s, honest, round > 0), nullOf(t, honest, round > 0)
		out.Both = nullOf(both, honest, round > 0)
		for p := range out.Persons {
			row := Foreknown{standardised(s[p], out.Scores), standardised(t[p], out.Times), standardised(both[p], out.Both)}
			out.Persons[p] = row
			honest[p] = within(row.Scores) && within(row.Times) && within(row.Z)
		}
	}
	return out, nil
}

// sampleOf is who the leaked items are fitted to: the honest, at most mostPeople of them, evenly spread.
func sampleOf(honest []bool) []int {
	var out []int
	for p, h := range honest {
		if h {
			out = append(out, p)
		}
	}
	return spread(out, mostPeople)
}

func within(z *float64) bool { return z == nil || math.Abs(*z) <= suspicious }

func standardised(v *float64, by Null) *float64 {
	if v == nil {
		return nil
	}
	return number(by.of(*v))
}

// nullOf is the middle and spread of a statistic among the honest: the median, and the median distance of those below
// it, where nobody is for having known the items.
func nullOf(values []*float64, honest []bool, widen bool) Null {
	var v []float64
	for p, x := range values {
		if x != nil && honest[p] {
			v = append(v, *x)
		}
	}
	if len(v) < enoughForNull {
		return Null{0, 1}
	}
	middle := median(v)
	if !widen {
		return Null{middle, 1}
	}
	below := v[:len(v)/2]
	for i := range below {
		below[i] = middle - below[i]
	}
	return Null{middle, max(1, consistency*median(below))}
}
