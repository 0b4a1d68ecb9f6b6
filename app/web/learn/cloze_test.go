package learn

import (
	"fmt"
	"strings"
	"testing"

	"bainian/app/exams"
	"bainian/app/markdown"
	"bainian/app/questions"
)

// TestPiecesOf: gaps stand where the text has them, in tables, lists and links as well, and never in code or a tag.
func TestPiecesOf(t *testing.T) {
	typed, chosen := []markdown.HTML(nil), []markdown.HTML{"簽約", "拜訪"}
	for stem, want := range map[markdown.HTML]string{
		`<p>先[[1]]，再[[2]]。</p>`:                                            `<p>先{1 }，再{2 b c*}。</p>`,
		`<table><tr><td>[[2]]</td><td><em>[[1]]</em></td></tr></table>`:    `<table><tr><td>{2 b c*}</td><td><em>{1 }</em></td></tr></table>`,
		`<p><code>[[1]]</code> [[1]] <a title="[[2]]" href="/x">x</a></p>`: `<p><code>[[1]]</code> {1 } <a title="[[2]]" href="/x">x</a></p> {2 b c*}`,
		`<pre><code>[[2]]</code></pre><p>[[3]] [[1]] [[1]]</p>`:            `<pre><code>[[2]]</code></pre><p>[[3]] {1 } [[1]]</p> {2 b c*}`,
		`<p>1 &lt; 2 &amp; [[1]]<br/>[[2]]</p>`:                            `<p>1 &lt; 2 &amp; {1 }<br/>{2 b c*}</p>`,
	} {
		q := exams.Question{Kind: questions.Cloze, Stem: stem, Gaps: [][]markdown.HTML{typed, chosen}, Response: questions.Response{Gaps: []string{"", "1"}}}
		var got strings.Builder
		for _, piece := range piecesOf(q) {
			got.WriteString(string(piece.HTML))
			if piece.Gap == nil {
				continue
			}
			fmt.Fprintf(&got, "{%d ", piece.Gap.N)
			for i, o := range piece.Gap.Options {
				fmt.Fprint(&got, []string{"b", " c"}[i])
				if o.Chosen {
					fmt.Fprint(&got, "*")
				}
			}
			got.WriteString("}")
		}
		if got.String() != want {
			t.Errorf("%s\n gives %s\nwant   %s", stem, got.String(), want)
		}
	}
}
