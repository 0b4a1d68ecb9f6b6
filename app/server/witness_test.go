package server_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bainian"
	"bainian/app/apptest"
	"bainian/app/ledger"
	"bainian/app/locale"
	"bainian/app/server"
	"bainian/app/store"
	"bainian/app/store/storetest"
	"bainian/app/web"
	"bainian/app/web/page"
)

// served is the whole site of a world behind a port, with these witnesses.
func served(t *testing.T, w *apptest.World, witnesses ...ledger.Witness) (base string) {
	t.Helper()
	catalog, err := locale.Load()
	ok(t, err)
	static, err := fs.Sub(bainian.Files, "static")
	ok(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	base = "http://" + listener.Addr().String()
	site := &web.Site{Config: page.Config{Catalog: catalog, Directory: w.Directory, Static: static, BaseURL: base, Zone: w.Keeper.Zone(), Clock: w.Clock.Now, Log: slog.New(slog.DiscardHandler)},
		DB: w.DB, Directory: w.Directory, Shelf: w.Shelf, Roster: w.Roster, Library: w.Library, Room: w.Room, Rehearsals: w.Rehearsals,
		Ledger: w.Ledger, Witnesses: witnesses, Desk: w.Desk, Keeper: w.Keeper, Pool: w.Pool, Diary: w.Diary, Files: w.Files}
	app, err := site.App()
	ok(t, err)
	go app.Listener(listener)
	t.Cleanup(func() { ok(t, app.ShutdownWithTimeout(5*time.Second)) })
	return base
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// command runs a subcommand of the program.
func command(t *testing.T, args ...string) (status int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	status = server.Run(context.Background(), args, nil, &o, &e)
	return status, o.String(), e.String()
}

// TestWitnessCosignsOverHTTP: a witness on another machine follows the ledger, its cosignatures stand with the
// checkpoints, and verify asks for them.
func TestWitnessCosignsOverHTTP(t *testing.T) {
	t.Parallel()
	w := apptest.New(t, store.SQLite)
	folder := t.TempDir()
	key := filepath.Join(folder, "witness.key")
	status, public, errOut := command(t, "witness", "-new", key, "-name", "audit.example")
	if status != 0 || !strings.HasPrefix(public, "audit.example+") {
		t.Fatalf("%d %q %s", status, public, errOut)
	}
	if status, _, _ := command(t, "witness", "-new", key); status != 2 {
		t.Error("a key was overwritten")
	}
	if info, err := os.Stat(key); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	witness, err := ledger.ParseWitness(public)
	ok(t, err)
	base := served(t, w, witness)
	cosign := func() (int, string, string) {
		return command(t, "witness", "-key", key, "-log", w.Signer.Public(), "-from", base)
	}
	if status, _, errOut := cosign(); status != 1 || !strings.Contains(errOut, "ledger.empty") {
		t.Errorf("before the first checkpoint: %d %s", status, errOut)
	}
	for range 3 { // the log grows between the visits, and once it does not
		w.Sitting("values")
		w.Clock.Add(24 * time.Hour)
		ok(t, w.Queue.Drain(w.Ctx))
		for range 2 {
			if status, out, errOut := cosign(); status != 0 || !strings.Contains(out, "cosigned the checkpoint") {
				t.Fatalf("%d %s %s", status, out, errOut)
			}
		}
		latest, _, err := w.Ledger.Latest(w.Ctx)
		ok(t, err)
		if said, cosigned := witness.On(latest); !cosigned || time.Since(said.At) > time.Hour {
			t.Errorf("%+v %t in\n%s", said, cosigned, latest.Note)
		}
	}
	get := func(path string) (int, string) {
		response, err := http.Get(base + path)
		ok(t, err)
		defer response.Body.Close()
		var b bytes.Buffer
		_, err = b.ReadFrom(response.Body)
		ok(t, err)
		return response.StatusCode, b.String()
	}
	status, latest := get("/ledger/checkpoint")
	if status != 200 || !strings.Contains(latest, "— audit.example ") {
		t.Errorf("%d %s", status, latest)
	}
	for path, want := range map[string]int{"/ledger/checkpoints/999999": 404, "/ledger/checkpoints/x": 404, "/ledger/leaves/none/proof": 404, "/ledger/roots/latest": 200} {
		if status, body := get(path); status != want {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	c, err := ledger.OpenCheckpoint(latest, w.Signer.Public())
	ok(t, err)
	for path, want := range map[string]int{"?old=1": 200, "?old=0": 200, fmt.Sprint("?old=", c.Size): 200, fmt.Sprint("?old=", c.Size+1): 422} {
		if status, body := get(fmt.Sprintf("/ledger/checkpoints/%d%s", c.Size, path)); status != want {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	// What nobody known has cosigned is not taken, nor a checkpoint of another log.
	post := func(text string) int {
		response, err := http.Post(base+"/ledger/cosignatures", "text/plain", strings.NewReader(text))
		ok(t, err)
		response.Body.Close()
		return response.StatusCode
	}
	head, _, _ := strings.Cut(latest, "— audit.example")
	if got := post(head); got != 403 {
		t.Errorf("without a cosignature: %d", got)
	}
	if got := post("nonsense"); got != 400 {
		t.Errorf("nonsense: %d", got)
	}
	if got := post(strings.Replace(latest, "bainian\n", "elsewhere\n", 1)); got != 422 {
		t.Errorf("another log: %d", got)
	}
	if got := post(latest); got != 204 {
		t.Errorf("again: %d", got)
	}
	if status, found := verifyWith(t, w, "-witness", strings.TrimSpace(public)); status != 0 {
		t.Errorf("cosigned: %+v", found)
	}
	_, stranger, err := ledger.NewWitnessKey(zeros{}, "stranger.example")
	ok(t, err)
	if status, found := verifyWith(t, w, "-witness", stranger); status != 1 || found[0].Kind != "witness" {
		t.Errorf("by a witness that never came: %d %+v", status, found)
	}
}

// zeros is no randomness at all.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }

// verifyWith runs verify on a world's own database.
func verifyWith(t *testing.T, w *apptest.World, args ...string) (int, []finding) {
	t.Helper()
	return verifyFile(t, databaseOf(t, w), w.Signer.Public(), args...)
}

// TestWitnessRefusesAFork: the key is the same and so is the beginning, but what the witness has seen is not continued.
func TestWitnessRefusesAFork(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	signer, err := ledger.LoadSigner(filepath.Join(folder, "signing.key"), zeros{})
	ok(t, err)
	grown := func(leaves ...string) *ledger.Log {
		db, _ := storetest.SQLite(t, ledger.Schema())
		log := ledger.NewLog(db, signer)
		for _, data := range leaves {
			ok(t, db.Write(context.Background(), func(tx *store.Tx) error {
				_, err := tx.Exec(`INSERT INTO leaf (id, kind, data, at_ms) VALUES (?, 'thing', ?, 1)`, data, data)
				return err
			}))
			ok(t, log.Integrate(context.Background()))
		}
		return log
	}
	key := filepath.Join(folder, "witness.key")
	if status, _, errOut := command(t, "witness", "-new", key); status != 0 {
		t.Fatal(errOut)
	}
	shown := filepath.Join(folder, "shown.txt")
	show := func(text string) (int, string, string) {
		ok(t, os.WriteFile(shown, []byte(text), 0o600))
		return command(t, "witness", "-key", key, "-log", signer.Public(), "-from", shown)
	}
	honest := grown("a", "b", "c", "d", "e")
	at := func(log *ledger.Log, old, size int64) string {
		proof, err := log.Consistency(context.Background(), old, size)
		ok(t, err)
		return proof.Text()
	}
	if status, out, errOut := show(at(honest, 0, 3)); status != 0 || !strings.Contains(out, "— witness ") {
		t.Fatalf("%d %s %s", status, out, errOut)
	}
	before, err := os.ReadFile(key + ".seen")
	ok(t, err)
	liar := grown("a", "B", "c", "d", "e")
	for name, text := range map[string]string{
		"a longer tree that does not continue": at(liar, 3, 5),
		"the same size with another root":      at(liar, 3, 3),
		"a smaller tree":                       strings.SplitN(at(honest, 0, 2), "\n\n", 2)[1],
	} {
		status, _, errOut := show(text)
		if status != 1 || !strings.Contains(errOut, "FORK") || !strings.Contains(errOut, "of size 3 with root") || strings.Count(errOut, "— bainian ") != 2 {
			t.Errorf("%s: %d %s", name, status, errOut)
		}
	}
	if after, err := os.ReadFile(key + ".seen"); err != nil || string(after) != string(before) {
		t.Error("the witness forgot what it had seen")
	}
	if status, _, errOut := show(strings.SplitN(at(honest, 0, 5), "\n\n", 2)[1]); status != 2 || !strings.Contains(errOut, "?old=3") {
		t.Errorf("without the proof: %d %s", status, errOut)
	}
	if status, _, errOut := show(at(honest, 3, 5)); status != 0 {
		t.Errorf("what continues: %d %s", status, errOut)
	}
	other, err := ledger.LoadSigner(filepath.Join(folder, "other.key"), ones{})
	ok(t, err)
	if status, _, errOut := command(t, "witness", "-key", key, "-state", filepath.Join(folder, "fresh"), "-log", other.Public(), "-from", shown); status != 1 || !strings.Contains(errOut, "another log") {
		t.Errorf("another log's: %d %s", status, errOut)
	}
	if status, _, errOut := command(t, "witness", "-key", key, "-log", other.Public(), "-from", shown); status != 2 || !strings.Contains(errOut, "remembers another ledger") {
		t.Errorf("another log's memory: %d %s", status, errOut)
	}
}

type ones struct{}

func (ones) Read(b []byte) (int, error) {
	for n := range b {
		b[n] = 1
	}
	return len(b), nil
}
