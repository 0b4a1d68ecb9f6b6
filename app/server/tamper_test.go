package server_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"bainian/app/server"
	"bainian/app/store"
)

// tables are those that hold evidence, each with the columns that do not, and why. Every other column of theirs is
// tampered with.
var tables = map[string]map[string]string{
	"journal": {}, "leaf": {}, "tree_hash": {}, "checkpoint": {}, "cosignature": {}, "daily_root": {}, "chain_heads": {},
	"subject_key": {"at_ms": "when a key was made proves nothing"},
	"seal":        {}, "erasure": {},
	"sitting": {}, "sitting_invigilator": {}, "sitting_person": {}, "sitting_note": {}, "passcode_try": {}, "admission": {},
	"adjustment":    {"upto": "how far a job has come", "reached": "the same", "done_ms": "the same"},
	"accommodation": {}, "accommodation_end": {}, "extension": {}, "pause": {}, "set_aside": {}, "attempt_grant": {},
	"attempt":      {"device": "who may save at present", "contact_ms": "when the candidate was heard last", "gap_from_ms": "the same", "gap_to_ms": "the same"},
	"attempt_form": {}, "answer": {}, "submission": {}, "result": {}, "regrade": {},
	"upload": {"name": "a word of its owner's, erased with them", "claimed": "never believed", "settled_ms": "when a sweep came by", "kept": "the same"},
	"script": {"state": "follows from the marks", "claim_by": "who marks at present", "claim_ms": "the same", "marked_ms": "for statistics"},
	"look":   {}, "candidate_call": {}, "takeover": {}, "seating": {}, "corroboration": {},
	"sitting_message": {"upto": "how far a job has come", "copies": "the same", "done_ms": "the same"},
	"hand_mark":       {}, "unblinding": {}, "mark_appeal": {},
	"declaration": {}, "comparison": {}, "finding": {}, "integrity_case": {"step": "whose move it is: the clocks tell", "due_ms": "the same", "clock_id": "the same"}, "case_clock": {},
	"case_finding": {}, "case_event": {}, "case_fact": {}, "case_retraction": {}, "case_tie": {}, "case_vote": {}, "verdict": {}, "overturning": {},
	"waiver": {}, "waiver_withdrawal": {}, "sign_off": {}, "sign_off_withdrawal": {}, "policy_override": {},
	"break_glass": {"ended_ms": "how far its log has come home", "mended": "the same", "last_line": "the same"}, "break_glass_reading": {},
}

// looseEnds are single rows for which a change of a column says nothing: conditions on top of tables.
var looseEnds = map[string]string{
	"subject_key": `subject IN (SELECT person_id FROM attempt)`,
}

// tamperings is how many ways the suite tries; BAINIAN_TEST_TAMPERINGS asks for more.
const tamperings = 100

// TestN3_VerifyNamesEveryTampering changes the database file in many ways, as somebody would who can write it: a bit is
// flipped, a row dropped, a column's values exchanged between two rows, a table cut off at its end, a row put in again,
// a time moved. bainian verify must find each, and name the record.
func TestN3_VerifyNamesEveryTampering(t *testing.T) {
	t.Parallel()
	w := evidencedCompany(t)
	public := w.Signer.Public()
	folder := t.TempDir()
	whole := filepath.Join(folder, "whole.db")
	var source string
	w.ok(w.DB.Read(w.Ctx, func(rx *store.Rx) error {
		return rx.Row(`SELECT file FROM pragma_database_list WHERE name = 'main'`).Scan(&source)
	}))
	raw := openRaw(t, source)
	exec(t, raw, `VACUUM INTO ?`, whole)
	w.ok(raw.Close())
	original, err := os.ReadFile(whole)
	w.ok(err)
	if status, found := verifyFile(t, whole, public); status != 0 {
		t.Fatalf("before anything was changed: %d %+v", status, found)
	}

	ways := tamperings
	if more := os.Getenv("BAINIAN_TEST_TAMPERINGS"); more != "" {
		ways, err = strconv.Atoi(more)
		w.ok(err)
	}
	copied := filepath.Join(folder, "copy.db")
	names := slices.Sorted(func(yield func(string) bool) {
		for name := range tables {
			if !yield(name) {
				return
			}
		}
	})
	missed, kinds := 0, map[string]int{}
	for n := range ways {
		random := rand.New(rand.NewPCG(uint64(n), 5))
		w.ok(os.WriteFile(copied, original, 0o600))
		raw := openRaw(t, copied)
		var c *change
		for c == nil {
			c = tamper(t, raw, names[random.IntN(len(names))], random)
		}
		w.ok(raw.Close())
		kinds[c.how]++
		status, found := verifyFile(t, copied, public)
		if status != 1 || !c.namedBy(found) {
			missed++
			t.Errorf("%d: %s: status %d, found %+v", n, c, status, found)
		}
	}
	t.Logf("%d of %d tamperings were found and named: %v; %d bytes of database", ways-missed, ways, kinds, len(original))
}

