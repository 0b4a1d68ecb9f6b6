package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"bainian/app/gate"
	"bainian/app/people"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

// TestMain lets a test start this program again as a process that it can kill.
func TestMain(m *testing.M) {
	if os.Getenv("BAINIAN_TEST_CHILD") == "" {
		os.Exit(m.Run())
	}
	os.Exit(Run(context.Background(), os.Args[1:], nil, os.Stdout, os.Stderr))
}

// outage is a house whose database is away, with the snapshot that it left.
type outage struct {
	*testing.T
	dir, url   string // the folder of the program; the database's address
	crm, proxy string // tokens
	session    string // of amy
	holders    []people.Person
	amy, gone  people.Person // two who may take leads; one leaves after the snapshot
}

const secretOf = "passphrase of "

// beforeOutage furnishes a house with two holders, a person and the machines' tokens, writes its snapshot and closes it.
func beforeOutage(t *testing.T, engine store.Engine, at time.Time) *outage {
	t.Helper()
	o := &outage{T: t, dir: t.TempDir(), url: storetest.URL(t, engine, Schemas()...)}
	h := o.open(func() time.Time { return at })
	defer h.Close()
	ctx := t.Context()
	for i, role := range []people.Role{people.HR, people.Admin} {
		p := o.hire(h, fmt.Sprint("H", i), role)
		if err := h.Directory.SetPassword(ctx, people.System(), p.ID, "a good long sentence"); err != nil {
			t.Fatal(err)
		}
		verifier, err := h.Directory.Passphrase(ctx, p, "a good long sentence", secretOf+p.Number)
		if err == nil {
			err = h.Keeper.Enrol(ctx, p, verifier)
		}
		if err != nil {
			t.Fatal(err)
		}
		o.holders = append(o.holders, p)
	}
	o.amy, o.gone = o.hire(h, "E1", people.NewHire), o.hire(h, "E2", people.NewHire)
	var err error
	if o.crm, err = h.Directory.NewToken(ctx, people.System(), "CRM"); err != nil {
		t.Fatal(err)
	}
	if o.proxy, err = h.Directory.NewTokenFor(ctx, people.System(), "nginx", people.ForwardAuth); err != nil {
		t.Fatal(err)
	}
	if o.session, err = h.Directory.SignInAs(ctx, o.amy.ID); err != nil {
		t.Fatal(err)
	}
	if err := h.writeSnapshot(ctx, o.snapshot()); err != nil {
		t.Fatal(err)
	}
	if err := h.Directory.Deactivate(ctx, people.System(), o.gone.ID, "離職"); err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *outage) config() Config {
	return Config{Data: o.dir, DB: o.url, Zone: "Asia/Taipei", Key: filepath.Join(o.dir, "signing.key"), Blobs: filepath.Join(o.dir, "blobs"), URL: "http://localhost"}
}

// open is the house, while the database is there.
func (o *outage) open(clock func() time.Time) *House {
	o.Helper()
	files := fstest.MapFS{"content/policy.yaml": {Data: []byte("title: 規則\nlevels:\n  - {level: full, require: {all: [employed, no_red_line, no_open_case]}}\n" +
		"limits: {draws_per_day: 10, per_day: 50, cap: 200, newcomer_days: 10, newcomer_per_day: 15, newcomer_cap: 60}\n")}}
	h, err := OpenHouse(o.Context(), o.config(), files, clock, slog.New(slog.DiscardHandler))
	if err != nil {
		o.Fatal(err)
	}
	if _, _, err := h.Load(o.Context()); err != nil {
		o.Fatal(err)
	}
	return h
}

func (o *outage) hire(h *House, number string, roles ...people.Role) people.Person {
	o.Helper()
	p, err := h.Directory.Create(o.Context(), people.System(), people.NewPerson{Number: number, Name: "員工" + number, Email: number + "@test.example", Roles: roles})
	if err != nil {
		o.Fatal(err)
	}
	return p
}

func (o *outage) snapshot() string { return filepath.Join(o.dir, "gate.snapshot") }
func (o *outage) log() string      { return glassLogOf(o.snapshot()) }

