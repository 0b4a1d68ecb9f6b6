package integrity

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"bainian/app/exams"
	"bainian/app/ledger"
)

// CheckedPack is what was looked at of an evidence pack, and what of it does not hold.
type CheckedPack struct {
	Subject                string
	Files, Entries, Proofs int
	Findings               ledger.Findings
}

// CheckPack checks an evidence pack with nothing but the public key of the installation that wrote it: that it is whole,
// that its chains hold, that the receipt is the one of the journal, and that the ledger's tree holds what is proved.
func CheckPack(src []byte, public string) (p CheckedPack, err error) {
	a, bad, err := ledger.OpenArchive(src, public)
	if err != nil {
		return p, err
	}
	p.Subject, p.Files = a.Subject, len(a.Files)
	for _, f := range bad {
		p.Findings.Add(f)
	}
	find := func(file, why string) { p.Findings.Add(ledger.Finding{Kind: "pack", Record: file, Why: why}) }
	var key []byte // none of an erased person
	if text := a.File(packKey); text != nil {
		if key, err = hex.DecodeString(strings.TrimSpace(string(text))); err != nil || len(key) == 0 {
			find(packKey, "it is no key")
		}
	}
	receipt, err := exams.OpenReceipt(string(a.File(packReceipt)), public)
	if err != nil {
		find(packReceipt, "it does not hold under the public key: "+err.Error())
	}
	heads := map[string]ledger.Head{} // by file
	for file, chain := range map[string]string{packJournal: receipt.AttemptID, packChain: strings.Replace(a.Subject, "case ", "case/", 1)} {
		body := a.File(file)
		if body == nil {
			continue
		}
		entries, err := ledger.ReadLines(body, chain)
		if p.Entries += len(entries); err == nil && len(entries) > 0 {
			last := entries[len(entries)-1]
			heads[file] = ledger.Head{Seq: last.Seq, Hash: last.Hash}
			err = ledger.VerifyChain(chain, entries, heads[file], key)
		}
		if err != nil {
			find(file, err.Error())
		}
	}
	if head := heads[packJournal]; receipt.Hash != head.Hex() || receipt.Seq != head.Seq {
		find(packReceipt, "the journal does not end as it says")
	}
	for _, f := range a.Files {
		what, ok := strings.CutPrefix(strings.TrimSuffix(f.Name, ".txt"), packProofs)
		if !ok {
			continue
		}
		p.Proofs++
		if why := provedWrong(what, string(f.Body), public, a, heads); why != "" {
			find(f.Name, why)
		}
	}
	return p, nil
}

// provedWrong is why a proof does not show what its name says, or "".
func provedWrong(what, text, public string, a ledger.Archive, heads map[string]ledger.Head) string {
	proof, err := ledger.ParseProof(text)
	if err == nil {
		err = proof.Check(public)
	}
	if other := (*ledger.ErrOtherLog)(nil); errors.As(err, &other) {
		return "it is of another log"
	}
	if err != nil {
		return "it does not hold: " + err.Error()
	}
	_, kind, data := proof.Leaf()
	number := strings.TrimPrefix(a.Subject, "case ")
	holds := kind == what
	switch what {
	case "submission":
		holds = strings.HasSuffix(data, " "+heads[packJournal].Hex())
	case "case":
		head := heads[packChain]
		holds = data == number+" "+strconv.FormatInt(head.Seq, 10)+" "+head.Hex()
	case "declaration":
		var compact bytes.Buffer
		holds = holds && json.Compact(&compact, a.File(packDeclaration)) == nil && strings.HasSuffix(data, " "+compact.String())
	}
	if !holds {
		return "it proves something else"
	}
	return ""
}
