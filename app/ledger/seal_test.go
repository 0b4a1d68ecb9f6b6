package ledger

import (
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bainian/app/store"
	"bainian/app/store/storetest"
)

// world is a ledger with a table of records to seal.
type world struct {
	*testing.T
	db     *store.DB
	clock  *storetest.Clock
	log    *Log
	signer *Signer
}

func noted() []Evidence {
	return []Evidence{
		{Kind: "note", From: "note", Key: "id", Columns: []string{"words", "weight", "loud", "at_ms"}},
		{Kind: "note closed", From: "note", Key: "id", Since: "closed_ms", Where: "closed_ms IS NOT NULL", Columns: []string{"closed_ms"}},
	}
}

func inWorld(t *testing.T, f func(w *world)) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		signer, err := LoadSigner(filepath.Join(t.TempDir(), "signing.key"), rand.Reader)
		w := &world{t, db, clock, NewLog(db, signer), signer}
		w.ok(err)
		w.do(`CREATE TABLE note (id TEXT PRIMARY KEY, words TEXT, weight DOUBLE PRECISION, loud BOOLEAN, at_ms BIGINT, closed_ms BIGINT)`)
		f(w)
	}, Schema())
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) tx(f func(tx *store.Tx) error) {
	w.Helper()
	w.ok(w.db.Write(context.Background(), f))
}

func (w *world) do(statement string, args ...any) {
	w.Helper()
	w.tx(func(tx *store.Tx) error {
		_, err := tx.Exec(statement, args...)
		return err
	})
}

func (w *world) note(words string) (id string) {
	w.Helper()
	w.tx(func(tx *store.Tx) error {
		id = tx.NewID()
		_, err := tx.Exec(`INSERT INTO note (id, words, weight, loud, at_ms) VALUES (?, ?, ?, ?, ?)`, id, words, .25, true, store.Ms(tx.Now))
		return err
	})
	return id
}

// sealed seals what there is and takes it into the tree.
func (w *world) sealed() {
	w.Helper()
	w.ok(w.log.Seal(context.Background(), noted()))
	w.ok(w.log.Integrate(context.Background()))
}

// found is what a verification finds, a line each.
func (w *world) found() string {
	w.Helper()
	v, err := VerifyLog(context.Background(), w.db, w.signer.Public(), noted())
	w.ok(err)
	var lines []string
	for _, f := range v.Findings {
		lines = append(lines, f.Error())
	}
	return strings.Join(lines, "\n")
}

func (w *world) finds(want string) {
	w.Helper()
	if got := w.found(); want == "" && got != "" || !strings.Contains(got, want) {
		w.Errorf("found %q, want %q", got, want)
	}
}

func TestSealsHoldRecordsAsTheyWere(t *testing.T) {
	inWorld(t, func(w *world) {
		first, second := w.note("一"), w.note("二")
		w.sealed()
		w.clock.Add(time.Hour)
		third := w.note("三")
		w.do(`UPDATE note SET closed_ms = ? WHERE id = ?`, store.Ms(w.clock.Now()), first)
		w.sealed()
		w.finds("")
		for name, c := range map[string]struct{ change, undo, finds string }{
			"words":                 {`UPDATE note SET words = '二x' WHERE id = '` + second + `'`, `UPDATE note SET words = '二' WHERE id = '` + second + `'`, "note: note " + second + ": it is not what was sealed"},
			"time":                  {`UPDATE note SET at_ms = at_ms + 1 WHERE id = '` + third + `'`, `UPDATE note SET at_ms = at_ms - 1 WHERE id = '` + third + `'`, "note: note " + third},
			"truth":                 {`UPDATE note SET loud = FALSE WHERE id = '` + third + `'`, `UPDATE note SET loud = TRUE WHERE id = '` + third + `'`, "note: note " + third},
			"number":                {`UPDATE note SET weight = 0.2500001 WHERE id = '` + third + `'`, `UPDATE note SET weight = 0.25 WHERE id = '` + third + `'`, "note: note " + third},
			"nothing for something": {`UPDATE note SET words = NULL WHERE id = '` + third + `'`, `UPDATE note SET words = '三' WHERE id = '` + third + `'`, "note: note " + third},
			"opened again":          {`UPDATE note SET closed_ms = NULL WHERE id = '` + first + `'`, fmt.Sprintf(`UPDATE note SET closed_ms = %d WHERE id = '%s'`, store.Ms(w.clock.Now()), first), "note closed: note closed " + first + ": it was sealed and is gone"},
			"a seal":                {`UPDATE seal SET kind = 'nota' WHERE record = '` + second + `'`, `UPDATE seal SET kind = 'note' WHERE record = '` + second + `'`, "seal: leaf"},
		} {
			w.do(c.change)
			if got := w.found(); !strings.Contains(got, c.finds) {
				w.Errorf("%s: found %q", name, got)
			}
			w.do(c.undo)
		}
		w.finds("")
		w.do(`DELETE FROM note WHERE id = ?`, second)
		w.finds("note " + second + ": it was sealed and is gone")
	})
}

// A record that is put in with a time long past is found as long as it has no seal; a clock that goes back loses none.
func TestSealsMissNothing(t *testing.T) {
	inWorld(t, func(w *world) {
		w.note("一")
		w.clock.Add(24 * time.Hour)
		w.sealed()
		w.do(`INSERT INTO note (id, words, at_ms) VALUES (?, 'x', 0)`, firstID(w.clock.Now().Add(-time.Hour)))
		w.finds("it was put in afterwards")
		w.sealed()
		w.finds("") // the program that still runs takes it for one that came late
		w.clock.Add(-3 * time.Hour)
		w.note("二")
		w.clock.Add(time.Hour)
		w.sealed()
		w.finds("")
		var unsealed int
		w.ok(w.db.Read(context.Background(), func(rx *store.Rx) error {
			return rx.Row(`SELECT count(*) FROM note WHERE id NOT IN (SELECT record FROM seal)`).Scan(&unsealed)
		}))
		if unsealed > 0 {
			w.Errorf("%d notes have no seal", unsealed)
		}
		size := func() (n int64) {
			c, _, err := w.log.Latest(context.Background())
			w.ok(err)
			return c.Size
		}
		before := size()
		w.sealed()
		if size() != before {
			w.Error("the tree grew though there was nothing new")
		}
	})
}

