// Package sheet reads a file that a spreadsheet saved, and writes one that a spreadsheet opens. What it reads is CSV
// in UTF-8 whose first line names the columns, in any order; it finds everything that is wrong with the file as a
// file, and what a cell means is for whoever asks.
package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"bainian/app/fault"
)

// MaxBytes is the most that Load reads.
const MaxBytes = 10 << 20

// Form is what a file should look like. Empty and Missing are message keys in the words of whoever asks.
type Form struct {
	Columns []Column
	MaxRows int    // below the first line
	Empty   string // said of a file without rows
	Missing string // said of a required column that the file lacks, with {column}
}

// Column is one column of a form. Whether a cell may be empty is for whoever asks.
type Column struct {
	Name     string // in lower case
	Required bool
	Refused  string // the message key, with {column}, for a column that no file may have; "" for others
	Max      int    // characters of a cell; 0 for any number
	Lines    bool   // a cell may have several lines and control characters
	// Formula finds the trimmed cells that are fine although they look like a formula; nil for none.
	Formula func(text string) bool
}

// Row is a line with as many cells as the first one.
type Row struct {
	Line  int      // where it begins, 1-based
	Said  []string // columns that need no second word: the file lacks them, or the cell is wrong
	cells map[string]string
}

// Cell is the trimmed text in a column, "" when the file has no such column.
func (r Row) Cell(column string) string { return r.cells[column] }

// Load reads a whole file. It is TooLarge over MaxBytes, and Malformed when it breaks off.
func Load(file io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(file, MaxBytes+1))
	if err != nil {
		return nil, fault.Wrap(err, fault.Malformed, "sheet.unreadable")
	}
	if len(data) > MaxBytes {
		return nil, fault.New(fault.TooLarge, "sheet.too_large", "megabytes", MaxBytes>>20)
	}
	return data, nil
}

// Rows goes through the rows that can be told apart and adds what is wrong to problems, with the column as the
// item: what is wrong with a row before it is handed out, so that the caller's own words come right behind.
func (f Form) Rows(data []byte, problems *fault.Problems) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		s := &reader{Form: f, problems: problems}
		in, rows := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\uFEFF")))), 0
		in.FieldsPerRecord = -1 // counted here, to say what is wrong
		for count := 0; ; count++ {
			cells, err := in.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			wrong := (*csv.ParseError)(nil)
			if errors.As(err, &wrong) {
				s.line = wrong.StartLine // FieldPos panics when the line broke in its first field
			} else {
				s.line, _ = in.FieldPos(0)
			}
			if count > f.MaxRows {
				s.problem("", "sheet.rows", "max", f.MaxRows)
				break
			}
			if wrong != nil {
				s.problem("", "sheet.quotes")
				continue
			}
			switch readable := s.readable(cells); {
			case s.header == nil:
				if !readable || !s.readHeader(cells) {
					return
				}
			case readable:
				if rows++; !yield(s.row(cells)) {
					return
				}
			}
		}
		if rows == 0 && *problems == nil {
			problems.Add("", 1, "", f.Empty)
		}
	}
}

// reader is one file being read, at a line.
type reader struct {
	Form
	problems *fault.Problems
	line     int
	header   []Column // as the file has them
	missing  []string
}

func (s *reader) problem(column, key string, args ...any) {
	s.problems.Add("", s.line, column, key, args...)
}

// readable refuses bytes that are no text, and a line whose cells cannot be told apart.
func (s *reader) readable(cells []string) bool {
	for _, cell := range cells {
		if !utf8.ValidString(cell) {
			s.problem("", "sheet.not_utf8")
			return false
		}
		if strings.ContainsRune(cell, 0) {
			s.problem("", "sheet.nul")
			return false
		}
	}
	if s.header != nil && len(cells) != len(s.header) {
		s.problem("", "sheet.fields", "want", len(s.header), "got", len(cells))
		return false
	}
	return true
}

// readHeader learns the columns and reports whether there is any to go on with.
func (s *reader) readHeader(cells []string) bool {
	var known []string
	columns := map[string]Column{}
	for _, c := range s.Columns {
		if columns[c.Name] = c; c.Refused == "" {
			known = append(known, c.Name)
		}
	}
	for _, cell := range cells {
		name := strings.ToLower(norm.NFKC.String(strings.TrimSpace(cell)))
		c, found := columns[name]
		switch {
		case !found:
			c = Column{Name: name, Lines: true}
			s.problem(cell, "sheet.column_unknown", "column", cell, "known", strings.Join(known, ", "))
		case c.Refused != "":
			s.problem(name, c.Refused, "column", name)
		case s.has(name):
			s.problem(name, "sheet.column_twice", "column", name)
		}
		s.header = append(s.header, c)
	}
	required := 0
	for _, c := range s.Columns {
		if !c.Required {
			continue
		}
		if required++; !s.has(c.Name) {
			s.missing = append(s.missing, c.Name)
			s.problem(c.Name, s.Missing, "column", c.Name)
		}
	}
	return s.missing == nil || len(s.missing) < required
}

func (s *reader) has(name string) bool {
	return slices.ContainsFunc(s.header, func(c Column) bool { return c.Name == name })
}

// row takes one line, with all that is wrong with its cells.
func (s *reader) row(cells []string) Row {
	r := Row{Line: s.line, Said: slices.Clone(s.missing), cells: map[string]string{}}
	for i, cell := range cells {
		c, text := s.header[i], strings.TrimSpace(cell)
		problem := func(key string, args ...any) {
			s.problem(c.Name, key, append(args, "column", c.Name)...)
			r.Said = append(r.Said, c.Name)
		}
		switch {
		case formula(cell) && (c.Formula == nil || !c.Formula(text)):
			problem("sheet.formula", "cell", cell)
		case c.Max > 0 && utf8.RuneCountInString(cell) > c.Max:
			problem("sheet.long", "max", c.Max)
		case !c.Lines && strings.IndexFunc(cell, unicode.IsControl) >= 0:
			problem("sheet.lines")
		}
		if _, twice := r.cells[c.Name]; !twice {
			r.cells[c.Name] = text
		}
	}
	return r
}

// formula reports whether a spreadsheet would run the cell instead of showing it.
func formula(cell string) bool {
	return cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) || strings.HasPrefix(strings.TrimSpace(cell), "=")
}
