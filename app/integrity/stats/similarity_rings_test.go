package stats

import (
	"reflect"
	"slices"
	"testing"
)

// shared is an exam whose first people took so great a share of one paper over.
func shared(seed uint64, people, items, ring int, share float64) *Answers {
	a := random(seed, people, items)
	c := chanceOf(seed, 1)
	for _, row := range a.Chosen[1:max(ring, 1)] {
		for i := range row {
			if c.float() < share {
				row[i] = a.Chosen[0][i]
			}
		}
	}
	return a
}

// A ring of many with one paper is flagged as two with one paper are, and nobody else is, whoever did the work. In a
// comparison that rests on everybody none of its pairs would be.
func TestSimilarFindsRings(t *testing.T) {
	for _, c := range []struct {
		ring  int
		share float64
		least float64 // of its pairs that are flagged
	}{{16, 1, 1}, {16, .8, .8}} {
		a := shared(21, 80, 40, c.ring, c.share)
		s, err := Similar(a, SimilarityOptions{Seed: 2, Workers: 3})
		if err != nil {
			t.Fatal(err)
		}
		flagged := 0
		for _, p := range s.Pairs {
			if p.Flagged && p.B >= c.ring {
				t.Errorf("ring of %d: flagged %+v", c.ring, p)
			} else if p.Flagged {
				flagged++
			}
		}
		if all := c.ring * (c.ring - 1) / 2; float64(flagged) < c.least*float64(all) {
			t.Errorf("ring of %d, share %v: %d of %d pairs flagged", c.ring, c.share, flagged, all)
		}
		if len(s.Rings) != 1 || s.Rings[0][len(s.Rings[0])-1] >= c.ring || float64(len(s.Rings[0])) < c.least*float64(c.ring) {
			t.Errorf("ring of %d, share %v: rings %v", c.ring, c.share, s.Rings)
		}
		finite(t, "ring", s)
		if c.share < 1 {
			if alone, _ := Similar(a, SimilarityOptions{Seed: 2, Workers: 1}); !reflect.DeepEqual(s, alone) {
				t.Error("what is found depends on the workers")
			}
			continue
		}
		s.pass(a, everybody(a), nil, SimilarityOptions{Seed: 2, Family: .01, Keep: 200, Workers: 1})
		if s.Pairs[0].Flagged {
			t.Errorf("ring of %d: flagged %+v without looking for rings", c.ring, s.Pairs[0])
		}
	}
}

// Where no three share a paper, everything is as if rings were never looked for.
func TestRingsChangeNothingWithoutOne(t *testing.T) {
	for seed := range uint64(4) {
		a := shared(30+seed, 50, 30, 1+int(seed%2), 1)
		o := SimilarityOptions{Seed: seed, Family: .01, Keep: 200, Workers: 1}
		got, err := Similar(a, o)
		if err != nil {
			t.Fatal(err)
		}
		want := Similarity{Compared: got.Compared, Patterns: patterns(a)}
		want.pass(a, everybody(a), nil, o)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("seed %d: with rings looked for\n%+v\nwithout\n%+v", seed, got, want)
		}
	}
}

// joined are the rings among all pairs.
func joined(a *Answers) ([][]int, []int) {
	r := newRings(a, everybody(a), patterns(a))
	for q := range a.Chosen {
		for p := range q {
			if r.plain(p, q) {
				r.join(p, q)
			}
		}
	}
	return r.found()
}

// apart are the answers with three rings of so many in them.
func apart(a *Answers, ring int) *Answers {
	for p, row := range a.Chosen[:3*ring] {
		copy(row, a.Chosen[p/ring*ring])
	}
	return a
}

func TestRings(t *testing.T) {
	people := func(n int) (out []int) {
		for p := range n {
			out = append(out, p)
		}
		return out
	}
	for name, c := range map[string]struct {
		a    *Answers
		want []int
	}{
		"nobody":         {shared(40, 40, 40, 1, 1), nil},
		"two":            {shared(40, 40, 40, 2, 1), nil},
		"three":          {shared(40, 40, 40, 3, 1), people(3)},
		"half":           {shared(40, 40, 40, 20, 1), people(20)},
		"most":           {shared(40, 40, 40, 30, 1), nil},
		"too few rest":   {shared(40, 11, 40, 3, 1), nil},
		"short papers":   {shared(40, 300, 6, 1, 1), nil},
		"most, in three": {apart(shared(44, 60, 40, 1, 1), 16), nil},
	} {
		groups, rest := joined(c.a)
		if c.want == nil {
			if groups != nil || rest != nil {
				t.Errorf("%s: rings %v", name, groups)
			}
			continue
		}
		if len(groups) != 1 || !slices.Equal(groups[0], c.want) || len(rest) != c.a.People()-len(c.want)+1 {
			t.Errorf("%s: rings %v, rest %v", name, groups, rest)
		}
	}
}

// The paper that is kept of a ring is the fullest; who gave one letter throughout is in none, nor are people whose
// only wrong answers are those to items with a wrong key.
func TestRingsKeepTheFullestPaper(t *testing.T) {
	a := shared(41, 40, 40, 4, 1)
	for _, p := range []int{0, 1, 3} {
		a.Chosen[p][7] = Missing
	}
	if groups, rest := joined(a); len(groups) != 1 || !slices.Contains(rest, 2) || slices.Contains(rest, 0) {
		t.Errorf("rings %v, rest %v", groups, rest)
	}

	a = random(42, 60, 40)
	for _, row := range a.Chosen[:8] {
		for i := range row {
			row[i] = 2
		}
	}
	if groups, _ := joined(a); groups != nil {
		t.Errorf("of one letter: %v", groups)
	}

	a = random(43, 60, 40)
	for p, row := range a.Chosen {
		for i := range row {
			if row[i] = 0; i < 6 && p%10 != i || i == 10+p%20 {
				row[i] = 1
			}
		}
	}
	if groups, _ := joined(a); groups != nil {
		t.Errorf("with wrong keys: %v", groups)
	}
}
