package manage

import (
	"time"

	"bainian/app/leads"
	"bainian/app/locale"
	"bainian/app/web/page"
)

// The places of the drawing of the week, in units of its view box.
const (
	weekHeight = 96 // of the highest day
	weekColumn = 60
)

// funnel is where all leads of the company are, and the follow-ups of the last seven days.
type funnel struct {
	Total, Working int
	Week           int // follow-ups
	States         bars
	Days           []dayBar
}

type dayBar struct {
	X, Y, Height, N int
	Label           string
}

func drawFunnel(c *page.Ctx, s leads.Funnel) funnel {
	var f funnel
	for _, state := range leads.States() {
		f.Total += s.States[state]
		f.States.row(c.T("leads.state_"+string(state)), s.States[state])
	}
	f.Working = s.States[leads.Held] + s.States[leads.Private]
	busiest := 1
	for _, d := range s.FollowUps {
		busiest = max(busiest, d.N)
		f.Week += d.N
	}
	for i, d := range s.FollowUps {
		height := weekHeight * d.N / busiest
		f.Days = append(f.Days, dayBar{X: i*weekColumn + weekColumn/2, Y: 20 + weekHeight - height, Height: height, N: d.N, Label: weekday(c, d.Day)})
	}
	f.States.Said = c.T("manage.funnel_said", "total", f.Total, "pool", s.States[leads.InPool], "held", f.Working, "trust", s.States[leads.InTrust], "handover", s.States[leads.Handover])
	return f
}

// weekday is a day as the chart names it.
func weekday(c *page.Ctx, day string) string {
	at, err := time.ParseInLocation(time.DateOnly, day, c.Zone())
	if err != nil {
		return day
	}
	return locale.Date(c.Lang, at, c.Now())
}
