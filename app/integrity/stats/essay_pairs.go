package stats

import (
	"cmp"
	"slices"
	"sort"
)

// EssayPair is two essays of one sitting, A < B indexes into the essays given, and how alike they are. P is the share of
// pairs that cannot have known of each other and are at least as alike; nil without such pairs.
type EssayPair struct {
	A, B int
	Likeness
	P *float64
}

// mostNull bounds the pairs the null is made of, evenly spread over those there are.
const mostNull = 200_000

// EssayPairs compares every two essays of one sitting, most alike first, and holds each against impossible pairs: one
// of these essays with one of elsewhere, written to the same prompt by people of other sittings. With the null
// p = (1 + #null ≥ x)/(1 + #null), so never 0 (Davison & Hinkley 1997, §4.2). Essays too short are in no pair.
func EssayPairs(here, elsewhere []*Essay) []EssayPair {
	null := essayNull(here, elsewhere)
	var pairs []EssayPair
	for a := range here {
		for b := a + 1; b < len(here); b++ {
			if l, ok := here[a].Like(here[b]); ok {
				pairs = append(pairs, EssayPair{A: a, B: b, Likeness: l, P: rankP(l.Measure(), null)})
			}
		}
	}
	slices.SortStableFunc(pairs, func(p, q EssayPair) int { return cmp.Compare(q.Measure(), p.Measure()) })
	return pairs
}

// essayNull is how alike impossible pairs are, sorted.
func essayNull(here, elsewhere []*Essay) (null []float64) {
	all := len(here) * len(elsewhere)
	for k := range min(all, mostNull) {
		pair := k
		if all > mostNull {
			pair = int(int64(k) * int64(all) / mostNull)
		}
		if l, ok := here[pair%len(here)].Like(elsewhere[pair/len(here)]); ok {
			null = append(null, l.Measure())
		}
	}
	slices.Sort(null)
	return null
}

// rankP is (1 + #null ≥ x)/(1 + #null) of a sorted null; nil without one.
func rankP(x float64, null []float64) *float64 {
	if len(null) == 0 {
		return nil
	}
	above := len(null) - sort.SearchFloat64s(null, x)
	return number(float64(1+above) / float64(1+len(null)))
}
