package page

import (
	"fmt"
	"html/template"
	"text/template/parse"

	"bainian/app/locale"
)

// settle works out at boot what is already certain in a set of templates. A template, message, static file or
// icon that does not exist is an error; a call with nothing but a constant name, such as {{t "page.brand"}}, is
// replaced by what it gives, so that no request pays for it. Such text is written as HTML, and therefore belongs
// in text or between an attribute's quotes; nothing inline is allowed where else it could stand.
func (k *Kit) settle(lang locale.Lang, set *template.Template) error {
	for _, t := range set.Templates() {
		if t.Tree == nil {
			continue
		}
		s := settler{kit: k, lang: lang, set: set}
		s.list(t.Tree.Root)
		if s.err != nil {
			return fmt.Errorf("page: template %s: %w", t.Name(), s.err)
		}
	}
	return nil
}

// settler walks one template and keeps the first thing that is wrong.
type settler struct {
	kit  *Kit
	lang locale.Lang
	set  *template.Template
	err  error
}

func (s *settler) list(l *parse.ListNode) {
	if l == nil {
		return
	}
	for i, n := range l.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			s.pipe(n.Pipe)
			if text, ok := s.certain(n.Pipe); ok {
				l.Nodes[i] = &parse.TextNode{NodeType: parse.NodeText, Pos: n.Pos, Text: []byte(text)}
			}
		case *parse.IfNode:
			s.branch(&n.BranchNode)
		case *parse.RangeNode:
			s.branch(&n.BranchNode)
		case *parse.WithNode:
			s.branch(&n.BranchNode)
		case *parse.TemplateNode:
			if s.set.Lookup(n.Name) == nil {
				s.wrong(fmt.Errorf("there is no template %q", n.Name))
			}
			s.pipe(n.Pipe)
		}
	}
}

func (s *settler) branch(b *parse.BranchNode) {
	s.pipe(b.Pipe)
	s.list(b.List)
	s.list(b.ElseList)
}

// pipe looks at every call in a pipeline, also in parentheses.
func (s *settler) pipe(p *parse.PipeNode) {
	if p == nil {
		return
	}
	for _, cmd := range p.Cmds {
		for _, arg := range cmd.Args {
			if inner, ok := arg.(*parse.PipeNode); ok {
				s.pipe(inner)
			}
		}
		if function, name, ok := constant(cmd); ok {
			s.call(function, name)
		}
	}
}

// certain is what a whole action gives, when it is one call with a constant name.
func (s *settler) certain(p *parse.PipeNode) (string, bool) {
	if len(p.Decl) > 0 || len(p.Cmds) != 1 || len(p.Cmds[0].Args) != 2 {
		return "", false
	}
	function, name, ok := constant(p.Cmds[0])
	if !ok {
		return "", false
	}
	return s.call(function, name)
}

// constant is the function and the name of a call whose first argument is a constant text.
func constant(cmd *parse.CommandNode) (function, name string, ok bool) {
	if len(cmd.Args) < 2 {
		return "", "", false
	}
	f, isFunction := cmd.Args[0].(*parse.IdentifierNode)
	text, isText := cmd.Args[1].(*parse.StringNode)
	if !isFunction || !isText {
		return "", "", false
	}
	return f.Ident, text.Text, true
}

// call is what one of the functions with a name gives for it, as HTML.
func (s *settler) call(function, name string) (string, bool) {
	switch function {
	case "t":
		if !s.kit.Catalog.Has(s.lang, name) {
			s.wrong(fmt.Errorf("there is no message %q in %s", name, s.lang))
		}
		return template.HTMLEscapeString(s.kit.Catalog.T(s.lang, name)), true
	case "static":
		address, err := s.kit.static.path(name)
		s.wrong(err)
		return address, true
	case "icon":
		drawing, err := icon(name)
		s.wrong(err)
		return string(drawing), true
	}
	return "", false
}

func (s *settler) wrong(err error) {
	if s.err == nil {
		s.err = err
	}
}
