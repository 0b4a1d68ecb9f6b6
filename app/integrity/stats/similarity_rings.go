package stats

import (
	"math"
	"slices"
	"sync"
)

// Where many hand in one paper, its wrong answers become what people of that ability are taken to choose, and the pairs
// of the ring make it look as if honest people were as alike: both hide the ring. So pairs that are plainly alike
// are joined to rings, and with one paper of each ring the items are calibrated and the null is corrected once more.
// What is plain cannot rest on the calibration; it rests on how popular each answer is.
const (
	ringSize    = 3  // people; two bend next to nothing
	ringWrong   = 3  // equal wrong answers that fewer than half gave; where the key is wrong, more than that give one
	ringOverlap = .5 // of the items that either had wrong, how many both had wrong alike
	ringMargin  = -2 // of the bound beyond log(pairs): of 1,137 honest lifelike exams none shows a ring with it
	ringRest    = 10 // people to calibrate on at least; and half of all, since no ring is told from a class that is most of the exam
)

// rings joins people whose papers are plainly alike.
type rings struct {
	*Answers
	chosen [][]float64 // the share of the basis that chose each option of an item
	often  []float64   // how often a person is wrong, beside the basis
	barred []bool      // papers that follow a pattern, which are alike by habit
	bound  float64
	parent []int // the forest of those joined; a root is the first of its ring
}

// newRings knows of no ring yet; the popularity of answers is that among the basis.
func newRings(a *Answers, basis, patterns []int) *rings {
	n := a.People()
	r := &rings{Answers: a, often: make([]float64, n), barred: make([]bool, n), parent: make([]int, n)}
	r.bound = math.Log(float64(n)*float64(n-1)/2) + ringMargin
	chosen, wrong := popularity(a.only(basis))
	for i := range chosen {
		for o, p := range chosen[i] {
			chosen[i][o] = (p*float64(len(basis)) + .5) / (float64(len(basis)) + .5*float64(a.Options[i]))
		}
	}
	r.chosen = chosen
	for p, row := range a.Chosen {
		r.parent[p] = p
		missed, answered := .5, 1.0
		for i, k := range row {
			if k >= 0 {
				if answered++; k != a.Key[i] {
					missed++
				}
			}
		}
		r.often[p] = missed / answered / math.Max(wrong, 1e-3)
	}
	for _, p := range patterns {
		r.barred[p] = true
	}
	return r
}

// plain says whether two people's papers are alike beyond what the popularity of their answers explains: by an LLRmax
// whose chance of a wrong answer is its popularity, scaled by how often the more often wrong of the two is wrong beside
// others, and that of a right one what the other leaves to it.
func (r *rings) plain(a, b int) bool {
	if r.barred[a] || r.barred[b] {
		return false
	}
	more, less := max(r.often[a], r.often[b], 1), min(r.often[a], r.often[b])
	var sum [len(shares)]float64
	wrong, alike, rare, misses := 0, 0, 0, 0.0
	for i, k := range r.Chosen[a] {
		l := r.Chosen[b][i]
		if k < 0 || l < 0 {
			continue
		}
		if k != l {
			misses++
			wrong++
			continue
		}
		p := r.chosen[i][k]
		if k == r.Key[i] {
			p = max(1-(1-p)*less, 1/float64(r.Options[i]))
		} else {
			wrong++
			alike++
			if p < .5 {
				rare++
			}
			p = min(p*more, 1)
		}
		for s, share := range shares {
			sum[s] += math.Log(1 - share + share/p)
		}
	}
	if rare < ringWrong || float64(alike) < ringOverlap*float64(wrong) {
		return false
	}
	for s, share := range shares {
		if sum[s]+misses*math.Log1p(-share) >= r.bound {
			return true
		}
	}
	return false
}

func (r *rings) root(p int) int {
	for r.parent[p] != p {
		r.parent[p] = r.parent[r.parent[p]]
		p = r.parent[p]
	}
	return p
}

func (r *rings) join(a, b int) {
	a, b = r.root(a), r.root(b)
	r.parent[max(a, b)] = min(a, b)
}

// found are the rings, and who remains when one of each is kept, the one who answered most. Both are nil where there
// is no ring or too few remain.
func (r *rings) found() (groups [][]int, rest []int) {
	members := make([][]int, r.People())
	for p := range members {
		root := r.root(p)
		members[root] = append(members[root], p)
	}
	for _, m := range members {
		if len(m) < ringSize {
			rest = append(rest, m...)
			continue
		}
		groups = append(groups, m)
		rest = append(rest, slices.MaxFunc(m, func(p, q int) int { return r.answered(p) - r.answered(q) }))
	}
	if len(groups) == 0 || len(rest) < max(ringRest, r.People()/2) {
		return nil, nil
	}
	slices.Sort(rest)
	return groups, rest
}

// grown are the rings with those who belong to them as well, now that the rings' own papers no longer make their answers
// look popular.
func (r *rings) grown(groups [][]int, rest, patterns []int, workers int) ([][]int, []int) {
	again := newRings(r.Answers, rest, patterns)
	again.parent = r.parent
	members := slices.Concat(groups...)
	var lock sync.Mutex
	parallel(workers, len(members), func(n int) {
		var with []int
		for p := range again.People() {
			if p != members[n] && again.plain(members[n], p) {
				with = append(with, p)
			}
		}
		lock.Lock()
		defer lock.Unlock()
		for _, p := range with {
			again.join(members[n], p)
		}
	})
	return again.found()
}

func (r *rings) answered(p int) (n int) {
	for _, k := range r.Chosen[p] {
		if k >= 0 {
			n++
		}
	}
	return n
}

func everybody(a *Answers) []int {
	out := make([]int, a.People())
	for p := range out {
		out[p] = p
	}
	return out
}

// only are the answers of some of the people.
func (a *Answers) only(people []int) *Answers {
	out := &Answers{make([][]int8, len(people)), a.Key, a.Options}
	for n, p := range people {
		out.Chosen[n] = a.Chosen[p]
	}
	return out
}
