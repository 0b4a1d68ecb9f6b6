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
	"strings"
	"time"

	"bainian/app/blobs"
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
// is looked at, by its signature, by the proof that may stand behind it, and where the data is at hand by the journal and
// the tree. With -checkpoint the tree must continue a checkpoint that left the machine earlier, and with -witness that
// witness must have cosigned the latest root of a day, or a later checkpoint. Exit status: 0 all holds, 1 something does
// not, 2 could not look. With -pack it is the evidence pack of a case that is looked at, and nothing else.
func verifyCommand(ctx context.Context, p program) int {
	var files outside
	var asJSON bool
	c, rest, status, ok := p.configure(func(f *flag.FlagSet) {
		f.StringVar(&files.receipt, "receipt", "", "file of a downloaded receipt to verify, with or without its proof, instead of everything that is stored")
		f.StringVar(&files.checkpoint, "checkpoint", "", "file of a checkpoint or daily root that left the machine earlier, which the tree must continue")
		f.StringVar(&files.pack, "pack", "", "evidence pack of a case (ZIP) to verify, with nothing but the public key")
		f.BoolVar(&asJSON, "json", false, "print one JSON object: key, looked_at, findings")
		f.Lookup("key").Usage = "the public key, or a file that holds it (default <data>/signing.key)"
		f.Lookup("witness").Usage = "public key of a witness, or a file of such keys: it must have cosigned the latest root of a day, or a later checkpoint"
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
	if files.witnesses, err = c.witnesses(); err == nil {
		err = v.look(ctx, c, files)
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

// outside is what comes from outside of what is stored.
type outside struct {
	receipt, checkpoint, pack string // files
	witnesses                 []ledger.Witness
}

func (v *verification) look(ctx context.Context, c Config, o outside) error {
	if o.pack != "" {
		return v.pack(o.pack)
	}
	if o.receipt != "" {
		if err := v.receipt(ctx, c, o); err != nil || o.checkpoint == "" {
			return err
		}
	}
	db, room, err := openEvidence(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	if o.receipt == "" {
		if err := v.everything(ctx, db, room); err != nil {
			return err
		}
		if err := v.files(ctx, c, room); err != nil {
			return err
		}
		for _, w := range o.witnesses {
			if err := v.add(ledger.VerifyWitnessed(ctx, db, w)); err != nil {
				return err
			}
		}
	}
	return v.checkpoint(ctx, db, o.checkpoint)
}

// pack is an evidence pack, which needs nothing but the public key.
func (v *verification) pack(file string) error {
	src, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	p, err := integrity.CheckPack(src, v.Key)
	v.at("files", p.Files)
	v.at("journal entries", p.Entries)
	v.at("proofs", p.Proofs)
	if v.Findings = p.Findings; err != nil {
		v.Findings.Add(ledger.Finding{Kind: "pack", Record: file, Why: err.Error()})
	}
	return nil
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

// add takes findings in.
func (v *verification) add(findings ledger.Findings, err error) error {
	v.Findings.AddAll(findings)
	return err
}

// everything is the whole of what is stored: a domain that keeps evidence adds its part here.
func (v *verification) everything(ctx context.Context, db *store.DB, room *exams.Room) error {
	log, err := ledger.VerifyLog(ctx, db, v.Key, evidence())
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
	desk, err := integrity.VerifyDecided(ctx, db)
	if err != nil {
		return err
	}
	removals, removed, err := ledger.VerifyRemovals(ctx, db)
	if err != nil {
		return err
	}
	v.at("leaves", log.Leaves)
	v.at("checkpoints", log.Checkpoints)
	v.at("cosignatures", log.Cosignatures)
	v.at("heads of chains", log.Heads)
	v.at("sealed records", log.Sealed)
	v.at("sittings", e.Sittings)
	v.at("attempts", e.Attempts)
	v.at("journal entries", e.Entries)
	v.at("answers", e.Answers)
	v.at("results", e.Results)
	v.at("receipts", e.Receipts)
	v.at("declarations", desk.Declarations)
	v.at("cases", cases.Cases)
	v.at("records of cases", cases.Records)
	v.at("verdicts", desk.Verdicts)
	v.at("removals", removals)
	for _, some := range []ledger.Findings{e.Findings, log.Findings, cases.Findings, desk.Findings, removed} {
		v.Findings.AddAll(some)
	}
	return nil
}

// files are what people handed in, where the folder is at hand: a copy of the database alone has none.
func (v *verification) files(ctx context.Context, c Config, room *exams.Room) error {
	folder, err := blobs.OpenToRead(c.Blobs)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	looked, findings, err := room.VerifyFiles(ctx, folder)
	v.at("files", looked)
	return v.add(findings, err)
}

// receipt is one receipt: its signature by the public key alone, the proof behind it if there is one, and both against
// the data where it is at hand.
func (v *verification) receipt(ctx context.Context, c Config, o outside) error {
	content, err := os.ReadFile(o.receipt)
	if err != nil {
		return err
	}
	signed, proof, proved := ledger.CutProof(string(content))
	v.at("signatures", 1)
	r, err := exams.OpenReceipt(signed, v.Key)
	if err != nil {
		v.Findings.Add(ledger.Finding{Kind: "receipt", Record: o.receipt, Why: "it does not hold under the public key: " + err.Error()})
		return nil
	}
	var p ledger.Proof
	if proved {
		v.at("proofs of inclusion", 1)
		if p, err = v.inclusion(o, r, proof); err != nil {
			v.Findings.Add(ledger.Finding{Kind: "proof", Record: o.receipt, Why: err.Error()})
			proved = false
		}
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
	if err := v.add(room.VerifyReceipt(ctx, r)); err != nil || !proved {
		return err
	}
	return v.add(ledger.VerifyProof(ctx, db, p, v.Key))
}

// inclusion is the proof behind a receipt, if it shows that the end of that receipt's journal is in the tree, under a
// checkpoint that the witnesses that were asked for have cosigned.
func (v *verification) inclusion(o outside, r exams.Receipt, text string) (ledger.Proof, error) {
	p, err := ledger.ParseProof(text)
	if err == nil {
		err = p.Check(v.Key)
	}
	if err != nil {
		return p, fmt.Errorf("it does not show that the receipt is in the tree: %w", err)
	}
	if _, kind, data := p.Leaf(); !r.Ends(kind, data) {
		return p, errors.New("it is the proof of something else")
	}
	checkpoint, err := ledger.OpenCheckpoint(p.Checkpoint, v.Key)
	for _, w := range o.witnesses {
		if _, cosigned := w.On(checkpoint); err == nil && !cosigned {
			return p, fmt.Errorf("its checkpoint bears no cosignature of %s", w.Public)
		}
	}
	return p, err
}

// checkpoint is a file that left the machine earlier, "" for none.
func (v *verification) checkpoint(ctx context.Context, db *store.DB, file string) error {
	if file == "" {
		return nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	v.at("checkpoints from outside", 1)
	c, err := ledger.OpenCheckpoint(string(content), v.Key)
	if err != nil {
		v.Findings.Add(ledger.Finding{Kind: ledger.Outside, Record: file, Why: err.Error()})
		return nil
	}
	return v.add(ledger.VerifyCheckpoint(ctx, db, c))
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
