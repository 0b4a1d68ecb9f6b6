package page_test

import (
	"testing"

	"bainian/app/web/page"
)

func TestHistogram(t *testing.T) {
	counts := [10]int{2, 1, 0, 0, 0, 0, 0, 0, 1, 2}
	for _, share := range []int{-1, 0, 150, 799, 850, 1000} {
		h := page.NewHistogram("x", counts, 800, share)
		for n, c := range h.Columns {
			if c.N != counts[n] || c.Y+c.Height != h.Base || c.Y < 0 || c.X+c.Width > h.Wide || (c.N > 0) != (c.Height > 0) {
				t.Errorf("a column outside the plot, or of the wrong height: %+v", c)
			}
			if c.Pass != (c.From >= 80) {
				t.Errorf("%d–%d %% passes: %v", c.From, c.To, c.Pass)
			}
			if in := share >= c.From*10 && (share < c.To*10 || c.To == 100); c.Here != in {
				t.Errorf("a share of %d lies in %d–%d %%: %v", share, c.From, c.To, c.Here)
			}
			if x := c.AnchorX(); x < 0 || x > h.Wide || c.Anchor() == "start" && n > 1 || c.Anchor() == "end" && n < 8 {
				t.Errorf("the name of %d–%d %% is at %d, %s", c.From, c.To, x, c.Anchor())
			}
		}
		if h.Mark != 288 {
			t.Errorf("the pass mark is drawn at %d", h.Mark)
		}
	}
}
