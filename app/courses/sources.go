package courses

import (
	"cmp"
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/store"
)

// SourcesPath is the document of everything that lessons cite.
const SourcesPath = "content/sources.yaml"

// SourceView is one source as the page of sources shows it.
type SourceView struct {
	Name    string // what lessons cite it by
	Cite    markdown.HTML
	Caveat  markdown.HTML // what to bear in mind, "" for nothing
	Lessons []LessonLink  // that cite it, as they come on the path
}

// Sources are all sources in the order of their document.
func (l *Library) Sources(ctx context.Context, lang locale.Lang) ([]SourceView, error) {
	var o *outline
	err := l.db.Read(ctx, func(rx *store.Rx) (err error) {
		o, err = l.outlineIn(rx)
		return err
	})
	if err != nil {
		return nil, err
	}
	citing := map[string][]LessonLink{}
	for _, c := range o.courses {
		for _, le := range c.lessons {
			for _, name := range markdown.UndefinedNotes([]byte(le.doc.Sources[le.doc.Lang])) {
				citing[name] = append(citing[name], le.link(progress{}, lang))
			}
		}
	}
	var all []SourceView
	for _, s := range o.sources {
		all = append(all, SourceView{Name: s.name, Cite: l.markdown.Inline(s.cite[lang], o.vars[lang]), Caveat: l.markdown.Inline(s.caveat[lang], o.vars[lang]), Lessons: citing[s.name]})
	}
	return all, nil
}

// citable is one entry of the document, in markdown of one line.
type citable struct {
	name         string
	line         int // of its document
	cite, caveat map[locale.Lang]string
}

// notes are the texts of the footnotes that stand for sources, each with the way to its place on the page of all.
func notes(sources []citable, lang locale.Lang) map[string]string {
	texts := map[string]string{}
	for _, s := range sources {
		texts[s.name] = "[" + s.cite[lang] + "](" + SourceURL(s.name) + ")"
		if caveat := s.caveat[lang]; caveat != "" {
			texts[s.name] += stop[lang] + caveat
		}
	}
	return texts
}

// stop ends a sentence.
var stop = map[locale.Lang]string{locale.Hant: "。", locale.Hans: "。", locale.En: ". "}

// SourceURL is where the web shows a source among all.
func SourceURL(name string) string { return "/sources#source-" + name }

// blockStart is what would make more of a line than words.
var blockStart = regexp.MustCompile(`^\s*(#|>|[-+*] |[0-9]+[.)] |\||~~~)`)

var sourceName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// parseSources reads the document; one that is not there has no sources.
func parseSources(d documents.Doc) (sources []citable, problems fault.Problems) {
	text, _ := d.Text(d.Lang)
	var file struct {
		Title   string    `yaml:"title"`
		Sources yaml.Node `yaml:"sources"`
	}
	problems = markdown.YAML([]byte(text), &file, d.Path, 1)
	if len(problems) > 0 || file.Sources.IsZero() {
		return nil, problems
	}
	if file.Sources.Kind != yaml.MappingNode {
		problems.Add(d.Path, file.Sources.Line, "sources", "courses.sources_shape")
		return nil, problems
	}
	for i := 0; i < len(file.Sources.Content); i += 2 {
		name, entry := file.Sources.Content[i], file.Sources.Content[i+1]
		if !sourceName.MatchString(name.Value) {
			problems.Add(d.Path, name.Line, name.Value, "courses.source_name", "name", name.Value)
		}
		if slices.ContainsFunc(sources, func(s citable) bool { return s.name == name.Value }) {
			problems.Add(d.Path, name.Line, name.Value, "markdown.yaml_twice", "field", name.Value)
		}
		s := citable{name: name.Value, line: name.Line}
		if entry.Kind != yaml.MappingNode {
			problems.Add(d.Path, name.Line, name.Value, "courses.sources_shape")
			continue
		}
		seen := map[string]bool{}
		for j := 0; j+1 < len(entry.Content); j += 2 {
			field, value := entry.Content[j], entry.Content[j+1]
			texts, without := markdown.Texts(value)
			if seen[field.Value] {
				problems.Add(d.Path, field.Line, name.Value, "markdown.yaml_twice", "field", field.Value)
			}
			seen[field.Value] = true
			switch field.Value {
			case "cite":
				s.cite = texts
			case "caveat":
				s.caveat = texts
			default:
				problems.Add(d.Path, field.Line, name.Value, "markdown.yaml_unknown", "field", field.Value)
				continue
			}
			for _, lang := range without {
				problems.Add(d.Path, value.Line, name.Value, "courses.company_language", "name", name.Value+"."+field.Value, "lang", string(lang))
			}
		}
		if s.cite == nil {
			problems.Add(d.Path, name.Line, name.Value, "courses.source_cite", "name", name.Value)
		}
		sources = append(sources, s)
	}
	return sources, problems
}

// lintSources is the shelf's check of the sources: they read, they can be shown, and none is gone that a lesson cites.
func (l *Library) lintSources(ctx context.Context, d documents.Doc) (fault.Problems, error) {
	sources, problems := parseSources(d)
	if len(problems) > 0 {
		return problems, nil
	}
	vars, err := l.VarsNow(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range sources {
		for _, lang := range locale.Langs() {
			if strings.ContainsAny(s.cite[lang], "[]`\\") || blockStart.MatchString(s.cite[lang]) {
				problems.Add(d.Path, s.line, s.name, "courses.source_plain", "name", s.name)
			}
			for _, src := range []string{s.cite[lang], s.caveat[lang]} {
				_, bad := l.markdown.Render([]byte(src), markdown.Options{Vars: vars[lang], Lang: lang, File: d.Path, Line: s.line})
				problems = append(problems, bad...)
			}
		}
	}
	lost, err := l.lost(ctx, d, sources)
	return append(problems, lost...), err
}

// lost are the sources of the published document that the new one lacks although a lesson cites them. A lesson that
// changes along with the document is judged as it will be.
func (l *Library) lost(ctx context.Context, d documents.Doc, sources []citable) (problems fault.Problems, err error) {
	had := map[string]bool{}
	published, err := l.sourcesNow(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range published {
		had[s.name] = true
	}
	for _, s := range sources {
		delete(had, s.name)
	}
	if len(had) == 0 {
		return nil, nil
	}
	heads, err := l.shelf.Heads(ctx, documents.Lesson)
	if err != nil {
		return nil, err
	}
	citing := map[string]string{}
	for _, h := range heads {
		lesson, err := l.shelf.Doc(ctx, h.Path)
		if err != nil {
			return nil, err
		}
		if n := slices.IndexFunc(d.Beside, func(other documents.Doc) bool { return other.Path == h.Path }); n >= 0 {
			lesson = d.Beside[n]
		}
		for _, text := range lesson.Sources {
			for _, name := range markdown.UndefinedNotes([]byte(text)) {
				if had[name] {
					citing[name] = cmp.Or(citing[name], h.Path)
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(citing)) {
		problems.Add(d.Path, 0, name, "courses.source_cited", "name", name, "lesson", citing[name])
	}
	return problems, nil
}

// sourcesNow are the sources as published.
func (l *Library) sourcesNow(ctx context.Context) (sources []citable, err error) {
	err = l.db.Read(ctx, func(rx *store.Rx) error {
		d, err := l.documentIn(rx, SourcesPath)
		sources, _ = parseSources(d)
		return err
	})
	return sources, err
}
