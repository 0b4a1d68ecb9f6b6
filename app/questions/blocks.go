package questions

import (
	"regexp"
	"strings"
)

type shape int

const (
	paragraph shape = iota
	heading
	fenced // code or display mathematics
	quote
	taskList
	bulletList
	numberedList
	table
	keys // lines that start with "= "
	rule
)

// block is lines[from:to] of an item's body.
type block struct {
	shape    shape
	from, to int
}

var (
	headingLine   = regexp.MustCompile(`^ {0,3}(#{1,6})(?:[ \t]+(.*?))??(?:[ \t]+#+)?[ \t]*$`)
	markerLine    = regexp.MustCompile(`^( {0,3})([-*+]|[0-9]{1,9}[.)])([ \t]+|$)(.*)$`)
	boxed         = regexp.MustCompile(`^\[([ xX])\](?:[ \t]+|$)(.*)$`)
	delimiterLine = regexp.MustCompile(`^ {0,3}\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$`)
	keyLine       = regexp.MustCompile(`^ {0,3}= +\S`)
	setextLine    = regexp.MustCompile(`^ {0,3}(=+|-+)[ \t]*$`)
)

// fence follows code fences and $$ blocks over lines: what stands inside is no syntax.
type fence struct {
	mark string // the run that opened it, empty outside
}

func (f *fence) open() bool { return f.mark != "" }

// holds takes the next line and reports whether it opens, fills or closes a fence.
func (f *fence) holds(text string) bool {
	trimmed := strings.TrimSpace(text)
	if f.open() {
		if f.mark == "$$" && strings.HasSuffix(trimmed, "$$") ||
			f.mark != "$$" && strings.HasPrefix(trimmed, f.mark) && strings.Trim(trimmed, f.mark[:1]) == "" {
			f.mark = ""
		}
		return true
	}
	if !strings.ContainsAny(trimmed, "$`~") {
		return false // as nearly every line
	}
	if m := markerLine.FindStringSubmatch(trimmed); m != nil {
		trimmed = strings.TrimSpace(m[4])
		if b := boxed.FindStringSubmatch(trimmed); b != nil {
			trimmed = strings.TrimSpace(b[2])
		}
	}
	if strings.HasPrefix(trimmed, "$$") {
		if rest := trimmed[2:]; !strings.Contains(rest, "$$") {
			f.mark = "$$"
			return true
		}
		return false
	}
	for _, char := range []string{"`", "~"} {
		run := trimmed[:len(trimmed)-len(strings.TrimLeft(trimmed, char))]
		if len(run) >= 3 && !(char == "`" && strings.Contains(trimmed[len(run):], "`")) {
			f.mark = run
			return true
		}
	}
	return false
}

func isQuote(text string) bool {
	return strings.HasPrefix(strings.TrimLeft(text, " "), ">") && indent(text) < 4
}

func isRule(text string) bool {
	t := strings.TrimLeft(text, " \t")
	if t == "" || !strings.Contains("-*_", t[:1]) {
		return false
	}
	t = strings.ReplaceAll(strings.ReplaceAll(t, " ", ""), "\t", "")
	return len(t) >= 3 && (strings.Trim(t, "-") == "" || strings.Trim(t, "*") == "" || strings.Trim(t, "_") == "")
}

func indent(text string) int { return len(text) - len(strings.TrimLeft(text, " ")) }

// blocksOf cuts a body into its blocks; blank lines belong to none, except inside a list or between keys.
func blocksOf(lines []line) []block {
	var out []block
	for i := 0; i < len(lines); {
		if lines[i].blank() {
			i++
			continue
		}
		b := block{paragraph, i, i + 1}
		text := lines[i].text
		var f fence
		switch marker := markerLine.FindStringSubmatch(text); {
		case isRule(text):
			b.shape = rule
		case marker != nil:
			b.shape, b.to = listAt(lines, i)
		case f.holds(text):
			b.shape = fenced
			for f.open() && b.to < len(lines) {
				f.holds(lines[b.to].text)
				b.to++
			}
		case isQuote(text):
			b.shape = quote
			for b.to < len(lines) && (isQuote(lines[b.to].text) || continues(lines, b.to)) {
				b.to++
			}
		case keyLine.MatchString(text):
			b.shape, b.to = keys, keysEnd(lines, i)
		case headingLine.MatchString(text):
			b.shape = heading
		case tableAt(lines, i):
			b.shape, b.to = table, i+2
			for b.to < len(lines) && continues(lines, b.to) {
				b.to++
			}
		default:
			for b.to < len(lines) && continues(lines, b.to) {
				b.to++
			}
		}
		out = append(out, b)
		i = b.to
	}
	return out
}

// continues reports whether a line goes on with the paragraph before it.
func continues(lines []line, i int) bool {
	text := lines[i].text
	var f fence
	return !lines[i].blank() && !isQuote(text) && !isRule(text) && !keyLine.MatchString(text) &&
		!headingLine.MatchString(text) && markerLine.FindStringSubmatch(text) == nil && !f.holds(text)
}

