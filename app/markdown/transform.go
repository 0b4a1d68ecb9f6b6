package markdown

import (
	"net/url"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"

	"bainian/app/locale"
)

func isCheck(n *ast.FencedCodeBlock, src []byte) bool { return string(n.Language(src)) == "check" }

// transform turns the parsed tree into the one that is rendered. It collects the nodes first, because a
// walk does not survive the replacing of what it walks on.
func (w *work) transform(root ast.Node) {
	var nodes []ast.Node
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			nodes = append(nodes, n)
		}
		return ast.WalkContinue, nil
	})
	for _, n := range nodes {
		switch n := n.(type) {
		case *ast.Heading:
			w.heading(n)
		case *ast.Emphasis:
			w.emphasis(n)
		case *ast.Blockquote:
			w.callout(n)
		case *ast.Image:
			w.image(n)
		case *ast.Link:
			w.link(n, string(n.Destination))
		case *ast.AutoLink:
			w.link(n, string(n.URL(w.src)))
		case *ast.HTMLBlock:
			n.Parent().RemoveChild(n.Parent(), n)
		case *ast.RawHTML:
			if lineBreak.Match(n.Segments.Value(w.src)) {
				br := ast.NewString([]byte("<br>"))
				br.SetCode(true) // printed as it is
				n.Parent().ReplaceChild(n.Parent(), n, br)
			} else {
				n.Parent().RemoveChild(n.Parent(), n)
			}
		}
	}
}

// heading notes the heading for the table of contents and keeps an id that the author gave under the prefix.
func (w *work) heading(n *ast.Heading) {
	id := ""
	if v, ok := n.AttributeString("id"); ok {
		if b, ok := v.([]byte); ok {
			id = idPrefix + slug(strings.TrimPrefix(string(b), idPrefix))
		}
	}
	n.RemoveAttributes()
	n.SetAttributeString("id", []byte(id))
	w.headings = append(w.headings, Heading{ID: id, Text: w.plain(n), Level: n.Level, Line: w.line(n)})
}

// emphasis marks what has no Han character in it, such as the title of a book: Chinese is stressed by dots
// below it, Latin by italics.
func (w *work) emphasis(n *ast.Emphasis) {
	if n.Level == 1 && !strings.ContainsFunc(w.plain(n), func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		n.SetAttributeString("class", []byte("latin"))
	}
}

// plain is the words of a node without their markup.
func (w *work) plain(n ast.Node) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Text:
			if entering {
				b.Write(n.Segment.Value(w.src))
				if n.SoftLineBreak() || n.HardLineBreak() {
					b.WriteByte(' ')
				}
			}
		case *ast.String:
			if entering && !n.IsCode() {
				b.Write(n.Value)
			}
		}
		return ast.WalkContinue, nil
	})
	return strings.TrimSpace(b.String())
}

// The call-outs, by their marker, with the key of their title.
var callouts = map[string]string{
	"NOTE":      "markdown.callout_note",
	"TIP":       "markdown.callout_tip",
	"WARNING":   "markdown.callout_warning",
	"IMPORTANT": "markdown.callout_important",
}

// callout turns a block quote whose first line is [!NOTE] or the like into a call-out.
func (w *work) callout(n *ast.Blockquote) {
	p, ok := n.FirstChild().(*ast.Paragraph)
	if !ok || p.Lines().Len() == 0 {
		return
	}
	first := p.Lines().At(0)
	marker := strings.TrimSpace(string(first.Value(w.src)))
	if !strings.HasPrefix(marker, "[!") || !strings.HasSuffix(marker, "]") {
		return
	}
	name := marker[2 : len(marker)-1]
	key, ok := callouts[strings.ToUpper(name)]
	if !ok {
		w.problem(w.lineAt(first.Start), "markdown.callout_unknown", "name", name)
		return
	}
	for c := p.FirstChild(); c != nil && within(c, first); {
		next := c.NextSibling()
		p.RemoveChild(p, c)
		c = next
	}
	lang := w.Lang
	if lang == "" {
		lang = locale.Hant
	}
	box := &callout{name: strings.ToLower(name), title: w.words.T(lang, key)}
	for c := n.FirstChild(); c != nil; {
		next := c.NextSibling()
		if c != ast.Node(p) || p.HasChildren() {
			box.AppendChild(box, c)
		}
		c = next
	}
	n.Parent().ReplaceChild(n.Parent(), n, box)
}

// within reports whether an inline node stands on that line of the source.
func within(n ast.Node, line text.Segment) bool {
	at, ok := offset(n)
	return ok && at < line.Stop
}

// image resolves an image by Options.Figure; one that is a paragraph of its own becomes a figure.
func (w *work) image(n *ast.Image) {
	src, alt := string(n.Destination), w.plain(n)
	drop := func(key string) {
		w.problem(w.line(n), key, "src", excerpt(src))
		words := ast.NewString([]byte(alt))
		words.SetRaw(true)
		n.Parent().ReplaceChild(n.Parent(), n, words)
	}
	if at, err := url.Parse(src); err != nil || at.Scheme != "" || at.Host != "" || strings.HasPrefix(src, "//") {
		drop("markdown.image_outside")
		return
	}
	if alt == "" {
		w.problem(w.line(n), "markdown.image_silent", "src", excerpt(src))
	}
	var svg []byte
	var address string
	ok := w.Figure != nil
	if ok {
		svg, address, ok = w.Figure(src)
	}
	if !ok {
		drop("markdown.image_missing")
		return
	}
	fig := &figure{address: address, alt: alt, caption: string(n.Title)}
	if fig.caption == "" {
		fig.caption = alt
	}
	if svg != nil {
		drawn, dropped, err := SVG(svg, alt)
		if err != nil {
			drop("markdown.svg_broken")
			return
		}
		for _, what := range dropped {
			w.problem(w.line(n), "markdown.svg_dropped", "src", src, "what", what)
		}
		fig.place = w.place(string(drawn))
	}
	p := n.Parent()
	if p.Kind() == ast.KindParagraph && p.ChildCount() == 1 {
		p.Parent().ReplaceChild(p.Parent(), p, fig)
		return
	}
	fig.inline = true
	p.ReplaceChild(p, n, fig)
}

// link keeps what a link may lead to and cuts its page loose from ours.
func (w *work) link(n ast.Node, to string) {
	at, err := url.Parse(to)
	if err != nil || !linkSchemes[strings.ToLower(at.Scheme)] || strings.HasPrefix(to, "//") {
		w.problem(w.line(n), "markdown.link_unsafe", "to", excerpt(to))
		unlink(n, to)
		return
	}
	if at.Scheme == "http" || at.Scheme == "https" {
		n.SetAttributeString("rel", []byte("noopener"))
	}
}

// unlink leaves of a link the words that were to be clicked, or its address where that is all there is.
func unlink(n ast.Node, to string) {
	at := n.Parent()
	if !n.HasChildren() {
		words := ast.NewString([]byte(to))
		words.SetRaw(true)
		at.InsertBefore(at, n, words)
	}
	for c := n.FirstChild(); c != nil; {
		next := c.NextSibling()
		at.InsertBefore(at, n, c)
		c = next
	}
	at.RemoveChild(at, n)
}

// linkSchemes are what a link may start with; "" is a link within the site.
var linkSchemes = map[string]bool{"": true, "http": true, "https": true, "mailto": true, "tel": true}
