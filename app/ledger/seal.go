package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"bainian/app/store"
)

// Evidence is a kind of record that is sealed: within a minute of being written, its hash goes into the tree with those
// of its neighbours, and from then on a change, a loss, or a record put in later is found. It is SQL, and so the program's
// own words; nothing of it comes from outside.
type Evidence struct {
	Kind    string   // of record, as a finding calls it
	From    string   // the table, or a join that gives one row per record
	Key     string   // what tells the records of a kind apart; with its table's name where seal has a column of that name
	Since   string   // when one was written, in unix milliseconds; "" where the key is an id that tells it
	Where   string   // which rows are records of this kind; "" is all
	Columns []string // what is sealed: columns that never change once the record is there
}

const (
	sealLeaf = "seal"

	// sealSlack is how long a transaction may take at most from its time to its commit.
	sealSlack = 10 * time.Minute

	sealedAtOnce = 200
)

// Seal looks for records of evidence that are not sealed yet, and seals them.
func (l *Log) Seal(ctx context.Context, evidence []Evidence) error {
	for _, e := range evidence {
		if err := l.sealKind(ctx, e); err != nil {
			return fmt.Errorf("ledger: sealing %s: %w", e.Kind, err)
		}
	}
	return nil
}

// sealed is a record's key and the digest of what it holds.
type sealed struct{ kind, record, digest string }

