package manage

import (
	"strconv"

	"bainian/app/fault"
	"bainian/app/leads"
	"bainian/app/people"
	"bainian/app/web/page"
)

type allocationsView struct {
	page.Base
	Tabs  page.Tabs
	Day   string // for which a new draft would be
	Own   *leads.Allocation
	Rest  []leads.TeamDraft
	Past  []leads.Allocation
	Pager page.Pager
	Empty page.Empty
	Err   error
}

// allocations are the drafts that wait and what was published before.
func (w *Wing) allocations(c *page.Ctx) error { return w.showAllocations(c, nil) }

func (w *Wing) showAllocations(c *page.Ctx, refused error) error {
	drafts, err := w.pool.Drafts(c.Context(), c.Person)
	if err != nil {
		return err
	}
	before := c.Query("before")
	past, next, err := w.pool.Allocations(c.Context(), c.Person, before)
	if err != nil {
		return err
	}
	v := &allocationsView{Base: page.Base{Title: c.T("allocation.title"), Here: "/allocation", Script: "js/once.js"}, Tabs: c.TeamTabs("/allocation"), Day: drafts.Day, Own: drafts.Own, Rest: drafts.Rest, Past: past,
		Empty: page.Empty{Title: c.T("allocation.past_none"), Text: c.T("allocation.past_none_text")}, Err: refused}
	if next != "" {
		v.Pager.Next = "/allocation?before=" + next
	}
	if before != "" {
		v.Pager.First = "/allocation"
	}
	return c.Page(w.pages, "allocations", v)
}

// draft plans the next business day anew.
func (w *Wing) draft(c *page.Ctx) error {
	id, err := w.pool.Draft(c.Context(), c.Person)
	if c.Refused(err) {
		return w.showAllocations(c, err)
	}
	if err != nil {
		return err
	}
	return c.Back("/allocation/"+id, "allocation.drafted")
}

type allocationView struct {
	page.Base
	leads.Allocation
	At     string // the page's address
	Team   string // the manager's name, or that these have none
	Own    bool
	Shares []shareLine
	Pager  page.Pager
	Empty  page.Empty
	Err    error
}

// shareLine is one person of an allocation, with what they did not get by reason.
type shareLine struct {
	leads.Share
	Why []missCount
}

type missCount struct {
	Words string
	N     int
}

func (w *Wing) allocation(c *page.Ctx) error { return w.showAllocation(c, nil) }

func (w *Wing) showAllocation(c *page.Ctx, refused error) error {
	from, err := c.QueryInt("from", 0)
	if err != nil {
		return err
	}
	id := c.Params("id")
	a, shares, next, err := w.pool.Allocation(c.Context(), c.Person, id, from)
	if err != nil {
		return err
	}
	v := &allocationView{Base: page.Base{Title: c.T("allocation.for_day", "day", weekday(c, a.Day)), Here: "/allocation", Script: "js/once.js"}, Allocation: a, At: "/allocation/" + id,
		Own: a.TeamOf == c.Person.ID, Team: c.T("allocation.no_manager"), Empty: page.Empty{Title: c.T("allocation.nobody"), Text: c.T("allocation.nobody_text")}, Err: refused}
	if a.TeamOf != "" {
		manager, err := w.directory.Person(c.Context(), a.TeamOf)
		if err != nil {
			return err
		}
		v.Team = manager.Name
	}
	for _, s := range shares {
		v.Shares = append(v.Shares, shareLine{s, missCounts(c, s.Missed)})
	}
	if next > 0 {
		v.Pager.Next = v.At + "?from=" + strconv.Itoa(next)
	}
	if from > 0 {
		v.Pager.First = v.At
	}
	return c.Page(w.pages, "allocation", v)
}

// missCounts are misses by their words.
func missCounts(c *page.Ctx, missed []leads.Miss) (counts []missCount) {
	at := map[string]int{}
	for _, m := range missed {
		words := missWords(c, m)
		i, known := at[words]
		if !known {
			i = len(counts)
			at[words] = i
			counts = append(counts, missCount{Words: words})
		}
		counts[i].N++
	}
	return counts
}