// typed is what the two holders type, and why.
func (o *outage) typed() string {
	return fmt.Sprintf("%s\n%s\n%s\n%s\n", strings.ToLower(o.holders[0].Number), secretOf+o.holders[0].Number, o.holders[1].Number, secretOf+o.holders[1].Number)
}

// args break the glass; the database is somewhere that does not exist, so that opening it would fail.
func (o *outage) args(more ...string) []string {
	return append([]string{"break-glass", "-data", o.dir, "-db", "sqlite:" + filepath.Join(o.dir, "none", "none.db"), "-addr", "127.0.0.1:0", "-reason", "資料庫停擺，業務要領線索"}, more...)
}

// broken is a broken glass that runs in this process.
type broken struct {
	*outage
	base   string
	stop   func()
	err    *output
	status chan int
}

func (o *outage) start(in string, more ...string) *broken {
	o.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	b := &broken{outage: o, stop: cancel, err: &output{}, status: make(chan int, 1)}
	args := o.args(more...)
	go func() {
		b.status <- breakGlassCommand(ctx, program{"break-glass", args[1:], nil, io.Discard, b.err, strings.NewReader(in)})
	}()
	o.Cleanup(cancel)
	b.base = ready(o.T, b.err, b.status)
	return b
}

var readyAt = regexp.MustCompile(`ready +(http://\S+)`)

// ready is the address that a program says it listens on; "" when it ended instead.
func ready(t *testing.T, said *output, status chan int) string {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if m := readyAt.FindStringSubmatch(said.String()); m != nil {
			return m[1]
		}
		select {
		case s := <-status:
			status <- s
			return ""
		default:
		}
	}
	t.Fatal("neither ready nor ended:", said)
	return ""
}

func (b *broken) ends(status int) {
	b.Helper()
	b.stop()
	select {
	case got := <-b.status:
		if got != status {
			b.Errorf("status %d, want %d: %s", got, status, b.err)
		}
	case <-time.After(10 * time.Second):
		b.Fatal("it does not end: ", b.err)
	}
}

// ask is one evaluation; asked is its status and its decision.
func (b *broken) ask(number, action string) (status int, decision bool, body string) {
	b.Helper()
	return askAt(b.T, b.base, b.crm, number, action)
}

