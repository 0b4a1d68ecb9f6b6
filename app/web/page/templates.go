package page

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
	"text/template/parse"

	"bainian/app/locale"
)

//go:embed templates/*.html templates/parts/*.html
var ownFiles embed.FS

// Templates are a wing's pages and parts in every language, parsed once.
type Templates struct {
	sets map[locale.Lang]*set
}

// set is one language: shared holds the layout, the kit's parts and the wing's; each page is a copy of that with
// its own "main" and whatever blocks of the layout it fills.
type set struct {
	shared *template.Template
	pages  map[string]*template.Template
}

// Templates parses templates/*.html: _name.html is a part, name.html the main content of the page "name", in
// which {{define "side"}} fills the rail and {{define "head"}} the head. A file in templates/parts is shared too.
// An error names a file that does not parse, a template, a message or a static file that does not exist.
func (k *Kit) Templates(files fs.FS) (*Templates, error) {
	t := &Templates{sets: map[locale.Lang]*set{}}
	for _, lang := range locale.Langs() {
		s, err := k.parse(lang, files)
		if err != nil {
			return nil, err
		}
		t.sets[lang] = s
	}
	return t, k.check(t.sets[locale.Hant])
}

// parseBase parses the layout and the kit's parts.
func (k *Kit) parseBase() (map[locale.Lang]*template.Template, error) {
	base := map[locale.Lang]*template.Template{}
	for _, lang := range locale.Langs() {
		t := template.New("").Funcs(k.funcs(lang))
		for _, pattern := range []string{"templates/layout.html", "templates/parts/*.html"} {
			if err := parseNamed(t, ownFiles, pattern); err != nil {
				return nil, err
			}
		}
		base[lang] = t
	}
	return base, nil
}

// parseNamed adds each file as a template of its own name, without folder, underscore and extension.
func parseNamed(t *template.Template, files fs.FS, pattern string) error {
	names, err := fs.Glob(files, pattern)
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if _, err := t.New(stem(name)).Parse(string(text)); err != nil {
			return fmt.Errorf("page: %s: %w", name, err)
		}
	}
	return nil
}

func stem(name string) string {
	return strings.TrimPrefix(strings.TrimSuffix(path.Base(name), ".html"), "_")
}

func (k *Kit) parse(lang locale.Lang, files fs.FS) (*set, error) {
	shared, err := k.base[lang].Clone()
	if err != nil {
		return nil, err
	}
	if err := parseNamed(shared, files, "templates/_*.html"); err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "templates/[^_]*.html")
	if err != nil {
		return nil, err
	}
	s := &set{shared: shared, pages: map[string]*template.Template{}}
	for _, name := range names {
		if stem(name) == "layout" {
			continue
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		page, err := shared.Clone()
		if err != nil {
			return nil, err
		}
		if _, err := page.New("main").Parse(string(text)); err != nil {
			return nil, fmt.Errorf("page: %s: %w", name, err)
		}
		s.pages[stem(name)] = page.Lookup("layout")
	}
	return s, nil
}

// check walks all templates for names that lead nowhere; the languages have the same templates.
func (k *Kit) check(s *set) error {
	if err := k.checkSet("parts", s.shared, true); err != nil {
		return err
	}
	for name, page := range s.pages {
		if err := k.checkSet(name, page, false); err != nil {
			return err
		}
	}
	return nil
}

// checkSet looks at one set; among the shared templates only the layout may name what a page will define.
func (k *Kit) checkSet(name string, t *template.Template, shared bool) error {
	for _, one := range t.Templates() {
		if one.Tree == nil || shared && one.Name() == "layout" {
			continue
		}
		w := walker{kit: k, set: t}
		w.node(one.Tree.Root)
		if w.wrong != "" {
			return fmt.Errorf("page: template %s in %s: %s", one.Name(), name, w.wrong)
		}
	}
	return nil
}

// walker finds the first constant name in a template that leads nowhere.
type walker struct {
	kit   *Kit
	set   *template.Template
	wrong string
}

func (w *walker) node(n parse.Node) {
	if w.wrong != "" {
		return
	}
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, child := range n.Nodes {
				w.node(child)
			}
		}
	case *parse.ActionNode:
		w.pipe(n.Pipe)
	case *parse.IfNode:
		w.branch(&n.BranchNode)
	case *parse.RangeNode:
		w.branch(&n.BranchNode)
	case *parse.WithNode:
		w.branch(&n.BranchNode)
	case *parse.TemplateNode:
		if w.set.Lookup(n.Name) == nil {
			w.wrong = fmt.Sprintf("there is no template %q", n.Name)
		}
		w.pipe(n.Pipe)
	case *parse.PipeNode:
		w.pipe(n)
	}
}

func (w *walker) branch(b *parse.BranchNode) {
	w.pipe(b.Pipe)
	w.node(b.List)
	w.node(b.ElseList)
}

func (w *walker) pipe(p *parse.PipeNode) {
	if p == nil {
		return
	}
	for _, cmd := range p.Cmds {
		for _, arg := range cmd.Args {
			w.node(arg)
		}
		if len(cmd.Args) < 2 {
			continue
		}
		f, isFunc := cmd.Args[0].(*parse.IdentifierNode)
		name, isText := cmd.Args[1].(*parse.StringNode)
		if isFunc && isText {
			w.call(f.Ident, name.Text)
		}
	}
}

func (w *walker) call(function, name string) {
	switch function {
	case "t":
		for _, lang := range locale.Langs() {
			if !w.kit.Catalog.Has(lang, name) {
				w.wrong = fmt.Sprintf("there is no message %q in %s", name, lang)
			}
		}
	case "static":
		if _, err := w.kit.static.path(name); err != nil {
			w.wrong = err.Error()
		}
	case "icon":
		if _, err := icon(name); err != nil {
			w.wrong = err.Error()
		}
	}
}
