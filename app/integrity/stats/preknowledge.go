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
	Z             *float64 // both together, or the one there is: the value to order by
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

// knowing is how often somebody with preknowledge is taken to have known an item of the leaked set.
const knowing = .5

// suspicious is the standardised value beyond which, to either side, somebody has no part in saying what an honest
// person does with the leaked items.
const suspicious = 2.0

// The median deviation of a normal sample times its consistency is its standard deviation: of a whole one, and of one
// cut at ±suspicious.
const wholeConsistency, cutConsistency = 1.4826, 1.5655

// rounds is how often the honest are told from the others and the leaked items fitted to them.
const rounds = 4

// enoughForNull is how many people must be left to standardise by them; with fewer, the model's null stands.
const enoughForNull = 30

// Preknowledge tests everybody for knowledge of leaked items (known, one per item) by scores (1 right, 0 wrong,
// Missing) and, where seconds is not nil and has them, by times (person × item, 0 absent).
//
// Those who knew the items have also bent what is known of them. Ability and speed therefore come from the secure
// items alone, calibrated by themselves; the leaked items are then put on that scale by people who do not stand
// out, in a few rounds. By scores the statistic is the predictive residual Σw(x−P) over its standard deviation, P
// averaged over the person's posterior of θ, with the weights w = ln((k+(1−k)P)/((1−k)P)) of the likelihood ratio
// against having known each item with chance k = ½: a hard item answered rightly says more. By times it is
// Sinharay's (2020) difference of speeds, with Huber's estimates, each time held against those of people who answered
// the item alike (Toton & Maynes 2019), and of the leaked items only those answered rightly. Each is standardised by median and median deviation
// of those who do not stand out, and so is their sum.
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
	honest := make([]bool, len(scores))
	for p := range honest {
		honest[p] = true
	}
	consistency := wholeConsistency
	for range rounds {
		sample := sampleOf(honest)
		s, t := byScores.test(sample), byTimes.test(sample)
		out.Scores, out.Times = nullOf(s, honest, consistency), nullOf(t, honest, consistency)
		both := make([]*float64, len(scores))
		for p := range both {
			row := Foreknown{Scores: standardised(s[p], out.Scores), Times: standardised(t[p], out.Times)}
			out.Persons[p] = row
			if both[p] = row.Scores; row.Scores == nil {
				both[p] = row.Times
			} else if row.Times != nil {
				both[p] = number((*row.Scores + *row.Times) / math.Sqrt2)
			}
		}
		out.Both = nullOf(both, honest, consistency)
		for p := range out.Persons {
			row := &out.Persons[p]
			row.Z = standardised(both[p], out.Both)
			honest[p] = within(row.Scores) && within(row.Times) && within(row.Z)
		}
		consistency = cutConsistency
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
func nullOf(values []*float64, honest []bool, consistency float64) Null {
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
	below := v[:len(v)/2]
	for i := range below {
		below[i] = middle - below[i]
	}
	return Null{middle, max(1, consistency*median(below))}
}
