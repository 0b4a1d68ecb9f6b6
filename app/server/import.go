package server

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
)

// importReport is what an import did or would do, as -json prints it.
type importReport struct {
	Kind     string        `json:"kind"`
	Rows     int           `json:"rows"`
	New      int           `json:"new"`
	Changed  int           `json:"changed"`
	Same     int           `json:"same"`  // there already, or twice in the file
	Wrong    int           `json:"wrong"` // problems; the first 1,000 are listed
	Applied  bool          `json:"applied"`
	Problems []problemJSON `json:"problems"`
}

// importCommand reads people, leads or a bank from a file. With any problem, or with -dry-run, nothing is
// applied.
func importCommand(ctx context.Context, p program) int {
	var dry, asJSON bool
	var how leadFlags
	c, rest, status, ok := p.configure(func(f *flag.FlagSet) {
		f.BoolVar(&dry, "dry-run", false, "say what would happen and apply nothing")
		f.BoolVar(&asJSON, "json", false, "print the report as one JSON object")
		how.register(f)
	})
	if !ok {
		return status
	}
	if len(rest) != 2 {
		return p.fail(fmt.Errorf("%w: bainian import people|leads|bank FILE [-dry-run] [-json] [-encoding E] [-column NAME=COLUMN] [-findings FILE]", errUsage), exitUsage)
	}
	catalog, err := locale.Load()
	if err != nil {
		return p.fail(err, exitUsage)
	}
	h, err := OpenHouse(ctx, c, filesOf(c), time.Now, p.log(slog.LevelWarn))
	if err != nil {
		return p.fail(err, exitUsage)
	}
	defer h.Close()
	report, problems, err := h.importFile(ctx, rest[0], rest[1], how, catalog, !dry)
	if err != nil {
		return p.fail(refusal(catalog, err), failureStatus(err))
	}
	report.Kind = rest[0]
	report.Problems = []problemJSON{}
	for _, q := range problems {
		if q.File == "" {
			q.File = rest[1]
		}
		report.Problems = append(report.Problems, problemJSON{q.File, q.Line, q.Item, q.Key, catalog.T(locale.En, q.Key, q.Args...)})
	}
	if asJSON {
		if err := json.NewEncoder(p.out).Encode(report); err != nil {
			return p.fail(err, exitUsage)
		}
	} else {
		for _, q := range report.Problems {
			fmt.Fprintf(p.out, "%s:%d: %s\n", q.File, q.Line, q.Message)
		}
		fmt.Fprintf(p.out, "%d rows: %d new, %d changed, %d as before, %d problems; applied: %t\n",
			report.Rows, report.New, report.Changed, report.Same, report.Wrong, report.Applied)
	}
	if len(problems) > 0 {
		return exitFailed
	}
	return exitOK
}

// refusal is an error in words; whoever runs the program sees what broke, too.
func refusal(catalog *locale.Catalog, err error) error {
	if fault.KindOf(err) == fault.Internal {
		return err
	}
	return errors.New(catalog.Message(locale.En, err))
}

// failureStatus tells input that was refused from a program that could not run.
func failureStatus(err error) int {
	if fault.KindOf(err) == fault.Internal || fault.Is(err, fault.Busy) {
		return exitUsage
	}
	return exitFailed
}

func (h *House) importFile(ctx context.Context, kind, path string, how leadFlags, catalog *locale.Catalog, apply bool) (importReport, fault.Problems, error) {
	if kind == "bank" {
		return h.importBank(ctx, path, apply)
	}
	file, err := os.Open(path)
	if err == nil && isFolder(path) {
		file.Close()
		err = fs.ErrInvalid
	}
	if err != nil {
		return importReport{}, nil, fault.Wrap(err, fault.Invalid, "server.no_file", "path", path)
	}
	defer file.Close()
	switch kind {
	case "people":
		r, err := h.Directory.Import(ctx, people.System(), file, apply)
		return importReport{Rows: r.Rows, New: r.New, Changed: r.Changed, Same: r.Same, Wrong: len(r.Problems), Applied: r.Applied}, r.Problems, err
	case "leads":
		return h.importLeads(ctx, file, how, catalog, apply)
	}
	return importReport{}, nil, fault.New(fault.Invalid, "server.unknown_import", "kind", kind)
}

// importBank publishes a bank file, with the translations that lie beside it, as the next version of the bank of
// that name.
func (h *House) importBank(ctx context.Context, path string, apply bool) (importReport, fault.Problems, error) {
	var report importReport
	if !strings.HasSuffix(path, ".bank.md") {
		return report, nil, fault.New(fault.Invalid, "server.not_a_bank", "path", path)
	}
	doc := documents.Doc{Head: documents.Head{Path: "quizzes/" + filepath.Base(path), Kind: documents.Bank, Lang: locale.Hant}, Sources: map[locale.Lang]string{}}
	for _, lang := range locale.Langs() {
		source, err := os.ReadFile(documents.FileOf(path, lang, doc.Lang))
		if err != nil {
			if lang != doc.Lang && errors.Is(err, fs.ErrNotExist) {
				continue
			}
			return report, nil, fault.Wrap(err, fault.Invalid, "server.no_file", "path", documents.FileOf(path, lang, doc.Lang))
		}
		doc.Sources[lang] = string(source)
	}
	problems, err := h.Shelf.Lint(ctx, doc)
	if report.Wrong = len(problems); err != nil || report.Wrong > 0 {
		return report, problems, err
	}
	report.Rows, report.New = 1, 1
	if !apply {
		return report, nil, nil
	}
	if _, err := h.Shelf.Adopt(ctx, people.System(), doc, "bainian import bank "+filepath.Base(path)); err != nil {
		return report, nil, err
	}
	report.Applied = true
	return report, nil, nil
}

// tokenCommand makes an API token and shows it, this once.
func tokenCommand(ctx context.Context, p program) int {
	scope, scopes := string(people.Decisions), make([]string, len(people.Scopes()))
	for i, s := range people.Scopes() {
		scopes[i] = string(s)
	}
	c, rest, status, ok := p.configure(func(f *flag.FlagSet) {
		f.StringVar(&scope, "for", scope, "what it opens: "+strings.Join(scopes, ", "))
	})
	if !ok {
		return status
	}
	if len(rest) != 1 {
		return p.fail(fmt.Errorf("%w: bainian token NAME [-for %s]", errUsage, strings.Join(scopes, "|")), exitUsage)
	}
	h, err := OpenHouse(ctx, c, filesOf(c), time.Now, p.log(slog.LevelWarn))
	if err != nil {
		return p.fail(err, exitUsage)
	}
	defer h.Close()
	token, err := h.Directory.NewTokenFor(ctx, people.System(), rest[0], people.Scope(scope))
	if err != nil {
		catalog, broken := locale.Load()
		if broken != nil {
			return p.fail(broken, exitUsage)
		}
		return p.fail(errors.New(catalog.Message(locale.En, err)), failureStatus(err))
	}
	fmt.Fprintln(p.out, token)
	return exitOK
}
