package leads

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/sheet"
	"bainian/app/store"
)

// filePart is how much of an uploaded file one transaction keeps, in bytes.
const filePart = 256 << 10

// File is a file that was uploaded to be imported. It is there for a day, for whoever uploaded it.
type File struct {
	ID, Name string
	At       time.Time
	Leads    int // that it brought, once it was applied
	Applied  bool
	content  []byte
}

// Receive keeps an uploaded file of at most WebBytes to be looked at and applied.
func (p *Pool) Receive(ctx context.Context, actor people.Person, name string, content []byte) (id string, err error) {
	if err := mayImport(actor); err != nil {
		return "", err
	}
	if len(content) > WebBytes {
		return "", fault.New(fault.TooLarge, "intake.too_large", "megabytes", WebBytes>>20)
	}
	name = strings.ToValidUTF8(name[strings.LastIndexAny(name, `/\`)+1:], "_")
	if runes := []rune(name); len(runes) > maxField {
		name = string(runes[:maxField])
	}
	err = p.db.Write(ctx, func(tx *store.Tx) error {
		id = tx.NewID()
		_, err := tx.Exec(`INSERT INTO lead_file (id, name, size, by_id, at_ms) VALUES (?, ?, ?, ?, ?)`, id, name, len(content), actor.ID, store.Ms(tx.Now))
		return err
	})
	n := 0
	for part := range slices.Chunk(content, filePart) {
		if err == nil {
			err = p.db.Write(ctx, func(tx *store.Tx) error {
				_, err := tx.Exec(`INSERT INTO lead_file_part (file_id, n, content) VALUES (?, ?, ?)`, id, n, part)
				return err
			})
		}
		n++
	}
	return id, err
}

// File is a file that the actor uploaded, or NotFound; so is one whose day is over.
func (p *Pool) File(ctx context.Context, actor people.Person, id string) (f File, err error) {
	err = p.db.Read(ctx, func(rx *store.Rx) error {
		size := 0
		var found bool
		f, found, err = store.First(rx, func(r store.Row) (f File, err error) {
			var at int64
			err = r.Scan(&f.ID, &f.Name, &size, &at, &f.Applied, &f.Leads)
			f.At = store.Time(at)
			return f, err
		}, `SELECT f.id, f.name, f.size, f.at_ms, f.import_id IS NOT NULL, coalesce(i.leads, 0) FROM lead_file f LEFT JOIN lead_import i ON i.id = f.import_id
			WHERE f.id = ? AND f.by_id = ?`, id, actor.ID)
		if err != nil || f.Applied {
			return err
		}
		parts, err := store.All(rx, func(r store.Row) (b []byte, err error) { return b, r.Scan(&b) },
			`SELECT content FROM lead_file_part WHERE file_id = ? ORDER BY n`, id)
		if f.content = bytes.Join(parts, nil); err == nil && (!found || len(f.content) != size) {
			err = fault.New(fault.NotFound, "intake.no_file")
		}
		return err
	})
	return f, err
}

// Examine says what the file would do. The file may be read as it says itself, or as a person says.
func (p *Pool) Examine(ctx context.Context, actor people.Person, f File, how Intake) (Report, error) {
	how.MaxRows = WebRows
	return p.Take(ctx, actor, bytes.NewReader(f.content), int64(len(f.content)), how, false)
}

// Apply takes an uploaded file in, once: again it is a Conflict.
func (p *Pool) Apply(ctx context.Context, actor people.Person, f File, how Intake) (Report, error) {
	if f.Applied {
		return Report{}, fault.New(fault.Conflict, "intake.applied_already")
	}
	how.Name, how.MaxRows, how.file = f.Name, WebRows, f.ID
	return p.Take(ctx, actor, bytes.NewReader(f.content), int64(len(f.content)), how, true)
}

// Preview is the beginning of a file as it is read, for a person to see whether it reads right.
type Preview struct {
	sheet.Reading
	Book  bool // a workbook, which has neither encoding nor comma
	Heads []Head
	Lines [][]string // below the first one
}

// Head is a name in the first line of a file.
type Head struct {
	Name    string
	Column  string // what it means, "" when that is not known or it is passed over
	Passed  bool   // what stands below it is not read
	Refused bool   // no file may have it
}

// Preview reads the first lines of the file. Its faults are Take's.
func (f File) Preview(how Intake) (v Preview, err error) {
	src, err := sheet.Open(bytes.NewReader(f.content), int64(len(f.content)), how.Reading)
	if err != nil {
		return v, err
	}
	v.Reading, v.Book = src.Reading, src.Book
	lines, err := src.Preview(6)
	if err != nil || len(lines) == 0 {
		return v, err
	}
	form := form()
	form.Named = how.Named
	for _, name := range lines[0] {
		c, known := form.Column(name)
		h := Head{Name: legible(name), Passed: c.Passed, Refused: c.Refused != ""}
		if known && !h.Passed && !h.Refused {
			h.Column = c.Name
		}
		v.Heads = append(v.Heads, h)
	}
	for _, cells := range lines[1:] {
		for i, cell := range cells {
			cells[i] = legible(cell)
		}
		v.Lines = append(v.Lines, cells)
	}
	return v, nil
}

// legible is a cell as a page shows it, whatever bytes it is of.
func legible(cell string) string {
	cell = strings.ToValidUTF8(strings.ReplaceAll(cell, "\x00", ""), "\uFFFD")
	if utf8.RuneCountInString(cell) > maxField {
		cell = string([]rune(cell)[:maxField]) + "…"
	}
	return cell
}

// NameOf is how an Intake calls a name in the first line.
func NameOf(head string) string { return strings.ToLower(norm.NFKC.String(strings.TrimSpace(head))) }
