package server

import (
	"encoding/xml"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"bainian/app/documents"
	"bainian/app/locale"
	"bainian/app/markdown"
)

// rgb is a colour, each part from 0 to 1.
type rgb [3]float64

func hex(s string) rgb {
	s = strings.TrimPrefix(s, "#")
	if len(s) == 3 {
		s = string([]byte{s[0], s[0], s[1], s[1], s[2], s[2]})
	}
	n, _ := strconv.ParseUint(s, 16, 32)
	return rgb{float64(n >> 16 & 255), float64(n >> 8 & 255), float64(n & 255)}.times(1.0 / 255)
}

func (c rgb) times(f float64) rgb { return rgb{c[0] * f, c[1] * f, c[2] * f} }

// over is what one sees of c at that opacity on a ground.
func (c rgb) over(ground rgb, opacity float64) rgb {
	a, b := c.times(opacity), ground.times(1-opacity)
	return rgb{a[0] + b[0], a[1] + b[1], a[2] + b[2]}
}

// luminance and contrast are those of WCAG 2.2.
func (c rgb) luminance() float64 {
	linear := func(v float64) float64 {
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c[0]) + 0.7152*linear(c[1]) + 0.0722*linear(c[2])
}

func contrast(a, b rgb) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// themes are the colours of the look in light and dark, read from its style sheet.
func themes(t *testing.T) (light, dark map[string]rgb) {
	t.Helper()
	light, dark = map[string]rgb{}, map[string]rgb{}
	css, err := os.ReadFile("../../static/css/bainian.css")
	must(t, err)
	for _, m := range regexp.MustCompile(`--([a-z0-9-]+):\s*light-dark\((#[0-9a-f]+), ?(#[0-9a-f]+)\)`).FindAllStringSubmatch(string(css), -1) {
		light[m[1]], dark[m[1]] = hex(m[2]), hex(m[3])
	}
	if len(light) < 10 {
		t.Fatalf("%d colours in the style sheet", len(light))
	}
	return light, dark
}

var (
	paint     = regexp.MustCompile(`^var\(--([a-z0-9-]+), ?(#[0-9a-fA-F]{3,6})\)$`)
	inMarker  = map[string]bool{"marker": true, "clipPath": true, "mask": true, "defs": true}
	fontRange = [2]float64{13.5, 28}
)

// element is what a drawing's elements inherit.
type element struct {
	name, text                string // of words, what they say
	fill, stroke              string
	opacity, fillOp, strokeOp float64
	size                      float64 // of words
	measured                  bool    // stands in the drawing itself, not in a definition
}

// Every drawing can be read in both themes: words have a contrast of 4.5 to 1 with what they stand on, lines that mean
// something 3 to 1; words are large enough on a phone, and red is the red line's alone.
func TestCurriculumFiguresAreLegible(t *testing.T) {
	c := shipped(t)
	light, dark := themes(t)
	used := map[string][]string{} // drawing without language → lessons
	for _, l := range c.lessons {
		for _, lang := range locale.Langs() {
			for _, m := range figureLine.FindAllStringSubmatch(l.body[lang], -1) {
				p := path.Join(path.Dir(l.path), m[2])
				used[p] = append(used[p], l.ref())
				if want := documents.FileOf(strings.Replace(m[2], "."+string(lang)+".svg", ".svg", 1), lang, locale.Hant); m[2] != want {
					t.Errorf("%s in %s shows %s, want %s", l.path, lang, m[2], want)
				}
			}
		}
	}
	must(t, fs.WalkDir(c.files, "content", func(p string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(p) != ".svg" {
			return err
		}
		if used[p] == nil {
			t.Errorf("no lesson shows %s", p)
		}
		src, err := fs.ReadFile(c.files, p)
		must(t, err)
		if _, dropped, err := markdown.SVG(src, "x"); err != nil || len(dropped) > 0 {
			t.Errorf("%s: %v, left out %v", p, err, dropped)
		}
		elements := elementsOf(t, p, src)
		for _, theme := range []struct {
			name   string
			colour map[string]rgb
		}{{"light", light}, {"dark", dark}} {
			for _, problem := range illegible(elements, theme.colour) {
				t.Errorf("%s, %s: %s", p, theme.name, problem)
			}
		}
		for _, e := range elements {
			if strings.Contains(e.fill+e.stroke, "--red") && !slices.ContainsFunc(used[p], func(ref string) bool { return strings.HasPrefix(ref, "values/") }) {
				t.Errorf("%s: red is kept for the red line", p)
				break
			}
		}
		return nil
	}))
}

