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
	"slices"
	"strings"
	"time"

	"bainian/app/documents"
	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/integrity"
	"bainian/app/jobs"
	"bainian/app/ledger"
	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/store"
	"bainian/app/web/learn"
)

// verifyCommand looks through what is stored, off-line, on a data folder or a copy of it, and changes nothing: it
// names the first record of each kind that does not hold. With -receipt it is a candidate's or anybody's receipt that
// is looked at, by its signature and, where the data is at hand, by the journal. Exit status: 0 all holds, 1 something
// does not, 2 could not look.
func verifyCommand(ctx context.Context, p program) int {
	var file string
	var asJSON bool
	c, rest, status, ok := p.configure(func(f *flag.FlagSet) {
		f.StringVar(&file, "receipt", "", "file of a downloaded receipt to verify, instead of everything that is stored")
		f.BoolVar(&asJSON, "json", false, "print one JSON object: key, looked_at, findings")
		f.Lookup("key").Usage = "the public key, or a file that holds it (default <data>/signing.key)"
	})
	if !ok {
		return status
	}
	if len(rest) > 0 {
		return p.fail(fmt.Errorf("%w: unexpected %q", errUsage, rest[0]), exitUsage)
	}
	public, err := ledger.LoadPublic(c.Key)
	if err != nil {
		return p.fail(fmt.Errorf("%w\nName the installation's public key with -key: it stands at %s of the site, and the program prints it at its start", err, learn.KeyPath), exitUsage)
	}
	v := &verification{Key: public}
	if file != "" {
		err = v.receipt(ctx, c, file)
	} else {
		err = v.everything(ctx, c)
	}
	if err != nil {
		return p.fail(inWords(err), exitUsage)
	}
	if err := v.print(p, asJSON); err != nil {
		return p.fail(err, exitUsage)
	}
	if len(v.Findings) > 0 {
		return exitFailed
	}
	return exitOK
}

// verification is what was looked at and what of it does not hold.
type verification struct {
	Key      string          `json:"key"`
	LookedAt []looked        `json:"looked_at"`
	Findings ledger.Findings `json:"findings"`
}

// looked is a count of records of one kind.
type looked struct {
	Kind  string `json:"kind"`
	Count int    `json:"count"`
}

func (v *verification) at(kind string, count int) {
	v.LookedAt = append(v.LookedAt, looked{kind, count})
}

// everything is the whole of what is stored: a domain that keeps evidence adds its part here.
func (v *verification) everything(ctx context.Context, c Config) error {
	db, room, err := openEvidence(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	log, err := ledger.VerifyLog(ctx, db, v.Key)
	if err != nil {
		return err
	}
	e, err := room.Verify(ctx, v.Key)
	if err != nil {
		return err
	}
	cases, err := integrity.Verify(ctx, db)
	if err != nil {
		return err
	}
	removals, removed, err := ledger.VerifyRemovals(ctx, db)
	if err != nil {
		return err
	}
	v.at("leaves", log.Leaves)
	v.at("checkpoints", log.Checkpoints)
	v.at("sittings", e.Sittings)
	v.at("attempts", e.Attempts)
	v.at("journal entries", e.Entries)
	v.at("answers", e.Answers)
	v.at("results", e.Results)
	v.at("receipts", e.Receipts)
	v.at("cases", cases.Cases)
	v.at("records of cases", cases.Records)
	v.at("removals", removals)
	v.Findings = slices.Concat(e.Findings, log.Findings, cases.Findings, removed)
	return nil
}

// receipt is one receipt: its signature by the public key alone, and against the data where it is at hand.
func (v *verification) receipt(ctx context.Context, c Config, file string) error {
	signed, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	v.at("signatures", 1)
	r, err := exams.OpenReceipt(string(signed), v.Key)
	if err != nil {
		v.Findings.Add(ledger.Finding{Kind: "receipt", Record: file, Why: "it does not hold under the public key: " + err.Error()})
		return nil
	}
	db, room, err := openEvidence(ctx, c)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer db.Close()
	v.at("answers against the journal", len(r.Answers))
	v.Findings, err = room.VerifyReceipt(ctx, r)
	return err
}

// openEvidence opens the database to be looked at; a file that is not there is fs.ErrNotExist.
func openEvidence(ctx context.Context, c Config) (*store.DB, *exams.Room, error) {
	if path, ok := strings.CutPrefix(c.DB, "sqlite:"); ok {
		if _, err := os.Stat(path); err != nil {
			return nil, nil, err
		}
	}
	db, err := store.OpenToRead(ctx, c.DB, time.Now)
	if err != nil {
		return nil, nil, err
	}
	if err := db.Matches(ctx, Schemas()...); err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	catalog, err := locale.Load()
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	// The room of this house deals and grades; nothing is signed, rendered, handed in or queued in it.
	queue := jobs.New(db, slog.New(slog.DiscardHandler))
	return db, exams.New(db, documents.New(db), nil, nil, markdown.New(catalog), nil, queue), nil
}

// inWords is a fault in the words of the console, which are English.
func inWords(err error) error {
	e := (*fault.Error)(nil)
	if !errors.As(err, &e) {
		return err
	}
	catalog, broken := locale.Load()
	if broken != nil {
		return err
	}
	return errors.New(catalog.T(locale.En, e.Key, e.Args...))
}

func (v *verification) print(p program, asJSON bool) error {
	if asJSON {
		if v.Findings == nil {
			v.Findings = ledger.Findings{}
		}
		encoder := json.NewEncoder(p.out)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(v)
	}
	var seen []string
	for _, l := range v.LookedAt {
		seen = append(seen, fmt.Sprintf("%d %s", l.Count, l.Kind))
	}
	fmt.Fprintf(p.out, "looked at %s\nunder the public key %s\n", strings.Join(seen, ", "), v.Key)
	for _, f := range v.Findings {
		others := ""
		if f.Count > 1 {
			others = fmt.Sprintf(" (the first of %d)", f.Count)
		}
		fmt.Fprintf(p.out, "%s: %s: %s%s\n", f.Kind, f.Record, f.Why, others)
	}
	if len(v.Findings) == 0 {
		fmt.Fprintln(p.out, "everything holds")
	}
	return nil
}
