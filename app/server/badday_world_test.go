package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"bainian/app/cohorts"
	"bainian/app/exams"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

const (
	badDayExam = `---
exam: day
title: 壞日子
track: values
minutes: 60
pass: 60%
attempts: 2
cooldown: 0h
sections:
  - title: 全部
    draw: [{bank: day, count: 10}]
integrity: {watch: [], camera: off, seb: optional, invigilated: false, canaries: 0}
feedback: {score: at-once, lessons: at-once, answers: never}
---

考前須知。
`
	programVariable = "BAINIAN_TEST_PROGRAM" // the command line of a child, a word a line
)

// badDayFiles is a small company: one lesson, one bank of thirty items, one exam of ten of them.
func badDayFiles(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	var bank strings.Builder
	bank.WriteString("---\nbank: day\ntitle: 題庫\n---\n\n# 類\n\n")
	for i := range 30 {
		fmt.Fprintf(&bank, "## 第 %d 題 {#i%d}\n\n選哪一個？\n\n- [x] 甲%d\n- [ ] 乙%d\n- [ ] 丙%d\n- [ ] 丁%d\n\n", i, i, i, i, i, i)
	}
	for path, text := range map[string]string{
		"content/values/culture/course.md":  "---\ntitle: 文化\norder: 1\n---\n",
		"content/values/culture/01-line.md": "---\ntitle: 高壓線\norder: 1\nminutes: 5\nobjectives: [認出那條線]\n---\n\n線在這裡。\n",
		"quizzes/day.bank.md":               bank.String(),
		"quizzes/day.exam.md":               badDayExam,
	} {
		write(t, filepath.Join(root, path), text)
	}
	static, err := filepath.Abs("../../static")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(static, filepath.Join(root, "static")); err != nil {
		t.Fatal(err)
	}
	return root
}

// badDay is an installation with an open sitting and people who are signed in.
type badDay struct {
	*testing.T
	config     Config
	sitting    exams.Sitting
	candidates []*candidateClient
}

// newBadDay furnishes a data folder, or a database elsewhere, with so many candidates.
func newBadDay(t *testing.T, data, db string, candidates int) *badDay {
	t.Helper()
	c := Config{Addr: "127.0.0.1:0", Data: data, DB: db, Root: badDayFiles(t), Zone: "Asia/Taipei"}
	if err := c.complete(); err != nil {
		t.Fatal(err)
	}
	d := &badDay{T: t, config: c}
	h := d.open()
	ctx := context.Background()
	_, problems, err := h.Load(ctx)
	d.ok(err)
	d.ok(problems.Err())
	person := func(number string, roles ...people.Role) people.Person {
		p, err := h.Directory.Create(ctx, people.System(), people.NewPerson{Number: number, Name: number, Email: number + "@x.example", Roles: roles})
		if err != nil {
			t.Error(err)
		}
		return p
	}
	admin := person("ADMIN", people.Admin, people.HR, people.Trainer)
	cohort, err := h.Roster.Create(ctx, admin, cohorts.Cohort{Number: 1, Name: "第 1 期", StartsOn: "2026-01-05", EndsOn: "2036-01-05"})
	d.ok(err)
	d.sitting, err = h.Room.OpenSitting(ctx, admin, exams.NewSitting{Exam: "day", CohortID: cohort.ID, OpensAt: time.Now().Add(-time.Minute), ClosesAt: time.Now().Add(24 * time.Hour)})
	d.ok(err)
	d.candidates = make([]*candidateClient, candidates)
	places := make(chan struct{}, 32)
	var all sync.WaitGroup
	for i := range candidates {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			p := person(fmt.Sprintf("C%04d", i), people.NewHire)
			if err := h.Roster.Enrol(ctx, admin, cohort.ID, p.ID); err != nil {
				t.Error(err)
			}
			token, err := h.Directory.SignInAs(ctx, p.ID)
			if err != nil {
				t.Error(err)
			}
			d.candidates[i] = &candidateClient{T: t, id: p.ID, token: token, acknowledged: map[string]string{}}
		})
	}
	all.Wait()
	d.ok(h.Close())
	return d
}

