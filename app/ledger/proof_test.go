package ledger

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bainian/app/store"
	"bainian/app/store/storetest"
)

// grownLog is a log of so many leaves, with a checkpoint after each.
func grownLog(t testing.TB, signer *Signer, leaves int) *Log {
	t.Helper()
	db, _ := storetest.SQLite(t, Schema())
	log := NewLog(db, signer)
	for n := range leaves {
		err := db.Write(context.Background(), func(tx *store.Tx) error {
			_, err := CommitIn(tx, "thing", fmt.Sprint(n))
			return err
		})
		if err == nil {
			err = log.Integrate(context.Background())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return log
}

func newTestSigner(t testing.TB) *Signer {
	t.Helper()
	signer, err := LoadSigner(filepath.Join(t.TempDir(), "signing.key"), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// TestAnyTwoCheckpointsAreConsistent proves each pair from its text form, and refuses each with a hash changed.
func TestAnyTwoCheckpointsAreConsistent(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	signer := newTestSigner(t)
	const size = 18
	log, liar := grownLog(t, signer, size), grownLog(t, signer, size) // leaves have ids of their own, so the second is another tree
	opened := func(l *Log, size int64) Checkpoint {
		c, err := l.Checkpoint(ctx, size)
		if err == nil {
			c, err = OpenCheckpoint(c.Note, signer.Public())
		}
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for old := int64(1); old <= size; old++ {
		for later := old; later <= size; later++ {
			made, err := log.Consistency(ctx, old, later)
			if err != nil {
				t.Fatal(err)
			}
			proof, err := ParseConsistency(strings.ReplaceAll(made.Text(), "\n", "\r\n"))
			if err != nil || proof.Old != old {
				t.Fatal(old, later, err)
			}
			c, err := OpenCheckpoint(proof.Checkpoint, signer.Public())
			if err != nil {
				t.Fatal(err)
			}
			if err := Continues(opened(log, old), c, proof.Path); err != nil {
				t.Fatal(err)
			}
			fork := (*Fork)(nil)
			if err := Continues(opened(liar, old), c, proof.Path); !errors.As(err, &fork) || fork.Earlier.Size != old || fork.Later.Size != later {
				t.Errorf("%d to %d: another tree is continued: %v", old, later, err)
			}
			if len(proof.Path) > 0 {
				proof.Path[len(proof.Path)/2][3] ^= 1
				if Continues(opened(log, old), c, proof.Path) == nil {
					t.Errorf("%d to %d: a changed proof holds", old, later)
				}
			}
		}
	}
}

// TestProofInItsTextForm goes there and back, and says what is wrong with one of another log.
func TestProofInItsTextForm(t *testing.T) {
	t.Parallel()
	signer, other := newTestSigner(t), newTestSigner(t)
	log := grownLog(t, signer, 7)
	var id string
	if err := log.db.Read(context.Background(), func(rx *store.Rx) error {
		return rx.Row(`SELECT id FROM leaf WHERE position = 3`).Scan(&id)
	}); err != nil {
		t.Fatal(err)
	}
	made, ok, err := log.Proof(context.Background(), id)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	before, text, ok := CutProof("receipt\n\n— sig\n" + "\n" + made.Text())
	if !ok || before != "receipt\n\n— sig\n" {
		t.Fatalf("%q", before)
	}
	p, err := ParseProof(text)
	if err != nil {
		t.Fatal(err)
	}
	if leaf, kind, data := p.Leaf(); leaf != id || kind != "thing" || data != "3" {
		t.Errorf("%q %q %q", leaf, kind, data)
	}
	if err := p.Check(signer.Public()); err != nil {
		t.Error(err)
	}
	wrong := (*ErrOtherLog)(nil)
	if err := p.Check(other.Public()); !errors.As(err, &wrong) || wrong.Origin != "bainian" {
		t.Errorf("another log's: %v", err)
	}
	p.Position++
	if p.Check(signer.Public()) == nil {
		t.Error("it holds for another place")
	}
	p.Position = 7
	if p.Check(signer.Public()) == nil {
		t.Error("it holds for a place beyond the tree")
	}
	for _, text := range []string{"", "x", proofHeader, strings.Replace(text, "index 3", "index -3", 1), strings.Replace(text, "extra ", "extra ?", 1), strings.Replace(text, "index 3\n", "index 3\nhash\n", 1)} {
		if _, err := ParseProof(text); err == nil {
			t.Errorf("read %q", text)
		}
	}
}

// TestCosignatureOfTheStandard reads the cosignature that the standard gives as its example in form: name, key id, time
// and signature are laid out as there, and the key id is the hash that it asks for.
func TestCosignatureOfTheStandard(t *testing.T) {
	t.Parallel()
	private, public, err := NewWitnessKey(strings.NewReader(strings.Repeat("\x07", 32)), "witness.example.com/w1")
	if err != nil {
		t.Fatal(err)
	}
	key, err := ParseWitnessKey(private + "\n")
	if err != nil || key.Public() != public {
		t.Fatal(err)
	}
	w, err := ParseWitness(public)
	if err != nil {
		t.Fatal(err)
	}
	signer := newTestSigner(t)
	c, err := grownLog(t, signer, 2).Checkpoint(context.Background(), 2)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Unix(1679315147, 0)
	line := key.Cosign(c, at)
	encoded, named := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "— witness.example.com/w1 ")
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if !named || err != nil || len(raw) != 4+8+64 || fmt.Sprintf("%x", raw[:12]) != fmt.Sprintf("%08x00000000641850cb", w.id) {
		t.Errorf("%q: %x", line, raw)
	}
	c.Note += line
	if said, ok := w.On(c); !ok || !said.At.Equal(at) || said.Line != line {
		t.Errorf("%+v %t", said, ok)
	}
	if _, err := Open(c.Note, signer.Public()); err != nil {
		t.Errorf("the log's own signature beside it: %v", err)
	}
	c.Note = strings.Replace(c.Note, "bainian\n2\n", "bainian\n3\n", 1)
	if _, ok := w.On(c); ok {
		t.Error("it holds for another checkpoint")
	}
	// A key that signs checkpoints is none that cosigns, nor the other way round.
	if _, err := ParseWitness(signer.Public()); err == nil {
		t.Error("a log's key was taken for a witness's")
	}
	if _, err := OpenCheckpoint(c.Note, public); err == nil || !strings.Contains(err.Error(), "key of a witness") {
		t.Errorf("a witness's key was taken for a log's: %v", err)
	}
	for _, bad := range []string{"", "w", "w+00000000+", strings.Replace(public, "+", "+0", 1), public + "x", private, strings.Replace(public, "w1", "w2", 1)} {
		if _, err := ParseWitness(bad); err == nil {
			t.Errorf("took %q", bad)
		}
	}
	for _, name := range []string{"", "a b", "a+b"} {
		if _, _, err := NewWitnessKey(rand.Reader, name); err == nil {
			t.Errorf("a witness named %q", name)
		}
	}
}

// TestCheckpointOfTheTimeBefore, which tells neither its time nor what came before it, is read and verified as ever.
func TestCheckpointOfTheTimeBefore(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	signer := newTestSigner(t)
	log := grownLog(t, signer, 3)
	if err := log.db.Write(ctx, func(tx *store.Tx) error {
		c, _, err := loggedIn(tx.Rx, 2)
		if err != nil {
			return err
		}
		old, err := signer.Sign(Checkpoint{Origin: c.Origin, Size: c.Size, Root: c.Root}.text())
		if err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE checkpoint SET note = ?, at_ms = 5 WHERE size = 2`, old)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if v, err := VerifyLog(ctx, log.db, signer.Public(), nil); err != nil || len(v.Findings) > 0 {
		t.Errorf("%+v %v", v, err)
	}
	if c, err := log.Checkpoint(ctx, 2); err != nil || !c.At.IsZero() || strings.Count(c.Note, "\n") != 5 {
		t.Errorf("%+v %v", c, err)
	}
	for _, bad := range []string{"", "bainian\n2\n", "bainian\n02\nroot\n", "\n2\nx\n", "bainian\n0\n" + base64.StdEncoding.EncodeToString(make([]byte, 32)) + "\n"} {
		if _, err := parseCheckpoint(bad); err == nil {
			t.Errorf("read %q", bad)
		}
	}
}