func askAt(t testing.TB, base, token, number, action string) (status int, decision bool, body string) {
	t.Helper()
	r, err := http.NewRequest("POST", base+"/access/v1/evaluation", strings.NewReader(fmt.Sprintf(
		`{"subject":{"type":"user","id":%q},"action":{"name":%q},"resource":{"type":"lead_pool","id":"public"}}`, number, action)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Accept-Language", "en")
	return send(t, r)
}

func send(t testing.TB, r *http.Request) (status int, decision bool, body string) {
	t.Helper()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.Header.Get("X-Gate-Snapshot") == "" {
		t.Errorf("%s says not of when its facts are", r.URL)
	}
	var d struct{ Decision bool }
	_ = json.Unmarshal(text, &d)
	return answer.StatusCode, d.Decision, string(text)
}

// An outage does not lock the sales floor: two holders have decisions made from the snapshot, without any database, and
// what was decided comes home.
func TestG2_BreakGlass(t *testing.T) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			o := beforeOutage(t, engine, time.Now().Add(-time.Hour))
			b := o.start(o.typed())
			if b.base == "" {
				t.Fatal(b.err)
			}
			for _, x := range []struct {
				number, action string
				allowed        bool
				says           string
			}{
				{"e1", "hold", true, `"policy_version":1`}, {"E1", "draw", true, `"level":"limited"`}, {"E2", "assign", true, ""}, {"E9", "hold", false, "no employee"}, {"E1", "sell", false, "Unknown action"},
			} {
				if status, allowed, body := b.ask(x.number, x.action); status != 200 || allowed != x.allowed || !strings.Contains(body, x.says) {
					t.Errorf("%s %s: %d %s", x.number, x.action, status, body)
				}
			}
			if status, _, _ := askAt(t, b.base, "bn_other", "E1", "hold"); status != 401 {
				t.Errorf("a token that is none: %d", status)
			}
			if status, _, _ := askAt(t, b.base, o.proxy, "E1", "hold"); status != 403 {
				t.Errorf("a token for something else: %d", status)
			}
			fronted := func(query, subject, cookie string) int {
				r, err := http.NewRequest("GET", b.base+"/gate/forward-auth?"+query, nil)
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("X-Gate-Secret", o.proxy)
				r.Header.Set("X-Gate-Subject", subject)
				r.Header.Set("Cookie", "session="+cookie)
				status, _, _ := send(t, r)
				return status
			}
			for want, got := range map[int]int{200: fronted("action=draw&subject=header", "E1", ""), 403: fronted("action=draw&subject=header", "E9", ""), 401: fronted("action=hold", "", "other")} {
				if got != want {
					t.Errorf("forward auth: %d, want %d", got, want)
				}
			}
			if got := fronted("action=hold", "", o.session); got != 200 {
				t.Errorf("by the session: %d", got)
			}
			for method, paths := range map[string][]string{"GET": {"/", "/people", "/leads", "/sign-in", "/metrics", "/cases"}, "POST": {"/sessions", "/leads/x/followups"}} {
				for _, path := range paths {
					r, err := http.NewRequest(method, b.base+path, nil)
					if err != nil {
						t.Fatal(err)
					}
					if status, _, _ := send(t, r); status != 503 {
						t.Errorf("%s %s: %d", method, path, status)
					}
				}
			}
			r, _ := http.NewRequest("GET", b.base+"/healthz", nil)
			if status, _, _ := send(t, r); status != 200 {
				t.Errorf("healthz: %d", status)
			}
			if status := breakGlassCommand(t.Context(), program{"break-glass", o.args()[1:], nil, io.Discard, io.Discard, strings.NewReader(o.typed())}); status != exitUsage {
				t.Errorf("a second one over the same log: %d", status)
			}
			b.ends(exitOK)
			if _, err := os.Stat(filepath.Join(o.dir, "none")); err == nil {
				t.Error("the database was looked for")
			}

			status, out, errOut := runIn(t, "break-glass", "-verify", o.log())
			if status != exitOK || !strings.Contains(out, "following") {
				t.Errorf("%d %s%s", status, out, errOut)
			}
			for _, want := range []string{"are new on record", "0 lines are new"} { // the database is back
				status, out, errOut := runIn(t, "break-glass", "-data", o.dir, "-db", o.url, "-import", o.log())
				if status != exitOK || !strings.Contains(out, want) {
					t.Errorf("%d %s%s, want %s", status, out, errOut, want)
				}
			}
			h := o.open(time.Now)
			defer h.Close()
			all, err := h.Keeper.Episodes(t.Context(), o.holders[0])
			if err != nil || len(all) != 1 {
				t.Fatalf("%+v %v", all, err)
			}
			if e := all[0]; e.Allowed != 5 || e.Denied != 3 || e.Wrong != 1 || !e.Mended || len(e.By) != 2 || e.By[0] != o.holders[0].Name || e.Reason == "" {
				t.Errorf("%+v", e)
			}
			mails := 0
			if err := h.DB.Read(t.Context(), func(rx *store.Rx) error {
				return rx.Row(`SELECT count(*) FROM dispatch WHERE kind = 'gate.glass'`).Scan(&mails)
			}); err != nil || mails != 2 {
				t.Errorf("%d mails, %v", mails, err)
			}
		})
	}
}

