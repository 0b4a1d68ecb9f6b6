package ledger_test

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bainian/app/ledger"
)

func TestN3_AnArchiveNamesEveryFileThatWasChanged(t *testing.T) {
	signer, err := ledger.LoadSigner(filepath.Join(t.TempDir(), "key"), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	other, err := ledger.LoadSigner(filepath.Join(t.TempDir(), "key"), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := ledger.Archive{Subject: "case 7", At: time.Date(2026, 11, 28, 6, 0, 0, 0, time.UTC),
		Files: []ledger.ArchiveFile{{"journal.jsonl", []byte("{}\n")}, {"case.json", []byte("個案")}}}
	var whole bytes.Buffer
	if err := signer.WriteArchive(&whole, a); err != nil {
		t.Fatal(err)
	}
	got, bad, err := ledger.OpenArchive(whole.Bytes(), signer.Public())
	if err != nil || len(bad) > 0 || got.Subject != a.Subject || !got.At.Equal(a.At) || len(got.Files) != 2 || string(got.File("case.json")) != "個案" {
		t.Fatalf("%+v %v %v", got, bad, err)
	}
	if _, _, err := ledger.OpenArchive(whole.Bytes(), other.Public()); err == nil {
		t.Error("another installation's key opens it")
	}
	for what, change := range map[string]func(name string, body []byte) []ledger.ArchiveFile{
		"changed": func(name string, body []byte) []ledger.ArchiveFile {
			if name == "case.json" {
				body = append([]byte("x"), body...)
			}
			return []ledger.ArchiveFile{{name, body}}
		},
		"missing": func(name string, body []byte) []ledger.ArchiveFile {
			if name == "case.json" {
				return nil
			}
			return []ledger.ArchiveFile{{name, body}}
		},
		"added": func(name string, body []byte) []ledger.ArchiveFile {
			if name == "case.json" {
				return []ledger.ArchiveFile{{name, body}, {"more.json", body}}
			}
			return []ledger.ArchiveFile{{name, body}}
		},
		"twice": func(name string, body []byte) []ledger.ArchiveFile {
			if name == "case.json" {
				return []ledger.ArchiveFile{{name, body}, {name, []byte("x")}}
			}
			return []ledger.ArchiveFile{{name, body}}
		},
	} {
		_, bad, err := ledger.OpenArchive(rezip(t, whole.Bytes(), change), signer.Public())
		if err != nil || len(bad) != 1 || !strings.HasSuffix(bad[0].Record, "e.json") {
			t.Errorf("%s: %v %v", what, bad, err)
		}
	}
	if _, _, err := ledger.OpenArchive([]byte("PK"), signer.Public()); err == nil {
		t.Error("what is no archive opens")
	}
}

// rezip writes a ZIP again, each file as change has it.
func rezip(t *testing.T, src []byte, change func(name string, body []byte) []ledger.ArchiveFile) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(src), int64(len(src)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		var body bytes.Buffer
		if _, err := body.ReadFrom(r); err != nil {
			t.Fatal(err)
		}
		for _, x := range change(f.Name, body.Bytes()) {
			w, err := z.Create(x.Name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write(x.Body); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
