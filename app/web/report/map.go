package report

import (
	"math"

	"bainian/app/integrity/analysis"
)

// mapSize is the side of the similarity map in units of its viewBox.
const mapSize = 600

// likenessMap is the similarity map: everybody along both sides in the order of the file, a mark where two people are
// among the most alike. Neighbours lie near the diagonal, so that a file in seating order shows where likeness sits.
type likenessMap struct {
	Marks []mark
	Ticks []tick
	Size  int
}

// mark is one pair; Level 1–4 is how rare its likeness is.
type mark struct {
	X, Y, Side float64
	Level      int
	Flagged    bool
	Title      string
}

type tick struct {
	At    float64
	Label int
}

func newMap(r analysis.Report) likenessMap {
	m := likenessMap{Size: mapSize}
	n := len(r.Persons)
	if n < 2 {
		return m
	}
	cell := float64(mapSize) / float64(n)
	side := math.Max(cell, 4)
	for i := len(r.Pairs) - 1; i >= 0; i-- { // the most alike on top
		p := r.Pairs[i]
		x, y := (float64(min(p.First, p.Second))+.5)*cell, (float64(max(p.First, p.Second))+.5)*cell
		m.Marks = append(m.Marks, mark{X: tenth(x - side/2), Y: tenth(y - side/2), Side: tenth(side), Level: level(p), Flagged: p.Flagged,
			Title: p.A + " – " + p.B})
	}
	step := tickStep(n)
	for k := step; k < n; k += step {
		m.Ticks = append(m.Ticks, tick{tenth(float64(k) * cell), k})
	}
	return m
}

// tickStep is a round number of people that gives four to nine ticks.
func tickStep(n int) int {
	for step := 1; ; step *= 10 {
		for _, k := range []int{1, 2, 5} {
			if n/(k*step) <= 9 {
				return k * step
			}
		}
	}
}

// level sorts a pair by how rarely chance makes two people so alike: 1 up to one pair in a thousand, then a million, a
// billion, and beyond.
func level(p analysis.Pair) int {
	value := p.LLRP
	if value.IsNone() {
		value = p.LettersP
	}
	switch x := float64(value); {
	case value.IsNone() || x > 1e-3:
		return 1
	case x > 1e-6:
		return 2
	case x > 1e-9:
		return 3
	}
	return 4
}

func tenth(x float64) float64 { return math.Round(x*10) / 10 }

// Ring is the radius of the ring around a finding.
func (m mark) Ring() float64 { return max(8, tenth(m.Side*.75)) }

// Half is where the middle of the mark lies from its corner.
func (m mark) Half() float64 { return tenth(m.Side / 2) }
