package stats

import (
	"math"
	"testing"
)

// The weighted simulation of pairs that copied says of honest pairs what simulating honest pairs says, where both can
// be seen; and no tail is above Markov's bound: of eight likelihood ratios the largest reaches t with at most 8·e^−t.
func TestNullAgreesWithHonestPairs(t *testing.T) {
	a := random(20, 200, 40)
	for p := range a.Chosen { // some left the end out
		for i := 40 - p%12; i < 40; i++ {
			a.Chosen[p][i] = Missing
		}
	}
	m := mustCalibrate(t, a)
	x, people := meet(&m, a, 1)
	curve := x.simulate(people, 1, 1)
	const pairs = 40000
	var honest []float64
	c, s := chanceOf(2), newSimulator(x)
	for range pairs {
		i, j := twoOf(&c, len(people))
		llr, _ := s.pair(&c, &people[i], &people[j], 0)
		honest = append(honest, llr)
	}
	for _, level := range []float64{.1, .03, .01, .003, .001} {
		at, n := curve.threshold(math.Log(level)), 0.0
		for _, llr := range honest {
			if llr >= at {
				n++
			}
		}
		if want := level * pairs; math.Abs(n-want) > .15*want+3*math.Sqrt(want) {
			t.Errorf("%v honest pairs of %d reach %.2f, which the curve gives %v", n, pairs, at, level)
		}
	}
	for _, at := range []float64{0, 3, 10, 20, 40, 80, 200} {
		if l := curve.logP(at); l > math.Min(math.Log(8)-at, 0) || math.IsNaN(l) {
			t.Errorf("log P(LLR ≥ %v) = %v, above Markov's bound", at, l)
		}
	}
}

// threshold and logP undo each other, and both are monotone, whatever the spread.
func TestNullThreshold(t *testing.T) {
	a := random(21, 60, 30)
	m := mustCalibrate(t, a)
	x, people := meet(&m, a, 1)
	curve := x.simulate(people, 1, 1)
	for _, spread := range []float64{.5, 1, 1.2} {
		curve.spread = spread
		last := math.Inf(-1)
		for l := -1.0; l > -400; l -= 7.3 {
			at := curve.threshold(l)
			if at < last {
				t.Errorf("spread %v: threshold of %v is %v, below that of a likelier one", spread, l, at)
			}
			if got := curve.logP(at); got > l+1e-9 {
				t.Errorf("spread %v: log P at the threshold of %v is %v", spread, l, got)
			}
			if got := curve.logP(at); l > -40 && got < l-1 {
				t.Errorf("spread %v: the threshold of %v is %v, where log P is %v already", spread, l, at, got)
			}
			last = at
		}
	}
}

// Answers that depend on each other beyond ability (here: two schools that were taught different wrong things) make honest
// pairs more alike than the model thinks. The exam's own pairs show it, and the threshold rises.
func TestSimilarRaisesTheThresholdWherePairsAreMoreAlike(t *testing.T) {
	plain := random(22, 120, 40)
	taught := random(22, 120, 40)
	c := chanceOf(23)
	for p, row := range taught.Chosen {
		for i := range row {
			if row[i] != 0 && c.float() < .9 {
				row[i] = int8(1 + (p+i)%2)
			}
		}
	}
	one, err1 := Similar(plain, SimilarityOptions{Seed: 4})
	other, err2 := Similar(taught, SimilarityOptions{Seed: 4})
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	if other.Observed > other.Expected-.05 || other.Spread > other.Observed || other.Spread < other.Observed-.05 || other.Threshold < one.Threshold+.5 {
		t.Errorf("taught: spread %.3f of %.3f expected, threshold %.2f; plain %.3f of %.3f, %.2f",
			other.Observed, other.Expected, other.Threshold, one.Observed, one.Expected, one.Threshold)
	}
	for _, p := range other.Pairs {
		if p.Flagged {
			t.Errorf("flagged %+v", p)
		}
	}
}

// B3's shape: one pair among many that shares nearly everything, wrong answers included, has p < 1e-15 and is the only one.
func TestB3_OnePairAmongMany(t *testing.T) {
	a := random(24, 250, 60)
	for i := range 54 {
		a.Chosen[31][i] = a.Chosen[7][i]
	}
	s, err := Similar(a, SimilarityOptions{Seed: 5, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	if p := s.Pairs[0]; p.A != 7 || p.B != 31 || !p.Flagged || p.LLRP >= 1e-15 {
		t.Errorf("first is %+v", p)
	}
	for _, p := range s.Pairs[1:] {
		if p.Flagged {
			t.Errorf("flagged %+v", p)
		}
	}
}
