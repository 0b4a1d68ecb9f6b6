package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"bainian"
	"bainian/app/ledger"
	"bainian/app/server"
	"bainian/app/store"
)

// What a database of years holds, so that what a save costs there can be compared with an empty one: attempts that
// have ended, each with its form, answers, journal, result and submission, the chains as they must be. Their papers
// have four questions: a save meets the number of rows and the height of the trees over them, not the length of other
// people's documents. This is the one place that writes the tables of exams from outside.
const (
	fillAnswers  = 4
	fillTogether = 12 // attempts to a transaction, of 14 rows each
	fillOf       = 10 // attempts of one person
	fillAt       = 1000
	fillCallers  = 4
)

const (
	fillPins = `{"exam":{"path":"rehearsal/rehearsal.exam.md","version":1},"banks":{"rehearsal":{"path":"rehearsal/rehearsal.bank.md","version":1}}}`
	fillDay  = 24 * time.Hour
)

// filler fills one database.
type filler struct {
	db      *store.DB
	form    string
	marks   string
	began   time.Time
	total   int
	people  []subject
	sitting []string
}

// subject is a person with the key under which their payloads are hashed.
type subject struct {
	id  string
	key [32]byte
}

// fill puts so many ended attempts into the database of a server that does not run yet.
func fill(ctx context.Context, c server.Config, n int, say io.Writer) (err error) {
	began := time.Now()
	h, err := server.OpenHouse(ctx, c, bainian.Files, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	f := &filler{db: h.DB, form: fillForm(), marks: fillMarks(), began: began.Add(-365 * fillDay), total: n}
	if err := f.hire(ctx); err != nil {
		return err
	}
	chunks := (n + fillTogether - 1) / fillTogether
	if _, err := rate(fillCallers, chunks, func(i int) error {
		first := i * fillTogether
		return f.db.Write(ctx, func(tx *store.Tx) error { return f.attemptsIn(tx, first, min(first+fillTogether, n)) })
	}); err != nil {
		return fmt.Errorf("filling the database: %w", err)
	}
	fmt.Fprintf(say, "load: %d attempts put into the database in %s\n", n, time.Since(began).Round(time.Second))
	return nil
}

// rows are those of one INSERT.
type rows struct {
	args []any
	n    int
}

func (r *rows) add(args ...any) { r.args, r.n = append(r.args, args...), r.n+1 }

func (r *rows) into(tx *store.Tx, table, columns string) error {
	if r.n == 0 {
		return nil
	}
	row := "(?" + strings.Repeat(", ?", strings.Count(columns, ",")) + ")"
	_, err := tx.Exec("INSERT INTO "+table+" ("+columns+") VALUES "+row+strings.Repeat(", "+row, r.n-1), r.args...)
	return err
}

// hire makes the people and the sittings.
func (f *filler) hire(ctx context.Context) error {
	f.people = make([]subject, (f.total+fillOf-1)/fillOf)
	f.sitting = make([]string, (f.total+fillAt-1)/fillAt)
	const together = 60
	for first := 0; first < len(f.people); first += together {
		if err := f.db.Write(ctx, func(tx *store.Tx) error {
			var people, keys rows
			for i := first; i < min(first+together, len(f.people)); i++ {
				p := subject{id: tx.NewID()}
				_, _ = rand.Read(p.key[:])
				number := fmt.Sprintf("filled-%07d", i)
				people.add(p.id, number, number, number, number+"@filled.invalid", number+"@filled.invalid", number, "new_hire", false, store.Ms(f.began))
				keys.add(p.id, hex.EncodeToString(p.key[:]), store.Ms(f.began))
				f.people[i] = p
			}
			if err := people.into(tx, "employee", "id, number, number_key, name, email, email_key, search, roles, active, created_ms"); err != nil {
				return err
			}
			return keys.into(tx, "subject_key", "subject, key, at_ms")
		}); err != nil {
			return err
		}
	}
	for first := 0; first < len(f.sitting); first += together {
		if err := f.db.Write(ctx, func(tx *store.Tx) error {
			var sittings rows
			for i := first; i < min(first+together, len(f.sitting)); i++ {
				f.sitting[i] = tx.NewID()
				at := store.Ms(f.startOf(i * fillAt))
				end := at + fillDay.Milliseconds()
				secret := hex.EncodeToString(tx.Secret(32))
				sittings.add(f.sitting[i], "values", 1, fillPins, `{"zh-Hant":"往年"}`, 40, at, end, secret, secret, "system", at, "system", end, end)
			}
			return sittings.into(tx, "sitting", "id, exam, exam_version, pins, title, minutes, opens_ms, closes_ms, secret, commitment, by_id, at_ms, closed_by, closed_ms, settled_ms")
		}); err != nil {
			return err
		}
	}
	return nil
}

// startOf spreads the attempts over the year.
func (f *filler) startOf(i int) time.Time {
	return f.began.Add(time.Duration(float64(i) / float64(f.total) * float64(360*fillDay)))
}

func (f *filler) attemptsIn(tx *store.Tx, first, end int) error {
	var attempts, forms, answers, journal, results, submissions rows
	for i := first; i < end; i++ {
		id, who := tx.NewID(), f.people[i%len(f.people)]
		at := store.Ms(f.startOf(i))
		head := ledger.Head{}
		write := func(typ, payload string, ms int64) {
			mac := ledger.MAC(who.key[:], []byte(payload))
			next := ledger.Head{Seq: head.Seq + 1}
			next.Hash = ledger.Hash(id, next.Seq, typ, ms, head.Hash, mac)
			head = next
			journal.add(id, head.Seq, typ, ms, payload, hex.EncodeToString(mac[:]), head.Hex())
		}
		write("start", `{"sitting":"`+f.sitting[i/fillAt]+`","pledge":true}`, at)
		for n := 1; n <= fillAnswers; n++ {
			response := `{"choices":[` + strconv.Itoa((i+n)%4) + `]}`
			given := at + int64(n)*30_000
			write("answer", `{"n":`+strconv.Itoa(n)+`,"seq":`+strconv.Itoa(n)+`,"response":`+response+`}`, given)
			answers.add(id, n, response, n, given, given, false, head.Hex())
		}
		over := at + 600_000
		write("end", `{"cause":"submitted","by":"`+who.id+`"}`, over)
		attempts.add(id, f.sitting[i/fillAt], "values", who.id, "submitted", at, at+2_400_000, at+3_000_000, over, strings.Repeat("1", fillAnswers), "filled", fillAnswers, head.Seq, head.Hex(), over, 1, 3000, 4000, true)
		forms.add(id, f.form)
		results.add(id, 1, f.marks, 3000, 4000, true, who.id, over)
		submissions.add(id, "submitted", head.Seq, head.Hex(), "filled "+id+" "+head.Hex()+"\n", "", who.id, over)
	}
	for _, t := range []struct {
		rows           *rows
		table, columns string
	}{
		{&attempts, "attempt", "id, sitting_id, exam, person_id, state, started_ms, deadline_ms, due_ms, ended_ms, card, device, last_seq, head_seq, head_hash, contact_ms, revision, score, max_score, passed"},
		{&forms, "attempt_form", "attempt_id, form"},
		{&answers, "answer", "attempt_id, n, response, seq, first_ms, at_ms, late, hash"},
		{&journal, "journal", "chain, seq, type, at_ms, payload, mac, hash"},
		{&results, "result", "attempt_id, revision, marks, score, max_score, passed, by_id, at_ms"},
		{&submissions, "submission", "attempt_id, cause, head_seq, head_hash, receipt, leaf_id, by_id, at_ms"},
	} {
		if err := t.rows.into(tx, t.table, t.columns); err != nil {
			return err
		}
	}
	return nil
}

func fillForm() string {
	var b strings.Builder
	for n := 1; n <= fillAnswers; n++ {
		fmt.Fprintf(&b, `,{"n":%d,"section":0,"bank":"rehearsal","item":"single-%02d","points":1000,"layout":{"order":[2,0,3,1]}}`, n, n)
	}
	return `{"questions":[` + b.String()[1:] + `]}`
}

func fillMarks() string {
	var b strings.Builder
	for n := 1; n <= fillAnswers; n++ {
		fmt.Fprintf(&b, `,{"bank":"rehearsal","item":"single-%02d","score":%d,"max":1000,"chosen":[0]}`, n, 1000*min(1, n-1))
	}
	return `{"score":3000,"max":4000,"passed":true,"sections":[{"score":3000,"max":4000,"passed":true}],"questions":[` + b.String()[1:] + `]}`
}
