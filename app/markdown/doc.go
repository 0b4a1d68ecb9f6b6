// Package markdown turns the company's markdown into HTML that is safe to put into a page: one configured
// goldmark, one sanitiser, one way of reading front matter.
//
// Vocabulary. A document is rendered into parts: stretches of HTML, and the check fences between them, which
// only courses can put to a person. A call-out is a block quote that starts with [!NOTE], [!TIP], [!WARNING]
// or [!IMPORTANT]. A figure is an image that is a paragraph of its own; its title, or else its alternative
// text, is the caption, and an SVG is inlined through an allowlist. A variable is {{company.name}}. A note is a
// footnote [^name], whose text the document gives or else Options.Notes.
//
// What cannot be rendered as it was meant is a problem with its line, never a silent loss: raw HTML, an
// unknown variable, an image from outside, emphasis that CommonMark does not see.
//
// Files: render.go is the one way in; bounds.go turns away what no author writes; variables.go and notes.go fill
// the source; transform.go and nodes.go shape the tree, ids.go names its headings; lint.go finds what was not meant;
// sanitise.go and svg.go are the two allowlists; frontmatter.go reads YAML, texts.go its leaves in several languages;
// plain.go leaves only the words.
package markdown
