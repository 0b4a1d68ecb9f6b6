package exams

import (
	"context"
	"fmt"

	"bainian/app/courses"
	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/questions"
)

// quizzes is the folder of banks and exams, and of the drawings beside them.
const quizzes = "quizzes"

// voices are what the company's variables stand for, in every language, as of now.
type voices struct {
	vars courses.Variables
	mark string // tells them from those of other times
}

// voice is one of them.
type voice struct {
	lang locale.Lang
	vars map[string]string
}

func (v voices) in(lang locale.Lang) voice { return voice{lang, v.vars[lang]} }

func (r *Room) voices(ctx context.Context) (voices, error) {
	v := voices{vars: courses.Variables{}}
	for _, lang := range locale.Langs() {
		var err error
		if v.vars[lang], err = r.library.Vars(ctx, lang); err != nil {
			return v, err
		}
	}
	v.mark = digest(fmt.Sprint(v.vars))
	return v, nil
}

// wording is an item in the words that one person saw.
type wording struct {
	item, variant string
	lang          locale.Lang
	voices        string // the mark
}

// rendered is an item's words as HTML, rows in the order of the source.
type rendered struct {
	stem                      markdown.HTML
	choices, rights, feedback []markdown.HTML
	explanation               markdown.HTML
	gaps                      [][]markdown.HTML // the options of each drop-down
	criteria, full            []markdown.HTML   // of a rubric
}

// words are an item's in that language or, where they are not translated, in the item's own.
func (r *Room) words(b *bank, item questions.Item, variant string, lang locale.Lang, v voices) rendered {
	w, _ := b.rendered.get(wording{item.ID, variant, lang, v.mark}, func() (rendered, error) {
		text, translated := item.Wording(variant, lang)
		says := v.in(lang)
		if !translated {
			says = v.in(item.Lang)
		}
		stem := text.Stem
		if stem == "" {
			stem = text.Title
		}
		w := rendered{stem: r.block(stem, says), choices: r.inline(text.Choices, says), rights: r.inline(text.Rights, says),
			feedback: r.inline(text.Feedback, says), explanation: r.block(text.Explanation, says)}
		for _, options := range text.Gaps {
			w.gaps = append(w.gaps, r.inline(options, says))
		}
		for _, c := range text.Rubric {
			w.criteria = append(w.criteria, r.md.Inline(c.Name, says.vars))
			w.full = append(w.full, r.md.Inline(c.Full, says.vars))
		}
		return w, nil
	})
	return w
}

func (r *Room) block(src string, v voice) markdown.HTML {
	doc, _ := r.md.Render([]byte(src), r.options(v)) // linted when the text was published
	return doc.HTML()
}

func (r *Room) inline(rows []string, v voice) []markdown.HTML {
	out := make([]markdown.HTML, len(rows))
	for i, row := range rows {
		out[i] = r.md.Inline(row, v.vars)
	}
	return out
}

func (r *Room) options(v voice) markdown.Options {
	return markdown.Options{Lang: v.lang, Vars: v.vars, Figure: r.library.Drawings(quizzes)}
}
