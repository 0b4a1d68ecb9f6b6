package review

import (
	"strconv"

	"bainian/app/integrity"
	"bainian/app/web/dossier"
	"bainian/app/web/page"
)

// mapView is the picture of a sitting: how alike its papers are, each with each.
type mapView struct {
	page.Base
	Sitting      integrity.SittingMap
	SittingTitle string
	Side         int    // of the picture, in units of its view box
	Cell         int    // side of one pair
	Edge, Beside int    // where the cells begin, and where the numbers beside them end
	Cells        []cell // pairs that stand out
	Ticks        []mapTick
	Closest      []closestPair
}

// closestPair is one of the pairs that are most alike by their answers. A and B are the papers' numbers.
type closestPair struct {
	A, B, N, Matches, Wrong int
	LLRP, Omega, GBT, M4    string
	Cases                   []int
}

// mostClosest is how many of them are listed.
const mostClosest = 25

// cell is one pair. Level is 1 to 4: seen by chance in one pair of twenty, of a thousand, of a hundred thousand, and found.
type cell struct{ X, Y, Level int }

// mapTick is the number of a paper at the edge, or its seat.
type mapTick struct {
	At    int
	Label string
}

// mapEdge is where the cells begin, right of the numbers.
const (
	mapEdge      = 28
	mapEdgeSeats = 96 // right of the seats
)

// levels are the p-values from which on a pair is drawn darker.
var levels = []float64{.05, .001, .00001}

// similarityMap draws the pairs of a sitting. The papers go by number: names stand in the cases alone.
func (w *Wing) similarityMap(c *page.Ctx) error {
	s, err := w.desk.SittingMap(c.Context(), c.Person, c.Params("id"))
	if err != nil {
		return err
	}
	v := &mapView{Base: page.Base{Title: c.T("desk.map"), Here: "/cases"}, Sitting: s, SittingTitle: s.Sitting.TitleIn(c.Lang), Edge: mapEdge, Beside: mapEdge - 6}
	number := v.numbers()
	v.draw(number)
	v.list(number)
	return c.Page(w.pages, "map", v)
}

func (v *mapView) draw(number map[string]int) {
	label := func(a int) string {
		if v.Sitting.Map.Seats != nil {
			return v.Sitting.Map.Seats[a]
		}
		return strconv.Itoa(number[v.Sitting.Map.Attempts[a]])
	}
	if v.Sitting.Map.Seats != nil {
		v.Edge, v.Beside = mapEdgeSeats, mapEdgeSeats-6
	}
	n := len(v.Sitting.Map.Attempts)
	v.Cell = max(3, min(16, 620/max(n, 1)))
	v.Side = v.Edge + n*v.Cell
	for a := range n {
		if a%max(1, 40/v.Cell) == 0 {
			v.Ticks = append(v.Ticks, mapTick{v.Edge + a*v.Cell + v.Cell/2, label(a)})
		}
		for b := range a {
			p, level := v.Sitting.Map.P(a, b), 0
			for _, from := range levels {
				if p < from {
					level++
				}
			}
			if v.Sitting.Found(b, a) {
				level = 4
			}
			if level > 0 {
				v.Cells = append(v.Cells, cell{v.Edge + b*v.Cell, v.Edge + a*v.Cell, level})
			}
		}
	}
}

func (v *mapView) list(number map[string]int) {
	for _, p := range v.Sitting.Pairs[:min(mostClosest, len(v.Sitting.Pairs))] {
		x := closestPair{A: number[p.A], B: number[p.B], N: p.N, Matches: p.Matches, Wrong: p.Wrong, Omega: dossier.OneIn(p.OmegaP), GBT: dossier.OneIn(p.GBTP), M4: dossier.OneIn(p.M4P)}
		if p.LLRP != nil {
			x.LLRP = dossier.OneIn(*p.LLRP)
		}
		for _, attempt := range []string{p.A, p.B} {
			if c, ok := v.Sitting.Cases[attempt]; ok {
				x.Cases = append(x.Cases, c)
			}
		}
		v.Closest = append(v.Closest, x)
	}
}

// numbers are the papers' numbers, by start, which stand for names.
func (v *mapView) numbers() map[string]int {
	number := map[string]int{}
	for n, p := range v.Sitting.People {
		number[p.Attempt] = n + 1
	}
	return number
}
