package page

import (
	"slices"

	"bainian/app/people"
)

// Tabs is the part "tabs": pages that stand beside each other, and the path of the one that is shown.
type Tabs struct {
	Label string
	At    string
	Tabs  []Tab
}

// Tab is one of them with the key of its name; only those of its roles see it, or everyone where it names none.
type Tab struct {
	Path, Key string
	Roles     []people.Role
}

// TabsFor are the tabs that the person may open; label says what they are.
func (c *Ctx) TabsFor(label, at string, all ...Tab) Tabs {
	return Tabs{label, at, slices.DeleteFunc(all, func(t Tab) bool { return len(t.Roles) > 0 && !c.Person.Has(t.Roles...) })}
}

// TeamTabs are the pages about a team and the leads of it, which more than one wing shows.
func (c *Ctx) TeamTabs(at string) Tabs {
	manager, allocates := []people.Role{people.Manager}, []people.Role{people.Manager, people.Admin}
	oversees := []people.Role{people.Manager, people.HR, people.Admin}
	return c.TabsFor(c.T("page.team_tabs"), at, Tab{"/board", "manage.board", manager}, Tab{"/board/outlook", "outlook.title", manager},
		Tab{"/allocation", "allocation.title", allocates}, Tab{"/beats", "allocation.beats", manager}, Tab{"/reports", "day.nav.reports", manager},
		Tab{"/leads/manage", "intake.tab", oversees}, Tab{"/leads/handovers", "handover.title", oversees})
}
