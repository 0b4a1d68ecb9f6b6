package leads

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"slices"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/sheet"
	"bainian/app/store"
)

// Limits of an import. What is larger than WebRows or WebBytes goes in by the command, which has no page that waits for it.
const (
	MostRows  = 1_000_000
	MostBytes = 200 << 20
	WebRows   = 20_000
	WebBytes  = sheet.MaxBytes

	shownFindings = 1000 // of each kind in a Report; the rest is counted
)

// Intake is how a file is taken in.
type Intake struct {
	Name    string        // of the file, for the record
	Reading sheet.Reading // what a person said of its encoding; what is zero is found out
	Named   map[string]string
	MaxRows int
	file    string        // the id of the uploaded file that it is, "" for one that was not uploaded
	Every   func(Finding) // gets every finding as it comes, if not nil; a Report has the first of them
}

// Finding is what there is to say about a line of a file.
type Finding struct {
	fault.Problem
	Duplicate bool // the line is left out; otherwise it keeps the file from being applied
}

// Report is what an import would do or did.
type Report struct {
	Reading    sheet.Reading  // as the file was read; zero for a workbook
	Rows       int            // readable lines of the file
	New        int            // leads for the pool
	Left       int            // lines left out because their phone or company is in the file or known already
	Wrong      int            // problems; with any of them nothing is applied
	Duplicates fault.Problems // the first of those left out, by line
	Problems   fault.Problems // the first of the problems, by line
	Applied    bool
}

// Import reads leads from a file of at most 10 MB and 10,000 rows as Take does.
func (p *Pool) Import(ctx context.Context, actor people.Person, file io.Reader, apply bool) (Report, error) {
	if err := mayImport(actor); err != nil {
		return Report{}, err
	}
	data, err := sheet.Load(file)
	if err != nil {
		return Report{}, err
	}
	return p.Take(ctx, actor, bytes.NewReader(data), int64(len(data)), Intake{MaxRows: 10_000}, apply)
}

func mayImport(actor people.Person) error {
	if !actor.Has(people.Manager, people.HR, people.Admin) {
		return fault.New(fault.Forbidden, "leads.managers_only")
	}
	return nil
}

// Take reads leads from a file, text or workbook, of at most MostBytes into their pools, for managers, HR and admins.
// It applies the whole file, without duplicates, or, with any problem or without apply, nothing: then the Report says
// what it would do. It goes through the file once and keeps no more of it than what tells repetitions. Faults: TooLarge
// over the limit; Invalid for a file that cannot be read, in the field "encoding" where a person must say how.
//
// Leads that others import meanwhile are known when this file is applied: the lines that repeat them are left out.
func (p *Pool) Take(ctx context.Context, actor people.Person, file io.ReaderAt, size int64, how Intake, apply bool) (Report, error) {
	if err := mayImport(actor); err != nil {
		return Report{}, err
	}
	if size > MostBytes {
		return Report{}, fault.New(fault.TooLarge, "sheet.too_large", "megabytes", MostBytes>>20)
	}
	src, err := sheet.Open(file, size, how.Reading)
	if err != nil {
		return Report{}, err
	}
	t := &taker{Pool: p, ctx: ctx, every: how.Every, report: Report{Reading: src.Reading}}
	if t.scanner.rules, err = p.Rules(ctx); err != nil {
		return Report{}, err
	}
	t.phones, t.companies, t.problem, t.duplicate = seen{}, seen{}, t.wrong, t.repeated
	f := form()
	f.MaxRows, f.Named = cmp.Or(how.MaxRows, MostRows), how.Named
	if !apply {
		return t.take(src, f, nil)
	}
	b, err := p.begin(ctx, actor, how.Name)
	if err != nil {
		return Report{}, err
	}
	report, err := t.take(src, f, b.stage)
	if err == nil && report.Wrong == 0 {
		var late int
		if late, err = b.apply(how.file); err == nil {
			report.New, report.Left, report.Applied = report.New-late, report.Left+late, true
			if late > 0 {
				report.Duplicates.Add("", 0, "", "intake.meanwhile", "n", late)
			}
			return report, nil
		}
	}
	if dropped := p.drop(context.WithoutCancel(ctx), b.id); err == nil {
		err = dropped
	}
	return report, err
}

