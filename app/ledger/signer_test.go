package ledger_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"bainian/app/ledger"
)

// Derived secrets are the key's own, one for each label, the same every time, and do not give the key away. Many keys,
// since one in two writes a sign of its own into the key's text.
func TestDerivedSecrets(t *testing.T) {
	seen := map[string]string{}
	for i := range 20 {
		path := filepath.Join(t.TempDir(), "key")
		signer, err := ledger.LoadSigner(path, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ledger.LoadSigner(path, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, label := range []string{"a", "b"} {
			one, err := signer.Derive(label)
			if err != nil || len(one) != 32 {
				t.Fatal(len(one), err)
			}
			if two, err := again.Derive(label); err != nil || !bytes.Equal(one, two) {
				t.Errorf("key %d: another secret the second time, %v", i, err)
			}
			if by := seen[string(one)]; by != "" || bytes.Contains(text, one) {
				t.Errorf("key %d, %s: the secret of %s", i, label, by)
			}
			seen[string(one)] = fmt.Sprint(i, label)
		}
	}
}
