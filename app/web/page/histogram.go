package page

// Histogram is the part "histogram": how many papers earned which tenth of the points, drawn in units of its
// viewBox, with the pass mark and perhaps one paper's place.
type Histogram struct {
	Label    string // what it shows, in a sentence
	Columns  []Column
	PassMark int // thousandths of the points
	Mark     int // x of the pass mark
	Base     int // y of the axis
	Wide     int
	High     int
}

// Column is one tenth of the points.
type Column struct {
	X, Y, Width, Height int
	From, To, N         int  // percent from (inclusive) to (exclusive; 100 inclusive), how many
	Pass                bool // it lies at the pass mark or above
	Here                bool // the paper that is looked at is in it
}

const (
	histogramWide, histogramBase, histogramTop = 360, 120, 32 // the words of the pass mark stand above every column
	columnWide                                 = histogramWide / 10
)

// NewHistogram draws counts per tenth. A pass mark and the share of the paper that is looked at are in
// thousandths of the points; a share below 0 is none.
func NewHistogram(label string, counts [10]int, passMark, share int) Histogram {
	h := Histogram{Label: label, PassMark: passMark, Mark: passMark * histogramWide / 1000, Base: histogramBase, Wide: histogramWide, High: 150}
	most := 1
	for _, count := range counts {
		most = max(most, count)
	}
	for n, count := range counts {
		high := count * (histogramBase - histogramTop) / most
		h.Columns = append(h.Columns, Column{X: n*columnWide + 2, Y: histogramBase - high, Width: columnWide - 4, Height: high,
			From: n * 10, To: (n + 1) * 10, N: count, Pass: n*100 >= passMark})
	}
	if share >= 0 {
		h.High += 15 // a line for the name of the place
		h.Columns[min(9, share/100)].Here = true
	}
	return h
}

// Anchor and AnchorX keep the name of the place within the drawing.
func (c Column) Anchor() string {
	switch {
	case c.From < 20:
		return "start"
	case c.From >= 80:
		return "end"
	}
	return "mid"
}

// AnchorX is the x that goes with Anchor.
func (c Column) AnchorX() int {
	switch c.Anchor() {
	case "start":
		return c.X
	case "end":
		return c.X + c.Width
	}
	return c.X + c.Width/2
}
