package dossier

import (
	"fmt"
	"html/template"
	"strings"

	"bainian/app/integrity"
	"bainian/app/ledger"
	"bainian/app/web/page"
)

// packStyle makes the page of a pack readable and printable by itself, without anything of the site.
const packStyle = `body{font:1rem/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d1f24}` +
	`section{border-top:1px solid #ccc;padding:.5rem 0}table{border-collapse:collapse;font-size:.9rem}th,td{border:1px solid #ddd;padding:.25rem .5rem;text-align:start}` +
	`.same{background:#eee}.same-wrong{background:#fbf0dc;font-weight:700}svg{max-width:100%;height:auto}svg text{font-size:12px}.axis{stroke:#888;fill:none}` +
	`.mark{fill:#3344a3}.mark-2{fill:#17694f}.mark-wait{fill:#8a5200}.times-band{fill:#eee}.quiet{color:#565a63}.no-print,.sr{display:none}dt{font-weight:600}`

// SendPack sends the evidence of a case as one signed archive, with a page for people and a word on how to check it.
func SendPack(c *page.Ctx, t *page.Templates, desk *integrity.Desk, a ledger.Archive, title string, e Evidence) error {
	var b strings.Builder
	fmt.Fprintf(&b, "<!doctype html>\n<html lang=\"%s\"><meta charset=\"utf-8\"><title>%s</title><style>%s</style>\n<h1>%s</h1>\n", c.Lang, template.HTMLEscapeString(title), packStyle, template.HTMLEscapeString(title))
	for _, part := range []string{"findings", "innocent", "special", "beside", "attempt", "signals", "pairs"} {
		html, err := c.Piece(t, part, e)
		if err != nil {
			return err
		}
		b.WriteString(string(html) + "\n")
	}
	b.WriteString("</html>\n")
	a.Files = append(a.Files, ledger.ArchiveFile{Name: "evidence.html", Body: []byte(b.String())},
		ledger.ArchiveFile{Name: "README.txt", Body: []byte(c.T("case.pack_readme") + "\n")})
	signed, err := desk.Write(a)
	if err != nil {
		return err
	}
	c.Attachment(strings.ReplaceAll(a.Subject, " ", "-") + ".zip")
	c.Set("Content-Type", "application/zip")
	c.Set("Cache-Control", "no-store")
	return c.Send(signed)
}
