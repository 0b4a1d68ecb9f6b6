package page

import (
	"bytes"
	"io"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/xuri/excelize/v2"

	"bainian/app/sheet"
)

// Spreadsheet answers with tables as a file, by the ending of its name: .csv has the first table alone, .xlsx one leaf for
// each. The name is of letters, digits, dots and dashes.
func (c *Ctx) Spreadsheet(name string, tables ...sheet.Table) error {
	var b bytes.Buffer
	kind, write := "text/csv; charset=utf-8", func() error { return sheet.WriteCSV(&b, tables[0]) }
	if strings.HasSuffix(name, ".xlsx") {
		kind, write = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", func() error { return writeWorkbook(&b, tables) }
	}
	if err := write(); err != nil {
		return err
	}
	c.Attachment(name)
	c.Set(fiber.HeaderContentType, kind) // Attachment has set what the ending says
	return c.Send(b.Bytes())
}

// writeWorkbook writes the rows as they come, so that a long table is in memory once, packed. Words stay words
// whatever they begin with: a cell is a formula only if it is written as one.
func writeWorkbook(to io.Writer, tables []sheet.Table) (err error) {
	book := excelize.NewFile()
	defer func() {
		if e := book.Close(); err == nil {
			err = e
		}
	}()
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	if err != nil {
		return err
	}
	form := "yyyy-mm-dd hh:mm"
	moment, err := book.NewStyle(&excelize.Style{CustomNumFmt: &form})
	if err != nil {
		return err
	}
	for n, t := range tables {
		name := leafName(t.Name)
		if n == 0 {
			err = book.SetSheetName(book.GetSheetName(0), name)
		} else {
			_, err = book.NewSheet(name)
		}
		if err != nil {
			return err
		}
		if err := writeLeaf(book, name, t, bold, moment); err != nil {
			return err
		}
	}
	return book.Write(to)
}

func writeLeaf(book *excelize.File, name string, t sheet.Table, bold, moment int) error {
	w, err := book.NewStreamWriter(name)
	if err != nil {
		return err
	}
	if err := w.SetColWidth(1, max(1, len(t.Heads)), 14); err != nil {
		return err
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	heads := make([]any, len(t.Heads))
	for n, head := range t.Heads {
		heads[n] = excelize.Cell{StyleID: bold, Value: head}
	}
	if err := w.SetRow("A1", heads); err != nil {
		return err
	}
	line := 1
	for row := range t.Rows {
		line++
		cells := make([]any, len(row))
		for n, cell := range row {
			if at, ok := cell.(time.Time); ok {
				_, shift := at.Zone() // a workbook has no zones: the time stands in it as it is shown
				cell = excelize.Cell{StyleID: moment, Value: at.Add(time.Duration(shift) * time.Second).UTC()}
			}
			cells[n] = cell
		}
		at, err := excelize.CoordinatesToCellName(1, line)
		if err != nil {
			return err
		}
		if err := w.SetRow(at, cells); err != nil {
			return err
		}
	}
	return w.Flush()
}

// leafName is a name that a workbook takes: at most 31 characters, and none of those that part a cell from its leaf.
func leafName(name string) string {
	letters := []rune(strings.NewReplacer(":", " ", `\`, " ", "/", " ", "?", " ", "*", " ", "[", " ", "]", " ", "'", " ").Replace(name))
	return string(letters[:min(31, len(letters))])
}
