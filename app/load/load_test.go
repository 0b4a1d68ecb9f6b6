package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bainian/app/store"
)

// TestMain lets the test's program be the server that it starts.
func TestMain(m *testing.M) {
	if child, ok := childOf(os.Args); ok {
		os.Exit(child())
	}
	os.Exit(m.Run())
}

// A small run against a real server, in a process of its own: nothing is lost. Then answers are taken out of the
// server's store behind its back, and each is noticed.
func TestE1_TheLoadFindsEveryAcknowledgedAnswerAndNoticesALostOne(t *testing.T) {
	ctx := context.Background()
	data := t.TempDir()
	p, err := parse([]string{"-candidates", "8", "-minutes", "0.05", "-every", "30ms", "-poll", "200ms", "-workers", "4", "-passwords", "1", "-lossy", "20", "-data", data, "-seed-attempts", "30"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	own, err := startOwn(ctx, p, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := own.end(); err != nil {
			t.Error(err)
		}
	}()
	p.url, p.token = own.url, own.token
	s, err := begin(ctx, p, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.act(ctx); err != nil {
		t.Fatal(err)
	}
	s.check(ctx)
	r := s.report()
	var printed bytes.Buffer
	if err := r.print(&printed, true); err != nil {
		t.Fatal(err)
	}
	var told map[string]any
	if err := json.Unmarshal(printed.Bytes(), &told); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"saves", "acknowledged", "lost", "saves_per_s", "p99_save_ms"} {
		if _, ok := told[name].(float64); !ok {
			t.Errorf("the report does not say %s: %s", name, printed.Bytes())
		}
	}
	if r.Lost > 0 || r.Unchecked > 0 || r.Acknowledged < 100 || r.Saves <= r.Acknowledged || len(r.Errors) > 0 {
		t.Fatalf("a clean run: %s", printed.Bytes())
	}
	for of := range steps {
		if r.Steps[of.String()].Count == 0 {
			t.Errorf("nobody did %s", of)
		}
	}

	db, err := store.Open(ctx, "sqlite:"+filepath.Join(data, "bainian.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tampered := s.candidates[:3]
	change := func(query string, args ...any) {
		t.Helper()
		if err := db.Write(ctx, func(tx *store.Tx) error {
			n, err := tx.Exec(query, args...)
			if err == nil && n != 1 {
				t.Errorf("%s changed %d rows", query, n)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	change(`DELETE FROM answer WHERE attempt_id = ? AND n = 1`, tampered[0].attempt)
	change(`UPDATE answer SET hash = ? WHERE attempt_id = ? AND n = 2`, strings.Repeat("0", 64), tampered[1].attempt)
	change(`UPDATE submission SET receipt = replace(receipt, ?, 'answer 3 0 ') WHERE attempt_id = ?`, receiptLine(tampered[2], 3), tampered[2].attempt)
	s.lost, s.acked = nil, 0
	s.check(ctx)
	var found []string
	for _, l := range s.lost {
		found = append(found, fmt.Sprintf("%s %d", l.Candidate, l.Question))
	}
	slices.Sort(found)
	want := []string{tampered[0].number + " 1", tampered[1].number + " 2", tampered[2].number + " 3"}
	slices.Sort(want)
	if !slices.Equal(found, want) {
		t.Errorf("found lost %q, want %q", found, want)
	}

	if err := s.remove(ctx, true); err != nil {
		t.Error(err)
	}
	if err := db.Read(ctx, func(rx *store.Rx) error {
		var left int
		err := rx.Row(`SELECT count(*) FROM attempt WHERE exam LIKE 'rehearsal%'`).Scan(&left)
		if left > 0 {
			t.Errorf("%d attempts are left of the rehearsal", left)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}

// receiptLine is the beginning of a question's line on a receipt.
func receiptLine(c *candidate, n int) string {
	return fmt.Sprintf("answer %d %d ", n, c.acked[n-1].seq)
}

func TestMissing(t *testing.T) {
	c := &candidate{acked: []ack{{seq: 4, hash: "d"}, {}, {seq: 3, hash: "c"}}, sent: [][]int64{{1, 4, 6}, {}, {3}}, acks: 3}
	kept := func(first, third ack, entries int64) stored {
		m := func() map[int]ack { return map[int]ack{1: first, 3: third} }
		return stored{m(), m(), entries}
	}
	for _, test := range []struct {
		name string
		stored
		lost []int // questions
	}{
		{"all there", kept(ack{4, "d"}, ack{3, "c"}, 6), nil},
		{"a newer one whose reply was lost", kept(ack{6, "f"}, ack{3, "c"}, 7), nil},
		{"a newer one that nobody sent", kept(ack{5, "e"}, ack{3, "c"}, 7), []int{1}},
		{"an older one", kept(ack{1, "a"}, ack{3, "c"}, 6), []int{1}},
		{"another hash", kept(ack{4, "d"}, ack{3, "x"}, 6), []int{3}},
		{"gone", kept(ack{4, "d"}, ack{}, 6), []int{3}},
		{"a journal cut short", kept(ack{4, "d"}, ack{3, "c"}, 5), []int{0}},
		{"on the receipt alone", stored{map[int]ack{3: {3, "c"}}, map[int]ack{1: {4, "d"}, 3: {3, "c"}}, 6}, []int{1}},
		{"not on the receipt", stored{map[int]ack{1: {4, "d"}, 3: {3, "c"}}, map[int]ack{1: {4, "d"}}, 6}, []int{3}},
	} {
		var lost []int
		for _, l := range c.missing(test.stored) {
			lost = append(lost, l.Question)
		}
		if !slices.Equal(lost, test.lost) {
			t.Errorf("%s: lost %v, want %v", test.name, lost, test.lost)
		}
	}
}

func TestPercentiles(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	var counted times
	var all []time.Duration
	for range 10_000 {
		d := time.Duration(chance.ExpFloat64() * float64(20*time.Millisecond))
		counted.add(d)
		all = append(all, d)
	}
	slices.Sort(all)
	for _, thousandths := range []int64{500, 950, 990, 1000} {
		exact, got := all[int(thousandths)*len(all)/1000-1], counted.within(thousandths)
		if got < exact-time.Microsecond || float64(got) > 1.04*float64(exact)+1000 {
			t.Errorf("%d/1000: %v, exactly %v", thousandths, got, exact)
		}
	}
}

func TestPlanRefuses(t *testing.T) {
	for args, about := range map[string]string{
		"-candidates 0":                   "-candidates",
		"-candidates 30000":               "-candidates",
		"-minutes 0":                      "-minutes",
		"-url http://localhost:1":         "-token",
		"-url nonsense -token t":          "-url",
		"-url http://h -token t -compare": "-compare",
		"-workers 1000":                   "-workers",
		"-lossy 51":                       "-lossy",
		"-every -1s":                      "-every",
		"-seed-attempts -1":               "-seed-attempts",
		"extra":                           "extra",
	} {
		if _, err := parse(strings.Fields(args), io.Discard); err == nil || !strings.Contains(err.Error(), about) {
			t.Errorf("%s: %v", args, err)
		}
	}
}
