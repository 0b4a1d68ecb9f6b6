package exams

import (
	"context"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"bainian/app/courses"
	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/markdown"
	"bainian/app/questions"
)

// lintBank is the shelf's check of a bank: it reads, its words can be shown, the lessons it sends people to are
// there, and the published exams can still be dealt.
func (r *Room) lintBank(ctx context.Context, doc documents.Doc) (fault.Problems, error) {
	b, problems := parseBank(doc)
	unshown, err := r.lintWords(ctx, doc)
	if err != nil {
		return nil, err
	}
	problems = append(problems, unshown...)
	if b == nil {
		return problems, nil
	}
	lintRows(doc, b, &problems)
	lessons, err := r.library.LessonRefs(ctx)
	if err != nil {
		return nil, err
	}
	for _, i := range b.Items {
		if i.Lesson != "" && !lessons[i.Lesson] {
			problems.Add(doc.Path, i.Line, i.ID, "exams.lesson_unknown", "lesson", i.Lesson)
		}
	}
	if len(problems) > 0 {
		return problems, nil
	}
	return r.undealable(ctx, doc, b)
}

// lintExam is the shelf's check of an exam: it reads, its words can be shown, track and lessons are there, and
// the banks of now can deal it.
func (r *Room) lintExam(ctx context.Context, doc documents.Doc) (fault.Problems, error) {
	banks, err := r.publishedBanks(ctx)
	if err != nil {
		return nil, err
	}
	return r.lintExamWith(ctx, doc, banks)
}

func (r *Room) lintExamWith(ctx context.Context, doc documents.Doc, banks map[string]*questions.Bank) (fault.Problems, error) {
	b, problems := parseExam(doc)
	unshown, err := r.lintWords(ctx, doc)
	if err != nil {
		return nil, err
	}
	problems = append(problems, unshown...)
	lessons, err := r.library.LessonRefs(ctx)
	if err != nil {
		return nil, err
	}
	base, _ := files(doc)
	if fields, _, _ := questions.FrontMatter(base); fields != nil {
		lintRefs(base.Name, fields, lessons, &problems)
		if err := r.lintAfter(ctx, doc, fields, &problems); err != nil {
			return nil, err
		}
	}
	if len(problems) > 0 {
		return problems, nil
	}
	lintTitles(doc, b, &problems)
	return append(problems, b.Lint(banks)...), nil
}

// lintRefs looks for the track and the lessons that an exam names.
func lintRefs(file string, fields *yaml.Node, lessons map[string]bool, problems *fault.Problems) {
	if v, _ := member(fields, "track"); v != nil && v.Value != "" && !slices.Contains(courses.Tracks(), v.Value) {
		problems.Add(file, v.Line, "", "exams.track_unknown", "track", v.Value, "known", strings.Join(courses.Tracks(), ", "))
	}
	if v, _ := member(fields, "reread"); v != nil {
		for _, ref := range v.Content {
			if ref.Value != "" && !lessons[ref.Value] {
				problems.Add(file, ref.Line, "", "exams.lesson_unknown", "lesson", ref.Value)
			}
		}
	}
}

