package studio

import (
	"math"
	"slices"
	"strconv"

	"bainian/app/exams"
	"bainian/app/questions"
	"bainian/app/web/page"
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
	p := itemPlot{Zero: y(0), Weak: y(exams.WeakBelow), Wide: dotsWide, High: dotsHigh, From: 90}
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

// tracePlot is how the share that ticks a choice goes from the lower third to the upper: a key that works climbs, the
// others fall.
type tracePlot struct {
	Lines            []trace
	Columns          [3]int // x of the thirds
	Base, Top, Half  int    // y of 0, 100 and 50 %
	Wide, High, Edge int
}

type trace struct {
	Letter string
	Right  bool
	Path   string
	Dots   [3]spot
	Y      int // of its letter, at the right end
}

type spot struct{ X, Y int }

const tracesWide, tracesTop, tracesBase, tracesLeft, tracesRight = 360, 16, 180, 34, 320

// tracesOf draws the choices of an item that has any; nothing where one of the thirds had no paper with it.
func tracesOf(one exams.ItemRow) (p tracePlot) {
	if !ticks(one.Now.Kind) || one.Now.Kind == questions.Scale || slices.Contains(one.Thirds[:], 0) {
		return p
	}
	p = tracePlot{Base: tracesBase, Top: tracesTop, Half: (tracesBase + tracesTop) / 2, Wide: tracesWide, High: tracesBase + 40, Edge: tracesRight}
	for n := range p.Columns {
		p.Columns[n] = tracesLeft + 20 + n*(tracesRight-tracesLeft-40)/2
	}
	for n, right := range one.Now.Right {
		t := trace{Letter: letter(n), Right: right}
		for third, of := range one.Thirds {
			ticked := 0
			if n < len(one.Choices) {
				ticked = one.Choices[n].Thirds[third]
			}
			d := spot{p.Columns[third], tracesBase - ticked*(tracesBase-tracesTop)/of}
			t.Dots[third] = d
			if third > 0 {
				t.Path += "L"
			} else {
				t.Path += "M"
			}
			t.Path += strconv.Itoa(d.X) + " " + strconv.Itoa(d.Y)
		}
		t.Y = t.Dots[exams.Upper].Y
		p.Lines = append(p.Lines, t)
	}
	p.spread()
	return p
}

// spread moves the letters at the right end apart, from the lowest upwards, and back down where they would leave the
// drawing.
func (p *tracePlot) spread() {
	const line = 13
	low := make([]*trace, len(p.Lines))
	for n := range p.Lines {
		low[n] = &p.Lines[n]
	}
	slices.SortStableFunc(low, func(a, b *trace) int { return b.Y - a.Y })
	for n := 1; n < len(low); n++ {
		low[n].Y = min(low[n].Y, low[n-1].Y-line)
	}
	for n := len(low) - 1; n >= 0; n-- {
		least := p.Top
		if n < len(low)-1 {
			least = low[n+1].Y + line
		}
		low[n].Y = max(low[n].Y, least)
	}
}

// timePlot is how long an item took.
type timePlot struct {
	exams.Times
	Median           string // in words
	Label            string
	Bars             []timeBar
	Base, Wide, High int
}

type timeBar struct {
	X, Y, Width, Height int
	N                   int
	From                string // seconds or minutes at its left edge
	Title               string
}

const timesWide, timesBase, timesTop = 360, 110, 20

func timesOf(c *page.Ctx, t *exams.Times) *timePlot {
	p := &timePlot{Times: *t, Median: took(c, t.Median), Base: timesBase, Wide: timesWide, High: timesBase + 40}
	p.Label = c.T("studio.times_text", "n", t.N, "median", p.Median, "from", took(c, t.Lower), "to", took(c, t.Upper))
	most, wide := slices.Max(t.Bins[:]), timesWide/len(t.Bins)
	for n, count := range t.Bins {
		high := count * (timesBase - timesTop) / most
		from := took(c, float64(n*t.Width))
		title := c.T("studio.time_bin", "from", from, "to", took(c, float64((n+1)*t.Width)), "n", count)
		if n == len(t.Bins)-1 {
			title = c.T("studio.time_bin_last", "from", from, "n", count)
		}
		bar := timeBar{X: n*wide + 2, Y: timesBase - high, Width: wide - 4, Height: high, N: count, Title: title}
		if n%2 == 0 {
			bar.From = from
		}
		p.Bars = append(p.Bars, bar)
	}
	return p
}
