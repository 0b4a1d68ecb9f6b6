package courses

import (
	"context"
	"maps"
	"slices"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
)

// Preview is how a lesson, a course's introduction or the pledge would look with that text in that language,
// by the renderer that shows it to readers, and everything its lint has to say. The other languages are the
// actor's draft, or else what is published.
func (l *Library) Preview(ctx context.Context, actor people.Person, p string, lang locale.Lang, text string) (LessonView, fault.Problems, error) {
	d, err := l.shelf.Draft(ctx, actor, p)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return LessonView{}, nil, err
	}
	if err != nil {
		kind, _ := documents.KindOf(p)
		d = documents.Doc{Head: documents.Head{Path: p, Kind: kind, Lang: lang}}
	}
	texts := map[locale.Lang]string{}
	maps.Copy(texts, d.Sources)
	texts[lang] = text
	d.Sources = texts

	problems, err := l.shelf.Lint(ctx, d)
	if err != nil {
		return LessonView{}, nil, err
	}
	vars, err := l.VarsNow(ctx)
	if err != nil {
		return LessonView{}, nil, err
	}
	sources, err := l.sourcesNow(ctx)
	if err != nil {
		return LessonView{}, nil, err
	}
	problems = slices.DeleteFunc(problems, func(p fault.Problem) bool { return p.File != d.File(lang) })
	r, _ := l.render(vars, sources, d, lang)
	v := LessonView{Track: trackOf(p), Course: courseRef(p), Title: r.matter.Title, Objectives: r.objectives, Minutes: r.matter.Minutes,
		Headings: r.headings, Version: d.Version, Lang: r.lang, Langs: d.Langs(), State: Untouched}
	v.Ref, v.Number = lessonRef(p)
	for _, part := range r.parts {
		shown := Part{HTML: part.html}
		if part.check != nil {
			shown.Check = part.check.view(nil)
		}
		v.Parts = append(v.Parts, shown)
	}
	return v, problems, nil
}
