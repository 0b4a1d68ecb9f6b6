package page

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"

	"bainian/app/locale"
)

//go:embed templates/*.html templates/parts/*.html
var ownFiles embed.FS

// Templates are a wing's pages and parts in every language, parsed once.
type Templates struct {
	sets map[locale.Lang]*set
}

// set is one language: shared holds the kit's parts and the wing's.
type set struct {
	shared *template.Template
	pages  map[string]*content
}

// content is what a page puts into the layout; head and side are nil when it has none.
type content struct{ head, side, main *template.Template }

func (c *content) in(s slot) *template.Template {
	switch s {
	case headSlot:
		return c.head
	case sideSlot:
		return c.side
	}
	return c.main
}

// Templates parses templates/*.html: _name.html is a part, name.html the main content of the page "name", in
// which {{define "side"}} fills the rail and {{define "head"}} the head. A file in templates/parts is shared too.
// The parts of others can be had too, which several wings share. An error names a file that does not parse, a template, a
// message or a static file that does not exist.
func (k *Kit) Templates(files fs.FS, others ...fs.FS) (*Templates, error) {
	t := &Templates{sets: map[locale.Lang]*set{}}
	for _, lang := range locale.Langs() {
		s, err := k.parse(lang, files, others...)
		if err != nil {
			return nil, err
		}
		t.sets[lang] = s
	}
	return t, nil
}

// parseBase parses the kit's parts.
func (k *Kit) parseBase() (map[locale.Lang]*template.Template, error) {
	base := map[locale.Lang]*template.Template{}
	for _, lang := range locale.Langs() {
		t := template.New("").Funcs(k.funcs(lang))
		if err := parseNamed(t, ownFiles, "templates/parts/*.html"); err != nil {
			return nil, err
		}
		if err := k.settle(lang, t); err != nil {
			return nil, err
		}
		base[lang] = t
	}
	return base, nil
}

// parseLayouts parses what pages are put into.
func (k *Kit) parseLayouts() (map[locale.Lang]*template.Template, error) {
	layouts := map[locale.Lang]*template.Template{}
	for _, lang := range locale.Langs() {
		t, err := k.base[lang].Clone()
		if err != nil {
			return nil, err
		}
		if err := parseNamed(t, ownFiles, "templates/layout.html"); err != nil {
			return nil, err
		}
		if err := k.settle(lang, t); err != nil {
			return nil, err
		}
		reached, err := reachable(k.funcs(lang), []string{"layout"}, t)
		if err != nil {
			return nil, err
		}
		layouts[lang] = reached.Lookup("layout")
	}
	return layouts, nil
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
		if t.Lookup(stem(name)) != nil {
			return fmt.Errorf("page: %s: there is a part %q already, which the kit or another folder draws with", name, stem(name))
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

func (k *Kit) parse(lang locale.Lang, files fs.FS, others ...fs.FS) (*set, error) {
	shared, err := k.base[lang].Clone()
	if err != nil {
		return nil, err
	}
	for _, parts := range append([]fs.FS{files}, others...) {
		if err := parseNamed(shared, parts, "templates/_*.html"); err != nil {
			return nil, err
		}
	}
	if err := k.settle(lang, shared); err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "templates/[^_]*.html")
	if err != nil {
		return nil, err
	}
	s := &set{shared: shared, pages: map[string]*content{}}
	for _, name := range names {
		if name == "templates/layout.html" {
			continue // the kit's own, which is not a page
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		own := template.New("").Funcs(k.funcs(lang))
		if _, err := own.New("main").Parse(string(text)); err != nil {
			return nil, fmt.Errorf("page: %s: %w", name, err)
		}
		page, err := reachable(k.funcs(lang), roots(own), own, shared)
		if err != nil {
			return nil, fmt.Errorf("page: %s: %w", name, err)
		}
		if err := k.settle(lang, page); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		s.pages[stem(name)] = &content{page.Lookup("head"), page.Lookup("side"), page.Lookup("main")}
	}
	return s, nil
}