func (d *badDay) ok(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// open is the house over the data folder, while no program runs on it.
func (d *badDay) open() *House {
	d.Helper()
	h, err := OpenHouse(context.Background(), d.config, filesOf(d.config), time.Now, slog.New(slog.DiscardHandler))
	d.ok(err)
	return h
}

// process is the program, running.
type process struct {
	*exec.Cmd
	url  string
	said *output
	done chan struct{}
}

// TestBadDay_TheProgramItself is no test but the program: the other tests start it as a process of its own.
func TestBadDay_TheProgramItself(t *testing.T) {
	line := os.Getenv(programVariable)
	if line == "" {
		return
	}
	limitIsNoDeath()
	os.Args = append([]string{"bainian"}, strings.Split(line, "\n")...)
	Main()
}

// run starts the program on the data folder and waits until it serves.
func (d *badDay) run() *process {
	d.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestBadDay_TheProgramItself$")
	args := []string{"serve", "-addr", "127.0.0.1:0", "-data", d.config.Data, "-db", d.config.DB, "-root", d.config.Root}
	cmd.Env = append(os.Environ(), programVariable+"="+strings.Join(args, "\n"))
	p := &process{Cmd: cmd, said: &output{}, done: make(chan struct{})}
	errOut, err := cmd.StderrPipe()
	d.ok(err)
	d.ok(cmd.Start())
	ready := make(chan string, 1)
	go func() {
		defer close(p.done)
		lines := bufio.NewScanner(errOut)
		address := regexp.MustCompile(`ready\s+(http://\S+)`)
		for lines.Scan() {
			fmt.Fprintln(p.said, lines.Text())
			if m := address.FindStringSubmatch(lines.Text()); m != nil {
				ready <- m[1]
			}
		}
	}()
	d.Cleanup(func() {
		_ = cmd.Process.Kill() // unless it has ended
		<-p.done
		_ = cmd.Wait()
	})
	select {
	case p.url = <-ready:
	case <-p.done:
		d.Fatalf("the program did not start:\n%s", p.said)
	case <-time.After(time.Minute):
		d.Fatalf("the program is not ready:\n%s", p.said)
	}
	return p
}

// stop ends the program as an operator does, and fails if it does not end well.
func (d *badDay) stop(p *process) {
	d.Helper()
	d.ok(p.Process.Signal(syscall.SIGTERM))
	<-p.done
	if err := p.Wait(); err != nil {
		d.Fatalf("the program ended with %v:\n%s", err, p.said)
	}
}

// candidateClient is a candidate's browser, as far as the wire shows it. It may be used by one goroutine at a time.
type candidateClient struct {
	*testing.T
	id, token, attempt string
	seq                int64
	last               *sent
	acknowledged       map[string]string // journal hash → question, of every answer the server said it has
}

// sent is a save with the receipt that came for it, if one did.
type sent struct {
	n       int
	seq     int64
	choice  int
	receipt string
}

// wires is enough connections for everybody at once.
func wires() *http.Client {
	return &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 600, MaxConnsPerHost: 600},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (c *candidateClient) send(client *http.Client, base, method, path, kind string, body []byte) (*http.Response, string, error) {
	req, err := http.NewRequest(method, base+path, bytes.NewReader(body))
	if err != nil {
		return nil, "", err
	}
	req.Header.Set("Cookie", "session="+c.token)
	req.Header.Set("Origin", base)
	req.Header.Set("Content-Type", kind)
	res, err := client.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return res, string(text), err
}

// notice is the digest of what candidates of the sitting agree to, from the briefing that one of them reads.
func (d *badDay) notice(client *http.Client, base string) string {
	d.Helper()
	_, briefing, err := d.candidates[0].send(client, base, "GET", "/sittings/"+d.sitting.ID, "", nil)
	if err != nil {
		d.Fatal(err)
	}
	_, rest, _ := strings.Cut(briefing, `name="notice" value="`)
	digest, _, _ := strings.Cut(rest, `"`)
	return digest
}

// start presses the button that starts the exam.
//
// A server that is too busy says so, and the page has a button to try again, which is pressed five times.
func (c *candidateClient) start(client *http.Client, base, sitting, notice string) (attempt string, err error) {
	for range 6 {
		res, text, err := c.send(client, base, "POST", "/sittings/"+sitting+"/attempts", "application/x-www-form-urlencoded", []byte(url.Values{"pledge": {"yes"}, "notice": {notice}}.Encode()))
		if err != nil {
			return "", err
		}
		if attempt, ok := strings.CutPrefix(res.Header.Get("Location"), "/attempts/"); ok {
			return attempt, nil
		}
		if res.StatusCode != http.StatusServiceUnavailable {
			return "", fmt.Errorf("starting: %d %s", res.StatusCode, text)
		}
		time.Sleep(time.Second)
	}
	return "", errors.New("starting: busy time and again")
}

// put sends one save and notes what the server acknowledged; a status other than 200 comes back with its headers.
func (c *candidateClient) put(client *http.Client, base string, s *sent) (status int, header http.Header, err error) {
	body, err := json.Marshal(map[string]any{"device": "laptop", "seq": s.seq, "response": questions.Response{Choices: []int{s.choice}}})
	if err != nil {
		return 0, nil, err
	}
	res, text, err := c.send(client, base, "PUT", fmt.Sprintf("/attempts/%s/answers/%d", c.attempt, s.n), "application/json", body)
	if err != nil {
		return 0, nil, err
	}
	if res.StatusCode != http.StatusOK {
		return res.StatusCode, res.Header, nil
	}
	var saved struct {
		Seq  int64
		Hash string
	}
	if err := json.Unmarshal([]byte(text), &saved); err != nil || saved.Seq != s.seq {
		return 0, nil, fmt.Errorf("a receipt that is none: %s %w", text, err)
	}
	if s.receipt != "" && s.receipt != saved.Hash {
		return 0, nil, fmt.Errorf("the same save got the receipts %s and %s", s.receipt, saved.Hash)
	}
	s.receipt = saved.Hash
	c.acknowledged[saved.Hash] = fmt.Sprint(s.n)
	return res.StatusCode, res.Header, nil
}

// next is the save after the last one.
func (c *candidateClient) next() *sent {
	c.seq++
	c.last = &sent{n: int(c.seq)%10 + 1, seq: c.seq, choice: int(c.seq) % 4}
	return c.last
}

// everyone does the same with each candidate, side by side.
func (d *badDay) everyone(do func(c *candidateClient)) {
	var all sync.WaitGroup
	for _, c := range d.candidates {
		all.Go(func() { do(c) })
	}
	all.Wait()
}

// starts has everyone start.
func (d *badDay) starts(client *http.Client, base string) {
	d.Helper()
	notice := d.notice(client, base)
	d.everyone(func(c *candidateClient) {
		var err error
		if c.attempt, err = c.start(client, base, d.sitting.ID, notice); err != nil {
			d.Error(err)
		}
	})
	if d.Failed() {
		d.FailNow()
	}
}

// nothingLost opens the data folder and looks for every answer that the server had acknowledged: in the journal,
// which must hold from end to end, and as what the paper would show if it was the last.
func (d *badDay) nothingLost() {
	d.Helper()
	h := d.open()
	defer func() { d.ok(h.Close()) }()
	total := 0
	for _, c := range d.candidates {
		if _, err := h.Room.Replay(context.Background(), c.attempt); err != nil {
			d.Errorf("attempt %s: %v", c.attempt, err)
		}
		var journal map[string]bool
		d.ok(h.DB.Read(context.Background(), func(rx *store.Rx) error {
			journal = map[string]bool{}
			return rx.Each(`SELECT hash FROM journal WHERE chain = ?`, []any{c.attempt}, func(row store.Row) error {
				var hash string
				err := row.Scan(&hash)
				journal[hash] = true
				return err
			})
		}))
		for hash, n := range c.acknowledged {
			if len(hash) != 64 || !journal[hash] {
				d.Errorf("attempt %s: the answer to question %s was acknowledged and is not in the journal", c.attempt, n)
			}
		}
		total += len(c.acknowledged)
	}
	if total == 0 {
		d.Error("nothing was ever acknowledged")
	}
}

const lockVariable = "BAINIAN_TEST_LOCK" // the file to lock and for how long

// TestBadDay_AnotherProcess is no test but the other process that holds the database.
func TestBadDay_AnotherProcess(t *testing.T) {
	path, held, ok := strings.Cut(os.Getenv(lockVariable), "\n")
	if !ok {
		return
	}
	patience, err := time.ParseDuration(held)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(context.Background(), "sqlite:"+path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Write(context.Background(), func(tx *store.Tx) error {
		fmt.Println("locked")
		time.Sleep(patience)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// lock has another process hold the database's write lock; release waits until that process has ended.
func (d *badDay) lock(held time.Duration) (release func()) {
	d.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestBadDay_AnotherProcess$")
	cmd.Env = append(os.Environ(), lockVariable+"="+strings.TrimPrefix(d.config.DB, "sqlite:")+"\n"+held.String())
	out, err := cmd.StdoutPipe()
	d.ok(err)
	d.ok(cmd.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if lines.Text() == "locked" {
			break
		}
	}
	return func() {
		_, _ = io.Copy(io.Discard, out)
		if err := cmd.Wait(); err != nil {
			d.Errorf("the other process: %v", err)
		}
	}
}

// disk is a place for a data folder that can be filled up.
type disk struct {
	folder     string
	fill, free func(pid int)
}

// eachEngine gives an address of a database to each engine that there is: none for SQLite, which lies in the data folder.
func eachEngine(t *testing.T, f func(t *testing.T, db string)) {
	t.Run(store.SQLite.String(), func(t *testing.T) { f(t, "") })
	t.Run(store.Postgres.String(), func(t *testing.T) { f(t, storetest.URL(t, store.Postgres, Schemas()...)) })
}
