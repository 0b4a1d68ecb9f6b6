package manage

import (
	"slices"
	"time"

	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/leads"
	"bainian/app/web/page"
)

type boardView struct {
	page.Base
	Tabs    page.Tabs
	Team    []member
	Open    int // of the team, whose gate lets them take leads
	Held    int
	Overdue int    // people who hold something that is past due
	Waits   []wait // the longest first
	Funnel  funnel
	Empty   page.Empty
}

// member is one of the team with where they stand. Of a case it holds no more than that they are suspended.
type member struct {
	leads.BoardLine
	Decision gate.Decision
	Stops    []page.Stop
	Waits    []reason
	Overdue  bool
}

// reason is why somebody's gate is closed, in words.
type reason struct {
	Key   string
	Words string
	Until time.Time // of a suspension
}

// wait is a condition with everyone whose next step it is.
type wait struct {
	Words  string
	People []leads.BoardLine
}

func (w *Wing) board(c *page.Ctx) error {
	lines, err := w.pool.Board(c.Context(), c.Person)
	if err != nil {
		return err
	}
	v := &boardView{Base: page.Base{Title: c.T("manage.board")}, Tabs: c.TeamTabs("/board"), Empty: page.Empty{Title: c.T("manage.empty"), Text: c.T("manage.empty_text")}}
	at := map[string]int{} // of a condition in Waits
	for _, line := range lines {
		m, err := w.memberOf(c, line)
		if err != nil {
			return err
		}
		v.Team = append(v.Team, m)
		v.Held += m.Held
		if m.Decision.Level.Takes() {
			v.Open++
		}
		if m.Overdue {
			v.Overdue++
		}
		if len(m.Waits) == 0 {
			continue
		}
		first := m.Waits[0]
		i, known := at[first.Key]
		if !known {
			i = len(v.Waits)
			at[first.Key] = i
			v.Waits = append(v.Waits, wait{Words: first.Words})
		}
		v.Waits[i].People = append(v.Waits[i].People, line)
	}
	slices.SortStableFunc(v.Waits, func(a, b wait) int { return len(b.People) - len(a.People) })
	stats, err := w.pool.Stats(c.Context(), c.Person)
	if err != nil {
		return err
	}
	v.Funnel = drawFunnel(c, stats)
	return c.Page(w.pages, "board", v)
}

// memberOf adds to a line where the person stands. Without a policy in force everyone stands before a closed gate.
func (w *Wing) memberOf(c *page.Ctx, line leads.BoardLine) (member, error) {
	m := member{BoardLine: line, Overdue: !line.Due.IsZero() && line.Due.Before(c.Now())}
	d, err := w.keeper.Decide(c.Context(), line.Person.ID)
	if fault.HasKey(err, "gate.no_policy") {
		m.Decision.Level = gate.None
		m.Waits = []reason{{Key: "policy", Words: c.Words(err)}}
		return m, nil
	}
	if err != nil {
		return m, err
	}
	m.Decision = d
	if m.Stops, err = w.stops(c, d); err != nil {
		return m, err
	}
	m.Waits, err = w.reasons(c, d.Reasons(gate.Others))
	return m, err
}

func (w *Wing) reasons(c *page.Ctx, all []gate.Reason) ([]reason, error) {
	titled, err := w.keeper.Titled(c.Context(), all, c.Lang)
	if err != nil {
		return nil, err
	}
	out := make([]reason, len(titled))
	for i, r := range titled {
		out[i] = reason{Key: r.Requirement, Words: c.T(r.Key, r.Args...), Until: r.Until}
	}
	return out, nil
}
