package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// output is a writer that a running command and a test share.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

func runIn(t *testing.T, args ...string) (status int, out, errOut string) {
	t.Helper()
	var o, e output
	status = run(context.Background(), args, nil, &o, &e)
	return status, o.String(), e.String()
}

func write(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLintOfWhatShipsIsClean(t *testing.T) {
	if status, out, errOut := runIn(t, "lint"); status != exitOK {
		t.Errorf("status %d\n%s%s", status, out, errOut)
	}
}

func TestLintNamesEveryProblemWithItsLine(t *testing.T) {
	bank := write(t, filepath.Join(t.TempDir(), "bad.bank.md"), "---\nbank: bad\ntitle: 壞題庫\n---\n\n# 類\n\n## 沒有正解 {#a}\n\n題幹\n\n- [ ] 甲\n- [ ] 乙\n\n## 重複 {#a}\n\n題幹\n\n- [x] 甲\n- [ ] 乙\n")
	status, out, errOut := runIn(t, "lint", bank, "-json")
	if status != exitFailed {
		t.Fatalf("status %d: %s%s", status, out, errOut)
	}
	lines := map[int]problemJSON{}
	scanner := bufio.NewScanner(strings.NewReader(out))
	for scanner.Scan() {
		var p problemJSON
		if err := json.Unmarshal(scanner.Bytes(), &p); err != nil {
			t.Fatalf("%q: %v", scanner.Text(), err)
		}
		if p.File != bank || p.Key == "" || p.Message == "" {
			t.Errorf("%+v", p)
		}
		lines[p.Line] = p
	}
	for _, want := range []int{8, 15} {
		if _, ok := lines[want]; !ok {
			t.Errorf("no problem at line %d in\n%s", want, out)
		}
	}
	if status, _, errOut := runIn(t, "lint", "no-such-file.bank.md"); status != exitUsage || !strings.Contains(errOut, "no-such-file") {
		t.Errorf("a missing file: status %d, %s", status, errOut)
	}
}

func TestLintTellsWhatAFileBreaksElsewhere(t *testing.T) {
	bank := write(t, filepath.Join(t.TempDir(), "quizzes", "sales.bank.md"), "---\nbank: sales\ntitle: 只剩一題\n---\n\n# 類\n\n## 題 {#only}\n\n問什麼？\n\n- [x] 甲\n- [ ] 乙\n")
	status, out, errOut := runIn(t, "lint", bank)
	if status != exitFailed || !strings.Contains(out, "sales.exam.md") {
		t.Errorf("status %d: %s%s", status, out, errOut)
	}
}

func TestLintGivesMissingIDs(t *testing.T) {
	bank := write(t, filepath.Join(t.TempDir(), "new.bank.md"), "---\nbank: new\ntitle: 新題庫\n---\n\n# 類\n\n## 沒有編號的題\n\n題幹\n\n- [x] 甲\n- [ ] 乙\n")
	if status, out, _ := runIn(t, "lint", bank); status != exitFailed || !strings.Contains(out, ":8:") {
		t.Errorf("without an id: %d %s", status, out)
	}
	if status, out, errOut := runIn(t, "lint", bank, "-fix"); status != exitOK || !strings.Contains(errOut, "1 ids given") {
		t.Errorf("with -fix: %d %s%s", status, out, errOut)
	}
}

func TestLintRefusesWhatIsNoText(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"latin.bank.md": "---\nbank: x\ntitle: caf\xe9\n---\n",
		"large.bank.md": "---\nbank: y\ntitle: y\n---\n" + strings.Repeat("很長的題庫\n", 700_000),
	} {
		path := write(t, filepath.Join(dir, name), content)
		if status, out, _ := runIn(t, "lint", path, "-json"); status != exitFailed || strings.Count(out, "\n") != 1 {
			t.Errorf("%s: status %d, %d lines", name, status, strings.Count(out, "\n"))
		}
	}
}