// finding is what verify prints.
type finding struct{ Kind, Record, Why string }

func verifyFile(t *testing.T, file, public string, more ...string) (status int, found []finding) {
	t.Helper()
	var out, errOut bytes.Buffer
	status = server.Run(context.Background(), append([]string{"verify", "-json", "-db", "sqlite:" + file, "-data", filepath.Dir(file), "-key", public}, more...), nil, &out, &errOut)
	var v struct{ Findings []finding }
	if err := json.Unmarshal(out.Bytes(), &v); err != nil {
		t.Logf("%s %s", out.String(), errOut.String())
	}
	return status, v.Findings
}

func openRaw(t *testing.T, file string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+file+"?_foreign_keys=off&_ignore_check_constraints=on&_synchronous=OFF")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	exec(t, db, `PRAGMA ignore_check_constraints = ON`)
	return db
}

func exec(t *testing.T, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.Exec(statement, args...); err != nil {
		t.Fatal(statement, err)
	}
}

// change is one tampering: what was done, and the words of the rows that it was done to.
type change struct {
	table, how, detail string
	words              []string
}

func (c *change) String() string { return c.how + " " + c.table + " " + c.detail }

// namedBy reports whether a finding names the record: by a key of the row, or of the row that it belongs to.
func (c *change) namedBy(found []finding) bool {
	for _, f := range found {
		for _, word := range c.words {
			if strings.Contains(f.Record+" "+f.Why+" ", word) {
				return true
			}
		}
		switch c.table { // whose rows are nodes of the tree
		case "tree_hash":
			if f.Kind == "tree" || f.Kind == "leaf" || f.Kind == "checkpoint" {
				return true
			}
		}
	}
	return false
}

// row is a row with its rowid.
type row struct {
	id     int64
	values []any
}

