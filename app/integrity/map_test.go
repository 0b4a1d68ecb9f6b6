package integrity

import (
	"testing"

	"bainian/app/exams"
)

func TestAMapTellsItsPairs(t *testing.T) {
	m := Map{Attempts: []string{"a", "b", "c"}, Cells: []byte{10, 20, 30}}
	for _, c := range []struct {
		a, b int
		want float64
	}{{0, 1, .1}, {1, 0, .1}, {0, 2, .01}, {2, 1, .001}} {
		if got := m.P(c.a, c.b); got < c.want*.999 || got > c.want*1.001 {
			t.Errorf("P(%d, %d) = %g, want %g", c.a, c.b, got, c.want)
		}
	}
	for _, n := range []int{0, 1, 2} {
		if m := mapOf(make([]exams.SatPaper, n), nil); len(m.Attempts) != n || len(m.Cells) != n*(n-1)/2 {
			t.Errorf("a map of %d papers: %+v", n, m)
		}
	}
}
