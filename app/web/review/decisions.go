package review

import (
	"net/url"
	"strings"

	"bainian/app/gate"
	"bainian/app/people"
	"bainian/app/web/page"
)

type decisionsView struct {
	page.Base
	Of        people.Person
	Denied    bool
	Actions   []page.Option
	Decisions []decisionView
	Empty     page.Empty
	Pager     page.Pager
}

// decisionView is an entry of the logbook in words.
type decisionView struct {
	gate.Entry
	By, Did, Asked string // the way, the action, who asked
	Why            []string
}

// decisions is what the gate was asked about a person.
func (w *Wing) decisions(c *page.Ctx) error {
	p, err := w.directory.Person(c.Context(), c.Params("id"))
	if err != nil {
		return err
	}
	asking := gate.Asking{Denied: c.Query("denied") != "", Action: gate.Action(c.Query("action"))}
	entries, next, err := w.keeper.Decisions(c.Context(), c.Person, p.ID, asking, c.Query("after"))
	if err != nil {
		return err
	}
	path := "/people/" + p.ID + "/decisions"
	v := &decisionsView{Base: page.Base{Title: c.T("glass.decisions"), Here: "/people"}, Of: p, Denied: asking.Denied, Actions: actionOptions(c, asking.Action),
		Empty: page.Empty{Title: c.T("glass.decisions.none"), Text: c.T("glass.decisions.none_text"), Link: "/people/" + p.ID, Action: p.Name}}
	if asking != (gate.Asking{}) {
		v.Empty = page.Empty{Title: c.T("glass.decisions.none_match"), Link: path, Action: c.T("glass.decisions.everything")}
	}
	query := url.Values{}
	for name, value := range map[string]string{"denied": c.Query("denied"), "action": string(asking.Action)} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if c.Query("after") != "" {
		v.Pager.First = path + "?" + query.Encode()
	}
	if next != "" {
		query.Set("after", next)
		v.Pager.Next = path + "?" + query.Encode()
	}
	if v.Decisions, err = w.inWords(c, entries); err != nil {
		return err
	}
	return c.Page(w.pages, "decisions", v)
}

func actionOptions(c *page.Ctx, chosen gate.Action) []page.Option {
	options := []page.Option{{Label: c.T("glass.action_all")}}
	for _, a := range []gate.Action{gate.Draw, gate.Assign, gate.Hold} {
		options = append(options, page.Option{Value: string(a), Label: c.T("glass.action_" + string(a)), Chosen: a == chosen})
	}
	return options
}

// inWords are entries with what a person reads of them.
func (w *Wing) inWords(c *page.Ctx, entries []gate.Entry) ([]decisionView, error) {
	var keys []string
	for _, e := range entries {
		keys = append(keys, e.Reasons...)
	}
	words, err := w.reasonWords(c, keys)
	if err != nil {
		return nil, err
	}
	var actors []string
	for _, e := range entries {
		if e.Way == gate.ByDraw || e.Way == gate.ByAssign || e.Way == gate.BySwap {
			actors = append(actors, e.Actor)
		}
	}
	names, err := w.names(c, actors...)
	if err != nil {
		return nil, err
	}
	views := make([]decisionView, len(entries))
	for i, e := range entries {
		v := decisionView{Entry: e, By: w.orItself(c, "glass.by_", string(e.Way)), Did: w.orItself(c, "glass.action_", string(e.Action)), Asked: e.Actor}
		if name, person := names[e.Actor]; person {
			v.Asked = name
		}
		for _, key := range e.Reasons {
			v.Why = append(v.Why, words[key])
		}
		views[i] = v
	}
	return views, nil
}

// reasonWords are the reasons of entries in words, by key: requirements with the titles of their courses and exams, and
// what else can stand in the way. What no catalog knows any more stays as it is.
func (w *Wing) reasonWords(c *page.Ctx, keys []string) (map[string]string, error) {
	words := map[string]string{}
	var requirements []gate.Requirement
	for _, key := range keys {
		kind, ref, _ := strings.Cut(key, ":")
		_, why, _ := strings.Cut(key, ".")
		switch {
		case w.kit.Catalog.Has(c.Lang, "review.step_"+kind):
			requirements = append(requirements, gate.Requirement{Kind: gate.RequirementKind(kind), Ref: ref})
		case why != "":
			words[key] = w.orItself(c, "glass.why_", why)
		default:
			words[key] = w.orItself(c, "glass.why_", key)
		}
	}
	labels, err := w.labels(c, requirements)
	if err != nil {
		return nil, err
	}
	for key, label := range labels {
		words[key] = label
	}
	return words, nil
}

// orItself is the message of prefix and name, or the name where there is none.
func (w *Wing) orItself(c *page.Ctx, prefix, name string) string {
	if w.kit.Catalog.Has(c.Lang, prefix+name) {
		return c.T(prefix + name)
	}
	return name
}
