package gate_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"bainian/app/apptest"
	"bainian/app/people"
	"bainian/app/store"
)

// BenchmarkSweep is a company of 20,000: the minute in which nothing has changed, and the one after a policy.
func BenchmarkSweep(b *testing.B) {
	w := apptest.New(b, store.SQLite)
	const all = 20_000
	for first := 0; first < all; first += 100 {
		if err := w.DB.Write(w.Ctx, func(tx *store.Tx) error {
			var rows []string
			var args []any
			for i := first; i < first+100; i++ {
				number := fmt.Sprintf("B%06d", i)
				rows = append(rows, `(?, ?, ?, ?, ?, ?, ?, ?, 0)`)
				args = append(args, tx.NewID(), number, strings.ToLower(number), number, number+"@x.example", strings.ToLower(number)+"@x.example", strings.ToLower(number), string(people.NewHire))
			}
			_, err := tx.Exec(`INSERT INTO employee (id, number, number_key, name, email, email_key, search, roles, created_ms) VALUES `+strings.Join(rows, ", "), args...)
			return err
		}); err != nil {
			b.Fatal(err)
		}
	}
	sweep := func() time.Duration {
		began := time.Now()
		if err := w.Keeper.Sweep(w.Ctx); err != nil {
			b.Fatal(err)
		}
		return time.Since(began)
	}
	b.Logf("the first look at %d people: %v", all, sweep())
	tell := func(name string, before func()) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				before()
				b.StartTimer()
				sweep()
			}
		})
	}
	tell("idle", func() {})
	tell("new policy", func() {
		if err := w.DB.Write(w.Ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(`UPDATE gate_round SET terms = 'another'`)
			return err
		}); err != nil {
			b.Fatal(err)
		}
	})
}
