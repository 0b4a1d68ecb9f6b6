package courses

import (
	"cmp"
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/store"
)

// blockStart is what would make more of a line than words.
var blockStart = regexp.MustCompile(`^\s*(#|>|[-+*] |[0-9]+[.)] |\||~~~)`)

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
	var lessons []documents.Doc
	err = l.db.Read(ctx, func(rx *store.Rx) (err error) {
		lessons, err = l.shelf.DocsIn(rx, documents.Lesson)
		return err
	})
	if err != nil {
		return nil, err
	}
	citing := map[string]string{}
	for _, lesson := range lessons {
		if n := slices.IndexFunc(d.Beside, func(other documents.Doc) bool { return other.Path == lesson.Path }); n >= 0 {
			lesson = d.Beside[n]
		}
		for _, name := range cited(lesson) {
			if had[name] {
				citing[name] = cmp.Or(citing[name], lesson.Path)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(citing)) {
		problems.Add(d.Path, 0, name, "courses.source_cited", "name", name, "lesson", citing[name])
	}
	return problems, nil
}
