package studio

import (
	"math"
	"slices"
)

// itemPlot places items by how many got them right and how well they tell candidates apart.
type itemPlot struct {
	Dots       []dot
	From       int // percent at the left edge; the right one is 100
	Zero, Weak int // y where the discrimination is 0, and where it is enough
	Wide, High int
}

type dot struct {
	X, Y  int
	Item  string
	Watch bool // there is something to look at
	Named bool // and it is serious enough for its name to stand in the plot, where there is room
	Left  bool // its name goes to the left of it
}

const dotsWide, dotsHigh, dotsEdge = 360, 220, 12

// plotOf draws the items that have both numbers, over the tenths in which they lie.
func plotOf(rows []itemRow) itemPlot {
	rows = slices.DeleteFunc(slices.Clone(rows), func(r itemRow) bool { return r.Facility == nil || r.Discrimination == nil })
	y := func(discrimination float64) int {
		// From −0.5 to 1; what is below is drawn at the edge.
		share := (math.Max(-0.5, discrimination) + 0.5) / 1.5
		return dotsHigh - dotsEdge - int(share*float64(dotsHigh-2*dotsEdge))
	}
	p := itemPlot{Zero: y(0), Weak: y(weak), Wide: dotsWide, High: dotsHigh, From: 90}
	for _, r := range rows {
		p.From = min(p.From, int(*r.Facility*10)*10)
	}
	for _, r := range rows {
		x := dotsEdge + int((*r.Facility*100-float64(p.From))/float64(100-p.From)*float64(dotsWide-2*dotsEdge))
		d := dot{X: x, Y: y(*r.Discrimination), Item: r.ItemStats.Item, Watch: len(r.Concerns) > 0, Left: x > dotsWide*2/3}
		d.Named = r.Serious && !slices.ContainsFunc(p.Dots, d.crowds)
		p.Dots = append(p.Dots, d)
	}
	return p
}

// crowds reports whether the names of both would lie over each other.
func (d dot) crowds(other dot) bool {
	return other.Named && max(d.X-other.X, other.X-d.X) < 110 && max(d.Y-other.Y, other.Y-d.Y) < 12
}
