package courses

import (
	"context"
	"regexp"
	"slices"

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
			for _, name := range cited(le.doc) {
				citing[name] = append(citing[name], le.link(progress{}, lang))
			}
		}
	}
	var all []SourceView
	for _, s := range o.sources {
		shown := func(text map[locale.Lang]string) markdown.HTML { return l.markdown.Inline(text[lang], o.vars[lang]) }
		all = append(all, SourceView{Name: s.name, Cite: shown(s.cite), Caveat: shown(s.caveat), Lessons: citing[s.name]})
	}
	return all, nil
}

// cited are the names of the sources that a lesson cites in any of its languages, each once.
func cited(lesson documents.Doc) (names []string) {
	for _, lang := range lesson.Langs() {
		for _, name := range markdown.UndefinedNotes([]byte(lesson.Sources[lang])) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
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
		if entry.Kind != yaml.MappingNode {
			problems.Add(d.Path, name.Line, name.Value, "courses.sources_shape")
			continue
		}
		s := citable{name: name.Value, line: name.Line}
		problems = append(problems, s.read(d.Path, entry)...)
		sources = append(sources, s)
	}
	return sources, problems
}

// read takes the fields of an entry.
func (s *citable) read(file string, entry *yaml.Node) (problems fault.Problems) {
	seen := map[string]bool{}
	for i := 0; i+1 < len(entry.Content); i += 2 {
		field, value := entry.Content[i], entry.Content[i+1]
		if seen[field.Value] {
			problems.Add(file, field.Line, s.name, "markdown.yaml_twice", "field", field.Value)
		}
		seen[field.Value] = true
		texts, without := markdown.Texts(value)
		switch field.Value {
		case "cite":
			s.cite = texts
		case "caveat":
			s.caveat = texts
		default:
			problems.Add(file, field.Line, s.name, "markdown.yaml_unknown", "field", field.Value)
			continue
		}
		for _, lang := range without {
			problems.Add(file, value.Line, s.name, "courses.company_language", "name", s.name+"."+field.Value, "lang", string(lang))
		}
	}
	if s.cite == nil {
		problems.Add(file, s.line, s.name, "courses.source_cite", "name", s.name)
	}
	return problems
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
