package stats

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func fourDigits(a, b float64) bool { return math.Abs(a-b) < 5e-4 }

func TestWilson(t *testing.T) {
	for _, x := range []struct {
		hits, n   int
		low, high float64
	}{ // Newcombe 1998, table I, method 3
		{81, 263, .2553, .3662},
		{15, 148, .0624, .1605},
		{0, 20, 0, .1611},
		{1, 29, .0061, .1718},
		{29, 29, .8830, 1},
		{0, 0, 0, 1},
	} {
		if low, high := Wilson(x.hits, x.n, 1.96); !fourDigits(low, x.low) || !fourDigits(high, x.high) {
			t.Errorf("%d of %d: %.4f to %.4f, want %.4f to %.4f", x.hits, x.n, low, high, x.low, x.high)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5000).Draw(t, "n")
		hits := rapid.IntRange(0, n).Draw(t, "hits")
		low, high := Wilson(hits, n, 1.96)
		if p := float64(hits) / float64(n); low < 0 || high > 1 || low > p+1e-12 || high < p-1e-12 {
			t.Fatalf("%d of %d: %v to %v", hits, n, low, high)
		}
	})
}

func TestBenjaminiHochberg(t *testing.T) {
	// The fifteen p-values of Benjamini and Hochberg 1995, §3.2: at .05 the first four are discoveries.
	p := []float64{.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528, .7590, 1}
	q := BenjaminiHochberg(p)
	found := 0
	for _, v := range q {
		if v <= .05 {
			found++
		}
	}
	if found != 4 || !fourDigits(q[0], .0015) || !fourDigits(q[3], .0356) || q[14] != 1 {
		t.Errorf("%d discoveries, %v", found, q)
	}
	if q := BenjaminiHochberg([]float64{math.NaN(), .5, 2}); q[0] != 1 || q[2] != 1 || q[1] != 1 {
		t.Errorf("what is no p-value: %v", q)
	}
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.Float64Range(0, 1), 1, 40).Draw(t, "p")
		q := BenjaminiHochberg(p)
		for i := range p {
			if q[i] < p[i] || q[i] > 1 {
				t.Fatalf("p %v became %v", p[i], q[i])
			}
			for j := range p {
				if p[i] < p[j] && q[i] > q[j] {
					t.Fatalf("the order is not kept: %v %v", p, q)
				}
			}
		}
	})
}
