package exams

import (
	"cmp"
	"slices"
)

// leastStratum is how many items a stratum of tested items has at least. Smaller ones would make the forms a little
// more alike in difficulty, and leave so few ways to combine the items that neighbours meet the same ones.
const leastStratum = 4

// strata are the pools of a blueprint's draws in groups of like difficulty, the hardest first. A draw takes of each
// as many as its share of the pool is, so that every form is about as hard as every other. Items that too few people
// have answered are a group of their own, in the middle: nobody knows, and in the middle a guess is least wrong.
type strata struct {
	draws  []Draw
	items  []itemRef // all that any draw can take, each once; the groups hold numbers of them
	groups [][][]int // by draw
	sizes  []int     // of each draw's pool
}

func strataOf(draws []Draw, pools [][]itemRef, known Known) *strata {
	st := &strata{draws: draws, groups: make([][][]int, len(draws)), sizes: make([]int, len(draws))}
	number := map[itemRef]int{}
	for n, pool := range pools {
		var tested, untested []int
		for _, s := range pool {
			at, ok := number[s]
			if !ok {
				at, number[s] = len(st.items), len(st.items)
				st.items = append(st.items, s)
			}
			if _, ok := known.of(s); ok {
				tested = append(tested, at)
			} else {
				untested = append(untested, at)
			}
		}
		slices.SortStableFunc(tested, func(a, b int) int {
			x, _ := known.of(st.items[a])
			y, _ := known.of(st.items[b])
			return cmp.Compare(x, y)
		})
		parts := min(draws[n].Count, len(tested)/leastStratum)
		if len(tested) > 0 {
			parts = max(1, parts)
		}
		for i := range parts {
			st.groups[n] = append(st.groups[n], tested[len(tested)*i/parts:len(tested)*(i+1)/parts])
		}
		if len(untested) > 0 {
			st.groups[n] = slices.Insert(st.groups[n], parts/2, untested)
		}
		st.sizes[n] = len(pool)
	}
	return st
}

// allot gives every draw its count of items, none to two draws, or reports that it cannot be done. Each draw first
// picks from its strata what the person has not seen. What is then still missing, since draws rival for items or the
// person has seen so much, comes by augmenting paths as in fill: first among the unseen, then also among what was seen
// longest ago, and so on to everything. So no more is seen again than must be, and what can be dealt is dealt.
func (st *strata) allot(d *dice, seen sightings) (taken [][]itemRef, ok bool) {
	h := &hand{strata: st, holder: make([]int, len(st.items)), last: make([]int, len(st.items)), tried: make([]int, len(st.items)),
		held: make([]int, len(st.draws)), order: make([][]int, len(st.draws))}
	latest := 0
	for s := range st.items {
		h.holder[s], h.last[s] = nobody, seen.of(st.items[s]).last
		latest = max(latest, h.last[s])
	}
	for n := range st.draws {
		h.pick(d, n)
	}
	for since := 0; since <= latest; since++ {
		for n := range st.draws {
			for h.held[n] < st.draws[n].Count && h.more(n, since) {
			}
		}
	}
	taken = make([][]itemRef, len(st.draws))
	for n, draw := range st.draws {
		if h.held[n] < draw.Count {
			return nil, false
		}
		for _, s := range h.order[n] {
			if h.holder[s] == n {
				taken[n] = append(taken[n], st.items[s])
			}
		}
	}
	return taken, true
}

// nobody holds an item that is free.
const nobody = -1

// hand is one form while it is dealt; items and draws are numbers.
type hand struct {
	*strata
	holder []int   // by item, the draw that has it
	last   []int   // by item, the latest form of this person it was on, 0 for none
	held   []int   // by draw, how many items it has
	order  [][]int // by draw, its pool in the order in which it takes what its strata do not give
	tried  []int   // by item, the search that tried it last
	search int
}

// pick takes from each stratum of a draw its share of the count, rounded so that every item of the pool is as likely:
// by one throw of the dice for all strata, which also has one stratum make up for its neighbour. (Giving the largest
// remainders what is left, a small stratum would never be drawn from.) What a stratum cannot give, since the person
// has seen it or another draw has it, the nearest ones give instead.
func (h *hand) pick(d *dice, n int) {
	size, count := h.sizes[n], h.draws[n].Count
	if size < count || size == 0 {
		return
	}
	groups := make([][]int, len(h.groups[n]))
	all := make([]int, 0, size)
	for i, g := range h.groups[n] {
		at := len(all)
		all = append(all, g...)
		groups[i] = all[at:len(all):len(all)]
	}
	seats := make([]int, len(groups))
	throw, upTo := d.below(size), 0
	for i, g := range groups {
		before := (upTo*count + throw) / size
		upTo += len(g)
		seats[i] = (upTo*count+throw)/size - before
		shuffle(d, g)
		seats[i] -= h.take(n, g, seats[i])
	}
	for i := range groups {
		for apart := 1; seats[i] > 0 && apart < len(groups); apart++ {
			for _, j := range [2]int{i - apart, i + apart} {
				if j >= 0 && j < len(groups) {
					seats[i] -= h.take(n, groups[j], seats[i])
				}
			}
		}
	}
	// What must come otherwise comes from the middle outwards.
	h.order[n] = append(h.order[n], groups[len(groups)/2]...)
	for apart := 1; apart <= len(groups)/2; apart++ {
		for _, j := range [2]int{len(groups)/2 - apart, len(groups)/2 + apart} {
			if j >= 0 && j < len(groups) {
				h.order[n] = append(h.order[n], groups[j]...)
			}
		}
	}
}

// take gives a draw up to that many items of a group that are free and were never seen.
func (h *hand) take(n int, group []int, count int) (took int) {
	for _, s := range group {
		if took == count {
			break
		}
		if h.holder[s] == nobody && h.last[s] == 0 {
			h.holder[s] = n
			took++
		}
	}
	h.held[n] += took
	return took
}

// more gives draw n one more item of those that were not seen after that form, if there is a way.
func (h *hand) more(n, since int) bool {
	h.search++
	if !h.augment(n, since) {
		return false
	}
	h.held[n]++
	return true
}

// augment is allotment's, over what was not seen since.
func (h *hand) augment(n, since int) bool {
	for _, s := range h.order[n] {
		if h.holder[s] == nobody && h.last[s] <= since {
			h.holder[s] = n
			return true
		}
	}
	for _, s := range h.order[n] {
		holder := h.holder[s]
		if holder == nobody || holder == n || h.tried[s] == h.search {
			continue
		}
		h.tried[s] = h.search
		if h.augment(holder, since) {
			h.holder[s] = n
			return true
		}
	}
	return false
}
