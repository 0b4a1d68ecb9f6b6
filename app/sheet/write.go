package sheet

import (
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Table is rows to be taken along in a file. A cell is a string, an int, a float64, a time.Time in the zone it is
// to be shown in, or nil for an empty one.
type Table struct {
	Name  string // of the leaf, where the file has leaves
	Heads []string
	Rows  iter.Seq[[]any]
}

// TimeForm is how a time stands in a CSV: what spreadsheets of every language read as one.
const TimeForm = "2006-01-02 15:04"

// WriteCSV writes a table in UTF-8 with a byte order mark, without which Excel takes Chinese for another encoding.
// Words that a spreadsheet would run come with an apostrophe before them.
func WriteCSV(to io.Writer, t Table) error {
	if _, err := io.WriteString(to, "\uFEFF"); err != nil {
		return err
	}
	w := csv.NewWriter(to)
	w.UseCRLF = true // RFC 4180
	heads := make([]any, len(t.Heads))
	for n, head := range t.Heads {
		heads[n] = head
	}
	if err := writeRow(w, heads); err != nil {
		return err
	}
	for row := range t.Rows {
		if err := writeRow(w, row); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

func writeRow(w *csv.Writer, row []any) error {
	cells := make([]string, len(row))
	for n, cell := range row {
		switch cell := cell.(type) {
		case nil:
		case string:
			cells[n] = Harmless(cell)
		case int:
			cells[n] = strconv.Itoa(cell)
		case float64:
			cells[n] = strconv.FormatFloat(cell, 'f', -1, 64)
		case time.Time:
			cells[n] = cell.Format(TimeForm)
		default:
			return fmt.Errorf("sheet: a cell of %T", cell)
		}
	}
	return w.Write(cells)
}

// Harmless is a text that no spreadsheet takes for a formula: an apostrophe goes before one that begins, after white
// space and what is not seen, with one of the signs of a formula, full-width ones included, or that begins with a tab or
// an end of line, after which some look again.
func Harmless(text string) string {
	seen := strings.TrimLeftFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
	})
	if strings.HasPrefix(text, "\t") || strings.HasPrefix(text, "\r") || strings.HasPrefix(text, "\n") || strings.IndexAny(seen, "=+-@＝＋－＠−") == 0 {
		return "'" + text
	}
	return text
}