func rowsOf(t *testing.T, db *sql.DB, table string) (columns []string, rows []row) {
	t.Helper()
	where := ""
	if end := looseEnds[table]; end != "" {
		where = ` WHERE ` + end
	}
	found, err := db.Query(`SELECT rowid, * FROM ` + table + where + ` ORDER BY rowid`)
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	if columns, err = found.Columns(); err != nil {
		t.Fatal(err)
	}
	columns = columns[1:]
	for found.Next() {
		r := row{values: make([]any, len(columns))}
		dest := []any{&r.id}
		for n := range r.values {
			dest = append(dest, &r.values[n])
		}
		if err := found.Scan(dest...); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	return columns, rows
}

// tamper changes a table in one way; nil when that table has nothing to change in that way.
func tamper(t *testing.T, db *sql.DB, table string, random *rand.Rand) *change {
	t.Helper()
	columns, rows := rowsOf(t, db, table)
	if len(rows) == 0 {
		t.Fatalf("%s is empty: its tampering proves nothing", table)
	}
	r := rows[random.IntN(len(rows))]
	open := []int{}
	for n, column := range columns {
		if tables[table][column] == "" {
			open = append(open, n)
		}
	}
	n := open[random.IntN(len(open))]
	c := &change{table: table, detail: columns[n], words: wordsOf(table, columns, r)}
	if table == "subject_key" { // the key of every journal of its person
		c.words = append(c.words, attemptsOf(t, db)...)
	}
	switch random.IntN(6) {
	case 0:
		c.how = "flipped a bit of"
		changed, ok := flipped(r.values[n], random)
		if !ok || !write(db, table, columns[n], r.id, changed) {
			return nil
		}
		c.detail += fmt.Sprintf(": %.60q for %.60q", fmt.Sprint(changed), fmt.Sprint(text(r.values[n])))
		c.words = append(c.words, fmt.Sprint(changed))
	case 1:
		c.how, c.detail = "dropped a row of", fmt.Sprint(c.words)
		exec(t, db, `DELETE FROM `+table+` WHERE rowid = ?`, r.id)
	case 2:
		c.how = "exchanged a value between two rows of"
		other := rows[random.IntN(len(rows))]
		if fmt.Sprint(text(r.values[n])) == fmt.Sprint(text(other.values[n])) || !exchange(db, table, columns[n], r, other, n) {
			return nil
		}
		if _, now := rowsOf(t, db, table); slices.Equal(linesOf(rows), linesOf(now)) {
			return nil // the same rows in another order
		}
		c.words = append(c.words, wordsOf(table, columns, other)...)
	case 3:
		c.how = "cut off"
		cut := rows[len(rows)-1-random.IntN(min(3, len(rows))):]
		for _, gone := range cut {
			c.words = append(c.words, wordsOf(table, columns, gone)...)
		}
		exec(t, db, `DELETE FROM `+table+` WHERE rowid >= ?`, cut[0].id)
		if end := looseEnds[table]; end != "" && len(cut) == 0 {
			return nil
		}
	case 4:
		c.how = "put in again a row of"
		words, ok := replayed(db, table, columns, r)
		if !ok {
			return nil
		}
		c.words, c.detail = append(c.words, words...), fmt.Sprint(words)
		if table == "journal" { // behind the end of its chain, with a gap
			c.words = []string{chainWords(text(r.values[0])) + ", entry "}
		}
	case 5:
		c.how = "moved a time of"
		times := slices.DeleteFunc(slices.Clone(open), func(n int) bool {
			_, number := r.values[n].(int64)
			return !number || !strings.HasSuffix(columns[n], "_ms")
		})
		if len(times) == 0 {
			return nil
		}
		n = times[random.IntN(len(times))]
		moved := r.values[n].(int64) + (random.Int64N(2)*2-1)*(1+random.Int64N(86_400_000))
		if !write(db, table, columns[n], r.id, moved) {
			return nil
		}
		c.detail = fmt.Sprintf("%s: %d for %d", columns[n], moved, r.values[n])
	}
	return c
}

// linesOf are what rows hold, in an order of their own.
func linesOf(rows []row) (lines []string) {
	for _, r := range rows {
		line := ""
		for _, v := range r.values {
			line += fmt.Sprintf("%q ", fmt.Sprint(text(v)))
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

// attemptsOf are the ids of all attempts.
func attemptsOf(t *testing.T, db *sql.DB) (ids []string) {
	t.Helper()
	_, rows := rowsOf(t, db, "attempt")
	for _, r := range rows {
		ids = append(ids, fmt.Sprint(text(r.values[0])))
	}
	return ids
}

// wordsOf are the keys in a row, by which a finding may name it.
func wordsOf(table string, columns []string, r row) (words []string) {
	at := map[string]any{}
	for n, column := range columns {
		at[column] = text(r.values[n])
		id, is := at[column].(string)
		switch {
		case is && len(id) == 36 && strings.Count(id, "-") == 4: // an id
			words = append(words, id)
		case column == "day" || column == "digest" || column == "witness":
			words = append(words, fmt.Sprint(at[column]))
		case column == "size":
			words = append(words, fmt.Sprintf("size %v", at[column]))
		case column == "position":
			words = append(words, fmt.Sprintf("position %v", at[column]))
		case column == "number":
			words = append(words, fmt.Sprintf("case %v", at[column]), fmt.Sprintf("record %v", at[column]), fmt.Sprintf("overturning %v", at[column]), fmt.Sprintf("tie %v ", at[column]))
		case column == "record" && table == "seal":
			words = append(words, id)
		}
	}
	if table == "journal" { // by its very entry
		words = []string{fmt.Sprintf("%s, entry %v ", chainWords(at["chain"]), at["seq"])}
	}
	return words
}

// chainWords is how a finding names a chain.
func chainWords(chain any) string {
	if number, is := strings.CutPrefix(fmt.Sprint(chain), "case/"); is {
		return "case " + number
	}
	return fmt.Sprintf("attempt %v", chain)
}

func text(v any) any {
	if b, ok := v.([]byte); ok {
		return string(b)
	}
	return v
}

// flipped is a value with one bit changed, or another value where it has none.
func flipped(v any, random *rand.Rand) (any, bool) {
	switch v := text(v).(type) {
	case int64:
		return v ^ 1<<random.IntN(8), true
	case bool:
		return !v, true
	case float64:
		return v + 1e-6*(1+v), true
	case string:
		if v == "" {
			return "x", true
		}
		b := []byte(v)
		for range 20 {
			at := random.IntN(len(b))
			if b[at] < 0x80 {
				if b[at] ^= 1 << random.IntN(5); b[at] >= 0x20 && string(b) != v {
					return string(b), true
				}
				b = []byte(v)
			}
		}
		return v + "x", true
	case nil:
		return "x", true
	}
	return nil, false
}

func write(db *sql.DB, table, column string, id int64, v any) bool {
	_, err := db.Exec(`UPDATE `+table+` SET `+column+` = ? WHERE rowid = ?`, v, id)
	return err == nil // else a key that is taken
}

// exchange swaps a column's values; a unique one goes through a value that nobody has.
func exchange(db *sql.DB, table, column string, a, b row, n int) bool {
	if write(db, table, column, a.id, "-1") && write(db, table, column, b.id, a.values[n]) && write(db, table, column, a.id, b.values[n]) {
		return true
	}
	write(db, table, column, b.id, b.values[n])
	write(db, table, column, a.id, a.values[n])
	return false
}

// replayed puts a row in once more under a key of its own, and returns that key's words.
func replayed(db *sql.DB, table string, columns []string, r row) (words []string, ok bool) {
	values := slices.Clone(r.values)
	from := 0
	if table == "sitting_person" || table == "sitting_invigilator" || table == "journal" {
		from = 16 // beside its neighbours: of a sitting that there is not, nothing is read
	}
	for bump := from; bump < 200; bump++ {
		for n := range columns {
			values[n] = r.values[n]
		}
		switch first := text(values[0]).(type) {
		case string:
			if len(first) == 36 {
				values[0] = first[:35] + string("0123456789abcdef"[bump%16])
			} else {
				values[0] = first + strconv.Itoa(bump)
			}
		case int64:
			values[0] = first + int64(bump) + 1
		}
		if len(columns) > 1 && bump >= 16 { // a key of several columns
			values[0] = r.values[0]
			switch second := text(values[1]).(type) {
			case int64:
				values[1] = second + int64(bump)
			case string:
				values[1] = second[:max(0, len(second)-1)] + string("0123456789abcdef"[bump%16])
			}
		}
		marks := strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ")
		if _, err := db.Exec(`INSERT INTO `+table+` (`+strings.Join(columns, ", ")+`) VALUES (`+marks+`)`, values...); err == nil {
			return wordsOf(table, columns, row{values: values}), true
		}
	}
	return nil, false
}
