package stats

import (
	"math"
	"testing"
)

// Six people and five items with option 0 as the key, worked by hand. The source gave three wrong answers; by the
// number of wrong answers 1, 2, 3, 4 the others share 0, 1.5 (2 and 1), 2 and 2 of them in the mean.
func TestCopyIndicesByHand(t *testing.T) {
	a := &Answers{
		Key: []int8{0, 0, 0, 0, 0}, Options: []int{4, 4, 4, 4, 4},
		Chosen: [][]int8{
			{1, 2, 3, 0, 0}, // the source
			{1, 2, 0, 0, 0}, // the copier: two wrong, both the source's
			{1, 0, 0, 0, 3},
			{3, 0, 0, 0, 0},
			{1, 2, 0, 3, 0},
			{1, 2, 1, 0, 3},
		},
	}
	got := a.Copying(0, 1)
	want := CopyIndices{
		K:  .5,                  // p̂ = 1.5/3: 3·.5²·.5 + .5³
		K1: .28175,              // the line through (.2, 0) (.4, .5) (.6, 2/3) (.8, 2/3) has .35 at .4
		K2: .46253125,           // the parabola has .475
		S1: 0.21864819821679735, // μ(2) = .9145251262; the terms v = 2, 3
		S2: 0.29911605752708637, // one right answer's worth more for all: μ(2) = 1.9675320454; v = 3, 4, 5
	}
	for _, c := range []struct {
		name      string
		got, want float64
	}{{"K", got.K, want.K}, {"K1", got.K1, want.K1}, {"K2", got.K2, want.K2}, {"S1", got.S1, want.S1}, {"S2", got.S2, want.S2}} {
		if math.Abs(c.got-c.want) > 1e-6 {
			t.Errorf("%s = %.8f, want %.8f", c.name, c.got, c.want)
		}
	}
}

// Two items: a match that had a chance of .2 and a mismatch. LLR = max over α of log(1−α+α/.2) + log(1−α).
func TestLLRByHand(t *testing.T) {
	x := Matches{Same: []bool{true, false}, P: []float64{.2, .5}}
	if got, want := x.LLR(), math.Log(2.2)+math.Log(.7); math.Abs(got-want) > 1e-12 { // α = .3: 1.54; .5: 1.5; .7: 1.14; .9: .46
		t.Errorf("LLR %v, want %v", got, want)
	}
	x = Matches{Same: []bool{true, true}, P: []float64{.2, .5}}
	if got, want := x.LLR(), math.Log(4.6)+math.Log(1.9); math.Abs(got-want) > 1e-12 {
		t.Errorf("LLR %v, want %v", got, want)
	}
}