func missWords(c *page.Ctx, m leads.Miss) string {
	args := make([]any, len(m.Args))
	for i, a := range m.Args {
		args[i] = a
	}
	return c.T(m.Key, args...)
}

// publish has a draft given; the page that follows shows how far that has come.
func (w *Wing) publish(c *page.Ctx) error {
	id := c.Params("id")
	err := w.pool.Publish(c.Context(), c.Person, id)
	if fault.HasKey(err, "allocation.published_before") { // a second press, or another tab: it is as they wanted it
		return c.Back("/allocation/"+id, "allocation.published_before")
	}
	if c.Refused(err) {
		return w.showAllocation(c, err)
	}
	if err != nil {
		return err
	}
	return c.Back("/allocation/"+id, "allocation.published")
}

func (w *Wing) discard(c *page.Ctx) error {
	id := c.Params("id")
	err := w.pool.Discard(c.Context(), c.Person, id)
	if c.Refused(err) {
		return w.showAllocation(c, err)
	}
	if err != nil {
		return err
	}
	return c.Back("/allocation", "allocation.discarded")
}

type shareView struct {
	page.Base
	leads.ShareView
	At     string // of the allocation
	Asked  bool   // what else the pool has was asked for
	Leads  []sharedLead
	Others []page.Option
	Chosen map[string]bool // ids, after a refusal
	Err    error
}

// sharedLead is a lead of a share, and why it was not given.
type sharedLead struct {
	leads.Lead
	Why string
}

func (w *Wing) share(c *page.Ctx) error {
	return w.showShare(c, c.Params("person"), c.Query("more") != "", nil, nil)
}

func (w *Wing) showShare(c *page.Ctx, personID string, more bool, chosen map[string]bool, refused error) error {
	id := c.Params("id")
	s, err := w.pool.Share(c.Context(), c.Person, id, personID, more)
	if err != nil {
		return err
	}
	v := &shareView{Base: page.Base{Title: s.Share.Person.Name, Here: "/allocation", Script: "js/once.js"}, ShareView: s, At: "/allocation/" + id, Asked: more, Chosen: chosen, Err: refused}
	why := map[string]string{}
	for _, m := range s.Share.Missed {
		why[m.LeadID] = missWords(c, m)
	}
	for _, l := range s.Leads {
		v.Leads = append(v.Leads, sharedLead{l, why[l.ID]})
	}
	for _, o := range s.Others {
		v.Others = append(v.Others, page.Option{Value: o.Person.ID, Label: c.T("allocation.other", "name", o.Person.Name, "planned", o.Planned, "limit", o.Limit)})
	}
	return c.Page(w.pages, "share", v)
}

// adjust moves the ticked leads of a draft, each in a transaction of its own, and says what could not be moved and why.
func (w *Wing) adjust(c *page.Ctx) error {
	id, person := c.Params("id"), c.Form("person")
	change := leads.Change{From: person}
	switch c.Form("do") {
	case "add":
		change = leads.Change{To: person}
	case "move":
		change.To = c.Form("to")
	case "remove":
	default:
		return fault.New(fault.Malformed, "page.bad_request")
	}
	chosen, moved := map[string]bool{}, 0
	var problems fault.Problems
	for _, change.LeadID = range c.FormAll("lead") {
		err := w.pool.Adjust(c.Context(), c.Person, id, change)
		f, isFault := err.(*fault.Error)
		switch {
		case err == nil:
			moved++
		case c.Refused(err) && isFault:
			chosen[change.LeadID] = true
			problems.Add("", 0, "", f.Key, f.Args...)
		default:
			return err
		}
	}
	if none := fault.New(fault.Invalid, "allocation.none_chosen"); moved == 0 && problems == nil && c.Refused(none) {
		return w.showShare(c, person, change.From == "", nil, none)
	}
	if problems != nil {
		return w.showShare(c, person, change.From == "", chosen, problems)
	}
	return c.Back("/allocation/"+id+"/people/"+person, "allocation.adjusted", "n", moved)
}

// mayAllocate are the roles that share leads out.
func mayAllocate() page.Who { return page.Only(people.Manager, people.Admin) }
