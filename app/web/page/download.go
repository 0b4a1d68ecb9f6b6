package page

import (
	"bytes"
	"strings"

	"github.com/gofiber/fiber/v2"

	"bainian/app/sheet"
)

// Spreadsheet answers with tables as a file, by the ending of its name: .csv has the first table alone, .xlsx one leaf for
// each. The name is of letters, digits, dots and dashes.
func (c *Ctx) Spreadsheet(name string, tables ...sheet.Table) error {
	var b bytes.Buffer
	kind, write := "text/csv; charset=utf-8", func() error { return sheet.WriteCSV(&b, tables[0]) }
	if strings.HasSuffix(name, ".xlsx") {
		kind, write = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", func() error { return sheet.WriteBook(&b, tables...) }
	}
	if err := write(); err != nil {
		return err
	}
	c.Attachment(name)
	c.Set(fiber.HeaderContentType, kind) // Attachment has set what the ending says
	return c.Send(b.Bytes())
}
