package review

import (
	"context"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strings"

	"bainian/app/fault"
	"bainian/app/leads"
	"bainian/app/people"
	"bainian/app/sheet"
	"bainian/app/web/page"
)

type importLeadsView struct {
	page.Base
	Rows, Megabytes int // the most that a page takes
	Columns         []string
	Err             error
}

// importLeads is the form to which a file of leads is given.
func (w *Wing) importLeads(c *page.Ctx) error { return w.showImportLeads(c, nil) }

func (w *Wing) showImportLeads(c *page.Ctx, refused error) error {
	return c.Page(w.pages, "import_leads", &importLeadsView{Base: page.Base{Title: c.T("review.import.leads"), Here: w.leadsHome(c)},
		Rows: leads.WebRows, Megabytes: leads.WebBytes >> 20, Columns: leads.Columns(), Err: refused})
}

// uploadLeads keeps the file and goes on to what it would do: nothing is applied before it was shown.
func (w *Wing) uploadLeads(c *page.Ctx) error {
	name, data, err := c.Upload("file")
	if err == nil {
		var id string
		if id, err = w.pool.Receive(c.Context(), c.Person, name, data); err == nil {
			return c.Back("/leads/imports/"+id, "")
		}
	}
	if c.Refused(err) {
		return w.showImportLeads(c, err)
	}
	return err
}

// leadsHome is the place in the menu that the import of leads belongs to.
func (w *Wing) leadsHome(c *page.Ctx) string {
	if c.Person.Has(people.Manager) {
		return "/board"
	}
	return "/people"
}

type importedView struct {
	page.Base
	File      leads.File
	Preview   leads.Preview
	Encodings []page.Option
	Commas    []page.Option
	Heads     []headField
	Guesses   []guess // when a person has to say how the file is to be read
	Said      url.Values
	Report    *leads.Report
	Err       error
}

// headField is a name in the first line with what it may mean.
type headField struct {
	leads.Head
	Field   string
	Columns []page.Option
}

// guess is the beginning of a file as one encoding has it.
type guess struct {
	Encoding sheet.Encoding
	Label    string
	Lines    [][]string
}

// encodingLabel is the name of an encoding with where it is met.
func encodingLabel(c *page.Ctx, e sheet.Encoding) string {
	return c.T("intake.encoding_" + strings.ReplaceAll(string(e), "-", ""))
}

// intake is what the person said of a file, in a query or a form: its encoding, what parts its cells, and what its
// columns mean, by their places.
type intake struct {
	leads.Intake
	said url.Values
}

const passedOver = "-"

// saidOf reads it; get is c.Query or c.Form. Columns are by place, since a name may be anything.
func saidOf(get func(string) string, file leads.File) (intake, leads.Preview, error) {
	in := intake{said: url.Values{}}
	if e := sheet.Encoding(get("encoding")); slices.Contains(sheet.Encodings(), e) {
		in.Reading.Encoding = e
		in.said.Set("encoding", string(e))
	}
	for _, comma := range sheet.Commas() {
		if get("comma") == fmt.Sprint(int(comma)) {
			in.Reading.Comma = comma
			in.said.Set("comma", get("comma"))
		}
	}
	v, err := file.Preview(in.Intake)
	if err != nil {
		return in, v, err
	}
	in.Named = map[string]string{}
	for i, h := range v.Heads {
		field := fmt.Sprint("c", i)
		switch column := get(field); {
		case column == passedOver:
			in.Named[leads.NameOf(h.Name)] = ""
			in.said.Set(field, column)
		case slices.Contains(leads.Columns(), column):
			in.Named[leads.NameOf(h.Name)] = column
			in.said.Set(field, column)
		}
	}
	v, err = file.Preview(in.Intake)
	return in, v, err
}

// importedLeads shows what a file would do.
func (w *Wing) importedLeads(c *page.Ctx) error {
	return w.showImported(c, func(name string) string { return c.Query(name) }, nil)
}

func (w *Wing) showImported(c *page.Ctx, get func(string) string, refused error) error {
	file, err := w.pool.File(c.Context(), c.Person, c.Params("id"))
	if err != nil {
		return err
	}
	v := &importedView{Base: page.Base{Title: c.T("review.import.leads"), Here: w.leadsHome(c)}, File: file, Err: refused}
	if file.Applied {
		return c.Page(w.pages, "imported_leads", v)
	}
	in, preview, err := saidOf(get, file)
	v.Preview, v.Said = preview, in.said
	if err == nil {
		var report leads.Report
		if report, err = w.pool.Examine(c.Context(), c.Person, file, in.Intake); err == nil {
			v.Report = &report
		}
	}
	if err != nil && v.Err == nil {
		v.Err = err
		if !c.Refused(err) {
			return err
		}
	}
	if v.Report != nil && v.Report.Wrong > 0 {
		c.Refused(fault.New(fault.Invalid, ""))
	}
	if fault.HasKey(v.Err, "sheet.encoding_undecided") {
		v.Guesses = guesses(c, file)
	}
	v.fields(c)
	return c.Page(w.pages, "imported_leads", v)
}

