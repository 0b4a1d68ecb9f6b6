package server

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"os"
	"strings"
	"time"

	"bainian/app/fault"
	"bainian/app/leads"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/sheet"
)

// exportCommand writes the leads of a filter to a file, CSV or workbook by its ending, that an import reads again.
func exportCommand(ctx context.Context, p program) int {
	var f leads.Filter
	holder := ""
	c, rest, status, ok := p.configure(func(flags *flag.FlagSet) {
		flags.StringVar(&f.Pool, "pool", "", "of that pool alone")
		flags.StringVar((*string)(&f.State), "state", "", "in that state alone: pool, held, private, trust, handover or closed")
		flags.StringVar(&f.Territory, "territory", "", "of that territory alone")
		flags.StringVar(&f.Industry, "industry", "", "of that industry alone")
		flags.StringVar(&holder, "holder", "", "held by the person with that employee number alone")
	})
	if !ok {
		return status
	}
	if len(rest) != 2 || rest[0] != "leads" {
		return p.fail(fmt.Errorf("%w: bainian export leads FILE.csv|FILE.xlsx [-pool P] [-state S] [-territory T] [-industry I] [-holder NUMBER]", errUsage), exitUsage)
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
	n, err := h.exportLeads(ctx, rest[1], f, holder)
	if err != nil {
		return p.fail(refusal(catalog, err), failureStatus(err))
	}
	fmt.Fprintf(p.out, "%d leads in %s\n", n, rest[1])
	return exitOK
}

// errEnough ends an export whose rows cannot be written.
var errEnough = errors.New("server: nobody reads the rows any more")

func (h *House) exportLeads(ctx context.Context, path string, f leads.Filter, holder string) (n int, err error) {
	if holder != "" {
		person, err := h.Directory.ByNumber(ctx, holder)
		if err != nil {
			return 0, fault.New(fault.Invalid, "intake.nobody", "number", holder)
		}
		f.Holder = person.ID
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // whoever may read it reads every customer
	if err != nil {
		return 0, fault.Wrap(err, fault.Invalid, "intake.no_findings", "path", path)
	}
	out := bufio.NewWriter(file)
	var failed error
	table := sheet.Table{Name: "leads", Heads: append(leads.Columns(), "state", "stage", "held_by", "due"), Rows: iter.Seq[[]any](func(yield func([]any) bool) {
		failed = h.Pool.Export(ctx, people.System(), f, 0, func(l leads.Line) error {
			n++
			if !yield(cellsOf(l, h.Keeper.Zone())) {
				return errEnough
			}
			return nil
		})
	})}
	write := func(to io.Writer) error { return sheet.WriteCSV(to, table) }
	if strings.HasSuffix(path, ".xlsx") {
		write = func(to io.Writer) error { return sheet.WriteBook(to, table) }
	}
	err = errors.Join(write(out), out.Flush(), file.Close())
	if failed != nil && !errors.Is(failed, errEnough) {
		err = failed
	}
	if err != nil {
		err = errors.Join(err, os.Remove(path))
	}
	return n, err
}

func cellsOf(l leads.Line, zone *time.Location) []any {
	cells := []any{l.Lead.Company, l.Lead.Contact, l.Lead.Phone, l.Lead.Industry, l.Lead.Territory, l.Lead.Source, l.Lead.Note, l.Lead.Pool,
		string(l.Lead.State), l.Lead.Stage, nil, nil}
	if l.Holder.ID != "" {
		cells[10], cells[11] = l.Holder.Number, l.Due.In(zone)
	}
	return cells
}
