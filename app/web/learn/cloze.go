package learn

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"bainian/app/exams"
	"bainian/app/markdown"
)

var gapMark = regexp.MustCompile(`\[\[([0-9]+)\]\]`)

// piecesOf cuts the text of a cloze at its gaps. A gap is looked for in words alone, never in code, whose
// brackets are its own, or inside a tag; one that the text does not show comes at the end, so that every gap can
// be answered.
func piecesOf(q exams.Question) []pieceView {
	var pieces []pieceView
	var text strings.Builder
	shown := make([]bool, len(q.Gaps))
	put := func(n int) {
		pieces = append(pieces, pieceView{markdown.HTML(text.String()), gapOf(q, n)})
		text.Reset()
		shown[n-1] = true
	}
	code := 0
	z := html.NewTokenizer(strings.NewReader(string(q.Stem)))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		raw := string(z.Raw())
		if name, _ := z.TagName(); string(name) == "code" || string(name) == "pre" {
			code += map[html.TokenType]int{html.StartTagToken: 1, html.EndTagToken: -1}[kind]
		}
		if kind != html.TextToken || code > 0 {
			text.WriteString(raw)
			continue
		}
		for {
			at := gapMark.FindStringSubmatchIndex(raw)
			if at == nil {
				text.WriteString(raw)
				break
			}
			text.WriteString(raw[:at[0]])
			if n, err := strconv.Atoi(raw[at[2]:at[3]]); err == nil && n >= 1 && n <= len(q.Gaps) && !shown[n-1] {
				put(n)
			} else {
				text.WriteString(raw[at[0]:at[1]])
			}
			raw = raw[at[1]:]
		}
	}
	for n := range q.Gaps {
		if !shown[n] {
			text.WriteString(" ")
			put(n + 1)
		}
	}
	return append(pieces, pieceView{HTML: markdown.HTML(text.String())})
}

func gapOf(q exams.Question, n int) *gapView {
	gap := &gapView{N: n}
	if n <= len(q.Response.Gaps) {
		gap.Said = q.Response.Gaps[n-1]
	}
	for i, option := range q.Gaps[n-1] {
		gap.Options = append(gap.Options, pairOption{i, plain(option), gap.Said == strconv.Itoa(i)})
	}
	return gap
}

// gapAnswer is what was put into a gap beside what belongs there.
type gapAnswer struct {
	N           int
	Said, Right string
}

func gapAnswersOf(a exams.AnswerView) []gapAnswer {
	answers := make([]gapAnswer, len(a.Gaps))
	for n, options := range a.Gaps {
		filled := func(gaps []string) string {
			if n >= len(gaps) {
				return ""
			}
			if i, err := strconv.Atoi(gaps[n]); err == nil && len(options) > 0 && i >= 0 && i < len(options) {
				return plain(options[i])
			}
			return gaps[n]
		}
		answers[n] = gapAnswer{n + 1, filled(a.Response.Gaps), filled(a.Right.Gaps)}
	}
	return answers
}
