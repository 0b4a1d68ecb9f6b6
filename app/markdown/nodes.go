package markdown

import (
	"strconv"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

var (
	kindCallout = ast.NewNodeKind("Callout")
	kindFigure  = ast.NewNodeKind("Figure")
)

// callout is a block quote with a kind and a title.
type callout struct {
	ast.BaseBlock
	name, title string
}

func (n *callout) Kind() ast.NodeKind            { return kindCallout }
func (n *callout) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// figure is an image: an inlined drawing when it has a place, which stands for one of work.figures.
type figure struct {
	ast.BaseBlock
	place, address, alt, caption string
	inline                       bool // within a line of text: no caption
}

func (n *figure) Kind() ast.NodeKind            { return kindFigure }
func (n *figure) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// blocks renders the nodes of this package for goldmark.
type blocks struct{}

// RegisterFuncs is part of goldmark's renderer.NodeRenderer.
func (blocks) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(kindCallout, renderCallout)
	r.Register(kindFigure, renderFigure)
}

func renderCallout(b util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*callout)
	if entering {
		_, _ = b.WriteString(`<div class="note note-` + n.name + `" role="note"><p class="note-title">` + escape(n.title) + "</p>\n")
	} else {
		_, _ = b.WriteString("</div>\n")
	}
	return ast.WalkContinue, nil
}

func renderFigure(b util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*figure)
	if !entering {
		return ast.WalkContinue, nil
	}
	image := n.place
	if image == "" {
		image = `<img src="` + escape(n.address) + `" alt="` + escape(n.alt) + `" loading="lazy">`
	}
	if n.inline {
		_, _ = b.WriteString(image)
	} else {
		_, _ = b.WriteString("<figure>" + image + "<figcaption>" + escape(n.caption) + "</figcaption></figure>\n")
	}
	return ast.WalkSkipChildren, nil
}

func escape(s string) string { return string(util.EscapeHTML([]byte(s))) }

// place keeps an inlined drawing and returns what stands for it until the rest has been sanitised.
func (w *work) place(drawing string) string {
	w.figures = append(w.figures, drawing)
	return w.mark + strconv.Itoa(len(w.figures)-1) + figureClose
}

// figure is the inlined drawing of that number.
func (w *work) figure(number string) string {
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n >= len(w.figures) {
		return ""
	}
	return w.figures[n]
}
