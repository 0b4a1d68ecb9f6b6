package learn_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"bainian/app/exams"
	"bainian/app/people"
	"bainian/app/questions"
)

const pitchRubric = "\n\n| 項目 | 分 | 滿分的樣子 |\n|---|---|---|\n| 內容 | 3 | 說清楚 |\n\n"

// pitchBank has the items that files answer.
const pitchBank = "---\nbank: pitch\ntitle: 實作題庫\n---\n\n## 錄一段開場 {#pitch type=recording accept=\"audio video\" max=3m}" + pitchRubric +
	"## 拍下名片 {#card type=upload accept=\"image pdf\"}" + pitchRubric + "## 交出任何檔案 {#any type=upload max=90s}" + pitchRubric

const pitchExam = `---
exam: pitch
title: 實作考
track: values
minutes: 40
pass: 60%
attempts: 2
cooldown: 24h
sections:
  - title: 全部
    draw: [{bank: pitch, count: 3}]
integrity: {watch: [focus], camera: off, seb: optional, invigilated: false, canaries: 0}
feedback: {score: at-once, lessons: at-once, answers: never}
---

考前須知。
`

// pitched is a candidate's browser in the exam that files answer, with its attempt and a lease.
func pitched(w *examWorld, number string) (*browser, string) {
	w.Helper()
	b := w.candidate(number)
	s, err := w.room.OpenSitting(context.Background(), w.trainer, exams.NewSitting{Exam: "pitch", OpensAt: w.clock.Now(), ClosesAt: w.clock.Now().Add(24 * time.Hour)})
	w.ok(err)
	attempt, err := w.room.Start(context.Background(), b.person, s.ID, agreed(w, w.room, s.ID))
	w.ok(err)
	b.want(b.put("/attempts/"+attempt+"/lease", map[string]any{"device": "laptop"}), 204)
	return b, attempt
}

type fileReply struct {
	ID     string
	Name   string
	Part   int
	Total  int
	Have   []int
	Stored *questions.Attachment
}

func (b *browser) json(r reply, into any) {
	b.Helper()
	b.want(r, 200)
	b.ok(json.Unmarshal([]byte(r.text), into))
}

// announce begins a file, sealed.
func (b *browser) announce(attempt string, n int, name string, content []byte) reply {
	b.Helper()
	var parts []string
	for rest := content; len(rest) > 0; rest = rest[min(len(rest), exams.PartSize):] {
		sum := sha256.Sum256(rest[:min(len(rest), exams.PartSize)])
		parts = append(parts, hex.EncodeToString(sum[:]))
	}
	doc, err := json.Marshal(map[string]any{"device": "laptop", "n": n, "name": name, "type": "text/html", "size": len(content), "parts": parts})
	b.ok(err)
	return b.send(http.MethodPost, "/attempts/"+attempt+"/files", "application/json", string(doc))
}

func (b *browser) part(attempt, file string, k int, content []byte) reply {
	b.Helper()
	return b.send(http.MethodPut, fmt.Sprintf("/attempts/%s/files/%s/parts/%d?device=laptop", attempt, file, k), "application/octet-stream", string(content), "Accept", "application/json")
}

func (b *browser) handIn(attempt string, n int, name string, content []byte) questions.Attachment {
	b.Helper()
	var f fileReply
	b.json(b.announce(attempt, n, name, content), &f)
	for k := range f.Total {
		b.want(b.part(attempt, f.ID, k, content[k*f.Part:min((k+1)*f.Part, len(content))]), 204)
	}
	var named questions.Attachment
	b.json(b.send(http.MethodPost, "/attempts/"+attempt+"/files/"+f.ID+"/completion", "application/json", `{"device":"laptop"}`), &named)
	return named
}

func film(size int) []byte {
	head := "\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff\x16\x54\xae\x6bV_VP8 A_OPUS"
	return append([]byte(head), bytes.Repeat([]byte("\x00\xffframe\x80"), size/8+1)...)[:size]
}

