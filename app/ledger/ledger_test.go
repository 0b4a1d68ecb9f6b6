package ledger

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bainian/app/store"
	"bainian/app/store/storetest"
)

func TestChainHoldsAndEveryTamperingIsNamed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		ctx := context.Background()
		var head Head
		var key []byte
		for i := range 20 {
			err := db.Write(ctx, func(tx *store.Tx) (err error) {
				if key, err = SubjectKeyIn(tx, "amy"); err != nil {
					return err
				}
				head, err = AppendIn(tx, "attempt-1", head, key, "answer", fmt.Appendf(nil, `{"n":%d}`, i))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		entries := read(t, db, "attempt-1")
		if err := VerifyChain("attempt-1", entries, head, key); err != nil {
			t.Fatal(err)
		}
		erased := append([]Entry(nil), entries...)
		for i := range erased {
			erased[i].Payload = nil
		}
		if err := VerifyChain("attempt-1", erased, head, nil); err != nil {
			t.Errorf("the chain no longer proves once the person's data is erased: %v", err)
		}
		if bad := (*BadEntry)(nil); !errors.As(VerifyChain("attempt-1", entries, head, nil), &bad) || bad.Why != "payload" {
			t.Error("without the key the payloads are taken on trust")
		}
		for name, c := range map[string]struct {
			seq    int64
			tamper func(e []Entry) []Entry
		}{
			"payload flipped": {5, func(e []Entry) []Entry { e[4].Payload = []byte(`{"n":9}`); return e }},
			"payload gone":    {6, func(e []Entry) []Entry { e[5].Payload = nil; return e }},
			"time moved":      {7, func(e []Entry) []Entry { e[6].AtMs++; return e }},
			"type changed":    {8, func(e []Entry) []Entry { e[7].Type = "submit"; return e }},
			"mac flipped":     {9, func(e []Entry) []Entry { e[8].MAC[0] ^= 1; return e }},
			"dropped":         {10, func(e []Entry) []Entry { return append(e[:9], e[10:]...) }},
			"reordered":       {3, func(e []Entry) []Entry { e[2], e[3] = e[3], e[2]; return e }},
			"truncated":       {20, func(e []Entry) []Entry { return e[:19] }},
		} {
			err := VerifyChain("attempt-1", c.tamper(append([]Entry(nil), entries...)), head, key)
			if bad := (*BadEntry)(nil); !errors.As(err, &bad) || bad.Seq != c.seq {
				t.Errorf("%s: %v, want entry %d named", name, err, c.seq)
			}
		}
	}, Schema())
}

func TestSecondWriterOfAChainIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		write := func() error {
			return db.Write(context.Background(), func(tx *store.Tx) error {
				_, err := AppendIn(tx, "c", Head{}, []byte("k"), "start", nil)
				return err
			})
		}
		if err := write(); err != nil {
			t.Fatal(err)
		}
		if err := write(); err == nil {
			t.Fatal("two entries got the same number")
		}
	}, Schema())
}

func TestTreeProvesEveryLeafOffline(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		ctx := context.Background()
		signer, err := LoadSigner(filepath.Join(t.TempDir(), "signing.key"), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		log := NewLog(db, signer)
		var ids []string
		for i := range batch + 7 {
			if err := db.Write(ctx, func(tx *store.Tx) error {
				id, err := CommitIn(tx, "sitting", fmt.Sprint("commitment ", i))
				ids = append(ids, id)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if i == 3 {
				if _, ok, err := log.Proof(ctx, ids[0]); ok || err != nil {
					t.Fatalf("a waiting leaf has a proof: %v %v", ok, err)
				}
				if err := log.Integrate(ctx); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := log.Integrate(ctx); err != nil {
			t.Fatal(err)
		}
		for _, id := range ids {
			p, ok, err := log.Proof(ctx, id)
			if err != nil || !ok {
				t.Fatalf("leaf %s: %v %v", id, ok, err)
			}
			if err := p.Check(signer.Public()); err != nil {
				t.Fatal(err)
			}
			p.Record += "x"
			if p.Check(signer.Public()) == nil {
				t.Fatal("a changed leaf was proved")
			}
		}
	}, Schema())
}

func TestSignerKeepsItsKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys", "signing.key")
	first, err := LoadSigner(path, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := first.Sign("receipt\n1\n")
	if err != nil {
		t.Fatal(err)
	}
	again, err := LoadSigner(path, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := again.Open(signed); err != nil || text != "receipt\n1\n" {
		t.Fatalf("%q %v", text, err)
	}
	if _, err := again.Open(strings.Replace(signed, "1", "2", 1)); err == nil {
		t.Fatal("a changed note was accepted")
	}
	other, err := LoadSigner(filepath.Join(t.TempDir(), "signing.key"), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	private, _, _ := strings.Cut(string(key), "\n")
	for _, broken := range []string{"nonsense", private + "\n" + other.Public() + "\n"} {
		if err := os.WriteFile(path, []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadSigner(path, rand.Reader); err == nil {
			t.Fatalf("the key file %q was taken", broken)
		}
	}
}

func read(t *testing.T, db *store.DB, chain string) (entries []Entry) {
	t.Helper()
	if err := db.Read(context.Background(), func(rx *store.Rx) (err error) {
		entries, err = EntriesIn(rx, chain)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return entries
}
