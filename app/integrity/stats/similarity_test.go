package stats

import (
	"fmt"
	"math"
	"reflect"
	"testing"
)

// The pairs planted in the golden answers share 40, 60 and 80 % of their answers, the last almost only right ones: the
// second is found among the cohort's own 60 papers, the third comes next, and nobody else is flagged.
func TestSimilarFindsThePlantedPairs(t *testing.T) {
	a, _ := golden(t)
	s, err := Similar(a, SimilarityOptions{Seed: 1, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	if p := s.Pairs[0]; p.A != 16 || p.B != 39 || !p.Flagged || p.LLRP > 1e-6 {
		t.Errorf("the most alike pair is %+v", p)
	}
	if p := s.Pairs[1]; p.A != 32 || p.B != 50 {
		t.Errorf("the next pair is %+v", p)
	}
	for _, p := range s.Pairs[1:] {
		if p.Flagged {
			t.Errorf("flagged %+v", p)
		}
	}
	if len(s.Pairs) != 200 || s.Compared != 1770 {
		t.Errorf("%d pairs of %d", len(s.Pairs), s.Compared)
	}
}

// random are answers of people to items of four options: the key is option 0, which most know.
func random(seed uint64, people, items int) *Answers {
	c := chanceOf(seed)
	a := &Answers{Chosen: make([][]int8, people)}
	hard := make([]float64, items)
	for i := range hard {
		a.Key, a.Options = append(a.Key, 0), append(a.Options, 4)
		hard[i] = .3 + .6*c.float()
	}
	for p := range a.Chosen {
		able := .4*c.float() - .2
		for i := range items {
			k := int8(0)
			if c.float() > hard[i]+able {
				k = int8(1 + c.below(3))
			}
			a.Chosen[p] = append(a.Chosen[p], k)
		}
	}
	return a
}

// finite fails when a number that somebody would see is none.
func finite(t *testing.T, name string, s Similarity) {
	t.Helper()
	check := func(what string, x float64) {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			t.Errorf("%s: %s is %v", name, what, x)
		}
	}
	for what, x := range map[string]float64{"threshold": s.Threshold, "spread": s.Spread, "expected": s.Expected, "observed": s.Observed, "spread of ω": s.OmegaSD, "pair p": s.PairP} {
		check(what, x)
	}
	for _, p := range s.Pairs {
		check("LLR", p.LLR)
		for what, x := range map[string]float64{"ω": p.OmegaP, "GBT": p.GBTP, "M4": p.M4P, "LLRP": p.LLRP} {
			if check("p of "+what, x); x <= 0 || x > 1 {
				t.Errorf("%s: p of %s is %v", name, what, x)
			}
		}
	}
	for _, x := range s.Abilities {
		check("ability", x)
	}
	for i := range s.Model.Slope {
		for k := range s.Model.Slope[i] {
			check("slope", s.Model.Slope[i][k])
			check("intercept", s.Model.Intercept[i][k])
		}
	}
}

// Odd exams have no findings, no panic and no number that is none.
func TestSimilarOnOddExams(t *testing.T) {
	same := func(people, items int, k int8) *Answers {
		a := random(1, people, items)
		for _, row := range a.Chosen {
			for i := range row {
				row[i] = k
			}
		}
		return a
	}
	with := func(a *Answers, change func(*Answers)) *Answers { change(a); return a }
	for name, a := range map[string]*Answers{
		"nothing":         {},
		"nobody":          random(1, 0, 10),
		"no item":         {Chosen: [][]int8{{}, {}}},
		"one person":      random(1, 1, 10),
		"two people":      random(2, 2, 10),
		"three people":    random(2, 3, 40),
		"one item":        random(3, 30, 1),
		"everybody right": same(20, 40, 0),
		"nobody answered": same(20, 40, Missing),
		"constant item": with(random(4, 30, 30), func(a *Answers) {
			for _, r := range a.Chosen {
				r[3] = 2
			}
		}),
		"unanswered item": with(random(4, 30, 30), func(a *Answers) {
			for _, r := range a.Chosen {
				r[3] = Missing
			}
		}),
		"one-option items": with(same(10, 20, 0), func(a *Answers) {
			for i := range a.Options {
				a.Options[i] = 1
			}
		}),
		"all B twice": with(random(5, 30, 40), func(a *Answers) { copy(a.Chosen[0], same(1, 40, 1).Chosen[0]); copy(a.Chosen[1], a.Chosen[0]) }),
		"A B C D … twice": with(random(5, 30, 40), func(a *Answers) {
			for i := range 40 {
				a.Chosen[0][i] = int8(i % 4)
				a.Chosen[1][i] = int8(i % 4)
			}
		}),
		"perfect twice": with(random(6, 30, 60), func(a *Answers) { copy(a.Chosen[0], same(1, 60, 0).Chosen[0]); copy(a.Chosen[1], a.Chosen[0]) }),
		"answered one alike": with(random(7, 30, 40), func(a *Answers) {
			for i := 1; i < 40; i++ {
				a.Chosen[0][i], a.Chosen[1][i] = Missing, Missing
			}
			a.Chosen[0][0], a.Chosen[1][0] = 3, 3
		}),
	} {
		s, err := Similar(a, SimilarityOptions{Seed: 3})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		finite(t, name, s)
		for _, p := range s.Pairs {
			if p.Flagged {
				t.Errorf("%s: flagged %+v", name, p)
			}
		}
		if want := min(a.People()*(a.People()-1)/2, 200); a.Items() > 0 && len(s.Pairs) != want {
			t.Errorf("%s: %d pairs, want %d", name, len(s.Pairs), want)
		}
	}
}

func TestSimilarRefusesBadShapes(t *testing.T) {
	for name, a := range map[string]*Answers{
		"ragged":      {[][]int8{{0, 1}, {0}}, []int8{0, 1}, []int{4, 4}},
		"key":         {[][]int8{{0}}, []int8{4}, []int{4}},
		"no key":      {[][]int8{{0}}, []int8{-1}, []int{4}},
		"choice":      {[][]int8{{4}}, []int8{0}, []int{4}},
		"below":       {[][]int8{{-2}}, []int8{0}, []int{4}},
		"options":     {[][]int8{{0}}, []int8{0}, []int{0}},
		"crowd":       {make([][]int8, maxPeople+1), []int8{}, []int{}},
		"few options": {[][]int8{{0, 0}}, []int8{0, 0}, []int{4}},
	} {
		if _, err := Similar(a, SimilarityOptions{}); err == nil {
			t.Errorf("%s: accepted", name)
		}
		if _, err := CalibrateNRM(a); err == nil && name != "crowd" {
			t.Errorf("%s: calibrated", name)
		}
	}
}

func TestSimilarRefusesAnotherExamsCalibration(t *testing.T) {
	a := random(1, 10, 8)
	other := mustCalibrate(t, random(1, 10, 9))
	fewer := mustCalibrate(t, a)
	fewer.Slope[2] = fewer.Slope[2][:3]
	for _, m := range []NRM{other, fewer} {
		if _, err := Similar(a, SimilarityOptions{Model: &m}); err == nil {
			t.Error("accepted")
		}
	}
}

// The same seed finds the same, whoever did the work.
func TestSimilarDoesNotDependOnWorkers(t *testing.T) {
	a := random(8, 90, 30)
	copy(a.Chosen[5], a.Chosen[7])
	one, err1 := Similar(a, SimilarityOptions{Seed: 9, Keep: 50, Workers: 1})
	many, err2 := Similar(a, SimilarityOptions{Seed: 9, Keep: 50, Workers: 5})
	if err1 != nil || err2 != nil || !reflect.DeepEqual(one, many) {
		t.Errorf("%+v\n%+v", one, many)
	}
	if p := one.Pairs[0]; p.A != 5 || p.B != 7 || !p.Flagged {
		t.Errorf("the copied paper is not first: %+v", p)
	}
}

// An exam where hundreds handed in one paper has no more pairs in its list than it can bear.
func TestSimilarListIsBounded(t *testing.T) {
	a := random(10, 160, 20)
	for _, row := range a.Chosen[:120] {
		copy(row, a.Chosen[0])
	}
	s, err := Similar(a, SimilarityOptions{Model: ptr(mustCalibrate(t, random(10, 400, 20))), Keep: 10})
	if err != nil || len(s.Pairs) != maxListed {
		t.Errorf("%d pairs, %v", len(s.Pairs), err)
	}
}

func mustCalibrate(t *testing.T, a *Answers) NRM {
	t.Helper()
	m, err := CalibrateNRM(a)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func ptr[T any](x T) *T { return &x }

// The raw figure is a plain loop that counts the matches of all pairs, byte by byte.
func BenchmarkSimilar1000x60(b *testing.B) {
	a := random(11, 1000, 60)
	b.Run("similar", func(b *testing.B) {
		for b.Loop() {
			if _, err := Similar(a, SimilarityOptions{Workers: 2}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("raw", func(b *testing.B) {
		for b.Loop() {
			same := 0
			for i, one := range a.Chosen {
				for _, other := range a.Chosen[:i] {
					for n := range one {
						if one[n] == other[n] {
							same++
						}
					}
				}
			}
			b.ReportMetric(float64(same), "matches")
		}
	})
}

// Whatever small exam comes, with any share of it left out, every number is one and no pair is listed twice.
func TestSimilarOnSmallExams(t *testing.T) {
	for seed := range uint64(12) {
		c := chanceOf(seed)
		a := &Answers{Chosen: make([][]int8, 2+c.below(7))}
		left := c.float()
		for range 1 + c.below(12) {
			k := 1 + c.below(6)
			a.Options, a.Key = append(a.Options, k), append(a.Key, int8(c.below(k)))
		}
		for p := range a.Chosen {
			for _, k := range a.Options {
				x := Missing
				if c.float() > left {
					x = int8(c.below(k))
				}
				a.Chosen[p] = append(a.Chosen[p], x)
			}
		}
		s, err := Similar(a, SimilarityOptions{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		finite(t, fmt.Sprint("seed ", seed), s)
		seen := map[[2]int]bool{}
		for _, p := range s.Pairs {
			if p.A >= p.B || seen[[2]int{p.A, p.B}] {
				t.Errorf("seed %d: pair %d, %d", seed, p.A, p.B)
			}
			seen[[2]int{p.A, p.B}] = true
		}
		if len(seen) != s.Compared {
			t.Errorf("seed %d: %d of %d pairs", seed, len(seen), s.Compared)
		}
	}
}
