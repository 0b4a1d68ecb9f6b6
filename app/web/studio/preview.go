package studio

import (
	"maps"
	"slices"

	"bainian/app/courses"
	"bainian/app/documents"
	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/questions"
	"bainian/app/web/page"
)

// preview is how a text will look to those it is for, and everything its lint has to say.
type preview struct {
	Lang     locale.Lang
	Lesson   *courses.LessonView // of a lesson, a course's introduction or the pledge
	Items    []item              // of a bank
	LeftOut  int                 // items that cannot be read yet
	Exam     *examPreview
	Plain    bool           // nothing to see but the text
	Problems fault.Problems // of this text, with lines
	Others   []otherFile    // of the document's other texts
}

// otherFile are the problems of another language of the same document.
type otherFile struct {
	Lang     locale.Lang
	File     string
	Problems fault.Problems
}

// examPreview is an exam as its candidates meet it.
type examPreview struct {
	*exams.Blueprint
	At       string // page of the document
	Title    string
	Notice   markdown.HTML
	Sections []sectionPreview
	Guess    int // thousandths of the points that answering at random earns on average
	Told     exams.Notice
}

type sectionPreview struct {
	Title string
	Count int
	Pass  int // thousandths; 0 is no bar of its own
	Guess int // as that of the whole exam
}

// previewOf renders the document d with that text in one language.
func (w *Wing) previewOf(c *page.Ctx, d documents.Doc, lang locale.Lang, text string) (preview, error) {
	d = withText(d, lang, text)
	v := preview{Lang: lang}
	switch d.Kind {
	case documents.Lesson, documents.Course, documents.Pledge:
		lesson, problems, err := w.library.Preview(c.Context(), c.Person, d.Path, lang, text)
		v.Lesson, v.Problems = &lesson, problems
		return v, err
	}
	problems, err := w.shelf.Lint(c.Context(), d)
	if err != nil {
		return v, err
	}
	v.sort(d, problems)
	switch d.Kind {
	case documents.Bank:
		v.Items, v.LeftOut = w.bankPreview(d, lang)
	case documents.Exam:
		if v.Exam, err = w.examPreview(c, d, lang); err != nil {
			return v, err
		}
	default:
		v.Plain = true
	}
	return v, nil
}

func withText(d documents.Doc, lang locale.Lang, text string) documents.Doc {
	sources := map[locale.Lang]string{}
	maps.Copy(sources, d.Sources)
	sources[lang] = text
	d.Sources = sources
	return d
}

// sort puts the problems of the text that is open before those of its translations.
func (v *preview) sort(d documents.Doc, problems fault.Problems) {
	for _, p := range problems {
		if p.File == d.File(v.Lang) || p.File == "" {
			v.Problems = append(v.Problems, p)
			continue
		}
		_, lang := documents.Split(p.File)
		if lang == "" {
			lang = d.Lang
		}
		i := slices.IndexFunc(v.Others, func(o otherFile) bool { return o.File == p.File })
		if i < 0 {
			i, v.Others = len(v.Others), append(v.Others, otherFile{Lang: lang, File: p.File})
		}
		v.Others[i].Problems = append(v.Others[i].Problems, p)
	}
}

// fileOf is a document's text in one language as questions reads it.
func fileOf(d documents.Doc, lang locale.Lang) questions.File {
	return questions.File{Name: d.File(lang), Lang: lang, Source: []byte(d.Sources[lang])}
}

// bankPreview are the items of a bank that can be read already, in the words of lang, and how many cannot.
func (w *Wing) bankPreview(d documents.Doc, lang locale.Lang) (items []item, leftOut int) {
	texts := []questions.File{fileOf(d, d.Lang)}
	if lang != d.Lang {
		texts = append(texts, fileOf(d, lang))
	}
	for _, t := range texts {
		if len(markdown.Bounds(t.Source, t.Name, 1)) > 0 { // item by item it would be as much
			return nil, 0
		}
	}
	bank, leftOut := readable(texts)
	if bank == nil {
		return nil, leftOut
	}
	for _, i := range bank.Items {
		items = append(items, w.itemOf(i, lang))
	}
	return items, leftOut
}

func (w *Wing) examPreview(c *page.Ctx, d documents.Doc, lang locale.Lang) (*examPreview, error) {
	texts := []questions.File{fileOf(d, d.Lang)}
	if lang != d.Lang {
		texts = append(texts, fileOf(d, lang))
	}
	b, _ := exams.ParseBlueprint(texts[0], texts[1:]...)
	if b == nil {
		return nil, nil
	}
	all, guess, err := w.room.GuessShares(c.Context(), b)
	if err != nil {
		return nil, err
	}
	v := &examPreview{Blueprint: b, At: address(d.Path), Title: b.Title[lang], Notice: w.block(b.NoticeIn(lang), lang), Guess: all}
	if v.Told, err = w.room.NoticeOf(c.Context(), b.Integrity, lang); err != nil {
		return nil, err
	}
	for i, s := range b.Sections {
		n := 0
		for _, draw := range s.Draws {
			n += draw.Count
		}
		v.Sections = append(v.Sections, sectionPreview{s.TitleIn(lang, b.Lang), n, s.Pass, guess[i]})
	}
	return v, nil
}
