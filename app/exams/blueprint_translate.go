package exams

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"bainian/app/locale"
	"bainian/app/questions"
)

// translation adds the words of a translated exam file. What it repeats of the rules must say the same, so
// that no language has an exam of its own.
func (p examReader) translation(b *Blueprint, base *yaml.Node, f questions.File) {
	fields, notice, problems := questions.FrontMatter(f)
	*p.problems = append(*p.problems, problems...)
	if fields == nil {
		return
	}
	p.file = f.Name
	lang := f.Lang
	if stated, _ := member(fields, "lang"); stated != nil {
		lang = locale.Lang(p.oneOf(stated, "lang", langNames()...))
	}
	if _, twice := b.Title[lang]; twice || lang == "" {
		p.add(fields, "lang", "lang", string(lang))
		return
	}
	title, _ := member(fields, "title")
	if title == nil {
		p.add(fields, "required", "name", "title")
		return
	}
	b.Title[lang], b.Notice[lang] = p.text(title, "title"), notice
	p.sameRules(fields, base)
	ours, _ := member(fields, "sections")
	theirs, _ := member(base, "sections")
	if ours == nil || theirs == nil || len(ours.Content) != len(theirs.Content) || len(theirs.Content) != len(b.Sections) {
		p.add(fields, "drift", "name", "sections")
		return
	}
	for n, s := range ours.Content {
		if words, _ := member(s, "title"); words == nil {
			p.add(s, "required", "name", "title")
		} else {
			b.Sections[n].Title[lang] = p.text(words, "title")
		}
		p.sameRules(s, theirs.Content[n])
	}
}

// sameRules reports what a translation sets otherwise than the base file.
func (p examReader) sameRules(fields, base *yaml.Node) {
	for i := 0; fields.Kind == yaml.MappingNode && i+1 < len(fields.Content); i += 2 {
		name := fields.Content[i]
		if name.Value == "title" || name.Value == "lang" || name.Value == "sections" {
			continue
		}
		if want, _ := member(base, name.Value); want == nil || !sameNode(fields.Content[i+1], want) {
			p.add(name, "drift", "name", name.Value)
		}
	}
}

func sameNode(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || strings.TrimSpace(a.Value) != strings.TrimSpace(b.Value) || len(a.Content) != len(b.Content) {
		return false
	}
	for n := range a.Content {
		if !sameNode(a.Content[n], b.Content[n]) {
			return false
		}
	}
	return true
}