func TestImportDryRunThenApply(t *testing.T) {
	data := t.TempDir()
	good := write(t, filepath.Join(data, "people.csv"), "number,name,email,roles,manager,hired_on\nM1,主管,m1@x.example,manager,,2026-01-01\nN1,新人,n1@x.example,new_hire,M1,2026-11-01\n")
	bad := write(t, filepath.Join(data, "bad.csv"), "number,name,email,roles,manager,hired_on\nN2,=cmd(),n2@x.example,new_hire,M1,2026-11-01\nN3,某人,not-an-address,king,M9,yesterday\n")
	leadFile := write(t, filepath.Join(data, "leads.csv"), "company,contact,phone,industry,territory,source,note\n甲公司,王,02-1234-5678,五金,台北,展會,\n")
	report := func(args ...string) (importReport, int) {
		t.Helper()
		status, out, errOut := runIn(t, append([]string{"import", "-data", data, "-json"}, args...)...)
		var r importReport
		if err := json.Unmarshal([]byte(out), &r); err != nil {
			t.Fatalf("%v: %s%s", err, out, errOut)
		}
		return r, status
	}
	if r, status := report("people", good, "-dry-run"); status != exitOK || r.New != 2 || r.Applied {
		t.Errorf("dry run: %d %+v", status, r)
	}
	if r, status := report("people", good); status != exitOK || r.New != 2 || !r.Applied {
		t.Errorf("apply: %d %+v", status, r)
	}
	if r, status := report("people", good); status != exitOK || r.Same != 2 || r.New != 0 {
		t.Errorf("again: %d %+v", status, r)
	}
	r, status := report("people", bad)
	if status != exitFailed || r.Applied || len(r.Problems) < 5 {
		t.Errorf("bad rows: %d %+v", status, r)
	}
	for _, p := range r.Problems {
		if p.Line < 2 || p.Message == "" {
			t.Errorf("a problem without its line: %+v", p)
		}
	}
	if r, status := report("leads", leadFile); status != exitOK || r.New != 1 || !r.Applied {
		t.Errorf("leads: %d %+v", status, r)
	}
	strange := write(t, filepath.Join(data, "strange.csv"), "誰家;手機;薪水\n乙公司;0912345678;1\n甲公司;;2\n丙公司;x;3\n")
	list := filepath.Join(data, "findings.csv")
	r, status = report("leads", strange, "-column", "誰家=company", "-column", "薪水=", "-findings", list)
	if status != exitFailed || r.Applied || r.New != 1 || r.Same != 1 || r.Wrong != 1 || len(r.Problems) != 1 {
		t.Errorf("strange leads: %d %+v", status, r)
	}
	if found, err := os.ReadFile(list); err != nil || strings.Count(string(found), "\n") != 3 || !strings.Contains(string(found), "duplicate") {
		t.Errorf("%s %v", found, err)
	}
	if status, _, errOut := runIn(t, "import", "-data", data, "leads", strange, "-encoding", "latin-1"); status == exitOK || !strings.Contains(errOut, "latin-1") {
		t.Errorf("unknown encoding: %d %s", status, errOut)
	}
	if status, _, _ := runIn(t, "import", "-data", data, "leads", strange, "-column", "薪水=salary"); status != exitUsage {
		t.Errorf("unknown column: %d", status)
	}
	out := filepath.Join(data, "out.csv")
	if status, said, errOut := runIn(t, "export", "-data", data, "leads", out, "-state", "pool"); status != exitOK || !strings.HasPrefix(said, "1 leads") {
		t.Errorf("export: %d %s%s", status, said, errOut)
	}
	if r, status := report("leads", out); status != exitOK || r.Same != 1 || r.New != 0 {
		t.Errorf("an export imported: %d %+v", status, r)
	}
	if status, _, _ := runIn(t, "export", "-data", data, "leads", out); status == exitOK {
		t.Error("it writes over a file")
	}
	if status, _, _ := runIn(t, "export", "-data", data, "leads", out+".xlsx", "-holder", "nobody"); status == exitOK {
		t.Error("it exports what nobody holds")
	}
	if status, _, _ := runIn(t, "export", "-data", data, "people", out); status != exitUsage {
		t.Error("it exports people")
	}
	if status, _, errOut := runIn(t, "import", "-data", data, "weather", good); status == exitOK || !strings.Contains(errOut, "weather") {
		t.Errorf("unknown kind: %d %s", status, errOut)
	}
}

func TestTokenIsShownOnce(t *testing.T) {
	status, out, errOut := runIn(t, "token", "crm", "-data", t.TempDir())
	if status != exitOK || !strings.HasPrefix(out, "bn_") || strings.Count(out, "\n") != 1 {
		t.Errorf("%d %q %q", status, out, errOut)
	}
}

