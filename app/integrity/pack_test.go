package integrity_test

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"bainian/app/apptest"
	"bainian/app/integrity"
	"bainian/app/ledger"
	"bainian/app/locale"
	"bainian/app/store"
)

// TestN3_AnEvidencePackProvesItselfAndKeepsTheSecondOpinionBlind: whoever has the pack and the public key can check it;
// while a case is open it holds no opinion, and nothing that was changed in it goes unnamed.
func TestN3_AnEvidencePackProvesItselfAndKeepsTheSecondOpinionBlind(t *testing.T) {
	w := apptest.New(t, store.SQLite)
	_, ben := copiedSitting(t, w, "袖口掉出寫滿字母的紙條")
	number := caseOf(t, w, ben)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	packed := func() []byte {
		t.Helper()
		must(w.Ledger.Integrate(w.Ctx))
		a, _, err := w.Desk.Pack(w.Ctx, w.Reviewer[1], number, locale.Hant)
		must(err)
		signed, err := w.Desk.Write(a)
		must(err)
		return signed
	}
	check := func(src []byte) integrity.CheckedPack {
		t.Helper()
		p, err := integrity.CheckPack(src, w.Signer.Public())
		must(err)
		return p
	}
	must(w.Desk.Open(w.Ctx, w.Reviewer[0], number))
	if _, _, err := w.Desk.MyPack(w.Ctx, ben, number, locale.Hant); err == nil {
		t.Error("the person has the evidence before they were told of it")
	}
	w.Heard(number)
	const secret = "第一位審查人的理由不可外洩"
	_, err := w.Desk.Vote(w.Ctx, w.Reviewer[0], number, integrity.Ballot{Outcome: integrity.Resit, Reason: secret})
	must(err)

	open := packed()
	if p := check(open); len(p.Findings) != 0 || p.Entries < 22 || p.Proofs != 2 {
		t.Fatalf("an open case: %+v", p)
	}
	files := unzip(t, open)
	for name, body := range files {
		if bytes.Contains(body, []byte(secret)) || bytes.Contains(body, []byte(`"voted"`)) {
			t.Errorf("%s tells the second reviewer of the first", name)
		}
	}
	a, _, err := w.Desk.MyPack(w.Ctx, ben, number, locale.Hant)
	must(err)
	for _, f := range a.Files {
		if strings.Contains(string(f.Body), "Amy") || bytes.Contains(f.Body, []byte(w.Reviewer[0].ID)) {
			t.Errorf("%s tells the person whose the other paper is, or who reviews", f.Name)
		}
	}

	_, err = w.Desk.Vote(w.Ctx, w.Reviewer[1], number, integrity.Ballot{Outcome: integrity.Resit, Reason: because})
	must(err)
	closed := packed()
	if p := check(closed); len(p.Findings) != 0 || p.Proofs != 4 {
		t.Fatalf("a closed case: %+v", p)
	}
	if !bytes.Contains(unzip(t, closed)["case.jsonl"], []byte(secret)) {
		t.Error("a closed case keeps its opinions back")
	}

	// Signed again by the same key, a file that was changed is still found by the others.
	for name, change := range map[string]func(string) string{
		"journal.jsonl":         func(s string) string { return strings.Replace(s, `"seq\":3`, `"seq\":4`, 1) },
		"receipt.txt":           func(s string) string { return strings.Replace(s, "answered", "Answered", 1) },
		"chain.jsonl":           func(s string) string { return s[strings.Index(s, "\n")+1:] },
		"subject.key":           func(s string) string { return strings.Repeat("0", 64) },
		"declaration.json":      func(s string) string { return strings.Replace(s, "0.01", "0.05", 1) },
		"proof-submission.txt":  func(s string) string { return unzipText(t, closed, "proof-verdict.txt") },
		"proof-declaration.txt": func(s string) string { return strings.Replace(s, "index ", "index 1", 1) },
	} {
		again := ledger.Archive{Subject: a.Subject, At: w.Clock.Now()}
		for _, file := range slices.Sorted(func(yield func(string) bool) {
			for f := range unzip(t, closed) {
				if f != "MANIFEST.txt" && !yield(f) {
					return
				}
			}
		}) {
			body := string(unzip(t, closed)[file])
			if file == name {
				if body = change(body); body == string(unzip(t, closed)[file]) {
					t.Fatalf("%s was not changed", name)
				}
			}
			again.Files = append(again.Files, ledger.ArchiveFile{Name: file, Body: []byte(body)})
		}
		signed, err := w.Desk.Write(again)
		must(err)
		if p := check(signed); len(p.Findings) == 0 {
			t.Errorf("%s was changed and everything holds", name)
		}
	}
	if _, err := integrity.CheckPack(append([]byte{}, closed[:len(closed)/2]...), w.Signer.Public()); err == nil {
		t.Error("half a pack is a pack")
	}
}

func unzip(t *testing.T, src []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(src), int64(len(src)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func unzipText(t *testing.T, src []byte, name string) string { return string(unzip(t, src)[name]) }
