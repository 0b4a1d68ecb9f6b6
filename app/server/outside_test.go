package server_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bainian/app/apptest"
	"bainian/app/ledger"
	"bainian/app/store"
)

// TestReceiptWithItsProof: what a candidate downloads shows by itself that it is in the tree; held against a database
// that was rewritten since, with the same key, it does not.
func TestReceiptWithItsProof(t *testing.T) {
	t.Parallel()
	w := apptest.New(t, store.SQLite)
	amy := w.NewHire("Amy")
	w.Sign(amy)
	w.Read(amy, "values")
	s := w.Sitting("values")
	id := w.Sit(amy, s, apptest.Knows)
	r, err := w.Room.Receipt(w.Ctx, amy, id)
	ok(t, err)
	if r.Proof != "" {
		t.Error("a proof before the next checkpoint")
	}
	w.Clock.Add(time.Minute)
	ok(t, w.Queue.Drain(w.Ctx))
	if r, err = w.Room.Receipt(w.Ctx, amy, id); err != nil || r.Proof == "" {
		t.Fatal(err)
	}
	ben := w.NewHire("Ben")
	w.Sign(ben)
	w.Read(ben, "values")
	other, err := w.Room.Receipt(w.Ctx, ben, w.Sit(ben, s, apptest.Knows))
	ok(t, err)

	folder := t.TempDir()
	file := func(text string) string {
		path := filepath.Join(folder, "receipt.txt")
		ok(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	whole := r.Signed + "\n" + r.Proof
	alone := func(text string) (int, string) {
		status, out, errOut := command(t, "verify", "-data", folder, "-receipt", file(text), "-key", w.Signer.Public())
		return status, out + errOut
	}
	if status, out := alone(strings.ReplaceAll(whole, "\n", "\r\n")); status != 0 || !strings.Contains(out, "1 proofs of inclusion") {
		t.Errorf("%d %s", status, out)
	}
	for name, c := range map[string]struct{ text, said string }{
		"another receipt's proof": {other.Signed + "\n" + r.Proof, "proof of something else"},
		"a hash changed":          {r.Signed + "\n" + strings.Replace(r.Proof, "index ", "index 1", 1), "does not show"},
		"a root changed":          {r.Signed + "\n" + strings.Replace(r.Proof, "\nbainian\n", "\nbainian\n1", 1), "another log"},
		"no proof after all":      {r.Signed + "\nc2sp.org/tlog-proof@v1\nnothing\n", "no proof"},
	} {
		if status, out := alone(c.text); status != 1 || !strings.Contains(out, c.said) {
			t.Errorf("%s: %d %s", name, status, out)
		}
	}
	if status, found := verifyWith(t, w, "-receipt", file(whole)); status != 0 {
		t.Errorf("at the installation: %+v", found)
	}
	_, stranger, err := ledger.NewWitnessKey(zeros{}, "stranger.example")
	ok(t, err)
	if status, found := verifyWith(t, w, "-receipt", file(whole), "-witness", stranger); status != 1 || !strings.Contains(found[0].Why, "no cosignature") {
		t.Errorf("without its witness: %+v", found)
	}
	rewritten(t, w)
	if status, found := verifyWith(t, w, "-receipt", file(whole)); status != 1 || !strings.Contains(found[0].Why, "FORK") {
		t.Errorf("rewritten: %d %+v", status, found)
	}
}

// rewritten makes the tree again with one leaf changed, as whoever holds both the database and the key can: nothing
// that is stored tells.
func rewritten(t *testing.T, w *apptest.World) {
	t.Helper()
	ok(t, w.DB.Write(w.Ctx, func(tx *store.Tx) error {
		for _, statement := range []string{`DELETE FROM daily_root`, `DELETE FROM checkpoint`, `DELETE FROM tree_hash`, `DELETE FROM leaf WHERE kind IN ('day', 'seal')`, `DELETE FROM seal`,
			`DELETE FROM sealed_until`, `UPDATE leaf SET position = NULL`, `UPDATE leaf SET kind = 'rewritten' WHERE kind = 'heads'`, `DELETE FROM chain_heads`} {
			if _, err := tx.Exec(statement); err != nil {
				return err
			}
		}
		return nil
	}))
	w.Clock.Add(time.Minute)
	ok(t, w.Queue.Drain(w.Ctx))
	if status, found := verifyWith(t, w); status != 0 {
		t.Fatalf("the rewriting shows by itself: %+v", found)
	}
}

// TestCheckpointThatLeftTheMachine: what was mailed is the one thing that a rewriter cannot reach.
func TestCheckpointThatLeftTheMachine(t *testing.T) {
	t.Parallel()
	w := apptest.New(t, store.SQLite)
	ok(t, w.Queue.Drain(w.Ctx))
	w.Sitting("values")
	w.Clock.Add(24 * time.Hour)
	ok(t, w.Queue.Drain(w.Ctx))
	root, _, err := w.Ledger.LatestRoot(w.Ctx)
	ok(t, err)
	mailed := filepath.Join(t.TempDir(), "root.txt")
	ok(t, os.WriteFile(mailed, []byte("\r\n"+strings.ReplaceAll(root.Note, "\n", "\r\n")+"\r\n\r\n"), 0o600))
	w.Sitting("product")
	w.Clock.Add(time.Minute)
	ok(t, w.Queue.Drain(w.Ctx))
	if status, found := verifyWith(t, w, "-checkpoint", mailed); status != 0 {
		t.Errorf("%+v", found)
	}
	signer, err := ledger.LoadSigner(filepath.Join(t.TempDir(), "key"), ones{})
	ok(t, err)
	if status, out, _ := command(t, "verify", "-db", "sqlite:"+databaseOf(t, w), "-checkpoint", mailed, "-key", signer.Public()); status != 1 || !strings.Contains(out, `a checkpoint of another log: its origin is "bainian"`) {
		t.Errorf("under another key: %s", out)
	}
	junk := filepath.Join(t.TempDir(), "junk.txt")
	ok(t, os.WriteFile(junk, []byte("no checkpoint"), 0o600))
	if status, found := verifyWith(t, w, "-checkpoint", junk); status != 1 || !strings.Contains(found[0].Why, "no checkpoint") {
		t.Errorf("%+v", found)
	}
	if status, _ := verifyWith(t, w, "-checkpoint", junk+".not"); status != 2 {
		t.Error("a file that is not there")
	}
	rewritten(t, w)
	if status, found := verifyWith(t, w, "-checkpoint", mailed); status != 1 || !strings.Contains(found[0].Why, "FORK") || !strings.Contains(found[0].Record, root.Root.String()) {
		t.Errorf("rewritten: %d %+v", status, found)
	}
}

func databaseOf(t *testing.T, w *apptest.World) (file string) {
	t.Helper()
	ok(t, w.DB.Read(w.Ctx, func(rx *store.Rx) error {
		return rx.Row(`SELECT file FROM pragma_database_list WHERE name = 'main'`).Scan(&file)
	}))
	return file
}

// TestARunningExamThatIsGoneIsMissed: an attempt that was deleted whole, before anything of it was handed in, is missed
// all the same, since the tree has held the head of its journal since a minute after its start.
func TestARunningExamThatIsGoneIsMissed(t *testing.T) {
	t.Parallel()
	w := apptest.New(t, store.SQLite)
	amy := w.NewHire("Amy")
	w.Sign(amy)
	w.Read(amy, "values")
	id := w.Start(amy, w.Sitting("values"))
	w.Answer(amy, id, 1, 2)
	w.Clock.Add(time.Minute)
	ok(t, w.Queue.Drain(w.Ctx))
	w.Answer(amy, id, 2, 1)
	raw := openRaw(t, databaseOf(t, w))
	for _, statement := range []string{`DELETE FROM journal WHERE chain = ?`, `DELETE FROM answer WHERE attempt_id = ?`, `DELETE FROM attempt_form WHERE attempt_id = ?`,
		`DELETE FROM agreement WHERE attempt_id = ?`, `DELETE FROM attempt WHERE id = ?`} {
		exec(t, raw, statement, id)
	}
	ok(t, raw.Close())
	status, found := verifyWith(t, w)
	if status != 1 || !strings.HasPrefix(found[0].Record, "attempt "+id+", entry ") {
		t.Errorf("%d %+v", status, found)
	}
}

// TestDailyRootsGoOut as soon as there is an office for it, and are on record as unsent until then.
func TestDailyRootsGoOut(t *testing.T) {
	t.Parallel()
	w := apptest.New(t, store.SQLite)
	for range 3 {
		w.Clock.Add(24 * time.Hour)
		ok(t, w.Queue.Drain(w.Ctx))
	}
	var days, hooks int
	ok(t, w.DB.Read(w.Ctx, func(rx *store.Rx) error {
		if err := rx.Row(`SELECT count(*) FROM daily_root`).Scan(&days); err != nil {
			return err
		}
		return rx.Row(`SELECT count(*) FROM dispatch WHERE kind = 'ledger.root' AND channel = 'webhook' AND state = 'unconfigured'`).Scan(&hooks)
	}))
	if days != 3 || hooks != 3 {
		t.Errorf("%d days, %d webhooks on record", days, hooks)
	}
}
