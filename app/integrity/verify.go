package integrity

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"bainian/app/ledger"
	"bainian/app/store"
)

// Verified is what was looked through of the cases, and what of it does not hold.
type Verified struct {
	Cases, Records int
	Findings       ledger.Findings
}

// ofCase is the kind of record that a verification of cases names.
const ofCase = "case"

// casesAtOnce is how many cases a verification reads at a time.
const casesAtOnce = 100

// Verify holds every record of every case against the case's chain and the chain against the ledger's tree, and what
// the case's row says against its records. It changes nothing. Of a person whose key was erased nothing can be compared
// but the chain itself, which still proves.
func Verify(ctx context.Context, db *store.DB) (v Verified, err error) {
	err = db.Read(ctx, func(rx *store.Rx) error {
		v = Verified{}
		return VerifyIn(rx, &v)
	})
	return v, err
}

// VerifyIn is Verify inside a transaction.
func VerifyIn(rx *store.Rx, v *Verified) error {
	for after, more := 0, true; more; {
		cases, err := store.All(rx, scanChained, `SELECT `+caseColumns+`, head_seq, head_hash FROM integrity_case WHERE number > ? ORDER BY number LIMIT ?`, after, casesAtOnce)
		if err != nil {
			return err
		}
		for _, c := range cases {
			if err := v.caseIn(rx, c); err != nil {
				return err
			}
			after = c.Number
		}
		more = len(cases) == casesAtOnce
	}
	return v.goneIn(rx)
}

// chained is a case with the end of its chain as its row keeps it.
type chained struct {
	Case
	seq  int64
	hash string
}

func scanChained(r store.Row) (c chained, err error) {
	c.Case, err = scanCase(scanMore{r, []any{&c.seq, &c.hash}})
	return c, err
}

// scanMore scans further columns after those of a row's usual ones.
type scanMore struct {
	store.Row
	more []any
}

func (s scanMore) Scan(dest ...any) error { return s.Row.Scan(append(dest, s.more...)...) }

func (v *Verified) find(number int, place, why string) {
	v.Findings.Add(ledger.Finding{Kind: ofCase, Record: fmt.Sprintf("case %d%s", number, place), Why: why})
}

func (v *Verified) caseIn(rx *store.Rx, c chained) error {
	v.Cases++
	entries, err := ledger.EntriesIn(rx, chainOf(c.Number))
	if err != nil {
		v.find(c.Number, "", "its chain cannot be read: "+err.Error())
		return nil
	}
	if c.seq == 0 && len(entries) == 0 { // of the time before chains, until the daily round has taken it in
		var known bool
		err := rx.Row(`SELECT EXISTS (SELECT 1 FROM leaf WHERE kind = 'case' AND data LIKE ? ESCAPE '!')`, strconv.Itoa(c.Number)+" %").Scan(&known)
		if known {
			v.find(c.Number, "", "the ledger holds its chain, and the chain is gone")
		}
		return err
	}
	head, err := ledger.ParseHead(c.seq, c.hash)
	if err != nil {
		v.find(c.Number, "", err.Error())
		return nil
	}
	key, known, err := ledger.KeyOfIn(rx, c.PersonID)
	if err != nil {
		return err
	}
	if err := ledger.VerifyChain(chainOf(c.Number), entries, head, key); err != nil {
		if bad := (*ledger.BadEntry)(nil); errors.As(err, &bad) {
			v.find(c.Number, fmt.Sprintf(", entry %d", bad.Seq), "its "+bad.Why+" does not hold")
			return nil
		}
		return err
	}
	if err := v.leavesIn(rx, c.Number, entries); err != nil {
		return err
	}
	records, err := recordsIn(rx, c.Number)
	if err != nil {
		return err
	}
	v.Records += len(records)
	if known {
		v.compare(c.Number, records, entries)
		v.row(c.Case, records)
	}
	return nil
}

