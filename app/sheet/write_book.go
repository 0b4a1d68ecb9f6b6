package sheet

import (
	"io"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// WriteBook writes tables as a workbook, one leaf for each, the rows as they come, so that a long table is in memory
// once, packed. Words stay words whatever they begin with: a cell is a formula only if it is written as one.
func WriteBook(to io.Writer, tables ...Table) (err error) {
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

func writeLeaf(book *excelize.File, name string, t Table, bold, moment int) error {
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