// taker goes through one file.
type taker struct {
	*Pool
	scanner
	ctx    context.Context
	every  func(Finding)
	report Report
	left   []Finding // of the lines since the last look at the database, whose own findings belong among them
}

// take hands the rows that are new to stage, if there is one and as long as nothing is wrong.
func (t *taker) take(src *sheet.Source, f sheet.Form, stage func([]row) error) (Report, error) {
	var some []row
	var failed error
	flush := func() bool {
		var fresh []row
		if fresh, failed = t.sift(some); failed == nil && stage != nil && t.report.Wrong == 0 {
			failed = stage(fresh)
		}
		some = some[:0]
		return failed == nil
	}
	err := f.Each(src, func(p fault.Problem) { t.say(Finding{Problem: p}) }, func(cells sheet.Row) bool {
		t.report.Rows++
		if r, ok := t.read(cells); ok {
			some = append(some, r)
		}
		return len(some) < stageRows && len(t.left) < stageRows || flush()
	})
	if failed == nil && err == nil {
		flush()
	}
	if failed != nil {
		err = failed
	}
	return t.report, err
}

func (t *taker) wrong(line int, column, key string, args ...any) {
	t.say(Finding{Problem: fault.Problem{Line: line, Item: column, Key: key, Args: args}})
}

func (t *taker) repeated(line int, column, key string, args ...any) {
	t.left = append(t.left, Finding{fault.Problem{Line: line, Item: column, Key: key, Args: args}, true})
}

// say counts a finding, and keeps it while there are few.
func (t *taker) say(f Finding) {
	n, first := &t.report.Wrong, &t.report.Problems
	if f.Duplicate {
		n, first = &t.report.Left, &t.report.Duplicates
	}
	if *n++; *n <= shownFindings {
		*first = append(*first, f.Problem)
	}
	if t.every != nil {
		t.every(f)
	}
}

// sift parts the rows that are new from those of which a lead has the phone or company already.
func (t *taker) sift(rows []row) (fresh []row, err error) {
	var phones, companies map[string]known
	err = t.db.Read(t.ctx, func(rx *store.Rx) (err error) {
		phones, companies, err = knownIn(rx, rows)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		column, value := columnPhone, r.Phone
		k, found := phones[r.phoneKey]
		if !found {
			column, value = columnCompany, r.Company
			k, found = companies[r.companyKey]
		}
		if !found {
			fresh = append(fresh, r)
			continue
		}
		t.repeated(r.line, column, "intake.known_"+string(k.state), "column", column, "value", value, "company", k.company)
	}
	t.report.New += len(fresh)
	slices.SortStableFunc(t.left, func(a, b Finding) int { return cmp.Compare(a.Line, b.Line) })
	for _, f := range t.left {
		t.say(f)
	}
	t.left = t.left[:0]
	return fresh, nil
}

// known is the lead that has a phone or company already.
type known struct {
	key, company string
	state        State
}

// knownIn are the leads that have the phone or the company of a row, by those keys.
func knownIn(rx *store.Rx, rows []row) (phones, companies map[string]known, err error) {
	if phones, err = withKeysIn(rx, "phone_key", rows, func(r row) string { return r.phoneKey }); err != nil {
		return nil, nil, err
	}
	companies, err = withKeysIn(rx, "company_key", rows, func(r row) string { return r.companyKey })
	return phones, companies, err
}

func withKeysIn(rx *store.Rx, column string, rows []row, key func(row) string) (map[string]known, error) {
	var keys []any
	for _, r := range rows {
		if k := key(r); k != "" {
			keys = append(keys, k)
		}
	}
	found := map[string]known{}
	if keys == nil {
		return found, nil
	}
	all, err := store.All(rx, func(r store.Row) (k known, err error) { return k, r.Scan(&k.key, &k.company, &k.state) },
		`SELECT l.`+column+`, l.company, l.state FROM lead l WHERE l.`+column+` IN (`+places(len(keys))+`) AND `+imported+` ORDER BY l.id DESC`, keys...)
	for _, k := range all {
		found[k.key] = k // the oldest
	}
	return found, err
}
