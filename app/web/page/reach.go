package page

import (
	"html/template"
	"slices"
	"text/template/parse"
)

// reachable is a set of only those templates that the roots need. A page is parsed among all parts of the kit and its
// wing, and would otherwise keep a copy of every one of them for good, in each language.
func reachable(from *template.Template, funcs template.FuncMap, roots ...string) (*template.Template, error) {
	out := template.New("").Funcs(funcs)
	names := slices.Clone(roots)
	for i := 0; i < len(names); i++ {
		t := from.Lookup(names[i])
		if t == nil || t.Tree == nil || out.Lookup(names[i]) != nil {
			continue
		}
		if _, err := out.AddParseTree(names[i], t.Tree); err != nil {
			return nil, err
		}
		names = append(names, called(t.Tree.Root, nil)...)
	}
	return out, nil
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
