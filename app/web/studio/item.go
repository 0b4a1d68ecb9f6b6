package studio

import (
	"fmt"
	"strings"

	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/questions"
)

// item is a question as candidates see it, with its key for whoever writes it.
type item struct {
	questions.Item
	Title       string
	Stem        markdown.HTML
	Choices     []choice
	Rows        []markdown.HTML // to order, in the right order
	Pairs       []pair
	Answers     []answer // a number or words
	Gaps        []gap
	Criteria    []criterion
	Explanation markdown.HTML
}

type choice struct {
	HTML, Feedback markdown.HTML
	Right          bool
	Credit         int // thousandths of the points, where a wrong choice earns some
}

type pair struct{ Left, Right markdown.HTML } // Left is "" for a distractor

type answer struct {
	Text   string
	Credit int // thousandths of the points
}

type gap struct {
	Options []string // of a drop-down
	Right   int      // index of its key
	Keys    []string
}

type criterion struct {
	Name, Full string
	Points     int // thousandths
}

func (w *Wing) itemOf(i questions.Item, lang locale.Lang) item {
	text, _ := i.Localized(lang)
	v := item{Item: i, Title: text.Title, Stem: w.block(blanks(text.Stem, len(i.Gaps)), lang), Explanation: w.block(text.Explanation, lang)}
	switch i.Kind {
	case questions.Order:
		for _, row := range text.Choices {
			v.Rows = append(v.Rows, w.md.Inline(row, nil))
		}
	case questions.Match:
		for n, left := range text.Choices {
			v.Pairs = append(v.Pairs, pair{w.md.Inline(left, nil), w.md.Inline(text.Rights[n], nil)})
		}
	default:
		for n, words := range text.Choices {
			c := choice{HTML: w.md.Inline(words, nil), Right: i.Right[n]}
			if text.Feedback[n] != "" {
				c.Feedback = w.md.Inline(text.Feedback[n], nil)
			}
			if i.Credit != nil && !c.Right {
				c.Credit = i.Credit[n]
			}
			v.Choices = append(v.Choices, c)
		}
	}
	for _, k := range i.Keys {
		v.Answers = append(v.Answers, answer{k.Text, k.Credit})
	}
	for n, g := range i.Gaps {
		v.Gaps = append(v.Gaps, gapOf(g, text, n))
	}
	for n, points := range i.Rubric {
		v.Criteria = append(v.Criteria, criterion{text.Rubric[n].Name, text.Rubric[n].Full, points})
	}
	return v
}

func gapOf(g questions.Gap, text questions.Text, n int) gap {
	v := gap{Right: g.Right}
	if g.Right >= 0 && n < len(text.Gaps) {
		v.Options = text.Gaps[n]
	}
	for _, k := range g.Keys {
		v.Keys = append(v.Keys, k.Text)
	}
	return v
}

// blanks draws the gaps of a cloze as numbered blanks.
func blanks(stem string, gaps int) string {
	for n := range gaps {
		stem = strings.ReplaceAll(stem, fmt.Sprintf("[[%d]]", n+1), fmt.Sprintf("＿＿（%d）＿＿", n+1))
	}
	return stem
}

func (w *Wing) block(src string, lang locale.Lang) markdown.HTML {
	doc, _ := w.md.Render([]byte(src), markdown.Options{Lang: lang}) // the bank's own lint speaks of it
	return doc.HTML()
}
