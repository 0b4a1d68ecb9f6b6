package review

import (
	"slices"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/web/page"
)

type policyView struct {
	page.Base
	Policy   *gate.Policy
	Problems fault.Problems
	Head     documents.Head
	Levels   []levelView
	Holidays []string
	History  []versionView
	Edits    bool // the reader may change it
	Draft    bool // and has begun to
}

type levelView struct {
	Level gate.Level
	Tree  node
}

// node is a requirement in words, or a group of which all or any one must hold.
type node struct {
	Any         bool
	Children    []node
	Requirement *gate.Requirement
	Label       string
	Within      int // days for which a pass counts, 0 for ever
	Grace       int // days for which it still opens the gate afterwards
	Mark        int // percent that a pass must have, 0 for any
	Current     bool
}

type versionView struct {
	documents.Head
	By       string
	Override *overridden
}

func (w *Wing) policy(c *page.Ctx) error {
	doc, err := w.shelf.Doc(c.Context(), gate.PolicyPath)
	if err != nil {
		return err
	}
	v := &policyView{Base: page.Base{Title: c.T("review.policy")}, Head: doc.Head}
	if v.Policy, v.Problems = policyOf(doc); v.Policy != nil {
		labels, err := w.labels(c, requirementsOf(v.Policy))
		if err != nil {
			return err
		}
		for _, rule := range v.Policy.Levels {
			v.Levels = append(v.Levels, levelView{rule.Level, tree(rule.Require, labels)})
		}
		for day := range v.Policy.Holidays {
			v.Holidays = append(v.Holidays, day)
		}
		slices.Sort(v.Holidays)
	}
	if v.Edits = documents.MayEdit(c.Person, documents.Policy); v.Edits {
		draft, err := w.draftOf(c)
		if err != nil {
			return err
		}
		v.Draft = draft.Draft
	}
	overrides, err := w.overridesOf(c)
	if err != nil {
		return err
	}
	history, err := w.shelf.History(c.Context(), gate.PolicyPath)
	if err != nil {
		return err
	}
	for _, h := range history {
		names, err := w.names(c, h.PublishedBy)
		if err != nil {
			return err
		}
		one := versionView{Head: h, By: names[h.PublishedBy]}
		if o, was := overrides[h.Hash]; was {
			one.Override = &o
		}
		v.History = append(v.History, one)
	}
	return c.Page(w.pages, "policy", v)
}

func tree(n gate.Node, labels map[string]string) node {
	if r := n.Requirement; r != nil {
		return node{Requirement: r, Label: labels[r.Key()], Within: int(r.Within.Hours() / 24), Grace: int(r.Grace.Hours() / 24), Mark: r.Mark, Current: r.Current}
	}
	out := node{Any: len(n.Any) > 0}
	for _, child := range append(n.All, n.Any...) {
		out.Children = append(out.Children, tree(child, labels))
	}
	return out
}

// requirementsOf are all requirements that a policy names.
func requirementsOf(p *gate.Policy) []gate.Requirement {
	var all []gate.Requirement
	var walk func(gate.Node)
	walk = func(n gate.Node) {
		if n.Requirement != nil {
			all = append(all, *n.Requirement)
		}
		for _, child := range append(n.All, n.Any...) {
			walk(child)
		}
	}
	for _, rule := range p.Levels {
		walk(rule.Require)
	}
	return all
}

// labels are requirements in words by key, with the titles of courses and exams.
func (w *Wing) labels(c *page.Ctx, requirements []gate.Requirement) (map[string]string, error) {
	reasons := make([]gate.Reason, len(requirements))
	for i, r := range requirements {
		reasons[i] = gate.Reason{Requirement: r.Key(), Key: "review.step_" + string(r.Kind)}
		if r.Ref != "" {
			reasons[i].Args = []any{string(r.Kind), r.Ref}
		}
	}
	titled, err := w.keeper.Titled(c.Context(), reasons, c.Lang)
	if err != nil {
		return nil, err
	}
	words := map[string]string{}
	for _, r := range titled {
		words[r.Requirement] = c.T(r.Key, r.Args...)
	}
	return words, nil
}
