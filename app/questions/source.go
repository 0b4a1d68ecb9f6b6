package questions

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"bainian/app/fault"
	"bainian/app/locale"
)

// line is one line of a source file with its 1-based number.
type line struct {
	text string
	n    int
}

func (l line) blank() bool { return strings.TrimSpace(l.text) == "" }

// report collects the problems of one file.
type report struct {
	file     string
	problems *fault.Problems
}

func (r report) add(n int, item, key string, args ...any) {
	r.problems.Add(r.file, n, item, "questions."+key, args...)
}

// source is a file as lines, of which its parts are cut.
type source struct {
	report
	lang locale.Lang
	body []line
}

// readSource refuses at once what is too large or no text; otherwise the report has every problem.
func readSource(f File, problems *fault.Problems) (source, bool) {
	s := source{report: report{f.Name, problems}, lang: f.Lang}
	if len(f.Source) > MaxBytes {
		s.add(0, "", "file_large", "size", len(f.Source)>>20, "max", MaxBytes>>20)
		return s, false
	}
	first := max(f.Line, 1)
	text := bytes.TrimPrefix(f.Source, []byte("\uFEFF"))
	for n, raw := range bytes.Split(text, []byte("\n")) {
		if !utf8.Valid(raw) || bytes.IndexByte(raw, 0) >= 0 {
			s.add(first+n, "", "file_encoding")
			return s, false
		}
		s.body = append(s.body, line{strings.TrimRight(string(raw), "\r"), first + n})
	}
	return s, true
}

// cutFront moves the front matter, without its fences, out of the body.
func (s *source) cutFront() (front []line, ok bool) {
	if strings.TrimRight(s.body[0].text, " \t") != "---" {
		s.add(s.body[0].n, "", "front_missing")
		return nil, false
	}
	for i := 1; i < len(s.body); i++ {
		if strings.TrimRight(s.body[i].text, " \t") == "---" {
			front, s.body = s.body[1:i], s.body[i+1:]
			return front, true
		}
	}
	s.add(s.body[0].n, "", "front_open")
	s.body = nil
	return nil, false
}

// dropComments blanks HTML comments out, so that no author's note goes anywhere; code keeps its own.
func (s *source) dropComments() {
	var f fence
	opened := 0 // the line where the comment began
	for i := range s.body {
		l := &s.body[i]
		if opened == 0 && f.holds(l.text) {
			continue
		}
		l.text, opened = withoutComments(*l, opened)
	}
	if opened != 0 {
		s.add(opened, "", "comment_open")
	}
}

// withoutComments drops the comments of one line; opened is the line of a comment that is still open.
func withoutComments(l line, opened int) (string, int) {
	var out strings.Builder
	for rest := l.text; rest != ""; {
		if opened != 0 {
			_, after, closed := strings.Cut(rest, "-->")
			if !closed {
				break
			}
			rest, opened = after, 0
			continue
		}
		switch {
		case strings.HasPrefix(rest, "<!--"):
			rest, opened = rest[4:], l.n
		case rest[0] == '`':
			n := codeSpan(rest)
			out.WriteString(rest[:n])
			rest = rest[n:]
		default:
			out.WriteByte(rest[0])
			rest = rest[1:]
		}
	}
	return strings.TrimRight(out.String(), " \t"), opened
}

// codeSpan is the length of the code span at the start of s, or of its backticks when nothing closes it.
func codeSpan(s string) int {
	ticks := len(s) - len(strings.TrimLeft(s, "`"))
	for i := ticks; i < len(s); {
		if s[i] != '`' {
			i++
			continue
		}
		run := len(s[i:]) - len(strings.TrimLeft(s[i:], "`"))
		if i += run; run == ticks {
			return i
		}
	}
	return ticks
}