// guesses are the beginnings of a file in the encodings that it may be of.
func guesses(c *page.Ctx, file leads.File) (all []guess) {
	for _, e := range []sheet.Encoding{sheet.Big5, sheet.GB18030} {
		if v, err := file.Preview(leads.Intake{Reading: sheet.Reading{Encoding: e}}); err == nil {
			g := guess{Encoding: e, Label: encodingLabel(c, e), Lines: v.Lines[:min(3, len(v.Lines))]}
			var names []string
			for _, h := range v.Heads {
				names = append(names, h.Name)
			}
			g.Lines = append([][]string{names}, g.Lines...)
			all = append(all, g)
		}
	}
	return all
}

func (v *importedView) fields(c *page.Ctx) {
	for _, e := range sheet.Encodings() {
		v.Encodings = append(v.Encodings, page.Option{Value: string(e), Label: encodingLabel(c, e), Chosen: e == v.Preview.Encoding})
	}
	for _, comma := range sheet.Commas() {
		v.Commas = append(v.Commas, page.Option{Value: fmt.Sprint(int(comma)), Label: c.T(fmt.Sprint("intake.comma_", int(comma))), Chosen: comma == v.Preview.Comma})
	}
	for i, h := range v.Preview.Heads {
		f := headField{Head: h, Field: fmt.Sprint("c", i)}
		f.Columns = []page.Option{{Label: c.T("intake.choose"), Chosen: h.Column == "" && !h.Passed}, {Value: passedOver, Label: c.T("intake.leave_out"), Chosen: h.Passed}}
		for _, column := range leads.Columns() {
			f.Columns = append(f.Columns, page.Option{Value: column, Label: c.T("intake.column_" + column), Chosen: column == h.Column})
		}
		v.Heads = append(v.Heads, f)
	}
}

// applyLeads takes the file in as it was shown.
func (w *Wing) applyLeads(c *page.Ctx) error {
	file, err := w.pool.File(c.Context(), c.Person, c.Params("id"))
	if err != nil {
		return err
	}
	get := func(name string) string { return c.Form(name) }
	in, _, err := saidOf(get, file)
	if err == nil || file.Applied {
		// Once begun it goes on, whether or not somebody waits for the page.
		var report leads.Report
		report, err = w.pool.Apply(context.WithoutCancel(c.Context()), c.Person, file, in.Intake)
		if err == nil && report.Applied {
			return c.Back("/leads/import", "review.import.leads_done", "new", report.New, "left", report.Left)
		}
	}
	if err != nil && !c.Refused(err) {
		return err
	}
	return w.showImported(c, get, err)
}

// findingsOfLeads is everything there is to say about the lines of a file, to be mended beside it.
func (w *Wing) findingsOfLeads(c *page.Ctx) error {
	file, err := w.pool.File(c.Context(), c.Person, c.Params("id"))
	if err != nil {
		return err
	}
	in, _, err := saidOf(func(name string) string { return c.Query(name) }, file)
	if err != nil {
		return err
	}
	var all []leads.Finding
	in.Every = func(f leads.Finding) { all = append(all, f) }
	if _, err := w.pool.Examine(c.Context(), c.Person, file, in.Intake); err != nil {
		return err
	}
	rows := func(yield func([]any) bool) {
		for _, f := range all {
			kind := "intake.finding_problem"
			if f.Duplicate {
				kind = "intake.finding_duplicate"
			}
			if !yield([]any{f.Line, c.T(kind), f.Item, c.T(f.Key, f.Args...)}) {
				return
			}
		}
	}
	return c.Spreadsheet("findings.csv", sheet.Table{Heads: []string{c.T("intake.finding_line"), c.T("intake.finding_kind"), c.T("intake.finding_column"), c.T("intake.finding_words")}, Rows: iter.Seq[[]any](rows)})
}

func (w *Wing) leadsTemplate(c *page.Ctx) error {
	return template(c, "leads.csv", "company,contact,phone,industry,territory,source,note")
}
