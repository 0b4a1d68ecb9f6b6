// Package sheet reads a file that a spreadsheet saved, and writes one that a spreadsheet opens. What it reads is a
// workbook, or text in any of the encodings that spreadsheets write here, whose first line names the columns, in any
// order; it finds everything that is wrong with the file as a file, and what a cell means is for whoever asks. It goes
// through a file line by line, so that a million of them need no more memory than one.
package sheet

import (
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
	MaxRows int               // below the first line
	Empty   string            // said of a file without rows
	Missing string            // said of a required column that the file lacks, with {column}
	Named   map[string]string // what a person said that names in the first line mean: a column, or "" to pass it over
}

// Column is one column of a form. Whether a cell may be empty is for whoever asks.
type Column struct {
	Name     string   // in lower case
	Aliases  []string // what else it is called, folded as Fold does
	Passed   bool     // a file may have it and nothing comes of it
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
	cells []string
	at    map[string]int
}

// Cell is the trimmed text in a column, "" when the file has no such column.
func (r Row) Cell(column string) string {
	if at, ok := r.at[column]; ok {
		return r.cells[at]
	}
	return ""
}

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

// Rows goes through the rows of a text in UTF-8 as Each does, and adds what is wrong to problems.
func (f Form) Rows(data []byte, problems *fault.Problems) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		// A text in memory does not break off.
		_ = f.Each(Text(data), func(p fault.Problem) { *problems = append(*problems, p) }, yield)
	}
}

// Each goes through the rows that can be told apart until row returns false, and says what is wrong, with the column as
// the item: what is wrong with a row before it is handed out, so that the caller's own words come right behind. An
// error says that the file as a whole could not be read.
func (f Form) Each(src *Source, say func(fault.Problem), row func(Row) bool) error {
	s := &reader{Form: f, say: say, encoding: src.Encoding}
	rows, count, stopped := 0, 0, false
	err := src.records(func(r record) bool {
		s.line = r.line
		if count++; count > f.MaxRows+1 {
			s.problem("", "sheet.rows", "max", f.MaxRows)
			return false
		}
		if r.wrong != "" {
			s.problem("", r.wrong)
			return true
		}
		switch readable := s.readable(r.cells); {
		case s.header == nil:
			stopped = !readable || !s.readHeader(r.cells)
		case readable:
			rows++
			stopped = !row(s.row(r.cells))
		}
		return !stopped
	})
	if err == nil && rows == 0 && !s.said {
		s.line = 1
		s.problem("", f.Empty)
	}
	return err
}

// reader is one file being read, at a line.
type reader struct {
	Form
	say      func(fault.Problem)
	said     bool
	encoding Encoding
	line     int
	header   []Column // as the file has them
	at       map[string]int
	missing  []string
}

func (s *reader) problem(column, key string, args ...any) {
	s.said = true
	s.say(fault.Problem{Line: s.line, Item: column, Key: key, Args: args})
}

// readable refuses bytes that are no text, and a line whose cells cannot be told apart.
func (s *reader) readable(cells []string) bool {
	for _, cell := range cells {
		switch {
		case !utf8.ValidString(cell):
			s.problem("", "sheet.not_utf8")
			return false
		case strings.IndexFunc(cell, damaged) >= 0 && s.encoding != "" && s.encoding != UTF8:
			s.problem("", "sheet.not_encoding", "encoding", string(s.encoding))
			return false
		case strings.ContainsRune(cell, utf8.RuneError):
			s.problem("", "sheet.damaged", "cell", cell)
			return false
		case strings.ContainsRune(cell, 0):
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

// Fold is a name in the first line as it is compared: without case, width and what stands between its letters.
func Fold(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("_-:.()[]*/", r) {
			return -1
		}
		return r
	}, strings.ToLower(norm.NFKC.String(name)))
}

// Column is the column that a name in the first line means.
func (f Form) Column(name string) (Column, bool) {
	plain := strings.ToLower(norm.NFKC.String(strings.TrimSpace(name)))
	if said, ok := f.Named[plain]; ok {
		if said == "" {
			return Column{Name: plain, Passed: true}, true
		}
		plain = said
	}
	for _, c := range f.Columns {
		if c.Name == plain {
			return c, true
		}
	}
	folded := Fold(name)
	for _, c := range f.Columns {
		if folded == Fold(c.Name) || slices.Contains(c.Aliases, folded) {
			return c, true
		}
	}
	return Column{Name: plain, Lines: true}, false
}

// readHeader learns the columns and reports whether there is any to go on with.
func (s *reader) readHeader(cells []string) bool {
	var known []string
	for _, c := range s.Columns {
		if c.Refused == "" && !c.Passed {
			known = append(known, c.Name)
		}
	}
	s.at = map[string]int{}
	for i, cell := range cells {
		c, found := s.Column(cell)
		switch {
		case !found:
			s.problem(cell, "sheet.column_unknown", "column", cell, "known", strings.Join(known, ", "))
		case c.Refused != "":
			s.problem(c.Name, c.Refused, "column", cell)
		case c.Passed:
		case s.has(c.Name):
			s.problem(c.Name, "sheet.column_twice", "column", c.Name)
		}
		s.header = append(s.header, c)
		if _, twice := s.at[c.Name]; !twice {
			s.at[c.Name] = i
		}
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
	return slices.ContainsFunc(s.header, func(c Column) bool { return c.Name == name && !c.Passed })
}

// row takes one line, with all that is wrong with its cells.
func (s *reader) row(cells []string) Row {
	r := Row{Line: s.line, Said: slices.Clone(s.missing), cells: cells, at: s.at}
	for i, cell := range cells {
		c := s.header[i]
		text := strings.TrimSpace(cell)
		if plain, armed := strings.CutPrefix(text, "'"); armed && c.Formula != nil && c.Formula(plain) && Harmless(plain) == text {
			cell, text = plain, plain // what WriteCSV put before it
		}
		cells[i] = text
		if c.Passed {
			continue
		}
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
	}
	return r
}

// formula reports whether a spreadsheet would run the cell instead of showing it.
func formula(cell string) bool {
	return cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) || strings.HasPrefix(strings.TrimSpace(cell), "=")
}
