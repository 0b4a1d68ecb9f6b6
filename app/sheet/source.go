package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"bainian/app/fault"
)

// Reading says how a file is to be read, where a person has said so; what is zero is found out.
type Reading struct {
	Encoding Encoding
	Comma    rune // what parts the cells: a comma, a semicolon or a tab
}

// Source is a file that a spreadsheet saved: text, or a workbook, of which the first leaf counts. It can be gone
// through any number of times.
type Source struct {
	Reading
	Book bool // a workbook: then it has no encoding and no comma

	file io.ReaderAt
	size int64
}

// Commas are what may part the cells of a text.
func Commas() []rune { return []rune{',', ';', '\t'} }

// Open finds out what a file is. What it cannot decide it says, as Invalid in the field "encoding", for a person to say
// it in as. A workbook of the time before 2007, or one under a password, is Invalid, too.
func Open(file io.ReaderAt, size int64, as Reading) (*Source, error) {
	s := &Source{Reading: as, file: file, size: size}
	head := make([]byte, 8)
	n, err := file.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fault.Wrap(err, fault.Malformed, "sheet.unreadable")
	}
	switch head := string(head[:n]); {
	case strings.HasPrefix(head, "PK\x03\x04"):
		s.Book, s.Reading = true, Reading{}
		return s, nil
	case head == "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1":
		return nil, fault.New(fault.Invalid, "sheet.old_book")
	}
	if s.Encoding == "" {
		if s.Encoding, err = detect(file, size); err != nil {
			return nil, err
		}
	}
	if s.Comma == 0 {
		s.Comma, err = s.comma()
	}
	return s, err
}

// Text is a file in UTF-8 whose cells are parted by commas.
func Text(data []byte) *Source {
	return &Source{Reading: Reading{UTF8, ','}, file: bytes.NewReader(data), size: int64(len(data))}
}

// text is the file in UTF-8, without a byte order mark.
func (s *Source) text() io.Reader {
	var in io.Reader = io.NewSectionReader(s.file, 0, s.size)
	if d := s.Encoding.decoder(); d != nil {
		in = d.Reader(in)
	}
	b := bufio.NewReaderSize(in, 64<<10)
	if mark, err := b.Peek(3); err == nil && string(mark) == "\uFEFF" {
		_, _ = b.Discard(3) // it was there to be peeked at
	}
	return b
}

// comma is what parts the names in the first line more often than anything else.
func (s *Source) comma() (rune, error) {
	line, err := bufio.NewReader(io.LimitReader(s.text(), mostOfLine)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, fault.Wrap(err, fault.Malformed, "sheet.unreadable")
	}
	count, quoted := map[rune]int{}, false
	for _, c := range line {
		switch {
		case c == '"':
			quoted = !quoted
		case !quoted:
			count[c]++
		}
	}
	best := ','
	for _, c := range Commas() {
		if count[c] > count[best] {
			best = c
		}
	}
	return best, nil
}

// mostOfLine is how many bytes one line may have. What is longer is a quote that was never closed, and would be the
// rest of the file.
const mostOfLine = 1 << 20

// record is one line of a file, its cells apart.
type record struct {
	line  int
	cells []string
	wrong string // the message key, when the cells cannot be told apart
}

// errLong is that a line does not end.
var errLong = errors.New("sheet: a line without end")

// records goes through the lines of the file until each returns false.
func (s *Source) records(each func(record) bool) error {
	if s.Book {
		return s.leaf(each)
	}
	budget := &budget{in: s.text()}
	in := csv.NewReader(budget)
	in.Comma, in.FieldsPerRecord = s.Comma, -1 // counted by whoever asks, to say what is wrong
	for last := 0; ; {
		budget.left = mostOfLine
		cells, err := in.Read()
		wrong := (*csv.ParseError)(nil)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, errLong):
			each(record{line: last + 1, wrong: "sheet.long_line"})
			return nil
		case errors.As(err, &wrong): // FieldPos panics when the line broke in its first field
			if last = wrong.StartLine; !each(record{line: last, wrong: "sheet.quotes"}) {
				return nil
			}
		case err != nil:
			return fault.Wrap(err, fault.Malformed, "sheet.unreadable")
		default:
			if last, _ = in.FieldPos(0); !each(record{line: last, cells: cells}) {
				return nil
			}
		}
	}
}

// budget gives no more than was allowed since it was filled up.
type budget struct {
	in   io.Reader
	left int
}

func (b *budget) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errLong
	}
	n, err := b.in.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// Preview is the first lines of the file as they are read, at most n; lines that cannot be told apart are left out.
func (s *Source) Preview(n int) (lines [][]string, err error) {
	err = s.records(func(r record) bool {
		if r.wrong == "" {
			lines = append(lines, append([]string(nil), r.cells...))
		}
		return len(lines) < n
	})
	return lines, err
}
