package manage

import (
	"time"

	"bainian/app/leads"
	"bainian/app/locale"
	"bainian/app/web/page"
)

// The drawings' places, in units of their view boxes.
const (
	funnelLeft  = 96  // where the bars begin; the states' names stand before it
	funnelRight = 376 // where the longest bar ends; its number stands behind it
	funnelRow   = 34

	weekHeight = 96 // of the highest day
	weekColumn = 60
)

// funnel is where all leads of the company are, and the follow-ups of the last seven days.
type funnel struct {
	Total, Working int
	Week           int // follow-ups
	Height         int
	Rows           []funnelBar
	Days           []dayBar
	Said           string
}

type funnelBar struct {
	Y, Width, N int
	Label       string
}

type dayBar struct {
	X, Y, Height, N int
	Label           string
}

func drawFunnel(c *page.Ctx, s leads.Funnel) funnel {
	var f funnel
	most := 1
	for _, state := range leads.States() {
		f.Total += s.States[state]
		most = max(most, s.States[state])
	}
	f.Working = s.States[leads.Held] + s.States[leads.Private]
	for i, state := range leads.States() {
		n := s.States[state]
		f.Rows = append(f.Rows, funnelBar{Y: i * funnelRow, Width: (funnelRight - funnelLeft) * n / most, N: n, Label: c.T("leads.state_" + string(state))})
	}
	f.Height = len(f.Rows) * funnelRow
	busiest := 1
	for _, d := range s.FollowUps {
		busiest = max(busiest, d.N)
		f.Week += d.N
	}
	for i, d := range s.FollowUps {
		height := weekHeight * d.N / busiest
		f.Days = append(f.Days, dayBar{X: i*weekColumn + weekColumn/2, Y: 20 + weekHeight - height, Height: height, N: d.N, Label: weekday(c, d.Day)})
	}
	f.Said = c.T("manage.funnel_said", "total", f.Total, "pool", s.States[leads.InPool], "held", f.Working, "trust", s.States[leads.InTrust], "handover", s.States[leads.Handover])
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
