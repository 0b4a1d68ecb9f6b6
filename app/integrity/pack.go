package integrity

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"

	"bainian/app/fault"
	"bainian/app/ledger"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
)

// The files of an evidence pack that are checked by machines. Whoever writes it out adds a page for people.
const (
	packJournal     = "journal.jsonl"    // the attempt's chain, an entry a line
	packKey         = "subject.key"      // hex: the person's key, under which the payloads are hashed
	packReceipt     = "receipt.txt"      // signed at the submission
	packDeclaration = "declaration.json" // what was fixed before the sitting opened
	packFindings    = "findings.json"
	packFacts       = "facts.json"
	packReports     = "reports.json" // what people saw, in their words
	packBeside      = "corroboration.json"
	packRecords     = "case.jsonl"  // every record of a closed case
	packChain       = "chain.jsonl" // and the chain that holds them
	packProofs      = "proof-"      // of inclusion in the ledger's tree: of the submission, the declaration, the case, the verdict
)

// Pack is the evidence of a case as files that can leave the house and be checked without it. What a reviewer may see of
// the case decides what is in it: of one that is not closed no opinions and no chain, since the chain holds them.
func (d *Desk) Pack(ctx context.Context, actor people.Person, number int, lang locale.Lang) (ledger.Archive, File, error) {
	f, err := d.Case(ctx, actor, number, lang)
	switch {
	case err != nil:
		return ledger.Archive{}, f, err
	case f.MayWork != nil:
		return ledger.Archive{}, f, f.MayWork
	case f.Shut:
		return ledger.Archive{}, f, fault.New(fault.Conflict, "integrity.pack_sealed")
	case !f.Attempt.Over(): // there is no receipt yet by which its journal could be checked
		return ledger.Archive{}, f, fault.New(fault.Conflict, "exams.still_live")
	}
	a, err := d.pack(ctx, f.Case, f.Declaration, f.Findings, f.Facts, f.Reports(), f.Beside, f.State == Closed)
	return a, f, err
}

// MyPack is the evidence of a case for the person whom it is about: as their page shows it, without the names of others.
func (d *Desk) MyPack(ctx context.Context, actor people.Person, number int, lang locale.Lang) (ledger.Archive, MyFile, error) {
	f, err := d.MyCase(ctx, actor, number, lang)
	if err != nil {
		return ledger.Archive{}, f, err
	}
	switch {
	case f.Notice == nil:
		return ledger.Archive{}, f, fault.New(fault.Conflict, "integrity.pack_early")
	case !f.Attempt.Over():
		return ledger.Archive{}, f, fault.New(fault.Conflict, "exams.still_live")
	}
	a, err := d.pack(ctx, f.Case, f.Declaration, f.Findings, f.Facts, f.Reports, f.Beside, false)
	return a, f, err
}

// Write writes an archive out, signed.
func (d *Desk) Write(a ledger.Archive) ([]byte, error) {
	var b bytes.Buffer
	err := d.log.WriteArchive(&b, a)
	return b.Bytes(), err
}

func (d *Desk) pack(ctx context.Context, c Case, declared Declaration, findings []Finding, facts []Fact, reports []Event, beside *Beside, whole bool) (ledger.Archive, error) {
	a := ledger.Archive{Subject: "case " + strconv.Itoa(c.Number)}
	add := func(name string, v any) error {
		b, err := json.MarshalIndent(v, "", "  ")
		a.Files = append(a.Files, ledger.ArchiveFile{Name: name, Body: append(b, '\n')})
		return err
	}
	for _, part := range []struct {
		name string
		v    any
	}{{packDeclaration, declared}, {packFindings, findings}, {packFacts, facts}, {packReports, reports}, {packBeside, beside}} {
		if err := add(part.name, part.v); err != nil {
			return a, err
		}
	}
	leaves := map[string]string{} // what is proved, and its leaf
	if err := d.db.Read(ctx, func(rx *store.Rx) error {
		a.At = rx.Now
		return packIn(rx, &a, c, leaves, whole)
	}); err != nil {
		return a, err
	}
	for _, what := range []string{"submission", "declaration", "case", "verdict"} {
		leaf, ok := leaves[what]
		if !ok {
			continue
		}
		proof, in, err := d.log.Proof(ctx, leaf)
		if err != nil {
			return a, err
		}
		if !in { // it comes into the tree within a second
			return a, fault.New(fault.Busy, "integrity.pack_soon")
		}
		a.Files = append(a.Files, ledger.ArchiveFile{Name: packProofs + what + ".txt", Body: []byte(proof.Text())})
	}
	return a, nil
}

// packIn adds the chains, the receipt and what is to be proved.
func packIn(rx *store.Rx, a *ledger.Archive, c Case, leaves map[string]string, whole bool) error {
	if err := chainTo(rx, a, packJournal, c.AttemptID); err != nil {
		return err
	}
	key, ok, err := ledger.KeyOfIn(rx, c.PersonID)
	if err != nil {
		return err
	}
	if ok {
		a.Files = append(a.Files, ledger.ArchiveFile{Name: packKey, Body: []byte(hex.EncodeToString(key) + "\n")})
	}
	var receipt, leaf string
	if err := rx.Row(`SELECT receipt, leaf_id FROM submission WHERE attempt_id = ?`, c.AttemptID).Scan(&receipt, &leaf); err == nil {
		a.Files = append(a.Files, ledger.ArchiveFile{Name: packReceipt, Body: []byte(receipt)})
		leaves["submission"] = leaf
	} else if err != store.ErrNoRow {
		return err
	}
	for what, query := range map[string]string{
		"declaration": `SELECT leaf_id FROM declaration WHERE sitting_id = ?`,
		"verdict":     `SELECT leaf_id FROM verdict WHERE attempt_id = ?`,
	} {
		of := c.AttemptID
		if what == "declaration" {
			of = c.SittingID
		}
		leaf, ok, err := store.First(rx, scanText, query, of)
		if err != nil {
			return err
		}
		if ok {
			leaves[what] = leaf
		}
	}
	if !whole {
		return nil
	}
	records, err := recordsIn(rx, c.Number)
	if err != nil {
		return err
	}
	var lines bytes.Buffer
	for _, r := range records {
		fmt.Fprintf(&lines, "{%q:%q,%q:%s}\n", "kind", r.Kind, "record", r.text())
	}
	a.Files = append(a.Files, ledger.ArchiveFile{Name: packRecords, Body: lines.Bytes()})
	leaf, ok, err = store.First(rx, scanText, `SELECT id FROM leaf WHERE kind = 'case' AND data = (SELECT CAST(number AS TEXT) || ' ' || CAST(head_seq AS TEXT) || ' ' || head_hash FROM integrity_case WHERE number = ?)`, c.Number)
	if err != nil {
		return err
	}
	if ok {
		leaves["case"] = leaf
	}
	return chainTo(rx, a, packChain, chainOf(c.Number))
}

// chainTo adds a chain, an entry a line.
func chainTo(rx *store.Rx, a *ledger.Archive, name, chain string) error {
	entries, err := ledger.EntriesIn(rx, chain)
	if err != nil {
		return err
	}
	lines, err := ledger.WriteLines(entries)
	a.Files = append(a.Files, ledger.ArchiveFile{Name: name, Body: lines})
	return err
}
