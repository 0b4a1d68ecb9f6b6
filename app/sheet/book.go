package sheet

import (
	"io"

	"github.com/xuri/excelize/v2"

	"bainian/app/fault"
)

// Limits of a workbook, which is packed: what it says that it unpacks to is counted before any of it is unpacked, and
// what is large is unpacked to disk.
const (
	MaxBookBytes  = 50 << 20
	mostUnpacked  = 1 << 30
	mostInMemory  = 16 << 20
	mostOfColumns = 200
)

// leaf goes through the rows of a workbook's first leaf. A formula counts for what it last came to, a date is
// yyyy-mm-dd, and macros are not looked at.
func (s *Source) leaf(each func(record) bool) (err error) {
	if s.size > MaxBookBytes {
		return fault.New(fault.TooLarge, "sheet.too_large", "megabytes", MaxBookBytes>>20)
	}
	book, err := excelize.OpenReader(io.NewSectionReader(s.file, 0, s.size), excelize.Options{
		UnzipSizeLimit: mostUnpacked, UnzipXMLSizeLimit: mostInMemory, ShortDatePattern: "yyyy-mm-dd", LongDatePattern: "yyyy-mm-dd"})
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "sheet.bad_book")
	}
	defer func() {
		if e := book.Close(); err == nil && e != nil {
			err = e
		}
	}()
	leaves := book.GetSheetList()
	if len(leaves) == 0 {
		return fault.New(fault.Invalid, "sheet.bad_book")
	}
	rows, err := book.Rows(leaves[0])
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "sheet.bad_book")
	}
	defer rows.Close()
	width := 0
	for line := 1; rows.Next(); line++ {
		cells, err := rows.Columns()
		if err != nil {
			return fault.Wrap(err, fault.Invalid, "sheet.bad_book")
		}
		if len(cells) > mostOfColumns {
			return fault.New(fault.Invalid, "sheet.wide", "max", mostOfColumns)
		}
		if empty(cells) {
			continue
		}
		if width == 0 {
			width = len(cells)
		}
		for len(cells) < width { // a leaf does not keep the empty cells at the end of a row
			cells = append(cells, "")
		}
		if !each(record{line: line, cells: cells}) {
			return nil
		}
	}
	if err := rows.Error(); err != nil {
		return fault.Wrap(err, fault.Invalid, "sheet.bad_book")
	}
	return nil
}

func empty(cells []string) bool {
	for _, cell := range cells {
		if cell != "" {
			return false
		}
	}
	return true
}
