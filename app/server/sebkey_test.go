package server

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bainian/app/exams/seb"
)

func TestSebKey(t *testing.T) {
	config := seb.Dict{"startURL": "https://exam.example.com/", "originatorVersion": "SEB_Win_3", "examKeySalt": []byte{1}, "ratio": 0.1, "URLFilterRules": []any{}}
	const text = `{"examKeySalt":"AQ==","ratio":0.1,"startURL":"https://exam.example.com/","URLFilterRules":[]}`
	sum := sha256.Sum256([]byte(text))
	key := fmt.Sprintf("%x\n", sum)
	dir := t.TempDir()
	file := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	plain := file("plain.seb", seb.Plain(config))
	sealed := file("sealed.seb", seb.Sealed(config, "p w", [seb.SealRandom]byte{9}))
	bare := file("bare.plist", []byte(`<plist><dict><key>a</key><true/></dict></plist>`))
	for _, test := range []struct {
		args   []string
		status int
		out    string
		says   string
	}{
		{[]string{plain}, exitOK, key, ""},
		{[]string{"-json", plain}, exitOK, text, ""},
		{[]string{plain, "-json"}, exitOK, text, ""},
		{[]string{sealed, "-password", "p w"}, exitOK, key, ""},
		{[]string{bare, "-json"}, exitOK, `{"a":true}`, ""},
		{[]string{sealed}, exitFailed, "", "encrypted with a password: give it with -password"},
		{[]string{sealed, "-password", "no"}, exitFailed, "", "the password is wrong"},
		{[]string{file("cert.seb", []byte("pkhs"+strings.Repeat("x", 99)))}, exitFailed, "", "certificate"},
		{[]string{file("text.seb", []byte("hello"))}, exitFailed, "", "neither a .seb file nor a property list"},
		{[]string{file("cut.plist", []byte("<plist><dict>\n<key>a</key>\n"))}, exitFailed, "", "line 3"},
		{[]string{filepath.Join(dir, "none")}, exitUsage, "", "no such file"},
		{[]string{}, exitUsage, "", "takes one file, not 0"},
		{[]string{plain, bare}, exitUsage, "", "takes one file, not 2"},
		{[]string{"-xml", plain}, exitUsage, "", "-xml"},
		{[]string{"-h"}, exitOK, "", "Exit status"},
	} {
		status, out, errOut := runIn(t, append([]string{"seb-key"}, test.args...)...)
		if status != test.status || out != test.out || !strings.Contains(errOut, test.says) || status == exitOK && test.says == "" && errOut != "" {
			t.Errorf("%v: status %d, %q, %q", test.args, status, out, errOut)
		}
	}
}

func TestSebKeyOfStandardInput(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdin := os.Stdin
	os.Stdin = r
	defer func() { os.Stdin = stdin }()
	go func() {
		_, _ = w.WriteString(`<plist><dict/></plist>`)
		_ = w.Close()
	}()
	if status, out, errOut := runIn(t, "seb-key", "-"); status != exitOK || out != "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\n" {
		t.Errorf("status %d, %q, %q", status, out, errOut)
	}
}