// refusals are the ways in which the glass stays whole: one person alone, the same twice, a wrong passphrase, no reason,
// a snapshot that is old, from the future or forged, a clock that was set back behind the log.
func TestG2_TheGlassStaysWhole(t *testing.T) {
	o := beforeOutage(t, store.SQLite, time.Now().Add(-time.Minute))
	first, second := o.holders[0], o.holders[1]
	refused := func(name, in, says string, args ...string) {
		t.Helper()
		var errOut output
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		status := breakGlassCommand(ctx, program{"break-glass", o.args(args...)[1:], nil, io.Discard, &errOut, strings.NewReader(in)})
		if status == exitOK || !strings.Contains(errOut.String(), says) {
			t.Errorf("%s: %d %s, want %q", name, status, errOut.String(), says)
		}
	}
	one := first.Number + "\n" + secretOf + first.Number + "\n"
	refused("alone", one, "nobody answers")
	refused("the same twice", one+one, "another one is needed")
	refused("a wrong passphrase", one+second.Number+"\n"+secretOf+first.Number+"\n", "not right")
	refused("an employee", o.amy.Number+"\n"+secretOf+o.amy.Number+"\n", "not right")
	refused("without a reason", o.typed(), "a reason", "-reason", "short")
	f, err := os.Open(o.log())
	if err != nil {
		t.Fatal(err)
	}
	log, err := gate.ReadGlassLog(f)
	f.Close()
	if err != nil || len(log.Lines) != 3 || log.Lines[1].Kind != gate.LineRefused || log.Lines[1].Number != people.NumberKey(second.Number) {
		t.Errorf("%+v, %v", log.Lines, err)
	}

	good, err := os.ReadFile(o.snapshot())
	if err != nil {
		t.Fatal(err)
	}
	put := func(path string, content []byte) {
		t.Helper()
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(o.snapshot(), bytes.Replace(good, []byte(`"level":"limited"`), []byte(`"level":"full"`), 1))
	refused("forged", o.typed(), gate.ErrSnapshotForged.Error())
	put(o.snapshot(), []byte("bainian break-glass snapshot\n"))
	refused("no snapshot", o.typed(), gate.ErrSnapshotForm.Error())
	if err := os.Remove(o.snapshot()); err != nil {
		t.Fatal(err)
	}
	refused("none there", o.typed(), "there is no snapshot")
	for _, x := range []struct {
		after time.Duration
		says  string
	}{{-4 * time.Hour, gate.ErrSnapshotOld.Error()}, {time.Hour, gate.ErrSnapshotFuture.Error()}} {
		h := o.open(func() time.Time { return time.Now().Add(x.after) })
		if err := h.writeSnapshot(t.Context(), o.snapshot()); err != nil {
			t.Fatal(err)
		}
		h.Close()
		refused(fmt.Sprint("taken ", x.after, " from now"), o.typed(), x.says)
	}
	put(o.snapshot(), good)
	text, _, err := gate.GlassChain{}.Next(gate.GlassLine{At: time.Now().Add(2 * time.Hour), Kind: gate.LineTick})
	if err != nil {
		t.Fatal(err)
	}
	put(o.log(), []byte(text))
	refused("a clock that was set back", o.typed(), "the clock was set back")
	put(o.log(), []byte(strings.Replace(text, "tick", "tock", 1)))
	refused("a log that was changed", o.typed(), "line 1")
	if status, _, errOut := runIn(t, "break-glass", "-verify", o.log()); status != exitFailed || !strings.Contains(errOut, "line 1") {
		t.Errorf("%d %s", status, errOut)
	}
}

// Guessing is slow, and ends.
func TestPassphrasesAreNotGuessed(t *testing.T) {
	o := beforeOutage(t, store.SQLite, time.Now())
	file, err := os.ReadFile(o.snapshot())
	if err != nil {
		t.Fatal(err)
	}
	h := o.open(time.Now)
	defer h.Close()
	s, err := gate.OpenSnapshot(file, h.Signer.Public())
	if err != nil {
		t.Fatal(err)
	}
	log, err := openGlassLog(o.log())
	if err != nil {
		t.Fatal(err)
	}
	defer log.close()
	var waited []time.Duration
	desk := &terminal{in: bufio.NewReader(strings.NewReader(strings.Repeat("H0\nguess\n", 50))), out: io.Discard, sleep: func(d time.Duration) <-chan time.Time {
		waited = append(waited, d)
		done := make(chan time.Time, 1)
		done <- time.Time{}
		return done
	}}
	if _, err := authorised(t.Context(), desk, s, log, newHand()); err == nil || !strings.Contains(err.Error(), "6 passphrases were wrong") {
		t.Error(err)
	}
	if len(waited) != 5 || waited[0] != time.Second || waited[4] != 16*time.Second || log.chain.N != 6 {
		t.Errorf("waited %v, %d lines", waited, log.chain.N)
	}
	s.Holders = s.Holders[:1]
	if _, err := authorised(t.Context(), desk, s, log, newHand()); err == nil || !strings.Contains(err.Error(), "knows 1 holders") {
		t.Error(err)
	}
}

// Killed at any moment, the glass leaves a log that verifies up to its last whole line, in which every answer is that
// somebody got; it goes on from there.
func TestN3_AKilledGlassLeavesAWholeLog(t *testing.T) {
	o := beforeOutage(t, store.SQLite, time.Now())
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	answers := 0
	for round := range 3 {
		child := exec.Command(program, o.args()...)
		child.Env = append(os.Environ(), "BAINIAN_TEST_CHILD=1")
		child.Stdin = strings.NewReader(o.typed())
		said := &output{}
		child.Stderr = said
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		base := ready(t, said, make(chan int, 1))
		var mu sync.Mutex
		var callers sync.WaitGroup
		for range 4 {
			callers.Go(func() {
				for {
					r, _ := http.NewRequest("POST", base+"/access/v1/evaluation", strings.NewReader(`{"subject":{"type":"user","id":"E1"},"action":{"name":"hold"},"resource":{"type":"lead_pool","id":"public"}}`))
					r.Header.Set("Content-Type", "application/json")
					r.Header.Set("Authorization", "Bearer "+o.crm)
					answer, err := http.DefaultClient.Do(r)
					if err != nil {
						return
					}
					body, err := io.ReadAll(answer.Body)
					answer.Body.Close()
					if err != nil || !strings.Contains(string(body), `"decision":true`) {
						return
					}
					mu.Lock()
					answers++
					mu.Unlock()
				}
			})
		}
		time.Sleep(time.Duration(50+70*round) * time.Millisecond)
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = child.Wait()
		callers.Wait()
		if round == 1 { // and the power took half a line with it
			f, err := os.OpenFile(o.log(), os.O_APPEND|os.O_WRONLY, 0)
			if err == nil {
				_, err = f.WriteString(strings.Repeat("a", 64) + ` {"n":`)
				f.Close()
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if answers == 0 {
		t.Fatal("nobody was answered")
	}
	f, err := os.Open(o.log())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	log, err := gate.ReadGlassLog(f)
	if err != nil {
		t.Fatal(err)
	}
	decisions, episodes, torn := 0, 0, 0
	for _, l := range log.Lines {
		switch l.Kind {
		case gate.LineDecision:
			decisions++
		case gate.LineBroken:
			episodes++
			torn += l.Torn
		}
	}
	if episodes != 3 || decisions < answers || decisions > answers+3*4 || torn != 70 {
		t.Errorf("%d episodes, %d decisions for %d answers, %d bytes were torn", episodes, decisions, answers, torn)
	}
	t.Logf("%d answers, %d lines", answers, len(log.Lines))
	h := o.open(time.Now)
	defer h.Close()
	if n, err := h.bringHome(t.Context(), o.log()); err != nil || n != len(log.Lines) {
		t.Errorf("%d of %d lines came home: %v", n, len(log.Lines), err)
	}
	if all, err := h.Keeper.Episodes(t.Context(), o.holders[0]); err != nil || len(all) != 3 || all[0].Mended {
		t.Errorf("%+v, %v", all, err)
	}
}

// What the log cannot take is not allowed.
func TestG2_WhatCannotBeWrittenDownIsDenied(t *testing.T) {
	o := beforeOutage(t, store.SQLite, time.Now())
	log, err := openGlassLog(o.log())
	if err != nil {
		t.Fatal(err)
	}
	if err := log.close(); err != nil {
		t.Fatal(err)
	}
	g := &glassHouse{log: log, hand: newHand()}
	if err := g.Note(gate.Entry{Allowed: true}); err == nil {
		t.Error("written to a file that is closed")
	}
}