// sealKind looks among the latest records first. When there are more records than seals after that (the clock was set
// back, the ledger was added to a house with a past), it looks through all.
func (l *Log) sealKind(ctx context.Context, e Evidence) error {
	var fresh []sealed
	var now time.Time
	if err := l.db.Read(ctx, func(rx *store.Rx) error {
		now = rx.Now
		until, err := sealedUntil(rx, e.Kind)
		if err != nil {
			return err
		}
		where, args := e.since(">=", until.Add(-sealSlack))
		if fresh, err = e.unsealed(rx, where, args...); err != nil {
			return err
		}
		var records, seals int
		if err := rx.Row(`SELECT count(*) FROM ` + e.From + ` WHERE 1 = 1` + e.and()).Scan(&records); err != nil {
			return err
		}
		if err := rx.Row(`SELECT count(*) FROM seal WHERE kind = ?`, e.Kind).Scan(&seals); err != nil {
			return err
		}
		if records > seals+len(fresh) {
			fresh, err = e.unsealed(rx, `1 = 1`)
		}
		return err
	}); err != nil {
		return err
	}
	for some := range slices.Chunk(fresh, sealedAtOnce) {
		if err := l.db.Write(ctx, func(tx *store.Tx) error { return sealIn(tx, some) }); err != nil {
			return err
		}
	}
	return l.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO sealed_until (kind, at_ms) VALUES (?, ?) ON CONFLICT (kind) DO UPDATE SET at_ms = excluded.at_ms`, e.Kind, store.Ms(now))
		return err
	})
}

// unsealed are the records without a seal that the condition holds for.
func (e Evidence) unsealed(rx *store.Rx, where string, args ...any) ([]sealed, error) {
	return store.All(rx, func(r store.Row) (s sealed, err error) {
		s.kind = e.Kind
		s.record, s.digest, err = e.read(r)
		return s, err
	}, `SELECT `+e.columns()+` FROM `+e.From+` WHERE `+where+e.and()+
		` AND NOT EXISTS (SELECT 1 FROM seal WHERE seal.kind = ? AND seal.record = `+e.Key+`) ORDER BY `+e.Key, append(args, e.Kind)...)
}

func sealIn(tx *store.Tx, some []sealed) error {
	leaf, err := CommitIn(tx, sealLeaf, digestOf(some))
	if err != nil {
		return err
	}
	for _, s := range some {
		if _, err := tx.Exec(`INSERT INTO seal (kind, record, digest, leaf_id) VALUES (?, ?, ?, ?)`, s.kind, s.record, s.digest, leaf); err != nil {
			return err
		}
	}
	return nil
}

// digestOf is the hash over the records that are sealed by one leaf, in the order of kind and key.
func digestOf(some []sealed) string {
	some = slices.SortedFunc(slices.Values(some), func(a, b sealed) int {
		return strings.Compare(a.kind+"\x00"+a.record, b.kind+"\x00"+b.record)
	})
	sum := sha256.New()
	for _, s := range some {
		for _, field := range []string{s.kind, s.record, s.digest} {
			fmt.Fprintf(sum, "%d:%s", len(field), field)
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func sealedUntil(rx *store.Rx, kind string) (time.Time, error) {
	ms, _, err := store.First(rx, func(r store.Row) (ms int64, err error) { return ms, r.Scan(&ms) }, `SELECT at_ms FROM sealed_until WHERE kind = ?`, kind)
	return store.Time(ms), err
}

// since is the condition that a record was written then or later, or, with <, before.
func (e Evidence) since(op string, at time.Time) (string, []any) {
	if e.Since != "" {
		return e.Since + " " + op + " ?", []any{store.Ms(at)}
	}
	return e.Key + " " + op + " ?", []any{firstID(at)}
}

func (e Evidence) and() string {
	if e.Where == "" {
		return ""
	}
	return " AND (" + e.Where + ")"
}

// columns are the key and what is sealed, under names of their own: a join may have two columns of one name.
func (e Evidence) columns() string {
	list := e.Key + " AS record"
	for n, column := range e.Columns {
		list += ", " + column + " AS c" + strconv.Itoa(n)
	}
	return list
}

// read takes a row of columns.
func (e Evidence) read(r store.Row, more ...any) (record, digest string, err error) {
	values := make([]any, len(e.Columns))
	dest := []any{&record}
	for n := range values {
		dest = append(dest, &values[n])
	}
	if err := r.Scan(append(dest, more...)...); err != nil {
		return "", "", err
	}
	sum := sha256.New()
	for n, v := range values {
		fmt.Fprintf(sum, "%s=%s;", e.Columns[n], canonical(v))
	}
	return record, hex.EncodeToString(sum.Sum(nil)), nil
}

// canonical is a value of a column as it is hashed, alike on both engines and with its length, so that nothing moves
// from one column to the next.
func canonical(v any) string {
	kind, text := "", ""
	switch v := v.(type) {
	case nil:
		return "null"
	case bool: // which SQLite, in an expression, takes for a number
		kind, text = "n", "0"
		if v {
			text = "1"
		}
	case int64:
		kind, text = "n", strconv.FormatInt(v, 10)
	case float64:
		kind, text = "f", strconv.FormatFloat(v, 'g', -1, 64)
	case []byte:
		kind, text = "t", string(v)
	case string:
		kind, text = "t", v
	default:
		kind, text = fmt.Sprintf("%T", v), fmt.Sprint(v)
	}
	return kind + strconv.Itoa(len(text)) + ":" + text
}

// firstID is the least id that the store makes at that time.
func firstID(at time.Time) string {
	ms := fmt.Sprintf("%012x", max(0, at.UnixMilli()))
	return ms[:8] + "-" + ms[8:] + "-0000-0000-000000000000"
}

// idTime is the time that an id of the store tells, in unix milliseconds; false when it is none.
func idTime(id string) (int64, bool) {
	if len(id) != 36 {
		return 0, false
	}
	ms, err := strconv.ParseInt(id[:8]+id[9:13], 16, 64)
	return ms, err == nil
}

// verifySeals holds every record of evidence against its seal, and the seals against their leaves.
func verifySeals(rx *store.Rx, evidence []Evidence, releases map[string]bool, findings *Findings) (looked int, err error) {
	if err := verifySealLeaves(rx, findings); err != nil {
		return 0, err
	}
	kinds := map[string]bool{}
	for _, e := range evidence {
		kinds[e.Kind] = true
		n, err := e.verify(rx, releases, findings)
		if err != nil {
			return looked, err
		}
		looked += n
	}
	stored, err := store.All(rx, scanText, `SELECT DISTINCT kind FROM seal ORDER BY kind`)
	for _, kind := range stored {
		if !kinds[kind] {
			findings.Add(Finding{sealLeaf, kind, "no records of that kind are sealed"})
		}
	}
	return looked, err
}

// verify looks through the records of one kind.
func (e Evidence) verify(rx *store.Rx, releases map[string]bool, findings *Findings) (looked int, err error) {
	until, err := sealedUntil(rx, e.Kind)
	if err != nil {
		return 0, err
	}
	find := func(record, why string) { findings.Add(Finding{e.Kind, e.Kind + " " + record, why}) }
	old, args := e.since("<", until.Add(-sealSlack))
	met := 0
	err = rx.Each(`SELECT e.*, s.digest, s.release_id FROM (SELECT `+e.columns()+`, CASE WHEN `+old+` THEN 1 ELSE 0 END AS late FROM `+e.From+` WHERE 1 = 1`+e.and()+`) e
		LEFT JOIN seal s ON s.kind = ? AND s.record = e.record`, append(args, e.Kind), func(r store.Row) error {
		var late int64
		var seal, release *string
		record, digest, err := e.read(r, &late, &seal, &release)
		if err != nil {
			return err
		}
		looked++
		switch {
		case seal == nil && late == 1:
			find(record, "it was put in afterwards, or its seal was taken away")
		case seal != nil && *seal != digest && (release == nil || !releases[*release]):
			find(record, "it is not what was sealed")
		}
		if seal != nil {
			met++
		}
		return nil
	})
	if err != nil {
		return looked, err
	}
	var all int
	if err := rx.Row(`SELECT count(*) FROM seal WHERE kind = ?`, e.Kind).Scan(&all); err != nil || met == all {
		return looked, err
	}
	return looked, rx.Each(`SELECT record, release_id FROM seal WHERE kind = ? AND record NOT IN (SELECT `+e.Key+` FROM `+e.From+` WHERE 1 = 1`+e.and()+`) ORDER BY record`,
		[]any{e.Kind}, func(r store.Row) error {
			var record string
			var release *string
			err := r.Scan(&record, &release)
			if release == nil || !releases[*release] {
				find(record, "it was sealed and is gone")
			}
			return err
		})
}

// verifySealLeaves holds the seals that were made together against their leaf.
func verifySealLeaves(rx *store.Rx, findings *Findings) error {
	leaves, err := leavesOf(rx, sealLeaf)
	if err != nil {
		return err
	}
	close := func(leaf string, some []sealed) {
		if leaf == "" {
			return
		}
		if c, ok := leaves[leaf]; !ok || c.data != digestOf(some) {
			findings.Add(Finding{sealLeaf, fmt.Sprintf("leaf %s, %s %s", leaf, some[0].kind, some[0].record), "what was sealed with it is not what the tree holds"})
		}
		delete(leaves, leaf)
	}
	var leaf string
	var some []sealed
	if err := rx.Each(`SELECT leaf_id, kind, record, digest FROM seal ORDER BY leaf_id`, nil, func(r store.Row) error {
		var of string
		var s sealed
		if err := r.Scan(&of, &s.kind, &s.record, &s.digest); err != nil {
			return err
		}
		if of != leaf {
			close(leaf, some)
			leaf, some = of, nil
		}
		some = append(some, s)
		return nil
	}); err != nil {
		return err
	}
	close(leaf, some)
	for id := range leaves {
		findings.Add(Finding{sealLeaf, "leaf " + id, "the seals that were made with it are gone"})
	}
	return nil
}