func tableAt(lines []line, i int) bool {
	return i+1 < len(lines) && strings.Contains(lines[i].text, "|") &&
		strings.Contains(lines[i+1].text, "|") && delimiterLine.MatchString(lines[i+1].text)
}

// keysEnd is the end of a run of "= " lines, which blank lines may part.
func keysEnd(lines []line, i int) int {
	end := i
	for n := i; n < len(lines) && (lines[n].blank() || keyLine.MatchString(lines[n].text)); n++ {
		if !lines[n].blank() {
			end = n + 1
		}
	}
	return end
}

// listAt is the shape of the list at line i and the line after its last.
func listAt(lines []line, i int) (shape, int) {
	kind, boxes, end, nested := markerKind(lines[i].text), false, i, indent(lines[i].text)+2
	var f fence
	for n := i; n < len(lines); n++ {
		text, inside := lines[n].text, f.open()
		code := f.holds(text)
		m := markerLine.FindStringSubmatch(text)
		switch {
		case inside:
		case lines[n].blank():
			continue
		case m != nil && indent(text) < nested:
			if markerKind(text) != kind || isRule(text) {
				return listShape(kind, boxes), end
			}
			boxes = boxes || boxed.MatchString(m[4])
		case indent(text) >= nested || strings.HasPrefix(text, "\t"):
		case end == n && continues(lines, n) && !code: // a lazy line of the last row
		default:
			return listShape(kind, boxes), end
		}
		end = n + 1
	}
	return listShape(kind, boxes), end
}

// markerKind is the bullet, or the sign after the number: another one starts another list.
func markerKind(text string) string {
	m := markerLine.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	return m[2][len(m[2])-1:]
}

func listShape(kind string, boxes bool) shape {
	switch {
	case kind == "." || kind == ")":
		return numberedList
	case boxes:
		return taskList
	}
	return bulletList
}

// row is one entry of a list: its text, without the marker and the box, and the quote under it.
type row struct {
	n        int    // line
	box      string // " " or "x"; empty when there is no box
	text     string
	feedback string
}

// rowsOf reads the entries of a list block; what stands two columns further in than its first belongs to a row.
func rowsOf(lines []line) []row {
	nested := indent(lines[0].text) + 2
	var rows []row
	var own [][]string
	var f fence
	for _, l := range lines {
		inside := f.open()
		f.holds(l.text)
		m := markerLine.FindStringSubmatch(l.text)
		if inside || m == nil || indent(l.text) >= nested {
			own[len(own)-1] = append(own[len(own)-1], l.text)
			continue
		}
		r, text := row{n: l.n}, m[4]
		if b := boxed.FindStringSubmatch(text); b != nil {
			r.box, text = strings.ToLower(b[1]), b[2]
		}
		rows, own = append(rows, r), append(own, []string{text})
	}
	for i := range rows {
		rows[i].text, rows[i].feedback = splitFeedback(own[i])
	}
	return rows
}

// splitFeedback parts the quote lines of a row from its text.
func splitFeedback(lines []string) (text, feedback string) {
	margin := 4
	for n, l := range lines {
		if lines[n] = untabbed(l); n == 0 {
			continue
		}
		l = lines[n]
		if strings.TrimSpace(l) != "" {
			margin = min(margin, indent(l))
		}
	}
	var words, notes []string
	var f fence
	for n, l := range lines {
		if n > 0 {
			l = l[min(margin, indent(l)):]
		}
		if !f.holds(l) && isQuote(l) && n > 0 {
			notes = append(notes, unquoted(l))
		} else {
			words = append(words, l)
		}
	}
	return strings.TrimSpace(strings.Join(words, "\n")), strings.TrimSpace(strings.Join(notes, "\n"))
}

// untabbed has its leading tabs as four spaces each.
func untabbed(l string) string {
	rest := strings.TrimLeft(l, "\t")
	return strings.Repeat("    ", len(l)-len(rest)) + rest
}

func unquoted(l string) string {
	l = strings.TrimPrefix(strings.TrimLeft(l, " "), ">")
	return strings.TrimPrefix(l, " ")
}

// cellsOf splits a table row at its bars; a bar after a backslash is text.
func cellsOf(text string) []string {
	text = strings.TrimSpace(text)
	text = strings.TrimPrefix(text, "|")
	var cells []string
	var cell strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text) && text[i+1] == '|':
			cell.WriteByte('|')
			i++
		case text[i] == '|':
			cells = append(cells, strings.TrimSpace(cell.String()))
			cell.Reset()
			if i == len(text)-1 {
				return cells
			}
		default:
			cell.WriteByte(text[i])
		}
	}
	return append(cells, strings.TrimSpace(cell.String()))
}
