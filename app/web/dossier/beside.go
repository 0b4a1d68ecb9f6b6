package dossier

import (
	"math"
	"strconv"
	"strings"

	"bainian/app/integrity"
	"bainian/app/locale"
	"bainian/app/web/page"
)

// Beside is what the tests that raise nothing say of the case's paper.
type Beside struct {
	Has                bool
	Why                string // the word for what keeps the pairs' part empty
	Pairs              []BesidePair
	Paper              integrity.PaperSays
	Lz, TimesP, Effort string // "" where absent
	CanaryP            string
	Times              Times
	Essays             []BesideEssay
}

// BesidePair is a pair of the finding with its numbers in words.
type BesidePair struct {
	integrity.PairSays
	Other          string
	Omega, GBT, M4 string
	LLRP           string // "" where it was not computed
}

// BesideEssay is one question that both answered in part in the same words.
type BesideEssay struct {
	integrity.EssaySays
	Other    string
	Percent  int
	Passages []string // as the case's person wrote them
}

// Times places each question by how much longer its answer took than expected, in standard deviations.
type Times struct {
	Dots             []TimesDot
	Wide, High       int
	Zero, Slow, Fast int // y of 0, +2 and −2
	Band, Across     int // of what is between them
	Said             string
}

type TimesDot struct {
	X, Y, N int
	Out     bool // beyond ±2
}

const timesWide, timesHigh, timesEdge = 640, 180, 14

// timesOf draws the residuals, none where fewer than five are known.
func timesOf(c *page.Ctx, residuals []float64) (p Times) {
	y := func(z float64) int {
		share := (3.5 - math.Max(-3.5, math.Min(3.5, z))) / 7
		return timesEdge + int(share*float64(timesHigh-2*timesEdge))
	}
	p = Times{Wide: timesWide, High: timesHigh, Zero: y(0), Slow: y(2), Fast: y(-2), Band: y(-2) - y(2), Across: timesWide - 48}
	fast, slow := 0, 0
	for n, z := range residuals {
		if math.IsNaN(z) {
			continue
		}
		x := 56 + int(float64(n)/math.Max(1, float64(len(residuals)-1))*float64(timesWide-56-timesEdge))
		p.Dots = append(p.Dots, TimesDot{X: x, Y: y(z), N: n + 1, Out: math.Abs(z) > 2})
		if z < -2 {
			fast++
		} else if z > 2 {
			slow++
		}
	}
	if len(p.Dots) < 5 {
		return Times{}
	}
	p.Said = c.T("desk.times_said", "n", len(p.Dots), "fast", fast, "slow", slow)
	return p
}

// besideOf puts what the other tests say into words.
func besideOf(c *page.Ctx, said *integrity.Beside, other func(id string) string) (b Beside) {
	if said == nil {
		return b
	}
	b = Beside{Has: true, Why: said.Why, Paper: said.Paper, Times: timesOf(c, said.Paper.Residuals())}
	if z := b.Paper.LzStar; z != nil {
		b.Lz = strings.Replace(strconv.FormatFloat(*z, 'f', 2, 64), "-", "−", 1)
	}
	if p := b.Paper.TimesP; p != nil {
		b.TimesP = OneIn(*p)
	}
	if e := b.Paper.Effort; e != nil {
		b.Effort = locale.Percent(int(math.Round(*e*100)) * 10)
	}
	b.CanaryP = OneIn(b.Paper.CanaryP())
	for _, x := range said.Pairs {
		p := BesidePair{PairSays: x.PairSays, Other: other(x.OtherID), Omega: OneIn(x.OmegaP), GBT: OneIn(x.GBTP), M4: OneIn(x.M4P)}
		if x.LLRP != nil {
			p.LLRP = OneIn(*x.LLRP)
		}
		b.Pairs = append(b.Pairs, p)
	}
	for _, x := range said.Essays {
		b.Essays = append(b.Essays, BesideEssay{EssaySays: x.EssaySays, Other: other(x.OtherID), Percent: int(math.Round(x.Shared * 100)), Passages: x.Said})
	}
	return b
}

// OneIn writes a p-value as people read one: 0.03, 0.0004, or with a power of ten where zeros would have to be counted. A
// power has its digit: rounded down to a bare one, 9 × 10⁻⁵ would look nine times rarer than it is.
func OneIn(p float64) string {
	switch {
	case p >= .01:
		return strconv.FormatFloat(p, 'f', 2, 64)
	case p >= .0001:
		return strconv.FormatFloat(p, 'f', 4, 64)
	}
	if p < 1e-300 {
		return "< 10⁻³⁰⁰"
	}
	digit, power, _ := strings.Cut(strconv.FormatFloat(p, 'e', 0, 64), "e-")
	power = strings.Map(func(r rune) rune { return []rune("⁰¹²³⁴⁵⁶⁷⁸⁹")[r-'0'] }, strings.TrimLeft(power, "0"))
	if digit == "1" {
		return "10⁻" + power
	}
	return digit + " × 10⁻" + power
}
