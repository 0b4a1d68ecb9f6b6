package markdown

import (
	"regexp"

	"github.com/microcosm-cc/bluemonday"
)

var (
	idValue    = regexp.MustCompile(`^[\p{L}\p{M}\p{N}_:.-]+$`)
	classValue = regexp.MustCompile(`^[A-Za-z0-9_+# -]+$`)
	localPath  = regexp.MustCompile(`^/[^/\\]`)
	roleValue  = regexp.MustCompile(`^(note|doc-endnotes|doc-noteref|doc-backlink)$`)
)

// policy allows what the renderer writes and nothing else: no style, no handler, no hx- or data- attribute.
func policy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "del", "blockquote",
		"ul", "ol", "li", "dl", "dt", "dd", "pre", "code", "table", "thead", "tbody", "tr", "th", "td",
		"figure", "figcaption", "div", "sup", "span")
	p.AllowAttrs("id").Matching(idValue).OnElements("h1", "h2", "h3", "h4", "h5", "h6", "li", "sup")
	p.AllowAttrs("class").Matching(classValue).OnElements("div", "p", "pre", "code", "span", "a", "ul", "li", "em")
	p.AllowAttrs("role").Matching(roleValue).OnElements("div", "a")
	p.AllowAttrs("align").Matching(regexp.MustCompile(`^(left|center|right)$`)).OnElements("th", "td")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")

	p.AllowURLSchemes("http", "https", "mailto", "tel")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("rel").Matching(regexp.MustCompile(`^noopener$`)).OnElements("a")
	p.AllowAttrs("title").OnElements("a")
	p.AllowAttrs("src").Matching(localPath).OnElements("img")
	p.AllowAttrs("alt").OnElements("img")
	p.AllowAttrs("loading").Matching(regexp.MustCompile(`^lazy$`)).OnElements("img")

	p.AllowAttrs("type").Matching(regexp.MustCompile(`^checkbox$`)).OnElements("input")
	p.AllowAttrs("checked", "disabled").OnElements("input")
	return p
}