// compare looks for each record in the chain, and for each entry among the records.
func (v *Verified) compare(number int, records []record, entries []ledger.Entry) {
	held := make(map[string]ledger.Entry, len(entries))
	for _, e := range entries {
		held[e.Type+string(e.Payload)] = e
	}
	for _, r := range records {
		key := r.Kind + r.text()
		if _, ok := held[key]; !ok {
			v.find(number, fmt.Sprintf(", %s %s", r.Kind, r.ID), "it is not what the chain holds of it")
		}
		delete(held, key)
	}
	for _, e := range entries {
		if _, left := held[e.Type+string(e.Payload)]; left {
			v.find(number, fmt.Sprintf(", entry %d", e.Seq), "the chain holds a "+e.Type+" that is not on record so")
		}
	}
}

// leavesIn looks for each end of the chain that the tree holds.
func (v *Verified) leavesIn(rx *store.Rx, number int, entries []ledger.Entry) error {
	leaves, err := store.All(rx, scanText, `SELECT data FROM leaf WHERE kind = 'case' AND data LIKE ? ESCAPE '!' ORDER BY id`, strconv.Itoa(number)+" %")
	if err != nil {
		return err
	}
	committed := map[int64]string{}
	for _, data := range leaves {
		parts := strings.Fields(data)
		if len(parts) != 3 {
			v.find(number, "", "a leaf of the ledger cannot be read: "+data)
			continue
		}
		seq, err := strconv.ParseInt(parts[1], 10, 64)
		if err != nil || seq < 1 || seq > int64(len(entries)) || leafOf(number, ledger.Head{Seq: seq, Hash: entries[seq-1].Hash}) != data {
			v.find(number, ", entry "+parts[1], "the ledger holds another end of its chain")
			continue
		}
		committed[seq] = data
	}
	if _, ok := committed[int64(len(entries))]; !ok {
		v.find(number, "", "the ledger does not hold the end of its chain")
	}
	return nil
}

// row compares what the case's row says now with its records.
func (v *Verified) row(c Case, records []record) {
	outcome, over, review := Outcome(""), false, ""
	for _, r := range records {
		switch {
		case r.Kind == "verdict":
			outcome, over = Outcome(r.A), true
			if r.B != c.PersonID || r.C != c.AttemptID {
				v.find(c.Number, "", "its verdict is about somebody else")
			}
		case r.Kind == "event" && r.A == "dismissed":
			outcome, over = NotUpheld, true
		case r.Kind == "event" && r.A == "flagged" || r.Kind == "event" && r.A == "reported" && outcome == NotUpheld && !decided(records):
			outcome, over = "", false
		case r.Kind == "clock" && Step(r.A) == Suspension:
			review = r.B
		}
	}
	if over != (c.State == Closed) || over && outcome != c.Outcome {
		v.find(c.Number, "", "its state or outcome is not that of its records")
	}
	if review != "" && strconv.FormatInt(store.Ms(c.ReviewBy), 10) != review {
		v.find(c.Number, "", "its suspension does not end when its records say")
	}
}

func decided(records []record) bool {
	for _, r := range records {
		if r.Kind == "verdict" {
			return true
		}
	}
	return false
}

// goneIn looks for cases that the ledger knows and that are not there.
func (v *Verified) goneIn(rx *store.Rx) error {
	there := map[string]bool{}
	if err := rx.Each(`SELECT number FROM integrity_case`, nil, func(r store.Row) error {
		var number int
		err := r.Scan(&number)
		there[strconv.Itoa(number)] = true
		return err
	}); err != nil {
		return err
	}
	missing := map[string]bool{}
	return rx.Each(`SELECT data FROM leaf WHERE kind = 'case' ORDER BY id`, nil, func(r store.Row) error {
		var data string
		if err := r.Scan(&data); err != nil {
			return err
		}
		number, _, _ := strings.Cut(data, " ")
		if !there[number] && !missing[number] {
			missing[number] = true
			v.Findings.Add(ledger.Finding{Kind: ofCase, Record: "case " + number, Why: "the ledger holds its chain, and there is no case"})
		}
		return nil
	})
}

func scanText(r store.Row) (s string, err error) {
	err = r.Scan(&s)
	return s, err
}
