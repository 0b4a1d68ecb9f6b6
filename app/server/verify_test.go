package server

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"bainian/app/exams"
	"bainian/app/ledger"
	"bainian/app/store"
)

// furnishedCompany is the demonstration's data folder, with all its sittings, in which a key was corrected since.
func furnishedCompany(t *testing.T) (data string, receipt string) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx := context.Background()
	c := Config{Data: t.TempDir(), Zone: "Asia/Taipei"}
	must(c.complete())
	clock := &clock{}
	h, err := OpenHouse(ctx, c, filesOf(c), clock.now, slog.New(slog.DiscardHandler))
	must(err)
	_, problems, err := h.Load(ctx)
	must(err)
	must(problems.Err())
	_, err = furnish(ctx, h, clock)
	must(err)

	trainer, err := h.Directory.ByNumber(ctx, "A005")
	must(err)
	doc, err := h.Shelf.Doc(ctx, "quizzes/values.bank.md")
	must(err)
	firstTwo := regexp.MustCompile(`(?s)(\{#or-01 .*?)- \[ \](.*?)- \[x\]`) // in every language
	for lang, text := range doc.Sources {
		doc.Sources[lang] = firstTwo.ReplaceAllString(text, "${1}- [x]${2}- [ ]")
		if doc.Sources[lang] == text {
			t.Fatalf("the item to correct is not there in %s", lang)
		}
	}
	head, err := h.Shelf.Adopt(ctx, trainer, doc, "更正")
	must(err)
	correction := exams.Correction{Exam: "values", Bank: "values", Version: head.Version, Reason: "正解有誤"}
	diff, err := h.Room.Regrade(ctx, trainer, correction, "")
	must(err)
	digest, err := diff.Digest()
	must(err)
	_, err = h.Room.Regrade(ctx, trainer, correction, digest)
	must(err)
	must(h.Ledger.Integrate(ctx))
	must(h.DB.Read(ctx, func(rx *store.Rx) error {
		return rx.Row(`SELECT receipt FROM submission ORDER BY attempt_id LIMIT 1`).Scan(&receipt)
	}))
	must(h.Close())
	return c.Data, receipt
}