// elementsOf flattens a drawing, each element with what it inherits.
func elementsOf(t *testing.T, p string, src []byte) (all []element) {
	t.Helper()
	stack := []element{{fill: "#000", stroke: "none", opacity: 1, fillOp: 1, strokeOp: 1, size: 16, measured: true}}
	d := xml.NewDecoder(strings.NewReader(string(src)))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return all
		}
		must(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			e := stack[len(stack)-1]
			e.name, e.text = token.Name.Local, ""
			e.measured = e.measured && !inMarker[e.name]
			for _, a := range token.Attr {
				number, _ := strconv.ParseFloat(strings.TrimSuffix(a.Value, "px"), 64)
				switch a.Name.Local {
				case "fill":
					e.fill = a.Value
				case "stroke":
					e.stroke = a.Value
				case "opacity":
					e.opacity *= number
				case "fill-opacity":
					e.fillOp = number
				case "stroke-opacity":
					e.strokeOp = number
				case "font-size":
					e.size = number
				}
			}
			stack = append(stack, e)
			all = append(all, e)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			e := stack[len(stack)-1]
			if text := strings.TrimSpace(string(token)); text != "" && e.name != "title" && e.name != "desc" {
				e.name, e.text = "words", text
				all = append(all, e)
			}
		}
	}
}

// faint is the opacity below which a line or an area is only ground: a grid, a wash.
const faint = 0.3

// illegible is what cannot be made out of a drawing in one theme. It stands on the page's paper or a sheet; words that
// cannot be read there must be meant for one of its filled shapes.
func illegible(elements []element, colours map[string]rgb) (problems []string) {
	grounds := []rgb{colours["paper"], colours["sheet"]}
	var filled []rgb
	colour := func(s string) (rgb, bool, string) {
		switch {
		case s == "none" || s == "transparent" || strings.HasPrefix(s, "url("):
			return rgb{}, false, ""
		case s == "currentColor":
			return colours["ink"], true, "ink"
		}
		m := paint.FindStringSubmatch(s)
		if m == nil {
			return rgb{}, false, "a colour that does not follow the theme: " + s
		}
		v, ok := colours[m[1]]
		if !ok {
			return rgb{}, false, "an unknown colour " + s
		}
		return v, true, m[1]
	}
	for _, e := range elements {
		if v, ok, _ := colour(e.fill); ok && e.name != "words" && e.name != "text" && e.name != "g" && e.name != "svg" && e.fillOp*e.opacity >= 0.9 {
			filled = append(filled, v)
		}
	}
	for _, e := range elements {
		switch e.name {
		case "words":
			v, ok, name := colour(e.fill)
			if !ok {
				if name != "" {
					problems = append(problems, name)
				}
				continue
			}
			for _, ground := range grounds {
				if k := contrast(v.over(ground, e.opacity*e.fillOp), ground); k < 4.5 && !onAny(filled, v) {
					problems = append(problems, fmt.Sprintf("%q has a contrast of %.1f", e.text, k))
					break
				}
			}
			if e.size < fontRange[0] || e.size > fontRange[1] {
				problems = append(problems, fmt.Sprintf("%q is %g high", e.text, e.size))
			}
		case "path", "line", "polyline", "rect", "circle", "ellipse", "polygon":
			if !e.measured {
				continue
			}
			v, ok, name := colour(e.stroke)
			if !ok {
				if name != "" {
					problems = append(problems, name)
				}
				continue
			}
			opacity := e.opacity * e.strokeOp
			if opacity <= faint || name == "sheet" || name == "paper" {
				continue
			}
			for _, ground := range grounds {
				if k := contrast(v.over(ground, opacity), ground); k < 3 {
					problems = append(problems, fmt.Sprintf("a %s has a contrast of %.1f", e.name, k))
					break
				}
			}
		}
	}
	return problems
}

// onAny reports whether words of that colour can be read on one of the shapes.
func onAny(shapes []rgb, words rgb) bool {
	return slices.ContainsFunc(shapes, func(s rgb) bool { return contrast(words, s) >= 4.5 })
}

