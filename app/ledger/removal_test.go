package ledger

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"bainian/app/store"
	"bainian/app/store/storetest"
)

func TestARemovalOnRecordVerifiesAndNoOtherDoes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		ctx := context.Background()
		write := func(f func(tx *store.Tx) error) {
			t.Helper()
			if err := db.Write(ctx, f); err != nil {
				t.Fatal(err)
			}
		}
		var head Head
		var key []byte
		for i := range 6 {
			write(func(tx *store.Tx) (err error) {
				if key, err = SubjectKeyIn(tx, "amy"); err != nil {
					return err
				}
				head, err = AppendIn(tx, "a", head, key, "observe", fmt.Appendf(nil, `{"n":%d}`, i))
				return err
			})
		}
		for range 2 { // twice is once
			write(func(tx *store.Tx) error {
				_, err := RemoveIn(tx, "a", []int64{2, 3, 99})
				return err
			})
		}
		look := func() (n int, f Findings) {
			t.Helper()
			n, f, err := VerifyRemovals(ctx, db)
			if err != nil {
				t.Fatal(err)
			}
			return n, f
		}
		entries := read(t, db, "a")
		if err := VerifyChain("a", entries, head, key); err != nil || entries[1].Payload != nil || entries[3].Payload == nil {
			t.Fatalf("after a removal: %v %+v", err, entries)
		}
		if n, f := look(); n != 2 || len(f) != 0 {
			t.Fatalf("%d removals, %v", n, f)
		}

		write(func(tx *store.Tx) error {
			_, err := tx.Exec(`UPDATE journal SET payload = NULL WHERE seq = 5`)
			return err
		})
		if bad := (*BadEntry)(nil); !errors.As(VerifyChain("a", read(t, db, "a"), head, key), &bad) || bad.Seq != 5 {
			t.Error("a payload that went without a record is not named")
		}
		write(func(tx *store.Tx) error {
			_, err := tx.Exec(`INSERT INTO removal (chain, seq, leaf_id, at_ms) SELECT 'a', 5, leaf_id, at_ms FROM removal WHERE seq = 2`)
			return err
		})
		if _, f := look(); len(f) != 1 || f[0].Kind != "removal" {
			t.Errorf("a removal that the tree does not hold: %v", f)
		}
		write(func(tx *store.Tx) error {
			_, err := tx.Exec(`DELETE FROM removal`)
			return err
		})
		if _, f := look(); len(f) != 1 {
			t.Errorf("a removal that only the tree holds: %v", f)
		}
	}, Schema())
}
