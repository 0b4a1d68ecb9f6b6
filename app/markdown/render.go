package markdown

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	highlighting "github.com/yuin/goldmark-highlighting/v2"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"bainian/app/fault"
	"bainian/app/locale"
)

// HTML is sanitised markup: a template may print it as it is.
type HTML string

// Options say what a document stands in. The zero value renders a document without variables or images.
type Options struct {
	Vars map[string]string // what {{name}} stands for; an unknown name is a problem
	Lang locale.Lang       // of the words that the renderer itself adds; empty is the default
	File string            // for problems
	Line int               // 1-based line of the file at which the source starts; 0 is 1

	// Notes are texts, of one line each, for footnotes that the document refers to and does not define.
	Notes map[string]string

	// Figure finds an image by what stands in the source: an SVG to inline, or else the URL to load it from.
	// Nil knows no image.
	Figure func(src string) (svg []byte, url string, ok bool)
}

// Document is what became of a source.
type Document struct {
	Parts    []Part
	Headings []Heading
	Chars    int // visible characters without white space, for reading times
}

// Part is a stretch of HTML, or one check fence.
type Part struct {
	HTML  HTML
	Check *Fence // nil for HTML
}

// Fence is the inside of a check fence with variables filled in, and the line of the file it starts on.
type Fence struct {
	Source string
	Line   int
}

// Heading is one entry of a table of contents.
type Heading struct {
	ID    string // of the element in the page
	Text  string
	Level int // 1 to 6
	Line  int
}

// HTML is the whole document's markup without its checks.
func (d Document) HTML() HTML {
	var b strings.Builder
	for _, p := range d.Parts {
		b.WriteString(string(p.HTML))
	}
	return HTML(b.String())
}

// Renderer renders; it holds no state and may be used from many goroutines.
type Renderer struct {
	goldmark goldmark.Markdown
	policy   *bluemonday.Policy
	words    *locale.Catalog
}

// Words are the catalogs that the renderer was made with.
func (r *Renderer) Words() *locale.Catalog { return r.words }

// New makes a renderer; words are the catalogs in which it finds the titles of call-outs.
func New(words *locale.Catalog) *Renderer {
	g := goldmark.New(
		goldmark.WithExtensions(
			extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
			extension.Strikethrough, extension.Linkify, extension.TaskList,
			extension.Footnote, extension.DefinitionList,
			extension.NewCJK(extension.WithEastAsianLineBreaks(extension.EastAsianLineBreaksCSS3Draft), extension.WithEscapedSpace()),
			highlighting.NewHighlighting(highlighting.WithFormatOptions(html.WithClasses(true))),
		),
		goldmark.WithParserOptions(parser.WithAutoHeadingID(), parser.WithHeadingAttribute()),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(blocks{}, 100))),
	)
	return &Renderer{goldmark: g, policy: policy(), words: words}
}

// Render renders a document (without front matter). The document is usable even when there are problems:
// a preview shows it beside them. Of one beyond Bounds there is nothing.
func (r *Renderer) Render(src []byte, o Options) (Document, fault.Problems) {
	w := &work{Renderer: r, Options: o}
	if w.src = clean(src); len(w.src) <= maxText {
		w.src = w.note(w.fill(w.src))
	}
	if beyond := Bounds(w.src, w.File, w.base()); len(beyond) > 0 {
		return Document{}, beyond
	}
	w.mark = mark(w.src)
	w.index()
	root := r.goldmark.Parser().Parse(text.NewReader(w.src), parser.WithContext(parser.NewContext(parser.WithIDs(&ids{}))))
	w.lint(root)
	w.transform(root)

	var d Document
	var html bytes.Buffer
	flush := func() {
		if html.Len() > 0 {
			d.Parts = append(d.Parts, Part{HTML: w.finish(html.String())})
			html.Reset()
		}
	}
	for n := root.FirstChild(); n != nil; n = n.NextSibling() {
		if fence, ok := n.(*ast.FencedCodeBlock); ok && isCheck(fence, w.src) {
			flush()
			d.Parts = append(d.Parts, Part{Check: &Fence{Source: w.lines(fence), Line: w.line(fence)}})
			continue
		}
		if err := r.goldmark.Renderer().Render(&html, w.src, n); err != nil {
			w.problem(w.line(n), "markdown.unrenderable", "detail", err.Error())
		}
	}
	flush()
	d.Headings, d.Chars = w.headings, w.chars
	slices.SortStableFunc(w.problems, func(a, b fault.Problem) int { return a.Line - b.Line })
	return d, w.problems
}

// Inline renders a title, a choice or a cell: what would be a paragraph comes without its <p>, several
// blocks come as they are. It reports nothing: whoever read the source has linted it with Render.
func (r *Renderer) Inline(src string, vars map[string]string) HTML {
	d, _ := r.Render([]byte(src), Options{Vars: vars})
	out := strings.TrimSpace(string(d.HTML()))
	if inner, ok := strings.CutPrefix(out, "<p>"); ok && strings.Count(out, "<p>") == 1 {
		if inner, ok = strings.CutSuffix(inner, "</p>"); ok {
			out = inner
		}
	}
	return HTML(out)
}

// work is one rendering under way.
type work struct {
	*Renderer
	Options
	src      []byte
	starts   []int // offset of each line of src
	figures  []string
	mark     string // opens the place of a figure
	headings []Heading
	chars    int
	problems fault.Problems
}

// The private-use characters around the marks of where an inlined figure goes once the rest has been sanitised.
const figureOpen, figureClose = "\uE000", "\uE001"

// mark opens the place of a figure in the markup of that source. An author can write the characters as entities,
// in a title even, but no text can hold its own hash.
func mark(src []byte) string {
	sum := sha256.Sum256(src)
	return figureOpen + hex.EncodeToString(sum[:]) + "-"
}

// clean makes the source one that every later step can trust: valid UTF-8 without NUL, without CR and
// without the marks of figures.
func clean(src []byte) []byte {
	src = bytes.ToValidUTF8(src, []byte("\uFFFD"))
	return []byte(strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "\uFFFD", figureOpen, "\uFFFD", figureClose, "\uFFFD").Replace(string(src)))
}

// finish sanitises rendered markup and puts the figures, which have an allowlist of their own, in place.
func (w *work) finish(html string) HTML {
	rest := w.policy.Sanitize(html)
	var out strings.Builder
	for {
		before, after, ok := strings.Cut(rest, w.mark)
		out.WriteString(before)
		if !ok {
			return HTML(out.String())
		}
		number, after, _ := strings.Cut(after, figureClose)
		out.WriteString(w.figure(number))
		rest = after
	}
}
