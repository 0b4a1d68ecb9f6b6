package answersheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// table is one file as records: comma, semicolon or tab by its first line, a byte order mark or a spreadsheet's
// "sep=;" passed over, empty lines too.
type table struct {
	name  string
	in    *csv.Reader
	guard *guard
	wrong *Refusal
	skip  int // lines before the reader's first
	last  int // line of the record before
	comma rune
}

// guard ends a file whose record does not end: an open quote would swallow the rest into memory.
type guard struct {
	io.Reader
	left int
}

var errLong = errors.New("a line that does not end")

func (g *guard) Read(p []byte) (int, error) {
	if g.left <= 0 {
		return 0, errLong
	}
	n, err := g.Reader.Read(p)
	g.left -= n
	return n, err
}

// open looks at the first line; ok is false when there is nothing that can be read as text.
func open(f File, wrong *Refusal) (t *table, ok bool) {
	t = &table{name: f.Name, wrong: wrong, comma: ','}
	in := bufio.NewReaderSize(f.Reader, 1<<16)
	head, err := in.Peek(1 << 16)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		wrong.add(t.name, 0, "", "answersheet.unreadable")
		return nil, false
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		wrong.add(t.name, 1, "", "sheet.not_utf8")
		return nil, false
	case bytes.HasPrefix(head, []byte("\uFEFF")):
		_, _ = in.Discard(3)
		head = head[3:]
	}
	if len(bytes.TrimSpace(head)) == 0 {
		wrong.add(t.name, 0, "", "answersheet.empty")
		return nil, false
	}
	line, _, _ := bytes.Cut(bytes.TrimLeft(head, "\r\n"), []byte("\n"))
	if mark := bytes.TrimRight(line, "\r"); len(mark) == 5 && bytes.HasPrefix(mark, []byte("sep=")) && strings.ContainsRune(",;\t", rune(mark[4])) {
		t.comma = rune(mark[4])
		_, _ = in.ReadString('\n')
		t.skip = 1
	} else {
		t.comma = separator(line)
	}
	t.guard = &guard{Reader: in}
	t.in = csv.NewReader(t.guard)
	t.in.Comma, t.in.FieldsPerRecord, t.in.ReuseRecord = t.comma, -1, true
	return t, true
}

// separator is whichever of comma, semicolon and tab stands most often outside quotes.
func separator(line []byte) rune {
	var commas, semicolons, tabs int
	quoted := false
	for _, c := range line {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == ',':
			commas++
		case c == ';':
			semicolons++
		case c == '\t':
			tabs++
		}
	}
	switch {
	case tabs > commas && tabs >= semicolons:
		return '\t'
	case semicolons > commas:
		return ';'
	}
	return ','
}

// next is the next record that can be told apart, trimmed, with the line it begins on; false at the end. The cells
// are good until the next call.
func (t *table) next() (cells []string, line int, ok bool) {
	for {
		t.guard.left = maxLine
		cells, err := t.in.Read()
		broken := (*csv.ParseError)(nil)
		switch {
		case errors.Is(err, io.EOF):
			return nil, 0, false
		case errors.Is(err, errLong):
			t.wrong.add(t.name, t.last+1, "", "answersheet.long_line", "kilobytes", maxLine>>10)
			return nil, 0, false
		case errors.As(err, &broken):
			t.wrong.add(t.name, broken.StartLine+t.skip, "", "sheet.quotes")
			continue
		case err != nil:
			t.wrong.add(t.name, 0, "", "answersheet.unreadable")
			return nil, 0, false
		}
		if line, ok := t.readable(cells); ok {
			return cells, line, true
		}
	}
}

// readable trims the cells and refuses what is no text; a line without any text is passed over.
func (t *table) readable(cells []string) (line int, ok bool) {
	line, _ = t.in.FieldPos(0)
	line += t.skip
	t.last = line
	for i, cell := range cells {
		cells[i] = strings.TrimSpace(cell)
		ok = ok || cells[i] != ""
		switch {
		case !utf8.ValidString(cell):
			t.wrong.add(t.name, line, "", "sheet.not_utf8")
			return 0, false
		case strings.ContainsRune(cell, 0):
			t.wrong.add(t.name, line, "", "sheet.nul")
			return 0, false
		}
	}
	return line, ok
}

// fold is a name as it is compared: width, case and space around it do not matter.
func fold(name string) string {
	return strings.ToLower(norm.NFKC.String(strings.TrimSpace(name)))
}

// trimmed drops the empty cells at the end, which spreadsheets leave behind.
func trimmed(cells []string) []string {
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}