func TestUnknownCommandAndVersion(t *testing.T) {
	if status, _, errOut := runIn(t, "dance"); status != exitUsage || !strings.Contains(errOut, "dance") {
		t.Errorf("%d %q", status, errOut)
	}
	if status, out, _ := runIn(t, "version"); status != exitOK || !strings.Contains(out, Version) {
		t.Errorf("%d %q", status, out)
	}
}

// started is a program that serves until the test ends.
type started struct {
	out, err *output
	status   chan int
	stop     context.CancelFunc
}

func start(t *testing.T, args ...string) *started {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	s := &started{out: &output{}, err: &output{}, status: make(chan int, 1), stop: stop}
	go func() { s.status <- run(ctx, append(args, "-addr", "127.0.0.1:0"), nil, s.out, s.err) }()
	t.Cleanup(func() {
		stop()
		select {
		case status := <-s.status:
			if status != exitOK {
				t.Errorf("stopped with %d\n%s", status, s.err)
			}
		case <-time.After(30 * time.Second):
			t.Error("did not stop")
		}
	})
	return s
}

// find waits until the program has printed what the pattern finds and returns its first group.
func (s *started) find(t *testing.T, from *output, pattern string) string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	for range 2400 { // two minutes: a busy machine furnishes a company slowly
		if m := re.FindStringSubmatch(from.String()); m != nil {
			return m[1]
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("the program never printed %s:\n%s", pattern, s.err)
	return ""
}

func TestDemoForScripts(t *testing.T) {
	s := start(t, "-demo", "-json", "-data", t.TempDir())
	var a announcement
	if err := json.Unmarshal([]byte(s.find(t, s.out, `(?m)^(\{.*\})$`)), &a); err != nil {
		t.Fatal(err)
	}
	for _, role := range rolesAnnounced {
		jar, _ := cookiejar.New(nil)
		client := &http.Client{Jar: jar}
		for range 2 { // a link works until the demo stops
			res, err := client.Get(a.SignIn[role])
			if err != nil {
				t.Fatal(err)
			}
			page, _ := io.ReadAll(res.Body)
			res.Body.Close()
			if res.StatusCode != http.StatusOK || strings.Contains(string(page), `name="password"`) {
				t.Errorf("%s: %d after signing in at %s", role, res.StatusCode, res.Request.URL)
			}
		}
	}
	body := `{"subject":{"type":"user","id":"B4103"},"action":{"name":"draw"},"resource":{"type":"lead_pool","id":"default"}}`
	req, _ := http.NewRequest("POST", a.URL+"/access/v1/evaluation", strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+a.Token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var decision struct{ Decision bool }
	if err := json.NewDecoder(res.Body).Decode(&decision); err != nil || !decision.Decision {
		t.Errorf("the seller of the demonstration may not draw: %d %+v %v", res.StatusCode, decision, err)
	}
}

func TestFirstStartServesOnlyTheSetUp(t *testing.T) {
	s := start(t, "-data", t.TempDir())
	url := s.find(t, s.err, `open (\S+)/setup`)
	code := s.find(t, s.err, `one-time code:\s+(\S+)`)
	jar, _ := cookiejar.New(nil)
	client := &http.Client{Jar: jar}
	get := func(path string) (int, string, string) {
		t.Helper()
		res, err := client.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		page, _ := io.ReadAll(res.Body)
		return res.StatusCode, res.Request.URL.Path, string(page)
	}
	for _, path := range []string{"/", "/courses", "/people", "/sign-in"} {
		if _, at, _ := get(path); at != "/setup" {
			t.Errorf("%s leads to %s before the set-up", path, at)
		}
	}
	if status, _, _ := get("/healthz"); status != http.StatusOK {
		t.Errorf("healthz: %d", status)
	}
	post := func(code string) int {
		t.Helper()
		form := strings.NewReader("code=" + code + "&number=A1&name=Admin&email=a1%40x.example&password=correct+horse+battery")
		req, _ := http.NewRequest("POST", url+"/setup", form)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", url)
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	if status := post("WRONG"); status != http.StatusForbidden {
		t.Errorf("a wrong code: %d", status)
	}
	if status := post(code); status != http.StatusOK {
		t.Errorf("the code: %d", status)
	}
	if status := post(code); status == http.StatusOK {
		t.Error("the code made a second admin")
	}
	if _, at, _ := get("/"); at == "/setup" {
		t.Error("the set-up page is still all there is")
	}
}
