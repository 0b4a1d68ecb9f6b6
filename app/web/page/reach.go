package page

import (
	"html/template"
	"slices"
	"text/template/parse"
)

// reachable is a set of only those templates that the roots need, each from the first set that has it. A page with a copy
// of every part of the kit and its wing, in each language, would cost most of the start, and its memory for good.
func reachable(funcs template.FuncMap, roots []string, from ...*template.Template) (*template.Template, error) {
	out := template.New("").Funcs(funcs)
	names := slices.Clone(roots)
	for i := 0; i < len(names); i++ {
		if out.Lookup(names[i]) != nil {
			continue
		}
		for _, set := range from {
			t := set.Lookup(names[i])
			if t == nil || t.Tree == nil {
				continue
			}
			if _, err := out.AddParseTree(names[i], t.Tree.Copy()); err != nil {
				return nil, err
			}
			names = append(names, called(t.Tree.Root, nil)...)
			break
		}
	}
	return out, nil
}

// roots are the templates of a page: those that the layout asks for, and whatever else its file defines, which is held to
// be right, too.
func roots(page *template.Template) (names []string) {
	for _, t := range page.Templates() {
		names = append(names, t.Name())
	}
	return append(names, "head", "side")
}

// called are the names of the templates that a list of nodes calls.
func called(l *parse.ListNode, names []string) []string {
	if l == nil {
		return names
	}
	for _, n := range l.Nodes {
		switch n := n.(type) {
		case *parse.TemplateNode:
			names = append(names, n.Name)
		case *parse.IfNode:
			names = called(n.ElseList, called(n.List, names))
		case *parse.RangeNode:
			names = called(n.ElseList, called(n.List, names))
		case *parse.WithNode:
			names = called(n.ElseList, called(n.List, names))
		}
	}
	return names
}