func TestFilesOverHTTP(t *testing.T) {
	w := openExam(t, closedBook, examBase)
	amy, attempt := pitched(w, "A-1")
	pitch := amy.numberOf(attempt, questions.Recording)
	other := pitch%3 + 1
	content := film(exams.PartSize + 4000)

	// Only where something is recorded may the page ask for camera and microphone.
	if p := amy.get("/attempts/" + attempt).Header.Get("Permissions-Policy"); !strings.HasPrefix(p, "camera=(self), microphone=(self), display-capture=(), ") {
		t.Errorf("the room allows %q", p)
	}
	plain := w.candidate("B-1")
	room := plain.start()
	for _, page := range []string{"/attempts/" + room, "/exams", "/sign-in"} {
		if p := plain.get(page).Header.Get("Permissions-Policy"); !strings.HasPrefix(p, "camera=(), microphone=(), display-capture=(), ") {
			t.Errorf("%s allows %q", page, p)
		}
	}
	for _, lang := range []string{"en", "zh-Hans", "zh-Hant"} {
		amy.lang = lang
		amy.want(amy.get("/attempts/"+attempt), 200, `data-record="film"`, "100 MB", "3:00", `data-files="[]"`)
	}

	var f fileReply
	amy.json(amy.announce(attempt, pitch, "../../x", content), &f)
	if f.Name != "x" || f.Total != 2 || f.Part != exams.PartSize || f.Have == nil {
		t.Fatalf("%+v", f)
	}
	amy.want(amy.part(attempt, f.ID, 1, content[f.Part:]), 204)
	amy.json(amy.get("/attempts/"+attempt+"/files/"+f.ID+"/parts"), &f)
	if fmt.Sprint(f.Have) != "[1]" || f.Stored != nil {
		t.Errorf("%+v", f)
	}
	named := amy.handIn(attempt, pitch, "../../x", content)
	if named.Type != "video/webm" || named.Name != "x" || named.Size != int64(len(content)) {
		t.Fatalf("%+v", named)
	}
	amy.json(amy.get("/attempts/"+attempt+"/files/"+f.ID+"/parts"), &f)
	if f.Stored == nil || *f.Stored != named {
		t.Errorf("%+v", f)
	}
	amy.want(amy.save(attempt, pitch, save{Device: "laptop", Seq: 1, Response: questions.Response{Files: []questions.Attachment{named}}}), 200, `"answered":1`)
	amy.want(amy.save(attempt, other, save{Device: "laptop", Seq: 2, Response: questions.Response{Files: []questions.Attachment{named}}}), 422, "exams.file_unknown")
	amy.want(amy.get("/attempts/"+attempt), 200, named.SHA256)

	// What is too large is refused by what is said of it, and by what comes.
	amy.want(amy.send(http.MethodPost, "/attempts/"+attempt+"/files", "application/json",
		fmt.Sprintf(`{"device":"laptop","n":%d,"name":"a.webm","size":%d}`, pitch, 500<<20)), 413, "exams.file_large", "100 MB")
	amy.json(amy.announce(attempt, pitch, "b.webm", content[:f.Part+1]), &f)
	amy.want(amy.part(attempt, f.ID, 0, make([]byte, 1<<20+1)), 413, "page.too_large")
	amy.want(amy.part(attempt, f.ID, 0, make([]byte, 1<<20)), 422, "exams.file_part")
	amy.want(amy.send(http.MethodPut, "/attempts/"+attempt+"/files/"+f.ID+"/parts/0?device=laptop", "application/json", `"x"`), 400)
	amy.want(amy.send(http.MethodPost, "/attempts/"+attempt+"/files", "application/octet-stream", `{"device":"laptop"}`), 400)
	amy.want(amy.part(attempt, f.ID, 7, []byte("x")), 422, "exams.file_part")
	amy.want(amy.send(http.MethodPut, "/attempts/"+attempt+"/files/"+f.ID+"/parts/x?device=laptop", "application/octet-stream", "x"), 404)
	amy.want(amy.send(http.MethodPut, "/attempts/"+attempt+"/files/"+f.ID+"/parts/0", "application/octet-stream", string(content[:f.Part]), "Accept", "application/json"), 422, "exams.device")
	var zip fileReply
	amy.json(amy.announce(attempt, amy.upload(attempt), "報價.pdf", []byte("PK\x03\x04zip")), &zip)
	amy.want(amy.part(attempt, zip.ID, 0, []byte("PK\x03\x04zip")), 422, "exams.file_archive", "報價.pdf")
	plain.want(plain.announce(attempt, pitch, "a.webm", content), 404)
	plain.want(plain.part(attempt, f.ID, 0, content[:f.Part]), 404)
}

// TestPartWithoutEnd streams 500 MB without saying how much it will be: it is cut off soon after the limit of a body.
func TestPartWithoutEnd(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := openExam(t, closedBook, "http://"+listener.Addr().String())
	amy := w.candidate("A-1")
	served := make(chan error, 1)
	go func() { served <- w.app.Listener(listener) }()
	t.Cleanup(func() {
		w.ok(w.app.ShutdownWithTimeout(time.Second))
		w.ok(<-served)
	})
	body := &endless{left: 500 << 20}
	request, err := http.NewRequest(http.MethodPut, "http://"+listener.Addr().String()+"/attempts/0190/files/0190/parts/0?device=laptop", body)
	w.ok(err)
	request.Header.Set("Content-Type", "application/octet-stream")
	request.Header.Set("Cookie", "session="+amy.token)
	request.Header.Set("Origin", "http://"+listener.Addr().String())
	transport := &http.Transport{DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err == nil {
		response.Body.Close()
		if response.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("status %d", response.StatusCode)
		}
	} // else the line was cut while it still sent
	if sent := 500<<20 - body.left; sent > 32<<20 {
		t.Errorf("%d MB were taken", sent>>20)
	}
}

