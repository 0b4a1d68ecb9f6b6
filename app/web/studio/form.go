package studio

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"bainian/app/documents"
	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/questions"
	"bainian/app/web/page"
)

// formPage is a form that a candidate could be dealt: that of a number or a word.
type formPage struct {
	page.Base
	Ups            []up
	At             string // this page's address, without what it was asked for
	Seed           page.Field
	Word           string
	Earlier, Later string // addresses of the forms beside it, "" for none
	Shown          locale.Lang
	Tabs           []formTab
	Keys           bool
	Pinned         bool // by what a sitting has pinned, not by what is there now
	Form           exams.FormPreview
	Questions      []asked
	Err            error
}

// up is a page that this one is below.
type up struct{ At, Name string }

type formTab struct {
	Lang locale.Lang
	At   string
}

// asked is a question as it would be displayed, with its key for whoever writes exams.
type asked struct {
	exams.PreviewQuestion
	Head         string // the section's title before its first question
	Options      []askedOption
	Gaps         []askedGap
	Right        []markdown.HTML // rows in the right order, or pairs
	Accepted     string          // words or a number
	Criteria     []askedCriterion
	Asks         string // what an answer must be, in words
	ItemAt, From string // address of the bank, and which item it is
}

type askedOption struct {
	Letter        string
	HTML, Comment markdown.HTML
	Right         bool
}

type askedGap struct {
	Options []askedOption
	Right   string // to type in
}

type askedCriterion struct {
	Name, Full markdown.HTML
	Points     int
}

// maxSeed is the longest word, in runes.
const maxSeed = 60

// form shows a form of the exam in the path, with the author's draft where there is one.
func (w *Wing) form(c *page.Ctx) error {
	d, b, problems, err := w.examOf(c)
	if err != nil {
		return err
	}
	v := &formPage{Base: page.Base{Here: "/studio/banks"}, Ups: []up{{"/studio/banks", c.T("studio.banks")}, {address(d.Path), titleOf(d.Doc, c.Lang)}}, At: address(d.Path) + "/form"}
	return w.showForm(c, v, func(word string, lang locale.Lang) (exams.FormPreview, error) {
		if b == nil {
			return exams.FormPreview{}, problems
		}
		return w.room.PreviewForm(c.Context(), c.Person, b, word, lang)
	})
}

// sittingPaper shows a form of what a sitting has pinned.
func (w *Wing) sittingPaper(c *page.Ctx) error {
	d, err := w.room.Sitting(c.Context(), c.Person, c.Params("id"))
	if err != nil {
		return err
	}
	at := "/studio/sittings/" + d.ID
	v := &formPage{Base: page.Base{Here: "/studio/sittings"}, Ups: []up{{"/studio/sittings", c.T("studio.sittings")}, {at, d.TitleIn(c.Lang)}}, At: at + "/form", Pinned: true}
	return w.showForm(c, v, func(word string, lang locale.Lang) (exams.FormPreview, error) {
		return w.room.PreviewOfSitting(c.Context(), c.Person, d.ID, word, lang)
	})
}

// examOf is the exam of the path as its author has it, with what its lint has to say of its texts. It is nil while its
// own text cannot be read; translations that cannot are left out.
func (w *Wing) examOf(c *page.Ctx) (edited, *exams.Blueprint, fault.Problems, error) {
	d, err := w.editedOf(c)
	if err != nil {
		return d, nil, nil, err
	}
	if d.Kind != documents.Exam || d.Version == 0 && !d.Draft {
		return d, nil, nil, fault.New(fault.NotFound, "documents.not_found", "path", d.Path)
	}
	var translations []questions.File
	for _, lang := range d.Langs() {
		if lang != d.Lang {
			translations = append(translations, fileOf(d.Doc, lang))
		}
	}
	b, problems := exams.ParseBlueprint(fileOf(d.Doc, d.Lang), translations...)
	if b == nil {
		b, _ = exams.ParseBlueprint(fileOf(d.Doc, d.Lang))
	}
	return d, b, problems, nil
}

