package manage

// The places of a drawing of horizontal bars, in units of its view box.
const (
	barsLeft  = 144 // where the bars begin; their names stand before it
	barsRight = 376 // where the longest ends; its number stands behind it
	barsRow   = 34
)

// bars is the part "bars": one horizontal bar for each of some counts.
type bars struct {
	Height int
	Rows   []bar
	Said   string
}

type bar struct {
	Y, Left, Width, N int
	Label             string
}

// row adds a bar.
func (b *bars) row(label string, n int) {
	b.Rows = append(b.Rows, bar{Y: len(b.Rows) * barsRow, Left: barsLeft, N: n, Label: label})
	most := 1
	for _, r := range b.Rows {
		most = max(most, r.N)
	}
	for i, r := range b.Rows {
		b.Rows[i].Width = (barsRight - barsLeft) * r.N / most
	}
	b.Height = len(b.Rows) * barsRow
}
