package server

import (
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"bainian/app/fault"
	"bainian/app/leads"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/sheet"
)

// leadFlags say how a file of leads is to be read, where the file itself does not.
type leadFlags struct {
	encoding string
	columns  map[string]string
	findings string // a file for everything there is to say about its lines
}

func (l *leadFlags) register(f *flag.FlagSet) {
	f.StringVar(&l.encoding, "encoding", "", "leads: how the file is encoded, where it does not say so itself: utf-8, utf-16, big5 or gb18030")
	f.StringVar(&l.findings, "findings", "", "leads: a CSV to be written with every problem and every duplicate, by line")
	f.Func("column", "leads: what a column is, as NAME=company|contact|phone|industry|territory|source|note|pool; NAME= passes it over", func(text string) error {
		name, column, ok := strings.Cut(text, "=")
		if !ok || column != "" && !slices.Contains(leads.Columns(), column) {
			return fmt.Errorf("want NAME=COLUMN with one of %s", strings.Join(leads.Columns(), ", "))
		}
		if l.columns == nil {
			l.columns = map[string]string{}
		}
		l.columns[leads.NameOf(name)] = column
		return nil
	})
}

func (h *House) importLeads(ctx context.Context, file *os.File, how leadFlags, catalog *locale.Catalog, apply bool) (report importReport, problems fault.Problems, err error) {
	e := sheet.Encoding(how.encoding)
	if e != "" && !slices.Contains(sheet.Encodings(), e) {
		return report, nil, fault.New(fault.Invalid, "intake.no_encoding", "encoding", how.encoding)
	}
	info, err := file.Stat()
	if err != nil {
		return report, nil, err
	}
	in := leads.Intake{Name: filepath.Base(file.Name()), Reading: sheet.Reading{Encoding: e}, Named: how.columns}
	if how.findings != "" {
		to, err := os.OpenFile(how.findings, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return report, nil, fault.Wrap(err, fault.Invalid, "intake.no_findings", "path", how.findings)
		}
		list := newFindings(to, catalog)
		in.Every = list.add
		defer func() {
			if closed := list.close(); err == nil {
				err = closed
			}
		}()
	}
	r, err := h.Pool.Take(ctx, people.System(), file, info.Size(), in, apply)
	return importReport{Rows: r.Rows, New: r.New, Same: r.Left, Wrong: r.Wrong, Applied: r.Applied}, r.Problems, err
}

// findings writes what there is to say about the lines of a file as a CSV.
type findings struct {
	file    *os.File
	out     *csv.Writer
	catalog *locale.Catalog
}

func newFindings(file *os.File, catalog *locale.Catalog) *findings {
	f := &findings{file, csv.NewWriter(file), catalog}
	_, _ = file.WriteString("\uFEFF") // a failure is met again at close
	f.write("line", "kind", "column", "message")
	return f
}

func (f *findings) write(cells ...string) {
	for i, cell := range cells {
		cells[i] = sheet.Harmless(cell)
	}
	_ = f.out.Write(cells) // kept by the writer until close
}

func (f *findings) add(one leads.Finding) {
	kind := "problem"
	if one.Duplicate {
		kind = "duplicate"
	}
	f.write(strconv.Itoa(one.Line), kind, one.Item, f.catalog.T(locale.En, one.Key, one.Args...))
}

func (f *findings) close() error {
	f.out.Flush()
	if err := f.out.Error(); err != nil {
		return err
	}
	return f.file.Close()
}