func (w *Wing) showForm(c *page.Ctx, v *formPage, preview func(word string, lang locale.Lang) (exams.FormPreview, error)) error {
	v.Title, v.Keys, v.Shown = c.T("studio.form"), c.Query("keys") == "yes", c.Lang
	if l := locale.Lang(c.Query("lang")); l.Valid() {
		v.Shown = l
	}
	if v.Word = strings.TrimSpace(c.Query("seed")); v.Word == "" {
		v.Word = "1"
	}
	v.Seed = page.Field{Label: c.T("studio.form_seed"), Name: "seed", Value: v.Word, Hint: c.T("studio.form_seed_hint"), Required: true}
	if utf8.RuneCountInString(v.Word) > maxSeed {
		v.Seed.Error = c.T("studio.form_seed_long", "max", maxSeed)
		return c.Page(w.pages, "form", v)
	}
	if n, err := strconv.Atoi(v.Word); err != nil {
		v.Later = v.address("1", v.Shown)
	} else {
		if n > 1 {
			v.Earlier = v.address(strconv.Itoa(n-1), v.Shown)
		}
		v.Later = v.address(strconv.Itoa(max(n, 0)+1), v.Shown)
	}
	for _, l := range locale.Langs() {
		v.Tabs = append(v.Tabs, formTab{l, v.address(v.Word, l)})
	}
	var err error
	if v.Form, err = preview(v.Word, v.Shown); err != nil {
		if !c.Refused(err) {
			return err
		}
		v.Err = err
	}
	for n, q := range v.Form.Questions {
		a := askedOf(c, q)
		if n == 0 || v.Form.Questions[n-1].Section != q.Section {
			a.Head = q.Section
		}
		v.Questions = append(v.Questions, a)
	}
	return c.Page(w.pages, "form", v)
}

// address is that of the form of a word in a language, with the keys if they are shown.
func (v *formPage) address(word string, lang locale.Lang) string {
	q := url.Values{"seed": {word}, "lang": {string(lang)}}
	if v.Keys {
		q.Set("keys", "yes")
	}
	return v.At + "?" + q.Encode()
}

func askedOf(c *page.Ctx, q exams.PreviewQuestion) asked {
	a := asked{PreviewQuestion: q, ItemAt: address(bankPath(q.Bank)), From: q.Item}
	if q.Variant != "" {
		a.From += " · " + c.T("studio.form_variant", "name", q.Variant)
	}
	for n := range q.AnswerView.Gaps {
		a.Stem = markdown.HTML(strings.ReplaceAll(string(a.Stem), fmt.Sprintf("[[%d]]", n+1), fmt.Sprintf("＿＿（%d）＿＿", n+1)))
	}
	right := q.AnswerView.Right
	for n, html := range q.Choices {
		o := askedOption{Letter: letter(n), HTML: html, Right: slices.Contains(right.Choices, n)}
		if n < len(q.Comments) {
			o.Comment = q.Comments[n]
		}
		a.Options = append(a.Options, o)
	}
	switch q.Kind {
	case questions.Order:
		for _, row := range right.Order {
			a.Right = append(a.Right, q.Choices[row])
		}
	case questions.Match:
		for row, option := range right.Pairs {
			a.Right = append(a.Right, q.Choices[row]+" → "+q.Rights[option])
		}
	case questions.Numeric, questions.Short:
		a.Accepted = strings.TrimSpace(right.Text + " " + q.Unit)
	case questions.Cloze:
		for n, options := range q.AnswerView.Gaps {
			g := askedGap{Right: right.Gaps[n]}
			for at, html := range options {
				g.Options = append(g.Options, askedOption{HTML: html, Right: strconv.Itoa(at) == right.Gaps[n]})
			}
			a.Gaps = append(a.Gaps, g)
		}
	case questions.Essay:
		switch {
		case q.MinWords > 0 && q.MaxWords > 0:
			a.Asks = c.T("studio.form_words", "min", q.MinWords, "max", q.MaxWords)
		case q.MaxWords > 0:
			a.Asks = c.T("studio.form_words_most", "max", q.MaxWords)
		}
	case questions.Upload, questions.Recording:
		a.Asks = strings.Join(q.Accept, ", ")
	}
	for n, r := range q.Rubric {
		a.Criteria = append(a.Criteria, askedCriterion{r.Name, q.Full[n], r.Points})
	}
	return a
}