// sums are the files of a folder by what is in them.
func sums(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasSuffix(path, "-shm") || strings.HasSuffix(path, "-wal") {
			return err
		}
		src, err := os.ReadFile(path)
		all[path] = fmt.Sprintf("%x", sha256.Sum256(src))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestE4_EveryAttemptOfAFurnishedCompanyReplays deals and grades every attempt of the demonstration again, those that
// were regraded by each of their keys, as bainian verify does on a copy of anybody's data; then it tampers.
func TestE4_EveryAttemptOfAFurnishedCompanyReplays(t *testing.T) {
	t.Parallel()
	data, signed := furnishedCompany(t)
	verify := func(args ...string) (status int, v verification, errOut string) {
		t.Helper()
		status, out, errOut := runIn(t, append([]string{"verify", "-json"}, args...)...)
		if status != exitUsage {
			if err := json.Unmarshal([]byte(out), &v); err != nil {
				t.Fatalf("%q: %v", out, err)
			}
		}
		return status, v, errOut
	}
	count := func(v verification, kind string) int {
		for _, l := range v.LookedAt {
			if l.Kind == kind {
				return l.Count
			}
		}
		return 0
	}
	before := sums(t, data)
	status, v, errOut := verify("-data", data)
	if status != exitOK || len(v.Findings) > 0 {
		t.Fatalf("status %d: %+v %s", status, v.Findings, errOut)
	}
	attempts := count(v, "attempts")
	if attempts < 60 || count(v, "receipts") != attempts || count(v, "results") <= attempts || count(v, "sittings") < 10 ||
		count(v, "answers") < 20*attempts || count(v, "journal entries") < 20*attempts || count(v, "leaves") < attempts || count(v, "checkpoints") < 1 {
		t.Errorf("looked at %+v", v.LookedAt)
	}
	if after := sums(t, data); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("looking changed the folder: %v, was %v", after, before)
	}
	if status, out, _ := runIn(t, "verify", "-data", data); status != exitOK || !strings.Contains(out, "everything holds") || !strings.Contains(out, v.Key) {
		t.Errorf("%d %s", status, out)
	}

	t.Run("Receipt", func(t *testing.T) {
		file := write(t, filepath.Join(t.TempDir(), "receipt.txt"), signed)
		elsewhere := t.TempDir() // what a candidate has: the file, the program and the key
		if status, v, errOut := verify("-data", data, "-receipt", file); status != exitOK || count(v, "answers against the journal") < 10 {
			t.Errorf("at the installation: %d %+v %s", status, v, errOut)
		}
		if status, v, errOut := verify("-data", elsewhere, "-receipt", file, "-key", v.Key); status != exitOK || len(v.LookedAt) != 1 {
			t.Errorf("elsewhere: %d %+v %s", status, v, errOut)
		}
		if status, _, errOut := verify("-data", elsewhere, "-receipt", file); status != exitUsage || !strings.Contains(errOut, "/.well-known/bainian-signing-key") {
			t.Errorf("without a key: %d %s", status, errOut)
		}
		other, err := ledger.LoadSigner(filepath.Join(t.TempDir(), "signing.key"), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if status, v, _ := verify("-data", elsewhere, "-receipt", file, "-key", other.Public()); status != exitFailed || v.Findings[0].Kind != "receipt" {
			t.Errorf("under another key: %d %+v", status, v)
		}
		forged := write(t, filepath.Join(t.TempDir(), "forged.txt"), regexp.MustCompile(`answered \d+`).ReplaceAllString(signed, "answered 99"))
		if status, v, _ := verify("-data", data, "-receipt", forged); status != exitFailed || v.Findings[0].Record != forged {
			t.Errorf("forged: %d %+v", status, v)
		}
		if status, _, errOut := verify("-data", data, "-receipt", file+".not"); status != exitUsage || !strings.Contains(errOut, "receipt.txt.not") {
			t.Errorf("a missing file: %d %s", status, errOut)
		}
	})

	// Whoever can write the database lets somebody pass, and turns an answer.
	db, err := store.Open(context.Background(), "sqlite:"+filepath.Join(data, "bainian.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	var failed, turned string
	if err := db.Write(context.Background(), func(tx *store.Tx) error {
		if err := tx.Row(`UPDATE attempt SET passed = TRUE, score = max_score WHERE id = (SELECT id FROM attempt WHERE NOT passed AND state <> 'live' ORDER BY id LIMIT 1) RETURNING id`).Scan(&failed); err != nil {
			return err
		}
		return tx.Row(`UPDATE answer SET response = '{"choices":[0,1,2]}' WHERE n = 5 AND attempt_id = (SELECT max(attempt_id) FROM answer) RETURNING attempt_id`).Scan(&turned)
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	status, v, _ = verify("-data", data)
	if status != exitFailed || len(v.Findings) != 2 {
		t.Errorf("after tampering: %d %+v", status, v.Findings)
	}
	_, out, _ := runIn(t, "verify", "-data", data)
	for _, want := range []string{"attempt: attempt " + failed + ": its score or pass", "answers: attempt " + turned + ", question 5: "} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

func TestVerifyRefusesWhatItCannotLookAt(t *testing.T) {
	signer, err := ledger.LoadSigner(filepath.Join(t.TempDir(), "signing.key"), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	empty, old, garbage := t.TempDir(), t.TempDir(), t.TempDir()
	db, err := store.Open(context.Background(), "sqlite:"+filepath.Join(old, "bainian.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(context.Background(), Schemas()[:3]...); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(garbage, "bainian.db"), strings.Repeat("no database ", 1000))
	for name, c := range map[string]struct {
		args []string
		said string
	}{
		"nothing there":    {[]string{"-data", empty, "-key", signer.Public()}, "bainian.db"},
		"an older version": {[]string{"-data", old, "-key", signer.Public()}, "older version"},
		"no database":      {[]string{"-data", garbage, "-key", signer.Public()}, "not a database"},
		"no key":           {[]string{"-data", old}, "-key"},
		"something more":   {[]string{"-data", old, "everything"}, "everything"},
	} {
		if status, _, errOut := runIn(t, append([]string{"verify"}, c.args...)...); status != exitUsage || !strings.Contains(errOut, c.said) {
			t.Errorf("%s: %d %s", name, status, errOut)
		}
	}
	if entries, err := os.ReadDir(empty); err != nil || len(entries) > 0 {
		t.Errorf("looking made %v", entries)
	}
}
