package ledger

import (
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"bainian/app/store"
	"bainian/app/store/storetest"
)

func TestVerifyLogNamesWhatWasChanged(t *testing.T) {
	const leaves = 2*leavesAtOnce + 37 // several stretches, and batches of several sizes
	ctx := context.Background()
	furnish := func(t *testing.T) (*store.DB, *Signer) {
		db, _ := storetest.SQLite(t, Schema())
		signer, err := LoadSigner(filepath.Join(t.TempDir(), "signing.key"), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		log := NewLog(db, signer)
		for from := 0; from < leaves; {
			err := db.Write(ctx, func(tx *store.Tx) error {
				for n := range min(leaves-from, 1+from%97) {
					if _, err := CommitIn(tx, "thing", fmt.Sprint(from+n)); err != nil {
						return err
					}
				}
				return nil
			})
			if err == nil {
				err = log.Integrate(ctx)
			}
			if err != nil {
				t.Fatal(err)
			}
			from += min(leaves-from, 1+from%97)
		}
		return db, signer
	}
	db, signer := furnish(t)
	v, err := VerifyLog(ctx, db, signer.Public(), nil)
	if err != nil || len(v.Findings) > 0 || v.Leaves != leaves || v.Checkpoints < 10 {
		t.Fatalf("%+v %v", v, err)
	}
	other, err := LoadSigner(filepath.Join(t.TempDir(), "signing.key"), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := VerifyLog(ctx, db, other.Public(), nil); err != nil || len(v.Findings) != 1 || v.Findings[0].Kind != "checkpoint" || v.Findings[0].Count != v.Checkpoints {
		t.Errorf("under another key: %+v %v", v, err)
	}
	for name, c := range map[string]struct {
		statements []string
		kind, said string // of a finding that must be among them
		whole      bool   // and nothing else may be found
	}{
		"a leaf's data":         {[]string{`UPDATE leaf SET data = 'x' WHERE position = 700`}, "leaf", "position 700", true},
		"a leaf's kind":         {[]string{`UPDATE leaf SET kind = 'x' WHERE position = 0`}, "leaf", "position 0", true},
		"a leaf dropped":        {[]string{`DELETE FROM leaf WHERE position = 3`}, "leaf", "position 3", true},
		"leaves exchanged":      {[]string{`UPDATE leaf SET position = -1 WHERE position = 8`, `UPDATE leaf SET position = 8 WHERE position = 9`, `UPDATE leaf SET position = 9 WHERE position = -1`}, "leaf", "position 8", true},
		"the last leaf dropped": {[]string{fmt.Sprintf(`DELETE FROM leaf WHERE position = %d`, leaves-1)}, "leaf", fmt.Sprint("position ", leaves-1), false},
		"a leaf put back":       {[]string{`UPDATE leaf SET position = NULL WHERE position = 501`}, "leaf", "position 501", true},
		"leaf and hash alike":   {[]string{`UPDATE tree_hash SET hash = (SELECT hash FROM tree_hash WHERE place = 0) WHERE place = 1`, `UPDATE leaf SET data = 'x' WHERE position = 1`}, "tree", "level 1", false},
		"a stored hash":         {[]string{`UPDATE tree_hash SET hash = (SELECT hash FROM tree_hash WHERE place = 0) WHERE place = 2`}, "tree", "level 1 above position 1", true},
		"a stored hash dropped": {[]string{`DELETE FROM tree_hash WHERE place = (SELECT max(place) FROM tree_hash)`}, "", "", false},
		"a checkpoint's size":   {[]string{`UPDATE checkpoint SET size = 2 WHERE size = 3`}, "checkpoint", "size 3", true},
		"a checkpoint dropped":  {[]string{`DELETE FROM checkpoint WHERE size = 3`}, "checkpoint", "size 3: it is missing", true},
		"the last checkpoint":   {[]string{`DELETE FROM checkpoint WHERE size = (SELECT max(size) FROM checkpoint)`}, "checkpoint", "no checkpoint signs for them", true},
		"a checkpoint's time":   {[]string{`UPDATE checkpoint SET at_ms = at_ms + 1 WHERE size = 3`}, "checkpoint", "size 3: it was not signed then", true},
		"a leaf's time":         {[]string{`UPDATE leaf SET at_ms = at_ms - 1 WHERE position = 5`}, "leaf", "position 5: it was not made then", true},
		"a checkpoint's note":   {[]string{`UPDATE checkpoint SET note = replace(note, 'bainian', 'Bainian') WHERE size = 1`}, "checkpoint", "size 1: its signature", true},
		"all after some place":  {[]string{`DELETE FROM leaf WHERE position > 10`, `DELETE FROM tree_hash WHERE place > 30`}, "leaf", "position 11", false},
	} {
		t.Run(name, func(t *testing.T) {
			db, signer := furnish(t)
			if err := db.Write(ctx, func(tx *store.Tx) error {
				for _, s := range c.statements {
					n, err := tx.Exec(s)
					if err != nil || n == 0 {
						return fmt.Errorf("%s: changed %d: %w", s, n, err)
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			v, err := VerifyLog(ctx, db, signer.Public(), nil)
			if err != nil {
				t.Fatal(err)
			}
			named := false
			for _, f := range v.Findings {
				named = named || f.Kind == c.kind && strings.Contains(f.Record+": "+f.Why, c.said) || c.kind == ""
			}
			if !named || c.whole && len(v.Findings) != 1 {
				t.Errorf("found %+v", v.Findings)
			}
		})
	}
}

func TestPublicKeyByItselfOrInAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "signing.key")
	signer, err := LoadSigner(path, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, given := range []string{signer.Public(), path} {
		if got, err := LoadPublic(given); err != nil || got != signer.Public() {
			t.Errorf("%q: %q %v", given, got, err)
		}
	}
	for _, given := range []string{"", "bainian+nonsense", path + "x"} {
		if got, err := LoadPublic(given); err == nil {
			t.Errorf("%q: %q", given, got)
		}
	}
}
