package markdown

import (
	"bytes"
	"regexp"
	"sort"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
)

func (w *work) problem(line int, key string, args ...any) {
	w.problems.Add(w.File, line, "", key, args...)
}

// base is the line of the file on which the source starts.
func (w *work) base() int { return max(w.Line, 1) }

// index notes where the lines of the source start.
func (w *work) index() {
	w.starts = []int{0}
	for i, c := range w.src {
		if c == '\n' {
			w.starts = append(w.starts, i+1)
		}
	}
}

// lineAt is the file's line of an offset in the source.
func (w *work) lineAt(offset int) int {
	return w.base() + sort.SearchInts(w.starts, offset+1) - 1
}

// line is the file's line on which a node starts; of a node without text, that of the nearest before it.
func (w *work) line(n ast.Node) int {
	for ; n != nil; n = n.Parent() {
		if at, ok := offset(n); ok {
			return w.lineAt(at)
		}
	}
	return w.base()
}

func offset(n ast.Node) (int, bool) {
	switch n := n.(type) {
	case *ast.Text:
		return n.Segment.Start, true
	case *ast.RawHTML:
		return n.Segments.At(0).Start, true
	}
	if n.Type() == ast.TypeBlock && n.Lines().Len() > 0 {
		return n.Lines().At(0).Start, true
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if at, ok := offset(c); ok {
			return at, true
		}
	}
	return 0, false
}

// lines is the text of a block as it stands in the source.
func (w *work) lines(n ast.Node) string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		at := n.Lines().At(i)
		b.Write(at.Value(w.src))
	}
	return b.String()
}

var (
	comment         = regexp.MustCompile(`(?s)^\s*<!--.*-->\s*$`)
	lineBreak       = regexp.MustCompile(`(?i)^<br\s*/?>$`)
	unknownFootnote = regexp.MustCompile(`\[\^[^\]\s]+\]`)
)

// lint reports what the reader would not see as the author meant it.
func (w *work) lint(root ast.Node) {
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.CodeSpan:
			return ast.WalkSkipChildren, nil
		case *ast.HTMLBlock:
			raw := w.lines(n)
			if n.HasClosure() {
				raw += string(n.ClosureLine.Value(w.src))
			}
			if !comment.MatchString(raw) {
				w.problem(w.line(n), "markdown.raw_html", "html", excerpt(raw))
			}
		case *ast.RawHTML:
			raw := string(n.Segments.Value(w.src))
			if !comment.MatchString(raw) && !lineBreak.MatchString(raw) {
				w.problem(w.line(n), "markdown.raw_html", "html", excerpt(raw))
			}
		case *ast.FencedCodeBlock:
			if isCheck(n, w.src) && n.Parent().Kind() != ast.KindDocument {
				w.problem(w.line(n), "markdown.check_nested")
			}
		case *ast.Text:
			w.lintText(n)
		}
		return ast.WalkContinue, nil
	})
}

// lintText finds ** that stayed as two stars, as in "**請注意：**請", and footnotes without a text.
func (w *work) lintText(n *ast.Text) {
	words := n.Segment.Value(w.src)
	for _, c := range words {
		if !unicode.IsSpace(rune(c)) && c&0xC0 != 0x80 { // the first byte of a visible character
			w.chars++
		}
	}
	if i := bytes.Index(words, []byte("**")); i >= 0 && (i == 0 || words[i-1] != '\\') {
		start := n.Segment.Start + i
		line := w.src[start:]
		if end := bytes.IndexByte(line, '\n'); end >= 0 {
			line = line[:end]
		}
		if !w.reported(w.lineAt(start), "markdown.emphasis_unseen") {
			w.problem(w.lineAt(start), "markdown.emphasis_unseen", "text", excerpt(string(line)))
		}
	}
	// A reference that goldmark knows has become a node of its own; of one it does not, the text may end at "[".
	if bytes.IndexByte(words, '[') >= 0 {
		rest := w.src[n.Segment.Start:]
		if end := bytes.IndexByte(rest, '\n'); end >= 0 {
			rest = rest[:end]
		}
		if at := unknownFootnote.FindIndex(rest); at != nil && at[0] < len(words) {
			w.problem(w.line(n), "markdown.footnote_unknown", "name", string(rest[at[0]:at[1]]))
		}
	}
}

// reported reports whether the line has that problem already; the text is walked from top to bottom, so it
// can only be among the last.
func (w *work) reported(line int, key string) bool {
	for i := len(w.problems) - 1; i >= 0 && w.problems[i].Line >= line; i-- {
		if w.problems[i].Line == line && w.problems[i].Key == key {
			return true
		}
	}
	return false
}

// excerpt is the beginning of a source on one line, short enough for a message.
func excerpt(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
