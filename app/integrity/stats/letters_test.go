package stats

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// B7: the critical values of the letter-shuffle test are 24 of 40 and 32 of 60: 60 people, four options, family-wise .01.
func TestB7_LetterCriticalValues(t *testing.T) {
	threshold := FamilyThreshold(.01, 60*59/2)
	for _, c := range []struct{ four, two, want int }{{40, 0, 24}, {60, 0, 32}, {40, 20, 37}} {
		p := make(Paper, c.four+c.two)
		for i := range p {
			if p[i].Options = 4; i >= c.four {
				p[i].Options = 2
			}
		}
		pairs := LetterPairs([]Paper{p, p}, threshold)
		if len(pairs) != 1 || pairs[0].Needed != c.want {
			t.Errorf("%d of four and %d of two options: %+v, want %d needed", c.four, c.two, pairs, c.want)
		}
	}
	five := make(Paper, 5)
	for i := range five {
		five[i].Options = 4
	}
	if pairs := LetterPairs([]Paper{five, five}, threshold); len(pairs) > 0 {
		t.Errorf("five items can never be enough, got %+v", pairs)
	}
}

// B7: the published power at 40, 50 and 60 % of the letters copied: .23, .77, 1.00 (n = 40), .71 at 40 % (n = 60).
func TestB7_LetterPower(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		n      int
		copied float64
		power  float64
	}{{40, .4, .23}, {40, .5, .77}, {40, .6, 1}, {60, .4, .71}, {60, .5, 1}} {
		const rounds = 2000
		threshold := FamilyThreshold(.01, 60*59/2)
		found := 0
		for range rounds {
			a, b := randomPaper(rng, c.n), randomPaper(rng, c.n)
			for _, i := range rng.Perm(c.n)[:int(c.copied*float64(c.n))] {
				b[i] = a[i]
			}
			pairs := LetterPairs([]Paper{a, b}, threshold)
			found += len(pairs)
		}
		if got := float64(found) / rounds; math.Abs(got-c.power) > .035 {
			t.Errorf("n=%d, %.0f %% copied: power %.2f, want %.2f", c.n, c.copied*100, got, c.power)
		}
	}
}

func TestLetterPairsAgainstPlainCount(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	papers := make([]Paper, 40)
	for i := range papers {
		papers[i] = randomPaper(rng, 130)
		for j := range papers[i] {
			switch rng.IntN(10) {
			case 0:
				papers[i][j].Letter = -1
			case 1:
				papers[i][j] = Slot{int8(rng.IntN(3)), 3}
			}
		}
	}
	pairs := LetterPairs(papers, 1)
	if want := 40 * 39 / 2; len(pairs) != want {
		t.Fatalf("%d pairs, want %d", len(pairs), want)
	}
	for _, p := range pairs {
		matches, n := 0, 0
		for i, s := range papers[p.A] {
			o := papers[p.B][i]
			if s.Letter < 0 || o.Letter < 0 || s.Options != o.Options {
				continue
			}
			n++
			if s.Letter == o.Letter {
				matches++
			}
		}
		if p.Matches != matches || p.N != n {
			t.Fatalf("pair %d,%d: %d/%d, want %d/%d", p.A, p.B, p.Matches, p.N, matches, n)
		}
	}
}

func TestPositionalAndRapid(t *testing.T) {
	allA := make(Paper, 30)
	for i := range allA {
		allA[i] = Slot{0, 4}
	}
	if !Positional(allA) {
		t.Error("thirty times A was not seen as answering by position")
	}
	if Positional(randomPaper(rand.New(rand.NewPCG(5, 6)), 40)) {
		t.Error("uniform letters were seen as answering by position")
	}
	if got := RapidThreshold([]float64{20, 40}); got != 3 {
		t.Errorf("rapid threshold %v, want 3", got)
	}
	if got := RapidThreshold([]float64{400}); got != 10 {
		t.Errorf("rapid threshold %v, want the cap 10", got)
	}
}

func TestHabit(t *testing.T) {
	slots := func(letters string) []Slot {
		var out []Slot
		for _, l := range letters {
			out = append(out, Slot{int8(l - 'A'), 4})
		}
		return out
	}
	for letters, want := range map[string]bool{
		"": true, "ABD": true, "AAAAAAAA": true, "ABCDABCDABCD": true, "DCBADCBADCBA": true, "AAABAAAAC": true,
		"CADBBDACBDCA": false, "ABDCCABDACDB": false,
	} {
		if got := Habit(slots(letters)); got != want {
			t.Errorf("%q: %v", letters, got)
		}
	}
}

func randomPaper(rng *rand.Rand, n int) Paper {
	p := make(Paper, n)
	for i := range p {
		p[i] = Slot{int8(rng.IntN(4)), 4}
	}
	return p
}

func BenchmarkLetterPairs200x60(b *testing.B) {
	rng := rand.New(rand.NewPCG(7, 8))
	papers := make([]Paper, 200)
	for i := range papers {
		papers[i] = randomPaper(rng, 60)
	}
	for b.Loop() {
		LetterPairs(papers, FamilyThreshold(.01, 200*199/2))
	}
}

// What is listed is what sorting all pairs would give, whatever the number of workers.
func TestClosestLetters(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	papers := make([]Paper, 150)
	for i := range papers {
		papers[i] = randomPaper(rng, 30)
		for j := range papers[i] {
			if rng.IntN(8) == 0 {
				papers[i][j].Letter = -1
			}
		}
	}
	every := LetterPairs(papers, 1)
	slices.SortStableFunc(every, func(p, q Pair) int { return cmp.Compare(p.P, q.P) })
	for _, c := range []struct {
		threshold float64
		keep      int
	}{{1e-3, 0}, {1e-3, 5}, {1e-3, 400}, {0, 7}} {
		want := 0
		for want < len(every) && (want < c.keep || every[want].P <= c.threshold) {
			want++
		}
		for _, workers := range []int{1, 3} {
			got := ClosestLetters(papers, c.threshold, c.keep, workers)
			if len(got) != want {
				t.Fatalf("%+v: %d pairs, want %d", c, len(got), want)
			}
			for i, p := range got {
				if e := every[i]; p.A != e.A || p.B != e.B || p.P != e.P {
					t.Fatalf("%+v: pair %d is %+v, want %+v", c, i, p, e)
				}
			}
		}
	}
}

// The raw figure is a plain loop over the bytes of the same papers: the packed comparison must stay far below it.
func BenchmarkLetterPairs10000x100(b *testing.B) {
	rng := rand.New(rand.NewPCG(7, 8))
	papers := make([]Paper, 10000)
	for i := range papers {
		papers[i] = randomPaper(rng, 100)
		for j := range papers[i] {
			if rng.IntN(20) == 0 {
				papers[i][j].Letter = -1
			}
		}
	}
	b.Run("packed", func(b *testing.B) {
		for b.Loop() {
			ClosestLetters(papers, FamilyThreshold(.01, 10000*9999/2), 200, 2)
		}
	})
	b.Run("raw", func(b *testing.B) {
		for b.Loop() {
			equal := 0
			for i := range papers {
				for j := range i {
					for n := range papers[i] {
						if papers[i][n].Letter == papers[j][n].Letter {
							equal++
						}
					}
				}
			}
			b.ReportMetric(float64(equal), "matches")
		}
	})
}
