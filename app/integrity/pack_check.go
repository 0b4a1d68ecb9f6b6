package integrity

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
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
	key, err := hex.DecodeString(strings.TrimSpace(string(a.File(packKey))))
	if err != nil {
		find(packKey, "it is no key")
	}
	heads := map[string]ledger.Head{} // by file
	for _, file := range []string{packJournal, packChain} {
		body := a.File(file)
		if body == nil {
			continue
		}
		entries, chain, why := packedChain(body, key, a, file)
		if why == "" {
			heads[file], why = headOf(entries, chain, key)
		}
		if p.Entries += len(entries); why != "" {
			find(file, why)
		}
	}
	p.receipt(a, public, heads[packJournal], find)
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

// packedChain reads the entries of a chain; its name is not in them, but in what it is about.
func packedChain(body, key []byte, a ledger.Archive, file string) (entries []ledger.Entry, chain, why string) {
	if chain = strings.Replace(a.Subject, "case ", "case/", 1); file == packJournal {
		var receipt struct{ attempt string }
		for line := range strings.Lines(string(a.File(packReceipt))) {
			if id, ok := strings.CutPrefix(strings.TrimSpace(line), "attempt "); ok {
				receipt.attempt = id
			}
		}
		if chain = receipt.attempt; chain == "" {
			return nil, "", "there is no receipt that names its attempt"
		}
	}
	for n, line := range bytes.Split(bytes.TrimSuffix(body, []byte("\n")), []byte("\n")) {
		var e packEntry
		if err := json.Unmarshal(line, &e); err != nil {
			return entries, chain, fmt.Sprintf("line %d cannot be read", n+1)
		}
		mac, hash := make([]byte, 32), make([]byte, 32)
		if _, err := hex.Decode(mac, []byte(e.MAC)); err != nil || len(e.MAC) != 64 {
			return entries, chain, fmt.Sprintf("line %d has no MAC", n+1)
		}
		if _, err := hex.Decode(hash, []byte(e.Hash)); err != nil || len(e.Hash) != 64 {
			return entries, chain, fmt.Sprintf("line %d has no hash", n+1)
		}
		entry := ledger.Entry{Chain: chain, Seq: e.Seq, Type: e.Type, AtMs: e.AtMs, MAC: [32]byte(mac), Hash: [32]byte(hash)}
		if !e.Removed {
			entry.Payload = []byte(e.Payload)
		}
		entries = append(entries, entry)
	}
	return entries, chain, ""
}

// headOf checks a chain and gives its end. What was removed as past its time still proves by its MAC.
func headOf(entries []ledger.Entry, chain string, key []byte) (ledger.Head, string) {
	prev := ledger.Head{}
	for _, e := range entries {
		switch {
		case e.Seq != prev.Seq+1:
			return prev, fmt.Sprintf("entry %d is missing", prev.Seq+1)
		case e.Payload != nil && len(key) > 0 && ledger.MAC(key, e.Payload) != e.MAC:
			return prev, fmt.Sprintf("entry %d: its payload is not the one that was hashed", e.Seq)
		case ledger.Hash(chain, e.Seq, e.Type, e.AtMs, prev.Hash, e.MAC) != e.Hash:
			return prev, fmt.Sprintf("entry %d: its hash does not hold", e.Seq)
		}
		prev = ledger.Head{Seq: e.Seq, Hash: e.Hash}
	}
	return prev, ""
}

func (p *CheckedPack) receipt(a ledger.Archive, public string, head ledger.Head, find func(file, why string)) {
	signed := a.File(packReceipt)
	if signed == nil {
		return
	}
	r, err := exams.OpenReceipt(string(signed), public)
	switch {
	case err != nil:
		find(packReceipt, "it does not hold under the public key: "+err.Error())
	case r.Hash != head.Hex() || r.Seq != head.Seq:
		find(packReceipt, "the journal does not end as it says")
	}
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
