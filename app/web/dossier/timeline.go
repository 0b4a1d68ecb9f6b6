package dossier

import (
	"time"

	"bainian/app/integrity"
	"bainian/app/web/page"
)

// The drawing's places, in units of its view box.
const (
	lineWidth = 680
	lineLeft  = 96 // where the first moment is; the lanes' names stand before it
	lineRight = 668
)

// Line is an attempt as a drawing: a lane each for answers, for time away from the page, and for pastes and
// copies.
type Line struct {
	Drawn   bool
	Answers []int // places along the line
	Away    []away
	Pastes  []paste
	Silent  []int // where the server heard nothing for a while before
	Ticks   []lineTick
	Said    string // the drawing in words
}

// away is a time in which the browser said that the page was out of sight.
type away struct {
	X, Width int
	From     time.Time
	Length   time.Duration
}

// paste is a paste, copy or cut of so many characters.
type paste struct {
	X    int
	At   time.Time
	Kind string
	Size int
}

type lineTick struct {
	X      int
	Minute int
}

// pen turns moments into places.
type pen struct{ from, to time.Time }

func (p pen) x(at time.Time) int {
	whole := p.to.Sub(p.from)
	share := float64(min(max(at.Sub(p.from), 0), whole)) / float64(whole)
	return lineLeft + int(share*(lineRight-lineLeft))
}

// when is the browser's own time of a claim while that can be true, and the server's otherwise.
func (p pen) when(m integrity.Moment) time.Time {
	if m.ClaimedAt.Before(p.from) || m.ClaimedAt.After(p.to) {
		return m.At
	}
	return m.ClaimedAt
}

// draw lays a journal out along a line.
func draw(c *page.Ctx, moments []integrity.Moment) (l Line) {
	if len(moments) < 2 || !moments[len(moments)-1].At.After(moments[0].At) {
		return l
	}
	l.Drawn = true
	p := pen{moments[0].At, moments[len(moments)-1].At}
	var left time.Time // since when the page has been out of sight
	back := func(at time.Time) {
		if left.IsZero() {
			return
		}
		l.Away = append(l.Away, away{X: p.x(left), Width: max(p.x(at)-p.x(left), 3), From: left, Length: at.Sub(left)})
		left = time.Time{}
	}
	for _, m := range moments {
		switch m.Kind {
		case "answer":
			l.Answers = append(l.Answers, p.x(m.At))
		case "silence":
			l.Silent = append(l.Silent, p.x(m.At))
		case "focus_lost", "hidden":
			if left.IsZero() {
				left = p.when(m)
			}
		case "focus_back", "visible":
			back(p.when(m))
		case "paste", "copy", "cut":
			l.Pastes = append(l.Pastes, paste{X: p.x(p.when(m)), At: p.when(m), Kind: m.Kind, Size: m.N})
		}
	}
	back(p.to)
	l.Ticks = ticks(p)
	l.Said = c.T("review.line", "minutes", int(p.to.Sub(p.from).Minutes()+.5), "answers", len(l.Answers), "away", len(l.Away), "pastes", len(l.Pastes))
	return l
}

// ticks are whole minutes, at most eight of them.
func ticks(p pen) []lineTick {
	step := time.Minute
	for _, s := range []int{1, 2, 5, 10, 15, 30, 60, 120} {
		step = time.Duration(s) * time.Minute
		if p.to.Sub(p.from) <= 8*step {
			break
		}
	}
	var out []lineTick
	for at := time.Duration(0); at <= p.to.Sub(p.from); at += step {
		out = append(out, lineTick{X: p.x(p.from.Add(at)), Minute: int(at.Minutes())})
	}
	return out
}
