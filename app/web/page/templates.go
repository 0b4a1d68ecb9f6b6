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
	return t, nil
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
		if err := k.settle(lang, t); err != nil {
			return nil, err
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
	if err := k.settle(lang, shared); err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "templates/[^_]*.html")
	if err != nil {
		return nil, err
	}
	s := &set{shared: shared, pages: map[string]*template.Template{}}
	for _, name := range names {
		if name == "templates/layout.html" {
			continue // the kit's own: what pages are put into
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
		if err := k.settle(lang, page); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if s.pages[stem(name)], err = reachable(page, "layout", k.funcs(lang)); err != nil {
			return nil, fmt.Errorf("page: %s: %w", name, err)
		}
	}
	return s, nil
}