func TestErasureLetsRecordsGoAndNothingElse(t *testing.T) {
	inWorld(t, func(w *world) {
		first, second := w.note("一"), w.note("二")
		var key []byte
		var head Head
		w.tx(func(tx *store.Tx) (err error) {
			if key, err = SubjectKeyIn(tx, "amy"); err != nil {
				return err
			}
			for n := range 5 {
				if head, err = AppendIn(tx, "chain", head, key, "answer", fmt.Appendf(nil, "%d", n)); err != nil {
					return err
				}
			}
			return nil
		})
		w.sealed()
		w.tx(func(tx *store.Tx) error {
			id, err := EraseIn(tx, Erasure{Subject: "amy", Scope: ErasePerson, Reason: "離職兩年", By: "hr"})
			if err != nil {
				return err
			}
			return ReleaseIn(tx, id, "note", first)
		})
		for left := 1; left > 0; {
			w.tx(func(tx *store.Tx) (err error) {
				left, err = ErasePayloadsIn(tx, "chain", 2)
				return err
			})
		}
		w.do(`UPDATE note SET words = '' WHERE id = ?`, first)
		w.sealed()
		w.finds("")
		w.ok(VerifyChain("chain", read(w.T, w.db, "chain"), head, nil))
		w.ok(w.db.Read(context.Background(), func(rx *store.Rx) error {
			if erased, err := ErasedIn(rx, "amy"); err != nil || !erased {
				w.Error(erased, err)
			}
			return nil
		}))
		w.do(`UPDATE note SET words = '' WHERE id = ?`, second)
		w.finds("note " + second + ": it is not what was sealed")
		w.do(`UPDATE seal SET release_id = (SELECT max(release_id) FROM seal) WHERE record = ?`, second)
		w.finds("no erasure on record lets it go")
		w.do(`UPDATE erasure SET reason = 'x'`)
		w.finds("erasure: erasure ")
	})
}

func TestAnchoredChainsAreMissedWhenCut(t *testing.T) {
	inWorld(t, func(w *world) {
		ctx := context.Background()
		heads := map[string]Head{}
		grow := func(chain string) {
			w.tx(func(tx *store.Tx) (err error) {
				heads[chain], err = AppendIn(tx, chain, heads[chain], []byte("key"), "answer", []byte("x"))
				return err
			})
		}
		live := func(*store.Rx) (all []ChainHead, err error) {
			for chain, head := range heads {
				all = append(all, ChainHead{chain, head})
			}
			return all, nil
		}
		w.ok(w.log.Anchor(ctx, live)) // nothing is written yet
		for range 3 {
			grow("a")
			grow("b")
		}
		w.ok(w.log.Anchor(ctx, live))
		w.ok(w.log.Anchor(ctx, live)) // nothing has gone on
		grow("a")
		w.clock.Add(time.Minute)
		w.ok(w.log.Anchor(ctx, live))
		w.sealed()
		v, err := VerifyLog(ctx, w.db, w.signer.Public(), noted())
		w.ok(err)
		if len(v.Findings) > 0 || v.Leaves != 2 || v.Heads != 3 {
			w.Fatalf("%+v", v)
		}
		w.do(`DELETE FROM journal WHERE chain = 'b'`)
		w.finds("journal: attempt b, entry 3: it is missing, or not the one that the tree has held since ")
		w.do(`UPDATE chain_heads SET list = replace(list, 'b 3', 'c 3')`)
		w.finds("heads: list ")
		w.do(`DELETE FROM chain_heads`)
		w.finds("heads: list ")
	})
}

func TestDailyRootIsTakenOnceAndFollowsItsTransaction(t *testing.T) {
	inWorld(t, func(w *world) {
		ctx := context.Background()
		zone := time.FixedZone("", 8*3600)
		var sent []Root
		daily := func() error {
			return w.log.Daily(ctx, zone, func(tx *store.Tx, r Root) error {
				tx.After(func() { sent = append(sent, r) })
				return nil
			})
		}
		w.ok(daily())
		w.ok(daily())
		w.clock.Add(24 * time.Hour)
		if err := w.log.Daily(ctx, zone, func(*store.Tx, Root) error { return fmt.Errorf("no paper") }); err == nil {
			w.Error("what follows failed, and the day was taken")
		}
		w.ok(daily())
		if len(sent) != 2 || sent[0].Size != 1 || sent[1].Size != 2 || sent[0].Day == sent[1].Day || sent[1].Day != w.clock.Now().In(zone).Format(time.DateOnly) {
			w.Fatalf("%+v", sent)
		}
		r, ok, err := w.log.LatestRoot(ctx)
		w.ok(err)
		if c, err := OpenCheckpoint(r.Note, w.signer.Public()); !ok || err != nil || c.Root != sent[1].Root || c.After != 1 {
			w.Errorf("%+v %v", r, err)
		}
		w.finds("")
		w.do(`UPDATE daily_root SET size = 1 WHERE size = 2`)
		w.finds("day: day " + sent[1].Day)
		w.do(`DELETE FROM daily_root`)
		w.finds("day: day ")
	})
}
