package exams

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"bainian/app/ledger"
	"bainian/app/store"
)

// PublicKey is what receipts are verified with.
func (r *Room) PublicKey() string { return r.signer.Public() }

// OpenReceipt reads a downloaded receipt: it is an error unless the installation's public key signed it.
func OpenReceipt(signed, public string) (Receipt, error) {
	text, err := ledger.Open(ledger.Normalised(signed), public)
	if err != nil {
		return Receipt{}, err
	}
	r, err := parseReceipt(text)
	r.Signed = signed
	return r, err
}

// Ends reports whether a leaf of the ledger's tree is the end of the receipt's journal.
func (r Receipt) Ends(kind, data string) bool {
	return kind == Attempt{Exam: r.Exam}.leafKind() && data == r.AttemptID+" "+r.Hash
}

var errReceipt = errors.New("exams: this is no receipt")

// parseReceipt reads what Receipt.text writes. Lines that it does not know are of a newer version, and left.
func parseReceipt(text string) (r Receipt, err error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if lines[0] != "bainian receipt" {
		return r, errReceipt
	}
	for _, line := range lines[1:] {
		word, rest, _ := strings.Cut(line, " ")
		var err error
		switch word {
		case "attempt":
			r.AttemptID = rest
		case "sitting":
			r.SittingID = rest
		case "exam":
			r.Exam = rest
		case "person":
			r.PersonID = rest
		case "ended":
			var at string
			if _, err = fmt.Sscanf(rest, "%s %s", &at, &r.Cause); err == nil {
				r.At, err = time.Parse(time.RFC3339Nano, at)
			}
		case "answered":
			_, err = fmt.Sscanf(rest, "%d of %d", &r.Answered, &r.Total)
		case "journal":
			_, err = fmt.Sscanf(rest, "%d %s", &r.Seq, &r.Hash)
		case "answer":
			var x ReceiptLine
			_, err = fmt.Sscanf(rest, "%d %d %s", &x.N, &x.Seq, &x.Hash)
			r.Answers = append(r.Answers, x)
		}
		if err != nil {
			return r, fmt.Errorf("%w: %q", errReceipt, line)
		}
	}
	if r.AttemptID == "" || r.Hash == "" {
		return r, errReceipt
	}
	return r, nil
}

// ofReceipt is the kind of a receipt's own findings.
const ofReceipt = "receipt"

// against compares a receipt with the records of its attempt: the end that it tells, the journal's head, and each
// answer by number, save and hash. The journal itself is replay's to look through.
func (r Receipt) against(rec records) (findings []ledger.Finding) {
	find := func(place, why string) {
		findings = append(findings, ledger.Finding{Kind: ofReceipt, Record: "attempt " + rec.attempt.ID + place, Why: why})
	}
	a := rec.attempt
	if r.AttemptID != a.ID || r.SittingID != a.SittingID || r.Exam != a.Exam || r.PersonID != a.PersonID {
		find("", "it is for another attempt, sitting, exam or person")
		return findings
	}
	if rec.end == nil || rec.end.cause != r.Cause || !rec.end.at.Equal(r.At) {
		find("", "the attempt did not end then, or not so")
	}
	entries := map[string]ledger.Entry{}
	for _, e := range rec.entries {
		entries[ledger.Head{Seq: e.Seq, Hash: e.Hash}.Hex()] = e
	}
	if e, ok := entries[r.Hash]; !ok || e.Seq != r.Seq || e.Type != entryEnd {
		find(fmt.Sprintf(", journal %d %s", r.Seq, r.Hash), "the journal does not end with that entry")
	}
	if rec.key == nil {
		for _, x := range r.Answers {
			if e, ok := entries[x.Hash]; !ok || e.Type != entryAnswer {
				find(fmt.Sprintf(", question %d", x.N), "no answer in the journal has that hash")
			}
		}
		return findings
	}
	said, why := saidIn(rec.entries, a.Total)
	if why != "" {
		find("", why)
		return findings
	}
	for _, x := range r.Answers {
		switch last, ok := at(said.last, x.N); {
		case entries[x.Hash].Type != entryAnswer:
			find(fmt.Sprintf(", question %d", x.N), "no answer in the journal has that hash")
		case !ok || last.Hash != x.Hash || last.Seq != x.Seq:
			find(fmt.Sprintf(", question %d", x.N), "the journal's last answer is another one")
		}
	}
	if len(r.Answers) != len(said.last) {
		find("", fmt.Sprintf("it lists %d answers, the journal has %d", len(r.Answers), len(said.last)))
	}
	return findings
}

// receiptIn is the records that a receipt is held against; false when there is no such attempt.
func receiptIn(rx *store.Rx, r Receipt) (records, bool, error) {
	if _, ok, err := AttemptIn(rx, r.AttemptID); err != nil || !ok {
		return records{}, false, err
	}
	rec, err := recordsIn(rx, r.AttemptID)
	return rec, true, err
}
