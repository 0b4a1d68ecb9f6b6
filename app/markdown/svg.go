package markdown

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
)

const svgSpace = "http://www.w3.org/2000/svg"

var errSVG = errors.New("markdown: not an SVG drawing")

// What a drawing may consist of. Everything that runs, loads, links or styles the page is missing here.
var (
	svgElements = words(`svg g defs title desc path rect circle ellipse line polyline polygon text tspan marker
		linearGradient radialGradient stop clipPath mask pattern symbol use`)
	svgAttributes = words(`id class role lang x y x1 y1 x2 y2 dx dy cx cy r rx ry fx fy d points width height viewBox
		preserveAspectRatio transform rotate textLength lengthAdjust pathLength offset
		gradientUnits gradientTransform spreadMethod patternUnits patternContentUnits patternTransform
		clipPathUnits maskUnits maskContentUnits
		markerWidth markerHeight markerUnits refX refY orient
		fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-dasharray
		stroke-dashoffset stroke-miterlimit opacity color stop-color stop-opacity clip-path clip-rule mask
		marker-start marker-mid marker-end paint-order vector-effect visibility display
		font-family font-size font-weight font-style font-variant letter-spacing word-spacing text-anchor
		text-decoration dominant-baseline alignment-baseline baseline-shift writing-mode
		aria-label aria-labelledby aria-describedby aria-hidden focusable`)
	// Harmless leftovers of drawing programs: dropped without a word.
	svgIgnored = words(`version baseProfile space xmlns base enable-background`)

	localRef  = regexp.MustCompile(`url\(\s*['"]?#([^)'"\s]+)['"]?\s*\)`)
	anyRef    = regexp.MustCompile(`(?i)url\s*\(|[a-z-]+:\s*/|javascript:|data:|\\`)
	localHref = regexp.MustCompile(`^#(\S+)$`)
)

func words(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// SVG rewrites a drawing so that it can stand in a page: elements and attributes of the allowlist only,
// references only to itself, ids made its own, and label as its name unless it has one. It returns what it
// left out, each once. The error means that src is not well-formed SVG.
func SVG(src []byte, label string) (svg []byte, dropped []string, err error) {
	sum := sha256.Sum256(src)
	s := &drawing{prefix: "f" + hex.EncodeToString(sum[:4]) + "-", label: label}
	d := xml.NewDecoder(bytes.NewReader(src))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		if err := s.token(d, token); err != nil {
			return nil, nil, err
		}
	}
	if s.out.Len() == 0 {
		return nil, nil, errSVG
	}
	return s.out.Bytes(), s.dropped, nil
}

type drawing struct {
	out     bytes.Buffer
	depth   int
	prefix  string
	label   string
	dropped []string
}

func (s *drawing) drop(what string) {
	if !slices.Contains(s.dropped, what) {
		s.dropped = append(s.dropped, what)
	}
}

func (s *drawing) token(d *xml.Decoder, token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		drawn := t.Name.Space == svgSpace
		if s.depth == 0 && (!drawn || t.Name.Local != "svg" || s.out.Len() > 0) {
			return errSVG
		}
		if !drawn || !svgElements[t.Name.Local] {
			if drawn { // what another vocabulary says (an editor's metadata) is no part of the picture
				s.drop("<" + t.Name.Local + ">")
			}
			return d.Skip()
		}
		s.depth++
		s.open(t)
	case xml.EndElement:
		s.depth--
		s.out.WriteString("</" + t.Name.Local + ">")
	case xml.CharData:
		if s.depth > 0 {
			return xml.EscapeText(&s.out, t)
		}
	}
	return nil
}

func (s *drawing) open(t xml.StartElement) {
	s.out.WriteString("<" + t.Name.Local)
	named := false
	for _, a := range t.Attr {
		name, value, ok := s.attribute(t.Name.Local, a)
		if !ok {
			continue
		}
		named = named || name == "aria-label" || name == "aria-labelledby" || name == "aria-hidden"
		if s.depth == 1 && (name == "role" || name == "id") {
			continue
		}
		s.write(name, value)
	}
	if s.depth == 1 {
		s.write("role", "img")
		if !named && s.label != "" {
			s.write("aria-label", s.label)
		}
	}
	s.out.WriteByte('>')
}

func (s *drawing) write(name, value string) {
	s.out.WriteString(" " + name + `="`)
	_ = xml.EscapeText(&s.out, []byte(value)) // a bytes.Buffer does not fail
	s.out.WriteByte('"')
}

// attribute is the attribute as it may stand in the page.
func (s *drawing) attribute(element string, a xml.Attr) (name, value string, ok bool) {
	name, value = a.Name.Local, strings.TrimSpace(a.Value)
	if a.Name.Space == "xmlns" || name == "xmlns" {
		return "", "", false
	}
	if name == "href" && (a.Name.Space == "" || a.Name.Space == "http://www.w3.org/1999/xlink") {
		at := localHref.FindStringSubmatch(value)
		if element != "use" || at == nil {
			s.drop(name + "=" + excerpt(value))
			return "", "", false
		}
		return "href", "#" + s.prefix + at[1], true
	}
	if a.Name.Space != "" {
		return "", "", false
	}
	if !svgAttributes[name] {
		if !svgIgnored[name] && !strings.HasPrefix(name, "data-") {
			s.drop(name)
		}
		return "", "", false
	}
	switch name {
	case "id":
		return name, s.prefix + value, idValue.MatchString(value)
	case "aria-labelledby", "aria-describedby":
		refs := strings.Fields(value)
		for i := range refs {
			refs[i] = s.prefix + refs[i]
		}
		return name, strings.Join(refs, " "), true
	case "aria-label":
		return name, value, true
	}
	rest := localRef.ReplaceAllString(value, "")
	if anyRef.MatchString(rest) {
		s.drop(name + "=" + excerpt(value))
		return "", "", false
	}
	return name, localRef.ReplaceAllString(value, "url(#"+s.prefix+"$1)"), true
}
