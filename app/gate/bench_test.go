package gate_test

import (
	"testing"

	"bainian/app/apptest"
	"bainian/app/people"
	"bainian/app/store"
)

// BenchmarkDecision is a decision about somebody to whom the gate is open, beside the one read of a row that no
// decision can do without.
func BenchmarkDecision(b *testing.B) {
	w := apptest.New(b, store.SQLite)
	p := w.Ready("Amy")
	if _, err := w.Directory.ByNumber(w.Ctx, p.Number); err != nil {
		b.Fatal(err)
	}
	each := func(b *testing.B, f func() error) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := f(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	b.Run("point-read", func(b *testing.B) {
		each(b, func() error {
			return w.DB.Read(w.Ctx, func(rx *store.Rx) error {
				_, _, err := people.ByNumberIn(rx, p.Number)
				return err
			})
		})
	})
	b.Run("decide", func(b *testing.B) {
		each(b, func() error {
			_, err := w.Keeper.DecideNumber(w.Ctx, p.Number)
			return err
		})
	})
}