// The measure itself is measured: what cannot be read is found.
func TestIllegibleFiguresAreFound(t *testing.T) {
	light, dark := themes(t)
	for src, want := range map[string]int{
		`<svg><text font-size="16" fill="currentColor">x</text></svg>`:                                                                0,
		`<svg><text font-size="16" fill="#777777">x</text></svg>`:                                                                     2,
		`<svg><text font-size="16">x</text></svg>`:                                                                                    2,
		`<svg><text font-size="16" fill="currentColor" fill-opacity="0.4">x</text></svg>`:                                             2,
		`<svg fill="currentColor"><text font-size="9">x</text></svg>`:                                                                 2,
		`<svg><text font-size="16" fill="var(--sheet, #fff)">x</text></svg>`:                                                          2,
		`<svg><rect fill="var(--accent, #3344a3)"/><text font-size="16" fill="var(--sheet, #fff)">x</text></svg>`:                     0,
		`<svg><path stroke="currentColor" stroke-opacity="0.4" fill="none"/></svg>`:                                                   1, // in the dark it will do
		`<svg><path stroke="currentColor" stroke-opacity="0.2" fill="none"/></svg>`:                                                   0,
		`<svg><defs><path stroke="currentColor" stroke-opacity="0.4"/></defs><path stroke="var(--wait, #8a5200)" fill="none"/></svg>`: 0,
	} {
		elements := elementsOf(t, "", []byte(src))
		if got := len(illegible(elements, light)) + len(illegible(elements, dark)); got != want {
			t.Errorf("%s: %d problems, want %d: %v", src, got, want, illegible(elements, light))
		}
	}
}

// measure finds the words of a drawing that are cut off, lie over other words, or leave or enter a box's edge.
const measure = `((lang, source) => {
	document.documentElement.lang = lang
	document.body.innerHTML = '<article class="prose"><figure>' + source + '</figure></article>'
	const svg = document.querySelector('svg'), view = svg.viewBox.baseVal, found = []
	const place = (e) => {
		const box = e.getBBox(), m = svg.getCTM().inverse().multiply(e.getCTM())
		return {words: e.textContent.trim(), left: box.x * m.a + m.e, top: box.y * m.d + m.f, right: (box.x + box.width) * m.a + m.e, bottom: (box.y + box.height) * m.d + m.f}
	}
	const texts = [...svg.querySelectorAll('text')].map(place)
	const boxes = [...svg.querySelectorAll('rect')].map(place).filter((b) => b.bottom - b.top > 14)
	texts.forEach((a, n) => {
		if (a.left < -1 || a.right > view.width + 1 || a.top < -2 || a.bottom > view.height + 4) found.push(a.words + ': cut off')
		for (const b of texts.slice(n + 1)) {
			const high = Math.min(a.bottom - a.top, b.bottom - b.top)
			if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.35 * high) found.push(a.words + ': lies over ' + b.words)
		}
		for (const b of boxes) {
			const x = (a.left + a.right) / 2, y = (a.top + a.bottom) / 2
			if (y < b.top || y > b.bottom) continue
			if (x > b.left && x < b.right && (a.left < b.left + 2 || a.right > b.right - 2)) found.push(a.words + ': leaves its box')
			if ((x < b.left || x > b.right) && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1) found.push(a.words + ': runs into a box')
		}
	})
	return found
})(%q, %q)`

// The words of every drawing fit where they stand, in a real browser with its own fonts, which are wider than most.
func TestCurriculumFiguresFit(t *testing.T) {
	ctx := browser(t)
	c := shipped(t)
	v := &visitor{T: t, ctx: ctx}
	for _, sheet := range []string{"static/css/bainian.css", "static/css/prose.css"} {
		v.eval(new(any), "(() => { const s = document.createElement('style'); s.textContent = %q; document.head.append(s) })()", c.read(t, sheet))
	}
	var found []string
	v.eval(&found, measure, "en", `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 40"><rect width="20" height="40"/><text x="5" y="20">far too long for its box</text></svg>`)
	if len(found) != 2 {
		t.Fatalf("the measure finds %q", found)
	}
	drawings := 0
	for p, lang := range c.texts(t) {
		if path.Ext(p) != ".svg" {
			continue
		}
		drawings++
		v.eval(&found, measure, string(lang), c.read(t, p))
		for _, what := range found {
			t.Errorf("%s: %s", p, what)
		}
	}
	t.Logf("%d drawings measured", drawings)
}