// lintAfter looks for the exams that an exam comes after, published or about to be, and for a way from them back to it:
// then each would wait for the other.
func (r *Room) lintAfter(ctx context.Context, doc documents.Doc, fields *yaml.Node, problems *fault.Problems) error {
	v, _ := member(fields, "after")
	if v == nil {
		return nil
	}
	published, err := r.Exams(ctx)
	if err != nil {
		return err
	}
	after := map[string][]string{}
	for _, b := range published {
		after[b.Slug] = b.After
	}
	for _, other := range doc.Beside {
		if other.Kind == documents.Exam {
			if b, _ := parseExam(other); b != nil {
				after[b.Slug] = b.After
			}
		}
	}
	self := idOf(doc.Path)
	var leadsBack func(from string, seen map[string]bool) bool
	leadsBack = func(from string, seen map[string]bool) bool {
		if from == self || seen[from] {
			return from == self
		}
		seen[from] = true
		return slices.ContainsFunc(after[from], func(next string) bool { return leadsBack(next, seen) })
	}
	for n, exam := range v.Content {
		_, known := after[exam.Value]
		switch {
		case exam.Value == "":
		case slices.ContainsFunc(v.Content[:n], func(other *yaml.Node) bool { return other.Value == exam.Value }):
			problems.Add(doc.Path, exam.Line, "", "exams.blueprint_twice", "name", exam.Value)
		case leadsBack(exam.Value, map[string]bool{}):
			problems.Add(doc.Path, exam.Line, "", "exams.after_circle", "exam", exam.Value)
		case !known:
			problems.Add(doc.Path, exam.Line, "", "exams.after_unknown", "exam", exam.Value)
		}
	}
	return nil
}

// lintWords shows every file of a document once, whole, so that what cannot be shown is reported on its line.
func (r *Room) lintWords(ctx context.Context, doc documents.Doc) (problems fault.Problems, err error) {
	vars, err := r.library.VarsNow(ctx)
	if err != nil {
		return nil, err
	}
	for _, lang := range doc.Langs() {
		o := r.options(voice{lang, vars[lang]})
		o.File = doc.File(lang)
		var front yaml.Node // its problems are those of the parsing
		var body []byte
		body, o.Line, _ = markdown.FrontMatter([]byte(doc.Sources[lang]), &front, o.File)
		_, bad := r.md.Render(body, o)
		for _, p := range bad {
			if isImage(p) {
				p.Key = "exams.drawing_missing" // what markdown says is about courses
			}
			problems = append(problems, p)
		}
	}
	return problems, nil
}

func isImage(p fault.Problem) bool {
	return p.Key == "markdown.image_missing" || p.Key == "markdown.image_outside"
}

// lintRows looks for what the parts of an item cannot hold: a drawing in one line of words, and a variable in
// a key, which must say the same for ever.
func lintRows(doc documents.Doc, b *questions.Bank, problems *fault.Problems) {
	for _, i := range b.Items {
		keys := slices.Clone(i.Keys)
		for _, gap := range i.Gaps {
			keys = append(keys, gap.Keys...)
		}
		for _, key := range keys {
			if strings.Contains(key.Text, "{{") {
				file, line := find(doc, key.Text)
				problems.Add(file, line, i.ID, "exams.key_variable", "key", key.Text)
			}
		}
		var texts []questions.Text
		for _, lang := range doc.Langs() {
			texts = append(texts, i.Text[lang])
			for _, v := range i.Variants {
				texts = append(texts, v.Text[lang])
			}
		}
		for _, t := range texts {
			for _, row := range slices.Concat(t.Choices, t.Rights, t.Feedback) {
				if strings.Contains(row, "![") {
					file, line := find(doc, row)
					problems.Add(file, line, i.ID, "exams.drawing_place")
				}
			}
		}
	}
}

// lintTitles looks for variables in titles, which lists and receipts quote as they stand.
func lintTitles(doc documents.Doc, b *Blueprint, problems *fault.Problems) {
	for _, lang := range doc.Langs() {
		titles := []string{b.Title[lang]}
		for _, s := range b.Sections {
			titles = append(titles, s.Title[lang])
		}
		for _, title := range titles {
			if strings.Contains(title, "{{") {
				file, line := find(doc, title)
				problems.Add(file, line, "", "exams.title_variable", "title", title)
			}
		}
	}
}

// find is the file of a document and the line where a text begins.
func find(doc documents.Doc, text string) (file string, line int) {
	first, _, _ := strings.Cut(text, "\n")
	for _, lang := range doc.Langs() {
		if before, _, ok := strings.Cut(doc.Sources[lang], first); ok {
			return doc.File(lang), 1 + strings.Count(before, "\n")
		}
	}
	return doc.Path, 0
}