type endless struct{ left int }

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := min(len(p), e.left)
	e.left -= n
	return n, nil
}

// upload is the number of the first question that any file may answer.
func (b *browser) upload(attempt string) int {
	b.Helper()
	return b.numberOf(attempt, questions.Upload)
}

func TestFileIsSent(t *testing.T) {
	w := openExam(t, closedBook, examBase)
	amy, attempt := pitched(w, "A-1")
	pitch := amy.numberOf(attempt, questions.Recording)
	content := film(9 << 20)
	named := amy.handIn(attempt, pitch, "開場 \"白\".webm", content)
	path := "/attempts/" + attempt + "/files/" + named.SHA256
	r := amy.get(path)
	amy.want(r, 200)
	if r.text != string(content) {
		t.Error("other bytes came back")
	}
	for name, want := range map[string]string{
		"Content-Type": "video/webm", "X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-cache", "Accept-Ranges": "bytes", "Etag": `"` + named.SHA256 + `"`,
		"Content-Disposition": `inline; filename="__ _?_.webm"; filename*=UTF-8''` + url.PathEscape("開場 \"白\".webm"),
	} {
		if got := r.Header.Get(name); got != strings.ReplaceAll(want, "?", "_") {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if r := amy.get(path, "If-None-Match", `"`+named.SHA256+`"`); r.StatusCode != 304 || r.text != "" {
		t.Errorf("%d with %d bytes", r.StatusCode, len(r.text))
	}
	const portion = 4 << 20
	size := len(content)
	for header, want := range map[string]struct {
		status, from, to int
	}{
		"bytes=0-":               {206, 0, portion},
		"bytes=5-9":              {206, 5, 10},
		"bytes=0-0":              {206, 0, 1},
		"bytes=-10":              {206, size - 10, size},
		"bytes=-99999999999":     {206, 0, size},
		"bytes=9000000-99999999": {206, 9_000_000, size},
		"bytes=9437184-":         {416, 0, 0},
		"bytes=99999999-":        {416, 0, 0},
		"bytes=-0":               {416, 0, 0},
		"bytes=0-1,5-6":          {200, 0, size},
		"bytes=5-2":              {200, 0, size},
		"bytes=x-":               {200, 0, size},
		"bytes=-":                {200, 0, size},
		"bytes=+1-2":             {200, 0, size},
		"items=0-1":              {200, 0, size},
	} {
		r := amy.get(path, "Range", header)
		if r.StatusCode != want.status || r.StatusCode != 416 && r.text != string(content[want.from:want.to]) {
			t.Errorf("%s: status %d with %d bytes", header, r.StatusCode, len(r.text))
		}
		if r.StatusCode == 206 && r.Header.Get("Content-Range") != fmt.Sprintf("bytes %d-%d/%d", want.from, want.to-1, size) {
			t.Errorf("%s: %s", header, r.Header.Get("Content-Range"))
		}
	}
	if r := amy.get(path, "Range", "bytes=0-3", "If-Range", `"another"`); r.StatusCode != 200 {
		t.Errorf("a range of other bytes: %d", r.StatusCode)
	}
	if r := amy.send(http.MethodHead, path, "", ""); r.StatusCode != 200 || r.text != "" || r.ContentLength != int64(size) {
		t.Errorf("HEAD: %d, %d bytes", r.StatusCode, r.ContentLength)
	}

	// Never a page of somebody else's making.
	var page questions.Attachment
	paper, err := w.room.Paper(context.Background(), amy.person, attempt, "zh-Hant")
	w.ok(err)
	for _, q := range paper.Questions {
		if q.Kind == questions.Upload && len(q.Accept) == 0 {
			page = amy.handIn(attempt, q.N, "index.html", []byte("<!doctype html><script>alert(1)</script>"))
		}
	}
	r = amy.get("/attempts/" + attempt + "/files/" + page.SHA256)
	if kind, how := r.Header.Get("Content-Type"), r.Header.Get("Content-Disposition"); kind != "text/plain; charset=utf-8" || !strings.HasPrefix(how, `attachment; filename="index.html.txt"`) {
		t.Errorf("%s, %s", kind, how)
	}
	bob := w.candidate("B-1")
	bob.want(bob.get(path), 404)
	watching, token := w.person("T-2", people.Trainer)
	trainer := &browser{w, watching, token, "en"}
	trainer.want(trainer.get(path, "Range", "bytes=0-9"), 206)
	trainer.want(trainer.get("/attempts/"+attempt+"/files/"+strings.Repeat("0", 64)), 404)
}
